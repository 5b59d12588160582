//! Which cell belongs to which column when a row has more or fewer cells than its header.
//!
//! The rule: a value never lands in the wrong column. Where exactly one reading fits what the columns may hold,
//! it is taken and said; where several do, the row is dropped.
use super::{cell, choice, citations, deadline, header::Mapping, people::Directory, progress};
use sheet::{Column, Week};

/// What cells are judged by.
pub(crate) struct Judge<'a> {
    pub(crate) week: Week,
    pub(crate) people: &'a Directory,
}

/// A row whose cells know their columns.
pub(crate) type Placed = [String; 9];

/// Puts cleaned cells under their columns. `Ok` with a warning when that took a decision.
pub(crate) fn place(
    cells: &[String],
    mapping: &Mapping,
    judge: &Judge<'_>,
) -> Result<(Placed, Option<String>), String> {
    let (have, want) = (cells.len(), mapping.len());
    if have == want {
        return straight(cells, mapping, judge);
    }
    if have > want { too_many(cells, mapping, judge) } else { too_few(cells, mapping, judge) }
}

/// As many cells as columns: right, unless several of them plainly belong under other columns. Then a cell was left
/// out and an empty one added at the end.
fn straight(
    cells: &[String],
    mapping: &Mapping,
    judge: &Judge<'_>,
) -> Result<(Placed, Option<String>), String> {
    /// One odd cell is a title such as `2026`; two are a shift.
    const SHIFTED: usize = 2;
    let placed = put(cells, mapping);
    // The cheap question first: a shift always leaves something in a typed column that it cannot mean.
    if !judge.any_refused(&placed) || judge.misplaced(&placed) < SHIFTED || judge.score(&placed) >= 0 {
        return Ok((placed, None));
    }
    let filled = cells.iter().rposition(|c| !c.is_empty()).map_or(0, |last| last + 1);
    let shorter = cells.get(..filled).filter(|c| c.len() < cells.len());
    match shorter.map(|c| too_few(c, mapping, judge)) {
        Some(Ok((moved, _))) if judge.misplaced(&moved) == 0 && judge.score(&moved) > 0 => {
            Ok((moved, Some("a cell was left out; the others were put under their columns".into())))
        }
        _ => Err("its cells stand under the wrong columns".into()),
    }
}

/// How well a row fits as it stands, for choosing between two ways to split a line.
pub(crate) fn score(cells: &[String], mapping: &Mapping, judge: &Judge<'_>) -> Option<i32> {
    place(cells, mapping, judge).ok().map(|(placed, _)| judge.score(&placed))
}

fn put(cells: &[String], mapping: &Mapping) -> Placed {
    let mut placed = Placed::default();
    for (cell, column) in cells.iter().zip(mapping) {
        if let Some(slot) = column.and_then(|c| placed.get_mut(c.index())) {
            slot.clone_from(cell);
        }
    }
    placed
}

fn too_many(
    cells: &[String],
    mapping: &Mapping,
    judge: &Judge<'_>,
) -> Result<(Placed, Option<String>), String> {
    let (have, want) = (cells.len(), mapping.len());
    let (first, extra) = cells.split_at(want);
    if extra.iter().all(|c| cell::is_blank(c)) {
        return Ok((put(first, mapping), None));
    }
    // A pipe inside a cell cut it in two: join neighbours again and see where everything falls into place.
    let joins = (0..want).filter_map(|at| {
        let middle = cells.get(at..at + (have - want) + 1)?;
        let parts = middle.iter().all(|c| !c.is_empty());
        let joined = [cells.get(..at)?, &[middle.join(" | ")], cells.get(at + middle.len()..)?].concat();
        parts.then_some(joined)
    });
    let candidates: Vec<Placed> = joins.map(|joined| put(&joined, mapping)).collect();
    let straight = put(first, mapping);
    let score = judge.score(&straight);
    match best(&candidates, judge) {
        Some((one, joined)) if joined > score => match one {
            Some(placed) => {
                Ok((placed.clone(), Some("an unescaped | stood inside a cell; its parts were joined".into())))
            }
            None => Err(format!("{have} cells where the header has {want}, and no single way to read them")),
        },
        _ => {
            let text = extra
                .iter()
                .filter(|c| !c.is_empty())
                .map(|c| cell::shown(c))
                .collect::<Vec<_>>()
                .join(" | ");
            Ok((straight, Some(format!("{} cells beyond the header were left out: {text}", have - want))))
        }
    }
}

