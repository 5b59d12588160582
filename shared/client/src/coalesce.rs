//! What waits becomes one change: as many edits as fit, several writes of one cell as one; the twin of
//! `web/client/src/machine/coalesce.ts`.
use crate::{inverse::plain_cells, times::MAX_CLIENT_FRAME_BYTES, types::Edit};
use sheet::{Column, Op, Row, RowId, limits::MAX_OPS, op::Update};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Room for the ops in a frame: what is left beside type, id and base at their longest, and the brackets.
const OPS_BYTES: usize = MAX_CLIENT_FRAME_BYTES - 160;

fn size_of(op: &Op) -> usize {
    serde_json::to_vec(op).map_or(0, |json| json.len()) + 1
}

fn fits(ops: &[Op]) -> bool {
    ops.len() <= MAX_OPS && ops.iter().map(size_of).sum::<usize>() <= OPS_BYTES
}

/// Several writes of one cell as one: the old value of the first, the new value of the last.
#[derive(Default)]
struct Change {
    out: Vec<Option<Op>>,
    /// Where each cell was last written; without a column: where the row was made.
    places: HashMap<(RowId, Option<Column>), usize>,
    bytes: usize,
    count: usize,
}

impl Change {
    fn of<'a>(ops: impl IntoIterator<Item = &'a Op>) -> Self {
        let mut change = Self::default();
        ops.into_iter().for_each(|op| change.add(op));
        change
    }

    fn ops(self) -> Vec<Op> {
        self.out.into_iter().flatten().collect()
    }

    fn fits(&self) -> bool {
        self.count <= MAX_OPS && self.bytes <= OPS_BYTES
    }

    fn add(&mut self, op: &Op) {
        match op {
            Op::CellModify { task_id, column, new_value, .. } => {
                if !self.merged(task_id, *column, new_value) {
                    let at = self.push(op.clone());
                    self.places.insert((task_id.clone(), Some(*column)), at);
                }
            }
            Op::BatchUpdate { task_id, updates } => {
                let fresh: BTreeMap<Column, Update> = updates
                    .iter()
                    .filter(|(column, to)| !self.merged(task_id, **column, &to.new_value))
                    .map(|(column, to)| (*column, to.clone()))
                    .collect();
                if fresh.is_empty() {
                    return;
                }
                let columns: Vec<Column> = fresh.keys().copied().collect();
                let at = self.push(Op::BatchUpdate { task_id: task_id.clone(), updates: fresh });
                for column in columns {
                    self.places.insert((task_id.clone(), Some(column)), at);
                }
            }
            _ => {
                let at = self.push(op.clone());
                if let Op::RowInsert { task_id, .. } | Op::RowRemove { task_id } = op {
                    self.places.retain(|(row, _), _| row != task_id);
                }
                // A new row takes the words that follow it; one that comes back must be what it was.
                if let Op::RowInsert { task_id, restored: None, .. } = op {
                    self.places.insert((task_id.clone(), None), at);
                }
            }
        }
    }

    fn push(&mut self, op: Op) -> usize {
        self.bytes += size_of(&op);
        self.count += 1;
        self.out.push(Some(op));
        self.out.len() - 1
    }

    /// Writes the value into the op that wrote the cell before; false when none did.
    fn merged(&mut self, task_id: &RowId, column: Column, new_value: &str) -> bool {
        let key = (task_id.clone(), Some(column));
        let place = self.places.get(&key).or_else(|| self.places.get(&(task_id.clone(), None)));
        let Some(&at) = place else { return false };
        let Some(before) = self.out[at].take() else { return false };
        self.bytes -= size_of(&before);
        let after = with_value(before, column, new_value);
        if let Some(after) = &after {
            self.bytes += size_of(after);
        } else {
            self.count -= 1;
        }
        if !after.as_ref().is_some_and(|after| writes(after, column)) {
            self.places.remove(&key);
        }
        self.out[at] = after;
        true
    }
}

/// Returns several writes of one cell as one.
pub fn coalesce(ops: &[Op]) -> Vec<Op> {
    Change::of(ops).ops()
}

fn writes(op: &Op, column: Column) -> bool {
    match op {
        Op::BatchUpdate { updates, .. } => updates.contains_key(&column),
        _ => true,
    }
}

/// An earlier op with another value for one of its cells; none when nothing is left to do.
fn with_value(mut op: Op, column: Column, value: &str) -> Option<Op> {
    match &mut op {
        Op::CellModify { old_value, new_value, .. } => {
            if old_value == value {
                return None;
            }
            value.clone_into(new_value);
        }
        Op::RowInsert { cells, .. } => drop(cells.insert(column, value.to_owned())),
        Op::BatchUpdate { updates, .. } => {
            if let Some(update) = updates.get_mut(&column) {
                if update.old_value == value {
                    updates.remove(&column);
                    if updates.is_empty() {
                        return None;
                    }
                } else {
                    value.clone_into(&mut update.new_value);
                }
            }
        }
        _ => {}
    }
    Some(op)
}

