//! The tolerant parser: whatever a model wrote → rows that the sheet accepts.
//!
//! Owns every rule by which an answer becomes cells. Total (nothing a model can write makes it panic), linear in
//! the answer's length, and honest: what was left out stands in `dropped`, what was changed in `warnings`.
//! A row is dropped rather than shown with a value in the wrong column. Never does I/O.
//!
//! ```text
//! prepare  thoughts and drafts are taken out, tables on one line are put on lines (+ layout: other programs' tables)
//! gather   text → raw rows:  table (+ split, header, align, group) · json (+ json_rows) · records · html
//! summary  the SUMMARY: line
//! cell     one cell's text: emphasis, entities, <br>, control characters
//! normalise  raw row → row:  choice (status, priority) · progress · deadline · people · citations
//! ```
mod align;
mod cell;
mod choice;
mod citations;
mod deadline;
mod gather;
mod group;
mod header;
mod html;
mod json;
mod json_rows;
mod layout;
mod normalise;
mod people;
mod prepare;
mod progress;
mod records;
mod split;
mod summary;
mod table;
mod words;

use crate::{message::Message, source::Person};
use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};
use sheet::{Column, Week};
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(crate) use cell::is_unwanted;
pub(crate) use deadline::{Around, Reading, read as read_deadline};

/// Bytes of an answer that are looked at. A model's 8,000 output tokens are about 40 KB.
pub const MAX_ANSWER_BYTES: usize = 2 * 1024 * 1024;
/// Warnings, dropped lines and missing citations that are named one by one; the rest are counted in a last warning.
pub const MAX_NOTES: usize = 1_000;

/// What is known around an answer.
#[derive(Clone, Debug)]
pub struct Context {
    /// The cycle's week: what "Friday" and "11/24" are read against.
    pub week: Week,
    /// Ids that exist and the day each was written. `None`: unknown, so citations are taken as they are.
    pub messages: Option<HashMap<String, Date>>,
    /// The team's zone: in it an instant such as `2026-11-24T23:30:00-08:00` is a day. `None`: unknown, so it stays text.
    pub zone: Option<TimeZone>,
    /// The people who can be an assignee. Empty: names are taken as they are.
    pub people: Vec<Person>,
    /// The model stopped at its token limit (`finish_reason` `MAX_TOKENS`): the last row may be half a row.
    pub truncated: bool,
}

impl Context {
    /// Nothing known but the week.
    pub fn new(week: Week) -> Self {
        Self { week, messages: None, zone: None, people: Vec::new(), truncated: false }
    }

    /// With the messages that were sent, their days as `zone` has them.
    #[must_use]
    pub fn with_messages(mut self, messages: &[Message], zone: &TimeZone) -> Self {
        let day = |m: &Message| m.day(zone).unwrap_or(self.week.monday());
        self.messages = Some(messages.iter().map(|m| (m.id.clone(), day(m))).collect());
        self.zone = Some(zone.clone());
        self
    }

    /// With the people of the team.
    #[must_use]
    pub fn with_people(mut self, people: Vec<Person>) -> Self {
        self.people = people;
        self
    }

    /// With what `finish_reason` said.
    #[must_use]
    pub fn with_truncated(mut self, truncated: bool) -> Self {
        self.truncated = truncated;
        self
    }
}

/// In which form the rows came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// A markdown table or anything near it: tabs, CSV, HTML, a list of labelled fields.
    Table,
    /// JSON, whole or broken.
    Json,
    /// No rows were found.
    None,
}

/// One row: nine cells, each of which `Column::accepts`. Serialises with the columns as keys, in the sheet's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row(pub [String; 9]);

impl Row {
    /// The cell of that column, `""` when empty.
    pub fn get(&self, column: Column) -> &str {
        self.0.get(column.index()).map_or("", String::as_str)
    }

    /// Sets the cell of that column. The caller answers for the value.
    pub fn set(&mut self, column: Column, value: impl Into<String>) {
        if let Some(cell) = self.0.get_mut(column.index()) {
            *cell = value.into();
        }
    }

    /// The cells that are not empty, as a change carries them.
    pub fn into_cells(self) -> BTreeMap<Column, String> {
        Column::ALL.into_iter().zip(self.0).filter(|(_, v)| !v.is_empty()).collect()
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.0.len()))?;
        for (column, value) in Column::ALL.iter().zip(&self.0) {
            map.serialize_entry(column.as_str(), value)?;
        }
        map.end()
    }
}

/// A line of the answer that gave no row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// The line it begins on, from 1.
    pub line: usize,
    /// The reason.
    pub reason: String,
}

/// An answer, read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Parsed {
    /// In which form the rows came.
    pub form: Form,
    /// The executive summary, `""` if there was none.
    pub summary: String,
    /// At most [`sheet::limits::MAX_ROWS`].
    pub rows: Vec<Row>,
    /// What looked like a row and was left out.
    pub dropped: Vec<Dropped>,
    /// What was changed or could not be understood, in words for people.
    pub warnings: Vec<String>,
    /// Cited ids that no message has, each once. They stand in no row.
    pub missing_citations: Vec<String>,
    /// How many of the rows, the last ones, stand for rows that could not be read: they have a title that says so, the
    /// messages that were cited, and the cells of which there is no doubt.
    pub unread: usize,
}

