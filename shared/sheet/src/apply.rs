//! What a committed change does. Total: no change of the log fails to fold, and what it does never depends on
//! the time, on a setting or on the release. An op whose target is gone does nothing.
//!
//! The sheet's part depends on the sheet and the change alone, because a browser folds without the ledger.
use crate::{
    change::{Change, SYSTEM_ID},
    column::Column,
    docs,
    ledger::Lease,
    merge,
    model::{Cell, Comment, Generation, GenerationState, Lock, Reply, Resolved, Row, Sheet, Stale, Status},
    name::{CommentId, LeaseHolder, Name, ReplyId, RowId, ViewId},
    op::{Generated, Op},
    place::next_position,
    state::State,
    stated::{Health, StatedHealth, View},
    time::TimestampMs,
};
use std::{collections::BTreeMap, sync::Arc};

/// Folds one change's part of the sheet, as a client does that has no ledger.
pub fn apply_to_sheet(sheet: &mut Sheet, change: &Change) {
    prune_locks(sheet, change.at);
    for op in &change.ops {
        apply_op_to_sheet(sheet, change, op);
    }
    finish_sheet(sheet, change);
}

/// Folds one change: the sheet, then the ledger. The chain's hash is the entry's matter.
pub fn apply(state: &mut State, change: &Change) {
    prune_locks(&mut state.sheet, change.at);
    for op in &change.ops {
        apply_op(state, change, op);
    }
    finish(state, change);
}

/// Leases that have ended leave the sheet with the next change.
pub(crate) fn prune_locks(sheet: &mut Sheet, at: TimestampMs) {
    if sheet.locks.values().any(|lock| lock.expires_at <= at) {
        let held = sheet.locks.iter().filter(|(_, lock)| lock.expires_at > at);
        sheet.locks = held.map(|(id, lock)| (id.clone(), lock.clone())).collect();
    }
}

/// What every change leaves behind, whatever its ops.
pub(crate) fn finish(state: &mut State, change: &Change) {
    finish_sheet(&mut state.sheet, change);
    state.ledger.remember(change);
}

fn finish_sheet(sheet: &mut Sheet, change: &Change) {
    if sheet.version == 0 {
        sheet.created_at = change.at;
    }
    sheet.version = change.version;
    sheet.updated_at = change.at;
    sheet.last_modified_by = Some(change.author.id.clone());
    sheet.name_author(&change.author.id, &change.author.name);
}

/// One op: its effect on the sheet, then on the ledger.
pub(crate) fn apply_op(state: &mut State, change: &Change, op: &Op) {
    let removed = match op {
        Op::RowRemove { task_id } => state.sheet.row(task_id).cloned(),
        _ => None,
    };
    apply_op_to_sheet(&mut state.sheet, change, op);
    if let Some(row) = removed {
        state.ledger.bury(row);
    }
    match op {
        Op::TextUpdate { doc, update, .. } if state.sheet.has_place(doc) => docs::append(state, doc, update),
        Op::RowInsert { .. } | Op::RowRemove { .. } => docs::prune(state),
        _ => {}
    }
    apply_to_ledger(state, change, op);
}

/// One op's part of the sheet; of the change, only its author, time and version count.
pub fn apply_op_to_sheet(sheet: &mut Sheet, change: &Change, op: &Op) {
    match op {
        Op::CellModify { task_id, column, new_value, .. } => {
            write_cells(sheet, change, task_id, std::iter::once((*column, new_value.as_str())));
        }
        Op::BatchUpdate { task_id, updates } => {
            write_cells(sheet, change, task_id, updates.iter().map(|(c, u)| (*c, u.new_value.as_str())));
        }
        Op::RowInsert { task_id, after, cells, restored } => {
            insert_row(sheet, change, task_id, after.as_ref(), cells, restored.as_deref());
        }
        Op::RowRemove { task_id } => remove_row(sheet, change, task_id),
        Op::RowMove { task_id, after } => move_row(sheet, task_id, after.as_ref()),
        Op::RowLock { task_id, seconds } => {
            let expires_at = change.at.plus_ms(i64::from(*seconds) * 1000);
            let lock = Lock { task_id: task_id.clone(), holder: change.author.id.clone(), expires_at };
            sheet.locks.insert(task_id.clone(), lock);
        }
        Op::RowUnlock { task_id } => drop(sheet.locks.remove(task_id)),
        Op::CommentAdd { .. }
        | Op::CommentReply { .. }
        | Op::CommentEdit { .. }
        | Op::CommentDelete { .. }
        | Op::CommentResolve { .. }
        | Op::CommentReopen { .. } => comment(sheet, change, op),
        Op::TextUpdate { doc, update, .. } => docs::update(sheet, change, doc, update),
        Op::SavePointAdd { name } => docs::add_save_point(sheet, change, name),
        Op::SavePointRemove { version } => drop(sheet.save_points.remove(version)),
        Op::HealthSet { health } => sheet.stated_health = health.map(|health| stated(health, change)),
        Op::ViewAdd { view_id, name, look } => add_view(sheet, change, view_id, name, look),
        Op::ViewRemove { view_id } => drop(sheet.views.remove(view_id)),
        Op::MemberRevoke { .. } | Op::MemberRestore { .. } | Op::MemberRole { .. } => {}
        Op::GenerationStarted { generation, .. } => {
            sheet.generation = Some(Generation {
                number: *generation,
                state: GenerationState::Started,
                origin: None,
                model: None,
                messages: 0,
                note: None,
                started_at: change.at,
                finished_at: None,
            });
        }
        Op::Generated(generated) => generated_part(sheet, change, generated),
        Op::GenerationFailed { reason, .. } => {
            if let Some(generation) = &mut sheet.generation {
                generation.state = GenerationState::Failed;
                generation.note = Some(reason.clone());
                generation.finished_at = Some(change.at);
            }
        }
        Op::CycleStale { messages } => sheet.stale = Some(Stale { messages: *messages, at: change.at }),
        Op::CycleSealed {} => sheet.status = Status::Sealed,
    }
}

