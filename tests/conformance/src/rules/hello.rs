use super::Shown;
use crate::Endpoint;
use serde_json::{Value, json};
use wire::{Client, client::insert};

pub(super) async fn h1(endpoint: &Endpoint) -> Shown {
    let person = endpoint.editor();
    let mut quiet = Client::open(&endpoint.door(&person).await).await.expect("the socket opens");
    let mut busy = endpoint.join(&endpoint.editor()).await;
    quiet.ping().await;
    for frame in
        [json!({"type": "presence", "state": {"status": "typing"}}), json!({"type": "replay", "since": 0})]
    {
        quiet.send(frame.clone()).await;
        assert_eq!(quiet.frame_of("error").await["code"], "FORBIDDEN", "{frame} before a hello");
    }
    busy.commit(json!([insert(&endpoint.fresh("t"), "x")])).await.version();
    busy.ping().await;
    quiet.ping().await;
    let of_the_room = |frame: &&Value| {
        ["committed", "presence", "joined", "left"].contains(&frame["type"].as_str().unwrap_or_default())
    };
    let heard = quiet.heard.iter().find(of_the_room);
    assert!(heard.is_none(), "before its hello a socket receives {heard:?}");
    let shown =
        busy.heard.iter().filter(of_the_room).find(|frame| frame["user"]["id"] == person.user.as_str());
    assert!(shown.is_none(), "the room receives {shown:?} about a socket before its hello");
    quiet.hello(json!({})).await;
    Shown::Yes
}

pub(super) async fn h2(endpoint: &Endpoint) -> Shown {
    let mut busy = endpoint.join(&endpoint.editor()).await;
    let door = endpoint.door(&endpoint.editor()).await;
    for _ in 0..8 {
        let mut joins = Client::open(&door).await.expect("the socket opens");
        let id = busy.change(json!([insert(&endpoint.fresh("t"), "x")])).await;
        joins.hello(json!({})).await;
        let version = busy.settled(&id).await.version();
        let tells = |frame: &Value| {
            let changes = frame["changes"].as_array().filter(|_| frame["type"] == "committed");
            changes.is_some_and(|all| all.iter().any(|one| one["version"] == version))
        };
        // The room may have received `joined` before the welcome came.
        if joins.welcome["version"].as_u64() < Some(version) && !joins.heard.iter().any(tells) {
            joins.frame("the change that was committed during the hello", tells).await;
        }
        joins.close().await;
    }
    Shown::Yes
}

pub(super) async fn h3(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let since = client.replica.version();
    for _ in 0..3 {
        client.commit(json!([insert(&endpoint.fresh("t"), "x")])).await.version();
    }
    let welcome = client.hello(json!({"since": since, "epoch": client.welcome["epoch"]})).await;
    let tip = welcome["version"].as_u64().unwrap();
    let versions: Vec<u64> = welcome["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["version"].as_u64().unwrap())
        .collect();
    assert!(
        welcome["snapshot"].is_null() && versions == (since + 1..=tip).collect::<Vec<_>>(),
        "after {since} came {versions:?} of {tip}"
    );
    Shown::Yes
}

pub(super) async fn h4(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    client.commit(json!([insert(&endpoint.fresh("t"), "x")])).await.version();
    let epoch = client.welcome["epoch"].clone();
    for fields in [
        json!({}),
        json!({"since": 1, "epoch": "another"}),
        json!({"since": 1}),
        json!({"since": 999_999_999, "epoch": epoch}),
    ] {
        let welcome = client.hello(fields.clone()).await;
        assert!(
            welcome["snapshot"].is_object() || welcome["snapshotUrl"].is_string(),
            "{fields} gets the sheet"
        );
    }
    Shown::Yes
}

pub(super) async fn h5(endpoint: &Endpoint) -> Shown {
    let person = endpoint.editor();
    for cycle in ["2020-W01", "2035-W01"] {
        let door = endpoint.door_to(&endpoint.setup.team, cycle, Some(endpoint.token(&person).await));
        let mut client = Client::open(&door).await.expect("the socket opens");
        client.send(json!({"type": "hello"})).await;
        assert_eq!(client.frame_of("error").await["code"], "NOT_FOUND", "{cycle}");
        assert_eq!(
            endpoint.get(&person, &format!("/api/cycles/{}/{cycle}", endpoint.setup.team)).await.status,
            404
        );
    }
    endpoint.join(&person).await;
    Shown::Yes
}

pub(super) async fn h6(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let other = endpoint.editor();
    let visitor = endpoint.join(&other).await;
    let joined = client
        .frame("joined", |frame| frame["type"] == "joined" && frame["user"]["id"] == other.user.as_str())
        .await;
    assert_eq!(
        (&joined["connectionId"], &joined["role"]),
        (&visitor.welcome["connectionId"], &json!("editor"))
    );
    visitor.close().await;
    client
        .frame("left", |frame| frame["type"] == "left" && frame["connectionId"] == joined["connectionId"])
        .await;
    Shown::Yes
}

pub(super) async fn h8(endpoint: &Endpoint) -> Shown {
    let client = endpoint.join(&endpoint.editor()).await;
    assert_eq!(client.welcome["protocol"], 1);
    Shown::Yes
}