fn too_few(
    cells: &[String],
    mapping: &Mapping,
    judge: &Judge<'_>,
) -> Result<(Placed, Option<String>), String> {
    let (have, want) = (cells.len(), mapping.len());
    let missing = want - have;
    let at_end = put(cells, mapping);
    let said = || Some(format!("{have} cells where the header has {want}; the missing ones are empty"));
    let score = judge.score(&at_end);
    let gaps: Vec<Placed> = (0..have)
        .filter_map(|at| {
            let gap = vec![String::new(); missing];
            Some(put(&[cells.get(..at)?, &gap, cells.get(at..)?].concat(), mapping))
        })
        .collect();
    match best(&gaps, judge) {
        Some((one, with_gap)) if with_gap > score => match one {
            Some(placed) => Ok((placed.clone(), said())),
            None => Err(format!("{have} cells where the header has {want}, and no single way to read them")),
        },
        _ => Ok((at_end, said())),
    }
}

/// The best score and the reading that has it; `None` for the reading when two different ones share it.
fn best<'a>(candidates: &'a [Placed], judge: &Judge<'_>) -> Option<(Option<&'a Placed>, i32)> {
    let scored: Vec<(i32, &Placed)> = candidates.iter().map(|p| (judge.score(p), p)).collect();
    let top = scored.iter().map(|(s, _)| *s).max()?;
    let mut with_top = scored.iter().filter(|(s, _)| *s == top).map(|(_, p)| *p);
    let first = with_top.next()?;
    Some((with_top.all(|p| p == first).then_some(first), top))
}

impl Judge<'_> {
    /// How well cells fit the columns they stand in: typed columns that hold what they may count for, those that
    /// hold something else against.
    pub(crate) fn score(&self, placed: &Placed) -> i32 {
        Column::ALL.iter().zip(placed).map(|(column, cell)| self.fit(*column, cell)).sum()
    }

    /// Cells of text columns that hold what belongs elsewhere.
    fn misplaced(&self, placed: &Placed) -> usize {
        let text = [Column::Title, Column::Description, Column::Assignee, Column::Blockers];
        text.iter().filter(|c| placed.get(c.index()).is_some_and(|cell| self.as_text(cell) < 0)).count()
    }

    /// Whether a column of a fixed vocabulary holds what it cannot mean.
    fn any_refused(&self, placed: &Placed) -> bool {
        let typed = [Column::Status, Column::Priority, Column::Progress, Column::Source];
        typed.iter().any(|c| placed.get(c.index()).is_some_and(|cell| self.fit(*c, cell) < 0))
    }

    fn fit(&self, column: Column, cell: &str) -> i32 {
        if column == Column::Title {
            return if cell.is_empty() { -3 } else { self.as_text(cell) };
        }
        if cell::is_blank(cell) {
            return 0;
        }
        let either = |good: bool, weight: i32| if good { weight } else { -weight };
        match column {
            Column::Status => either(choice::read_status(cell).is_some(), 2),
            Column::Priority => either(choice::read_priority(cell).is_some(), 2),
            Column::Progress => either(progress::read(cell, false).is_some(), 2),
            // A bare number may be a citation, and is no evidence for one.
            Column::Source if is_citation(cell) && !cell.contains(['m', 'M']) => 0,
            Column::Source => either(is_citation(cell), 2),
            Column::Deadline => either(self.is_day(cell), 1),
            Column::Assignee if self.people.find(cell).is_some() => 2,
            _ => self.as_text(cell),
        }
    }

    /// Against a text cell that holds what belongs elsewhere.
    fn as_text(&self, cell: &str) -> i32 {
        /// What belongs elsewhere is a word or a date; longer cells are prose.
        const MAX_BYTES: usize = 40;
        if cell.is_empty() || cell.len() > MAX_BYTES {
            return 0;
        }
        let number = cell.trim_end_matches('%').parse::<f64>().is_ok();
        let elsewhere = number
            || (is_citation(cell) && cell.contains(['m', 'M']))
            || self.is_day(cell)
            || choice::read_status(cell).is_some_and(|c| !c.said_more)
            || choice::read_priority(cell).is_some_and(|c| !c.said_more);
        if elsewhere { -2 } else { 0 }
    }

    fn is_day(&self, cell: &str) -> bool {
        let day = self.week.monday();
        let around = deadline::Around { week: self.week, earliest: None, latest: Some(day), day_first: None };
        deadline::read(cell, &around) != deadline::Reading::Text
    }
}

/// Nothing but ids.
fn is_citation(cell: &str) -> bool {
    let found = citations::read(cell);
    !found.ids.is_empty() && !found.other_text
}
