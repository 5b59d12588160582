use super::Shown;
use crate::Endpoint;
use serde_json::{Value, json};
use wire::{
    Client,
    client::{insert, modify},
};

/// What a change is refused with.
async fn code(client: &mut Client, ops: Value) -> String {
    client.commit(ops).await.rejected()["code"].as_str().unwrap_or_default().to_owned()
}

pub(super) async fn x1(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let base = client.replica.version();
    let long = format!("{}.1", "x".repeat(37));
    for id in ["no-dot", "a.0", "a.", ".1", "a b.1", "a.1234567890123456", "a.-1", &long] {
        client
            .send(
                json!({"type": "change", "id": id, "base": base, "ops": [insert(&endpoint.fresh("t"), "x")]}),
            )
            .await;
        let frame =
            client.frame("a refusal", |frame| frame["type"] == "error" || frame["type"] == "rejected").await;
        assert_eq!(frame["code"], "MALFORMED", "{id}");
    }
    // Two authors with one client name are two clients.
    let mut other = endpoint.join(&endpoint.editor()).await;
    for one in [&mut client, &mut other] {
        one.change_as("shared-name.1", json!([insert(&endpoint.fresh("t"), "x")])).await;
    }
    let versions = [client.settled_own("shared-name.1").await, other.settled_own("shared-name.1").await];
    assert_ne!(versions[0], versions[1], "one author's client name settles another's change");
    Shown::Yes
}

pub(super) async fn x2(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let (good, bad) = (endpoint.fresh("t"), endpoint.fresh("t"));
    assert_eq!(
        code(&mut client, json!([insert(&good, "x"), modify(&bad, "status", "", "Done")])).await,
        "UNKNOWN_TARGET"
    );
    assert_eq!(client.replica.cell(&good, "title"), "", "half of a change was committed");
    let id = client.change(json!([insert(&good, "x")])).await;
    let version = client.settled(&id).await.version();
    for _ in 0..3 {
        client.change_as(&id, json!([insert(&good, "x")])).await;
        assert_eq!(client.settled(&id).await.version(), version, "the same change stands twice");
    }
    Shown::Yes
}

pub(super) async fn x4(endpoint: &Endpoint) -> Shown {
    let person = endpoint.editor();
    let mut client = endpoint.join(&person).await;
    let mut other = endpoint.join(&endpoint.editor()).await;
    let ops = json!([insert(&endpoint.fresh("t"), "x")]);
    let id = client.change(ops.clone()).await;
    let version = client.settled(&id).await.version();
    other.reach(version).await;
    client.change_as(&id, ops).await;
    assert_eq!(client.settled(&id).await.version(), version);
    Shown::Yes
}

pub(super) async fn x5(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let ops = |endpoint: &Endpoint| json!([insert(&endpoint.fresh("t"), "x")]);
    client.change_as("steps.5", ops(endpoint)).await;
    client.settled("steps.5").await.version();
    client.change_as("steps.4", ops(endpoint)).await;
    assert_eq!(client.settled("steps.4").await.rejected()["code"], "SUPERSEDED");
    client.change_as("steps.6", ops(endpoint)).await;
    client.settled("steps.6").await.version();
    Shown::Yes
}

pub(super) async fn x6(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let beyond = client.replica.version() + 1_000_000;
    for change in [
        json!({"type": "change", "id": "base.1", "base": beyond, "ops": [insert(&endpoint.fresh("t"), "x")]}),
        json!({"type": "change", "id": "base.1", "ops": [insert(&endpoint.fresh("t"), "x")]}),
    ] {
        client.send(change.clone()).await;
        assert_eq!(client.frame_of("rejected").await["code"], "MALFORMED", "{change}");
    }
    Shown::Yes
}

pub(super) async fn x7(endpoint: &Endpoint) -> Shown {
    let person = endpoint.editor();
    let (mut client, row) = endpoint.with_row(&person).await;
    let version = client.commit(json!([modify(&row, "status", "", "Done")])).await.version();
    let mut other = endpoint.join(&endpoint.editor()).await;
    let rejected = other.commit(json!([modify(&row, "status", "", "Blocked")])).await.rejected().clone();
    assert_eq!((&rejected["code"], &rejected["retryable"]), (&json!("CONFLICT"), &json!(false)));
    let current = &rejected["current"];
    assert_eq!(
        (&current["taskId"], &current["column"], &current["value"], &current["author"], &current["version"]),
        (&json!(row), &json!("status"), &json!("Done"), &json!(person.user), &json!(version))
    );
    let batch = json!([{"op": "BATCH_UPDATE", "taskId": row, "updates": {"progress": {"oldValue": "", "newValue": "5"}, "status": {"oldValue": "", "newValue": "Blocked"}}}]);
    assert_eq!(code(&mut other, batch).await, "CONFLICT");
    assert_eq!(other.replica.cell(&row, "progress"), "", "a batch is all or nothing");
    Shown::Yes
}

