//! The report of a week: its numbers and its word by the shared cases, and what has changed since last week by properties.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
use proptest::prelude::*;
use serde_json::{Value, json};
use sheet::{
    Sheet,
    report::{
        Health, Numbers, compare,
        health::{is_complete, judged_on},
        since::{Difference, JoinedBy, MAX_WEEKS},
    },
};
use std::{collections::BTreeMap, time::Instant};

/// A row as the tests write it.
#[derive(Clone, Debug, Default)]
struct Line {
    id: String,
    cells: BTreeMap<&'static str, String>,
    from: Option<String>,
}

impl Line {
    fn new(id: &str, title: &str) -> Self {
        Self { id: id.into(), ..Self::default() }.with("title", title)
    }

    fn with(mut self, column: &'static str, value: &str) -> Self {
        self.cells.insert(column, value.into());
        self
    }

    fn from(mut self, row: &str) -> Self {
        self.from = Some(row.into());
        self
    }
}

fn sheet(week: &str, lines: &[Line]) -> Sheet {
    let tasks: Vec<Value> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let cell = |value: &String| json!({ "value": value, "version": 1, "author": "ana" });
            let cells: BTreeMap<_, _> =
                line.cells.iter().map(|(column, value)| (column, cell(value))).collect();
            json!({
                "taskId": line.id, "position": format!("a{at:06}"), "cells": cells, "isManuallyEdited": true,
                "carriedFrom": line.from, "generation": null,
            })
        })
        .collect();
    let empty = serde_json::to_value(Sheet::new(format!("platform/{week}"), String::new())).unwrap();
    let mut sheet = empty;
    sheet["tasks"] = tasks.into();
    serde_json::from_value(sheet).unwrap()
}

fn date(text: &str) -> jiff::civil::Date {
    text.parse().unwrap()
}

#[test]
fn numbers_and_health_are_as_the_shared_cases_say() {
    let cases: Value = serde_json::from_str(include_str!("../../../tests/report/health.json")).unwrap();
    let week = cases["week"].as_str().unwrap().parse().unwrap();
    for day in cases["days"].as_array().unwrap() {
        let judged = judged_on(week, date(day["today"].as_str().unwrap()));
        assert_eq!(judged.to_string(), day["judgedOn"].as_str().unwrap(), "{day}");
    }
    for case in cases["cases"].as_array().unwrap() {
        let row = |(at, row): (usize, &Value)| {
            let value = |n: usize| row[n].as_str().unwrap();
            Line { id: format!("r{at}"), ..Line::default() }
                .with("status", value(0))
                .with("priority", value(1))
                .with("deadline", value(2))
        };
        let lines: Vec<_> = case["rows"].as_array().unwrap().iter().enumerate().map(row).collect();
        let sheet = sheet("2026-W47", &lines);
        let numbers = Numbers::of(&sheet, date(case["asOf"].as_str().unwrap()));
        let counts = [numbers.rows, numbers.done, numbers.blocked, numbers.late];
        assert_eq!(json!(counts), case["numbers"], "{case}");
        let whole = case["isComplete"].as_bool().unwrap_or(true);
        assert_eq!(json!(Health::of(&numbers, whole)), case["health"], "{case}");
        assert!(is_complete(&sheet));
    }
}

