//! The auditor distinguishes a log that was tampered with from an intact one, and says where.
use harness::{NEXT_WEEK, client::insert, items, process, world::key};
use local::database::{Embedded, TABLE};
use serde_json::{Value, json};
use sheet::{Author, CycleKey, Role, TimestampMs};
use std::{fs, path::Path, sync::Arc};
use store::{Proposal, Store, StoreConfig, Table};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cyclesheet-under-test");
const CYCLE: &str = "platform/2026-W48";
const ENTRIES: u64 = 6;

fn room() -> CycleKey {
    key("acme", "platform", NEXT_WEEK)
}

/// A data folder with a log of six entries; its record states version `head`.
async fn written(folder: &Path, head: u64) {
    let table = Table::new(Embedded::in_folder(folder).unwrap().client(), TABLE);
    let store = Store::new(table, StoreConfig::default(), Arc::new(|| 7));
    store.create(&room(), TimestampMs(1_000)).await.unwrap();
    for n in 1..=ENTRIES {
        let proposal = Proposal {
            id: format!("ana-tab.{n}").parse().unwrap(),
            author: Author { id: "ana".parse().unwrap(), name: "Ana".into() },
            role: Role::Editor,
            base: 0,
            ops: serde_json::from_value(json!([insert(&format!("t{n}"), "as it was said")])).unwrap(),
            now: TimestampMs(1_000),
        };
        store.commit(&room(), proposal).await.unwrap();
        if n == head {
            assert!(store.compact(&room()).await.unwrap());
        }
    }
}

fn item(database: &Embedded, first: u64) -> Value {
    let key = json!({"pk": {"S": items::cycle(&room())}, "sk": {"S": items::slot(first)}});
    let found = database.run("GetItem", &json!({"TableName": TABLE, "Key": key}).to_string()).unwrap();
    serde_json::from_str::<Value>(&found).unwrap()["Item"].clone()
}

fn put(database: &Embedded, item: Value) {
    database.run("PutItem", &json!({"TableName": TABLE, "Item": item}).to_string()).unwrap();
}

fn delete(database: &Embedded, first: u64) {
    let key = json!({"pk": {"S": items::cycle(&room())}, "sk": {"S": items::slot(first)}});
    database.run("DeleteItem", &json!({"TableName": TABLE, "Key": key}).to_string()).unwrap();
}

/// The auditor's code and words about a folder.
async fn verified(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let mut arguments = vec!["audit", "verify", "--data", folder.to_str().unwrap(), "--cycle", CYCLE];
    arguments.extend(more);
    let (code, said, complained) = process::run(PROGRAM, &arguments, folder).await;
    (code, said + &complained)
}

type Tampering = fn(&Embedded);

