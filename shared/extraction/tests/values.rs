//! Single values as models write them, and what the sheet shows of each: `written => shown`, nothing after `=>` for a cell that
//! stays empty, and `text` where the written text stays as it is, with a warning. No value is dropped or guessed in silence.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
use extraction::{
    answer::{Context, Row, parse},
    source::{Options, Person, load},
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

/// Pieces of which odd cells are made: values at the edges of what calendars, clocks and numbers hold.
const PIECES: [&str; 54] = [
    "2026-11-24",
    "0000-00-00",
    "9999-12-31",
    "2026-02-30",
    "-9999-01-01",
    "31.02.",
    "99/99",
    "13/13/13",
    "T24:00:00Z",
    "T25:00Z",
    "24:00",
    "99:99",
    "23:59:60",
    "+14:00",
    "+99:99",
    "-12:00",
    "UTC",
    "CET",
    "in 999 weeks",
    "in 999 days",
    "in 0 days",
    "3 days ago",
    "Q0",
    "Q9",
    "Q4 9999",
    "H3",
    "KW 0",
    "KW 53",
    "W99 9999",
    "week 53 of 9999",
    "next Friday",
    "Friday",
    "Freitag",
    "来週の金曜日",
    "99月99日",
    "9999年12月31日",
    "999天后",
    "end of month",
    "EOY 9999",
    "m0",
    "m999999999",
    "m5-m3",
    "m1-m999999",
    "60%",
    "1e309",
    "-0",
    "99999999999999999999",
    "½",
    "10/0",
    "Done",
    "P0",
    "@ana",
    "\u{202e}",
    "🏃\u{200d}♀\u{fe0f}",
];

#[test]
fn no_cell_at_the_edge_of_a_calendar_or_a_number_ends_the_reading_of_an_answer() {
    const ROWS: usize = 60;
    let context = Context::new("9999-W51".parse().unwrap()).with_people(vec![Person::from("Ana")]);
    let zoned = Context::new("2026-W47".parse().unwrap())
        .with_messages(&[], &time_zone("Pacific/Kiritimati").unwrap());
    let mut seed = 47u64;
    let mut next = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    };
    for column in Column::ALL {
        for context in [&context, &zoned] {
            let mut table = HEADER.to_owned();
            for row in 0..ROWS {
                let pieces: Vec<&str> = (0..=next(3)).map(|_| PIECES[next(PIECES.len())]).collect();
                let glue = [" ", "", ", ", " - ", "("][next(5)];
                let mut cells =
                    ["T", "d", "Done", "Low", "Ana", "2026-11-20", "50", "b", "m3"].map(str::to_owned);
                cells[0] = format!("Task {row}");
                cells[column.index()] = pieces.join(glue);
                table.push_str(&format!("| {} |\n", cells.join(" | ")));
            }
            let parsed = parse(&table, context);
            assert!(parsed.rows.len() + parsed.dropped.len() >= ROWS / 2, "{column}\n{table}");
        }
    }
}
