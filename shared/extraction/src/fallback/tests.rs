//! Rows of made-up weeks.
use super::*;
use crate::source::{Options, from_json_lines};

fn setting() -> Setting {
    let people = ["Ana", "Ben"].into_iter().map(Person::from).collect();
    Setting { week: "2026-W47".parse().unwrap(), zone: sheet::week::time_zone("UTC").unwrap(), people }
}

/// `author|thread|text`, a minute apart on Monday, 16 November 2026.
fn week(lines: &[&str]) -> Vec<Message> {
    let json: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(i, line)| {
            let [author, thread, text] = line.splitn(3, '|').collect::<Vec<_>>().try_into().unwrap();
            let at = format!("2026-11-16T09:{i:02}:00Z");
            serde_json::json!({"id":format!("m{}", i + 1),"author":author,"thread":(!thread.is_empty()).then_some(thread),"at":at,"channel":"ops","text":text}).to_string()
        })
        .collect();
    let loaded = from_json_lines("week", &json.join("\n"), &Options::default());
    assert!(loaded.problems.is_empty());
    loaded.messages
}

fn cells(row: &Row) -> Vec<&str> {
    [Column::Title, Column::Status, Column::Priority, Column::Assignee, Column::Deadline, Column::Source]
        .iter()
        .map(|c| row.get(*c))
        .collect()
}

#[test]
fn each_thread_is_a_row_the_most_recent_first_and_small_talk_is_none() {
    let found = rows(
        &week(&[
            "Ana||The export job fails on empty weeks. It worked before the upgrade.",
            "Ben||Good morning!",
            "Ben|m1|I'll take it, by Wednesday",
            "Ana||urgent: @Ben can you look at the login outage?",
            "Ana||Invoices are blocked by the vendor",
        ]),
        &setting(),
    );
    let rows: Vec<_> = found.rows.iter().map(cells).collect();
    assert_eq!(
        rows,
        [
            vec!["Invoices are blocked by the vendor", "Blocked", "", "", "", "m5"],
            vec!["urgent: @Ben can you look at the login outage?", "", "Urgent", "Ben", "", "m4"],
            vec!["The export job fails on empty weeks", "In progress", "", "Ben", "2026-11-18", "m1, m3"],
        ]
    );
    assert_eq!(found.rows[0].get(Column::Blockers), "blocked by the vendor");
}

#[test]
fn done_is_taken_only_where_it_is_said_plainly() {
    for (text, status) in [
        ("Done.", "Done"),
        ("it's merged", "Done"),
        ("not done", ""),
        ("done?", ""),
        ("Done once legal signs", ""),
        ("✅", "Done"),
        ("this should be fixed", ""),
    ] {
        let found = rows(&week(&["Ana||Fix the login", &format!("Ben|m1|{text}")]), &setting());
        assert_eq!(found.rows[0].get(Column::Status), status, "{text}");
    }
}

#[test]
fn what_was_left_out_is_counted_and_small_talk_alone_gives_no_row() {
    let found =
        rows(&week(&["Ana||Good morning!", "Ben|m1|morning :wave:", "Ben||rotate the keys"]), &setting());
    assert_eq!((found.rows.len(), found.small_talk), (1, 2));
    assert_eq!(
        found.summary,
        "Taken from 3 messages without a model: one row per thread, most recent first. 2 messages of small talk were left out."
    );
    let quiet = rows(&week(&["Ana||Good morning!"]), &setting());
    assert!(quiet.rows.is_empty() && quiet.summary.ends_with("1 message of small talk was left out."));
    let none = rows(&[], &setting());
    assert!(none.rows.is_empty() && none.summary == "No messages this week.");
}

#[test]
fn a_description_does_not_repeat_a_title_that_is_the_whole_message() {
    let found = rows(&week(&["Ana||The export fails on empty weeks."]), &setting());
    assert_eq!(found.rows[0].get(Column::Description), "Ana in #ops");
}

#[test]
fn more_than_five_hundred_threads_are_counted() {
    let mut many = Vec::new();
    for i in 0..520 {
        many.push(Message {
            id: format!("m{}", i + 1),
            channel: "ops".into(),
            thread: None,
            author: "Ana".into(),
            at: sheet::TimestampMs(i),
            text: format!("Fix {i}"),
            ts: i.to_string(),
        });
    }
    let found = rows(&many, &setting());
    assert_eq!((found.rows.len(), found.left_out), (500, 20));
    assert_eq!(found.rows[0].get(Column::Title), "Fix 519");
}