fn stated(health: Health, change: &Change) -> StatedHealth {
    StatedHealth { health, author: change.author.id.clone(), version: change.version, at: change.at }
}

/// A view under a new id; an id that is taken keeps what it names.
fn add_view(sheet: &mut Sheet, change: &Change, view_id: &ViewId, name: &str, look: &str) {
    sheet.views.entry(view_id.clone()).or_insert_with(|| View {
        view_id: view_id.clone(),
        name: name.into(),
        look: look.into(),
        author: change.author.id.clone(),
        version: change.version,
        at: change.at,
    });
}

fn apply_to_ledger(state: &mut State, change: &Change, op: &Op) {
    let ledger = &mut state.ledger;
    match op {
        Op::MemberRevoke { user_id } => drop(ledger.denials.insert(user_id.clone())),
        Op::MemberRestore { user_id } => drop(ledger.denials.remove(user_id)),
        Op::MemberRole { user_id, role } => drop(ledger.roles.insert(user_id.clone(), *role)),
        Op::GenerationStarted { generation, lease_ms } => {
            let again = ledger.lease.as_ref().filter(|lease| lease.generation == *generation);
            ledger.lease = Some(Lease {
                generation: *generation,
                holder: LeaseHolder::of(&change.id),
                expires_at: change.at.plus_ms(*lease_ms),
                attempts: again.map_or(0, |lease| lease.attempts) + 1,
                parts: again.map_or(0, |lease| lease.parts),
                finished: false,
            });
        }
        Op::Generated(generated) => {
            if let Some(lease) = &mut ledger.lease {
                lease.parts = generated.part;
                lease.finished = generated.part >= generated.parts;
            }
        }
        Op::GenerationFailed { .. } => {
            if let Some(lease) = &mut ledger.lease {
                lease.finished = true;
            }
        }
        _ => {}
    }
}

fn write_cells<'a>(
    sheet: &mut Sheet,
    change: &Change,
    task_id: &RowId,
    cells: impl Iterator<Item = (Column, &'a str)>,
) {
    let Some(row) = sheet.row(task_id) else { return };
    let mut row = Row::clone(row);
    for (column, value) in cells {
        let ai_value = row.cells.get(&column).and_then(|cell| cell.ai_value.clone());
        row.cells.insert(column, Cell { ai_value, ..cell(value, change) });
    }
    row.is_manually_edited |= change.author.id.as_str() != SYSTEM_ID;
    sheet.put_row(row);
}

fn cell(value: &str, change: &Change) -> Cell {
    Cell { value: value.into(), version: change.version, author: change.author.id.clone(), ai_value: None }
}

fn insert_row(
    sheet: &mut Sheet,
    change: &Change,
    task_id: &RowId,
    after: Option<&RowId>,
    cells: &BTreeMap<Column, String>,
    restored: Option<&Row>,
) {
    if sheet.row(task_id).is_some() {
        return;
    }
    let Some(position) = next_position(sheet, after, None) else { return };
    let row = match restored {
        // `removed` keeps the traces: the row itself now matches first, and what else came from them stays away.
        Some(row) => Row { task_id: task_id.clone(), position, ..row.clone() },
        None => Row {
            task_id: task_id.clone(),
            position,
            cells: cells.iter().map(|(column, value)| (*column, cell(value, change))).collect(),
            is_manually_edited: change.author.id.as_str() != SYSTEM_ID,
            carried_from: None,
            generation: None,
        },
    };
    sheet.put_row(row);
    docs::unbury(sheet, task_id, restored.is_some());
}

