//! The same over HTTPS.
use harness::{
    Call, Fault, NEXT_WEEK, THIS_WEEK, Who, World,
    client::{insert, modify},
    web::{self, Answer},
    who,
};
use serde_json::{Value, json};

const CYCLE: &str = "/api/cycles/platform/2026-W48";
const CHANGES: &str = "/api/cycles/platform/2026-W48/changes";

async fn get(world: &World, who: &Who, path: &str) -> Answer {
    web::bearing(world.stack.address, &world.token(who), "GET", path, String::new()).await
}

async fn post(world: &World, who: &Who, change: Value) -> Answer {
    web::bearing(world.stack.address, &world.token(who), "POST", CHANGES, change.to_string()).await
}

fn change(id: &str, base: u64, ops: Value) -> Value {
    json!({"id": id, "base": base, "ops": ops})
}

// rule: W1
#[tokio::test]
async fn the_list_of_cycles_is_newest_first_and_only_what_was_begun() {
    let world = World::new().await;
    // Nothing has begun, and the answer says which week may begin: so the first visitor begins it.
    let none = get(&world, &who("ana"), "/api/cycles?team=platform").await.json();
    assert_eq!(none, json!({"cycles": [], "current": THIS_WEEK}));
    world.join_week(&who("ana"), THIS_WEEK).await;
    world.join_week(&who("ana"), NEXT_WEEK).await;
    let cycles = get(&world, &who("ana"), "/api/cycles?team=platform").await.json();
    let weeks: Vec<&str> =
        cycles["cycles"].as_array().unwrap().iter().map(|c| c["cycle"].as_str().unwrap()).collect();
    assert_eq!(weeks, [NEXT_WEEK, THIS_WEEK]);
    assert_eq!(cycles["cycles"][0]["createdAt"], harness::START_MS);
}

// rule: W2, W5
#[tokio::test]
async fn a_snapshot_has_an_etag_is_not_sent_twice_and_is_packed_for_who_takes_it() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let first = json!({"op": "ROW_INSERT", "taskId": "t1", "after": null, "cells": {"title": "x", "description": "y".repeat(1_500)}});
    ana.commit(json!([first])).await.version();
    let (address, bearer) = (world.stack.address, format!("Bearer {}", world.token(&who("ben"))));
    let ask = async |headers: &[(&str, &str)]| {
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        web::request(address, "GET", CYCLE, &all, String::new()).await
    };
    let whole = ask(&[]).await;
    assert_eq!(
        (whole.status, whole.header("content-encoding"), whole.header("cache-control")),
        (200, None, Some("private, no-cache"))
    );
    let sheet = whole.json();
    let etag = whole.header("etag").unwrap().to_owned();
    assert_eq!(etag, format!("\"{}-1\"", sheet["epoch"].as_str().unwrap()));
    assert_eq!((&sheet["version"], &sheet["epoch"]), (&json!(1), &ana.welcome["epoch"]));
    let mut replica = harness::Replica::default();
    replica.start(&sheet["snapshot"]);
    assert_eq!(replica.bytes(), ana.replica.bytes());

    let packed = ask(&[("accept-encoding", "gzip, br")]).await;
    assert_eq!((packed.header("content-encoding"), packed.json()), (Some("gzip"), sheet));
    assert!(packed.body.len() < whole.body.len() / 2);

    for known in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}")] {
        let same = ask(&[("if-none-match", &known)]).await;
        assert_eq!(
            (same.status, same.body.len(), same.header("etag")),
            (304, 0, Some(etag.as_str())),
            "{known}"
        );
    }
    ana.commit(json!([insert("t2", "more")])).await.version();
    let newer = ask(&[("if-none-match", &etag)]).await;
    assert_eq!((newer.status, &newer.json()["version"]), (200, &json!(2)));
}

