use super::Shown;
use crate::Endpoint;
use serde_json::json;
use wire::client::insert;

pub(super) async fn r1(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let since = client.replica.version();
    for _ in 0..3 {
        client.commit(json!([insert(&endpoint.fresh("t"), "x")])).await.version();
    }
    client.send(json!({"type": "replay", "since": since})).await;
    let replayed = client
        .frame("the replay", |frame| {
            frame["type"] == "committed" && frame["changes"][0]["version"] == since + 1
        })
        .await;
    assert!(
        replayed["changes"].as_array().is_some_and(|all| all.len() >= 3),
        "{} changes",
        replayed["changes"]
    );
    client.send(json!({"type": "replay", "since": client.replica.version() + 1_000})).await;
    client.frame_of("pong").await;
    Shown::Yes
}

pub(super) async fn r2(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let version = endpoint.post(&endpoint.editor(), json!([insert(&endpoint.fresh("t"), "x")])).await.json()
        ["changes"][0]["version"]
        .as_u64();
    let pong = client.ping().await;
    assert!(
        version.is_some() && pong["version"].as_u64() >= version,
        "a pong of {} after {version:?}",
        pong["version"]
    );
    assert_eq!(pong["epoch"], client.welcome["epoch"]);
    Shown::Yes
}

pub(super) async fn r9(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let other = endpoint.join(&endpoint.editor()).await;
    let gone = other.connection_id().to_owned();
    other.break_off();
    // Whether `$disconnect` comes or not, the next posts find that the socket is gone.
    for _ in 0..20 {
        client.commit(json!([insert(&endpoint.fresh("t"), "x")])).await.version();
        let left =
            |frame: &serde_json::Value| frame["type"] == "left" && frame["connectionId"] == gone.as_str();
        if client.heard.iter().any(left) {
            return Shown::Yes;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    client.ping().await;
    assert!(
        client.heard.iter().any(|frame| frame["type"] == "left" && frame["connectionId"] == gone.as_str()),
        "a broken socket stays in the room"
    );
    Shown::Yes
}