fn remove_row(sheet: &mut Sheet, change: &Change, task_id: &RowId) {
    let Some(row) = sheet.take_row(task_id) else { return };
    docs::bury(sheet, change, task_id);
    sheet.locks.remove(task_id);
    // What the model once wrote leaves its trace, so that no refresh brings the row back.
    if row.generation.is_some() {
        let ids: Vec<Arc<str>> = merge::sources(row.value(Column::Source)).map(Into::into).collect();
        sheet.removed.sources.extend(ids);
        let model_title = row.cells.get(&Column::Title).and_then(|cell| cell.ai_value.as_deref());
        for title in [Some(row.value(Column::Title)), model_title].into_iter().flatten() {
            let title = merge::normalised(title);
            if !title.is_empty() {
                sheet.removed.titles.insert(title.into());
            }
        }
    }
}

fn move_row(sheet: &mut Sheet, task_id: &RowId, after: Option<&RowId>) {
    if after == Some(task_id) {
        return;
    }
    let Some(row) = sheet.row(task_id).map(|row| Row::clone(row)) else { return };
    if let Some(position) = next_position(sheet, after, Some(task_id)) {
        sheet.put_row(Row { position, ..row });
    }
}

fn generated_part(sheet: &mut Sheet, change: &Change, generated: &Generated) {
    merge::merge(sheet, change, generated);
    if generated.part == 1 && !generated.summary.is_empty() {
        sheet.executive_summary.clone_from(&generated.summary);
    }
    if generated.part < generated.parts {
        return;
    }
    sheet.stale = None;
    if let Some(generation) = &mut sheet.generation {
        generation.state = GenerationState::Generated;
        generation.origin = Some(generated.origin);
        generation.model.clone_from(&generated.model);
        generation.messages = generated.messages;
        generation.note.clone_from(&generated.note);
        generation.finished_at = Some(change.at);
    }
}

fn comment(sheet: &mut Sheet, change: &Change, op: &Op) {
    let author = change.author.id.clone();
    match op {
        Op::CommentAdd { comment_id, task_id, column, doc, anchor, text, mentions }
            if sheet.comment(comment_id).is_none() =>
        {
            sheet.put_comment(Comment {
                comment_id: comment_id.clone(),
                task_id: task_id.clone(),
                column: *column,
                doc: doc.clone(),
                anchor: anchor.clone(),
                author,
                text: text.clone(),
                mentions: mentions.clone(),
                at: change.at,
                version: change.version,
                edited_at: None,
                deleted: false,
                resolved: None,
                replies: Vec::new(),
            });
        }
        Op::CommentReply { comment_id, reply_id, text, mentions } => thread(sheet, comment_id, |thread| {
            thread.replies.push(Reply {
                reply_id: reply_id.clone(),
                author,
                text: text.clone(),
                mentions: mentions.clone(),
                at: change.at,
                edited_at: None,
                deleted: false,
            });
        }),
        Op::CommentEdit { comment_id, reply_id, text, mentions } => thread(sheet, comment_id, |thread| {
            words(thread, reply_id.as_ref(), text, mentions, change.at, false);
        }),
        Op::CommentDelete { comment_id, reply_id } => thread(sheet, comment_id, |thread| {
            words(thread, reply_id.as_ref(), "", &[], change.at, true);
        }),
        Op::CommentResolve { comment_id } => thread(sheet, comment_id, |thread| {
            thread.resolved = Some(Resolved { by: author, at: change.at });
        }),
        Op::CommentReopen { comment_id } => thread(sheet, comment_id, |thread| thread.resolved = None),
        _ => {}
    }
}

fn thread(sheet: &mut Sheet, comment_id: &CommentId, change: impl FnOnce(&mut Comment)) {
    let Some(thread) = sheet.comment(comment_id) else { return };
    let mut thread = Comment::clone(thread);
    change(&mut thread);
    sheet.put_comment(thread);
}

/// Other words for a thread's first comment or for one of its replies.
fn words(
    thread: &mut Comment,
    reply_id: Option<&ReplyId>,
    text: &str,
    mentions: &[Name],
    at: TimestampMs,
    deleted: bool,
) {
    match reply_id {
        None => {
            (thread.text, thread.mentions) = (text.into(), mentions.to_vec());
            (thread.edited_at, thread.deleted) = (Some(at), deleted);
        }
        Some(id) => {
            for reply in thread.replies.iter_mut().filter(|reply| reply.reply_id == *id) {
                (reply.text, reply.mentions) = (text.into(), mentions.to_vec());
                (reply.edited_at, reply.deleted) = (Some(at), deleted);
            }
        }
    }
}
