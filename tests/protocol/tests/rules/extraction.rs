//! What an admin can see of an extraction: what was sent, what came back, what became of it.
use super::support::get;
use extraction::fake::Mode;
use harness::{THIS_WEEK, World, asked::model, who};
use platform::invoke::ExtractRequest;
use serde_json::{Value, json};
use std::time::Duration;
use store::directory::Source;

/// One message holds a credential; the answer cites a message that is not there and has a line that is no row.
const WEEK: &str = concat!(
    r#"{"id":"m1","channel":"ops","thread":null,"author":"Ana Ruiz","at":"2026-11-16T09:00:00Z","text":"The deploy key is AKIAIOSFODNN7EXAMPLE, please rotate it"}"#,
    "\n",
    r#"{"id":"m2","channel":"ops","thread":"m1","author":"Ben Okafor","at":"2026-11-16T09:05:00Z","text":"I'll take it"}"#,
    "\n"
);
const ANSWER: &str = "SUMMARY: One key is rotated.\n\n| Title | Description | Status | Priority | Assignee | Deadline | Progress | Blockers | Source |\n|---|---|---|---|---|---|---|---|---|\n| Rotate the deploy key | Asked for. | In progress | | Ben Okafor | | | | m1, m2, m99 |\n| | | Done | | | | | | m1 |\n";

const SECRET: &str = "AKIAIOSFODNN7EXAMPLE";

async fn extracted(modes: Vec<Mode>) -> (World, tempfile::NamedTempFile) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), WEEK).unwrap();
    let (_cohere, ask) = model(modes, Duration::from_secs(10)).await;
    let world = World::with(|options| options.model = Some(ask)).await;
    let source = Source::Path { path: file.path().to_string_lossy().into_owned() };
    world.put_team("acme", "platform", vec![source]).await;
    let event = cyclesheet_extract::Event::Request(ExtractRequest::cycle(&world.key(THIS_WEEK), false));
    let done = world.stack.extractor.handle(&world.stack.context, event).await.unwrap();
    assert_eq!(done[0].generation, Some(1));
    (world, file)
}

async fn see(world: &World, what: &str) -> Value {
    let answer = get(world, &who("boss").admin(), &format!("/api/cycles/platform/{THIS_WEEK}{what}")).await;
    assert_eq!(answer.status, 200, "{what}");
    answer.json()
}

// rule: E1
#[tokio::test]
async fn e1_an_admin_sees_every_generation_and_what_became_of_it() {
    let (world, _file) = extracted(vec![Mode::Success(ANSWER.into())]).await;
    let list = see(&world, "/generations").await;
    assert_eq!(list["generations"].as_array().unwrap().len(), 1);
    let report = &list["generations"][0];
    assert_eq!(
        (&report["generation"], &report["origin"], &report["model"], &report["reason"]),
        (&json!(1), &json!("model"), &json!("command-a-03-2025"), &Value::Null)
    );
    assert_eq!((&report["messages"], &report["rows"], &report["calls"]), (&json!(2), &json!(1), &json!(1)));
    assert_eq!((&report["masked"], &report["leftOut"]["other"]), (&json!(1), &json!(0)));
    assert_eq!(report["missingCitations"], json!(["m99"]));
    assert_eq!(report["dropped"][0]["reason"], "neither a title nor a description");
    assert!(report["usage"]["inputTokens"].as_u64().unwrap() > 100);
    assert!(report["costMicrodollars"].as_u64().unwrap() > 0);
    // The sheet says it too, and shows no citation that is not there.
    let sheet = see(&world, "").await;
    let note = sheet["snapshot"]["generation"]["note"].as_str().unwrap().to_owned();
    assert!(note.contains("does not exist") && note.contains("could not be read as a row"), "{note}");
    assert_eq!(sheet["snapshot"]["tasks"][0]["cells"]["source"]["value"], "m1, m2");
    for somebody in [who("ana"), who("vera").viewer()] {
        let path = format!("/api/cycles/platform/{THIS_WEEK}/generations");
        assert_eq!(get(&world, &somebody, &path).await.refusal(), (403, "FORBIDDEN".into()));
        assert_eq!(get(&world, &somebody, &format!("{path}/1")).await.refusal(), (403, "FORBIDDEN".into()));
    }
    let elsewhere = who("boss").admin().of("globex");
    let path = format!("/api/cycles/platform/{THIS_WEEK}/generations");
    assert_eq!(get(&world, &elsewhere, &path).await.refusal(), (404, "NOT_FOUND".into()));
}

// rule: E2
#[tokio::test]
async fn e2_an_admin_sees_what_was_sent_masked_and_what_came_back_as_it_came() {
    let (world, _file) = extracted(vec![Mode::Refusal, Mode::Success(ANSWER.into())]).await;
    let one = see(&world, "/generations/1").await;
    let attempts = one["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 2, "the question, and the simpler one");
    for attempt in attempts {
        let sent = attempt["prompt"]["user"].as_str().unwrap();
        assert!(sent.contains("[masked: AWS key]") && !sent.contains(SECRET), "{sent}");
        assert!(attempt["outcome"]["calls"] == 1 && attempt["outcome"]["at"].is_i64());
    }
    assert!(attempts[0]["outcome"]["answer"]["text"].as_str().unwrap().starts_with("I'm sorry"));
    assert_eq!(attempts[1]["outcome"]["answer"]["text"], ANSWER);
    assert!(attempts[0]["prompt"]["schema"].is_null() && attempts[1]["prompt"]["schema"].is_object());
    assert_eq!((&one["report"]["calls"], &one["report"]["generation"]), (&json!(2), &json!(1)));
    let path = format!("/api/cycles/platform/{THIS_WEEK}/generations");
    for unknown in ["2", "0", "x", "-1"] {
        let answer = get(&world, &who("boss").admin(), &format!("{path}/{unknown}")).await;
        assert_eq!(answer.refusal(), (404, "NOT_FOUND".into()), "{unknown}");
    }
}
