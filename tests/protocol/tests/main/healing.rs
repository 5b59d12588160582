//! A connected client reaches the tip, whatever became of the broadcasts.
use harness::{
    NEXT_WEEK, World,
    client::{insert, modify},
    who,
};
use platform::broadcast::Posted;
use serde_json::json;

// rule: R1, R2
#[tokio::test]
async fn a_client_to_whom_no_broadcast_arrived_learns_the_tip_by_ping_and_the_rest_by_replay() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let deaf = ben.connection_id().to_owned();
    world.posts.rule(move |post| {
        (post.connection_id == deaf && post.frame["type"] == "committed").then_some(Posted::Failed)
    });
    let mut old = "Ship it".to_owned();
    ana.commit(json!([insert("t1", &old)])).await.version();
    for n in 0..9 {
        let new = format!("Ship it, {n}");
        ana.commit(json!([modify("t1", "title", &old, &new)])).await.version();
        old = new;
    }
    world.posts.clear();
    let pong = ben.ping().await;
    assert_eq!((&pong["version"], &pong["epoch"]), (&json!(10), &ben.welcome["epoch"]));
    assert_eq!(ben.replica.version(), 0);
    ben.send(json!({"type": "replay", "since": 0})).await;
    ben.reach(10).await;
    assert_eq!(ben.replica.bytes(), ana.replica.bytes());
    // Nothing is missing any more: the tip is answered, and no change.
    ben.send(json!({"type": "replay", "since": 10})).await;
    assert_eq!(ben.frame_of("pong").await["version"], 10);
}

// rule: K3
#[tokio::test]
async fn a_client_told_out_of_order_holds_what_came_early_and_asks_for_what_is_missing() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let deaf = ben.connection_id().to_owned();
    let missed = |frame: &serde_json::Value| frame["changes"][0]["version"] == 2;
    world
        .posts
        .rule(move |post| (post.connection_id == deaf && missed(&post.frame)).then_some(Posted::Failed));
    for task in ["t1", "t2", "t3"] {
        ana.commit(json!([insert(task, task)])).await.version();
    }
    ben.until("the gap", |replica| replica.has_gap()).await;
    assert_eq!(ben.replica.version(), 1);
    world.posts.clear();
    ben.send(json!({"type": "replay", "since": 1})).await;
    ben.reach(3).await;
    assert_eq!(ben.replica.bytes(), ana.replica.bytes());
}

// rule: R3, R9
#[tokio::test]
async fn a_false_410_deafens_nobody_for_longer_than_to_the_next_ping() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let wronged = ben.connection_id().to_owned();
    let gone = wronged.clone();
    world.posts.rule(move |post| {
        (post.connection_id == gone && post.frame["type"] == "committed").then_some(Posted::Gone)
    });
    ana.commit(json!([insert("t1", "one")])).await.version();
    let left = ana.frame_of("left").await;
    assert_eq!((&left["connectionId"], &left["user"]["id"]), (&json!(wronged), &json!("ben")));
    world.posts.clear();
    world.posts.forget();
    ana.commit(json!([insert("t2", "two")])).await.version();
    assert_eq!(world.posts.made().len(), 1, "its row is gone, so only ana receives it");

    assert_eq!(ben.ping().await["version"], 2);
    let now = world.stack.context.now();
    let (table, key) = (world.table(), world.key(NEXT_WEEK));
    let room = store::connections::room(&table, &key, now).await.unwrap();
    assert!(room.iter().any(|connection| connection.connection_id == wronged), "ping writes the row again");
    let own = store::connections::of_user(&table, &key.tenant, &"ben".parse().unwrap(), now).await.unwrap();
    assert_eq!(own.len(), 1);
    ana.commit(json!([insert("t3", "three")])).await.version();
    ben.until("the gap", |replica| replica.has_gap()).await;
    ben.send(json!({"type": "replay", "since": 0})).await;
    ben.reach(3).await;
    assert_eq!(ben.replica.bytes(), ana.replica.bytes());
}

#[tokio::test]
async fn an_author_whose_row_is_gone_hears_the_echo_all_the_same() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    store::connections::leave(&world.table(), &world.key(NEXT_WEEK), ana.connection_id())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ana.commit(json!([insert("t1", "one")])).await.version(), 1);
}

