//! Documents and save points.
use super::support::{get, post};
use base64::{Engine, engine::general_purpose::STANDARD};
use harness::{
    Client, NEXT_WEEK, Settled, THIS_WEEK, World,
    client::{insert, modify},
    editor::{Editor, text_update},
    web::Answer,
    who,
};
use serde_json::{Value, json};
use store::directory::Source;

const DOCS: &str = "/api/cycles/platform/2026-W48/docs";

/// Somebody's first words in a document.
pub fn typed(doc: &str, client: u64, words: &str) -> Value {
    text_update(doc, Editor::new(client).insert(0, words))
}

async fn doc(world: &World, path: &str) -> Answer {
    get(world, &who("ana"), &format!("{DOCS}/{path}")).await
}

/// The text of a document as anybody fetches it.
async fn fetched(world: &World, path: &str) -> String {
    let answer = doc(world, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.json());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let copy = Editor::new(99);
    copy.take(answer.json()["update"].as_str().unwrap());
    assert!(!copy.waits());
    copy.text()
}

async fn say(client: &mut Client, op: Value) -> Settled {
    client.commit(json!([op])).await
}

#[tokio::test]
async fn d1_what_is_typed_at_once_merges_and_every_replica_has_the_same_bytes() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    say(&mut ana, insert("t1", "one")).await.version();
    let (a, b) = (Editor::new(1), Editor::new(2));
    let first = a.insert(0, "Hello");
    say(&mut ana, text_update("notes:t1", first.as_str())).await.version();
    b.take(&first);
    // Both type at the end, neither has seen the other.
    let (by_ana, by_ben) = (a.insert(5, " from Ana"), b.insert(5, " from Ben"));
    let (one, two) = (
        ana.change(json!([text_update("notes:t1", by_ana.as_str())])).await,
        ben.change(json!([text_update("notes:t1", by_ben.as_str())])).await,
    );
    let tip = ana.settled(&one).await.version().max(ben.settled(&two).await.version());
    ana.reach(tip).await;
    ben.reach(tip).await;
    assert_eq!(ana.replica.bytes(), ben.replica.bytes());
    a.take(&by_ben);
    b.take(&by_ana);
    assert_eq!(a.text(), b.text());
    assert_eq!(fetched(&world, "notes%3At1").await, a.text());
    assert_eq!(fetched(&world, "notes:t1").await, a.text());
}

#[tokio::test]
async fn d1_a_rows_lock_holds_for_its_note_and_a_note_needs_its_row() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    say(&mut ana, insert("t1", "one")).await.version();
    let tip = say(&mut ana, json!({"op": "ROW_LOCK", "taskId": "t1", "seconds": 60})).await.version();
    ben.reach(tip).await;
    assert_eq!(say(&mut ben, typed("notes:t1", 2, "x")).await.rejected()["code"], "LOCKED");
    say(&mut ana, typed("notes:t1", 1, "mine")).await.version();
    say(&mut ben, typed("summary", 2, "free")).await.version();
    assert_eq!(say(&mut ben, typed("notes:none", 2, "x")).await.rejected()["code"], "UNKNOWN_TARGET");
    for name in ["", "note", "notes:", "notes:a b", "summary "] {
        assert_eq!(say(&mut ben, typed(name, 2, "x")).await.rejected()["code"], "MALFORMED", "{name:?}");
    }
}

#[tokio::test]
async fn d1_a_viewers_forged_update_is_refused_and_nothing_of_it_is_in_the_log() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let mut vera = world.join(&who("vera").viewer()).await;
    say(&mut ana, typed("summary", 1, "ours")).await.version();
    assert_eq!(say(&mut vera, typed("summary", 2, "hers")).await.rejected()["code"], "FORBIDDEN");
    let change = json!({"id": "script.1", "base": 0, "ops": [typed("summary", 3, "hers")]});
    let path = format!("/api/cycles/platform/{NEXT_WEEK}/changes");
    let answer = post(&world, &who("vera").viewer(), &path, &change).await;
    assert_eq!(answer.refusal(), (403, "FORBIDDEN".into()));
    assert_eq!(fetched(&world, "summary").await, "ours");
    assert!(world.log(NEXT_WEEK).await.changes.iter().all(|change| change.author.id.as_str() != "vera"));
}

