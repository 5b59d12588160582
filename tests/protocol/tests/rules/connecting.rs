//! Sockets of one person, rooms apart, frames too many, and what a hello is owed.
use super::support::{event, get, handled, post};
use harness::{
    Client, NEXT_WEEK, THIS_WEEK, World,
    client::{Door, Heard, insert, modify},
    who,
};
use local::database::TABLE;
use platform::{Context, broadcast::Posted};
use serde_json::{Value, json};
use sheet::{Author, Role, TimestampMs};
use std::{
    sync::Arc,
    task::{Context as Task, Poll, Waker},
    time::Duration,
};
use store::{Outcome, Proposal, Store, StoreConfig, Table};

/// Another process on the same table.
fn rival(world: &World) -> Store {
    Store::new(Table::new(world.faults.client(), TABLE), StoreConfig::default(), Arc::new(|| 7))
}

#[tokio::test]
async fn c5_the_eleventh_socket_of_a_person_closes_their_oldest_in_whatever_room_and_nobody_elses() {
    let world = World::new().await;
    let mut others = vec![world.join(&who("ana").of("globex")).await, world.join(&who("ben")).await];
    let mut tabs = Vec::new();
    for n in 0..12 {
        world.advance(Duration::from_millis(10));
        tabs.push(world.join_week(&who("ana"), if n % 2 == 0 { NEXT_WEEK } else { THIS_WEEK }).await);
    }
    for oldest in tabs.drain(..2) {
        let mut oldest = oldest;
        assert_eq!(oldest.end().await, Some(1000));
    }
    for tab in tabs.iter_mut().chain(&mut others) {
        tab.ping().await;
    }
}

#[tokio::test]
async fn c6_no_word_in_a_query_or_path_leads_into_another_partition() {
    let world = World::new().await;
    let mut secret = world.join(&who("ana").of("globex")).await;
    secret.commit(json!([insert("t1", "globex only")])).await.version();
    let ana = who("ana");
    let (good, long) = (world.door(&ana, NEXT_WEEK), "x".repeat(65));
    for team in [
        "globex%23platform",
        "..%2Fglobex",
        "platform%232026-W48",
        "platform%00",
        "pl%C3%A4tform",
        "plätform",
        "*",
        "%25",
        "",
        &long,
        "platform%20",
        "PLATFORM",
        "billing",
    ] {
        let path = format!("/dev?team={team}&cycle={NEXT_WEEK}");
        if path.is_ascii() {
            assert_eq!(Client::open(&Door { path, ..good.clone() }).await.err(), Some(403), "{team}");
        }
        for what in ["", "/changes", "/export", "/messages", "/log"] {
            let answer =
                get(&world, &ana.clone().admin(), &format!("/api/cycles/{team}/{NEXT_WEEK}{what}")).await;
            assert!(matches!(answer.status, 403 | 404), "{team}{what}: {}", answer.status);
        }
    }
    for cycle in ["2026-W48%23LOG", "2026-W48/../2026-W47", "2026-W4８", "2026-w48", "2026-W048", "LOG"] {
        let answer = get(&world, &ana, &format!("/api/cycles/platform/{cycle}")).await;
        assert!(answer.status == 404, "{cycle}: {}", answer.status);
    }
    // The other tenant's cycle of the same name is not there for acme, to read or to write.
    let path = format!("/api/cycles/platform/{NEXT_WEEK}");
    assert_eq!(get(&world, &ana, &path).await.refusal(), (404, "NOT_FOUND".into()));
    let forged = json!({"id": "a.1", "base": 0, "tenant": "globex", "ops": [insert("t2", "from acme")]});
    assert_eq!(
        post(&world, &ana, &format!("{path}/changes"), &forged).await.status,
        200,
        "into acme's own, which begins"
    );
    let own = get(&world, &ana, &path).await.json();
    assert!(!own.to_string().contains("globex only"));
    secret.ping().await;
    assert_eq!((secret.replica.version(), secret.replica.sheet().row_count()), (1, 1));
    let posted = world.posts.made();
    assert!(
        posted.iter().all(|post| !post.frame.to_string().contains("from acme")),
        "nobody of globex receives it"
    );
}

