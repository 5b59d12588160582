//! Answers that were once read wrongly, with the rows they mean (tests/hunt), and rows that were never read wrongly because
//! nobody had written them yet (`values.rs` of this folder has the single values).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
use extraction::{
    answer::{Context, parse},
    source::{Options, load},
};
use serde::Deserialize;
use sheet::{Column, Week, carry::is_unread, week::time_zone};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    family: String,
    cycle: Week,
    rows: Vec<BTreeMap<Column, String>>,
    #[serde(rename = "note")]
    _note: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/hunt")
}

fn context(cycle: Week) -> Context {
    let team = load(&folder().join("team"), &Options::default()).unwrap();
    Context::new(cycle).with_messages(&team.messages, &time_zone("UTC").unwrap()).with_people(team.people)
}

#[test]
fn every_answer_that_was_read_wrongly_is_read_as_it_was_meant() {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.join("answer.txt").exists())
        .collect();
    cases.sort();
    assert!(cases.len() >= 30, "only {} answers", cases.len());
    let (mut failed, mut by_family) = (String::new(), BTreeMap::<String, (usize, usize)>::new());
    for case in &cases {
        let answer = fs::read_to_string(case.join("answer.txt")).unwrap();
        let expected: Expected =
            serde_json::from_str(&fs::read_to_string(case.join("expected.json")).unwrap()).unwrap();
        let parsed = parse(&answer, &context(expected.cycle));
        let rows: Vec<_> = parsed.rows.iter().filter(|r| !is_unread(r.get(Column::Title))).collect();
        let mut wrong = Vec::new();
        if rows.len() != expected.rows.len() {
            wrong.push(format!("{} rows, expected {}: {rows:?}", rows.len(), expected.rows.len()));
        }
        for (got, want) in rows.iter().zip(&expected.rows) {
            for (column, want) in want.iter().filter(|(_, want)| *want != "*") {
                if got.get(*column) != want {
                    wrong.push(format!("{column}: {:?}, expected {want:?}", got.get(*column)));
                }
            }
        }
        let count = by_family.entry(expected.family).or_default();
        count.1 += 1;
        count.0 += usize::from(wrong.is_empty());
        for wrong in wrong {
            let name = case.file_name().unwrap().to_string_lossy();
            failed.push_str(&format!("{name}: {wrong} {:?} {:?}\n", parsed.dropped, parsed.warnings));
        }
    }
    println!("| family | answers | read as they were meant |\n|---|---|---|");
    for (family, (passed, all)) in by_family {
        println!("| {family} | {all} | {passed} |");
    }
    assert!(failed.is_empty(), "\n{failed}");
}

#[test]
fn a_week_in_which_nothing_was_done_is_an_answer() {
    let quiet = parse(r#"{"summary":"Quiet week","action_items":[]}"#, &context("2026-W47".parse().unwrap()));
    assert_eq!((quiet.form, quiet.summary.as_str()), (extraction::answer::Form::Json, "Quiet week"));
}