#[tokio::test]
async fn d2_what_is_no_update_or_too_large_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    say(&mut ana, typed("summary", 1, "ours")).await.version();
    let before = ana.replica.bytes();
    let bomb = |bytes: &[u8]| text_update("summary", STANDARD.encode(bytes));
    for (op, code) in [
        (bomb(b""), "INVALID_VALUE"),
        (bomb(b"\0"), "INVALID_VALUE"),
        (bomb(b"hello"), "INVALID_VALUE"),
        // Four billion clients, four billion structs, an array of four billion: in a handful of bytes.
        (bomb(b"\xff\xff\xff\xff\x0f"), "INVALID_VALUE"),
        (bomb(b"\x01\xff\xff\xff\xff\x0f\x01\x00"), "INVALID_VALUE"),
        (bomb(b"\x01\x01\x01\x00\x08\x01\x01a\x01\x75\xff\xff\xff\xff\x0f\x00"), "INVALID_VALUE"),
        // A subdocument, a move, a weak link.
        (bomb(b"\x01\x01\x01\x00\x09\x01\x01a\x01x\x76\x00\x00"), "INVALID_VALUE"),
        (bomb(b"\x01\x01\x01\x00\x0b\x01\x01a\x00\x00"), "INVALID_VALUE"),
        (bomb(b"\x01\x01\x01\x00\x07\x01\x01a\x07\x00\x01\x00\x00"), "INVALID_VALUE"),
        (text_update("summary", "not base64!"), "MALFORMED"),
    ] {
        assert_eq!(say(&mut ana, op.clone()).await.rejected()["code"], code, "{op}");
    }
    let path = format!("/api/cycles/platform/{NEXT_WEEK}/changes");
    let large = json!({"id": "script.1", "base": 1, "ops": [typed("summary", 5, &"x".repeat(65_536))]});
    assert_eq!(post(&world, &who("ana"), &path, &large).await.refusal(), (413, "PAYLOAD_TOO_LARGE".into()));
    let fits = json!({"id": "script.2", "base": 1, "ops": [typed("summary", 5, &"x".repeat(65_000))]});
    assert_eq!(ana.replica.bytes(), before);
    assert_eq!(post(&world, &who("ana"), &path, &fits).await.status, 200);
    ana.reach(2).await;
    assert_eq!(world.log(NEXT_WEEK).await.bytes(), ana.replica.bytes(), "nothing else was committed");
}

#[tokio::test]
async fn d3_an_update_whose_ground_is_missing_is_refused_with_what_the_log_holds_and_then_heals() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let a = Editor::new(1);
    let first = a.insert(0, "one ");
    let lost = a.insert(4, "two ");
    let third = a.insert(8, "three");
    say(&mut ana, text_update("summary", first)).await.version();
    // The second was lost on the way: the third has nothing to build on.
    let refused = say(&mut ana, text_update("summary", third.as_str())).await;
    let refused = refused.rejected();
    assert_eq!((&refused["code"], &refused["current"]["doc"]), (&json!("UNKNOWN_TARGET"), &json!("summary")));
    assert_eq!(fetched(&world, "summary").await, "one ");
    let whole = a.since(refused["current"]["stateVector"].as_str().unwrap());
    say(&mut ana, text_update("summary", whole)).await.version();
    assert_eq!(fetched(&world, "summary").await, "one two three");
    // Late and twice: both are in the log, and the text stays what it is.
    say(&mut ana, text_update("summary", lost)).await.version();
    say(&mut ana, text_update("summary", third)).await.version();
    assert_eq!(fetched(&world, "summary").await, "one two three");
    // A deletion of what is not there is as groundless.
    let b = Editor::new(2);
    b.insert(0, "never sent");
    let refused = say(&mut ana, text_update("summary", b.remove(0, 5))).await;
    assert_eq!(refused.rejected()["code"], "UNKNOWN_TARGET");
}

