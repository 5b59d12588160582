use super::Shown;
use crate::Endpoint;
use serde_json::{Value, json};
use wire::{
    Client,
    client::insert,
    editor::{Editor, naming_update, text_update},
};

/// An update of nothing, base64.
const NOTHING: &str = "AAA=";

/// A row with a note; the socket of its author, the row and the note's name.
async fn with_note(endpoint: &Endpoint, editor: &Editor, text: &str) -> (Client, String, String) {
    let (mut client, row) = endpoint.with_row(&endpoint.editor()).await;
    let doc = format!("notes:{row}");
    client.commit(json!([text_update(&doc, editor.insert(0, text))])).await.version();
    (client, row, doc)
}

async fn fetched(endpoint: &Endpoint, doc: &str, query: &str) -> Value {
    let path = format!("{}/docs/{}{query}", endpoint.cycle_path(), doc.replace(':', "%3A"));
    endpoint.get(&endpoint.editor(), &path).await.json()
}

/// What a copy that knew nothing reads after an update.
fn read(update: &Value) -> String {
    let copy = Editor::new(99);
    copy.take(update.as_str().expect("an update"));
    copy.text()
}

async fn code(client: &mut Client, op: Value) -> String {
    client.commit(json!([op])).await.rejected()["code"].as_str().unwrap_or_default().to_owned()
}

pub(super) async fn d1(endpoint: &Endpoint) -> Shown {
    let (ana, ben) = (Editor::new(1), Editor::new(2));
    let (mut first, row, doc) = with_note(endpoint, &ana, "from one").await;
    let mut second = endpoint.join(&endpoint.editor()).await;
    // Neither knows of the other's words: Yjs merges.
    second.commit(json!([text_update(&doc, ben.insert(0, " and the other"))])).await.version();
    let merged = read(&fetched(endpoint, &doc, "").await["update"]);
    assert!(merged.contains("from one") && merged.contains(" and the other"), "the note reads {merged}");
    let nowhere = format!("notes:{}", endpoint.fresh("t"));
    assert_eq!(code(&mut second, text_update(&nowhere, NOTHING)).await, "UNKNOWN_TARGET");
    let version = first.commit(json!([{"op": "ROW_LOCK", "taskId": row, "seconds": 60}])).await.version();
    second.reach(version).await;
    assert_eq!(code(&mut second, text_update(&doc, ben.insert(0, "x"))).await, "LOCKED");
    let mut viewer = endpoint.join(&endpoint.viewer()).await;
    assert_eq!(code(&mut viewer, text_update(&doc, Editor::new(3).insert(0, "x"))).await, "FORBIDDEN");
    Shown::Yes
}

pub(super) async fn d2(endpoint: &Endpoint) -> Shown {
    let (mut client, row) = endpoint.with_row(&endpoint.editor()).await;
    let doc = format!("notes:{row}");
    for bad in ["", "????", "AA", "/////////w8A", "AQEBAQEBAQEBAQEB"] {
        let refused = code(&mut client, text_update(&doc, bad)).await;
        assert!(
            matches!(refused.as_str(), "INVALID_VALUE" | "MALFORMED" | "PAYLOAD_TOO_LARGE"),
            "{bad}: {refused}"
        );
    }
    let long = Editor::new(1).insert(0, &"x".repeat(65 * 1024));
    let answer = endpoint.post(&endpoint.editor(), json!([text_update(&doc, long)])).await;
    assert_eq!(answer.refusal().1, "PAYLOAD_TOO_LARGE", "an update of 65 KiB");
    assert_eq!(fetched(endpoint, &doc, "").await["update"], NOTHING, "a refused update changed the note");
    Shown::Yes
}

pub(super) async fn d3(endpoint: &Endpoint) -> Shown {
    let editor = Editor::new(1);
    let (mut client, _, doc) = with_note(endpoint, &editor, "one").await;
    let lost = editor.insert(3, " two");
    let next = editor.insert(7, " three");
    let rejected = client.commit(json!([text_update(&doc, next)])).await.rejected().clone();
    assert_eq!((&rejected["code"], &rejected["current"]["doc"]), (&json!("UNKNOWN_TARGET"), &json!(doc)));
    drop(lost);
    let known = rejected["current"]["stateVector"].as_str().expect("a state vector").to_owned();
    client.commit(json!([text_update(&doc, editor.since(&known))])).await.version();
    assert_eq!(read(&fetched(endpoint, &doc, "").await["update"]), "one two three");
    Shown::Yes
}

pub(super) async fn d4(endpoint: &Endpoint) -> Shown {
    let editor = Editor::new(1);
    let (mut client, row) = endpoint.with_row(&endpoint.editor()).await;
    let doc = format!("notes:{row}");
    let update = editor.insert(0, "once");
    let mut hashes = Vec::new();
    for _ in 0..2 {
        client.commit(json!([text_update(&doc, update.clone())])).await.version();
        let newcomer = endpoint.join(&endpoint.editor()).await;
        let sheet = serde_json::to_value(newcomer.replica.sheet()).expect("a sheet");
        assert_eq!(sheet["docs"][&doc]["isManuallyEdited"], true);
        hashes.push(sheet["docs"][&doc]["hash"].clone());
    }
    assert!(hashes[0].as_str().is_some_and(|hash| hash.len() == 64) && hashes[0] != hashes[1], "{hashes:?}");
    assert_eq!(read(&fetched(endpoint, &doc, "").await["update"]), "once");
    Shown::Yes
}

