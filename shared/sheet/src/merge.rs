//! How an extraction's rows meet the sheet: people's words stay, removed rows stay removed.
//!
//! Rows match one to one: by a shared source and the same title, then by a shared source, then by the title.
use crate::{
    change::{Change, SYSTEM_ID},
    column::Column,
    fail_point,
    limits::MAX_ROWS,
    model::{Cell, Row, Sheet},
    name::{Name, RowId},
    op::{Generated, GeneratedRow},
    place::next_position,
};
use std::{collections::BTreeSet, sync::Arc};

/// A title as two runs of a model would both have it: ASCII letters in lower case, other ASCII signs as one space.
/// Only ASCII is folded, so that every replica in every language does it alike.
pub fn normalised(title: &str) -> String {
    let mut words = String::with_capacity(title.len());
    for c in title.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || !c.is_ascii() => words.push(c.to_ascii_lowercase()),
            _ if words.is_empty() || words.ends_with(' ') => {}
            _ => words.push(' '),
        }
    }
    words.truncate(words.trim_end_matches(' ').len());
    words
}

/// The message ids in a source cell, `m3, m7`.
pub(crate) fn sources(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(',').map(|id| id.trim_matches(' ')).filter(|id| !id.is_empty())
}

/// Merges the rows of `generated`, committed by `change`, into the sheet. Total.
pub(crate) fn merge(sheet: &mut Sheet, change: &Change, generated: &Generated) {
    for (row, matched) in generated.rows.iter().zip(matches(sheet, generated)) {
        match matched.and_then(|task_id| sheet.row(&task_id).cloned()) {
            Some(existing) => {
                if let Some(updated) = refreshed(&existing, row, change, generated.generation) {
                    sheet.put_row(updated);
                }
            }
            None if was_removed(sheet, row)
                || sheet.row(&row.task_id).is_some()
                || sheet.row_count() >= MAX_ROWS => {}
            None => insert(sheet, row, change, generated.generation),
        }
    }
}

/// For every extracted row, the row of the sheet that it is.
fn matches(sheet: &Sheet, generated: &Generated) -> Vec<Option<RowId>> {
    struct Candidate {
        task_id: RowId,
        title: String,
        sources: BTreeSet<String>,
    }
    // A row that this generation already wrote, in an earlier part, is spoken for.
    let mut free: Vec<Candidate> = sheet
        .rows()
        .filter(|row| row.generation != Some(generated.generation))
        .map(|row| Candidate {
            task_id: row.task_id.clone(),
            title: normalised(row.value(Column::Title)),
            sources: sources(row.value(Column::Source)).map(str::to_owned).collect(),
        })
        .collect();
    let mut found = vec![None; generated.rows.len()];
    for pass in 0..3 {
        for (row, found) in generated.rows.iter().zip(found.iter_mut()).filter(|(_, found)| found.is_none()) {
            let title = normalised(cell(row, Column::Title));
            let fits = |candidate: &Candidate| {
                let shared = || sources(cell(row, Column::Source)).any(|id| candidate.sources.contains(id));
                let same = !title.is_empty() && candidate.title == title;
                match pass {
                    0 => same && shared(),
                    1 => shared(),
                    _ => same,
                }
            };
            if let Some(at) = free.iter().position(fits) {
                *found = Some(free.remove(at).task_id);
            }
        }
    }
    found
}

fn cell(row: &GeneratedRow, column: Column) -> &str {
    row.cells.get(&column).map_or("", String::as_str)
}

fn was_removed(sheet: &Sheet, row: &GeneratedRow) -> bool {
    fail_point!(BringBackRemoved, { return false });
    sources(cell(row, Column::Source)).any(|id| sheet.removed.sources.contains(id))
        || sheet.removed.titles.contains(normalised(cell(row, Column::Title)).as_str())
}

fn insert(sheet: &mut Sheet, row: &GeneratedRow, change: &Change, generation: u32) {
    let last = sheet.rows().last().map(|row| row.task_id.clone());
    let Some(position) = next_position(sheet, last.as_ref(), None) else { return };
    let cells = row.cells.iter().filter(|(_, value)| !value.is_empty());
    let cells = cells.map(|(column, value)| (*column, written(value, change.version))).collect();
    sheet.put_row(Row {
        task_id: row.task_id.clone(),
        position,
        cells,
        is_manually_edited: false,
        carried_from: row.carried_from.clone(),
        generation: Some(generation),
    });
}

fn written(value: &str, version: u64) -> Cell {
    let value: Arc<str> = value.into();
    Cell { value: value.clone(), version, author: Name::system(), ai_value: Some(value) }
}

/// Returns whether a refresh may replace the cell's text: no person wrote it.
fn is_systems(cell: &Cell) -> bool {
    fail_point!(RefreshOverEdits, { return true });
    cell.author.as_str() == SYSTEM_ID
}

/// The row after a refresh, if anything about it changes.
fn refreshed(existing: &Row, row: &GeneratedRow, change: &Change, generation: u32) -> Option<Row> {
    let mut updated = existing.clone();
    updated.generation = Some(generation);
    for (column, value) in &row.cells {
        match updated.cells.get_mut(column) {
            None if value.is_empty() => {}
            None => drop(updated.cells.insert(*column, written(value, change.version))),
            Some(cell) if is_systems(cell) => {
                if *cell.value != **value {
                    *cell = written(value, change.version);
                }
            }
            // A person's word stays; what the model now says stands beside it.
            Some(cell) => cell.ai_value = Some(value.as_str().into()),
        }
    }
    if updated.carried_from.is_none() {
        updated.carried_from.clone_from(&row.carried_from);
    }
    (updated != *existing).then_some(updated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_meet_across_case_and_punctuation() {
        assert_eq!(normalised("  Fix: the *Login*-page! "), "fix the login page");
        assert_eq!(normalised("Übergabe  planen"), "Übergabe planen");
        assert_eq!(normalised("…"), "…");
    }
}