#[tokio::test]
async fn f8_a_burst_of_frames_that_overtake_each_other_is_all_answered_and_nothing_is_torn() {
    let world = World::new().await;
    let mut ana = Client::open(&world.door(&who("ana"), NEXT_WEEK)).await.unwrap();
    ana.send(json!({"type": "hello"})).await;
    for n in 0..20 {
        // Twenty names, so that no order among them is owed.
        let change = json!({"type": "change", "id": format!("tab{n}.1"), "base": 0, "ops": [insert(&format!("t{n}"), "x")]});
        ana.send(change).await;
        ana.send(json!({"type": "ping"})).await;
    }
    let (mut pongs, mut settled) = (0, 0);
    while pongs < 20 || settled < 20 {
        let Heard::Frame(frame) = ana.next().await else { panic!("the socket ended") };
        pongs += usize::from(frame["type"] == "pong");
        // A change that came before the cycle began was refused; it is sent again.
        settled += frame["changes"].as_array().filter(|_| frame["type"] == "committed").map_or(0, Vec::len);
        if frame["type"] == "rejected" {
            assert_eq!(frame["code"], "NOT_FOUND", "{frame}");
            let id = frame["id"].as_str().unwrap().to_owned();
            let n = id.trim_start_matches("tab").trim_end_matches(".1").to_owned();
            ana.send(json!({"type": "change", "id": id, "base": 0, "ops": [insert(&format!("t{n}"), "x")]}))
                .await;
        }
        pongs += usize::from(frame["type"] == "error" && frame["code"] == "NOT_FOUND");
    }
    let log = world.log(NEXT_WEEK).await;
    assert_eq!((log.changes.len(), log.state.sheet.row_count()), (20, 20));
}

#[tokio::test]
async fn f9_every_kind_of_frame_has_its_rate_and_three_times_the_rate_closes_the_socket() {
    let world = World::new().await;
    let mut starter = world.join(&who("starter")).await;
    let beyond = json!({"type": "change", "id": "flood.1", "base": 9, "ops": [insert("t1", "x")]});
    for (frame, limit) in [
        (json!({"type": "hello"}), 10),
        (beyond, 400),
        (json!({"type": "presence", "state": {}}), 80),
        (json!({"type": "replay", "since": 0}), 60),
        (json!({"type": "refresh"}), 5),
        (json!({"type": "ping"}), 30),
        (json!({"type": "dance"}), 30),
    ] {
        let mut flood = Client::open(&world.door(&who("kim"), NEXT_WEEK)).await.unwrap();
        let excess = |heard: &Heard| {
            let Heard::Frame(frame) = heard else { panic!("closed too early: {heard:?}") };
            frame["code"] == "RATE_LIMITED" && frame["message"].as_str().unwrap().contains("such frames")
        };
        for _ in 0..3 * limit {
            flood.send(frame.clone()).await;
        }
        let mut refused = 0;
        while refused < 2 * limit {
            let heard = flood.next().await;
            if excess(&heard) {
                refused += 1;
            }
        }
        // Another kind is counted apart; the next of this kind is one too many.
        if frame["type"] != "ping" {
            flood.ping().await;
        }
        flood.send(frame.clone()).await;
        assert_eq!(flood.end().await, Some(1000), "{frame}");
        let last = flood.heard.iter().rev().find(|frame| frame["code"] == "RATE_LIMITED").unwrap();
        assert_eq!(last["retryable"], true);
        if frame["type"] == "change" {
            assert_eq!((&last["type"], &last["id"]), (&json!("rejected"), &json!("flood.1")));
        }
    }
    for _ in 0..31 {
        starter.send(json!({"type": "ping"})).await;
    }
    assert_eq!(starter.frame_of("error").await["code"], "RATE_LIMITED");
    world.advance(Duration::from_secs(10));
    assert_eq!(starter.ping().await["type"], "pong", "ten seconds later it goes on");
}

