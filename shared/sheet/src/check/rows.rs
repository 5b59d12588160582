//! What several checks need: a refusal, and a row that the change may write in.
use crate::{
    change::Change,
    model::Row,
    name::RowId,
    refusal::{Code, Refusal},
    role::Role,
    sentences,
    state::State,
};
use serde_json::json;

pub(super) fn refuse<T>(code: Code, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(code, message))
}

/// The row, unless somebody else holds its lock. An admin's ops pass a lock only by breaking it first.
pub(super) fn open_row<'a>(
    state: &'a State,
    change: &Change,
    role: Role,
    task_id: &RowId,
) -> Result<&'a Row, Refusal> {
    let Some(row) = state.sheet.row(task_id) else {
        return refuse(Code::UnknownTarget, sentences::row_gone(task_id));
    };
    match state.sheet.locks.get(task_id) {
        Some(lock) if lock.holder != change.author.id && role != Role::System => {
            let name = state.sheet.authors.get(&lock.holder).map_or(lock.holder.as_str(), |name| name);
            let current = json!({"taskId": task_id, "holder": lock.holder, "expiresAt": lock.expires_at});
            Err(Refusal::new(Code::Locked, sentences::row_locked(name)).showing(current))
        }
        _ => Ok(row),
    }
}
