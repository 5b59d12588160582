//! What people state about a week as a whole: its health word, and views with a name.
use super::support::get;
use harness::{Client, NEXT_WEEK, Settled, World, who};
use serde_json::{Value, json};

async fn say(client: &mut Client, op: Value) -> Settled {
    client.commit(json!([op])).await
}

fn sheet(client: &Client) -> Value {
    serde_json::from_str(&client.replica.bytes()).unwrap()
}

#[tokio::test]
async fn x18_a_person_says_how_the_week_is_going_and_the_comparison_says_so_too() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let row = json!({"op": "ROW_INSERT", "taskId": "t1", "after": null, "cells": {"title": "one"}});
    say(&mut ana, row).await.version();
    let path = format!("/api/cycles/platform/{NEXT_WEEK}/comparison");
    let word = async || {
        let weeks = get(&world, &who("ana"), &path).await.json()["trend"].clone();
        weeks.as_array().unwrap().last().unwrap()["health"].clone()
    };
    assert_eq!(word().await, "onTrack");
    let version = say(&mut ana, json!({"op": "HEALTH_SET", "health": "offTrack"})).await.version();
    let now = sheet(&ana);
    assert_eq!(
        now["statedHealth"],
        json!({"health": "offTrack", "author": "ana", "version": version, "at": now["updatedAt"]})
    );
    assert_eq!(word().await, "offTrack");
    say(&mut ana, json!({"op": "HEALTH_SET", "health": null})).await.version();
    assert!(sheet(&ana).get("statedHealth").is_none());
    assert_eq!(word().await, "onTrack");
    let nonsense = json!({"op": "HEALTH_SET", "health": "fine"});
    assert_eq!(say(&mut ana, nonsense).await.rejected()["code"], "MALFORMED");
    assert_eq!(ana.replica.bytes(), world.log(NEXT_WEEK).await.bytes());
}

#[tokio::test]
async fn x19_a_view_has_a_name_is_for_everyone_and_is_its_authors() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let mut boss = world.join(&who("boss").admin()).await;
    let add =
        |id: &str, name: &str| json!({"op": "VIEW_ADD", "viewId": id, "name": name, "look": "show=blocked"});
    let remove = |id: &str| json!({"op": "VIEW_REMOVE", "viewId": id});
    let first = say(&mut ana, add("v1", "Blocked")).await.version();
    ben.reach(first).await;
    let now = sheet(&ben);
    let view = json!({"viewId": "v1", "name": "Blocked", "look": "show=blocked", "author": "ana",
        "version": first, "at": now["updatedAt"]});
    assert_eq!(now["views"], json!([view]));
    for bad in ["", "  ", &"x".repeat(61), "bell\u{7}"] {
        assert_eq!(say(&mut ana, add("v2", bad)).await.rejected()["code"], "INVALID_VALUE", "{bad:?}");
    }
    let long = json!({"op": "VIEW_ADD", "viewId": "v2", "name": "long", "look": "x".repeat(4097)});
    assert_eq!(say(&mut ana, long).await.rejected()["code"], "INVALID_VALUE");
    assert_eq!(say(&mut ben, add("v1", "again")).await.rejected()["code"], "UNKNOWN_TARGET");
    assert_eq!(say(&mut ben, remove("v1")).await.rejected()["code"], "FORBIDDEN");
    assert_eq!(say(&mut ben, remove("v7")).await.rejected()["code"], "UNKNOWN_TARGET");
    let rest: Vec<Value> = (2..=20).map(|n| add(&format!("v{n}"), &format!("View {n}"))).collect();
    let full = ben.commit(json!(rest)).await.version();
    assert_eq!(say(&mut ben, add("v21", "one more")).await.rejected()["code"], "PAYLOAD_TOO_LARGE");
    boss.reach(full).await;
    say(&mut boss, remove("v1")).await.version();
    let last = say(&mut ben, remove("v2")).await.version();
    ana.reach(last).await;
    assert_eq!(sheet(&ana)["views"].as_array().unwrap().len(), 18);
    assert_eq!(ana.replica.bytes(), world.log(NEXT_WEEK).await.bytes());
}
