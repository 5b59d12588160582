//! Last week is closed, and what leaves the sheet: files, messages, the log, people.
use super::support::{get, name};
use cyclesheet_extract::Event;
use harness::{NEXT_WEEK, THIS_WEEK, World, client::insert, client::modify, log, who};
use platform::invoke::ExtractRequest;
use serde_json::{Value, json};
use sheet::{Op, chain};
use store::directory::Source;

const LAST_WEEK: &str = "2026-W46";

#[tokio::test]
async fn the_weekly_run_closes_last_week_once_deletes_nothing_and_edits_go_on() {
    let world = World::new().await;
    let (context, room) = (&world.stack.context, world.key(LAST_WEEK));
    context.store.create(&room, context.now()).await.unwrap();
    let mut ana = world.join_week(&who("ana"), LAST_WEEK).await;
    ana.commit(json!([insert("t1", "left open")])).await.version();
    world.faults.forget();
    let weekly = async || world.weekly().await;
    weekly().await;
    ana.until("the week to be closed", |replica| replica.version() == 2).await;
    let sealed = |client: &harness::Client| {
        serde_json::to_value(client.replica.sheet()).unwrap()["status"] == "sealed"
    };
    assert!(sealed(&ana));
    ana.commit(json!([modify("t1", "status", "", "Done")])).await.version();
    weekly().await;
    weekly().await;
    assert_eq!(ana.ping().await["version"], 3, "twice is once");
    let seals = world
        .log(LAST_WEEK)
        .await
        .changes
        .iter()
        .filter(|change| matches!(change.ops[..], [Op::CycleSealed {}]))
        .count();
    assert_eq!((seals, world.faults.count("DeleteItem")), (1, 0), "nothing is deleted");
    assert!(sealed(&ana), "an edit does not open it again");
    let cycles = get(&world, &who("ana"), "/api/cycles?team=platform").await.json();
    let states: Vec<(&str, bool)> = cycles["cycles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cycle| (cycle["cycle"].as_str().unwrap(), cycle["sealed"].as_bool().unwrap()))
        .collect();
    assert_eq!(states, [(THIS_WEEK, false), (LAST_WEEK, true)]);
    let late = world.join_week(&who("ben"), LAST_WEEK).await;
    assert_eq!(late.replica.bytes(), ana.replica.bytes());
}

#[tokio::test]
async fn w7_a_sheet_leaves_as_a_file_that_runs_nothing() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let cells =
        json!({"title": "=HYPERLINK(\"http://evil\")", "description": "a, \"b\"\nc|d", "blockers": "+1"});
    ana.commit(json!([{"op": "ROW_INSERT", "taskId": "t1", "after": null, "cells": cells}])).await.version();
    let path = format!("/api/cycles/platform/{NEXT_WEEK}/export");
    let csv = get(&world, &who("vera").viewer(), &format!("{path}?format=csv")).await;
    let text = String::from_utf8(csv.body.clone()).unwrap();
    assert!(text.starts_with('\u{feff}') && csv.header("content-type").unwrap().starts_with("text/csv"));
    assert_eq!(
        csv.header("content-disposition"),
        Some(&*format!("attachment; filename=\"platform-{NEXT_WEEK}.csv\""))
    );
    assert_eq!(csv.header("cache-control"), Some("private, no-cache"));
    for cell in [r#""'=HYPERLINK(""http://evil"")""#, "\"a, \"\"b\"\"\nc|d\"", "\"'+1\""] {
        assert!(text.contains(cell), "{cell}: {text}");
    }
    let csv = get(&world, &who("ana"), &format!("{path}?format=csv&separator=semicolon")).await;
    assert!(String::from_utf8(csv.body).unwrap().contains("\"'=HYPERLINK(\"\"http://evil\"\")\";\"a, "));
    for query in ["format=csv&separator=x", "format=md&separator=tab"] {
        let refused = get(&world, &who("ana"), &format!("{path}?{query}")).await;
        assert_eq!(refused.refusal(), (400, "MALFORMED".into()), "{query}");
    }
    let markdown = get(&world, &who("ana"), &format!("{path}?format=md")).await;
    assert!(String::from_utf8(markdown.body).unwrap().contains("<br>c\\|d"));
    let json = get(&world, &who("ana"), &format!("{path}?format=json")).await.json();
    let mut sheet = serde_json::to_value(ana.replica.sheet()).unwrap();
    sheet["texts"] = json!({});
    assert_eq!(json, sheet);
    assert_eq!(
        get(&world, &who("ana"), &format!("{path}?format=exe")).await.refusal(),
        (400, "MALFORMED".into())
    );
}

