//! The extraction through the whole system: one call, one result, and people's words stay.
use cyclesheet_extract::{Event, Extracted};
use extraction::fake::Mode;
use harness::{
    Client, Fault, Replica, THIS_WEEK, World,
    asked::model,
    client::{insert, modify},
    patiently, who,
};
use local::sample;
use platform::invoke::ExtractRequest;
use serde_json::{Value, json};
use sheet::{Role, Row};
use std::{sync::Arc, time::Duration};
use store::directory::Source;

/// A call of the model in a test; only the one that hangs takes it.
const CALL: Duration = Duration::from_secs(10);
/// Longer than any lease.
const LEASE_IS_OVER: Duration = Duration::from_secs(12 * 60);

fn week() -> Source {
    Source::Path { path: format!("{}/../../events/week", env!("CARGO_MANIFEST_DIR")) }
}

/// A world with the sample week and this model.
async fn world(ask: Option<Arc<dyn cyclesheet_extract::ask::Ask>>, sources: Vec<Source>) -> World {
    let world = World::with(|options| options.model = ask).await;
    world.put_team(sample::TENANT, sample::TEAM, sources).await;
    world
}

async fn extract(world: &World) -> Extracted {
    let (extractor, context) = (world.stack.extractor.clone(), world.stack.context.clone());
    let event = Event::Request(ExtractRequest::cycle(&world.key(THIS_WEEK), false));
    patiently("an extraction", async move { extractor.handle(&context, event).await.unwrap().remove(0) })
        .await
}

fn generation(replica: &Replica) -> Value {
    serde_json::to_value(&replica.sheet().generation).unwrap()
}

async fn generated(client: &mut Client, number: u32) -> Value {
    client
        .until("the generation", |replica| {
            let generation = generation(replica);
            generation["number"] == number && generation["state"] == "generated"
        })
        .await;
    generation(&client.replica)
}

fn row(replica: &Replica, title: &str) -> Row {
    let found = replica.sheet().rows().find(|row| row.value(sheet::Column::Title).contains(title));
    Row::clone(found.unwrap_or_else(|| panic!("there is no row {title}")))
}

// rule: H7
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_triggers_at_once_and_a_visitor_ask_the_model_once() {
    let (cohere, ask) = model([Mode::Success(sample::ANSWER.to_owned())], CALL).await;
    let world = world(Some(ask), vec![week()]).await;
    let triggers: Vec<_> = (0..5)
        .map(|n| {
            let (extractor, context) = (world.stack.extractor.clone(), world.stack.context.clone());
            let cycle = ExtractRequest::cycle(&world.key(THIS_WEEK), false);
            let scheduler = Event::Scheduled;
            let event = if n == 0 { scheduler } else { Event::Request(cycle) };
            tokio::spawn(async move { extractor.handle(&context, event).await.unwrap() })
        })
        .collect();
    let mut ana = world.join_week(&who("ana"), THIS_WEEK).await;
    let mut won = 0;
    for trigger in triggers {
        let done = trigger.await.unwrap();
        // The weekly run sees to the other teams too, which have no messages.
        won += done.iter().filter(|done| done.rows > 0).count();
    }
    let generation = generated(&mut ana, 1).await;
    assert_eq!((&generation["origin"], &generation["model"]), (&json!("model"), &json!("command-a-03-2025")));
    assert!(won <= 1, "one of the six came first, perhaps the visitor's");
    assert_eq!(cohere.calls(), 1);
    assert!(ana.replica.sheet().row_count() > 5);
    assert!(generation["messages"].as_u64().unwrap() > 100);
    // A repeated schedule and a second visitor find it done.
    assert_eq!(extract(&world).await.generation, None);
    let ben = world.join_week(&who("ben"), THIS_WEEK).await;
    assert_eq!((cohere.calls(), ben.replica.bytes()), (1, ana.replica.bytes()));
    let log = world.log(THIS_WEEK).await;
    let names: Vec<&str> =
        log.changes.iter().flat_map(|change| change.ops.iter().map(sheet::Op::name)).collect();
    assert_eq!(names, ["GENERATION_STARTED", "GENERATED", "TEXT_UPDATE"]);
    assert!(log.changes.iter().all(|change| change.role == Role::System));
}

