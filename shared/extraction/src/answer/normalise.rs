//! Raw rows → rows whose every cell the sheet accepts.
//!
//! - Status, priority and progress that cannot be mapped become empty, because the sheet would refuse them; what they
//!   said is appended to the description (`Status: with legal`), and a warning names it.
//! - A deadline nobody can date and an assignee nobody knows stay as text, with a warning.
//! - Ids that do not exist are removed from the source, with a warning.
use super::{
    Context, Notes, RawRow, Row, cell, choice, citations,
    deadline::{self, Around, Reading},
    people::{Assignee, Directory},
    progress,
    words::bare,
};
use sheet::{
    Column,
    limits::{MAX_CELL_CODE_POINTS, MAX_ROWS},
};
use std::collections::HashMap;

/// What one row is read against.
struct Normaliser<'a> {
    context: &'a Context,
    people: Directory,
    day_first: Option<bool>,
    fractions: bool,
}

/// Returns the rows, and how many of them, the last ones, stand for rows that could not be read.
pub(crate) fn rows(raw: Vec<RawRow>, context: &Context, notes: &mut Notes) -> (Vec<Row>, usize) {
    let column = |c: Column| raw.iter().map(move |r| r.cells.get(c.index()).map_or("", String::as_str));
    let normaliser = Normaliser {
        context,
        people: Directory::new(&context.people),
        day_first: deadline::day_first(column(Column::Deadline)),
        fractions: progress::are_fractions(column(Column::Progress).filter(|c| !cell::is_blank(c))),
    };
    let (mut rows, mut unread) = (Vec::<Row>::with_capacity(raw.len().min(MAX_ROWS)), 0);
    // A model that corrects itself gives a row again: the same title for the same messages.
    let mut given: HashMap<(String, String), (usize, usize)> = HashMap::new();
    for raw in raw {
        let empty = |c: Column| raw.cells.get(c.index()).is_none_or(|v| cell::is_blank(v));
        if empty(Column::Title) && empty(Column::Description) {
            notes.drop(raw.line, "neither a title nor a description");
        } else if is_total(raw.cells.get(Column::Title.index()).map_or("", String::as_str), &raw) {
            notes.drop(raw.line, "a row of totals");
        } else if rows.len() >= MAX_ROWS {
            notes.drop(raw.line, format!("a sheet holds {MAX_ROWS} rows"));
        } else {
            let (line, is_unread) = (raw.line, !raw.unread.is_empty());
            let row = normaliser.row(raw, notes);
            let key = (bare(row.get(Column::Title)), row.get(Column::Source).to_owned());
            let is_named = !is_unread && !key.0.is_empty() && !key.1.is_empty();
            if let Some((before, at)) = given.get(&key).copied().filter(|_| is_named) {
                if let Some(earlier) = rows.get_mut(at).filter(|earlier| **earlier != row) {
                    notes.warn(format!(
                        "line {line}: the row of line {before} is given again in other words; the later one was taken"
                    ));
                    *earlier = row;
                }
                continue;
            }
            if is_named {
                given.insert(key, (line, rows.len()));
            }
            unread += usize::from(is_unread);
            rows.push(row);
        }
    }
    (rows, unread)
}

/// Whether a row counts the others: `Total`, `Summe: 4 tasks`, without anybody's name, a day or a citation.
fn is_total(title: &str, raw: &RawRow) -> bool {
    const WORDS: [&str; 15] = [
        "total",
        "totals",
        "grand total",
        "subtotal",
        "sum",
        "summe",
        "gesamt",
        "insgesamt",
        "totale",
        "totaal",
        "suma",
        "итого",
        "合計",
        "总计",
        "합계",
    ];
    let words = bare(title);
    let counted = words.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_whitespace());
    let counted =
        ["tasks", "task", "items", "rows"].iter().fold(counted, |w, unit| w.strip_suffix(unit).unwrap_or(w));
    let counted = counted.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_whitespace());
    let says_nothing = |column: Column| {
        raw.cells.get(column.index()).is_none_or(|c| cell::is_blank(c) || !c.chars().any(char::is_alphabetic))
    };
    WORDS.contains(&counted)
        && [Column::Assignee, Column::Source, Column::Deadline].into_iter().all(says_nothing)
}

