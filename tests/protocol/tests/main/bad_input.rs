//! Everything that should not be sent: each with its coded answer, and without effect.
use harness::{
    Client, NEXT_WEEK, THIS_WEEK, World,
    client::{insert, modify},
    web, who, world,
};
use serde_json::{Value, json};
use std::time::Duration;

/// The code of the next `error` or `rejected`.
async fn refusal(client: &mut Client) -> String {
    let frame =
        client.frame("a refusal", |frame| frame["type"] == "error" || frame["type"] == "rejected").await;
    assert!(!frame["message"].as_str().unwrap().is_empty(), "a refusal says what was wrong: {frame}");
    assert!(frame["retryable"].is_boolean(), "{frame}");
    frame["code"].as_str().unwrap().to_owned()
}

// rule: F4, F5, P2, X6, X8, X9
#[tokio::test]
async fn what_does_not_read_is_answered_with_its_code_and_changes_nothing() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    ana.commit(json!([insert("t1", "Ship it")])).await.version();
    let before = (ana.replica.bytes(), world.log(NEXT_WEEK).await.changes.len());
    let change = |ops: Value| json!({"type": "change", "id": "x.1", "base": 1, "ops": ops}).to_string();
    for (text, code) in [
        ("".to_owned(), "UNSUPPORTED"),
        ("{".to_owned(), "MALFORMED"),
        ("{}".to_owned(), "MALFORMED"),
        ("[1,2]".to_owned(), "UNSUPPORTED"),
        ("null".to_owned(), "UNSUPPORTED"),
        (r#"{"type":"dance"}"#.to_owned(), "UNSUPPORTED"),
        (r#"{"type":7}"#.to_owned(), "MALFORMED"),
        (r#"{"type":"replay"}"#.to_owned(), "MALFORMED"),
        (r#"{"type":"replay","since":-1}"#.to_owned(), "MALFORMED"),
        (r#"{"type":"ping","version":1e99}"#.to_owned(), "MALFORMED"),
        (r#"{"type":"hello","since":"1"}"#.to_owned(), "MALFORMED"),
        (r#"{"type":"presence","state":{"status":"asleep"}}"#.to_owned(), "MALFORMED"),
        (
            json!({"type": "presence", "state": {"docs": {"summary": "x".repeat(3_000)}}}).to_string(),
            "PAYLOAD_TOO_LARGE",
        ),
        (r#"{"type":"change","id":"x.1","base":1}"#.to_owned(), "MALFORMED"),
        (r#"{"type":"change","base":1,"ops":[]}"#.to_owned(), "MALFORMED"),
        (r#"{"type":"change","id":"x.0","base":1,"ops":[]}"#.to_owned(), "MALFORMED"),
        (r#"{"type":"change","id":"no dot","base":1,"ops":[]}"#.to_owned(), "MALFORMED"),
        (change(json!([])), "MALFORMED"),
        (change(json!([{"op": "PAINT"}])), "UNSUPPORTED"),
        (change(json!([{"noop": 1}])), "MALFORMED"),
        (change(json!([insert("a#b", "x")])), "MALFORMED"),
        (change(json!([modify("t1", "colour", "", "red")])), "MALFORMED"),
        (change(json!([modify("t1", "source", "", "m1")])), "INVALID_VALUE"),
        (change(json!([modify("t1", "status", "", "Perhaps")])), "INVALID_VALUE"),
        (change(json!([modify("t1", "progress", "", "101")])), "INVALID_VALUE"),
        (change(json!([modify("t1", "description", "", &"x".repeat(2_001))])), "INVALID_VALUE"),
        (change(json!([modify("t9", "status", "", "Done")])), "UNKNOWN_TARGET"),
        (change(json!([insert("t1", "twice")])), "UNKNOWN_TARGET"),
        (change(json!([{"op": "ROW_REMOVE", "taskId": "t9"}])), "UNKNOWN_TARGET"),
        (change(json!([{"op": "ROW_MOVE", "taskId": "t1", "after": "t9"}])), "UNKNOWN_TARGET"),
        (change(json!([{"op": "ROW_LOCK", "taskId": "t1", "seconds": 100_000}])), "INVALID_VALUE"),
        // One bad op refuses the whole change.
        (
            change(json!([modify("t1", "status", "", "Done"), modify("t9", "status", "", "Done")])),
            "UNKNOWN_TARGET",
        ),
        (
            json!({"type": "change", "id": "x.1", "base": 999, "ops": [insert("t2", "x")]}).to_string(),
            "MALFORMED",
        ),
    ] {
        ana.send_text(&text).await;
        assert_eq!(refusal(&mut ana).await, code, "{text}");
    }
    assert_eq!((ana.replica.bytes(), world.log(NEXT_WEEK).await.changes.len()), before);
    assert_eq!(
        ana.commit(json!([modify("t1", "status", "", "Done")])).await.version(),
        2,
        "the socket lives on"
    );
}

// rule: F2, F5
#[tokio::test]
async fn a_frame_over_28_kb_is_refused_by_its_id_and_one_over_32_kb_ends_the_socket() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let of_size = |bytes: usize| {
        let frame = |filling: usize| {
            let later = "x".repeat(filling);
            json!({"type": "change", "id": "big.1", "base": 0, "ops": [insert("t1", "x")], "later": later})
                .to_string()
        };
        let envelope = frame(0).len();
        frame(bytes - envelope)
    };
    for bytes in [28 * 1024 + 1, 30 * 1024, 32 * 1024] {
        ana.send_text(&of_size(bytes)).await;
        let rejected = ana.frame_of("rejected").await;
        assert_eq!(
            (&rejected["id"], &rejected["code"]),
            (&json!("big.1"), &json!("PAYLOAD_TOO_LARGE")),
            "{bytes}"
        );
    }
    ana.send_text(&of_size(32 * 1024 + 1)).await;
    assert_eq!(ana.end().await, Some(1009));
    let mut ben = world.join(&who("ben")).await;
    ben.send_text(&of_size(28 * 1024)).await;
    assert_eq!(ben.settled("big.1").await.version(), 1, "28 KB are taken");
    assert_eq!(world.log(NEXT_WEEK).await.changes.len(), 1);
}

// rule: F1
#[tokio::test]
async fn a_binary_frame_ends_the_socket_with_1003() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    ana.send_binary(br#"{"type":"ping"}"#.to_vec()).await;
    assert_eq!(ana.end().await, Some(1003));
}

// rule: C1, C2, C3
#[tokio::test]
async fn nobody_enters_without_a_token_that_names_them_their_team_and_their_time() {
    let world = World::new().await;
    let ana = who("ana");
    let good = world.door(&ana, NEXT_WEEK);
    let later = harness::START_MS + 3_600_000;
    let token = world.token(&ana);
    let mut cut = token.clone();
    cut.truncate(token.len() - 2);
    let unsigned = {
        let body = token.split('.').nth(1).unwrap();
        format!("eyJhbGciOiJub25lIn0.{body}.")
    };
    for (what, token, status) in [
        ("no token", None, 403),
        ("no JWT", Some("rubbish".to_owned()), 403),
        ("a cut token", Some(cut), 403),
        ("a token without a signature", Some(unsigned), 403),
        ("another issuer's key", Some(ana.token_signed("another secret, long enough", later)), 403),
        ("a token whose time is over", Some(ana.token(harness::START_MS - 1_000)), 403),
        ("another team's token", Some(world.token(&ana.clone().in_team("billing"))), 403),
    ] {
        let refused = Client::open(&harness::client::Door { token, ..good.clone() }).await.err();
        assert_eq!(refused, Some(status), "{what}");
    }
    for (what, path, status) in [
        ("another team's room", "/dev?team=billing&cycle=2026-W48", 403),
        ("no team", "/dev?cycle=2026-W48", 403),
        ("no week", "/dev?team=platform", 403),
        ("a week that no calendar has", "/dev?team=platform&cycle=2026-W60", 403),
        ("a word that could break a key", "/dev?team=platform%23x&cycle=2026-W48", 403),
    ] {
        let refused =
            Client::open(&harness::client::Door { path: path.to_owned(), ..good.clone() }).await.err();
        assert_eq!(refused, Some(status), "{what}");
    }
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        let door = harness::client::Door { origin: Some(origin.to_owned()), ..good.clone() };
        assert_eq!(Client::open(&door).await.err(), Some(403), "{origin}");
    }
    assert_eq!(world.stack.gateway.connections(), 0);
    // The same doors, held right: from the page, from a script without an origin, with the token in the query.
    let opened = Client::open(&good).await.unwrap();
    assert_eq!(opened.subprotocol.as_deref(), Some("cyclesheet.v1"), "the token is never answered");
    let script = harness::client::Door { origin: None, ..good.clone() };
    assert!(Client::open(&script).await.is_ok());
    let tool = harness::client::Door { token: None, path: format!("{}&token={token}", good.path), ..good };
    let tool = Client::join(&tool).await;
    assert_eq!(tool.welcome["user"]["id"], "ana");
}

// rule: H5
#[tokio::test]
async fn a_week_that_may_not_begin_is_not_found_and_leaves_nothing() {
    let world = World::new().await;
    for week in ["2026-W49", "2027-W10", "2026-W46", "2001-W01"] {
        let mut ana = Client::open(&world.door(&who("ana"), week)).await.unwrap();
        ana.send(json!({"type": "hello"})).await;
        assert_eq!(refusal(&mut ana).await, "NOT_FOUND", "{week}");
        ana.send(json!({"type": "change", "id": "a.1", "base": 0, "ops": [insert("t1", "x")]})).await;
        assert_eq!(refusal(&mut ana).await, "NOT_FOUND", "{week}");
        for frame in
            [json!({"type": "ping"}), json!({"type": "replay", "since": 0}), json!({"type": "refresh"})]
        {
            ana.send(frame.clone()).await;
            assert_eq!(refusal(&mut ana).await, "NOT_FOUND", "{week} {frame}");
        }
        ana.send_text("CELL_MODIFY|#1|status||Done").await;
        assert_eq!(refusal(&mut ana).await, "NOT_FOUND", "{week}");
        assert!(world.log(week).await.changes.is_empty());
        assert!(store::record::load(&world.table(), &world.key(week)).await.unwrap().is_none());
    }
    let token = world.token(&who("ana"));
    let cycles =
        web::bearing(world.stack.address, &token, "GET", "/api/cycles?team=platform", String::new()).await;
    assert_eq!(cycles.json(), json!({"cycles": [], "current": "2026-W47"}));
}

#[tokio::test]
async fn a_viewer_reads_and_writes_nothing() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    ana.commit(json!([insert("t1", "Ship it")])).await.version();
    let mut vera = world.join(&who("vera").viewer()).await;
    assert_eq!((&vera.welcome["role"], vera.replica.bytes()), (&json!("viewer"), ana.replica.bytes()));
    for ops in [
        json!([insert("t2", "x")]),
        json!([modify("t1", "status", "", "Done")]),
        json!([{"op": "ROW_REMOVE", "taskId": "t1"}]),
        json!([{"op": "ROW_LOCK", "taskId": "t1", "seconds": 10}]),
        json!([{"op": "COMMENT_ADD", "commentId": "c1", "taskId": "t1", "text": "x"}]),
        json!([{"op": "MEMBER_ROLE", "userId": "vera", "role": "admin"}]),
    ] {
        assert_eq!(vera.commit(ops.clone()).await.rejected()["code"], "FORBIDDEN", "{ops}");
    }
    vera.send(json!({"type": "refresh"})).await;
    assert_eq!(refusal(&mut vera).await, "FORBIDDEN");
    vera.send_text("CELL_MODIFY|t1|status||Done").await;
    assert_eq!(refusal(&mut vera).await, "FORBIDDEN");
    assert_eq!(world.log(NEXT_WEEK).await.changes.len(), 1);
    let version = ana.commit(json!([modify("t1", "status", "", "Done")])).await.version();
    vera.reach(version).await;
    assert_eq!(vera.replica.bytes(), ana.replica.bytes());
}

// rule: C4, K7
#[tokio::test]
async fn nothing_a_client_writes_names_its_author_its_role_or_its_time() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let forged = json!({
        "type": "change", "id": "x.1", "base": 0, "ops": [insert("t1", "Ship it")],
        "author": {"id": "boss", "name": "The Boss"}, "role": "admin", "at": 1, "version": 99, "user": "boss", "tenant": "globex",
    });
    ana.send(forged).await;
    assert_eq!(ana.settled("x.1").await.version(), 1);
    let change = &ana.replica.told[&1];
    assert_eq!(
        (&change["author"], &change["role"]),
        (&json!({"id": "ana", "name": "ana"}), &json!("editor"))
    );
    assert_eq!((&change["at"], &change["version"]), (&json!(harness::START_MS), &json!(1)));
    ana.send(json!({
        "type": "change", "id": "x.2", "base": 1, "role": "system", "author": {"id": "cyclesheet", "name": "Cyclesheet"},
        "ops": [{"op": "MEMBER_REVOKE", "userId": "ben"}],
    }))
    .await;
    assert_eq!(ana.settled("x.2").await.rejected()["code"], "FORBIDDEN");
}

#[tokio::test]
async fn what_is_the_systems_own_is_forbidden_to_everybody() {
    let world = World::new().await;
    let mut boss = world.join(&who("boss").admin()).await;
    for op in [
        json!({"op": "GENERATION_STARTED", "generation": 1, "leaseMs": 60_000}),
        json!({"op": "GENERATED", "generation": 1, "part": 1, "parts": 1, "origin": "model", "rows": []}),
        json!({"op": "GENERATION_FAILED", "generation": 1, "reason": "x"}),
        json!({"op": "CYCLE_STALE", "messages": 3}),
        json!({"op": "CYCLE_SEALED"}),
    ] {
        assert_eq!(boss.commit(json!([op])).await.rejected()["code"], "FORBIDDEN", "{op}");
    }
    let grant = boss.commit(json!([{"op": "MEMBER_ROLE", "userId": "ben", "role": "system"}])).await;
    assert_eq!(grant.rejected()["code"], "INVALID_VALUE");
    assert!(world.log(NEXT_WEEK).await.changes.is_empty());
}

// rule: M1, M4
#[tokio::test]
async fn after_a_removal_nothing_of_theirs_is_committed_until_they_are_back() {
    let world = World::new().await;
    let (mut boss, mut ben) = (world.join(&who("boss").admin()).await, world.join(&who("ben")).await);
    let (door, mut elsewhere) =
        (world.door(&who("ben"), NEXT_WEEK), world.join_week(&who("ben"), THIS_WEEK).await);
    ben.commit(json!([insert("t1", "mine")])).await.version();
    boss.reach(1).await;
    let revoke = json!([{"op": "MEMBER_REVOKE", "userId": "ben"}]);
    assert_eq!(ben.commit(revoke.clone()).await.rejected()["code"], "FORBIDDEN");
    let revoked = boss.commit(revoke).await.version();
    for socket in [&mut ben, &mut elsewhere] {
        // Sent whether or not the end is on its way already: it must not count.
        socket.change(json!([insert("t2", "more")])).await;
        assert_eq!(socket.end().await, Some(1000));
    }
    assert_eq!(Client::open(&door).await.err(), Some(403));
    let bearer = world.token(&who("ben"));
    let path = format!("/api/cycles/platform/{NEXT_WEEK}");
    let refused = web::bearing(world.stack.address, &bearer, "GET", &path, String::new()).await;
    assert_eq!(refused.refusal(), (403, "REVOKED".to_owned()));
    boss.commit(json!([{"op": "MEMBER_RESTORE", "userId": "ben"}])).await.version();
    let mut back = Client::join(&door).await;
    let again = back.commit(json!([insert("t3", "again")])).await.version();
    for week in [THIS_WEEK, NEXT_WEEK] {
        let log = world.log(week).await;
        let of_ben = log
            .changes
            .iter()
            .filter(|change| change.author.id.as_str() == "ben")
            .map(|change| change.version);
        let after: Vec<u64> = of_ben.filter(|version| *version > revoked).collect();
        assert_eq!(after, if week == NEXT_WEEK { vec![again] } else { vec![] }, "{week}");
        let ops: Vec<&str> =
            log.changes.iter().flat_map(|change| change.ops.iter().map(sheet::Op::name)).collect();
        assert!(ops.contains(&"MEMBER_REVOKE") && ops.contains(&"MEMBER_RESTORE"), "{week}: {ops:?}");
    }
}

// rule: F7
#[tokio::test]
async fn a_token_whose_time_ends_in_mid_session_ends_the_socket_whatever_is_sent() {
    let world = World::new().await;
    let ana = who("ana");
    let frames = [
        json!({"type": "hello"}).to_string(),
        json!({"type": "change", "id": "late.1", "base": 0, "ops": [insert("t1", "x")]}).to_string(),
        json!({"type": "presence", "state": {}}).to_string(),
        json!({"type": "replay", "since": 0}).to_string(),
        json!({"type": "refresh"}).to_string(),
        json!({"type": "ping"}).to_string(),
        "ROW_INSERT|{\"title\":\"x\"}".to_owned(),
        "not a frame at all".to_owned(),
    ];
    let mut clients = Vec::new();
    for _ in &frames {
        let token = Some(ana.token(harness::START_MS + 60_000));
        clients.push(Client::join(&harness::client::Door { token, ..world.door(&ana, NEXT_WEEK) }).await);
    }
    world.advance(Duration::from_secs(59));
    clients[0].ping().await;
    world.advance(Duration::from_secs(2));
    for (client, frame) in clients.iter_mut().zip(&frames) {
        client.send_text(frame).await;
        let refused = client.frame_of("error").await;
        assert_eq!(
            (&refused["code"], &refused["retryable"]),
            (&json!("TOKEN_EXPIRED"), &json!(true)),
            "{frame}"
        );
        assert_eq!(client.end().await, Some(1000), "{frame}");
    }
    assert!(world.log(NEXT_WEEK).await.changes.is_empty());
    let mut back = world.join(&ana).await;
    assert_eq!(back.commit(json!([insert("t1", "x")])).await.version(), 1, "a fresh token goes on");
}

// rule: C6
#[tokio::test]
async fn the_same_words_in_two_tenants_or_two_teams_are_rooms_apart() {
    let world = World::new().await;
    let people = [who("ana"), who("ana").of("globex"), who("ana").in_team("billing")];
    let mut clients = Vec::new();
    for person in &people {
        clients.push(world.join(person).await);
    }
    for (n, client) in clients.iter_mut().enumerate() {
        assert_eq!(client.welcome["connections"].as_array().unwrap().len(), 1, "alone in the room");
        client.change_as("same.1", json!([insert("t1", &format!("secret {n}"))])).await;
        assert_eq!(client.settled("same.1").await.version(), 1);
        client.send(json!({"type": "presence", "state": {"status": "typing"}})).await;
    }
    let epochs: Vec<String> = clients.iter().map(|client| client.welcome["epoch"].to_string()).collect();
    assert!(epochs[0] != epochs[1] && epochs[0] != epochs[2] && epochs[1] != epochs[2]);
    for (n, client) in clients.iter_mut().enumerate() {
        client.ping().await;
        assert_eq!(client.replica.cell("t1", "title"), format!("secret {n}"));
        let heard = serde_json::to_string(&client.heard).unwrap();
        assert!(!client.heard.iter().any(|frame| frame["type"] == "joined" || frame["type"] == "presence"));
        for other in (0..people.len()).filter(|other| *other != n) {
            assert!(!heard.contains(&format!("secret {other}")));
        }
    }
    // Over HTTP as well: each token opens its own, and the other team's path is shut.
    for (n, person) in people.iter().enumerate() {
        let (address, token) = (world.stack.address, world.token(person));
        for team in world::TEAMS {
            for (method, path) in [
                ("GET", format!("/api/cycles?team={team}")),
                ("GET", format!("/api/cycles/{team}/{NEXT_WEEK}")),
                ("GET", format!("/api/cycles/{team}/{NEXT_WEEK}/changes?since=0")),
                ("POST", format!("/api/cycles/{team}/{NEXT_WEEK}/changes")),
            ] {
                let body =
                    json!({"id": format!("h.{}", n + 1), "base": 1, "ops": [insert(&format!("h{n}"), "x")]})
                        .to_string();
                let body = if method == "POST" { body } else { String::new() };
                let answer = web::bearing(address, &token, method, &path, body).await;
                if team != person.team {
                    assert_eq!(answer.refusal(), (403, "FORBIDDEN".to_owned()), "{method} {path}");
                    continue;
                }
                assert_eq!(answer.status, 200, "{method} {path}");
                let text = answer.json().to_string();
                for other in (0..people.len()).filter(|other| *other != n) {
                    assert!(!text.contains(&format!("secret {other}")), "{path}");
                }
            }
        }
    }
    let both = world.log(NEXT_WEEK).await;
    assert_eq!(both.changes.len(), 2, "one over the socket, one over HTTP");
    assert!(world.log(THIS_WEEK).await.changes.is_empty());
}