// rule: W4
#[tokio::test]
async fn pages_of_the_log_follow_each_other_without_gap_or_twin_from_any_version() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    for n in 1..=7 {
        ana.commit(json!([insert(&format!("t{n}"), "x")])).await.version();
    }
    let versions = |page: &Value| -> Vec<u64> {
        page["changes"].as_array().unwrap().iter().map(|c| c["version"].as_u64().unwrap()).collect()
    };
    for since in 0..=7_u64 {
        let mut seen = Vec::new();
        let mut at = since;
        while at < 7 {
            let page = get(&world, &who("ben"), &format!("{CHANGES}?since={at}&limit=3")).await.json();
            assert_eq!((&page["version"], &page["epoch"]), (&json!(7), &ana.welcome["epoch"]));
            assert!((1..=3).contains(&versions(&page).len()));
            seen.extend(versions(&page));
            at = *seen.last().unwrap();
        }
        assert_eq!(seen, (since + 1..=7).collect::<Vec<_>>());
    }
    let beyond = get(&world, &who("ben"), &format!("{CHANGES}?since=7")).await.json();
    assert_eq!((versions(&beyond), &beyond["version"]), (vec![], &json!(7)));
    let far = get(&world, &who("ben"), &format!("{CHANGES}?since=999999999998")).await;
    assert_eq!((far.status, versions(&far.json())), (200, vec![]));
    let whole = get(&world, &who("ben"), CHANGES).await.json();
    assert_eq!(whole["changes"][0], ana.replica.told[&1], "a change over HTTP is the change over the socket");
}

// rule: W3
#[tokio::test]
async fn a_change_over_http_is_committed_once_and_the_room_is_told() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let bot = who("bot");
    let done = post(&world, &bot, change("bot.1", 0, json!([insert("t1", "by a bot")]))).await;
    assert_eq!(
        (done.status, &done.json()["type"], &done.json()["changes"][0]["version"]),
        (200, &json!("committed"), &json!(1))
    );
    assert_eq!(done.json()["changes"][0]["author"]["id"], "bot");
    ana.reach(1).await;
    assert_eq!(ana.replica.cell("t1", "title"), "by a bot");
    let again = post(&world, &bot, change("bot.1", 0, json!([insert("t1", "by a bot")]))).await;
    assert_eq!((again.status, again.json()), (200, done.json()));
    ana.commit(json!([modify("t1", "status", "", "Done")])).await.version();
    let conflict =
        post(&world, &bot, change("bot.2", 1, json!([modify("t1", "status", "", "Blocked")]))).await;
    assert_eq!(conflict.refusal(), (409, "CONFLICT".to_owned()));
    let conflict = conflict.json();
    assert_eq!(
        (&conflict["type"], &conflict["id"], &conflict["version"]),
        (&json!("rejected"), &json!("bot.2"), &json!(2))
    );
    assert_eq!(
        (&conflict["current"]["value"], &conflict["current"]["author"]),
        (&json!("Done"), &json!("ana"))
    );
    assert_eq!(world.log(NEXT_WEEK).await.changes.len(), 2);
}

// rule: K5, X12
#[tokio::test]
async fn a_change_too_large_for_a_frame_is_announced_without_its_ops_and_fetched() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let row = |n: usize, bytes: usize| json!({"op": "ROW_INSERT", "taskId": format!("t{n}"), "after": null, "cells": {"title": "x", "description": "y".repeat(bytes)}});
    let large: Vec<Value> = (0..70).map(|n| row(n, 1_900)).collect();
    assert_eq!(post(&world, &who("bot"), change("bot.1", 0, json!(large))).await.status, 200);
    let told = ana.frame_of("committed").await;
    assert_eq!((&told["changes"][0]["version"], &told["changes"][0]["ops"]), (&json!(1), &json!(null)));
    let page = get(&world, &who("ana"), &format!("{CHANGES}?since=0")).await.json();
    ana.replica.told(&page["changes"]);
    assert_eq!(ana.replica.sheet().row_count(), 70);
    ana.commit(json!([insert("last", "one more")])).await.version();
    assert_eq!(ana.replica.bytes(), world.log(NEXT_WEEK).await.bytes());

    let too_large: Vec<Value> = (100..250).map(|n| row(n, 1_900)).collect();
    let refused = post(&world, &who("bot"), change("bot.2", 1, json!(too_large))).await;
    assert_eq!(refused.refusal(), (413, "PAYLOAD_TOO_LARGE".to_owned()));
    let flood =
        web::bearing(world.stack.address, &world.token(&who("bot")), "POST", CHANGES, "x".repeat(1_048_576))
            .await;
    assert_eq!(flood.refusal(), (413, "PAYLOAD_TOO_LARGE".to_owned()));
    assert_eq!(world.log(NEXT_WEEK).await.changes.len(), 2);
}

