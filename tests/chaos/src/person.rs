//! A simulated person who edits rows, cells, threads, at random; what is made carries an id of its own, which the log
//! must hold once.
use fastrand::Rng;
use sheet::{Column, Op, Row, RowId, Sheet};
use std::{collections::BTreeMap, sync::Arc};

/// Rows beyond which more are removed than made.
const MANY_ROWS: usize = 150;

/// Somebody at a tab.
pub struct Person {
    number: usize,
    rng: Rng,
    calls: u64,
}

/// An edit that a person wants.
pub struct Intent {
    /// The op; none: take back the last edit.
    pub op: Option<Op>,
    /// The id that it gives to a row or a thread.
    pub made: Option<String>,
}

impl Person {
    /// The `number`-th.
    pub fn new(number: usize, rng: Rng) -> Self {
        Self { number, rng, calls: 0 }
    }

    /// What they want to do now.
    pub fn intent(&mut self, sheet: Option<&Sheet>) -> Option<Intent> {
        let sheet = sheet?;
        self.calls += 1;
        let mark = format!("p{}-{}", self.number, self.calls);
        let id: RowId = mark.parse().ok()?;
        let row = |at: usize| sheet.rows().nth(at % sheet.row_count().max(1)).map(Arc::clone);
        let at = self.rng.usize(0..1_000);
        let place: Option<Arc<Row>> = row(at);
        let crowded = sheet.row_count() > MANY_ROWS;
        let op = match (self.rng.u32(0..10), place) {
            (0..3, place) if !crowded => {
                let after = place.map(|row| row.task_id.clone());
                let cells = BTreeMap::from([(Column::Title, mark.clone())]);
                Op::RowInsert { task_id: id, after, cells, restored: None }
            }
            (0..2, Some(row)) if crowded => Op::RowRemove { task_id: row.task_id.clone() },
            (3, Some(row)) => Op::CommentAdd {
                comment_id: mark.parse().ok()?,
                task_id: Some(row.task_id.clone()),
                column: None,
                doc: None,
                anchor: None,
                text: mark.clone(),
                mentions: Vec::new(),
            },
            (4, Some(moved)) => {
                let after = row(at * 7).map(|row| row.task_id.clone());
                Op::RowMove { task_id: moved.task_id.clone(), after }
            }
            (5, _) => return Some(Intent { op: None, made: None }),
            (_, Some(row)) => {
                let column = [Column::Title, Column::Description, Column::Blockers][at % 3];
                let old_value = row.value(column).to_owned();
                Op::CellModify { task_id: row.task_id.clone(), column, old_value, new_value: mark.clone() }
            }
            _ => return None,
        };
        let made = matches!(op, Op::RowInsert { .. } | Op::CommentAdd { .. }).then_some(mark);
        Some(Intent { op: Some(op), made })
    }
}
