//! G25 to G27: the JSON of events, and ids.

use std::collections::HashSet;

use aws_lambda_events::apigw::{
    ApiGatewayCustomAuthorizerRequestTypeRequest, ApiGatewayWebsocketProxyRequest as WebsocketRequest,
};
use gateway::AuthorizerResponse;
use serde_json::{Value, json};

use crate::support::{Running, START_MS, Setup};

/// A socket that has been opened, used and closed.
async fn used() -> Running {
    let running = Setup::default().authorizer(|| Ok(Some(AuthorizerResponse::allow("u")))).start().await;
    let headers =
        [("user-agent", "test/1"), ("x-two", "a"), ("x-two", "b"), ("origin", "https://example.com")];
    let path = "/dev?team=a%20b&team=c&cycle=2026-W47";
    let mut client = running.try_client(path, &headers).await.unwrap();
    running.clock.advance(std::time::Duration::from_millis(1_000));
    client.send("héllo").await;
    running.script.event("MESSAGE", 0).await;
    client.stream.close(None).await.unwrap();
    running.script.event("DISCONNECT", 0).await;
    running
}

fn context(route: &str, event_type: &str, at: u64, event: &Value) -> Value {
    let got = &event["requestContext"];
    let time = if at == START_MS { "20/Nov/2026:14:58:47 +0000" } else { "20/Nov/2026:14:58:48 +0000" };
    json!({
        "routeKey": route, "eventType": event_type, "connectionId": got["connectionId"], "connectedAt": START_MS,
        "requestId": got["requestId"], "extendedRequestId": got["requestId"], "requestTime": time,
        "requestTimeEpoch": at, "messageDirection": "IN", "stage": "dev", "domainName": "api.example.com",
        "apiId": "abcdef1234", "identity": {"sourceIp": "127.0.0.1", "userAgent": "test/1"},
        "authorizer": {"principalId": "u"},
    })
}

#[tokio::test]
async fn g25_events_have_the_services_shape() {
    let running = used().await;
    let connect = running.script.event("CONNECT", 0).await;
    let mut expected = context("$connect", "CONNECT", START_MS, &connect);
    assert_eq!(connect["requestContext"], expected);
    assert_eq!(connect["headers"]["X-Two"], "b");
    assert_eq!(connect["headers"]["Origin"], "https://example.com");
    assert_eq!(connect["headers"]["Sec-WebSocket-Version"], "13");
    assert_eq!(connect["multiValueHeaders"]["X-Two"], json!(["a", "b"]));
    assert_eq!(connect["queryStringParameters"], json!({"team": "c", "cycle": "2026-W47"}));
    assert_eq!(
        connect["multiValueQueryStringParameters"],
        json!({"team": ["a b", "c"], "cycle": ["2026-W47"]})
    );
    assert_eq!((&connect["isBase64Encoded"], connect.get("body")), (&json!(false), None));

    let message = running.script.event("MESSAGE", 0).await;
    expected = context("$default", "MESSAGE", START_MS + 1_000, &message);
    expected["messageId"] = message["requestContext"]["messageId"].clone();
    assert!(expected["messageId"].is_string());
    assert_eq!(message, json!({"requestContext": expected, "body": "héllo", "isBase64Encoded": false}));

    let mut disconnect = running.script.event("DISCONNECT", 0).await;
    expected = context("$disconnect", "DISCONNECT", START_MS + 1_000, &disconnect);
    expected["disconnectStatusCode"] = json!(1005);
    expected["disconnectReason"] = json!("Client-side close frame status not set");
    assert_eq!(disconnect["requestContext"], expected);
    assert_eq!(disconnect["headers"]["Host"], "api.example.com");
    let fields: Vec<String> = disconnect.as_object_mut().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["headers", "isBase64Encoded", "multiValueHeaders", "requestContext"]);
}

#[tokio::test]
async fn g25_events_are_read_by_the_lambda_runtimes_own_types() {
    let running = used().await;
    for event_type in ["CONNECT", "MESSAGE", "DISCONNECT"] {
        let event = running.script.event(event_type, 0).await;
        let read: WebsocketRequest = serde_json::from_value(event.clone()).unwrap();
        assert_eq!(read.request_context.event_type.as_deref(), Some(event_type));
        assert_eq!(
            read.request_context.connection_id.as_deref(),
            event["requestContext"]["connectionId"].as_str()
        );
        assert_eq!(
            read.request_context.request_time_epoch as u64,
            event["requestContext"]["requestTimeEpoch"]
        );
    }
}

#[tokio::test]
async fn g26_the_authorizer_is_asked_in_the_services_shape() {
    let running = used().await;
    let asked = running.script.asked.lock().unwrap()[0].clone();
    let connect = running.script.event("CONNECT", 0).await;
    assert_eq!(asked["type"], "REQUEST");
    assert_eq!(asked["methodArn"], "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/dev/$connect");
    for field in ["headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters"]
    {
        assert_eq!(asked[field], connect[field], "{field}");
    }
    assert_eq!(asked["requestContext"]["connectionId"], connect["requestContext"]["connectionId"]);
    assert_eq!(asked["requestContext"]["eventType"], "CONNECT");
    assert_eq!(asked["requestContext"].get("authorizer"), None);
    serde_json::from_value::<ApiGatewayCustomAuthorizerRequestTypeRequest>(asked).unwrap();
}

#[tokio::test]
async fn g27_ids_are_sixteen_characters_of_url_safe_base64_that_end_in_an_equals_sign() {
    let running = Setup::default().start().await;
    let mut seen = HashSet::new();
    for index in 0..20 {
        let mut client = running.client().await;
        client.send("hello").await;
        let message = running.script.event("MESSAGE", index).await;
        for field in ["connectionId", "requestId", "messageId"] {
            let id = message["requestContext"][field].as_str().unwrap();
            let (rest, end) = id.split_at(15);
            assert_eq!(end, "=");
            assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{id}");
            assert!(seen.insert(id.to_owned()), "{id} came twice");
        }
    }
}

#[tokio::test]
async fn g1_a_request_that_is_no_handshake_is_refused() {
    let running = Setup::default().start().await;
    let get = |path: &str| reqwest::Client::new().get(format!("http://{}{path}", running.address));
    assert_eq!(get("/dev").send().await.unwrap().status(), 426);
    let upgrade = || get("/dev").header("connection", "keep-alive, Upgrade").header("upgrade", "WebSocket");
    assert_eq!(upgrade().send().await.unwrap().status(), 400);
    let keyed = upgrade().header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let older = keyed.header("sec-websocket-version", "8").send().await.unwrap();
    assert_eq!(
        (older.status().as_u16(), &older.headers()["sec-websocket-version"]),
        (426, &"13".parse().unwrap())
    );
    let short =
        upgrade().header("sec-websocket-version", "13").header("sec-websocket-key", "dGhlIHNhbXBsZQ==");
    assert_eq!(short.send().await.unwrap().status(), 400);
    assert_eq!(get("/prod").send().await.unwrap().status(), 404);
    assert_eq!(running.script.count("CONNECT"), 0);
}