#[tokio::test]
async fn what_somebody_did_to_a_log_is_named_and_where() {
    let cases: [(&str, Tampering, &str); 5] = [
        (
            "altered",
            |database| {
                let mut entry = item(database, 3);
                let text =
                    entry["changes"]["L"][0]["S"].as_str().unwrap().replace("as it was said", "as it suits");
                entry["changes"]["L"][0]["S"] = text.into();
                put(database, entry);
            },
            "the entry at version 3 has been altered",
        ),
        ("missing", |database| delete(database, 3), "version 3 is missing: the next entry begins at 4"),
        (
            "reordered",
            |database| {
                let mut second = item(database, 2);
                second["sk"] = json!({"S": items::slot(4)});
                put(database, second);
            },
            "the entry at version 2 is out of order: version 4 should follow",
        ),
        (
            "swapped",
            |database| {
                let (mut a, mut b) = (item(database, 3), item(database, 4));
                for field in ["changes", "hash"] {
                    let (of_a, of_b) = (a[field].take(), b[field].take());
                    (a[field], b[field]) = (of_b, of_a);
                }
                put(database, a);
                put(database, b);
            },
            "the entry at version 3 has been altered",
        ),
        (
            "cut",
            |database| delete(database, ENTRIES),
            "the tail is cut: the log ends at version 5, its head is at 6",
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (what, tamper, named) in cases {
        let folder = folder.path().join(what);
        written(&folder, ENTRIES).await;
        let (code, said) = verified(&folder, &[]).await;
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("6 entries, 6 changes, whole and in order"), "{said}");
        tamper(&Embedded::in_folder(&folder).unwrap());
        let (code, said) = verified(&folder, &[]).await;
        assert!(code != Some(0) && said.contains(named), "{what}: {code:?}: {said}");
    }
}

#[tokio::test]
async fn a_tail_cut_above_the_record_shows_against_a_head_that_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), 2).await;
    let (_, said) = verified(folder.path(), &[]).await;
    let head = said.split("head ").nth(1).unwrap().trim().to_owned();
    assert_eq!(verified(folder.path(), &["--head", &head]).await.0, Some(0));
    delete(&Embedded::in_folder(folder.path()).unwrap(), ENTRIES);
    assert_eq!(verified(folder.path(), &[]).await.0, Some(0), "the record is older than what was cut");
    let (code, said) = verified(folder.path(), &["--head", &head]).await;
    assert!(code != Some(0) && said.contains("the log ends at version 5, its head is at 6"), "{said}");
    let other = format!("5:{}", "0".repeat(64));
    let (code, said) = verified(folder.path(), &["--head", &other]).await;
    assert!(code != Some(0) && said.contains("the hash at version 5 is not the head's"), "{said}");
}

#[tokio::test]
async fn a_log_is_printed_for_people_and_as_a_file_that_an_auditor_takes_away() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), 4).await;
    let data = folder.path().to_str().unwrap();
    let (code, lines, _) =
        process::run(PROGRAM, &["log", "--data", data, "--cycle", CYCLE], folder.path()).await;
    assert_eq!((code, lines.lines().count()), (Some(0), ENTRIES as usize), "{lines}");
    assert!(lines.lines().next().unwrap().contains("ROW_INSERT|"), "{lines}");
    assert!(lines.contains("as it was said") && lines.contains("1970-01-01T00:00:01.000Z"), "{lines}");
    let (_, whole, _) =
        process::run(PROGRAM, &["log", "--data", data, "--cycle", CYCLE, "--json"], folder.path()).await;
    let file = folder.path().join("log.jsonl");
    let audit = async |text: &str| {
        fs::write(&file, text).unwrap();
        let (code, said, complained) =
            process::run(PROGRAM, &["audit", "verify", "log.jsonl"], folder.path()).await;
        (code == Some(0), said + &complained)
    };
    assert!(audit(&whole).await.0);
    // The file says how far the log went, although the record has not followed it there.
    let (tail_cut, _) = whole.trim_end().rsplit_once('\n').unwrap();
    let (good, said) = audit(tail_cut).await;
    let ended = format!("the log ends at version {}, its head is at {ENTRIES}", ENTRIES - 1);
    assert!(!good && said.contains(&ended), "{said}");
    let lines: Vec<&str> = whole.lines().collect();
    for (what, named) in [
        ([&lines[..3], &lines[4..]].concat().join("\n"), "version 3 is missing: the next entry begins at 4"),
        (
            [&lines[..3], &lines[2..]].concat().join("\n"),
            "the entry at version 2 is out of order: version 3 should follow",
        ),
        (lines[..4].join("\n"), "the log ends at version 3, its head is at 6"),
        (whole.replacen("as it was said", "as it suits", 1), "the entry at version 1 has been altered"),
        (lines[1..].join("\n"), "line 1 does not say whose log it is"),
        (whole.replace("acme", "globex"), "the entry at version 1 has been altered"),
    ] {
        let (good, said) = audit(&what).await;
        assert!(!good && said.contains(named), "{named}: {said}");
    }
    let nothing =
        process::run(PROGRAM, &["log", "--data", data, "--cycle", "platform/2026-W01"], folder.path()).await;
    assert!(nothing.0 != Some(0) && nothing.2.contains("there is no cycle"), "{nothing:?}");
}
