//! What the command says of exports and files that people hand to it, and with which code it ends.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

fn exports() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/extraction/tests/exports")
        .canonicalize()
        .unwrap()
}

/// The command's code, output and errors.
fn run(arguments: &[&str], path: &Path) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cyclesheet"));
    let output = command.args(arguments).arg(path).env_remove("COHERE_API_KEY").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn what_is_no_source_is_refused_alike_by_every_word_of_the_command() {
    let here = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = here.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let answer = file("answer.txt", b"| Title |\n|---|\n| a |\n");
    let discord = r#"{"guild":{"id":"1"},"channel":{"id":"2"},"messages":[{"id":"3","type":"Default","timestamp":"2026-11-16T09:00:00Z","content":"hi","author":{"name":"ana"}}]}"#;
    let teams = r#"{"@odata.context":"x","value":[{"messageType":"message","createdDateTime":"2026-11-16T09:00:00Z","body":{"content":"hi"}}]}"#;
    let mattermost =
        "{\"type\":\"version\",\"version\":1}\n{\"type\":\"post\",\"post\":{\"message\":\"hi\"}}\n";
    let other = r#"{"conversations":[{"mapping":{"a":{"message":null}}}]}"#;
    let dumps = [
        ("discord.json", discord.as_bytes(), "is a Discord export"),
        ("teams.json", teams.as_bytes(), "is a Teams export"),
        ("mattermost.jsonl", mattermost.as_bytes(), "is a Mattermost export"),
        ("conversations.json", other.as_bytes(), "holds no message that could be read"),
        ("empty.jsonl", b"".as_slice(), "is empty"),
        ("blank.json", b" \n", "is empty"),
        ("list.json", b"[]", "holds no messages"),
        ("page.html", b"<!DOCTYPE html><p>hi", "is a web page"),
        ("notes.txt", b"Monday: fix the login", "holds no message that could be read"),
        ("week.7z", b"7z\xbc\xaf\x27\x1c\0\0", "is a 7z archive"),
        ("export.zip", b"PK\x03\x04 cut off", "is a zip archive that does not read"),
        ("no/export/readme.txt", b"hi", "is no Slack export"),
    ];
    for (name, bytes, right) in dumps {
        let path = file(name, bytes);
        let path = if name.starts_with("no/") { here.path().join("no") } else { path };
        for words in [
            vec!["messages"],
            vec!["parse", answer.to_str().unwrap(), "--messages"],
            vec!["dev", "--memory", "--port", "0", "--week"],
        ] {
            let (code, out, errors) = run(&words, &path);
            assert_eq!((code, out.as_str()), (Some(1), ""), "{words:?} {name}: {errors}");
            assert!(errors.contains(right), "{words:?} {name}: {errors}");
            assert_eq!(errors.lines().count(), 1, "{words:?} {name}: {errors}");
        }
    }
}

#[test]
fn messages_prints_what_is_used_and_counts_the_rest_on_standard_error() {
    let (code, out, errors) = run(&["messages"], &exports().join("direct-messages-in-the-export"));
    assert_eq!((code, out.lines().count()), (Some(0), 1));
    assert_eq!(errors, "1 message; left out: 1 direct message\n");
    let (code, out, errors) = run(&["messages"], &exports().join("workflow-form-by-a-person"));
    assert_eq!((code, out.as_str()), (Some(0), ""));
    assert_eq!(errors, "0 messages; left out: 1 message by apps (Weekly status 1)\n");
    let (_, out, errors) = run(&["messages", "--cycle", "2026-W47"], &exports().join("export-of-two-weeks"));
    let first: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!((&first["id"], &first["text"]), (&"m1".into(), &"fix the login by tomorrow".into()));
    assert_eq!(errors, "2 messages; 3 of other weeks\n");
}

#[test]
fn an_answer_cites_the_messages_of_its_week() {
    let answer = exports().join("export-of-two-weeks.answer.txt");
    for source in ["export-of-two-weeks", "export.zip"] {
        for cycle in [&["--cycle", "2026-W47"] as &[&str], &[]] {
            let words = [&["parse", answer.to_str().unwrap()] as &[&str], cycle, &["--messages"]].concat();
            let (code, out, errors) = run(&words, &exports().join(source));
            assert_eq!((code, errors.as_str()), (Some(0), ""));
            let parsed: Value = serde_json::from_str(&out).unwrap();
            assert_eq!(parsed["rows"][0]["deadline"], "2026-11-17", "{source} {cycle:?}: {out}");
        }
    }
}
