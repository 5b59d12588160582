//! What goes on from week to week: last week's unfinished rows, and where people corrected the model.
use extraction::{answer::Row, prompt::Correction};
use serde::{Deserialize, Serialize};
use sheet::{Column, RowId, Sheet, change::SYSTEM_ID, limits::MAX_ROWS, normalised_title, op::GeneratedRow};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A row that last week left unfinished.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Open {
    /// Which: `2026-W46/g1-2`.
    pub(crate) from: String,
    /// Its cells but for the source: message ids are a week's own.
    pub(crate) cells: BTreeMap<Column, String>,
    /// Returns whether this week's sheet already continues the row.
    pub(crate) is_carried: bool,
}

impl Open {
    fn title(&self) -> &str {
        self.cells.get(&Column::Title).map_or("", String::as_str)
    }

    /// As the prompt shows it.
    pub(crate) fn row(&self) -> Row {
        let mut row = Row::default();
        for (column, value) in &self.cells {
            row.set(*column, value.as_str());
        }
        row
    }
}

/// Rows of `last` that go on, in the sheet's order: [`sheet::carry`] decides. `fallbacks` are last week's generations that
/// were made without a model.
pub(crate) fn open(last: &Sheet, now: &Sheet, fallbacks: &BTreeSet<u32>) -> Vec<Open> {
    let week = last.cycle_id.rsplit('/').next().unwrap_or_default();
    let carried: BTreeSet<&str> = now.rows().filter_map(|row| row.carried_from.as_deref()).collect();
    let open = last.rows().filter(|row| sheet::carry::goes_on(last, row, fallbacks));
    open.map(|row| {
        let from = format!("{week}/{}", row.task_id);
        let cells =
            row.cells.iter().filter(|(column, cell)| **column != Column::Source && !cell.value.is_empty());
        let cells = cells.map(|(column, cell)| (*column, cell.value.to_string())).collect();
        Open { is_carried: carried.contains(from.as_str()), from, cells }
    })
    .collect()
}

/// Extracted rows as a generation commits them, last week's unfinished ones among them.
pub(crate) struct Joined {
    pub(crate) rows: Vec<GeneratedRow>,
    /// Rows that go on, whether the model spoke of them or not.
    pub(crate) carried: usize,
    /// Unfinished rows for which the sheet has no room.
    pub(crate) beyond: usize,
}

/// Rows with the ids they get where they match no row of the sheet: `g1-1`, `g1-2`, … The same answer gives the same
/// ids, so a run that resumes repeats nothing. A row that continues one of last week's, by its title, says so; those of
/// last week's that no row continues follow as they were, once: a person who removed or renamed one in this week meant
/// it.
pub(crate) fn join(generation: u32, rows: Vec<Row>, open: &[Open]) -> Joined {
    let mut by_title: HashMap<String, &Open> = HashMap::new();
    for open in open.iter().rev() {
        by_title.insert(normalised_title(open.title()), open);
    }
    let mut continued = BTreeSet::new();
    let mut joined: Vec<(BTreeMap<Column, String>, Option<String>)> = Vec::with_capacity(rows.len());
    for row in rows {
        let from = by_title.get(&normalised_title(row.get(Column::Title))).map(|open| open.from.clone());
        // Of two rows of one title the first continues it.
        let from = from.filter(|from| continued.insert(from.clone()));
        joined.push((row.into_cells(), from));
    }
    let left = open.iter().filter(|open| !open.is_carried && !continued.contains(&open.from));
    let room = MAX_ROWS.saturating_sub(joined.len());
    let beyond = left.clone().count().saturating_sub(room);
    let left: Vec<&Open> = left.take(room).collect();
    let carried = continued.len() + left.len();
    joined.extend(left.into_iter().map(|open| (open.cells.clone(), Some(open.from.clone()))));
    let row = |(n, (cells, carried_from)): (usize, (BTreeMap<Column, String>, Option<String>))| {
        let task_id = RowId::new(&format!("g{generation}-{}", n + 1)).ok()?;
        Some(GeneratedRow { task_id, cells, carried_from })
    };
    Joined { rows: joined.into_iter().enumerate().filter_map(row).collect(), carried, beyond }
}

/// Cells in which a person replaced the model's value: this week's first, for it is what the next answer is put into.
/// Those of the columns that are corrected most often come first in the prompt.
pub(crate) fn corrections<'a>(sheets: impl IntoIterator<Item = &'a Sheet>) -> Vec<Correction> {
    let mut found: Vec<Correction> = Vec::new();
    for row in sheets.into_iter().flat_map(Sheet::rows) {
        for (column, cell) in &row.cells {
            match &cell.ai_value {
                Some(model) if **model != *cell.value && cell.author.as_str() != SYSTEM_ID => {
                    found.push(Correction {
                        title: row.value(Column::Title).to_owned(),
                        column: *column,
                        model: model.to_string(),
                        person: cell.value.to_string(),
                    })
                }
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(from: &str, title: &str, is_carried: bool) -> Open {
        Open { from: from.into(), cells: BTreeMap::from([(Column::Title, title.into())]), is_carried }
    }

    fn row(title: &str) -> Row {
        let mut row = Row::default();
        row.set(Column::Title, title);
        row
    }

    fn shown(joined: &Joined) -> Vec<String> {
        let line = |row: &GeneratedRow| {
            let title = row.cells.get(&Column::Title).map_or("", String::as_str);
            format!("{} {title} {}", row.task_id, row.carried_from.as_deref().unwrap_or("-"))
        };
        joined.rows.iter().map(line).collect()
    }

    #[test]
    fn a_row_continues_the_one_of_its_title_and_the_rest_follow_once() {
        let last = [
            open("2026-W46/a", "Fix login", false),
            open("2026-W46/b", "Write docs", false),
            open("2026-W46/c", "Old thing", true),
        ];
        let joined = join(1, vec![row("New work"), row("fix: LOGIN"), row("Fix login")], &last);
        assert_eq!(
            shown(&joined),
            [
                "g1-1 New work -",
                "g1-2 fix: LOGIN 2026-W46/a",
                "g1-3 Fix login -",
                "g1-4 Write docs 2026-W46/b"
            ]
        );
        assert_eq!((joined.carried, joined.beyond), (2, 0));
    }

    #[test]
    fn a_full_sheet_carries_nothing_over_and_counts_it() {
        let last = [open("2026-W46/a", "Fix login", false)];
        let rows = (0..MAX_ROWS).map(|n| row(&format!("row {n}"))).collect();
        let joined = join(1, rows, &last);
        assert_eq!((joined.rows.len(), joined.carried, joined.beyond), (MAX_ROWS, 0, 1));
    }
}