// rule: H3
#[tokio::test]
async fn hello_with_since_brings_only_what_was_missed() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    ana.commit(json!([insert("t1", "one")])).await.version();
    ben.reach(1).await;
    let door = world.door(&who("ben"), NEXT_WEEK);
    ben.break_off();
    for n in 2..=6 {
        ana.commit(json!([insert(&format!("t{n}"), "more")])).await.version();
    }
    let mut back = harness::Client::open(&door).await.unwrap();
    let epoch = ana.welcome["epoch"].clone();
    let welcome = back.hello(json!({"since": 1, "epoch": epoch})).await;
    let versions: Vec<u64> =
        welcome["changes"].as_array().unwrap().iter().map(|c| c["version"].as_u64().unwrap()).collect();
    assert_eq!(
        (versions, &welcome["snapshot"], &welcome["snapshotUrl"]),
        (vec![2, 3, 4, 5, 6], &json!(null), &json!(null))
    );
    let nothing = back.hello(json!({"since": 6, "epoch": epoch})).await;
    assert_eq!(
        (&nothing["changes"], &nothing["snapshot"], &nothing["version"]),
        (&json!([]), &json!(null), &json!(6))
    );
}

// rule: H4
#[tokio::test]
async fn another_epoch_or_a_version_beyond_the_tip_is_answered_with_a_snapshot() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    ana.commit(json!([insert("t1", "one")])).await.version();
    let epoch = ana.welcome["epoch"].clone();
    for (what, hello) in [
        ("another epoch", json!({"since": 1, "epoch": "0000000000000000"})),
        ("no epoch", json!({"since": 1})),
        ("beyond the tip", json!({"since": 2, "epoch": epoch})),
        ("far beyond the tip", json!({"since": u64::MAX, "epoch": epoch})),
        ("nothing", json!({})),
    ] {
        let welcome = ana.hello(hello).await;
        assert_eq!((&welcome["snapshot"]["version"], &welcome["changes"]), (&json!(1), &json!([])), "{what}");
        assert_eq!(welcome["epoch"], epoch);
    }
    let at_zero = ana.hello(json!({"since": 0, "epoch": epoch})).await;
    assert_eq!((&at_zero["snapshot"], at_zero["changes"].as_array().unwrap().len()), (&json!(null), 1));
}

// rule: H4, F3
#[tokio::test]
async fn a_sheet_too_large_for_a_frame_is_fetched_over_http_and_goes_on_from_there() {
    let world = World::new().await;
    let (mut ana, address) = (world.join(&who("ana")).await, world.stack.address);
    for n in 0..60 {
        let cells = json!({"title": "long", "description": "x".repeat(1_900)});
        let op = json!({"op": "ROW_INSERT", "taskId": format!("t{n}"), "after": null, "cells": cells});
        ana.commit(json!([op])).await.version();
    }
    let mut ben = world.join(&who("ben")).await;
    assert_eq!((&ben.welcome["snapshot"], &ben.welcome["changes"]), (&json!(null), &json!([])));
    let url = ben.welcome["snapshotUrl"].as_str().unwrap().to_owned();
    let sheet =
        harness::web::bearing(address, &world.token(&who("ben")), "GET", &url, String::new()).await.json();
    assert_eq!(sheet["epoch"], ben.welcome["epoch"]);
    ben.replica.start(&sheet["snapshot"]);
    ana.commit(json!([insert("last", "one more")])).await.version();
    ben.reach(61).await;
    assert_eq!(ben.replica.bytes(), ana.replica.bytes());
    // A long replay comes in frames, each within its limit, and a last answer stands for "that was all".
    let mut late = harness::Client::open(&world.door(&who("cleo"), NEXT_WEEK)).await.unwrap();
    late.send(json!({"type": "hello", "since": 0})).await;
    late.frame_of("welcome").await;
    late.send(json!({"type": "replay", "since": 0})).await;
    while late.replica.told.len() < 61 {
        late.next().await;
    }
    assert!(late.heard.len() > 1 && late.heard.iter().all(|frame| frame.to_string().len() <= 100 * 1024));
}
