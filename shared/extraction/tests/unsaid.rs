//! A cell that is not empty is read, kept as text, or named in a warning or as dropped. Nothing that a model wrote becomes
//! empty or a default in silence.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
use extraction::{
    answer::{Context, Parsed, parse},
    source::Person,
};
use sheet::Column;
use std::collections::{BTreeSet, HashMap};

const HEADER: &str = "| Title | Description | Status | Priority | Assignee | Deadline | Progress | Blockers | Source |\n|---|---|---|---|---|---|---|---|---|\n";

/// What people write for nothing. A reader takes it as what it says.
const NOTHING: [&str; 17] = [
    "-",
    "--",
    "—",
    "–",
    "n/a",
    "N/A",
    "none",
    "None",
    "(none)",
    "*none*",
    "n.a.",
    "not specified",
    "Unassigned",
    "TBD",
    "nobody",
    "keine",
    "no",
];

/// What models, programs and typos leave in a cell.
const ODD: [&str; 84] = [
    "[ ]",
    "[]",
    "[x]",
    "( )",
    "()",
    "{}",
    "<>",
    "NaN",
    "nan",
    "null",
    "NULL",
    "nil",
    "undefined",
    "inf",
    "-inf",
    "Infinity",
    "true",
    "false",
    "True",
    "0",
    "00",
    "-0",
    "0.0",
    "-1",
    "1e3",
    "101",
    "1000%",
    "%",
    "%%",
    "?",
    "??",
    "???",
    "!",
    "…",
    "...",
    "..",
    ".",
    ",",
    ";",
    ":",
    "*",
    "**",
    "***",
    "_",
    "__",
    "`",
    "``",
    "~",
    "~~",
    "~~Done~~",
    "~~50~~",
    "~~2026-11-20~~",
    "~~Ana~~",
    "#",
    "##",
    "#REF!",
    "#N/A",
    "#VALUE!",
    "=A1",
    "+",
    "+1",
    "/",
    "//",
    "\\",
    "<br>",
    "&nbsp;",
    "&amp;",
    "<b></b>",
    "@",
    "@@",
    "<@>",
    "<@U99>",
    "m0",
    "m",
    "m-1",
    "m9999",
    "x",
    "X",
    "✓",
    "🚀",
    "🤷",
    "TBC",
    "unclear",
    "(empty)",
];

fn context() -> Context {
    let people: Vec<Person> = ["Ana Ruiz", "Ben Okafor"].into_iter().map(Person::from).collect();
    let mut context = Context::new("2026-W47".parse().unwrap()).with_people(people);
    let day = "2026-11-17".parse().unwrap();
    context.messages = Some((1..=40).map(|n| (format!("m{n}"), day)).collect::<HashMap<_, _>>());
    context
}

fn cells(column: Column, value: &str) -> [String; 9] {
    let mut cells = [
        "Fix the login loop",
        "Users bounce back",
        "Done",
        "Low",
        "Ana Ruiz",
        "2026-11-20",
        "50",
        "budget",
        "m3",
    ]
    .map(str::to_owned);
    cells[column.index()] = value.to_owned();
    cells
}

fn as_table(cells: &[String; 9]) -> String {
    format!("{HEADER}| {} |\n", cells.join(" | "))
}

fn as_json(cells: &[String; 9]) -> String {
    let row: serde_json::Map<String, serde_json::Value> = Column::ALL
        .iter()
        .zip(cells)
        .map(|(column, cell)| (column.to_string(), cell.as_str().into()))
        .collect();
    serde_json::json!({ "rows": [row] }).to_string()
}

fn as_csv(cells: &[String; 9]) -> String {
    let names = Column::ALL.map(|column| column.to_string());
    let line =
        |cells: &[String; 9]| cells.each_ref().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).join(",");
    format!("{}\n{}\n", line(&names), line(cells))
}

fn as_fields(cells: &[String; 9]) -> String {
    Column::ALL.iter().zip(cells).map(|(column, cell)| format!("{column}: {cell}\n")).collect()
}