#[tokio::test]
async fn d4_the_sheet_names_a_document_by_its_chain_and_says_who_touched_it() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let a = Editor::new(1);
    for (at, word) in [(0, "a"), (1, "b"), (2, "c")] {
        say(&mut ana, text_update("summary", a.insert(at, word))).await.version();
    }
    ben.reach(3).await;
    let sheet: Value = serde_json::from_str(&ben.replica.bytes()).unwrap();
    let entry = &sheet["docs"]["summary"];
    assert_eq!(
        (&entry["version"], &entry["updates"], &entry["isManuallyEdited"]),
        (&json!(3), &json!(3), &json!(true))
    );
    assert_eq!(entry["hash"].as_str().unwrap().len(), 64);
    assert_eq!(ben.replica.bytes(), world.log(NEXT_WEEK).await.bytes());
    let mut eve = world.join(&who("eve")).await;
    assert_eq!(eve.replica.bytes(), ben.replica.bytes(), "a snapshot says the same");
    let again = say(&mut eve, text_update("summary", Editor::new(5).insert(0, "d"))).await.version();
    ben.reach(again).await;
    assert_eq!(eve.replica.bytes(), ben.replica.bytes(), "and folds on alike");
}

#[tokio::test]
async fn d5_hello_brings_exactly_what_a_document_lacks() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let (a, b) = (Editor::new(1), Editor::new(2));
    let first = a.insert(0, "Hello");
    say(&mut ana, text_update("summary", first.as_str())).await.version();
    b.take(&first);
    let tip = say(&mut ana, text_update("summary", a.insert(5, ", world"))).await.version();
    let docs = json!({"summary": b.state_vector(), "notes:gone": "AA==", "nothing": "AA=="});
    let welcome = ben.hello(json!({"docs": docs})).await;
    let docs = welcome["docs"].as_object().unwrap();
    assert_eq!((docs.len(), &docs["notes:gone"]), (2, &Value::Null));
    assert_eq!(docs["summary"]["version"], tip);
    b.take(docs["summary"]["update"].as_str().unwrap());
    assert_eq!(b.text(), "Hello, world");
    let again = ben.hello(json!({"docs": {"summary": b.state_vector()}})).await;
    assert_eq!(again["docs"]["summary"]["update"], "AAA=", "nothing is missing, nothing is sent");
    // What is no state vector is left to be fetched, and the fetch says what is wrong.
    for wrong in ["?", "/////w8="] {
        let welcome = ben.hello(json!({"docs": {"summary": wrong}})).await;
        assert_eq!(welcome["docs"], json!({"summary": null}));
    }
    let many: serde_json::Map<String, Value> =
        (0..9).map(|n| (format!("notes:t{n}"), json!("AA=="))).collect();
    ben.send(json!({"type": "hello", "docs": many})).await;
    assert_eq!(ben.frame_of("error").await["code"], "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn d5_what_does_not_fit_a_welcome_is_left_to_be_fetched() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let a = Editor::new(1);
    for n in 0..4 {
        say(&mut ana, text_update("summary", a.insert(n * 20_000, &"x".repeat(20_000)))).await.version();
    }
    let welcome = ana.hello(json!({"docs": {"summary": "AA=="}})).await;
    assert_eq!(welcome["docs"], json!({"summary": null}));
    assert_eq!(fetched(&world, "summary").await.len(), 80_000);
}

