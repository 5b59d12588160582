//! Every week of `tests/fallback` gives the cells that a person recorded for it: what a fallback takes and what it
//! leaves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
use extraction::{
    answer::Row,
    fallback::{Fallback, Setting, rows},
    source::{Options, Person, from_json_lines},
};
use serde_json::json;
use sheet::{Column, week::time_zone};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fallback")
}

fn made(lines: &str, people: Vec<Person>) -> Fallback {
    let week = from_json_lines("week", lines, &Options::default());
    assert!(week.problems.is_empty(), "{:?}", week.problems);
    let setting = Setting { week: "2026-W47".parse().unwrap(), zone: time_zone("UTC").unwrap(), people };
    rows(&week.messages, &setting)
}

fn row_of<'a>(made: &'a Fallback, message: &str) -> Option<&'a Row> {
    made.rows.iter().find(|row| row.get(Column::Source).split(", ").next() == Some(message))
}

fn cell(row: &Row, column: &str) -> String {
    let column = Column::ALL.into_iter().find(|c| c.as_str() == column).unwrap();
    row.get(column).to_owned()
}

#[test]
fn each_case_gives_the_cells_that_are_written_down_for_it() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder().join("cases")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "jsonl") {
            continue;
        }
        count += 1;
        let expected = fs::read_to_string(path.with_extension("expected.json")).unwrap();
        let expected: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(&expected).unwrap();
        let lines = fs::read_to_string(&path).unwrap();
        let people = from_json_lines("week", &lines, &Options::default()).people;
        let made = made(&lines, people);
        for (message, cells) in expected {
            let Some(row) = row_of(&made, &message) else {
                wrong.push(format!("{}: {message} has no row", path.display()));
                continue;
            };
            for (column, value) in cells {
                let found = cell(row, &column);
                if found != value {
                    wrong.push(format!("{}: {message} {column}: {found:?}, not {value:?}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty() && count == 12, "{count} cases\n{}", wrong.join("\n"));
}

#[test]
fn each_variant_gives_its_right_value_and_no_other() {
    let people = vec![
        Person::from("Ana"),
        Person { name: "Ben".into(), aliases: vec!["Benny Okafor".into(), "U7".into()] },
        Person { name: "Clara Weiß".into(), aliases: vec!["clara".into()] },
        Person::from("Mine"),
    ];
    let table = fs::read_to_string(folder().join("variants.tsv")).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in table.lines() {
        let [column, expected, text] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        count += 1;
        let text = text.replace("\\n", "\n");
        let line = json!({"id": "m1", "author": "Ana", "channel": "ops", "at": "2026-11-16T09:00:00Z", "text": text});
        let made = made(&line.to_string(), people.clone());
        let found = match (column, row_of(&made, "m1")) {
            ("row", row) => if row.is_some() { "yes" } else { "no" }.to_owned(),
            (_, None) => "no row".to_owned(),
            (column, Some(row)) => cell(row, column),
        };
        if found != expected && !(expected.is_empty() && found == "no row") {
            wrong.push(format!("{column}: {found:?}, not {expected:?}: {text}"));
        }
    }
    assert!(count >= 150 && wrong.is_empty(), "{} of {count} wrong\n{}", wrong.len(), wrong.join("\n"));
}
