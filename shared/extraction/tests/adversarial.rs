//! Nothing that a model can write panics, hangs, or puts into a cell what the sheet refuses.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
use extraction::{
    answer::{Context, MAX_NOTES, Parsed, parse},
    source::Person,
};
use proptest::prelude::*;
use sheet::{Column, limits::MAX_ROWS};
use std::collections::HashMap;

fn context() -> Context {
    let day = "2026-11-17".parse().unwrap();
    let mut context = Context::new("2026-W47".parse().unwrap())
        .with_people(["Ana Ruiz", "Ben Okafor"].into_iter().map(Person::from).collect());
    context.messages = Some(HashMap::from([("m1".to_owned(), day), ("m2".to_owned(), day)]));
    context
}

/// Parses, and holds the result to what the sheet and the reader of its notes rely on.
fn checked(text: &str) -> Parsed {
    let parsed = parse(text, &context());
    assert!(parsed.rows.len() <= MAX_ROWS);
    assert!(parsed.dropped.len() <= MAX_NOTES && parsed.warnings.len() <= MAX_NOTES + 2);
    for row in &parsed.rows {
        for column in Column::ALL {
            assert_eq!(column.accepts(row.get(column)), Ok(()), "{column} {:?}", row.get(column));
        }
        let sources: Vec<&str> = row.get(Column::Source).split(", ").filter(|s| !s.is_empty()).collect();
        assert!(sources.iter().all(|s| ["m1", "m2"].contains(s)), "{sources:?}");
    }
    let lines = text.lines().count().max(1);
    assert!(parsed.dropped.iter().all(|d| (1..=lines.max(MAX_ROWS * 10)).contains(&d.line)));
    parsed
}

const HEADER: &str = "| Title | Description | Status | Priority | Assignee | Deadline | Progress | Blockers | Source |\n|---|---|---|---|---|---|---|---|---|\n";

#[test]
fn two_hundred_rows_are_two_hundred_rows() {
    let rows: String = (0..200)
        .map(|i| format!("| Task {i} | d | WIP | P1 | ana | Friday | {}% | | m1, m2 |\n", i % 101))
        .collect();
    let parsed = checked(&format!("SUMMARY: s\n\n{HEADER}{rows}"));
    assert_eq!((parsed.rows.len(), parsed.dropped.len(), parsed.warnings.len()), (200, 0, 0));
}

#[test]
fn more_rows_than_a_sheet_holds_are_dropped_and_counted() {
    let rows: String = (0..3_000).map(|i| format!("| Task {i} | d | | | | | | | |\n")).collect();
    let parsed = checked(&format!("{HEADER}{rows}"));
    assert_eq!((parsed.rows.len(), parsed.dropped.len()), (MAX_ROWS, MAX_NOTES));
    assert!(parsed.dropped[0].reason.contains("500 rows"));
    assert!(parsed.warnings.last().unwrap().contains("1500 more dropped lines"));
}

#[test]
fn a_megabyte_of_anything_ends() {
    // Without optimisation a sixteenth: what is not linear shows at either size.
    let mega = if cfg!(debug_assertions) { 1 << 16 } else { 1 << 20 };
    for unit in [
        "|",
        "| ",
        "||||||||||\n",
        "|\n",
        "`|",
        "``|`",
        "\\|",
        "\\",
        "`",
        "```\n",
        "~~~",
        "[",
        "{",
        "{\"",
        "[{\"title\":",
        "{\"a\":[",
        "[[",
        "\"",
        "'",
        "“",
        ",",
        ":",
        "\n",
        "\t",
        "a\tb\t",
        "- ",
        "- Title: a\n",
        "Title: a\nStatus: Done\nOwner: b\n",
        "<tr>",
        "<tr><td>",
        "<table><tr><td>a</td>",
        "&",
        "&amp;",
        "&lt;",
        "<br>",
        "<",
        ">",
        "> ",
        "> | a",
        "#",
        "SUMMARY:",
        "SUMMARY: ",
        "SUMMARY\n",
        "---",
        "|---",
        "|-|\n",
        "|---|---|\n",
        "m1, ",
        "m1-m9 ",
        "1/2 ",
        "12/11",
        "é",
        "\u{0}",
        "\u{202e}",
        "🟡",
        "**",
        "*a",
        "| a | b\n",
        "| a\nb\n",
        "a | b | c | d | e | f | g | h | i\n",
        "Title,Status,Source,Deadline\n",
        ";",
        "//",
        "/*",
        "\\u",
        "\"\\ud800",
        "{a:",
        "}",
        "]",
        "| Title | Status |\n",
        "| Title | Status | Source |\n|---|---|---|\n| a | b |\n",
        "\r",
        "\r\n| a |",
        "100%",
        "Friday ",
    ] {
        checked(&unit.repeat(mega / unit.len()));
        // And as one cell, one JSON text, and after a header.
        let third = unit.repeat(mega / 3 / unit.len());
        checked(&format!("{HEADER}| {third} | {third} | {third}"));
        checked(&format!("[{{\"title\":\"{third}\",\"status\":\"{third}\"}}]"));
    }
}