/// What bounds an author everywhere is in the log: each process counts frames for itself, as each environment of Lambda.
// rule: X11
#[tokio::test]
async fn f9_frames_are_counted_by_each_process_and_an_authors_changes_by_the_log_whoever_judges_them() {
    let world = World::new().await;
    let (ana, room) = (who("ana"), world.key(NEXT_WEEK));
    world.join(&ana).await.close().await;
    let here = world.stack.context.clone();
    let there = Context { rates: Arc::default(), store: rival(&world), ..here.clone() };
    let mut done = (0, 0);
    for n in 0..60 {
        for (process, context) in [("here", &here), ("there", &there)] {
            let ops = json!([insert(&format!("{process}-{n}"), "x")]);
            let frame =
                json!({"type": "change", "id": format!("{process}.{}", n + 1), "base": 0, "ops": ops});
            let answers = handled(&world, context, &ana, &room, frame).await;
            let committed = answers.iter().any(|answer| answer["type"] == "committed");
            let limited = answers.iter().any(|answer| answer["code"] == "RATE_LIMITED");
            assert!(committed != limited, "{answers:?}");
            done = (done.0 + usize::from(committed), done.1 + usize::from(limited));
        }
    }
    // Neither process saw more frames than its rate: it is the log that refused.
    assert_eq!(done, (100, 20));
    assert_eq!(world.log(NEXT_WEEK).await.changes.len(), 100);
}

#[tokio::test]
async fn h1_nothing_is_sent_to_a_socket_before_its_hello() {
    let world = World::new().await;
    let mut quiet = Client::open(&world.door(&who("quiet"), NEXT_WEEK)).await.unwrap();
    let mut ana = world.join(&who("ana")).await;
    ana.commit(json!([insert("t1", "one")])).await.version();
    ana.send(json!({"type": "presence", "state": {}})).await;
    ana.ping().await;
    assert!(ana.heard.iter().all(|frame| frame["type"] != "joined"));
    let welcome = quiet.hello(json!({})).await;
    assert_eq!((&quiet.heard[0], &welcome["version"]), (&welcome, &json!(1)));
    assert_eq!(ana.frame_of("joined").await["user"]["id"], "quiet");
}

#[tokio::test]
async fn h2_a_change_committed_during_a_hello_is_in_the_welcome_or_told_to_the_socket() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    world.faults.give_way();
    // The hello runs in another process, so that the commit does not wait for it.
    let (room, context) = (world.key(NEXT_WEEK), &world.stack.context);
    let elsewhere = Context { store: rival(&world), ..context.clone() };
    let (mut in_welcome, mut told) = (0, 0);
    // No socket is behind it; whatever is posted to it arrives.
    world.posts.rule(|post| post.connection_id.starts_with("late").then_some(Posted::Delivered));
    for polls in 0.. {
        let id = format!("late{polls}=");
        let opening = event(&who("late"), &room, &id, r#"{"type":"hello"}"#);
        let mut hello = Box::pin(cyclesheet_default::handle(&elsewhere, &opening));
        let mut poll = async || {
            let polled = std::future::poll_fn(|_| {
                Poll::Ready(hello.as_mut().poll(&mut Task::from_waker(Waker::noop())).is_ready())
            });
            let ready = polled.await;
            tokio::task::yield_now().await;
            ready
        };
        world.posts.forget();
        let mut done = false;
        for _ in 0..polls {
            done = done || poll().await;
        }
        let version = ana.commit(json!([insert(&format!("t{polls}"), "x")])).await.version();
        if done {
            break;
        }
        while !poll().await {}
        let posts = world.posts.made();
        let to_it = |kind: &str| {
            posts
                .iter()
                .filter(|post| post.connection_id == id && post.frame["type"] == kind)
                .map(|post| post.frame.clone())
                .collect::<Vec<Value>>()
        };
        let welcome = to_it("welcome").remove(0);
        let was_told = to_it("committed").iter().any(|frame| frame["changes"][0]["version"] == version);
        assert!(welcome["version"] == version || was_told, "after {polls} polls");
        in_welcome += usize::from(welcome["version"] == version);
        told += usize::from(was_told);
        store::connections::leave(&world.table(), &room, &id).await.unwrap();
    }
    assert!(in_welcome > 3 && told > 3, "{in_welcome} {told}");
}

