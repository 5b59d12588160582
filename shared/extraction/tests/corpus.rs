//! Every answer of `tests/answers` gives exactly the rows that a person recorded for it.
//!
//! A case is a folder with `answer.txt` and `expected.json`; `messages.jsonl` beside the cases (or in a case) are the week.
//! `dropped` and `warnings` are compared in number and order, their texts by the part that `expected.json` names.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
use extraction::{
    answer::{Context, parse},
    source::{Options, Person, from_json_lines},
};
use serde::Deserialize;
use sheet::{Column, week::time_zone};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    form: String,
    summary: String,
    rows: Vec<BTreeMap<String, String>>,
    #[serde(default)]
    dropped: Vec<DroppedLine>,
    #[serde(default)]
    warnings: Vec<String>,
    /// The model stopped at its token limit.
    #[serde(default)]
    truncated: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DroppedLine {
    line: usize,
    reason: String,
}

fn answers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/answers")
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> =
        fs::read_dir(answers()).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    cases.sort();
    cases
}

/// Compares one case; what differs, in words, and how many rows there were to recover.
fn differences(case: &Path) -> (Vec<String>, usize) {
    let answer = fs::read_to_string(case.join("answer.txt")).unwrap();
    let expected = fs::read_to_string(case.join("expected.json")).unwrap();
    let expected: Expected =
        serde_json::from_str(&expected).unwrap_or_else(|e| panic!("{}: {e}", case.display()));
    let own = case.join("messages.jsonl");
    let file = if own.exists() { own } else { answers().join("messages.jsonl") };
    let week = from_json_lines("messages.jsonl", &fs::read_to_string(file).unwrap(), &Options::default());
    assert!(week.problems.is_empty(), "{:?}", week.problems);
    let people: Vec<Person> = week.people.clone();
    let context = Context::new("2026-W47".parse().unwrap())
        .with_messages(&week.messages, &time_zone("Europe/Berlin").unwrap())
        .with_people(people)
        .with_truncated(expected.truncated);
    let parsed = parse(&answer, &context);
    let mut found = Vec::new();
    let mut compare = |what: String, got: &str, want: &str| {
        if got != want {
            found.push(format!("{what}: {got:?}, expected {want:?}"));
        }
    };
    compare("form".into(), serde_json::to_value(parsed.form).unwrap().as_str().unwrap(), &expected.form);
    compare("summary".into(), &parsed.summary, &expected.summary);
    compare("rows".into(), &parsed.rows.len().to_string(), &expected.rows.len().to_string());
    for (i, (got, want)) in parsed.rows.iter().zip(&expected.rows).enumerate() {
        for column in Column::ALL {
            let want = want
                .get(column.as_str())
                .unwrap_or_else(|| panic!("{}: row {i} says nothing of {column}", case.display()));
            compare(format!("row {i} {column}"), got.get(column), want);
            assert_eq!(column.accepts(got.get(column)), Ok(()));
        }
    }
    let dropped: Vec<String> = parsed.dropped.iter().map(|d| format!("{}: {}", d.line, d.reason)).collect();
    let as_expected = dropped.len() == expected.dropped.len()
        && parsed
            .dropped
            .iter()
            .zip(&expected.dropped)
            .all(|(d, e)| d.line == e.line && d.reason.contains(&e.reason));
    if !as_expected {
        found.push(format!("dropped: {dropped:?}"));
    }
    let warned = parsed.warnings.len() == expected.warnings.len()
        && parsed.warnings.iter().zip(&expected.warnings).all(|(w, e)| w.contains(e.as_str()));
    if !warned {
        found.push(format!("warnings: {:?}", parsed.warnings));
    }
    (found, expected.rows.len())
}

#[test]
fn every_answer_gives_exactly_the_rows_a_person_wrote_down() {
    let cases = cases();
    assert!(cases.len() >= 60, "only {} answers", cases.len());
    let (mut failed, mut rows) = (String::new(), 0);
    for case in &cases {
        let (differences, expected) = differences(case);
        rows += expected;
        for difference in differences {
            failed.push_str(&format!("{}: {difference}\n", case.file_name().unwrap().to_string_lossy()));
        }
    }
    assert!(failed.is_empty(), "\n{failed}");
    println!(
        "{} answers, {rows} of {rows} well-formed rows recovered, no cell in a wrong column",
        cases.len()
    );
}