#[test]
fn one_bad_row_never_costs_the_others() {
    for bad in [
        "| only",
        "| a | b |",
        "|||||||||||||||||||||",
        "| a | b | c | d | e | f | g | h | i | j | k |",
        "garbage",
        "| `",
        "| \\",
        "{\"title\":",
        "```",
        "|---|---|",
        "> quoted",
        "| \u{0} | | | | | | | | |",
        "<tr><td>",
        "SUMMARY: again",
        "| Title | Description | Status | Priority | Assignee | Deadline | Progress | Blockers | Source |",
    ] {
        let parsed = checked(&format!(
            "{HEADER}| First | d | Done | | | | | | m1 |\n{bad}\n| Last | d | Done | | | | | | m2 |\n"
        ));
        let titles: Vec<&str> = parsed.rows.iter().map(|r| r.get(Column::Title)).collect();
        assert!(titles.contains(&"First") && titles.contains(&"Last"), "{bad:?} {titles:?}");
        for row in parsed.rows.iter().filter(|r| ["First", "Last"].contains(&r.get(Column::Title))) {
            assert_eq!(row.get(Column::Status), "Done", "{bad:?}");
        }
    }
}

#[test]
fn an_answer_cut_at_any_place_gives_a_prefix_of_its_rows() {
    let table = format!(
        "SUMMARY: s\n\n{HEADER}| One \\| a | `x|y` | In progress | High | Ana Ruiz | 2026-11-20 | 60 | b<br>c | m1 |\n| Two | d | Done | Low | Ben Okafor | 2026-11-24 | 100 |  | m2, m1 |\n| Three | e | Blocked | Urgent | Ana Ruiz |  |  | vendor | m1 |\n"
    );
    let json = r#"{"summary":"s","rows":[{"title":"One","description":"x \"y\" {z}","status":"Done","progress":"60","source":["m1"]},{"title":"Two","status":"Done","assignee":{"name":"Ana"},"source":"m2"}]}"#;
    for whole in [table.as_str(), json] {
        let all = checked(whole).rows;
        for cut in 0..whole.len() {
            let told = Context { truncated: true, ..context() };
            let told = parse(&whole[..cut], &told).rows;
            assert!(all.starts_with(&told), "cut at {cut} of {whole:?}: {told:?}");
            // If the finish reason does not say so, a row that ends in a pipe is a short row: its cells are right, the
            // rest is empty.
            let untold = checked(&whole[..cut]).rows;
            assert!(untold.len() <= all.len());
            // Cut inside a code span, its pipe looks like the row's end: nobody can know.
            let in_code = whole[..cut].matches('`').count() % 2 == 1;
            for (got, whole) in untold.iter().zip(&all).filter(|_| !in_code) {
                let right = |c: &Column| got.get(*c).is_empty() || got.get(*c) == whole.get(*c);
                assert!(Column::ALL.iter().all(right), "cut at {cut}: {got:?}");
            }
        }
    }
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>().prop_map(|s| s.replace(['\n', '\r'], " ")),
        r"[ -~]{0,30}",
        prop::sample::select(vec![
            "Done", "WIP", "P0", "80%", "0.8", "8/10", "Friday", "11/24", "tomorrow", "Ana", "m1, m9",
            "m1-m99", "", "-", "`|`", "\\|", "|", "\\", "<br>", "&amp;", "**x**", "{", "[", "\""
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        checked(&text);
    }

    #[test]
    fn any_text_of_the_marks_that_matter_is_read(text in r#"([|\-`\\{}\[\]",:<>&\n\t #*m0-9%/.]|Title|Status|Source|SUMMARY:|\| |Done|```|<tr>|<td>|null){0,200}"#) {
        checked(&text);
    }

    #[test]
    fn any_cells_in_a_table_give_cells_the_sheet_accepts(rows in prop::collection::vec(prop::collection::vec(cell(), 0..12), 0..20), header in any::<bool>()) {
        let body: String = rows.iter().map(|cells| format!("| {} |\n", cells.join(" | "))).collect();
        checked(&format!("{}{body}", if header { HEADER } else { "" }));
    }

    /// A well-formed row with escaped cells arrives whole, whatever its text cells hold.
    #[test]
    fn a_well_formed_row_is_never_lost_or_shifted(title in "[a-zA-Z][ -~]{0,40}", description in r"[ -~]{0,40}") {
        let escape = |s: &str| s.replace(['\\', '`'], "").replace('|', r"\|");
        let row = format!("| {} | {} | Done | High | Ana Ruiz | 2026-11-20 | 60 | vendor | m1 |", escape(&title), escape(&description));
        let parsed = checked(&format!("{HEADER}{row}\n"));
        prop_assert_eq!(parsed.rows.len(), 1, "{:?}", parsed);
        let cells: Vec<&str> = [Column::Status, Column::Priority, Column::Assignee, Column::Deadline, Column::Progress, Column::Blockers, Column::Source].iter().map(|c| parsed.rows[0].get(*c)).collect();
        prop_assert_eq!(cells, vec!["Done", "High", "Ana Ruiz", "2026-11-20", "60", "vendor", "m1"]);
    }

    #[test]
    fn any_json_gives_cells_the_sheet_accepts(cells in prop::collection::vec((cell(), cell()), 0..12), cut in 0usize..400) {
        let fields: serde_json::Map<String, serde_json::Value> = cells.iter().enumerate().map(|(i, (k, v))| {
            let key = Column::ALL.get(i).map_or(k.clone(), |c| c.as_str().to_owned());
            (key, v.clone().into())
        }).collect();
        let text = serde_json::json!([fields, fields]).to_string();
        checked(&text);
        checked(text.get(..text.floor_char_boundary(cut)).unwrap_or_default());
    }
}