#[tokio::test]
async fn d6_a_note_leaves_with_its_row_and_comes_back_with_it() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    say(&mut ana, insert("t1", "one")).await.version();
    say(&mut ana, typed("notes:t1", 1, "kept")).await.version();
    let row = serde_json::from_str::<Value>(&ana.replica.bytes()).unwrap()["tasks"][0].clone();
    let with_note = ana.replica.version();
    say(&mut ana, json!({"op": "ROW_REMOVE", "taskId": "t1"})).await.version();
    assert_eq!(doc(&world, "notes:t1").await.refusal(), (404, "NOT_FOUND".into()));
    assert_eq!(fetched(&world, &format!("notes:t1?version={with_note}")).await, "kept");
    let restored = json!({"op": "ROW_INSERT", "taskId": "t1", "after": null, "cells": {}, "restored": row});
    say(&mut ana, restored).await.version();
    assert_eq!(fetched(&world, "notes:t1").await, "kept");
    say(&mut ana, json!({"op": "ROW_REMOVE", "taskId": "t1"})).await.version();
    say(&mut ana, insert("t1", "another under the same id")).await.version();
    assert_eq!(fetched(&world, "notes:t1").await, "");
    say(&mut ana, typed("notes:t1", 2, "its own")).await.version();
    assert_eq!(fetched(&world, "notes:t1").await, "its own");
    assert_eq!(ana.replica.bytes(), world.log(NEXT_WEEK).await.bytes());
}

#[tokio::test]
async fn d7_a_save_point_names_its_version_and_is_its_authors() {
    let world = World::new().await;
    let (mut ana, mut ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    let mut boss = world.join(&who("boss").admin()).await;
    let add = |name: &str| json!({"op": "SAVE_POINT_ADD", "name": name});
    let remove = |version: u64| json!({"op": "SAVE_POINT_REMOVE", "version": version});
    let first = say(&mut ana, add("Before the review")).await.version();
    ben.reach(first).await;
    let sheet: Value = serde_json::from_str(&ben.replica.bytes()).unwrap();
    let at = &sheet["updatedAt"];
    assert_eq!(
        sheet["savePoints"],
        json!([{"name": "Before the review", "version": first, "author": "ana", "at": at}])
    );
    for bad in ["", "  ", &"x".repeat(81), "bell\u{7}"] {
        assert_eq!(say(&mut ana, add(bad)).await.rejected()["code"], "INVALID_VALUE", "{bad:?}");
    }
    assert_eq!(ana.commit(json!([add("a"), add("b")])).await.rejected()["code"], "MALFORMED");
    assert_eq!(say(&mut ben, remove(first)).await.rejected()["code"], "FORBIDDEN");
    assert_eq!(say(&mut ben, remove(77)).await.rejected()["code"], "UNKNOWN_TARGET");
    boss.reach(first).await;
    say(&mut boss, remove(first)).await.version();
    let last = say(&mut ana, add(&"é".repeat(80))).await.version();
    say(&mut ana, remove(last)).await.version();
    let sheet: Value = serde_json::from_str(&ana.replica.bytes()).unwrap();
    assert_eq!(sheet["savePoints"], json!([]));
}

#[tokio::test]
async fn w11_a_document_is_read_at_the_tip_at_any_version_and_from_any_state() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    assert_eq!(
        doc(&world, "summary").await.json(),
        json!({"doc": "summary", "version": 0, "update": "AAA="})
    );
    let a = Editor::new(1);
    say(&mut ana, insert("t1", "one")).await.version();
    let first = say(&mut ana, text_update("notes:t1", a.insert(0, "Hello"))).await.version();
    let known = a.state_vector();
    let second = say(&mut ana, text_update("notes:t1", a.insert(5, ", world"))).await.version();
    let third = say(&mut ana, text_update("notes:t1", a.remove(0, 7))).await.version();
    say(&mut ana, modify("t1", "status", "", "Done")).await.version();
    for (version, text) in [(first - 1, ""), (first, "Hello"), (second, "Hello, world"), (third, "world")] {
        assert_eq!(fetched(&world, &format!("notes:t1?version={version}")).await, text);
    }
    let known = known.replace('+', "-").replace('/', "_");
    let copy = Editor::new(9);
    copy.take(doc(&world, &format!("notes:t1?version={first}")).await.json()["update"].as_str().unwrap());
    let rest = doc(&world, &format!("notes:t1?sv={known}")).await.json();
    assert_eq!(rest["version"], ana.replica.version());
    copy.take(rest["update"].as_str().unwrap());
    assert_eq!(copy.text(), "world");
    for (path, status, code) in [
        ("notes:none", 404, "NOT_FOUND"),
        ("else", 404, "NOT_FOUND"),
        ("notes:t1?version=0", 404, "NOT_FOUND"),
        ("notes:t1?version=99", 404, "NOT_FOUND"),
        ("notes:t1?version=-1", 400, "MALFORMED"),
        ("notes:t1?sv=!", 400, "MALFORMED"),
        ("notes:t1?sv=_____w8", 400, "MALFORMED"),
    ] {
        assert_eq!(doc(&world, path).await.refusal(), (status, code.to_owned()), "{path}");
    }
    let elsewhere = get(&world, &who("ana"), "/api/cycles/platform/2026-W01/docs/summary").await;
    assert_eq!(elsewhere.refusal(), (404, "NOT_FOUND".into()));
}