impl Normaliser<'_> {
    fn row(&self, raw: RawRow, notes: &mut Notes) -> Row {
        let line = raw.line;
        if raw.cells.iter().any(|c| cell::is_ditto(c)) {
            notes.warn(format!("line {line}: cells that point at the row above are empty"));
        }
        for (column, text) in Column::ALL.into_iter().zip(&raw.cells) {
            if cell::is_oddly_blank(text) {
                notes
                    .warn(format!("line {line}: {column} {:?} says nothing; it is empty", cell::shown(text)));
            }
        }
        let empty = |c: &str| cell::is_blank(c) || cell::is_ditto(c);
        let mut row = Row(raw.cells.map(|c| if empty(&c) { String::new() } else { c }));
        for column in [Column::Title, Column::Description, Column::Blockers] {
            if row.get(column).contains("~~") {
                notes.warn(format!(
                    "line {line}: in {column} words are struck out; they stay as they were written"
                ));
            }
        }
        for column in [Column::Status, Column::Priority, Column::Assignee, Column::Deadline, Column::Progress]
        {
            let text = cell::unlinked(row.get(column)).to_owned();
            row.set(column, text);
        }
        let mut kept: Vec<String> = Vec::new();
        if matches!(
            row.get(Column::Blockers).to_lowercase().trim_end_matches('.'),
            "no" | "nothing" | "no blocker" | "nichts" | "nein"
        ) {
            row.set(Column::Blockers, "");
        }
        let source = self.source(row.get(Column::Source), line, notes);
        row.set(Column::Source, source.join(", "));

        let fields = [
            (Column::Status, "Status", choice::read_status as fn(&str) -> Option<choice::Choice>),
            (Column::Priority, "Priority", choice::read_priority),
        ];
        for (column, name, read) in fields {
            let text = row.get(column).to_owned();
            if is_open(column, &text, line, notes) {
                row.set(column, "");
                continue;
            }
            let found = read(&text);
            if found.is_none_or(|c| c.said_more) {
                kept.push(format!("{name}: {text}"));
                let taken = found.map_or("it is empty".to_owned(), |c| format!("taken as {}", c.value));
                notes.warn(format!("line {line}: {column} {:?} is none of the sheet's; {taken}, its text stands in the description", cell::shown(&text)));
            }
            row.set(column, found.map_or("", |c| c.value));
        }
        self.progress(&mut row, line, &mut kept, notes);
        self.deadline(&mut row, &source, line, &mut kept, notes);
        self.assignee(&mut row, line, notes);
        if row.get(Column::Title).is_empty() {
            notes.warn(format!("line {line}: a row without a title"));
        }
        let mut description = row.get(Column::Description).to_owned();
        for text in kept {
            if !description.is_empty() {
                description.push('\n');
            }
            description.push_str(&text);
        }
        row.set(Column::Description, description);
        for column in Column::ALL {
            bound(&mut row, column, line, notes);
        }
        row
    }

    /// Ids that exist, each once.
    fn source(&self, text: &str, line: usize, notes: &mut Notes) -> Vec<String> {
        if text.is_empty() {
            return Vec::new();
        }
        let found = citations::read(text);
        if found.ids.is_empty() {
            notes.warn(format!("line {line}: source {:?} names no message", cell::shown(text)));
            return Vec::new();
        }
        if found.other_text {
            notes.warn(format!("line {line}: of source {:?} only the ids were taken", cell::shown(text)));
        }
        if found.beyond > 0 {
            notes.warn(format!("line {line}: {} ids of source {:?} were left out: no message is called so, or they are too many", found.beyond, cell::shown(text)));
        }
        if found.backwards {
            notes.warn(format!("line {line}: source {:?} is a range that runs backwards", cell::shown(text)));
        }
        if found.long_range {
            notes.warn(format!(
                "line {line}: source {:?} is too long a range; only its ends were taken",
                cell::shown(text)
            ));
        }
        let Some(known) = &self.context.messages else { return found.ids };
        let (ids, unknown): (Vec<String>, Vec<String>) =
            found.ids.into_iter().partition(|id| known.contains_key(id));
        if !unknown.is_empty() {
            notes.warn(format!(
                "line {line}: cited messages that do not exist were removed: {}",
                unknown.join(", ")
            ));
            notes.missing(unknown);
        }
        ids
    }

    fn progress(&self, row: &mut Row, line: usize, kept: &mut Vec<String>, notes: &mut Notes) {
        let text = row.get(Column::Progress).to_owned();
        if is_open(Column::Progress, &text, line, notes) {
            return row.set(Column::Progress, "");
        }
        match progress::read(&text, self.fractions) {
            Some(found) => {
                if let Some(note) = found.note {
                    notes.warn(format!(
                        "line {line}: progress {:?} was taken as {}: {note}",
                        cell::shown(&text),
                        found.percent
                    ));
                }
                row.set(Column::Progress, found.percent.to_string());
            }
            None => {
                notes.warn(format!("line {line}: progress {:?} is no percentage; it is empty, its text stands in the description", cell::shown(&text)));
                kept.push(format!("Progress: {text}"));
                row.set(Column::Progress, "");
            }
        }
    }

    fn deadline(
        &self,
        row: &mut Row,
        source: &[String],
        line: usize,
        kept: &mut Vec<String>,
        notes: &mut Notes,
    ) {
        let text = row.get(Column::Deadline).to_owned();
        if text.is_empty() {
            return;
        }
        let days = || source.iter().filter_map(|id| self.context.messages.as_ref()?.get(id).copied());
        let last_of_all = self.context.messages.as_ref().and_then(|m| m.values().max().copied());
        let around = Around {
            week: self.context.week,
            earliest: days().min(),
            latest: days().max().or(last_of_all),
            day_first: self.day_first,
        };
        let note = match deadline::read_in(&text, &around, self.context.zone.as_ref()) {
            Reading::Day(date, note) => {
                row.set(Column::Deadline, date.to_string());
                note
            }
            Reading::DayAndMore(date, note) => {
                row.set(Column::Deadline, date.to_string());
                kept.push(format!("Deadline: {text}"));
                Some(note.unwrap_or_else(|| format!("taken as {date}, its text stands in the description")))
            }
            Reading::Text => Some("not a day; it stays as text".to_owned()),
        };
        if let Some(note) = note {
            notes.warn(format!("line {line}: deadline {:?}: {note}", cell::shown(&text)));
        }
    }

    fn assignee(&self, row: &mut Row, line: usize, notes: &mut Notes) {
        let text = row.get(Column::Assignee).to_owned();
        if text.is_empty() {
            return;
        }
        match self.people.read(&text) {
            Assignee::Nobody => row.set(Column::Assignee, ""),
            Assignee::Known(names) => row.set(Column::Assignee, names),
            Assignee::Text(names, why) => {
                notes
                    .warn(format!("line {line}: assignee {:?}: {why}; it stays as text", cell::shown(&text)));
                row.set(Column::Assignee, names);
            }
        }
    }
}

/// Whether a cell is empty, or says that nobody knows, which a warning names.
fn is_open(column: Column, text: &str, line: usize, notes: &mut Notes) -> bool {
    let unknown = cell::is_unknown(text);
    if unknown {
        notes.warn(format!(
            "line {line}: {column} {:?} says that nobody knows; it is empty",
            cell::shown(text)
        ));
    }
    unknown || text.is_empty()
}

/// Cuts what is too long, and as a last resort empties what the column would refuse: the sheet's rules may grow
/// stricter than this parser knows, and one cell must never cost the batch.
fn bound(row: &mut Row, column: Column, line: usize, notes: &mut Notes) {
    let value = row.get(column);
    if value.len() > MAX_CELL_CODE_POINTS && value.chars().count() > MAX_CELL_CODE_POINTS {
        notes.warn(format!("line {line}: {column} was cut to {MAX_CELL_CODE_POINTS} characters"));
        let cut: String = value.chars().take(MAX_CELL_CODE_POINTS - 1).chain(['…']).collect();
        row.set(column, cut);
    }
    if let Err(reason) = column.accepts(row.get(column)) {
        notes.warn(format!("line {line}: {reason}; the cell is empty"));
        row.set(column, "");
    }
}