/// Four weeks of one row: it slips twice, gets blocked for two weeks, changes hands and is done in the end.
#[test]
fn a_row_is_followed_through_the_weeks() {
    let weeks = [
        sheet(
            "2026-W44",
            &[Line::new("a", "Fix login").with("deadline", "2026-10-30").with("status", "In progress")],
        ),
        sheet(
            "2026-W45",
            &[Line::new("b", "Fix login")
                .from("2026-W44/a")
                .with("deadline", "2026-11-06")
                .with("status", "Blocked")],
        ),
        sheet(
            "2026-W46",
            &[
                Line::new("c", "Fix the login")
                    .from("2026-W45/b")
                    .with("deadline", "2026-11-13")
                    .with("status", "Blocked"),
                Line::new("d", "Ship docs").with("status", "Done"),
                Line::new("e", "Gone").with("assignee", "Ben"),
                Line::new("f", "Done and gone").with("status", "Done"),
            ],
        ),
        sheet(
            "2026-W47",
            &[
                Line::new("n", "Something else").with("status", "Done"),
                Line::new("g", "ship DOCS!").with("progress", "40"),
                Line::new("h", "Fix the login")
                    .from("2026-W46/c")
                    .with("deadline", "2026-11-12")
                    .with("assignee", "Ana"),
            ],
        ),
    ];
    let upto = |n: usize| {
        let weeks: Vec<&Sheet> = weeks.iter().take(n).collect();
        compare(&weeks, date("2026-11-19")).unwrap()
    };
    let third = upto(3);
    assert_eq!((third.week.as_str(), third.before.as_deref()), ("2026-W46", Some("2026-W45")));
    assert_eq!(
        third.rows[0].differences,
        [
            Difference::Blocked { weeks: 2 },
            Difference::Slipped { from: "2026-11-06".into(), to: "2026-11-13".into(), days: 7, times: 2 },
        ]
    );
    assert_eq!(third.rows[0].joined_by, Some(JoinedBy::Lineage));
    let fourth = upto(4);
    let rows: Vec<_> =
        fourth.rows.iter().map(|row| (row.task_id.as_str(), row.joined_by, &row.differences[..])).collect();
    assert_eq!(
        rows,
        [
            ("n", None, &[Difference::New, Difference::Finished][..]),
            (
                "g",
                Some(JoinedBy::Title),
                &[Difference::Reopened, Difference::Progress { from: 0, to: 40 }][..]
            ),
            (
                "h",
                Some(JoinedBy::Lineage),
                &[
                    Difference::Unblocked,
                    Difference::BroughtForward {
                        from: "2026-11-13".into(),
                        to: "2026-11-12".into(),
                        days: 1
                    },
                    Difference::Owner { from: String::new(), to: "Ana".into() },
                ][..]
            ),
        ]
    );
    let gone: Vec<_> =
        fourth.vanished.iter().map(|row| (row.title.as_str(), row.assignee.as_str())).collect();
    assert_eq!(gone, [("Gone", "Ben")]);
    let trend: Vec<_> =
        fourth.trend.iter().map(|week| (week.week.as_str(), week.slipped, week.carried_over)).collect();
    assert_eq!(trend, [("2026-W44", 0, 0), ("2026-W45", 1, 1), ("2026-W46", 1, 1), ("2026-W47", 0, 2)]);
}

#[test]
fn a_first_week_has_nothing_to_compare_and_no_week_has_nothing_to_say() {
    assert_eq!(compare(&[], date("2026-11-19")), None);
    let only = sheet("2026-W47", &[Line::new("a", "Fix login").with("status", "Blocked")]);
    let alone = compare(&[&only], date("2026-11-19")).unwrap();
    assert_eq!((alone.before, alone.rows.len(), alone.vanished.len()), (None, 0, 0));
    assert_eq!(alone.trend[0].health, Some(Health::OffTrack));
    let many: Vec<Sheet> = (30..42).map(|n| sheet(&format!("2026-W{n}"), &[])).collect();
    let many: Vec<&Sheet> = many.iter().collect();
    let compared = compare(&many, date("2026-11-19")).unwrap();
    assert_eq!((compared.trend.len(), compared.trend[0].week.as_str()), (MAX_WEEKS, "2026-W34"));
}

#[test]
fn two_rows_of_one_title_are_joined_in_their_order_and_an_untitled_row_by_lineage_alone() {
    let before = sheet(
        "2026-W46",
        &[
            Line::new("a", "Review").with("assignee", "Ana"),
            Line::new("b", "Review").with("assignee", "Ben"),
            Line::new("u", "").with("status", "Blocked"),
            Line::new("v", "").with("description", "left alone"),
        ],
    );
    let now = sheet(
        "2026-W47",
        &[
            Line::new("c", "Review").with("assignee", "Ana"),
            Line::new("d", "review").with("assignee", "Ben"),
            Line::new("e", "Review").with("assignee", "Eve"),
            Line::new("w", "").with("status", "Blocked").from("2026-W46/u"),
            Line::new("x", "").with("description", "left alone"),
        ],
    );
    let compared = compare(&[&before, &now], date("2026-11-19")).unwrap();
    let rows: Vec<_> = compared.rows.iter().map(|row| (row.task_id.as_str(), &row.differences[..])).collect();
    assert_eq!(
        rows,
        [
            ("e", &[Difference::New][..]),
            ("w", &[Difference::Blocked { weeks: 2 }][..]),
            ("x", &[Difference::New][..]),
        ]
    );
    assert_eq!(compared.vanished.iter().map(|row| row.task_id.as_str()).collect::<Vec<_>>(), ["v"]);
}

/// What a test does to a row between two weeks, and the difference that it must make.
#[derive(Clone, Copy, Debug)]
enum Step {
    Nothing,
    Finish,
    Block,
    Slip,
    Forward,
    Hand,
    Advance,
    Drop,
}

