//! Own edits meet a sheet that has moved on; the twin of `web/client/src/machine/rebase.ts`. Works op by op, so that
//! one contested cell does not take a pasted block along.
use crate::{
    precheck::{Clash, check_op, provisional},
    types::{Asker, Edit},
};
use sheet::{Column, CommentId, DocName, Op, ReplyId, RowId, Sheet, apply::apply_op_to_sheet, op::Update};
use std::collections::{BTreeMap, HashMap};

/// An edit's ops that were dropped, and why.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Dropped {
    pub call: i64,
    pub code: String,
    pub message: String,
    pub ops: Vec<Op>,
}

/// A cell that others overtook.
#[derive(Clone, Debug)]
pub struct Contested {
    /// The cell.
    pub clash: Clash,
    /// The calls that wrote it, the last one last.
    pub calls: Vec<i64>,
}

/// What a rebase came to.
#[derive(Clone, Debug)]
pub struct Rebased {
    /// The edits, with the ops that are left of them; an edit without ops is done with.
    pub edits: Vec<Edit>,
    /// The sheet with them on it.
    pub sheet: Sheet,
    /// Cells to decide about.
    pub contested: Vec<Contested>,
    /// What cannot be done any more.
    pub dropped: Vec<Dropped>,
    /// Whether any op was dropped, contested, altered or found done already.
    pub altered: bool,
}

/// Puts `edits`, in order, on `sheet`.
pub fn rebase(sheet: &Sheet, edits: Vec<Edit>, asker: &Asker) -> Rebased {
    let mut walk = Walk {
        sheet: sheet.clone(),
        asker,
        contested: Vec::new(),
        dropped: Vec::new(),
        altered: false,
        undone: HashMap::new(),
        broken: BTreeMap::new(),
    };
    let edits = edits.into_iter().map(|edit| walk.edit(edit)).collect();
    let Walk { sheet, contested, dropped, altered, .. } = walk;
    Rebased { edits, sheet, contested, dropped, altered }
}

/// Returns the sheet with ops applied without checking old values: they are on their way, and the server decides about
/// them.
pub fn forced(mut sheet: Sheet, ops: &[Op], asker: &Asker) -> Sheet {
    let change = provisional(&sheet, asker);
    for op in ops {
        apply_op_to_sheet(&mut sheet, &change, op);
    }
    sheet
}

/// What is left of an op or of a cell's write.
enum Left<T> {
    Same,
    Other(T),
    Nothing,
}

struct Walk<'a> {
    sheet: Sheet,
    asker: &'a Asker,
    contested: Vec<Contested>,
    dropped: Vec<Dropped>,
    altered: bool,
    /// Of dropped writes: the old value that a later edit assumes, and the actual one.
    undone: HashMap<(RowId, Column), HashMap<String, String>>,
    /// Documents of which an update was dropped, and why: code and message.
    broken: BTreeMap<DocName, (String, String)>,
}