#[tokio::test]
async fn whatever_the_model_does_instead_of_answering_the_sheet_works_and_says_so() {
    for (mode, calls) in [
        (Mode::Refusal, 2),
        (Mode::Garbage, 2),
        (Mode::ErrorWith200, 2),
        (Mode::Success(String::new()), 2),
        (Mode::Flood, 2),
        (Mode::Status(401), 1),
        (Mode::Status(402), 1),
        (Mode::Status(498), 2),
        (Mode::Status(429), 4),
        (Mode::Status(500), 4),
        (Mode::Status(503), 4),
    ] {
        let (cohere, ask) = model([mode.clone()], CALL).await;
        let world = world(Some(ask), vec![week()]).await;
        let mut ana = world.join_week(&who("ana"), THIS_WEEK).await;
        let generation = generated(&mut ana, 1).await;
        assert_eq!(generation["origin"], "fallback", "{mode:?}");
        assert!(
            generation["note"].as_str().is_some_and(|note| note.contains("without the model")),
            "{mode:?}: {generation}"
        );
        assert!(ana.replica.sheet().row_count() > 0, "{mode:?}");
        assert!(!ana.replica.sheet().executive_summary.is_empty(), "{mode:?}");
        assert!((1..=calls).contains(&cohere.calls()), "{mode:?}: {} calls", cohere.calls());
    }
}

#[tokio::test]
async fn a_model_that_never_answers_ends_in_the_fallback_too() {
    let (_cohere, ask) = model([Mode::Hang], Duration::from_millis(50)).await;
    let world = world(Some(ask), vec![week()]).await;
    let mut ana = world.join_week(&who("ana"), THIS_WEEK).await;
    assert_eq!(generated(&mut ana, 1).await["origin"], "fallback");
}

#[tokio::test]
async fn a_refusal_is_asked_once_more_and_the_second_answer_counts() {
    let (cohere, ask) = model([Mode::Refusal, Mode::Success(sample::ANSWER.to_owned())], CALL).await;
    let world = world(Some(ask), vec![week()]).await;
    let mut ana = world.join_week(&who("ana"), THIS_WEEK).await;
    assert_eq!((&generated(&mut ana, 1).await["origin"], cohere.calls()), (&json!("model"), 2));
}

#[tokio::test]
async fn an_empty_week_asks_nobody_and_says_that_it_is_empty() {
    let (cohere, ask) = model([Mode::Success(sample::ANSWER.to_owned())], CALL).await;
    let world = world(Some(ask), Vec::new()).await;
    let mut ana = world.join_week(&who("ana"), THIS_WEEK).await;
    assert_eq!(generated(&mut ana, 1).await["origin"], "empty");
    assert_eq!((cohere.calls(), ana.replica.sheet().row_count()), (0, 0));
}

#[tokio::test]
async fn a_source_that_cannot_be_read_fails_the_generation_in_words() {
    let world = world(None, vec![Source::Path { path: "/nowhere/at/all".into() }]).await;
    let mut ana = world.join_week(&who("ana"), THIS_WEEK).await;
    ana.until("the failure", |replica| generation(replica)["state"] == "failed").await;
    let note = generation(&ana.replica)["note"].as_str().unwrap().to_owned();
    assert!(note.starts_with("The messages could not be read"), "{note}");
    // People work on all the same.
    assert!(ana.commit(json!([insert("t1", "by hand")])).await.version() > 2);
}