#[tokio::test]
async fn h8_the_welcome_states_the_protocol_that_the_specification_describes() {
    const SPEC: &str = include_str!("../../../../shared/protocol/SPEC.md");
    let world = World::new().await;
    let ana = world.join(&who("ana")).await;
    let version = &ana.welcome["protocol"];
    assert!(SPEC.starts_with(&format!("# The protocol, version {version}\n")));
}

#[tokio::test]
async fn k2_a_change_goes_to_everybody_in_the_room_and_its_authors_echo_is_the_acknowledgement() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let mut others = vec![world.join(&who("ana")).await, world.join(&who("vera").viewer()).await];
    world.posts.forget();
    assert_eq!(ana.commit(json!([insert("t1", "one")])).await.version(), 1);
    for other in &mut others {
        other.reach(1).await;
        assert_eq!(other.replica.told[&1], ana.replica.told[&1]);
    }
    assert_eq!(world.posts.count("committed"), 3, "no further acknowledgement");
}

#[tokio::test]
async fn k7_times_in_a_log_never_fall_whatever_the_clocks_of_the_functions_say() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let behind = rival(&world);
    for n in 0..3 {
        world.advance(Duration::from_secs(5));
        ana.commit(json!([insert(&format!("t{n}"), "x")])).await.version();
        let proposal = Proposal {
            id: format!("behind.{}", n + 1).parse().unwrap(),
            author: Author { id: "ben".parse().unwrap(), name: "Ben".into() },
            role: Role::Editor,
            base: 0,
            ops: serde_json::from_value(json!([insert(&format!("b{n}"), "x")])).unwrap(),
            now: TimestampMs(1_000),
        };
        assert!(matches!(
            behind.commit(&world.key(NEXT_WEEK), proposal).await.unwrap(),
            Outcome::Committed(_)
        ));
    }
    let log = world.log(NEXT_WEEK).await.changes;
    assert!(log.len() == 6 && log.is_sorted_by_key(|change| change.at), "{log:?}");
}

#[tokio::test]
async fn x13_a_refusal_is_judged_at_the_tip_that_stands_even_if_another_process_moved_it() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    ana.commit(json!([insert("t1", "one")])).await.version();
    let proposal = Proposal {
        id: "elsewhere.1".parse().unwrap(),
        author: Author { id: "ben".parse().unwrap(), name: "Ben".into() },
        role: Role::Editor,
        base: 1,
        ops: serde_json::from_value(json!([modify("t1", "title", "one", "two")])).unwrap(),
        now: world.stack.context.now(),
    };
    assert!(matches!(
        rival(&world).commit(&world.key(NEXT_WEEK), proposal).await.unwrap(),
        Outcome::Committed(_)
    ));
    let refusal = ana.commit(json!([modify("t1", "title", "one", "three")])).await.rejected().clone();
    assert_eq!((&refusal["code"], &refusal["version"]), (&json!("CONFLICT"), &json!(2)));
    assert_eq!((&refusal["current"]["value"], &refusal["current"]["author"]), (&json!("two"), &json!("ben")));
    for ops in
        [json!([{"op": "MEMBER_REVOKE", "userId": "ben"}]), json!([{"op": "ROW_REMOVE", "taskId": "t9"}])]
    {
        assert_eq!(ana.commit(ops).await.rejected()["version"], 2);
    }
}

#[tokio::test]
async fn x15_whole_numbers_and_null_are_read_as_the_text_they_show() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let cells = json!({"title": 7, "progress": 60, "deadline": null});
    ana.commit(json!([{"op": "ROW_INSERT", "taskId": "t1", "after": null, "cells": cells}])).await.version();
    assert_eq!(
        (ana.replica.cell("t1", "title"), ana.replica.cell("t1", "progress")),
        ("7".into(), "60".into())
    );
    let op =
        json!({"op": "CELL_MODIFY", "taskId": "t1", "column": "progress", "oldValue": 60, "newValue": null});
    ana.commit(json!([op])).await.version();
    assert_eq!(ana.replica.cell("t1", "progress"), "");
    for bad in [json!(1.5), json!(true), json!([]), json!({})] {
        let op = json!({"op": "CELL_MODIFY", "taskId": "t1", "column": "progress", "oldValue": "", "newValue": bad});
        assert_eq!(ana.commit(json!([op])).await.rejected()["code"], "MALFORMED", "{bad}");
    }
}