#[tokio::test]
async fn w8_the_messages_that_a_sheet_cites_are_shown_to_who_edits() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("messages.jsonl");
    let line = json!({"ts": "1794996000.000100", "user": "U1", "author": "Ana", "channel": "general", "text": "I will finish the migration by Friday"});
    std::fs::write(&file, format!("{line}\n")).unwrap();
    let source = Source::Path { path: file.to_string_lossy().into_owned() };
    world.put_team("acme", "platform", vec![source]).await;
    let extract = ExtractRequest::cycle(&world.key(THIS_WEEK), false);
    let extracted =
        world.stack.extractor.handle(&world.stack.context, Event::Request(extract)).await.unwrap();
    assert_eq!((extracted[0].messages, extracted[0].generation), (1, Some(1)));
    let path = format!("/api/cycles/platform/{THIS_WEEK}/messages");
    for asked in [path.clone(), format!("{path}?generation=1")] {
        let answer = get(&world, &who("ana"), &asked).await.json();
        assert_eq!(
            (&answer["generation"], answer["messages"].as_array().unwrap().len()),
            (&json!(1), 1),
            "{answer}"
        );
        assert!(answer["messages"][0].to_string().contains("finish the migration"));
    }
    assert_eq!(get(&world, &who("vera").viewer(), &path).await.refusal(), (403, "FORBIDDEN".into()));
    let other = get(&world, &who("ana").of("globex"), &path).await;
    assert_eq!(other.status, 404);
    let none = get(&world, &who("ana"), &format!("{path}?generation=2")).await.json();
    assert_eq!(none["messages"], json!([]));
}

#[tokio::test]
async fn w9_the_log_leaves_page_by_page_as_it_is_stored_and_verifies() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    for n in 0..7 {
        ana.commit(json!([insert(&format!("t{n}"), "x")])).await.version();
    }
    let (boss, path) = (who("boss").admin(), format!("/api/cycles/platform/{NEXT_WEEK}/log"));
    let (mut entries, mut since) = (Vec::<chain::Audited>::new(), 0);
    loop {
        let page = get(&world, &boss, &format!("{path}?since={since}&limit=3")).await.json();
        let some: Vec<chain::Audited> = serde_json::from_value(page["entries"].clone()).unwrap();
        assert!(some.len() <= 3);
        let Some(last) = some.last() else { break };
        since = last.first + last.changes.len() as u64 - 1;
        entries.extend(some);
        assert!(entries.len() <= 7, "after the tip comes nothing");
    }
    let tip = chain::verify(&world.key(NEXT_WEEK), &entries, None).unwrap();
    assert_eq!(tip.version, 7);
    assert_eq!(tip.hash, log::verified(&world.table(), &world.key(NEXT_WEEK)).await.state.ledger.hash);
    let change: Value = serde_json::from_str(&entries[0].changes[0]).unwrap();
    assert_eq!((&change["author"]["id"], &change["version"]), (&json!("ana"), &json!(1)));
    for person in [who("ana"), who("vera").viewer()] {
        assert_eq!(get(&world, &person, &path).await.refusal(), (403, "FORBIDDEN".into()));
    }
}

#[tokio::test]
async fn w10_the_people_of_a_team_are_who_has_been_there_and_has_not_been_removed() {
    let world = World::new().await;
    for person in [who("ana"), who("vera").viewer(), who("bil").in_team("billing"), who("eva").of("globex")] {
        world.join(&person).await.close().await;
    }
    let people = get(&world, &who("ana"), "/api/members?team=platform").await.json();
    let found: Vec<(&str, &str)> = people["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (m["id"].as_str().unwrap(), m["role"].as_str().unwrap()))
        .collect();
    assert_eq!(found, [("ana", "editor"), ("vera", "viewer")]);
    let first = &people["members"][0];
    assert!(
        first["name"] == "ana" && first["color"].is_string() && first["seenAt"] == harness::START_MS,
        "{first}"
    );
    assert_eq!(
        get(&world, &who("ana"), "/api/members?team=billing").await.refusal(),
        (403, "FORBIDDEN".into())
    );
    assert!(store::directory::member(&world.table(), &name("globex"), &name("ana")).await.unwrap().is_none());
}

#[tokio::test]
async fn w12_a_bearer_learns_who_they_are_and_which_teams_they_may_enter() {
    let world = World::new().await;
    for (person, role) in [(who("ana"), "editor"), (who("vera").viewer(), "viewer")] {
        let me = get(&world, &person, "/api/me").await.json();
        assert_eq!((&me["role"], &me["teams"]), (&json!(role), &json!(["platform"])), "{me}");
        assert!(me["name"].is_string() && me["color"].as_str().is_some_and(|c| c.starts_with('#')), "{me}");
    }
}
