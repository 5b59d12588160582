//! The server's checks, as far as the sheet alone decides them; the twin of `web/client/src/fold/precheck.ts`. It may
//! be laxer than `sheet::check`, never stricter.
use crate::types::Asker;
use sheet::{
    Cell, Change, ChangeId, ClientId, Code, Column, CommentId, Op, ReplyId, Role, Row, RowId, Sheet,
    TimestampMs, ViewId,
    change::SYSTEM_ID,
    limits::{
        MAX_COMMENT_CODE_POINTS, MAX_COMMENTS, MAX_LOCK_SECONDS, MAX_MENTIONS, MAX_REPLIES, MAX_ROWS,
        MAX_SAVE_POINT_CODE_POINTS, MAX_SAVE_POINTS, MAX_UPDATE_BYTES, MAX_VIEW_LOOK_BYTES,
        MAX_VIEW_NAME_CODE_POINTS, MAX_VIEWS,
    },
    name::Name,
    sentences,
};
use std::fmt::Display;

/// A cell that holds something else than the op expected.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Clash {
    pub task_id: RowId,
    pub column: Column,
    pub base: String,
    pub mine: String,
    /// The current cell; `None` if it was never written.
    pub current: Option<Cell>,
}

/// Why an op would be refused.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Objection {
    pub code: Code,
    pub message: String,
}

/// Returns an op as part of the change it would become if the log took it next.
pub fn provisional(sheet: &Sheet, asker: &Asker) -> Change {
    Change {
        version: sheet.version + 1,
        id: ChangeId::new(ClientId::of_system("local"), 0),
        author: asker.author.clone(),
        role: asker.role,
        at: TimestampMs(asker.at),
        base: 0,
        ops: Vec::new(),
    }
}

/// None if the server would take this op on this sheet, as far as one can tell.
pub fn check_op(sheet: &Sheet, op: &Op, asker: &Asker) -> Option<Objection> {
    if op.is_membership() && asker.role != Role::Admin {
        return object(Code::Forbidden, sentences::admins_manage_members());
    }
    if asker.role == Role::Viewer {
        return object(Code::Forbidden, sentences::viewers_read());
    }
    match op {
        Op::CellModify { task_id, column, old_value, new_value } => on_row(sheet, task_id, asker, |row| {
            check_cells(row, [(*column, old_value.as_str(), new_value.as_str())].into_iter())
        }),
        Op::BatchUpdate { task_id, updates } => on_row(sheet, task_id, asker, |row| {
            let cells =
                updates.iter().map(|(column, to)| (*column, to.old_value.as_str(), to.new_value.as_str()));
            check_cells(row, cells)
        }),
        Op::RowInsert { task_id, after, cells, restored } => {
            let objection = check_insert(sheet, task_id, after.as_ref());
            if objection.is_some() || restored.is_some() {
                return objection;
            }
            cells.iter().find_map(|(column, value)| writable(*column, value))
        }
        Op::RowRemove { task_id } => on_row(sheet, task_id, asker, |_| None),
        Op::RowMove { task_id, after } => {
            on_row(sheet, task_id, asker, |_| after_exists(sheet, after.as_ref()))
        }
        Op::RowLock { task_id, seconds } => on_row(sheet, task_id, asker, |_| {
            let good = (1..=MAX_LOCK_SECONDS).contains(seconds);
            if good {
                return None;
            }
            object(Code::InvalidValue, sentences::lock_seconds(MAX_LOCK_SECONDS))
        }),
        Op::RowUnlock { task_id } => {
            if asker.role == Role::Admin && sheet.row(task_id).is_some() {
                return None;
            }
            on_row(sheet, task_id, asker, |_| None)
        }
        Op::TextUpdate { doc, update, mentions } => {
            if update.0.len() > MAX_UPDATE_BYTES {
                return object(Code::PayloadTooLarge, sentences::update_bytes(MAX_UPDATE_BYTES));
            }
            if mentions.len() > MAX_MENTIONS {
                return object(Code::InvalidValue, sentences::mentions_at_once(MAX_MENTIONS));
            }
            doc.task_id().and_then(|task_id| on_row(sheet, &task_id, asker, |_| None))
        }
        Op::SavePointAdd { name } => check_save_point(sheet, name),
        Op::SavePointRemove { version } => match sheet.save_points.get(version) {
            None => object(Code::UnknownTarget, sentences::no_save_point(version)),
            Some(point) if point.author == asker.author.id || asker.role == Role::Admin => None,
            Some(_) => object(Code::Forbidden, sentences::save_point_of_another()),
        },
        Op::HealthSet { .. } => None,
        Op::ViewAdd { view_id, name, look } => check_view(sheet, view_id, name, look),
        Op::ViewRemove { view_id } => match sheet.views.get(view_id) {
            None => object(Code::UnknownTarget, sentences::no_view(view_id)),
            Some(view) if view.author == asker.author.id || asker.role == Role::Admin => None,
            Some(_) => object(Code::Forbidden, sentences::view_of_another()),
        },
        Op::MemberRevoke { user_id } | Op::MemberRestore { user_id } | Op::MemberRole { user_id, .. } => {
            if user_id.as_str() != SYSTEM_ID {
                return None;
            }
            object(Code::InvalidValue, sentences::id_of_the_system())
        }
        _ => check_comment(sheet, op, asker),
    }
}

