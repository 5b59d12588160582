//! Floods, ghosts, mentions, and rooms with more people than a frame holds.
use harness::{
    Client, NEXT_WEEK, THIS_WEEK, World,
    client::{Heard, insert},
    who,
};
use platform::broadcast::Posted;
use serde_json::{Value, json};
use std::time::Duration;
use store::{Connection, connections};

fn comment(id: &str, text: &str, mentions: &[&str]) -> Value {
    json!([{"op": "COMMENT_ADD", "commentId": id, "taskId": "t1", "text": text, "mentions": mentions}])
}

// rule: F9
#[tokio::test]
async fn a_flood_of_frames_is_refused_then_ends_the_socket_and_harms_nobody_else() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    for _ in 0..2_000 {
        ana.send(json!({"type": "replay", "since": 0})).await;
    }
    let mut refused = 0;
    let code = loop {
        match ana.next().await {
            Heard::Frame(frame) if frame["type"] == "error" => {
                assert_eq!((&frame["code"], &frame["retryable"]), (&json!("RATE_LIMITED"), &json!(true)));
                refused += 1;
            }
            Heard::Frame(_) => {}
            Heard::End(code) => break code,
        }
    };
    assert!(refused > 10, "it is refused before it is closed");
    assert_eq!(code, Some(1000));
    ben.ping().await;
}

// rule: X11
#[tokio::test]
async fn an_author_beyond_the_rate_of_the_log_waits_and_sends_the_same_again() {
    let world = World::with(|options| options.store.policy.rate_per_window = 5).await;
    let mut ana = world.join(&who("ana")).await;
    for n in 0..5 {
        ana.commit(json!([insert(&format!("t{n}"), "x")])).await.version();
    }
    let id = ana.change(json!([insert("t5", "x")])).await;
    let refused = ana.settled(&id).await;
    let code = (&refused.rejected()["code"], &refused.rejected()["retryable"]);
    assert_eq!(code, (&json!("RATE_LIMITED"), &json!(true)));
    let mut ben = world.join(&who("ben")).await;
    assert_eq!(ben.commit(json!([insert("b1", "x")])).await.version(), 6, "it is the author's limit");
    world.advance(Duration::from_secs(20));
    ana.change_as(&id, json!([insert("t5", "x")])).await;
    assert_eq!(ana.settled(&id).await.version(), 7);
}

// rule: P6
#[tokio::test]
async fn a_ghost_leaves_every_screen_within_eleven_minutes_although_nobody_edits() {
    let lost = |event: &gateway::Event| event.request_context.event_type != gateway::EventType::Disconnect;
    let world =
        World::with(|options| options.gateway.disconnect_hook = Some(std::sync::Arc::new(lost))).await;
    let (mut ana, ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let ghost = ben.connection_id().to_owned();
    ben.break_off();
    for _ in 0..3 {
        world.advance(Duration::from_secs(5 * 60));
        ana.ping().await;
    }
    let left = |frame: &Value| frame["type"] == "left" && frame["connectionId"] == ghost.as_str();
    let at = ana.heard.iter().filter(|frame| frame["type"] == "pong").count();
    assert_eq!(at, 3);
    if !ana.heard.iter().any(left) {
        ana.frame("the ghost to leave", left).await;
    }
    let room = connections::room(&world.table(), &world.key(NEXT_WEEK), world.stack.context.now()).await;
    assert_eq!(room.unwrap().len(), 1);
}

// rule: N1, N2, X16
#[tokio::test]
async fn a_mention_reaches_who_is_here_at_once_and_who_is_not_when_they_come() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    // Known because they have been here: ben is in another week's room, cleo has gone home.
    let mut ben = world.join_week(&who("ben"), THIS_WEEK).await;
    world.join(&who("cleo")).await.close().await;
    world.join(&who("bill").in_team("billing")).await.close().await;
    ana.commit(json!([insert("t1", "Ship it")])).await.version();
    for stranger in ["nobody", "bill"] {
        let refused = ana.commit(comment("c0", "hello?", &["ben", stranger])).await;
        assert_eq!(refused.rejected()["code"], "UNKNOWN_TARGET", "{stranger}");
    }
    let version = ana.commit(comment("c1", "please look, @ben @cleo", &["ben", "cleo"])).await.version();
    let told = ben.frame_of("notification").await;
    assert!(told.to_string().contains("please look"), "{told}");
    let mut cleo = world.join(&who("cleo")).await;
    let waiting = cleo.welcome["notifications"].as_array().unwrap().clone();
    assert_eq!(waiting.len(), 1);
    assert_eq!((&waiting[0]["by"], &waiting[0]["version"]), (&json!("ana"), &json!(version)));
    assert_eq!((&waiting[0]["commentId"], &waiting[0]["cycle"]), (&json!("c1"), &json!(NEXT_WEEK)));
    assert_eq!(cleo.hello(json!({})).await["notifications"], json!([]), "once told, it no longer waits");
    let ben_again = world.join(&who("ben")).await;
    assert_eq!(ben_again.welcome["notifications"], json!([]));
    assert!(!ana.heard.iter().any(|frame| frame["type"] == "notification"));
}