const STEPS: [Step; 8] = [
    Step::Nothing,
    Step::Finish,
    Step::Block,
    Step::Slip,
    Step::Forward,
    Step::Hand,
    Step::Advance,
    Step::Drop,
];

fn stepped(line: &Line, step: Step) -> Option<(Line, Option<Difference>)> {
    let to = |column, value: &str| line.clone().with(column, value);
    Some(match step {
        Step::Nothing => (line.clone(), None),
        Step::Finish => (to("status", "Done"), Some(Difference::Finished)),
        Step::Block => (to("status", "Blocked"), Some(Difference::Blocked { weeks: 1 })),
        Step::Slip => (
            to("deadline", "2026-12-01"),
            Some(Difference::Slipped {
                from: "2026-11-20".into(),
                to: "2026-12-01".into(),
                days: 11,
                times: 1,
            }),
        ),
        Step::Forward => (
            to("deadline", "2026-11-18"),
            Some(Difference::BroughtForward { from: "2026-11-20".into(), to: "2026-11-18".into(), days: 2 }),
        ),
        Step::Hand => {
            (to("assignee", "Ben"), Some(Difference::Owner { from: "Ana".into(), to: "Ben".into() }))
        }
        Step::Advance => (to("progress", "70"), Some(Difference::Progress { from: 30, to: 70 })),
        Step::Drop => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn every_difference_between_two_weeks_is_found_and_no_other(
        steps in proptest::collection::vec((0..STEPS.len(), any::<bool>()), 0..60),
        new in 0..10_usize,
        seed in any::<u64>(),
    ) {
        let line = |n: usize| {
            Line::new(&format!("r{n}"), &format!("Row number {n}"))
                .with("status", "In progress").with("deadline", "2026-11-20").with("assignee", "Ana").with("progress", "30")
        };
        let before: Vec<Line> = (0..steps.len()).map(line).collect();
        let (mut now, mut expected, mut gone) = (Vec::new(), BTreeMap::new(), Vec::new());
        for (line, (step, by_lineage)) in before.iter().zip(&steps) {
            match stepped(line, STEPS[*step]) {
                None => gone.push(line.id.clone()),
                Some((mut line, difference)) => {
                    let old = line.id.clone();
                    line.id = format!("n{old}");
                    if *by_lineage {
                        line = line.with("title", &format!("Renamed {old}")).from(&format!("2026-W46/{old}"));
                    }
                    expected.extend(difference.map(|difference| (line.id.clone(), vec![difference])));
                    now.push(line);
                }
            }
        }
        for n in 0..new {
            now.push(Line::new(&format!("x{n}"), &format!("New row {n}")));
            expected.insert(format!("x{n}"), vec![Difference::New]);
        }
        fastrand::Rng::with_seed(seed).shuffle(&mut now);
        let (before, now) = (sheet("2026-W46", &before), sheet("2026-W47", &now));
        let compared = compare(&[&before, &now], date("2026-11-19")).unwrap();
        let found: BTreeMap<_, _> =
            compared.rows.iter().map(|row| (row.task_id.as_str().to_owned(), row.differences.clone())).collect();
        prop_assert_eq!(found, expected);
        let vanished: Vec<_> = compared.vanished.iter().map(|row| row.task_id.as_str().to_owned()).collect();
        prop_assert_eq!(vanished, gone);
    }
}

/// Prints what it costs: `cargo test --release -p cyclesheet-sheet --test report -- --nocapture`.
#[test]
fn eight_weeks_of_five_hundred_rows_are_compared() {
    let week = |n: usize| {
        let line = |row: usize| {
            let line = Line::new(&format!("w{n}-{row}"), &format!("Row number {row} of the sheet"))
                .with("status", "Blocked")
                .with("deadline", &format!("2026-11-{:02}", 10 + n));
            if n == 0 { line } else { line.from(&format!("2026-W{}/w{}-{row}", 39 + n, n - 1)) }
        };
        sheet(&format!("2026-W{}", 40 + n), &(0..500).map(line).collect::<Vec<_>>())
    };
    let weeks: Vec<Sheet> = (0..8).map(week).collect();
    let weeks: Vec<&Sheet> = weeks.iter().collect();
    let started = Instant::now();
    let compared = compare(&weeks, date("2026-11-19")).unwrap();
    println!("eight weeks of 500 rows compared in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
    assert_eq!(compared.rows.len(), 500);
    assert!(compared.rows.iter().all(|row| row.differences[0] == Difference::Blocked { weeks: 8 }));
    assert!(matches!(compared.rows[0].differences[1], Difference::Slipped { times: 7, .. }));
}
