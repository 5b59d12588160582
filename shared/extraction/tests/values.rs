//! Single values as models write them, and what the sheet shows of each: `written => shown`, nothing after `=>` for a cell that
//! stays empty, and `text` where the written text stays as it is, with a warning. No value is dropped or guessed in silence.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
use extraction::{
    answer::{Context, Row, parse},
    source::{Options, load},
};
use sheet::{Column, week::time_zone};
use std::path::Path;

const HEADER: &str = "| Title | Description | Status | Priority | Assignee | Deadline | Progress | Blockers | Source |\n|---|---|---|---|---|---|---|---|---|\n";

/// Reads one value in that column of an otherwise whole row.
fn read(column: Column, value: &str) -> (Row, Vec<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/hunt/team");
    let team = load(&folder, &Options::default()).unwrap();
    let context = Context::new("2026-W47".parse().unwrap())
        .with_messages(&team.messages, &time_zone("UTC").unwrap())
        .with_people(team.people);
    // m3 was written on Tuesday, 17 November.
    let mut cells = ["T", "d", "Done", "Low", "Ana", "2026-11-20", "50", "b", "m3"].map(str::to_owned);
    cells[column.index()] = value.to_owned();
    let parsed = parse(&format!("{HEADER}| {} |\n", cells.join(" | ")), &context);
    assert_eq!(parsed.rows.len(), 1, "{column} {value:?}: {:?}", parsed.dropped);
    (parsed.rows[0].clone(), parsed.warnings)
}

fn check(column: Column, table: &str) {
    let mut failed = String::new();
    let mut count = 0;
    for line in table.lines().filter(|l| l.contains("=>")) {
        let (written, shown) = line.split_once("=>").unwrap();
        let (written, shown) = (written.trim(), shown.trim());
        count += 1;
        let (row, warnings) = read(column, written);
        let got = row.get(column);
        let said = !warnings.is_empty();
        let right = match shown {
            // A column with a fixed vocabulary keeps the text in the description.
            "text" if matches!(column, Column::Status | Column::Priority | Column::Progress) => {
                got.is_empty() && said && row.get(Column::Description).contains(written)
            }
            "text" => got == written.trim_start_matches('@') && said,
            shown => got == shown,
        };
        if !right {
            failed.push_str(&format!("{column} {written:?}: {got:?}, expected {shown:?} {warnings:?}\n"));
        }
    }
    println!("{column}: {count} values");
    assert!(failed.is_empty(), "\n{failed}");
}

#[test]
fn statuses() {
    check(Column::Status, include_str!("values/status.txt"));
}

#[test]
fn priorities() {
    check(Column::Priority, include_str!("values/priority.txt"));
}

#[test]
fn progress() {
    check(Column::Progress, include_str!("values/progress.txt"));
}

#[test]
fn deadlines() {
    check(Column::Deadline, include_str!("values/deadline.txt"));
}

#[test]
fn assignees() {
    check(Column::Assignee, include_str!("values/assignee.txt"));
}

#[test]
fn sources() {
    check(Column::Source, include_str!("values/source.txt"));
}