// rule: F3
#[tokio::test]
async fn a_room_with_more_people_than_a_frame_holds_still_welcomes() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    for n in 0..30 {
        let cells = json!({"title": "long", "description": "x".repeat(1_800)});
        let op = json!({"op": "ROW_INSERT", "taskId": format!("t{n}"), "after": null, "cells": cells});
        ana.commit(json!([op])).await.version();
    }
    let (table, key, now) = (world.table(), world.key(NEXT_WEEK), world.stack.context.now());
    for n in 0..400 {
        let connection = Connection {
            connection_id: format!("gone{n:010}="),
            user: format!("{n:03}-{}", "u".repeat(60)).parse().unwrap(),
            name: "名".repeat(80),
            color: "#000000".into(),
            role: sheet::Role::Editor,
            token_expires_at: sheet::TimestampMs(i64::MAX),
            seen_at: now,
        };
        connections::join(&table, &key, &connection, now).await.unwrap();
    }
    let mut ben = Client::open(&world.door(&who("ben"), NEXT_WEEK)).await.unwrap();
    ben.send(json!({"type": "hello"})).await;
    let welcome = ben.frame_of("welcome").await;
    assert!(welcome.to_string().len() <= 100 * 1024, "{} bytes", welcome.to_string().len());
    assert_eq!(welcome["snapshot"]["version"], 30);
    let listed = welcome["connections"].as_array().unwrap();
    assert!(listed.iter().any(|peer| peer["connectionId"] == welcome["connectionId"]), "self included");
}

// rule: N2
#[tokio::test]
async fn a_mention_whose_welcome_did_not_arrive_waits_for_the_next() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    world.join(&who("cleo")).await.close().await;
    ana.commit(json!([insert("t1", "Ship it")])).await.version();
    ana.commit(comment("c1", "please look", &["cleo"])).await.version();
    let mut cleo = Client::open(&world.door(&who("cleo"), NEXT_WEEK)).await.unwrap();
    // Her own socket hears neither the mention nor the first welcome.
    world.posts.rule(|post| (post.frame["type"] == "welcome").then_some(Posted::Failed));
    cleo.send(json!({"type": "hello"})).await;
    ana.frame("cleo to join", |frame| frame["type"] == "joined").await;
    world.posts.clear();
    assert_eq!(cleo.hello(json!({})).await["notifications"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn more_mentions_than_a_welcome_holds_come_with_the_next_ones_each_once() {
    const MENTIONS: usize = 40;
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    world.join(&who("cleo")).await.close().await;
    ana.commit(json!([insert("t1", "Ship it")])).await.version();
    for n in 0..MENTIONS {
        ana.commit(comment(&format!("c{n}"), &"🙂".repeat(300), &["cleo"])).await.version();
    }
    let mut cleo = Client::open(&world.door(&who("cleo"), NEXT_WEEK)).await.unwrap();
    let mut told = Vec::new();
    while told.len() < MENTIONS {
        let welcome = cleo.hello(json!({})).await;
        assert!(welcome.to_string().len() <= 100 * 1024);
        let some = welcome["notifications"].as_array().unwrap();
        assert!(!some.is_empty() && some.len() < MENTIONS, "{}", some.len());
        told.extend(some.iter().map(|note| note["commentId"].as_str().unwrap().to_owned()));
        // They are crossed off once the welcome is out; a hello that comes before that receives them again.
        harness::patiently("the told mentions to be crossed off", async {
            let (table, tenant, user) = (world.table(), "acme".parse().unwrap(), "cleo".parse().unwrap());
            let now = world.stack.context.now();
            while store::mentions::waiting(&table, &tenant, &user, now).await.unwrap().len()
                > MENTIONS - told.len()
            {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
    told.sort();
    told.dedup();
    assert_eq!(told.len(), MENTIONS);
}