/// Runs an extraction until it has made the call that `dies_after` names and one more is due, and kills it there.
async fn killed(world: &World, dies_at: impl Fn(&harness::Call, bool) -> bool + Send + 'static) {
    world.faults.forget();
    let mut stored = false;
    let (told, mut died) = tokio::sync::mpsc::unbounded_channel();
    world.faults.rule(move |call| {
        let dies = dies_at(call, stored);
        stored |= call.operation == "PutItem" && call.sk().starts_with("RAW#1#answer");
        dies.then(|| {
            let _ = told.send(());
            Fault::Hold
        })
    });
    let (extractor, context) = (world.stack.extractor.clone(), world.stack.context.clone());
    let event = Event::Request(ExtractRequest::cycle(&world.key(THIS_WEEK), false));
    let run = tokio::spawn(async move { extractor.handle(&context, event).await });
    patiently("the run to get there", died.recv()).await;
    run.abort();
    assert!(run.await.unwrap_err().is_cancelled());
    world.faults.clear();
}

#[tokio::test]
async fn a_run_killed_between_the_answer_and_the_commit_is_resumed_without_a_second_call() {
    let (cohere, ask) = model([Mode::Success(sample::ANSWER.to_owned())], CALL).await;
    let world = world(Some(ask), vec![week()]).await;
    killed(&world, |_, answer_is_stored| answer_is_stored).await;
    assert_eq!(cohere.calls(), 1);
    assert_eq!(world.log(THIS_WEEK).await.changes.len(), 1, "only the lease");
    assert_eq!(extract(&world).await.generation, None, "the dead run's lease still holds");
    world.advance(LEASE_IS_OVER);
    let resumed = extract(&world).await;
    assert_eq!((resumed.generation, resumed.calls, cohere.calls()), (Some(1), 0, 1));
    let ana = world.join_week(&who("ana"), THIS_WEEK).await;
    assert_eq!(generation(&ana.replica)["origin"], "model");
    assert!(ana.replica.sheet().row_count() > 5);
}

#[tokio::test]
async fn a_run_killed_before_its_answer_was_stored_costs_one_further_call_and_no_more() {
    let (cohere, ask) = model([Mode::Success(sample::ANSWER.to_owned())], CALL).await;
    let world = world(Some(ask), vec![week()]).await;
    killed(&world, |call, _| call.operation == "PutItem" && call.sk().starts_with("RAW#1#answer")).await;
    world.advance(LEASE_IS_OVER);
    let resumed = extract(&world).await;
    assert_eq!((resumed.generation, resumed.calls, cohere.calls()), (Some(1), 1, 2));
}

// rule: E6
#[tokio::test]
async fn a_refresh_follows_the_model_where_nobody_wrote_and_keeps_what_people_did() {
    let second = sample::ANSWER
        .replace(
            "| Postgres 17 cutover of core-db | Key added",
            "| Postgres 17 cutover of core-db | Rewritten. Key added",
        )
        .replace("| 2026-11-24 | 75% |", "| 2026-11-25 | 90% |");
    assert_ne!(second, sample::ANSWER);
    let (cohere, ask) = model([Mode::Success(sample::ANSWER.to_owned()), Mode::Success(second)], CALL).await;
    let more = tempfile::NamedTempFile::new().unwrap();
    let path = more.path().to_string_lossy().into_owned();
    let world = world(Some(ask), vec![week(), Source::Path { path }]).await;
    let mut ana = world.join_week(&who("ana"), THIS_WEEK).await;
    generated(&mut ana, 1).await;
    let (postgres, billing) =
        (row(&ana.replica, "Postgres 17"), row(&ana.replica, "Billing migration: batches"));
    let task = postgres.task_id.as_str();
    assert_eq!(postgres.value(sheet::Column::Progress), "75");
    ana.commit(json!([modify(task, "progress", "75", "10")])).await.version();
    ana.commit(json!([{"op": "ROW_REMOVE", "taskId": billing.task_id}])).await.version();
    ana.commit(json!([insert("own", "My own row")])).await.version();
    let rows = ana.replica.sheet().row_count();

    write_messages(more.path(), 1);
    ana.send(json!({"type": "refresh"})).await;
    generated(&mut ana, 2).await;
    assert_eq!(cohere.calls(), 2);
    let after = row(&ana.replica, "Postgres 17");
    assert_eq!(after.task_id, postgres.task_id, "it is the same row");
    assert_eq!(after.value(sheet::Column::Progress), "10", "people win");
    assert_eq!(after.value(sheet::Column::Deadline), "2026-11-25", "what nobody wrote follows");
    assert!(after.value(sheet::Column::Description).starts_with("Rewritten"));
    assert_eq!(
        ana.replica.sheet().row_count(),
        rows,
        "nothing came twice, and what was removed stays removed"
    );
    assert_eq!(ana.replica.cell("own", "title"), "My own row");

    write_messages(more.path(), 2);
    ana.send(json!({"type": "refresh"})).await;
    generated(&mut ana, 3).await;
    ana.send(json!({"type": "refresh"})).await;
    assert_eq!(
        ana.frame_of("error").await["code"],
        "RATE_LIMITED",
        "three generations are the week's budget"
    );
    assert_eq!(cohere.calls(), 3);
    assert_eq!(world.log(THIS_WEEK).await.bytes(), ana.replica.bytes());
}