pub(super) async fn x8(endpoint: &Endpoint) -> Shown {
    let (mut client, row) = endpoint.with_row(&endpoint.editor()).await;
    let long = "x".repeat(2_001);
    for (column, value) in [
        ("status", "Perhaps"),
        ("priority", "Very"),
        ("progress", "101"),
        ("progress", "-1"),
        ("progress", "half"),
        ("source", "m1"),
        ("description", &long),
    ] {
        assert_eq!(
            code(&mut client, json!([modify(&row, column, "", value)])).await,
            "INVALID_VALUE",
            "{column}"
        );
    }
    let most = "ä".repeat(2_000);
    client
        .commit(json!([
            modify(&row, "description", "", &most),
            modify(&row, "progress", "", "100"),
            modify(&row, "status", "", "Blocked")
        ]))
        .await
        .version();
    Shown::Yes
}

pub(super) async fn x9(endpoint: &Endpoint) -> Shown {
    let (mut client, row) = endpoint.with_row(&endpoint.editor()).await;
    let nowhere = endpoint.fresh("t");
    for ops in [
        json!([modify(&nowhere, "status", "", "Done")]),
        json!([insert(&row, "taken")]),
        json!([{"op": "ROW_REMOVE", "taskId": nowhere}]),
        json!([{"op": "ROW_MOVE", "taskId": row, "after": nowhere}]),
        json!([{"op": "COMMENT_ADD", "commentId": endpoint.fresh("c"), "taskId": nowhere, "text": "x", "mentions": []}]),
        json!([{"op": "COMMENT_RESOLVE", "commentId": endpoint.fresh("c")}]),
    ] {
        assert_eq!(code(&mut client, ops.clone()).await, "UNKNOWN_TARGET", "{ops}");
    }
    Shown::Yes
}

