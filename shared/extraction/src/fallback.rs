//! Rows straight from the messages, without a model: so that a sheet always works, and says that it is a fallback.
//!
//! One row per thread, most recent first; a lone message counts as a thread if it is work by the rule of [`crate::talk`]
//! (if none is, every message counts). Hints for status, priority, assignee and deadline are taken only where somebody
//! wrote them in so many words; everything else is left empty rather than guessed.
use crate::{
    answer::{Around, Reading, Row, read_deadline},
    message::Message,
    source::Person,
    talk::is_small_talk,
};
use jiff::tz::TimeZone;
use regex::Regex;
use sheet::{Column, Week, limits::MAX_ROWS};
use std::{collections::HashMap, sync::LazyLock};

/// Code points of a title: one line of a grid.
const MAX_TITLE: usize = 120;
/// Code points of each of the two quotations in a description.
const MAX_QUOTE: usize = 600;
/// Ids in a source cell; a thread may have a thousand replies.
const MAX_SOURCES: usize = 50;

/// Rows without a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fallback {
    /// At most [`MAX_ROWS`], most recent first.
    pub rows: Vec<Row>,
    /// Threads beyond that bound.
    pub left_out: usize,
    /// What the sheet says about itself.
    pub summary: String,
}

/// What rows are read against.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The cycle's week.
    pub week: Week,
    /// The team's zone: what day a message was written.
    pub zone: TimeZone,
    /// Who can be an assignee.
    pub people: Vec<Person>,
}

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
static TOOK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:i'?ll (?:take|do|fix|handle|own|pick|look|get|write|send|draft|prepare|review|check|update|open|file)|i will (?:take|do|fix|handle|own|pick|look)|i(?:'ve| have)? got (?:it|this)|i(?:'m| am) on it|on it\b|taking (?:it|this)|i can take (?:it|this|that)|mine\b|ich (?:mach|übernehm|kümmere)|je m'en occupe|yo me encargo)",
    )
});
static ASKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:can|could|would|will) you\b|\bplease\b|\bpls\b|\bassigned? to\b|\bowner\b|kannst du|bitte",
    )
});
static DONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*(?:(?:this|that|it|all|ok|okay|and|now|just)(?:'s| is)?\s+){0,3}(?:done|fixed|merged|deployed|shipped|released|resolved|completed|closed|erledigt|fertig|hecho|terminé)\b|✅|:white_check_mark:",
    )
});
static NOT_DONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:not|isn't|n't|almost|nearly|until|once|when|if|to be|needs?|should|will|but|except|partly|half)\b|\?",
    )
});
static BLOCKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:still|is|are|i'm|we're) )?((?:blocked|stuck|waiting) (?:by|on|with|for)\b[^.\n]*)|\b(?:still|is|are|i'm|we're) (blocked\b[^.\n]*)",
    )
});
static NOT_BLOCKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:unblocked|not blocked|no longer (?:blocked|stuck|waiting)|isn't blocked)\b")
});
static URGENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:urgent(?:ly)?|asap|p0|sev-?1|critical|outage|prod(?:uction)? is down)\b|🚨")
});
static HIGH: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:p1|high prio(?:rity)?|top priority)\b"));
static DUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:by|due|until|deadline(?: is|:)?|bis)\s+((?:[\p{L}\d./'-]+[ ,]*){1,4})")
});

/// Rows of these messages. Never fails; without messages there are no rows.
pub fn rows(messages: &[Message], setting: &Setting) -> Fallback {
    let mut threads: HashMap<&str, Vec<&Message>> = HashMap::new();
    for message in messages {
        threads.entry(message.thread_id()).or_default().push(message);
    }
    let is_work =
        |t: &[&Message]| t.len() > 1 || t.iter().any(|m| m.thread.is_some() || !is_small_talk(&m.text));
    let mut kept: Vec<Vec<&Message>> = threads.into_values().collect();
    if kept.iter().any(|t| is_work(t)) {
        kept.retain(|t| is_work(t));
    }
    for thread in &mut kept {
        thread.sort_by_key(|m| (m.at, m.number()));
    }
    kept.sort_by_key(|t| std::cmp::Reverse(t.last().map(|m| (m.at, m.number()))));
    let left_out = kept.len().saturating_sub(MAX_ROWS);
    let rows: Vec<Row> = kept.iter().take(MAX_ROWS).filter_map(|t| row(t, setting)).collect();
    let mut summary = format!(
        "Taken from {} messages without a model: one row per thread, most recent first.",
        messages.len()
    );
    if left_out > 0 {
        summary.push_str(&format!(" {left_out} older threads are not shown."));
    }
    Fallback {
        rows,
        left_out,
        summary: if messages.is_empty() { "No messages this week.".into() } else { summary },
    }
}

fn row(thread: &[&Message], setting: &Setting) -> Option<Row> {
    let (first, last) = (thread.first()?, thread.last()?);
    let mut row = Row::default();
    let title = title(&first.text);
    let mut description = String::new();
    if first.text.trim() != title {
        description = clip(&first.text, MAX_QUOTE);
    }
    if thread.len() > 1 {
        if !description.is_empty() {
            description.push('\n');
        }
        description.push_str(&format!(
            "Latest of {} in #{}, {}: {}",
            thread.len(),
            first.channel,
            last.author,
            clip(&last.text, MAX_QUOTE)
        ));
    } else {
        let place = format!("{} in #{}", first.author, first.channel);
        description = if description.is_empty() { place } else { format!("{description}\n{place}") };
    }
    row.set(Column::Title, title);
    row.set(Column::Description, description);
    row.set(Column::Assignee, assignee(thread, setting).unwrap_or_default());
    status(thread, &mut row);
    row.set(Column::Priority, priority(thread));
    row.set(Column::Deadline, deadline(thread, setting).unwrap_or_default());
    let ids: Vec<&str> = thread.iter().take(MAX_SOURCES).map(|m| m.id.as_str()).collect();
    row.set(Column::Source, ids.join(", "));
    // The sheet has the last word about a cell; a refused one is empty rather than a lost row.
    for column in Column::ALL {
        if column.accepts(row.get(column)).is_err() {
            row.set(column, "");
        }
    }
    Some(row)
}

/// The first sentence or line, without a greeting's mention in front.
fn title(text: &str) -> String {
    let line =
        text.lines().map(str::trim).find(|l| l.chars().any(char::is_alphanumeric)).unwrap_or(text).trim();
    let line = ["@here", "@channel", "@everyone"]
        .iter()
        .fold(line, |l, w| l.trim_start_matches(w).trim_start_matches([',', ':', ' ', '-']));
    let ends = line.match_indices(['.', '!', '?']).find(|(i, mark)| {
        let after = line.get(i + mark.len()..).unwrap_or_default();
        // `e.g. ` and `v1. ` are no ends: a sentence has more than a few words before its mark.
        *i >= 12 && (after.is_empty() || after.starts_with(' '))
    });
    let sentence = ends.map_or(line, |(i, mark)| line.get(..i + usize::from(mark == "?")).unwrap_or(line));
    clip(if sentence.is_empty() { text } else { sentence }, MAX_TITLE)
}

/// At most `max` code points, at a word's end, with an ellipsis.
fn clip(text: &str, max: usize) -> String {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(max) else { return text.to_owned() };
    let cut = text.get(..end).unwrap_or_default();
    let at_word = cut.rfind(char::is_whitespace).filter(|i| *i > end / 2).and_then(|i| cut.get(..i));
    format!("{}…", at_word.unwrap_or(cut).trim_end())
}

/// Who said last that they took it; else who was asked by name.
fn assignee(thread: &[&Message], setting: &Setting) -> Option<String> {
    if let Some(taker) = thread.iter().rev().find(|m| TOOK.is_match(&m.text)) {
        return Some(taker.author.clone());
    }
    let asked = thread.iter().rev().find(|m| ASKED.is_match(&m.text) && m.text.contains('@'))?;
    let mut named = setting.people.iter().filter(|p| asked.text.contains(&format!("@{}", p.name)));
    match (named.next(), named.next()) {
        (Some(one), None) => Some(one.name.clone()),
        _ => None,
    }
}

/// What the latest word about it says. Silence says nothing.
fn status(thread: &[&Message], row: &mut Row) {
    for message in thread.iter().rev() {
        let text = &message.text;
        let short = text.chars().nth(MAX_QUOTE).is_none();
        if short && DONE.is_match(text) && !NOT_DONE.is_match(text) {
            return row.set(Column::Status, "Done");
        }
        let blocked = BLOCKED.captures(text).and_then(|c| c.get(1).or(c.get(2)));
        if let Some(found) = blocked.filter(|_| !NOT_BLOCKED.is_match(text)) {
            row.set(Column::Blockers, clip(found.as_str(), MAX_QUOTE));
            return row.set(Column::Status, "Blocked");
        }
        if TOOK.is_match(text) {
            return row.set(Column::Status, "In progress");
        }
    }
}

fn priority(thread: &[&Message]) -> &'static str {
    if thread.iter().any(|m| URGENT.is_match(&m.text)) {
        "Urgent"
    } else if thread.iter().any(|m| HIGH.is_match(&m.text)) {
        "High"
    } else {
        ""
    }
}

/// The last day that follows `by`, `due`, `until` or `deadline`.
fn deadline(thread: &[&Message], setting: &Setting) -> Option<String> {
    thread.iter().rev().find_map(|message| {
        let day = message.day(&setting.zone);
        let around = Around { week: setting.week, earliest: day, latest: day, day_first: None };
        DUE.captures_iter(&message.text).filter_map(|found| found.get(1)).find_map(|words| {
            let words: Vec<&str> = words.as_str().split([' ', ',']).filter(|w| !w.is_empty()).collect();
            (1..=words.len()).rev().find_map(|n| match read_deadline(&words.get(..n)?.join(" "), &around) {
                Reading::Day(date, _) => Some(date.to_string()),
                _ => None,
            })
        })
    })
}

#[cfg(test)]
mod tests {
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
    fn a_week_of_small_talk_still_gives_rows_and_an_empty_one_none() {
        assert_eq!(rows(&week(&["Ana||Good morning!"]), &setting()).rows.len(), 1);
        let none = rows(&[], &setting());
        assert!(none.rows.is_empty() && none.summary == "No messages this week.");
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
}