impl Walk<'_> {
    fn edit(&mut self, mut edit: Edit) -> Edit {
        let mut left = Vec::with_capacity(edit.ops.len());
        for op in std::mem::take(&mut edit.ops) {
            let kept = match &edit.refused {
                Some(refused) => {
                    let (code, message) = (refused.code.clone(), refused.message.clone());
                    self.drop(edit.call, &op, code, message);
                    Left::Nothing
                }
                None => self.op(edit.call, &op),
            };
            let op = match kept {
                Left::Same => op,
                Left::Other(other) => {
                    self.altered = true;
                    other
                }
                Left::Nothing => {
                    self.altered = true;
                    continue;
                }
            };
            let change = provisional(&self.sheet, self.asker);
            apply_op_to_sheet(&mut self.sheet, &change, &op);
            left.push(op);
        }
        Edit { ops: left, ..edit }
    }

    fn op(&mut self, call: i64, op: &Op) -> Left<Op> {
        match op {
            Op::CellModify { task_id, column, old_value, new_value } => {
                match self.write(call, task_id, *column, old_value, new_value) {
                    Left::Nothing => Left::Nothing,
                    Left::Same => self.checked(call, op, None),
                    Left::Other(old_value) => {
                        let rewritten = Op::CellModify {
                            task_id: task_id.clone(),
                            column: *column,
                            old_value,
                            new_value: new_value.clone(),
                        };
                        self.checked(call, op, Some(rewritten))
                    }
                }
            }
            Op::BatchUpdate { task_id, updates } => {
                let (mut kept, mut changed) = (BTreeMap::new(), false);
                for (column, update) in updates {
                    match self.write(call, task_id, *column, &update.old_value, &update.new_value) {
                        Left::Same => drop(kept.insert(*column, update.clone())),
                        Left::Other(old_value) => {
                            changed = true;
                            let new_value = update.new_value.clone();
                            kept.insert(*column, Update { old_value, new_value });
                        }
                        Left::Nothing => changed = true,
                    }
                }
                if changed && kept.is_empty() {
                    return Left::Nothing;
                }
                let rewritten = changed.then(|| Op::BatchUpdate { task_id: task_id.clone(), updates: kept });
                self.checked(call, op, rewritten)
            }
            // Ids are made once: a row of this id is this very row.
            Op::RowInsert { task_id, .. } if self.has(task_id) => Left::Nothing,
            Op::RowRemove { task_id } if !self.has(task_id) => Left::Nothing,
            Op::CommentAdd { comment_id, .. } if self.sheet.comment(comment_id).is_some() => Left::Nothing,
            Op::CommentReply { comment_id, reply_id, .. } if self.has_reply(comment_id, reply_id) => {
                Left::Nothing
            }
            // Yjs numbers what one page writes: later updates would build on a refused one and wait forever.
            Op::TextUpdate { doc, .. } => match self.broken.get(doc).cloned() {
                Some((code, message)) => {
                    self.drop(call, op, code, message);
                    Left::Nothing
                }
                None => self.checked(call, op, None),
            },
            _ => {
                let placed = self.placed(op);
                self.checked(call, op, placed)
            }
        }
    }

    fn has(&self, task_id: &RowId) -> bool {
        self.sheet.row(task_id).is_some()
    }

    fn has_reply(&self, comment_id: &CommentId, reply_id: &ReplyId) -> bool {
        let thread = self.sheet.comment(comment_id);
        thread.is_some_and(|thread| thread.replies.iter().any(|reply| reply.reply_id == *reply_id))
    }

    /// The op below a row that is there: where its neighbour went, the end is next best.
    fn placed(&self, op: &Op) -> Option<Op> {
        if op.after().is_none_or(|id| self.has(id)) {
            return None;
        }
        let mut op = op.clone();
        if let Some(after) = op.after_mut() {
            *after = self.sheet.rows().last().map(|row| row.task_id.clone());
        }
        Some(op)
    }

    /// One cell's write: the same, with another old value, or nothing: contested, or done already.
    fn write(
        &mut self,
        call: i64,
        task_id: &RowId,
        column: Column,
        old_value: &str,
        new_value: &str,
    ) -> Left<String> {
        let Some(row) = self.sheet.row(task_id) else { return Left::Same };
        let open = self
            .contested
            .iter_mut()
            .find(|open| open.clash.task_id == *task_id && open.clash.column == column);
        if let Some(open) = open {
            open.clash.mine = new_value.to_owned();
            open.calls.push(call);
            return Left::Nothing;
        }
        let stands = row.value(column);
        if stands == old_value {
            return Left::Same;
        }
        if stands == new_value {
            return Left::Nothing;
        }
        let undone = self.undone.get(&(task_id.clone(), column));
        if undone.and_then(|values| values.get(old_value)).is_some_and(|value| value == stands) {
            return Left::Other(stands.to_owned());
        }
        let clash = Clash {
            task_id: task_id.clone(),
            column,
            base: old_value.to_owned(),
            mine: new_value.to_owned(),
            current: row.cells.get(&column).cloned(),
        };
        self.contested.push(Contested { clash, calls: vec![call] });
        Left::Nothing
    }

    /// `rewritten`, or else the op itself, unless the sheet speaks against it.
    fn checked(&mut self, call: i64, op: &Op, rewritten: Option<Op>) -> Left<Op> {
        let asked = rewritten.as_ref().unwrap_or(op);
        match check_op(&self.sheet, asked, self.asker) {
            None => rewritten.map_or(Left::Same, Left::Other),
            Some(objection) => {
                self.drop(call, asked, objection.code.as_str().to_owned(), objection.message);
                Left::Nothing
            }
        }
    }

    fn drop(&mut self, call: i64, op: &Op, code: String, message: String) {
        if let Op::TextUpdate { doc, .. } = op {
            self.broken.insert(doc.clone(), (code.clone(), message.clone()));
        }
        match self.dropped.last_mut() {
            Some(last) if last.call == call && last.code == code => last.ops.push(op.clone()),
            _ => self.dropped.push(Dropped { call, code, message, ops: vec![op.clone()] }),
        }
        match op {
            Op::CellModify { task_id, column, old_value, new_value } => {
                self.forget(task_id, *column, old_value, new_value);
            }
            Op::BatchUpdate { task_id, updates } => {
                for (column, to) in updates {
                    self.forget(task_id, *column, &to.old_value, &to.new_value);
                }
            }
            _ => {}
        }
    }

    /// Later edits of the cell were made on top of a value that never came to be.
    fn forget(&mut self, task_id: &RowId, column: Column, old_value: &str, new_value: &str) {
        let values = self.undone.entry((task_id.clone(), column)).or_default();
        let stands = values.get(old_value).map_or(old_value, String::as_str).to_owned();
        values.insert(new_value.to_owned(), stands);
    }
}