/// A file of `count` messages of this week, beside the sample's.
fn write_messages(path: &std::path::Path, count: usize) {
    let line = |n: usize| {
        let (id, minute) = (5_000 + n, n % 60);
        json!({"id": format!("m{id}"), "channel": "later", "author": "Ana", "at": format!("2026-11-20T10:{minute:02}:00Z"), "text": format!("please review change {n}")})
            .to_string()
    };
    std::fs::write(path, (0..count).map(line).collect::<Vec<_>>().join("\n")).unwrap();
}

// rule: E6
#[tokio::test]
async fn e6_a_refresh_over_unchanged_messages_commits_nothing_and_is_none_of_the_three() {
    let other = sample::ANSWER.replace("75%", "5%");
    let (cohere, ask) = model([Mode::Success(sample::ANSWER.to_owned()), Mode::Success(other)], CALL).await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("week.jsonl");
    write_messages(&copy, 5);
    let world = world(Some(ask), vec![Source::Path { path: copy.display().to_string() }]).await;
    let mut ana = world.join_week(&who("ana"), THIS_WEEK).await;
    generated(&mut ana, 1).await;
    let (bytes, version) = (ana.replica.bytes(), ana.replica.version());
    // More often than a week has extractions.
    for round in 0..5 {
        ana.send(json!({"type": "refresh"})).await;
        let answer = ana.frame_of("error").await;
        assert_eq!((&answer["code"], &answer["retryable"]), (&json!("UNCHANGED"), &json!(false)));
        assert!(answer["message"].as_str().unwrap().starts_with("No message is new"), "{round}: {answer}");
        world.advance(Duration::from_secs(61));
    }
    assert_eq!((cohere.calls(), ana.ping().await["version"].as_u64()), (1, Some(version)));
    assert_eq!(ana.replica.bytes(), bytes);
    assert_eq!(world.log(THIS_WEEK).await.changes.len() as u64, version);
    // What is new is extracted, and the budget is whole.
    write_messages(&copy, 6);
    ana.send(json!({"type": "refresh"})).await;
    generated(&mut ana, 2).await;
    assert_eq!(cohere.calls(), 2);
}

// rule: E6
#[tokio::test]
async fn e6_refreshes_at_once_look_at_the_messages_once_a_minute() {
    let (cohere, ask) = model([Mode::Success(sample::ANSWER.to_owned())], CALL).await;
    let world = world(Some(ask), vec![week()]).await;
    let mut ana = world.join_week(&who("ana"), THIS_WEEK).await;
    generated(&mut ana, 1).await;
    let version = ana.replica.version();
    for _ in 0..4 {
        ana.send(json!({"type": "refresh"})).await;
    }
    let mut told = Vec::new();
    for _ in 0..4 {
        let answer = ana.frame_of("error").await;
        assert_eq!(answer["code"], "UNCHANGED");
        told.push(answer["message"].as_str().unwrap().starts_with("No message is new"));
    }
    assert_eq!(told.iter().filter(|looked| **looked).count(), 1, "{told:?}");
    assert_eq!((cohere.calls(), ana.ping().await["version"].as_u64()), (1, Some(version)));
}
