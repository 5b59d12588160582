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
        return object(Code::Forbidden, "only an admin manages members");
    }
    if asker.role == Role::Viewer {
        return object(Code::Forbidden, "a viewer reads; ask an admin for the editor role");
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
            object(Code::InvalidValue, format!("a lock lasts 1 to {MAX_LOCK_SECONDS} seconds"))
        }),
        Op::RowUnlock { task_id } => {
            if asker.role == Role::Admin && sheet.row(task_id).is_some() {
                return None;
            }
            on_row(sheet, task_id, asker, |_| None)
        }
        Op::TextUpdate { doc, update, mentions } => {
            if update.0.len() > MAX_UPDATE_BYTES {
                return object(
                    Code::PayloadTooLarge,
                    format!("an update is at most {MAX_UPDATE_BYTES} bytes: send it in pieces"),
                );
            }
            if mentions.len() > MAX_MENTIONS {
                return object(
                    Code::InvalidValue,
                    format!("at most {MAX_MENTIONS} people are mentioned at once"),
                );
            }
            doc.task_id().and_then(|task_id| on_row(sheet, &task_id, asker, |_| None))
        }
        Op::SavePointAdd { name } => check_save_point(sheet, name),
        Op::SavePointRemove { version } => match sheet.save_points.get(version) {
            None => object(Code::UnknownTarget, format!("version {version} has no name")),
            Some(point) if point.author == asker.author.id || asker.role == Role::Admin => None,
            Some(_) => object(Code::Forbidden, "this save point is another's: an admin may remove it"),
        },
        Op::HealthSet { .. } => None,
        Op::ViewAdd { view_id, name, look } => check_view(sheet, view_id, name, look),
        Op::ViewRemove { view_id } => match sheet.views.get(view_id) {
            None => object(Code::UnknownTarget, format!("there is no view {view_id}")),
            Some(view) if view.author == asker.author.id || asker.role == Role::Admin => None,
            Some(_) => object(Code::Forbidden, "this view is another's: an admin may remove it"),
        },
        Op::MemberRevoke { user_id } | Op::MemberRestore { user_id } | Op::MemberRole { user_id, .. } => {
            if user_id.as_str() != SYSTEM_ID {
                return None;
            }
            object(Code::InvalidValue, "this id belongs to the system")
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
        return object(Code::UnknownTarget, format!("there is no row {task_id}: it may have been removed"));
    };
    match sheet.locks.get(task_id) {
        Some(lock) if lock.expires_at.0 > asker.at && lock.holder != asker.author.id => {
            object(Code::Locked, format!("{} holds this row", name_of(sheet, lock.holder.as_str())))
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
        return object(Code::Malformed, "updates names at least one column");
    }
    if let Some(objection) = updates.clone().find_map(|(column, _, new_value)| writable(column, new_value)) {
        return Some(objection);
    }
    let clashes = updates.filter(|(column, old_value, _)| row.value(*column) != *old_value);
    let names: Vec<&str> = clashes.map(|(column, ..)| column.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    object(Code::Conflict, format!("{} was changed meanwhile", names.join(", ")))
}

fn writable(column: Column, value: &str) -> Option<Objection> {
    if column == Column::Source {
        return object(Code::InvalidValue, "source is read-only: it names the messages a row came from");
    }
    column.accepts(value).err().and_then(|error| object(Code::InvalidValue, error.to_string()))
}

fn after_exists(sheet: &Sheet, after: Option<&RowId>) -> Option<Objection> {
    let id = after.filter(|id| sheet.row(id).is_none())?;
    object(Code::UnknownTarget, format!("there is no row {id} to stand below"))
}

fn check_insert(sheet: &Sheet, task_id: &RowId, after: Option<&RowId>) -> Option<Objection> {
    if sheet.row(task_id).is_some() {
        return object(Code::UnknownTarget, format!("the id {task_id} is taken: make another"));
    }
    if sheet.row_count() >= MAX_ROWS {
        return object(Code::PayloadTooLarge, format!("a sheet has at most {MAX_ROWS} rows"));
    }
    after_exists(sheet, after)
}

fn check_save_point(sheet: &Sheet, name: &str) -> Option<Objection> {
    let most = MAX_SAVE_POINT_CODE_POINTS;
    if name.trim().is_empty() || name.chars().count() > most || name.chars().any(char::is_control) {
        return object(
            Code::InvalidValue,
            format!("a save point's name has 1 to {most} characters, none of them control characters"),
        );
    }
    if sheet.save_points.len() < MAX_SAVE_POINTS {
        return None;
    }
    object(Code::PayloadTooLarge, format!("a cycle has at most {MAX_SAVE_POINTS} save points"))
}

fn check_view(sheet: &Sheet, view_id: &ViewId, name: &str, look: &str) -> Option<Objection> {
    let most = MAX_VIEW_NAME_CODE_POINTS;
    if name.trim().is_empty() || name.chars().count() > most || name.chars().any(char::is_control) {
        return object(
            Code::InvalidValue,
            format!("a view's name has 1 to {most} characters, none of them control characters"),
        );
    }
    if look.len() > MAX_VIEW_LOOK_BYTES || look.chars().any(char::is_control) {
        return object(
            Code::InvalidValue,
            format!("a view's look has at most {MAX_VIEW_LOOK_BYTES} bytes, no control characters"),
        );
    }
    if sheet.views.contains_key(view_id) {
        return object(Code::UnknownTarget, format!("the id {view_id} is taken: make another"));
    }
    if sheet.views.len() < MAX_VIEWS {
        return None;
    }
    object(Code::PayloadTooLarge, format!("a cycle has at most {MAX_VIEWS} views: remove one first"))
}

fn check_words(text: &str, mentions: &[Name]) -> Option<Objection> {
    if text.trim().is_empty() || text.chars().count() > MAX_COMMENT_CODE_POINTS {
        return object(
            Code::InvalidValue,
            format!("a comment has 1 to {MAX_COMMENT_CODE_POINTS} characters"),
        );
    }
    if mentions.len() > MAX_MENTIONS {
        return object(Code::InvalidValue, format!("at most {MAX_MENTIONS} people are mentioned at once"));
    }
    None
}

fn check_comment(sheet: &Sheet, op: &Op, asker: &Asker) -> Option<Objection> {
    let unknown =
        |comment_id: &CommentId| object(Code::UnknownTarget, format!("there is no comment {comment_id}"));
    let taken = |id: &dyn Display| object(Code::UnknownTarget, format!("the id {id} is taken: make another"));
    let own = |comment_id: &CommentId, reply_id: Option<&ReplyId>| {
        let Some(thread) = sheet.comment(comment_id) else { return unknown(comment_id) };
        let author = match reply_id {
            None => Some(&thread.author),
            Some(id) => thread.replies.iter().find(|reply| reply.reply_id == *id).map(|reply| &reply.author),
        };
        match author {
            None => object(Code::UnknownTarget, "there is no such reply"),
            Some(author) if *author != asker.author.id => {
                object(Code::Forbidden, "only its author may edit or delete a comment")
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
                return object(Code::PayloadTooLarge, format!("a cycle has at most {MAX_COMMENTS} threads"));
            }
            let id = task_id.as_ref().filter(|id| sheet.row(id).is_none())?;
            object(Code::UnknownTarget, format!("there is no row {id}"))
        }
        Op::CommentReply { comment_id, reply_id, text, mentions } => {
            let wrong = check_words(text, mentions);
            if wrong.is_some() {
                return wrong;
            }
            let Some(thread) = sheet.comment(comment_id) else { return unknown(comment_id) };
            if thread.replies.len() >= MAX_REPLIES {
                return object(Code::PayloadTooLarge, format!("a thread has at most {MAX_REPLIES} replies"));
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
