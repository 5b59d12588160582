//! What takes a change back; the twin of `web/client/src/fold/inverse.ts`.
use crate::{precheck::provisional, types::Asker};
use sheet::{Column, Op, Row, RowId, Sheet, apply::apply_op_to_sheet, op::Update};
use std::collections::BTreeMap;

/// Returns the ops that undo `ops`, which are about to be applied to `sheet`, in the order in which to apply them.
pub fn inverse(sheet: &Sheet, ops: &[Op], asker: &Asker) -> Vec<Op> {
    let change = provisional(sheet, asker);
    let mut folded = sheet.clone();
    let mut back = Vec::new();
    for op in ops {
        back.extend(inverse_of(&folded, op));
        apply_op_to_sheet(&mut folded, &change, op);
    }
    back.reverse();
    back
}

fn inverse_of(sheet: &Sheet, op: &Op) -> Option<Op> {
    match op {
        Op::CellModify { task_id, column, old_value, new_value } => Some(Op::CellModify {
            task_id: task_id.clone(),
            column: *column,
            old_value: new_value.clone(),
            new_value: old_value.clone(),
        }),
        Op::BatchUpdate { task_id, updates } => {
            let back =
                |to: &Update| Update { old_value: to.new_value.clone(), new_value: to.old_value.clone() };
            let updates = updates.iter().map(|(column, to)| (*column, back(to))).collect();
            Some(Op::BatchUpdate { task_id: task_id.clone(), updates })
        }
        Op::RowInsert { task_id, .. } => Some(Op::RowRemove { task_id: task_id.clone() }),
        Op::RowRemove { task_id } => {
            let row = sheet.row(task_id)?;
            Some(Op::RowInsert {
                task_id: task_id.clone(),
                after: above(sheet, task_id),
                cells: plain_cells(row),
                restored: Some(Box::new(Row::clone(row))),
            })
        }
        Op::RowMove { task_id, .. } => {
            Some(Op::RowMove { task_id: task_id.clone(), after: above(sheet, task_id) })
        }
        _ => None,
    }
}

/// Returns what a person could have typed of a row: everything but its source.
pub fn plain_cells(row: &Row) -> BTreeMap<Column, String> {
    let typed = row.cells.iter().filter(|(column, _)| **column != Column::Source);
    typed.map(|(column, cell)| (*column, cell.value.to_string())).collect()
}

fn above(sheet: &Sheet, task_id: &RowId) -> Option<RowId> {
    let mut last = None;
    for row in sheet.rows() {
        if row.task_id == *task_id {
            return last;
        }
        last = Some(row.task_id.clone());
    }
    None
}