pub(super) async fn x10(endpoint: &Endpoint) -> Shown {
    let person = endpoint.editor();
    let (mut holder, row) = endpoint.with_row(&person).await;
    assert_eq!(
        code(&mut holder, json!([{"op": "ROW_LOCK", "taskId": row, "seconds": 301}])).await,
        "INVALID_VALUE"
    );
    holder.commit(json!([{"op": "ROW_LOCK", "taskId": row, "seconds": 60}])).await.version();
    let mut other = endpoint.join(&endpoint.editor()).await;
    for op in [
        modify(&row, "status", "", "Done"),
        json!({"op": "ROW_REMOVE", "taskId": row}),
        json!({"op": "ROW_MOVE", "taskId": row, "after": null}),
        json!({"op": "ROW_LOCK", "taskId": row, "seconds": 5}),
        json!({"op": "ROW_UNLOCK", "taskId": row}),
    ] {
        let rejected = other.commit(json!([op])).await.rejected().clone();
        assert_eq!(
            (&rejected["code"], &rejected["current"]["holder"]),
            (&json!("LOCKED"), &json!(person.user)),
            "{op}"
        );
        assert!(rejected["current"]["expiresAt"].is_i64() && rejected["current"]["taskId"] == row.as_str());
    }
    holder.commit(json!([modify(&row, "status", "", "Done")])).await.version();
    let mut admin = endpoint.join(&endpoint.admin()).await;
    let version = admin.commit(json!([{"op": "ROW_UNLOCK", "taskId": row}])).await.version();
    other.reach(version).await;
    other.commit(json!([{"op": "ROW_LOCK", "taskId": row, "seconds": 1}])).await.version();
    // The lease of one second ends by itself.
    for _ in 0..100 {
        match holder.commit(json!([modify(&row, "progress", "", "10")])).await {
            wire::Settled::Committed(_) => return Shown::Yes,
            wire::Settled::Rejected(frame) => assert_eq!(frame["code"], "LOCKED"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("a lock of one second does not end");
}

pub(super) async fn x11(endpoint: &Endpoint) -> Shown {
    const MOST: usize = 400;
    let person = endpoint.editor();
    let (mut client, row) = endpoint.with_row(&person).await;
    let base = client.replica.version();
    for n in 0..MOST {
        let (old, new) = (format!("{n}"), format!("{}", n + 1));
        let old = if n == 0 { String::new() } else { old };
        client.send(json!({"type": "change", "id": format!("fast{n}.1"), "base": base, "ops": [modify(&row, "description", &old, &new)]})).await;
        let settled = client.settled(&format!("fast{n}.1")).await;
        if let wire::Settled::Rejected(frame) = settled {
            assert_eq!(
                (&frame["code"], &frame["retryable"]),
                (&json!("RATE_LIMITED"), &json!(true)),
                "change {n}"
            );
            return Shown::Yes;
        }
    }
    Shown::No(format!(
        "{MOST} changes at this endpoint's pace meet no limit: it is a setting, or the line is slow"
    ))
}

pub(super) async fn x12(endpoint: &Endpoint) -> Shown {
    let editor = endpoint.editor();
    let many: Vec<Value> = (0..501).map(|_| modify("nowhere", "status", "", "Done")).collect();
    let answer = endpoint.post(&editor, json!(many)).await;
    assert!(
        matches!(answer.refusal().1.as_str(), "MALFORMED" | "PAYLOAD_TOO_LARGE"),
        "501 ops: {:?}",
        answer.refusal()
    );
    let heavy: Vec<Value> = (0..140).map(|_| json!({"op": "ROW_INSERT", "taskId": endpoint.fresh("t"), "after": null, "cells": {"description": "y".repeat(2_000)}})).collect();
    assert_eq!(
        endpoint.post(&editor, json!(heavy)).await.refusal().1,
        "PAYLOAD_TOO_LARGE",
        "a change of 280 KB"
    );
    let start = endpoint.join(&editor).await.replica.sheet().row_count();
    let rows: Vec<String> = (start..500).map(|_| endpoint.fresh("t")).collect();
    for some in rows.chunks(250) {
        let ops: Vec<Value> = some.iter().map(|row| insert(row, "x")).collect();
        assert_eq!(endpoint.post(&editor, json!(ops)).await.status, 200);
    }
    let beyond =
        endpoint.post(&editor, json!([insert(&endpoint.fresh("t"), "one too many")])).await.refusal();
    for some in rows.chunks(250) {
        let ops: Vec<Value> = some.iter().map(|row| json!({"op": "ROW_REMOVE", "taskId": row})).collect();
        assert_eq!(endpoint.post(&editor, json!(ops)).await.status, 200);
    }
    assert_eq!(beyond.1, "PAYLOAD_TOO_LARGE", "the 501st row");
    Shown::Yes
}

pub(super) async fn x13(endpoint: &Endpoint) -> Shown {
    let (mut client, row) = endpoint.with_row(&endpoint.editor()).await;
    let version = endpoint.post(&endpoint.editor(), json!([modify(&row, "status", "", "Done")])).await.json()
        ["changes"][0]["version"]
        .as_u64();
    let rejected = client.commit(json!([modify(&row, "status", "", "Blocked")])).await.rejected().clone();
    assert!(
        rejected["version"].as_u64() >= version && version.is_some(),
        "judged at {} of {version:?}",
        rejected["version"]
    );
    Shown::Yes
}

pub(super) async fn x15(endpoint: &Endpoint) -> Shown {
    let mut client = endpoint.join(&endpoint.editor()).await;
    let row = endpoint.fresh("t");
    let cells = json!({"title": 7, "progress": 60, "deadline": null});
    client
        .commit(json!([{"op": "ROW_INSERT", "taskId": row, "after": null, "cells": cells}]))
        .await
        .version();
    assert_eq!(
        (client.replica.cell(&row, "title"), client.replica.cell(&row, "progress")),
        ("7".into(), "60".into())
    );
    for bad in [json!(1.5), json!(true), json!([])] {
        let op = json!({"op": "CELL_MODIFY", "taskId": row, "column": "progress", "oldValue": "60", "newValue": bad});
        assert_eq!(code(&mut client, json!([op])).await, "MALFORMED", "{bad}");
    }
    Shown::Yes
}

pub(super) async fn k2(endpoint: &Endpoint) -> Shown {
    let person = endpoint.editor();
    let mut client = endpoint.join(&person).await;
    let mut others = vec![endpoint.join(&person).await, endpoint.join(&endpoint.viewer()).await];
    let version = client.commit(json!([insert(&endpoint.fresh("t"), "x")])).await.version();
    for other in &mut others {
        other.reach(version).await;
        assert_eq!(
            other.replica.told[&version], client.replica.told[&version],
            "two people received different changes"
        );
    }
    client.ping().await;
    assert_eq!(client.replica.times[&version], 1, "its author received it more than once");
    Shown::Yes
}

pub(super) async fn k3(endpoint: &Endpoint) -> Shown {
    let editor = endpoint.editor();
    let mut authors = Vec::new();
    for _ in 0..5 {
        authors.push(endpoint.join(&endpoint.editor()).await);
    }
    let mut sent = Vec::new();
    for round in 0..4 {
        for client in &mut authors {
            let id = format!("race{round}.1");
            client.change_as(&id, json!([insert(&endpoint.fresh("t"), "x")])).await;
            sent.push(id);
        }
        for client in &mut authors {
            client.settled_own(&format!("race{round}.1")).await;
        }
    }
    let tip = endpoint.tip(&editor).await;
    let mut versions = Vec::new();
    while (versions.len() as u64) < tip {
        let page = endpoint
            .get(&editor, &format!("{}/changes?since={}&limit=500", endpoint.cycle_path(), versions.len()))
            .await
            .json();
        let some: Vec<u64> = page["changes"]
            .as_array()
            .expect("a page of the log")
            .iter()
            .map(|change| change["version"].as_u64().unwrap())
            .collect();
        assert!(!some.is_empty(), "the log ends before its tip");
        versions.extend(some);
    }
    assert!(versions.iter().copied().eq(1..=versions.len() as u64), "a gap or a twin in the log");
    Shown::Yes
}

pub(super) async fn k5(endpoint: &Endpoint) -> Shown {
    let editor = endpoint.editor();
    let mut listening = endpoint.join(&endpoint.editor()).await;
    let rows: Vec<String> = (0..60).map(|_| endpoint.fresh("t")).collect();
    let ops: Vec<Value> = rows.iter().map(|row| json!({"op": "ROW_INSERT", "taskId": row, "after": null, "cells": {"description": "y".repeat(2_000)}})).collect();
    let answer = endpoint.post(&editor, json!(ops)).await.json();
    let version = answer["changes"][0]["version"].as_u64().expect("it is committed");
    let told = listening
        .frame("the announcement", |frame| {
            frame["type"] == "committed" && frame["changes"][0]["version"] == version
        })
        .await;
    assert!(told["changes"][0]["ops"].is_null(), "ops of 120 KB in a frame");
    let page = endpoint
        .get(&editor, &format!("{}/changes?since={}&limit=1", endpoint.cycle_path(), version - 1))
        .await
        .json();
    assert_eq!(page["changes"][0]["ops"].as_array().map(Vec::len), Some(60), "the ops can be fetched");
    let ops: Vec<Value> = rows.iter().map(|row| json!({"op": "ROW_REMOVE", "taskId": row})).collect();
    assert_eq!(endpoint.post(&editor, json!(ops)).await.status, 200);
    Shown::Yes
}

pub(super) async fn k6(endpoint: &Endpoint) -> Shown {
    let (mut client, row) = endpoint.with_row(&endpoint.editor()).await;
    let id = endpoint.fresh("c");
    client.commit(json!([
        modify(&row, "status", "", "Done"),
        {"op": "ROW_INSERT", "taskId": endpoint.fresh("t"), "after": row, "cells": {"title": "below 🧾"}},
        {"op": "COMMENT_ADD", "commentId": id, "taskId": row, "column": "status", "text": "why?", "mentions": []},
        {"op": "ROW_MOVE", "taskId": row, "after": null},
    ])).await.version();
    let newcomer = endpoint.join(&endpoint.editor()).await;
    client.reach(newcomer.replica.version()).await;
    if client.replica.version() == newcomer.replica.version() {
        assert_eq!(client.replica.bytes(), newcomer.replica.bytes(), "the fold differs from the snapshot");
        return Shown::Yes;
    }
    Shown::No("others write in the room: two replicas never stood at one version".into())
}

pub(super) async fn k7(endpoint: &Endpoint) -> Shown {
    let person = endpoint.editor();
    let mut client = endpoint.join(&person).await;
    let mut last = i64::MIN;
    for _ in 0..4 {
        let version = client.commit(json!([insert(&endpoint.fresh("t"), "x")])).await.version();
        let change = &client.replica.told[&version];
        assert_eq!((&change["author"]["id"], &change["role"]), (&json!(person.user), &json!("editor")));
        let at = change["at"].as_i64().expect("at is a time in milliseconds");
        assert!(at >= last, "at fell from {last} to {at}");
        last = at;
    }
    Shown::Yes
}
