//! What people do: edits of what they see, and now and then something that is refused.
use super::{Client, Intent};
use crate::random::Random;
use sheet::{Column, Op, Row, RowId, Sheet, op::Update};
use std::sync::Arc;

/// A column and a value that it takes. Words name their intent, so that no two people write the same.
fn value(number: u64, random: &mut Random) -> (Column, String) {
    // Some paste a page: a change that fits in no frame, and is announced without its ops.
    let words = if random.chance(300) {
        format!("w{number} {}", "and on ".repeat(150))
    } else {
        format!("w{number}")
    };
    match random.below(8) {
        0 => (
            Column::Status,
            (*random.pick(&["Not started", "In progress", "Blocked", "Done", ""]).unwrap()).into(),
        ),
        1 => (Column::Progress, random.below(101).to_string()),
        2 => (Column::Description, words),
        3 => (Column::Blockers, words),
        4 => (Column::Assignee, words),
        _ => (Column::Title, words),
    }
}

fn row<'a>(sheet: &'a Sheet, random: &mut Random) -> Option<&'a Arc<Row>> {
    let rows: Vec<&Arc<Row>> = sheet.rows().collect();
    random.pick(&rows).copied()
}

/// A place: below some row, or at the top.
fn place(sheet: &Sheet, random: &mut Random) -> Option<RowId> {
    row(sheet, random).filter(|_| random.chance(7_000)).map(|row| row.task_id.clone())
}

impl Client {
    /// An edit of what the replica shows; none if it shows nothing.
    pub fn edit(&self, number: u64, users: &[String], random: &mut Random) -> Option<Intent> {
        let sheet = &self.state.as_ref()?.sheet;
        let new = |kind: &str| RowId::new(&format!("{kind}{number}")).expect("an id");
        let insert = |random: &mut Random| {
            let (column, text) = value(number, random);
            Op::RowInsert {
                task_id: new("r"),
                after: place(sheet, random),
                cells: [(Column::Title, format!("row {number}")), (column, text)].into(),
                restored: None,
            }
        };
        let Some(row) = row(sheet, random).filter(|_| sheet.row_count() > 2) else {
            return Some(Intent { number, ops: vec![insert(random)] });
        };
        let task_id = row.task_id.clone();
        let cell = |random: &mut Random| {
            let (column, new_value) = value(number, random);
            Op::CellModify {
                task_id: task_id.clone(),
                column,
                old_value: row.value(column).to_owned(),
                new_value,
            }
        };
        let op = match random.below(24) {
            0..=9 => cell(random),
            10..=11 => {
                let ((a, x), (b, y)) = (value(number, random), value(number, random));
                let update =
                    |c: Column, new_value| (c, Update { old_value: row.value(c).to_owned(), new_value });
                Op::BatchUpdate { task_id, updates: [update(a, x), update(b, y)].into() }
            }
            12..=13 if sheet.row_count() < 12 => insert(random),
            12..=14 => Op::RowRemove { task_id },
            15 => match &self.removed {
                Some(gone) if sheet.row(&gone.task_id).is_none() => Op::RowInsert {
                    task_id: gone.task_id.clone(),
                    after: place(sheet, random),
                    cells: Default::default(),
                    restored: Some(Box::new(gone.clone())),
                },
                _ => insert(random),
            },
            16..=17 => Op::RowMove { task_id, after: place(sheet, random) },
            18 => Op::RowLock { task_id, seconds: random.between(1, 60) as u32 },
            19 => Op::RowUnlock { task_id },
            20 => {
                let mentions =
                    random.pick(users).and_then(|user| sheet::Name::new(user).ok()).into_iter().collect();
                let (column, doc, anchor) = (None, None, None);
                let text = format!("c{number}");
                Op::CommentAdd {
                    comment_id: format!("k{number}").parse().expect("an id"),
                    task_id: Some(task_id),
                    column,
                    doc,
                    anchor,
                    text,
                    mentions,
                }
            }
            // A toggle has no guard: only its id keeps it from being done twice.
            21 => Op::RowLock { task_id, seconds: 1 },
            _ => {
                return Some(Intent {
                    number,
                    ops: vec![
                        cell(random),
                        Op::RowMove { task_id: task_id.clone(), after: place(sheet, random) },
                    ],
                });
            }
        };
        Some(Intent { number, ops: vec![op] })
    }

    /// A change that no log ever takes, queued like any other: it must not hold up what waits behind it.
    pub fn poison(&self, number: u64, random: &mut Random) -> Option<Intent> {
        let sheet = &self.state.as_ref()?.sheet;
        let row = row(sheet, random)?;
        let task_id = row.task_id.clone();
        let cell = |column, new_value: String| Op::CellModify {
            task_id: task_id.clone(),
            column,
            old_value: row.value(column).to_owned(),
            new_value,
        };
        let op = match random.below(4) {
            0 => cell(Column::Progress, "101".into()),
            1 => cell(Column::Source, format!("m{number}")),
            2 => cell(Column::Title, "x".repeat(20_000)),
            _ => Op::RowRemove { task_id: RowId::new(&format!("never{number}")).expect("an id") },
        };
        Some(Intent { number, ops: vec![op] })
    }

    /// Something that is refused, or that is no frame at all; and lines from a terminal.
    pub fn oddity(&self, number: u64, random: &mut Random) -> Option<String> {
        let sheet = &self.state.as_ref()?.sheet;
        let row = row(sheet, random)?;
        let (task, base) = (&row.task_id, sheet.version);
        let other = RowId::new(&format!("odd{number}")).expect("an id");
        Some(match random.below(10) {
            0 => "{".into(),
            1 => r#"{"type":"moon"}"#.into(),
            2 => format!(
                r#"{{"type":"change","id":"{other}.1","base":{base},"ops":[{{"op":"CELL_MODIFY","taskId":"{task}","column":"progress","oldValue":"{}","newValue":"101"}}]}}"#,
                row.value(Column::Progress)
            ),
            3 => format!(
                r#"{{"type":"change","id":"{other}.1","base":{base},"ops":[{{"op":"CELL_MODIFY","taskId":"{task}","column":"source","oldValue":"","newValue":"m1"}}]}}"#
            ),
            4 => format!(r#"{{"type":"change","id":"{other}.1","base":{},"ops":[]}}"#, base + 1_000),
            5 => format!(
                r#"{{"type":"change","id":"{other}.1","base":{base},"ops":[{{"op":"GENERATION_STARTED","generation":1,"leaseMs":1}}]}}"#
            ),
            6 => r#"{"type":"presence","state":{"cursor":null,"status":"active"}}"#.into(),
            7 => format!("ROW_INSERT|{{\"title\":\"line {number}\"}}"),
            _ => {
                let value = row.value(Column::Description);
                let plain = value.replace('\\', "\\\\").replace('|', "\\|").replace('\n', "\\n");
                format!("CELL_MODIFY|{task}|description|{plain}|line {number}")
            }
        })
    }
}