// rule: W5
#[tokio::test]
async fn what_is_wrong_with_a_request_has_its_status_and_its_code() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    ana.commit(json!([insert("t1", "x")])).await.version();
    let (address, token) = (world.stack.address, world.token(&who("ana")));
    let expired = who("ana").token(harness::START_MS);
    for (what, headers) in [
        ("no bearer", vec![]),
        ("no scheme", vec![("authorization", token.clone())]),
        ("another scheme", vec![("authorization", format!("Basic {token}"))]),
        ("rubbish", vec![("authorization", "Bearer rubbish".to_owned())]),
        ("an expired token", vec![("authorization", format!("Bearer {expired}"))]),
        (
            "a forged token",
            vec![(
                "authorization",
                format!("Bearer {}", who("ana").token_signed("other", harness::START_MS * 2)),
            )],
        ),
    ] {
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for (method, path) in
            [("GET", "/api/cycles?team=platform"), ("GET", CYCLE), ("GET", CHANGES), ("POST", CHANGES)]
        {
            let answer = web::request(address, method, path, &headers, String::new()).await;
            assert_eq!(answer.refusal(), (401, "TOKEN_EXPIRED".to_owned()), "{what}: {method} {path}");
        }
    }
    for (method, path, status, code) in [
        ("GET", "/api/cycles", 400, "MALFORMED"),
        ("GET", "/api/cycles?team=billing", 403, "FORBIDDEN"),
        ("GET", "/api/cycles?team=a%23b", 404, "NOT_FOUND"),
        ("GET", "/api/cycles/billing/2026-W48", 403, "FORBIDDEN"),
        ("GET", "/api/cycles/platform/2026-W60", 404, "NOT_FOUND"),
        ("GET", "/api/cycles/platform/2026-W49", 404, "NOT_FOUND"),
        ("GET", "/api/cycles/platform/2026-W49/changes", 404, "NOT_FOUND"),
        ("POST", "/api/cycles/platform/2026-W49/changes", 404, "NOT_FOUND"),
        ("GET", "/api/cycles/platform/2026-W48/changes?since=x", 400, "MALFORMED"),
        ("GET", "/api/cycles/platform/2026-W48/changes?limit=-1", 400, "MALFORMED"),
        ("DELETE", CYCLE, 405, "UNSUPPORTED"),
        ("GET", "/api/else", 404, "NOT_FOUND"),
    ] {
        let body = if method == "POST" {
            change("a.1", 0, json!([insert("t2", "x")])).to_string()
        } else {
            String::new()
        };
        let answer = web::bearing(address, &token, method, path, body).await;
        assert_eq!(answer.refusal(), (status, code.to_owned()), "{method} {path}");
        assert!(answer.json()["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
    for (body, status, code) in [
        ("", 400, "MALFORMED"),
        ("{", 400, "MALFORMED"),
        ("null", 400, "MALFORMED"),
        (r#"{"id":"a.0","base":0,"ops":[]}"#, 400, "MALFORMED"),
        (r#"{"id":"a.1","base":0,"ops":[]}"#, 400, "MALFORMED"),
        (r#"{"id":"a.1","base":0,"ops":[{"op":"PAINT"}]}"#, 405, "UNSUPPORTED"),
        (r#"{"id":"a.1","base":0,"ops":[{"op":"CYCLE_SEALED"}]}"#, 403, "FORBIDDEN"),
        (r#"{"id":"a.1","base":1,"ops":[{"op":"ROW_REMOVE","taskId":"t9"}]}"#, 404, "UNKNOWN_TARGET"),
    ] {
        let answer = web::bearing(address, &token, "POST", CHANGES, body.to_owned()).await;
        assert_eq!(answer.refusal(), (status, code.to_owned()), "{body}");
    }
    let viewer = post(&world, &who("vera").viewer(), change("v.1", 1, json!([insert("t2", "x")]))).await;
    assert_eq!(viewer.refusal(), (403, "FORBIDDEN".to_owned()));
    assert_eq!(get(&world, &who("vera").viewer(), CYCLE).await.status, 200);
    assert_eq!(
        get(&world, &who("ana").of("globex"), CYCLE).await.status,
        404,
        "another tenant has no such cycle"
    );
    assert_eq!(world.log(NEXT_WEEK).await.changes.len(), 1);
}

#[tokio::test]
async fn a_store_that_cannot_say_is_503_and_the_same_request_finds_its_change() {
    let world = World::new().await;
    world.join(&who("ana")).await;
    world.faults.next(3, Fault::LoseAnswer, Call::is_commit);
    let sent = change("bot.1", 0, json!([insert("t1", "by a bot")]));
    assert_eq!(post(&world, &who("bot"), sent.clone()).await.refusal(), (503, "BUSY".to_owned()));
    let again = post(&world, &who("bot"), sent).await;
    assert_eq!((again.status, &again.json()["changes"][0]["version"]), (200, &json!(1)));
    assert_eq!(world.log(NEXT_WEEK).await.changes.len(), 1);
    world.faults.rule(|_| Some(Fault::LoseRequest));
    assert_eq!(get(&world, &who("ana"), CYCLE).await.refusal(), (503, "BUSY".to_owned()));
}

// rule: W6
#[tokio::test]
async fn a_request_of_a_removed_member_is_refused_whatever_it_asks() {
    let world = World::new().await;
    let mut boss = world.join(&who("boss").admin()).await;
    boss.commit(json!([{"op": "MEMBER_REVOKE", "userId": "ana"}])).await.version();
    for path in ["/api/cycles?team=platform", CYCLE, CHANGES] {
        assert_eq!(get(&world, &who("ana"), path).await.refusal(), (403, "REVOKED".to_owned()), "{path}");
    }
    let sent = post(&world, &who("ana"), change("a.1", 0, json!([insert("t1", "x")]))).await;
    assert_eq!(sent.refusal(), (403, "REVOKED".to_owned()));
    let door = world.door(&who("ana"), NEXT_WEEK);
    assert_eq!(harness::Client::open(&door).await.err(), Some(403), "nor does a new socket open");
    assert_eq!(
        get(&world, &who("ana").of("globex"), "/api/cycles?team=platform").await.status,
        200,
        "removal is the tenant's"
    );
}

// rule: W13
#[tokio::test]
async fn a_week_is_compared_with_the_week_before_it() {
    let world = World::new().await;
    let row = |id: &str, title: &str, status: &str, deadline: &str| {
        json!({"op": "ROW_INSERT", "taskId": id, "after": null,
            "cells": {"title": title, "status": status, "deadline": deadline}})
    };
    let mut this = world.join_week(&who("ana"), THIS_WEEK).await;
    this.commit(json!([
        row("a", "Fix login", "Blocked", "2026-11-27"),
        row("b", "Write docs", "In progress", "")
    ]))
    .await
    .version();
    let path = |week: &str| format!("/api/cycles/platform/{week}/comparison");
    let alone = get(&world, &who("ben"), &path(THIS_WEEK)).await.json();
    assert_eq!((&alone["before"], &alone["rows"]), (&Value::Null, &json!([])));
    let not_begun = get(&world, &who("ben"), &path(NEXT_WEEK)).await;
    assert_eq!((not_begun.status, not_begun.json()["code"].as_str()), (404, Some("NOT_FOUND")));

    let mut next = world.join_week(&who("ana"), NEXT_WEEK).await;
    next.commit(json!([row("c", "Fix login", "Blocked", "2026-12-04"), row("d", "New work", "", "")]))
        .await
        .version();
    let compared = get(&world, &who("ben"), &path(NEXT_WEEK)).await.json();
    assert_eq!((&compared["week"], &compared["before"]), (&json!(NEXT_WEEK), &json!(THIS_WEEK)));
    let rows: Vec<_> = compared["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["taskId"], &row["differences"]))
        .collect();
    let of = |id: &str| rows.iter().find(|(task, _)| *task == id).unwrap().1;
    assert_eq!(of("d"), &json!([{"kind": "new"}]));
    assert_eq!(
        of("c"),
        &json!([{"kind": "blocked", "weeks": 2},
            {"kind": "slipped", "from": "2026-11-27", "to": "2026-12-04", "days": 7, "times": 1}])
    );
    assert_eq!(compared["vanished"][0]["title"], "Write docs");
    let trend: Vec<_> = compared["trend"].as_array().unwrap().iter().map(|week| &week["slipped"]).collect();
    assert_eq!(trend, [&json!(0), &json!(1)]);
    let elsewhere = get(&world, &who("ana"), "/api/cycles/other/2026-W48/comparison").await;
    assert_eq!(elsewhere.status, 403);
}