fn object(code: Code, message: impl Into<String>) -> Option<Objection> {
    Some(Objection { code, message: message.into() })
}

/// The row must be there, and nobody else may hold its lock.
fn on_row(
    sheet: &Sheet,
    task_id: &RowId,
    asker: &Asker,
    check: impl FnOnce(&Row) -> Option<Objection>,
) -> Option<Objection> {
    let Some(row) = sheet.row(task_id) else {
        return object(Code::UnknownTarget, sentences::row_gone(task_id));
    };
    match sheet.locks.get(task_id) {
        Some(lock) if lock.expires_at.0 > asker.at && lock.holder != asker.author.id => {
            object(Code::Locked, sentences::row_locked(name_of(sheet, lock.holder.as_str())))
        }
        _ => check(row),
    }
}

/// Returns the display name of a user, or the id where none is known.
pub fn name_of(sheet: &Sheet, user_id: &str) -> String {
    let known = Name::new(user_id).ok().and_then(|id| sheet.authors.get(&id).cloned());
    known.map_or_else(|| user_id.to_owned(), |name| name.to_string())
}

fn check_cells<'a>(
    row: &Row,
    updates: impl Iterator<Item = (Column, &'a str, &'a str)> + Clone,
) -> Option<Objection> {
    if updates.clone().next().is_none() {
        return object(Code::Malformed, sentences::no_columns());
    }
    if let Some(objection) = updates.clone().find_map(|(column, _, new_value)| writable(column, new_value)) {
        return Some(objection);
    }
    let clashes = updates.filter(|(column, old_value, _)| row.value(*column) != *old_value);
    let names: Vec<&str> = clashes.map(|(column, ..)| column.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    object(Code::Conflict, sentences::changed_meanwhile(names.join(", ")))
}

fn writable(column: Column, value: &str) -> Option<Objection> {
    if column == Column::Source {
        return object(Code::InvalidValue, sentences::source_is_read_only());
    }
    column.accepts(value).err().and_then(|error| object(Code::InvalidValue, error.to_string()))
}

fn after_exists(sheet: &Sheet, after: Option<&RowId>) -> Option<Objection> {
    let id = after.filter(|id| sheet.row(id).is_none())?;
    object(Code::UnknownTarget, sentences::no_row_above(id))
}

fn check_insert(sheet: &Sheet, task_id: &RowId, after: Option<&RowId>) -> Option<Objection> {
    if sheet.row(task_id).is_some() {
        return object(Code::UnknownTarget, sentences::id_taken(task_id));
    }
    if sheet.row_count() >= MAX_ROWS {
        return object(Code::PayloadTooLarge, sentences::rows_of_a_sheet(MAX_ROWS));
    }
    after_exists(sheet, after)
}

fn check_save_point(sheet: &Sheet, name: &str) -> Option<Objection> {
    let most = MAX_SAVE_POINT_CODE_POINTS;
    if name.trim().is_empty() || name.chars().count() > most || name.chars().any(char::is_control) {
        return object(Code::InvalidValue, sentences::name_of_a_save_point(most));
    }
    if sheet.save_points.len() < MAX_SAVE_POINTS {
        return None;
    }
    object(Code::PayloadTooLarge, sentences::save_points_of_a_cycle(MAX_SAVE_POINTS))
}

fn check_view(sheet: &Sheet, view_id: &ViewId, name: &str, look: &str) -> Option<Objection> {
    let most = MAX_VIEW_NAME_CODE_POINTS;
    if name.trim().is_empty() || name.chars().count() > most || name.chars().any(char::is_control) {
        return object(Code::InvalidValue, sentences::name_of_a_view(most));
    }
    if look.len() > MAX_VIEW_LOOK_BYTES || look.chars().any(char::is_control) {
        return object(Code::InvalidValue, sentences::look_of_a_view(MAX_VIEW_LOOK_BYTES));
    }
    if sheet.views.contains_key(view_id) {
        return object(Code::UnknownTarget, sentences::id_taken(view_id));
    }
    if sheet.views.len() < MAX_VIEWS {
        return None;
    }
    object(Code::PayloadTooLarge, sentences::views_of_a_cycle(MAX_VIEWS))
}

fn check_words(text: &str, mentions: &[Name]) -> Option<Objection> {
    if text.trim().is_empty() || text.chars().count() > MAX_COMMENT_CODE_POINTS {
        return object(Code::InvalidValue, sentences::comment_length(MAX_COMMENT_CODE_POINTS));
    }
    if mentions.len() > MAX_MENTIONS {
        return object(Code::InvalidValue, sentences::mentions_at_once(MAX_MENTIONS));
    }
    None
}

fn check_comment(sheet: &Sheet, op: &Op, asker: &Asker) -> Option<Objection> {
    let unknown = |comment_id: &CommentId| object(Code::UnknownTarget, sentences::no_comment(comment_id));
    let taken = |id: &dyn Display| object(Code::UnknownTarget, sentences::id_taken(id));
    let own = |comment_id: &CommentId, reply_id: Option<&ReplyId>| {
        let Some(thread) = sheet.comment(comment_id) else { return unknown(comment_id) };
        let author = match reply_id {
            None => Some(&thread.author),
            Some(id) => thread.replies.iter().find(|reply| reply.reply_id == *id).map(|reply| &reply.author),
        };
        match author {
            None => object(Code::UnknownTarget, sentences::no_reply()),
            Some(author) if *author != asker.author.id => {
                object(Code::Forbidden, sentences::comment_of_another())
            }
            Some(_) => None,
        }
    };
    match op {
        Op::CommentAdd { comment_id, task_id, text, mentions, .. } => {
            let wrong = check_words(text, mentions);
            if wrong.is_some() {
                return wrong;
            }
            if sheet.comment(comment_id).is_some() {
                return taken(comment_id);
            }
            if sheet.comment_count() >= MAX_COMMENTS {
                return object(Code::PayloadTooLarge, sentences::threads_of_a_cycle(MAX_COMMENTS));
            }
            let id = task_id.as_ref().filter(|id| sheet.row(id).is_none())?;
            object(Code::UnknownTarget, sentences::no_row(id))
        }
        Op::CommentReply { comment_id, reply_id, text, mentions } => {
            let wrong = check_words(text, mentions);
            if wrong.is_some() {
                return wrong;
            }
            let Some(thread) = sheet.comment(comment_id) else { return unknown(comment_id) };
            if thread.replies.len() >= MAX_REPLIES {
                return object(Code::PayloadTooLarge, sentences::replies_of_a_thread(MAX_REPLIES));
            }
            if thread.replies.iter().any(|reply| reply.reply_id == *reply_id) {
                return taken(reply_id);
            }
            None
        }
        Op::CommentEdit { comment_id, reply_id, text, mentions } => {
            check_words(text, mentions).or_else(|| own(comment_id, reply_id.as_ref()))
        }
        Op::CommentDelete { comment_id, reply_id } => own(comment_id, reply_id.as_ref()),
        Op::CommentResolve { comment_id } | Op::CommentReopen { comment_id } => {
            if sheet.comment(comment_id).is_some() { None } else { unknown(comment_id) }
        }
        _ => None,
    }
}
