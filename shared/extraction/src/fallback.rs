//! Rows straight from the messages, without a model: so that a sheet always works, and says that it is a fallback.
//!
//! One row per thread, most recent first. Threads of nothing but small talk, by the rule of [`crate::talk`], give no row,
//! and the summary says how many messages they were. A status, priority, assignee or deadline is taken only where
//! somebody plainly wrote it; everything else is left empty rather than guessed.
//!
//! ```text
//! status    done, blocked       whole sentences of the author's
//! taking    who has the work    whole sentences; mentions by the whole name
//! urgency   priority            words and signs, unless denied
//! due       deadline            a due word and a whole date phrase: days
//! ```
mod days;
mod due;
mod status;
mod taking;
mod urgency;

use crate::{
    answer::Row,
    message::Message,
    said,
    source::Person,
    talk::{Names, is_small_talk_among},
};
use jiff::tz::TimeZone;
use sheet::{Column, Week, limits::MAX_ROWS};
use status::Status;
use std::collections::HashMap;

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
    /// Messages of threads that are small talk and nothing else.
    pub small_talk: usize,
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
    /// The people who can be an assignee.
    pub people: Vec<Person>,
}

/// Returns rows of these messages. Never fails; without messages there are no rows.
pub fn rows(messages: &[Message], setting: &Setting) -> Fallback {
    let names = Names::of(
        setting.people.iter().map(|p| p.name.as_str()).chain(messages.iter().map(|m| m.author.as_str())),
    );
    let mut threads: HashMap<&str, Vec<&Message>> = HashMap::new();
    for message in messages {
        threads.entry(message.thread_id()).or_default().push(message);
    }
    let mut kept: Vec<Vec<&Message>> = threads.into_values().collect();
    kept.retain(|thread| thread.iter().any(|m| !is_small_talk_among(&m.text, &names)));
    for thread in &mut kept {
        thread.sort_by_key(|m| (m.at, m.number()));
    }
    kept.sort_by_key(|t| std::cmp::Reverse(t.last().map(|m| (m.at, m.number()))));
    let small_talk = messages.len() - kept.iter().map(Vec::len).sum::<usize>();
    let left_out = kept.len().saturating_sub(MAX_ROWS);
    let rows: Vec<Row> = kept.iter().take(MAX_ROWS).filter_map(|t| row(t, setting)).collect();
    Fallback { summary: summary(messages.len(), small_talk, left_out), rows, left_out, small_talk }
}

fn summary(messages: usize, small_talk: usize, left_out: usize) -> String {
    if messages == 0 {
        return "No messages this week.".into();
    }
    let mut summary =
        format!("Taken from {messages} messages without a model: one row per thread, most recent first.");
    match small_talk {
        0 => {}
        1 => summary.push_str(" 1 message of small talk was left out."),
        n => summary.push_str(&format!(" {n} messages of small talk were left out.")),
    }
    if left_out > 0 {
        summary.push_str(&format!(" {left_out} older threads are not shown."));
    }
    summary
}

fn row(thread: &[&Message], setting: &Setting) -> Option<Row> {
    let (first, last) = (thread.first()?, thread.last()?);
    let mut row = Row::default();
    let title = title(&first.text);
    let mut description = String::new();
    // A full stop is all that a title of one sentence lacks.
    if first.text.trim().trim_end_matches(['.', '!']) != title.trim_end_matches(['.', '!']) {
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
    row.set(Column::Assignee, taking::assignee(thread, &setting.people).unwrap_or_default());
    match status::status(thread) {
        Some(Status::Done) => row.set(Column::Status, "Done"),
        Some(Status::InProgress) => row.set(Column::Status, "In progress"),
        Some(Status::Blocked(by)) => {
            row.set(Column::Status, "Blocked");
            row.set(Column::Blockers, clip(&by.replace(said::GAP, "…"), MAX_QUOTE));
        }
        None => {}
    }
    row.set(Column::Priority, urgency::priority(thread.iter().map(|m| m.text.as_str())));
    let deadline = due::deadline(thread, setting.week, &setting.zone);
    row.set(Column::Deadline, deadline.map(|day| day.to_string()).unwrap_or_default());
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
    let says_something = |line: &&str| said::with_signs(line).chars().any(char::is_alphanumeric);
    let line = text.lines().map(str::trim).find(says_something).unwrap_or(text).trim();
    let line = ["@here", "@channel", "@everyone"].iter().fold(line, |line, word| {
        line.strip_prefix(word).map_or(line, |rest| rest.trim_start_matches([',', ':', ' ', '-', '–', '—']))
    });
    let ends = line.match_indices(['.', '!', '?', '。', '！', '？']).find(|(i, mark)| {
        let after = line.get(i + mark.len()..).unwrap_or_default();
        // `e.g. ` and `v1. ` are no ends: a sentence has more than a few words before its mark.
        *i >= 12 && (after.is_empty() || after.starts_with(' ') || !mark.is_ascii())
    });
    let keeps = |mark: &str| if matches!(mark, "?" | "？") { mark.len() } else { 0 };
    let sentence = ends.map_or(line, |(i, mark)| line.get(..i + keeps(mark)).unwrap_or(line));
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

#[cfg(test)]
mod tests;
