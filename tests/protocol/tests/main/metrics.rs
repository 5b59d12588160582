//! What is wrong is counted where it is answered, although the gateway hears 200: a table that does not answer is never
//! silence. The lines themselves are tested where they are made (`platform::metrics`).
use harness::{Fault, NEXT_WEEK, World, client::insert, web, who};
use platform::metrics::Sink;
use serde_json::{Value, json};
use sheet::TimestampMs;
use std::sync::{Arc, Mutex};

type Lines = Arc<Mutex<Vec<Value>>>;

async fn watched() -> (World, Lines) {
    let lines = Lines::default();
    let kept = lines.clone();
    let sink: Sink = Arc::new(move |line| kept.lock().unwrap().push(serde_json::from_str(line).unwrap()));
    (World::with(move |options| options.metrics = sink.into()).await, lines)
}

/// What was counted since it was last asked for, as after an invocation.
fn counted(world: &World, lines: &Lines, name: &str) -> u64 {
    let later = gateway::Clock::now_ms(&world.clock) as i64 + 3_600_000;
    world.stack.context.metrics.flush(TimestampMs(later));
    lines.lock().unwrap().drain(..).filter_map(|line| line[name].as_u64()).sum()
}

#[tokio::test]
async fn every_frame_and_request_that_a_missing_table_answers_with_busy_is_counted() {
    let (world, lines) = watched().await;
    let mut ana = world.join(&who("ana")).await;
    assert_eq!(counted(&world, &lines, "Busy"), 0);
    world.faults.rule(|_| Some(Fault::LoseRequest));
    for frame in [json!({"type": "hello"}), json!({"type": "ping"}), json!({"type": "replay", "since": 0})] {
        ana.send(frame.clone()).await;
        assert_eq!(ana.frame_of("error").await["code"], "BUSY", "{frame}");
        assert_eq!(counted(&world, &lines, "Busy"), 1, "{frame}");
    }
    let id = ana.change(json!([insert("t1", "Ship it")])).await;
    assert_eq!(ana.settled(&id).await.rejected()["code"], "BUSY");
    assert_eq!(counted(&world, &lines, "Busy"), 1);
    let (token, path) = (world.token(&who("ana")), format!("/api/cycles/platform/{NEXT_WEEK}"));
    let answer = web::bearing(world.stack.address, &token, "GET", &path, String::new()).await;
    assert_eq!(answer.refusal(), (503, "BUSY".to_owned()));
    assert_eq!(counted(&world, &lines, "Busy"), 1);
    let refused = harness::Client::open(&world.door(&who("ben"), NEXT_WEEK)).await.err();
    assert_eq!(refused, Some(503), "and so is a socket that could not be let in");
    assert_eq!(counted(&world, &lines, "Busy"), 1);
}

#[tokio::test]
async fn a_commit_is_counted_and_timed_and_a_refusal_of_the_sheet_is_no_fault() {
    let (world, lines) = watched().await;
    let mut ana = world.join(&who("ana")).await;
    assert_eq!(ana.commit(json!([insert("t1", "Ship it")])).await.version(), 1);
    world.stack.context.metrics.flush(TimestampMs(0));
    assert_eq!(counted(&world, &lines, "Commits"), 1);
    assert_eq!(ana.commit(json!([insert("t1", "again")])).await.rejected()["retryable"], json!(false));
    let later = gateway::Clock::now_ms(&world.clock) as i64 + 7_200_000;
    world.stack.context.metrics.flush(TimestampMs(later));
    let lines = lines.lock().unwrap();
    assert_eq!(lines.iter().filter_map(|line| line["Refused"].as_u64()).sum::<u64>(), 1);
    assert!(lines.iter().all(|line| line["Busy"].is_null() && line["PostsFailed"].is_null()));
}

#[tokio::test]
async fn what_happens_in_a_room_is_counted_where_it_happens() {
    let (world, lines) = watched().await;
    let mut ana = world.join(&who("ana")).await;
    let ben = world.join(&who("ben")).await;
    ana.commit(json!([insert("t1", "Ship it")])).await.version();
    ana.send(json!({"type": "replay", "since": 0})).await;
    ana.frame_of("committed").await;
    ana.send(json!({"type": "presence", "state": {"status": "idle"}})).await;
    // Frames of one socket are answered in order here: what came before the pong is counted.
    ana.send(json!({"type": "ping", "version": 1})).await;
    ana.frame_of("pong").await;
    let later = gateway::Clock::now_ms(&world.clock) as i64;
    world.stack.context.metrics.flush(TimestampMs(later));
    world.stack.context.metrics.flush(TimestampMs(later + 3_600_000));
    let lines = lines.lock().unwrap();
    let sum = |name: &str| lines.iter().filter_map(|line| line[name].as_u64()).sum::<u64>();
    for (name, count) in [
        ("Connections", 2),
        ("Snapshots", 2),
        ("Commits", 1),
        ("Entries", 1),
        ("Replays", 1),
        ("PresenceFrames", 1),
        ("LostSlots", 0),
        ("Refused", 0),
    ] {
        assert_eq!(sum(name), count, "{name}: {lines:?}");
    }
    for timed in ["CommitMs", "BroadcastMs"] {
        assert!(lines.iter().any(|line| line[timed].as_array().is_some_and(|all| all.len() == 1)), "{timed}");
    }
    drop(ben);
}
