//! Sources read from files: a small export with everything that is odd about exports, and JSON Lines.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use extraction::{
    message::known_numbers,
    source::{Loaded, Options, SourceError, from_json_lines, load},
};
use sheet::{Week, week::time_zone};
use std::path::{Path, PathBuf};

fn export() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/export")
}

fn read(options: &Options) -> Loaded {
    load(&export(), options).unwrap()
}

fn week() -> Options {
    let span = "2026-W47".parse::<Week>().unwrap().span(&time_zone("Europe/Berlin").unwrap()).unwrap();
    Options { span: Some(span), ..Options::default() }
}

#[test]
fn an_export_becomes_messages_as_people_read_them() {
    let loaded = read(&week());
    let lines: Vec<String> = loaded
        .messages
        .iter()
        .map(|m| {
            let thread = m.thread.as_deref().map(|t| format!(" > {t}")).unwrap_or_default();
            format!("{}{thread} #{} {}: {}", m.id, m.channel, m.author, m.text)
        })
        .collect();
    assert_eq!(
        lines,
        [
            "m1 #ops Ben Okafor: same moment, other channel",
            "m2 #platform Ana Ruiz: Move billing, see the plan (https://x.example/a?b=1&c=2) & ask @Ben Okafor",
            "m3 #random Ana Ruiz: whole",
            "m4 #random Ana Ruiz: whole again",
            "m5 > m2 #platform Ben Okafor: I'll take it",
            "m6 > m2 #platform Ben Okafor: done, in #ops",
            "m7 #platform Ana Ruiz: second draft",
            "m8 #platform U9: from somebody the export does not know",
            "m9 #platform Ana Ruiz: only in blocks, @Ben Okafor",
        ]
    );
    assert_eq!(
        loaded.coverage.to_string(),
        "9 messages; left out: 2 messages by apps (CI 1, Deploy Bot 1), 1 join or leave, 1 deleted message, \
         1 message with files and no words, 3 unreadable lines; 2 copies; 1 of other weeks"
    );
    let people: Vec<&str> = loaded.people.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(people, ["Ana Ruiz", "Ben Okafor"]);
    assert_eq!(loaded.people[0].aliases, ["Ana María Ruiz", "aruiz", "ana@acme.example", "U1"]);
}

#[test]
fn what_is_broken_is_named_by_file_and_line_and_the_rest_is_used() {
    let problems: Vec<String> = read(&week()).problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems[0].starts_with("random/2026-11-16.json: line 6: control character"), "{problems:?}");
    assert!(
        problems[1].starts_with("random/2026-11-16.json: line 11: a message without a usable \"ts\""),
        "{problems:?}"
    );
    assert!(problems[2].starts_with("random/2026-11-17.json: line 1: "), "{problems:?}");
}

#[test]
fn stored_messages_come_back_with_their_numbers_and_a_refresh_keeps_them() {
    let first = read(&week());
    let stored: Vec<String> = first.messages.iter().map(|m| m.stored_line().unwrap()).collect();
    let back = from_json_lines("stored", &stored.join("\n"), &Options::default());
    assert_eq!(back.messages, first.messages);
    assert!(back.problems.is_empty());
    // The week before is read as well this time: what had a number keeps it.
    let all = read(&Options { known: known_numbers(&first.messages), ..Options::default() });
    assert_eq!(all.messages.len(), first.messages.len() + 1);
    assert_eq!(all.messages[0].id, "m10");
    assert_eq!(
        all.messages[1..].iter().map(|m| &m.id).collect::<Vec<_>>(),
        first.messages.iter().map(|m| &m.id).collect::<Vec<_>>()
    );
}

#[test]
fn json_lines_are_read_in_any_dialect_and_broken_lines_are_named() {
    let text = concat!(
        r#"{"id":"m3","channel":"ops","thread":null,"author":"Ana","at":"2026-11-16T09:00:00Z","text":"first"}"#,
        "\n\n",
        r##"{"channel":"#ops","user":"Ben","ts":"1794906000.000200","thread_ts":"m3","text":"second"}"##,
        "\n",
        "not json\n",
        r#"{"text":"third","at":1794906001}"#,
        "\n",
        r#"{"text":"no time"}"#,
        "\n",
        r#"{"text":"  ","at":"2026-11-16T09:00:00Z"}"#,
        "\n",
        r#"{"text":"offset","at":"2026-11-17T11:00:00+02:00","author":{"name":"Cleo"}}"#,
        "\n",
    );
    let loaded = from_json_lines("week.jsonl", text, &Options::default());
    let lines: Vec<String> = loaded.messages.iter().map(|m| serde_json::to_string(m).unwrap()).collect();
    assert_eq!(
        lines,
        [
            r#"{"id":"m3","channel":"ops","thread":null,"author":"Ana","at":"2026-11-16T09:00:00Z","text":"first"}"#,
            r#"{"id":"m4","channel":"messages","thread":null,"author":"Cleo","at":"2026-11-17T09:00:00Z","text":"offset"}"#,
            r#"{"id":"m5","channel":"ops","thread":"m3","author":"Ben","at":"2026-11-17T09:00:00Z","text":"second"}"#,
            r#"{"id":"m6","channel":"messages","thread":null,"author":"somebody","at":"2026-11-17T09:00:01Z","text":"third"}"#,
        ]
    );
    let problems: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    assert!(
        problems.len() == 2
            && problems[0].starts_with("week.jsonl: line 4: ")
            && problems[1].starts_with("week.jsonl: line 6: no usable"),
        "{problems:?}"
    );
}

#[test]
fn a_path_that_is_no_source_is_refused_in_a_sentence() {
    assert!(matches!(
        load(Path::new("/nowhere/at/all"), &Options::default()),
        Err(SourceError::Unreadable { .. })
    ));
    let empty = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    assert!(load(&empty, &Options::default()).unwrap_err().to_string().contains("is no Slack export"));
}