/// Whether a person can see that the value was there.
fn is_said(parsed: &Parsed, column: Column, without: &BTreeSet<String>) -> bool {
    let kept = parsed.rows.iter().any(|row| {
        !row.get(column).is_empty() || row.get(Column::Description).contains(&format!("{}: ", label(column)))
    });
    kept || !parsed.dropped.is_empty() || parsed.warnings.iter().any(|warning| !without.contains(warning))
}

fn label(column: Column) -> String {
    let mut name = column.to_string();
    name.get_mut(..1).unwrap().make_ascii_uppercase();
    name
}

/// Whether a reader sees nothing there: blanks, tags and marks that shape text, and control characters.
fn is_invisible(value: &str) -> bool {
    let bare = value.replace("<br>", "").replace("&nbsp;", "").replace("<b></b>", "");
    // Marks around nothing: `** **`.
    bare.chars().all(|c| c.is_whitespace() || c.is_control() || matches!(c, '*' | '_' | '`'))
}

/// Writes nine cells as an answer.
type Form = fn(&[String; 9]) -> String;

#[test]
fn a_cell_that_is_not_empty_is_read_kept_as_text_or_warned_about() {
    let context = context();
    let forms: [(&str, Form); 4] =
        [("table", as_table), ("json", as_json), ("csv", as_csv), ("fields", as_fields)];
    let mut values: Vec<String> = ODD.map(str::to_owned).to_vec();
    for odd in ODD {
        values.extend([
            format!("{odd} {odd}"),
            format!("({odd})"),
            format!("**{odd}**"),
            format!("{odd} maybe"),
        ]);
    }
    let (mut failed, mut count) = (String::new(), 0);
    for (form, write) in forms {
        for column in Column::ALL {
            let without = parse(&write(&cells(column, "")), &context).warnings.into_iter().collect();
            for value in values.iter().filter(|v| !(is_invisible(v) || form == "table" && v.contains('\\'))) {
                // An assignee nobody knows is nobody.
                let bare = value.trim_matches(['(', ')', '*']);
                if column == Column::Assignee && matches!(bare, "?" | "TBC" | "unclear") {
                    continue;
                }
                count += 1;
                let parsed = parse(&write(&cells(column, value)), &context);
                if !is_said(&parsed, column, &without) {
                    failed.push_str(&format!("{form} {column} {value:?}: {:?}\n", parsed.rows));
                }
            }
        }
    }
    println!("{count} cells");
    assert!(failed.is_empty(), "\n{failed}");
}

#[test]
fn a_persons_word_for_nothing_is_read_as_nothing() {
    for value in NOTHING {
        for column in [Column::Blockers, Column::Assignee] {
            let parsed = parse(&as_table(&cells(column, value)), &context());
            let shown = parsed.rows[0].get(column);
            assert!(shown.is_empty() || !parsed.warnings.is_empty() || column == Column::Blockers, "{value}");
        }
    }
}

#[test]
fn what_json_says_beyond_one_cell_is_named() {
    let base = r#""title":"Fix login","status":"Done""#;
    for (fields, said) in [
        (r#""assignee":"Ana Ruiz","owner":"Ben Okafor""#, "a second assignee"),
        (r#""deadline":"2026-11-20","due_date":"2026-11-27""#, "a second deadline"),
        (r#""assignee":{"name":"Ana Ruiz","role":"backend"}"#, "of assignee only"),
        (r#""progress":{"value":40,"unit":"%","note":"rough"}"#, "of progress only"),
    ] {
        let parsed = parse(&format!("[{{{base},{fields}}}]"), &context());
        assert!(parsed.warnings.iter().any(|w| w.contains(said)), "{fields}: {:?}", parsed.warnings);
    }
    for fields in
        [r#""assignee":{"name":"Ana Ruiz","id":"U01"}"#, r#""assignee":"Ana Ruiz","owner":"Ana Ruiz""#]
    {
        let parsed = parse(&format!("[{{{base},{fields}}}]"), &context());
        assert!(parsed.warnings.is_empty(), "{fields}: {:?}", parsed.warnings);
    }
    let parsed = parse(&format!("[\"Also call the bank\",{{{base}}}]"), &context());
    assert!(parsed.warnings.iter().any(|w| w.contains("Also call the bank")), "{:?}", parsed.warnings);
}