/// Reads an answer. Never fails: an answer without rows has the form [`Form::None`].
pub fn parse(text: &str, context: &Context) -> Parsed {
    let mut notes = Notes::default();
    let text = bounded(text, &mut notes);
    let text = prepare::prepare(text);
    let gathered = gather::gather(&text, context, &mut notes);
    let mut raw = gathered.rows;
    raw.extend(unread(&mut notes, context));
    let (rows, unread) = normalise::rows(raw, context, &mut notes);
    let summary = summary::tidy(&gathered.summary, &mut notes);
    let form = if gathered.form == Form::Json && gathered.saw_rows {
        Form::Json
    } else if rows.is_empty() && !gathered.saw_rows {
        Form::None
    } else {
        gathered.form
    };
    let Finished { dropped, warnings, missing_citations } = notes.finish();
    Parsed { form, summary, rows, dropped, warnings, missing_citations, unread }
}

/// Returns a row for each row that could not be read and cited messages: people see which messages they have to look at, and
/// the cells of which there is no doubt.
fn unread(notes: &mut Notes, context: &Context) -> Vec<RawRow> {
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for mut row in std::mem::take(&mut notes.unread) {
        let exists = |id: &String| context.messages.as_ref().is_none_or(|known| known.contains_key(id));
        row.unread.retain(exists);
        if row.unread.is_empty() || !seen.insert(row.unread.clone()) {
            continue;
        }
        let ids: Vec<&str> = row.unread.iter().map(String::as_str).collect();
        let (title, source) = (sheet::carry::unread_title(&ids), ids.join(", "));
        for (column, text) in [(Column::Title, title), (Column::Source, source)] {
            if let Some(cell) = row.cells.get_mut(column.index()) {
                *cell = text;
            }
        }
        rows.push(row);
    }
    rows
}

fn bounded<'a>(text: &'a str, notes: &mut Notes) -> &'a str {
    if text.len() <= MAX_ANSWER_BYTES {
        return text;
    }
    notes.warn(format!("the answer has {} bytes; only the first {MAX_ANSWER_BYTES} were read", text.len()));
    text.get(..text.floor_char_boundary(MAX_ANSWER_BYTES)).unwrap_or_default()
}

/// A row as it was found: cells by column, cleaned but not yet normalised.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawRow {
    /// From 1.
    pub(crate) line: usize,
    pub(crate) cells: [String; 9],
    /// What it cites, if it stands for a row that could not be read; its cells are those that are certain.
    pub(crate) unread: Vec<String>,
}

impl RawRow {
    /// A row whose cells know their columns.
    pub(crate) fn new(line: usize, cells: [String; 9]) -> Self {
        Self { line, cells, unread: Vec::new() }
    }
}

/// What is said about an answer while it is read. Holds [`MAX_NOTES`] of each and counts the rest, so that a
/// megabyte of broken rows costs no more memory than the answer itself.
#[derive(Default)]
pub(crate) struct Notes {
    dropped: Vec<Dropped>,
    warnings: Vec<String>,
    missing: BTreeSet<String>,
    /// What is certain of rows that could not be read, and cited messages.
    unread: Vec<RawRow>,
    dropped_beyond: usize,
    warned_beyond: usize,
}

struct Finished {
    dropped: Vec<Dropped>,
    warnings: Vec<String>,
    missing_citations: Vec<String>,
}

impl Notes {
    pub(crate) fn drop(&mut self, line: usize, reason: impl Into<String>) {
        if self.dropped.len() < MAX_NOTES {
            self.dropped.push(Dropped { line, reason: reason.into() });
        } else {
            self.dropped_beyond += 1;
        }
    }

    pub(crate) fn warn(&mut self, warning: impl Into<String>) {
        if self.warnings.len() < MAX_NOTES {
            self.warnings.push(warning.into());
        } else {
            self.warned_beyond += 1;
        }
    }

    /// Names a row whose cells could not be told apart, and keeps what it cited.
    pub(crate) fn lose(&mut self, line: usize, lost: align::Lost, cells: &[String]) {
        self.drop(line, lost.reason);
        let ids = align::cited(cells);
        if !ids.is_empty() && self.unread.len() < MAX_NOTES {
            self.unread.push(RawRow {
                line,
                cells: lost.certain.map_or_else(Default::default, |cells| *cells),
                unread: ids,
            });
        }
    }

    /// Names cited ids that no message has.
    pub(crate) fn missing(&mut self, ids: Vec<String>) {
        let free = MAX_NOTES.saturating_sub(self.missing.len());
        self.missing.extend(ids.into_iter().take(free));
    }

    pub(crate) fn dropped_any(&self) -> bool {
        !self.dropped.is_empty()
    }

    pub(crate) fn append(&mut self, other: Notes) {
        other.dropped.into_iter().for_each(|d| self.drop(d.line, d.reason));
        other.warnings.into_iter().for_each(|w| self.warn(w));
        self.missing(other.missing.into_iter().collect());
        self.unread.extend(other.unread.into_iter().take(MAX_NOTES.saturating_sub(self.unread.len())));
        self.dropped_beyond += other.dropped_beyond;
        self.warned_beyond += other.warned_beyond;
    }

    /// The lists, with what was only counted in last warnings.
    fn finish(mut self) -> Finished {
        self.dropped.sort_by_key(|d| d.line);
        if self.warned_beyond > 0 {
            self.warnings.push(format!("{} more warnings are not listed", self.warned_beyond));
        }
        if self.dropped_beyond > 0 {
            self.warnings.push(format!("{} more dropped lines are not listed", self.dropped_beyond));
        }
        let missing_citations = self.missing.into_iter().collect();
        Finished { dropped: self.dropped, warnings: self.warnings, missing_citations }
    }
}
