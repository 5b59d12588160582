use super::Shown;
use crate::{Endpoint, TokenWay};
use serde_json::json;
use wire::{
    Client,
    client::{Door, insert},
};

/// A socket that must not open: the status of its refusal.
async fn refused(door: &Door) -> u16 {
    match Client::open(door).await {
        Err(status) => status,
        Ok(_) => panic!("{} opened", door.path.split("&token").next().unwrap_or_default()),
    }
}

pub(super) async fn c1(endpoint: &Endpoint) -> Shown {
    if endpoint.setup.token_way == TokenWay::Query {
        return Shown::No("tokens travel in the query here".into());
    }
    let client = Client::open(&endpoint.door(&endpoint.editor()).await).await.expect("the socket opens");
    assert_eq!(client.subprotocol.as_deref(), Some("cyclesheet.v1"), "the subprotocol answered");
    let token = endpoint.token(&endpoint.editor()).await;
    let mut tool = endpoint.door_with(None);
    tool.path += &format!("&token={token}");
    tool.origin = None;
    let mut tool = Client::open(&tool).await.expect("?token= is taken from tools");
    tool.hello(json!({})).await;
    Shown::Yes
}

pub(super) async fn c2(endpoint: &Endpoint) -> Shown {
    let good = endpoint.token(&endpoint.editor()).await;
    let parts: Vec<&str> = good.split('.').collect();
    let mut forged = parts[2].to_owned().into_bytes();
    forged[5] = if forged[5] == b'A' { b'B' } else { b'A' };
    let forged = format!("{}.{}.{}", parts[0], parts[1], String::from_utf8(forged).unwrap());
    let brief = endpoint.token_for(&endpoint.editor(), 1).await;
    for (what, token) in [
        ("no token", None),
        ("no JWT", Some("rubbish".to_owned())),
        ("a changed signature", Some(forged)),
        ("a token without a signature", Some(format!("eyJhbGciOiJub25lIn0.{}.", parts[1]))),
    ] {
        assert_eq!(refused(&endpoint.door_with(token)).await, 403, "{what}");
    }
    let door = endpoint.door_with(Some(brief));
    loop {
        match Client::open(&door).await {
            Ok(client) => client.close().await,
            Err(status) => {
                assert_eq!(status, 403, "a token whose time is over");
                return Shown::Yes;
            }
        }
    }
}

pub(super) async fn c3(endpoint: &Endpoint) -> Shown {
    let (setup, token) = (&endpoint.setup, endpoint.token(&endpoint.editor()).await);
    let to = |team: &str, cycle: &str| endpoint.door_to(team, cycle, Some(token.clone()));
    assert_eq!(
        refused(&to(&setup.other_team, &setup.cycle)).await,
        403,
        "a team that the token does not name"
    );
    assert_eq!(refused(&to(&setup.team, "2026-W60")).await, 403, "a week that no calendar has");
    assert_eq!(refused(&to("", &setup.cycle)).await, 403, "no team");
    let removed = endpoint.editor();
    assert_eq!(
        endpoint
            .post(&endpoint.admin(), json!([{"op": "MEMBER_REVOKE", "userId": removed.user}]))
            .await
            .status,
        200
    );
    assert_eq!(refused(&endpoint.door(&removed).await).await, 403, "a removed user");
    if setup.origin.is_none() {
        return Shown::No("kept as far as it was asked; without --origin, origins were not".into());
    }
    for origin in ["https://evil.example", "null"] {
        let door = Door { origin: Some(origin.into()), ..endpoint.door_with(Some(token.clone())) };
        assert_eq!(refused(&door).await, 403, "the origin {origin}");
    }
    Shown::Yes
}

pub(super) async fn c4(endpoint: &Endpoint) -> Shown {
    let viewer = endpoint.viewer();
    let mut client = endpoint.join(&viewer).await;
    let forged = json!({
        "type": "change", "id": format!("{}.1", client.name), "base": client.replica.version(), "role": "admin",
        "author": {"id": "boss", "name": "Boss"}, "ops": [insert(&endpoint.fresh("t"), "forged")],
    });
    client.send(forged).await;
    let rejected = client.frame_of("rejected").await;
    assert_eq!(rejected["code"], "FORBIDDEN", "a role in a frame has no effect");
    let editor = endpoint.editor();
    let mut client = endpoint.join(&editor).await;
    let (id, row) = (format!("{}.1", client.name), endpoint.fresh("t"));
    let base = client.replica.version();
    client.send(json!({"type": "change", "id": id, "base": base, "author": {"id": "boss"}, "user": {"id": "boss"}, "ops": [insert(&row, "x")]})).await;
    let version = client.settled(&id).await.version();
    assert_eq!(
        client.replica.told[&version]["author"]["id"], editor.user,
        "an author in a frame has no effect"
    );
    Shown::Yes
}

pub(super) async fn c5(endpoint: &Endpoint) -> Shown {
    let person = endpoint.editor();
    let door = endpoint.door(&person).await;
    let mut sockets = Vec::new();
    for _ in 0..11 {
        let mut socket = Client::open(&door).await.expect("the socket opens");
        socket.hello(json!({})).await;
        sockets.push(socket);
    }
    // Ages count in milliseconds, so which of the first two is the oldest may be open on a fast line.
    sockets.remove(0).end().await;
    for socket in &mut sockets {
        socket.ping().await;
    }
    Shown::Yes
}

pub(super) async fn c6(endpoint: &Endpoint) -> Shown {
    let (setup, secret) = (&endpoint.setup, endpoint.fresh("secret"));
    let stranger = crate::Person { tenant: setup.other_tenant.clone(), ..endpoint.admin() };
    let mut other = Client::open(&endpoint.door(&stranger).await)
        .await
        .expect("another tenant's room of this name opens");
    let mut client = endpoint.join(&endpoint.editor()).await;
    let row = endpoint.fresh("t");
    client.commit(json!([insert(&row, &secret)])).await.version();
    client
        .send(json!({"type": "presence", "tenant": setup.other_tenant, "state": {"status": "typing"}}))
        .await;
    client.ping().await;
    // Whatever the other tenant's room is, nothing of this one comes there or can be asked for there.
    other.send(json!({"type": "hello", "tenant": setup.tenant})).await;
    other.send(json!({"type": "replay", "since": 0, "tenant": setup.tenant})).await;
    other.send(json!({"type": "ping"})).await;
    other
        .frame("an answer to the ping", |frame| frame["type"] == "pong" || frame["code"] == "NOT_FOUND")
        .await;
    for what in ["", "/changes", "/export?format=json", "/log"] {
        let answer = endpoint.get(&stranger, &format!("{}{what}", endpoint.cycle_path())).await;
        assert!(!String::from_utf8_lossy(&answer.body).contains(&secret), "{what} crosses the tenant");
    }
    assert!(
        other.heard.iter().all(|frame| !frame.to_string().contains(&secret)),
        "a broadcast crossed the tenant"
    );
    for path in [
        format!("/api/cycles/{}/{}", setup.other_team, setup.cycle),
        format!("/api/cycles/{}%23x/{}", setup.team, setup.cycle),
    ] {
        let answer = endpoint.get(&endpoint.editor(), &path).await;
        assert!(matches!(answer.status, 403 | 404), "{path}: {}", answer.status);
    }
    Shown::Yes
}
