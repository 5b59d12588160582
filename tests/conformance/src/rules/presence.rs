use super::Shown;
use crate::Endpoint;
use serde_json::{Value, json};
use wire::Client;

async fn two(endpoint: &Endpoint) -> (Client, Client) {
    let first = endpoint.join(&endpoint.editor()).await;
    (first, endpoint.join(&endpoint.editor()).await)
}

/// The next presence of a client at another.
async fn seen(at: &mut Client, of: &Client) -> Value {
    let id = of.connection_id();
    at.frame("presence", |frame| frame["type"] == "presence" && frame["connectionId"] == id).await
}

pub(super) async fn p1(endpoint: &Endpoint) -> Shown {
    let (mut ana, mut ben) = two(endpoint).await;
    let before = endpoint.tip(&endpoint.editor()).await;
    let state = json!({"cursor": {"taskId": "t1", "column": "status"}, "status": "typing"});
    ana.send(json!({"type": "presence", "state": state})).await;
    assert_eq!(seen(&mut ben, &ana).await["state"], state);
    ana.ping().await;
    let own = ana.connection_id().to_owned();
    assert!(
        ana.heard.iter().all(|frame| frame["type"] != "presence" || frame["connectionId"] != own.as_str()),
        "a user received their own presence"
    );
    assert_eq!(endpoint.tip(&endpoint.editor()).await, before, "presence is in the log");
    Shown::Yes
}

pub(super) async fn p2(endpoint: &Endpoint) -> Shown {
    let (mut ana, mut ben) = two(endpoint).await;
    for (state, code) in [
        (json!({"docs": {"summary": "x".repeat(3_000)}}), "PAYLOAD_TOO_LARGE"),
        (json!({"status": "asleep"}), "MALFORMED"),
    ] {
        ana.send(json!({"type": "presence", "state": state})).await;
        assert_eq!(ana.frame_of("error").await["code"], code);
    }
    ana.send(json!({"type": "presence", "state": {"status": "away", "cursor": null, "secret": "x"}})).await;
    assert!(seen(&mut ben, &ana).await["state"]["secret"].is_null(), "an unknown field was passed on");
    Shown::Yes
}

pub(super) async fn p3(endpoint: &Endpoint) -> Shown {
    let (mut ana, mut ben) = two(endpoint).await;
    ana.send(json!({"type": "presence", "state": {"status": "active"}, "user": {"id": "boss", "name": "The Boss"}})).await;
    assert_eq!(seen(&mut ben, &ana).await["user"], ana.welcome["user"]);
    Shown::Yes
}

pub(super) async fn p4(endpoint: &Endpoint) -> Shown {
    let client = endpoint.join(&endpoint.editor()).await;
    // Which interval, is the stage's to say; a stage cannot set a floor below 100 ms.
    let said = client.welcome["presenceIntervalMs"].as_u64().unwrap_or_default();
    assert!(said >= 100, "an interval of {said} ms");
    Shown::Yes
}
