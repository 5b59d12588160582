//! Lists of labelled fields in place of a table: `- **Status:** In progress`.
//!
//! Only labelled fields are taken: their column is not a guess. Plain bullets are no rows.
use super::{Notes, RawRow, cell, header, summary, table::is_fence};
use sheet::Column;

/// Fields, the title among them, from which a list of fields is taken as a row. Two are enough where the second is one
/// that prose has no reason to label: `Title: … Status: …`, but not `Issue: … Note: …`.
const MIN_FIELDS: usize = 3;

/// Rows from blocks of `label: value` lines. A new row begins with a title, or with a field the row already has.
pub(crate) fn read(text: &str, truncated: bool, notes: &mut Notes) -> Vec<RawRow> {
    let mut rows = Vec::new();
    let mut row: Option<RawRow> = None;
    let mut heading: Option<String> = None;
    let mut last_line = 0;
    for (i, line) in text.lines().enumerate() {
        if line.trim().is_empty() || is_fence(line) {
            continue;
        }
        last_line = i + 1;
        let plain = line.trim().trim_start_matches(['-', '*', '•', '#', '>', '+', '–']).trim_start();
        let Some((column, value)) = field(plain).filter(|_| summary::labelled(line).is_none()) else {
            if let Some(done) = row.take() {
                finish(done, &mut rows);
            }
            heading = as_heading(plain);
            continue;
        };
        let has = |r: &RawRow| r.cells.get(column.index()).is_some_and(|c| !c.is_empty());
        if row.as_ref().is_some_and(|r| has(r) || column == Column::Title)
            && let Some(done) = row.take()
        {
            finish(done, &mut rows);
        }
        let current = row.get_or_insert_with(|| RawRow { line: i + 1, ..RawRow::default() });
        if let Some(title) = heading.take()
            && let Some(slot) = current.cells.first_mut()
            && column != Column::Title
        {
            *slot = title;
        }
        if let Some(slot) = current.cells.get_mut(column.index()) {
            *slot = cell::clean(value);
        }
    }
    if let Some(done) = row.take() {
        if truncated {
            notes.drop(done.line.min(last_line), "the answer was cut off in this row");
        } else {
            finish(done, &mut rows);
        }
    }
    rows
}

fn finish(row: RawRow, rows: &mut Vec<RawRow>) {
    let has = |column: &Column| row.cells.get(column.index()).is_some_and(|c| !c.is_empty());
    let filled = Column::ALL.iter().filter(|c| has(c)).count();
    let typed = [Column::Status, Column::Priority, Column::Assignee, Column::Deadline, Column::Progress];
    if has(&Column::Title) && (filled >= MIN_FIELDS || typed.iter().any(has)) {
        rows.push(row);
    }
}

/// `**Status:** In progress` → status and its value. A label is short; prose with a colon is not one.
fn field(line: &str) -> Option<(Column, &str)> {
    const MAX_LABEL_BYTES: usize = 60;
    let numbered =
        line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(['.', ')']).trim_start();
    let (label, value) = numbered.split_once([':', '：'])?;
    if label.len() > MAX_LABEL_BYTES {
        return None;
    }
    let column = header::column_named(label)?;
    Some((column, value.trim().trim_start_matches(['*', '_']).trim()))
}

/// `1. Fix login` above its fields is their title.
fn as_heading(line: &str) -> Option<String> {
    const MAX_HEADING_CHARS: usize = 200;
    let text = line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(['.', ')']).trim();
    let title = cell::clean(text.trim_end_matches(':'));
    (!title.is_empty() && title.chars().count() <= MAX_HEADING_CHARS).then_some(title)
}