/// The next change of a queue.
pub struct Gathered {
    /// The edits that go out now, the first of the queue.
    pub taken: Vec<Edit>,
    /// What stays.
    pub rest: Vec<Edit>,
    /// What they come to; may be nothing.
    pub ops: Vec<Op>,
    /// Parts that a too large edit was cut into, beyond the first.
    pub added: usize,
}

/// Returns the next change of a queue that is not empty.
pub fn gather(queue: &[Edit], tombstones: &[(RowId, Arc<Row>)]) -> Gathered {
    let Some((head, others)) = queue.split_first() else {
        return Gathered { taken: Vec::new(), rest: Vec::new(), ops: Vec::new(), added: 0 };
    };
    let first = filled(head, tombstones);
    if !fits(&first.ops) {
        let mut parts = cut(&first);
        let part = parts.remove(0);
        let (ops, added) = (part.ops.clone(), parts.len());
        parts.extend_from_slice(others);
        return Gathered { taken: vec![part], rest: parts, ops, added };
    }
    let mut change = Change::of(&first.ops);
    let mut taken = vec![first];
    let others_may_follow = if head.solo { &[] } else { others };
    for edit in others_may_follow {
        if edit.solo || restores(edit, &taken) {
            break;
        }
        let filled = filled(edit, tombstones);
        filled.ops.iter().for_each(|op| change.add(op));
        if !change.fits() {
            change = Change::of(taken.iter().flat_map(|fitting| &fitting.ops));
            break;
        }
        taken.push(filled);
    }
    let rest = others[taken.len() - 1..].to_vec();
    Gathered { taken, rest, ops: change.ops(), added: 0 }
}

fn filled(edit: &Edit, tombstones: &[(RowId, Arc<Row>)]) -> Edit {
    Edit { ops: edit.ops.iter().map(|op| as_removed(op, tombstones)).collect(), ..edit.clone() }
}

/// Returns whether it restores a row that `taken` removes. The removed row is known only when the log has its removal.
fn restores(edit: &Edit, taken: &[Edit]) -> bool {
    let removed = |id: &RowId| {
        let mut ops = taken.iter().flat_map(|before| &before.ops);
        ops.any(|op| matches!(op, Op::RowRemove { task_id } if task_id == id))
    };
    edit.ops
        .iter()
        .any(|op| matches!(op, Op::RowInsert { task_id, restored: Some(_), .. } if removed(task_id)))
}

/// A row that comes back, exactly as the log saw it go, as far as this page saw that; else as its author knows it.
fn as_removed(op: &Op, tombstones: &[(RowId, Arc<Row>)]) -> Op {
    let mut op = op.clone();
    if let Op::RowInsert { task_id, restored: Some(restored), .. } = &mut op
        && let Some((_, row)) = tombstones.iter().find(|(id, _)| id == task_id)
    {
        **restored = Row::clone(row);
    }
    op
}

/// Returns an insertion that does not claim to be what was removed; any other op as it is.
pub fn plain_insert(op: &Op) -> Op {
    match op {
        Op::RowInsert { task_id, after, restored: Some(row), .. } => Op::RowInsert {
            task_id: task_id.clone(),
            after: after.clone(),
            cells: plain_cells(row),
            restored: None,
        },
        _ => op.clone(),
    }
}

/// Cuts an edit at the boundaries of its ops; an op that is itself too large, at those of its cells.
fn cut(edit: &Edit) -> Vec<Edit> {
    let mut parts: Vec<Vec<Op>> = vec![Vec::new()];
    let small = edit.ops.iter().flat_map(|whole| {
        if fits(std::slice::from_ref(whole)) { vec![whole.clone()] } else { cells_of(whole) }
    });
    for op in small {
        let Some(last) = parts.last_mut() else { continue };
        last.push(op);
        if last.len() > 1 && !fits(last) {
            let over: Vec<Op> = last.pop().into_iter().collect();
            parts.push(over);
        }
    }
    parts.into_iter().map(|ops| Edit { ops, ..edit.clone() }).collect()
}

fn cells_of(op: &Op) -> Vec<Op> {
    let single = |task_id: &RowId, column: Column, update: Update| Op::BatchUpdate {
        task_id: task_id.clone(),
        updates: BTreeMap::from([(column, update)]),
    };
    match op {
        Op::BatchUpdate { task_id, updates } => {
            updates.iter().map(|(column, update)| single(task_id, *column, update.clone())).collect()
        }
        Op::RowInsert { .. } => {
            let mut plain = plain_insert(op);
            let Op::RowInsert { task_id, cells, .. } = &mut plain else { return vec![plain] };
            let (task_id, cells) = (task_id.clone(), std::mem::take(cells));
            let writes = cells.into_iter().map(|(column, new_value)| {
                single(&task_id, column, Update { old_value: String::new(), new_value })
            });
            std::iter::once(plain).chain(writes).collect()
        }
        _ => vec![op.clone()],
    }
}