/// Waits for a generation's result; the summary as the sheet has it, and as the document reads.
async fn generated(world: &World, client: &mut Client, number: u32) -> (String, String) {
    let is_done = |sheet: &Value| {
        sheet["generation"]["number"] == number && sheet["generation"]["state"] == "generated"
    };
    client.until("the generation", |replica| is_done(&serde_json::to_value(replica.sheet()).unwrap())).await;
    let path = format!("/api/cycles/platform/{THIS_WEEK}/docs/summary");
    let copy = Editor::new(99);
    copy.take(get(world, &who("ana"), &path).await.json()["update"].as_str().unwrap());
    (client.replica.sheet().executive_summary.clone(), copy.xml())
}

#[tokio::test]
async fn d8_a_generation_writes_the_summary_in_its_own_commit_until_a_person_does() {
    let world = World::new().await;
    let mut ana = world.join_week(&who("ana"), THIS_WEEK).await;
    let (said, reads) = generated(&world, &mut ana, 1).await;
    assert_eq!((said.as_str(), reads), ("No messages this week.", format!("<paragraph>{said}</paragraph>")));
    let entry = serde_json::to_value(ana.replica.sheet()).unwrap()["docs"]["summary"].clone();
    assert_eq!((&entry["updates"], &entry["isManuallyEdited"]), (&json!(1), &json!(false)));
    // Messages arrive: the next generation's words take the place of the first one's.
    let week = Source::Path { path: format!("{}/../../events/week", env!("CARGO_MANIFEST_DIR")) };
    world.put_team("acme", "platform", vec![week]).await;
    world.advance(std::time::Duration::from_secs(120));
    ana.send(json!({"type": "refresh"})).await;
    let (next, reads) = generated(&world, &mut ana, 2).await;
    assert_ne!(next, said);
    assert!(!reads.contains("No messages") && reads.starts_with("<paragraph>"), "{reads}");
    let names = |change: &sheet::Change| change.ops.iter().map(sheet::Op::name).collect::<Vec<_>>();
    let log = world.log(THIS_WEEK).await;
    let results: Vec<_> = log.changes.iter().map(names).filter(|names| names[0] == "GENERATED").collect();
    assert_eq!(results, [["GENERATED", "TEXT_UPDATE"], ["GENERATED", "TEXT_UPDATE"]]);
    // A person writes: from here on it is theirs, and what an extraction says is beside it.
    say(&mut ana, text_update("summary", Editor::new(1).insert(0, "mine"))).await.version();
    world.put_team("acme", "platform", Vec::new()).await;
    world.advance(std::time::Duration::from_secs(120));
    ana.send(json!({"type": "refresh"})).await;
    let (last, kept) = generated(&world, &mut ana, 3).await;
    assert_eq!(kept, reads);
    let log = world.log(THIS_WEEK).await;
    assert_eq!(names(log.changes.last().unwrap()), ["GENERATED"]);
    assert_eq!(log.bytes(), ana.replica.bytes());
    assert!([said, next].contains(&last));
}
