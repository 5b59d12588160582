//! G13 and G14: the callback API.

use gateway::{PostError, SystemClock};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{PATIENCE, Setup};

#[tokio::test]
async fn g13_after_the_close_and_for_an_unknown_id_everything_is_410() {
    let running = Setup::default().start().await;
    let mut client = running.client().await;
    let id = running.id(0).await;
    assert_eq!(running.http("POST", &id, "hello").await.0, 200);
    assert_eq!(client.text().await, "hello");
    client.stream.close(None).await.unwrap();
    running.script.event("DISCONNECT", 0).await;
    for id in [id.as_str(), "Ti835f_GEowCETQ=", "x", "%00", "a%2Fb", &"x".repeat(5_000)] {
        for method in ["POST", "GET", "DELETE"] {
            let (status, name, _) = running.http(method, id, "").await;
            assert_eq!((status, name.as_str()), (410, "GoneException"), "{method} {id}");
        }
        assert_eq!(running.gateway.post(id, "x"), Err(PostError::Gone));
        assert_eq!(running.gateway.disconnect(id), Err(PostError::Gone));
    }
    assert_eq!(running.gateway.connections(), 0);
}

#[tokio::test]
async fn g14_get_tells_when_and_who() {
    let running = Setup::default().start().await;
    let mut client = running.try_client("/dev", &[("user-agent", "test/1")]).await.unwrap();
    let id = running.id(0).await;
    running.clock.advance(std::time::Duration::from_secs(61));
    client.send("hello").await;
    running.script.event("MESSAGE", 0).await;
    let (status, _, body) = running.http("GET", &id, "").await;
    assert_eq!(status, 200);
    let expected = json!({
        "connectedAt": "2026-11-20T14:58:47.123Z",
        "lastActiveAt": "2026-11-20T14:59:48.123Z",
        "identity": {"sourceIp": "127.0.0.1", "userAgent": "test/1"},
    });
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
}

#[tokio::test]
async fn g14_delete_sends_what_is_queued_and_closes_with_1000() {
    let running = Setup::default().start().await;
    let mut client = running.client().await;
    let id = running.id(0).await;
    running.gateway.post(&id, "last words").unwrap();
    assert_eq!(running.http("DELETE", &id, "").await.0, 204);
    assert_eq!(client.text().await, "last words");
    assert_eq!(client.close().await.0, 1000);
    let event = running.script.event("DISCONNECT", 0).await;
    assert_eq!(event["requestContext"]["disconnectStatusCode"], 1000);
    assert_eq!(event["requestContext"]["disconnectReason"], "Connection Closed Normally");
}

#[tokio::test]
async fn g14_a_path_with_everything_escaped_or_nothing_escaped_finds_the_socket() {
    let running = Setup::default().start().await;
    let mut client = running.client().await;
    let id = running.id(0).await;
    for path in [
        format!("@connections/{id}"),
        format!("@connections/{}", id.replace('=', "%3D")),
        format!("%40connections/{}", id.replace('=', "%3D")),
    ] {
        let url = format!("http://{}/dev/{path}", running.address);
        let status = reqwest::Client::new().post(url).body(path.clone()).send().await.unwrap().status();
        assert_eq!(status, 200, "{path}");
        assert_eq!(client.text().await, path);
    }
}

#[tokio::test]
async fn g14_a_post_that_is_not_utf8_is_400_and_harms_nobody() {
    let running = Setup::default().start().await;
    let mut client = running.client().await;
    let id = running.id(0).await;
    assert_eq!(running.http("POST", &id, vec![0xff, 0xfe]).await.0, 400);
    assert_eq!(running.http("POST", &id, "fine").await.0, 200);
    assert_eq!(client.text().await, "fine");
}

#[tokio::test]
async fn g28_shutdown_closes_every_socket_with_1001_and_waits_for_what_runs() {
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let held = gate.clone();
    let running = Setup::default()
        .handler(move |route, _| {
            let held = held.clone();
            async move {
                if route == gateway::Route::Default {
                    held.acquire().await.unwrap().forget();
                }
                Ok(gateway::ProxyResponse::status(200))
            }
        })
        .start()
        .await;
    let mut client = running.client().await;
    let mut other = running.client().await;
    client.send("work").await;
    running.script.event("MESSAGE", 0).await;
    assert_eq!(running.gateway.shutdown(std::time::Duration::ZERO).await, 3, "two sockets and a message");
    assert_eq!(running.refusal("/dev", &[]).await.0, 503);
    let drained = running.gateway.shutdown(PATIENCE);
    let seen = async {
        assert_eq!(client.close().await.0, 1001);
        assert_eq!(other.close().await.0, 1001);
        running.script.event("DISCONNECT", 1).await;
        gate.add_permits(1);
    };
    assert_eq!(tokio::join!(drained, seen).0, 0);
    assert_eq!(running.gateway.connections(), 0);
}

#[tokio::test]
async fn g28_on_the_system_clock_a_gateway_serves_and_shuts_down_alike() {
    let running = Setup::default().start_on(SystemClock).await;
    let mut client = running.client().await;
    client.send(Message::text("hello")).await;
    running.script.event("MESSAGE", 0).await;
    let (left, (code, _)) = tokio::join!(running.gateway.shutdown(PATIENCE), client.close());
    assert_eq!((left, code), (0, 1001));
}