pub(super) async fn d5(endpoint: &Endpoint) -> Shown {
    let (writer, reader) = (Editor::new(1), Editor::new(2));
    let (mut client, _, doc) = with_note(endpoint, &writer, "known").await;
    reader.take(fetched(endpoint, &doc, "").await["update"].as_str().expect("an update"));
    client.commit(json!([text_update(&doc, writer.insert(5, " and new"))])).await.version();
    let mut other = Client::open(&endpoint.door(&endpoint.editor()).await).await.expect("the socket opens");
    let welcome = other.hello(json!({"docs": {&doc: reader.state_vector(), "no document": "AA=="}})).await;
    let missing = welcome["docs"][&doc]["update"].as_str().expect("what is missing").to_owned();
    reader.take(&missing);
    assert_eq!(reader.text(), "known and new");
    assert!(!read_back(&missing).contains("known"), "more was sent than was missing");
    assert!(welcome["docs"]["no document"].is_null());
    Shown::Yes
}

/// The bytes of an update as text: words in it stand as they are.
fn read_back(update: &str) -> String {
    String::from_utf8_lossy(&wire::editor::bytes(update)).into_owned()
}

pub(super) async fn d6(endpoint: &Endpoint) -> Shown {
    let (mut client, row, doc) = with_note(endpoint, &Editor::new(1), "kept").await;
    let task = row.parse().expect("an id");
    let stood = serde_json::to_value(client.replica.sheet().row(&task).expect("the row")).expect("a row");
    client.commit(json!([{"op": "ROW_REMOVE", "taskId": row}])).await.version();
    let gone = fetched(endpoint, &doc, "").await;
    assert!(
        gone["code"] == "UNKNOWN_TARGET" || gone["code"] == "NOT_FOUND" || gone["update"] == NOTHING,
        "{gone}"
    );
    client
        .commit(json!([{"op": "ROW_INSERT", "taskId": row, "after": null, "cells": {}, "restored": stood}]))
        .await
        .version();
    assert_eq!(read(&fetched(endpoint, &doc, "").await["update"]), "kept");
    client.commit(json!([{"op": "ROW_REMOVE", "taskId": row}])).await.version();
    client.commit(json!([insert(&row, "again")])).await.version();
    assert_eq!(fetched(endpoint, &doc, "").await["update"], NOTHING, "a row inserted again has an old note");
    Shown::Yes
}

pub(super) async fn d7(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let add = |name: &str| json!({"op": "SAVE_POINT_ADD", "name": name});
    let long = "x".repeat(81);
    for name in ["", &long] {
        assert_eq!(code(&mut client, add(name)).await, "INVALID_VALUE");
    }
    let version = client.commit(json!([add("before the review")])).await.version();
    let sheet = serde_json::to_value(client.replica.sheet()).expect("a sheet");
    let points = sheet["savePoints"].as_array().expect("save points");
    assert!(points.iter().any(|point| point["version"] == version && point["name"] == "before the review"));
    let mut other = endpoint.join(&endpoint.editor()).await;
    let remove = json!({"op": "SAVE_POINT_REMOVE", "version": version});
    assert_eq!(code(&mut other, remove.clone()).await, "FORBIDDEN");
    client.commit(json!([remove])).await.version();
    Shown::Yes
}

pub(super) async fn w11(endpoint: &Endpoint) -> Shown {
    let editor = Editor::new(1);
    let (mut client, _, doc) = with_note(endpoint, &editor, "first").await;
    let then = client.replica.version();
    client.commit(json!([text_update(&doc, editor.insert(5, " and second"))])).await.version();
    assert_eq!(read(&fetched(endpoint, &doc, "").await["update"]), "first and second");
    let past = fetched(endpoint, &doc, &format!("?version={then}")).await;
    assert_eq!((read(&past["update"]), &past["version"]), ("first".into(), &json!(then)));
    let sv = editor.state_vector().replace('+', "-").replace('/', "_").replace('=', "");
    assert_eq!(fetched(endpoint, &doc, &format!("?sv={sv}")).await["update"], NOTHING);
    Shown::Yes
}

pub(super) async fn d9(endpoint: &Endpoint) -> Shown {
    let editor = Editor::new(1);
    let (mut client, row, doc) = with_note(endpoint, &editor, "from one").await;
    let person = endpoint.editor();
    let mut here = endpoint.join(&person).await;
    let nobody = endpoint.fresh("nobody");
    let stranger = naming_update(&doc, editor.name("", &nobody, "Nobody"), &[&nobody]);
    assert_eq!(code(&mut client, stranger).await, "UNKNOWN_TARGET");
    let crowd: Vec<&str> = vec![person.user.as_str(); 21];
    assert_eq!(code(&mut client, naming_update(&doc, NOTHING, &crowd)).await, "INVALID_VALUE");
    let words = Editor::new(2).name("look, ", &person.user, "You");
    let version = client.commit(json!([naming_update(&doc, words, &[&person.user])])).await.version();
    let told = here
        .frame("the mention", |frame| frame["type"] == "notification" && frame["version"] == version)
        .await;
    assert_eq!(
        (&told["doc"], &told["taskId"], &told["text"]),
        (&json!(doc), &json!(row), &json!("look, @You"))
    );
    Shown::Yes
}
