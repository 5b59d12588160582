//! Decides whether a change may be committed on top of a state. Uses the state and the change alone, so that every
//! replica decides alike. It may grow stricter from release to release; a change that it once accepted folds forever.
mod docs;
mod rows;
mod stated;

use self::{
    docs::{Typed, check_documents, check_save_point_added, check_save_point_removed, check_update},
    rows::{open_row, refuse},
    stated::{check_view_added, check_view_removed},
};
use crate::{
    apply,
    change::{Change, SYSTEM_ID},
    column::Column,
    doc::DocName,
    fail_point,
    ledger::ClientKey,
    limits::{
        DEFAULT_RATE_PER_WINDOW, MAX_ANCHOR_BYTES, MAX_ATTEMPTS, MAX_CHANGE_BYTES, MAX_CHANGE_MENTIONS,
        MAX_COMMENT_CODE_POINTS, MAX_COMMENTS, MAX_CYCLE_BYTES, MAX_GENERATIONS, MAX_LEASE_MS,
        MAX_LOCK_SECONDS, MAX_MENTIONS, MAX_OPS, MAX_REPLIES, MAX_ROWS, MAX_SUMMARY_CODE_POINTS,
        RATE_WINDOW_MS,
    },
    model::{Comment, Row},
    name::{CommentId, LeaseHolder, Name, ReplyId, RowId},
    op::{Generated, Op, Update},
    refusal::{Code, Refusal},
    role::Role,
    sentences,
    state::State,
};
use serde_json::json;
use std::collections::BTreeMap;

/// What a deployment may set. None of it changes what a log folds to.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Changes an author may commit in ten seconds.
    pub rate_per_window: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self { rate_per_window: DEFAULT_RATE_PER_WINDOW }
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It may; this is the state after it (but for the chain's hash).
    Accept(Box<State>),
    /// It is in the log already, at this version.
    Duplicate {
        /// Where it stands.
        version: u64,
    },
    /// It may not.
    Refuse(Refusal),
}

/// Decides about `change`, whose `version` must be the state's plus one and whose `bytes` are its size as JSON.
pub fn check(state: &State, change: &Change, bytes: usize, policy: &Policy) -> Verdict {
    match decide(state, change, bytes, policy) {
        Ok(Decision::Accept(next)) => Verdict::Accept(next),
        Ok(Decision::Duplicate(version)) => Verdict::Duplicate { version },
        Err(refusal) => Verdict::Refuse(refusal),
    }
}

enum Decision {
    Accept(Box<State>),
    Duplicate(u64),
}

fn decide(state: &State, change: &Change, bytes: usize, policy: &Policy) -> Result<Decision, Refusal> {
    if let Some(version) = repeated(state, change)? {
        return Ok(Decision::Duplicate(version));
    }
    let role = standing(state, change)?;
    if bytes > MAX_CHANGE_BYTES {
        return refuse(
            Code::PayloadTooLarge,
            format!("a change is at most {MAX_CHANGE_BYTES} bytes of JSON"),
        );
    }
    if change.ops.is_empty() || change.ops.len() > MAX_OPS {
        return refuse(Code::Malformed, sentences::ops_of_a_change(MAX_OPS));
    }
    check_all_mentions(&change.ops)?;
    if role != Role::System && state.ledger.recent(&change.author.id, change.at) >= policy.rate_per_window {
        let (changes, seconds) = (policy.rate_per_window, RATE_WINDOW_MS / 1000);
        return refuse(
            Code::RateLimited,
            format!("at most {changes} changes in {seconds} s: wait, then send it again"),
        );
    }
    let mut next = state.clone();
    apply::prune_locks(&mut next.sheet, change.at);
    let mut typed = Typed::default();
    for op in &change.ops {
        check_op(&next, change, role, op, &mut typed)?;
        apply::apply_op(&mut next, change, op);
    }
    apply::finish(&mut next, change);
    check_documents(state, &next, &typed)?;
    if next.cycle_bytes() > MAX_CYCLE_BYTES
        && next.compacted().cycle_bytes() > MAX_CYCLE_BYTES.max(state.cycle_bytes())
    {
        return refuse(
            Code::PayloadTooLarge,
            format!("a cycle is at most {MAX_CYCLE_BYTES} bytes: remove something first"),
        );
    }
    Ok(Decision::Accept(Box::new(next)))
}

/// Where the change is in the log already; `SUPERSEDED` when its place has been passed or forgotten.
fn repeated(state: &State, change: &Change) -> Result<Option<u64>, Refusal> {
    // The ledger first: a committed change is found there, even if a late copy of it names a base of a history that was
    // lost.
    let seen = if change.id.seq == 0 { None } else { state.ledger.seen(&ClientKey::of(change)) };
    fail_point!(ForgetRetry, let seen = seen.filter(|seen| seen.seq != change.id.seq));
    match seen {
        Some(seen) if seen.seq == change.id.seq => return Ok(Some(seen.version)),
        Some(seen) if seen.seq > change.id.seq => {
            let message =
                format!("a later change of this client, {}.{}, is in the log", change.id.client, seen.seq);
            return refuse(
                Code::Superseded,
                message + ": replay, and send what is absent under a new number",
            );
        }
        _ => {}
    }
    if change.base > state.version() {
        let tip = state.version();
        return refuse(
            Code::Malformed,
            format!("base {} is beyond the log's tip {tip}: say hello again", change.base),
        );
    }
    // This also holds for a client that is remembered: a second tab under its name may have come after the first was
    // forgotten.
    if change.id.seq > 0 && change.base < state.ledger.floor {
        return refuse(
            Code::Superseded,
            "the server no longer remembers this client's history: replay, then send the change on a newer base",
        );
    }
    Ok(None)
}

/// The role that counts, after removals and role changes that are before this change in the log.
fn standing(state: &State, change: &Change) -> Result<Role, Refusal> {
    let author = &change.author.id;
    if (author.as_str() == SYSTEM_ID) != (change.role == Role::System) {
        return refuse(Code::Forbidden, sentences::id_of_the_system());
    }
    if state.ledger.denials.contains(author) {
        return refuse(Code::Revoked, "you have been removed from this workspace");
    }
    Ok(match change.role {
        Role::System => Role::System,
        role => state.ledger.role_of(author, role),
    })
}

fn check_op(state: &State, change: &Change, role: Role, op: &Op, typed: &mut Typed) -> Result<(), Refusal> {
    if op.is_system() && role != Role::System {
        return refuse(Code::Forbidden, format!("{} is the system's own", op.name()));
    }
    if op.is_membership() && !matches!(role, Role::Admin | Role::System) {
        return refuse(Code::Forbidden, sentences::admins_manage_members());
    }
    if !role.edits() {
        return refuse(Code::Forbidden, sentences::viewers_read());
    }
    match op {
        Op::CellModify { task_id, column, old_value, new_value } => {
            let row = open_row(state, change, role, task_id)?;
            check_cell(state, row, *column, old_value, new_value)
        }
        Op::BatchUpdate { task_id, updates } => {
            let row = open_row(state, change, role, task_id)?;
            if updates.is_empty() {
                return refuse(Code::Malformed, sentences::no_columns());
            }
            updates.iter().try_for_each(|(column, Update { old_value, new_value })| {
                check_cell(state, row, *column, old_value, new_value)
            })
        }
        Op::RowInsert { task_id, after, cells, restored } => {
            check_insert(state, task_id, after.as_ref(), cells, restored.as_deref())
        }
        Op::RowRemove { task_id } => open_row(state, change, role, task_id).map(drop),
        Op::RowMove { task_id, after } => {
            open_row(state, change, role, task_id)?;
            after_exists(state, after.as_ref())
        }
        Op::RowLock { task_id, seconds } => {
            open_row(state, change, role, task_id)?;
            if (1..=MAX_LOCK_SECONDS).contains(seconds) {
                return Ok(());
            }
            refuse(Code::InvalidValue, sentences::lock_seconds(MAX_LOCK_SECONDS))
        }
        Op::RowUnlock { task_id } => check_unlock(state, change, role, task_id),
        Op::CommentAdd { .. }
        | Op::CommentReply { .. }
        | Op::CommentEdit { .. }
        | Op::CommentDelete { .. }
        | Op::CommentResolve { .. }
        | Op::CommentReopen { .. } => check_comment(state, change, op),
        Op::TextUpdate { doc, update, .. } => check_update(state, change, role, doc, update, typed),
        Op::SavePointAdd { name } => check_save_point_added(state, change, name),
        Op::SavePointRemove { version } => check_save_point_removed(state, change, role, *version),
        Op::HealthSet { .. } => Ok(()),
        Op::ViewAdd { view_id, name, look } => check_view_added(state, view_id, name, look),
        Op::ViewRemove { view_id } => check_view_removed(state, change, role, view_id),
        Op::MemberRevoke { user_id } if *user_id == change.author.id => {
            refuse(Code::InvalidValue, "nobody removes themselves: ask another admin")
        }
        Op::MemberRevoke { user_id } | Op::MemberRestore { user_id } => not_the_system(user_id),
        // Or the last admin would lock everybody out of managing members.
        Op::MemberRole { user_id, .. } if *user_id == change.author.id => {
            refuse(Code::InvalidValue, "nobody changes their own role: ask another admin")
        }
        Op::MemberRole { user_id, role } => {
            not_the_system(user_id)?;
            if *role == Role::System {
                return refuse(Code::InvalidValue, "role is one of viewer, editor, admin");
            }
            Ok(())
        }
        Op::GenerationStarted { generation, lease_ms } => check_lease(state, change, *generation, *lease_ms),
        Op::Generated(generated) => {
            holds_lease(state, change, generated.generation)?;
            check_generated(state, generated)
        }
        Op::GenerationFailed { generation, .. } => holds_lease(state, change, *generation),
        Op::CycleStale { .. } | Op::CycleSealed {} => Ok(()),
    }
}

fn check_unlock(state: &State, change: &Change, role: Role, task_id: &RowId) -> Result<(), Refusal> {
    if role == Role::Admin && state.sheet.row(task_id).is_some() {
        return Ok(());
    }
    open_row(state, change, role, task_id).map(drop)
}

fn check_cell(
    state: &State,
    row: &Row,
    column: Column,
    old_value: &str,
    new_value: &str,
) -> Result<(), Refusal> {
    writable(column, new_value)?;
    let stands = row.value(column);
    if stands == old_value {
        return Ok(());
    }
    let cell = row.cells.get(&column);
    let author = cell.map(|cell| &cell.author);
    let name = author.and_then(|id| state.sheet.authors.get(id));
    let current = json!({
        "taskId": row.task_id, "column": column, "value": stands,
        "author": author, "name": name, "version": cell.map_or(0, |cell| cell.version),
    });
    Err(Refusal::new(Code::Conflict, sentences::changed_meanwhile(column)).showing(current))
}

fn writable(column: Column, value: &str) -> Result<(), Refusal> {
    if column == Column::Source {
        return refuse(Code::InvalidValue, sentences::source_is_read_only());
    }
    column.accepts(value).map_err(|error| Refusal::new(Code::InvalidValue, error.to_string()))
}

fn after_exists(state: &State, after: Option<&RowId>) -> Result<(), Refusal> {
    match after {
        Some(id) if state.sheet.row(id).is_none() => refuse(Code::UnknownTarget, sentences::no_row_above(id)),
        _ => Ok(()),
    }
}

fn check_insert(
    state: &State,
    task_id: &RowId,
    after: Option<&RowId>,
    cells: &BTreeMap<Column, String>,
    restored: Option<&Row>,
) -> Result<(), Refusal> {
    if state.sheet.row(task_id).is_some() {
        return refuse(Code::UnknownTarget, sentences::id_taken(task_id));
    }
    if state.sheet.row_count() >= MAX_ROWS {
        return refuse(Code::PayloadTooLarge, sentences::rows_of_a_sheet(MAX_ROWS));
    }
    after_exists(state, after)?;
    match restored {
        // A restored row must be what was removed, to the letter; only its place may differ.
        Some(row) => match state.ledger.tombstone(task_id) {
            Some(gone) if Row { position: gone.position.clone(), ..row.clone() } == **gone => Ok(()),
            _ => refuse(Code::UnknownTarget, "this row can no longer be restored as it was: insert it again"),
        },
        None => cells.iter().try_for_each(|(column, value)| writable(*column, value)),
    }
}

fn check_comment(state: &State, change: &Change, op: &Op) -> Result<(), Refusal> {
    match op {
        Op::CommentAdd { comment_id, task_id, column, doc, anchor, text, .. } => {
            check_words(text)?;
            if state.sheet.comment(comment_id).is_some() {
                return refuse(Code::UnknownTarget, sentences::id_taken(comment_id));
            }
            if state.sheet.comment_count() >= MAX_COMMENTS {
                return refuse(Code::PayloadTooLarge, sentences::threads_of_a_cycle(MAX_COMMENTS));
            }
            match (task_id, doc, anchor) {
                (Some(id), None, None) if state.sheet.row(id).is_some() => Ok(()),
                (Some(id), None, None) => refuse(Code::UnknownTarget, sentences::no_row(id)),
                (None, Some(doc), anchor) if column.is_none() => {
                    if anchor.as_ref().is_some_and(|anchor| anchor.len() > MAX_ANCHOR_BYTES) {
                        return refuse(
                            Code::InvalidValue,
                            format!("an anchor has at most {MAX_ANCHOR_BYTES} bytes"),
                        );
                    }
                    match DocName::new(doc) {
                        Ok(name) if state.sheet.has_place(&name) => Ok(()),
                        Ok(_) => refuse(Code::UnknownTarget, sentences::no_row_of_the_document(doc)),
                        Err(error) => refuse(Code::InvalidValue, error.to_string()),
                    }
                }
                _ => refuse(
                    Code::Malformed,
                    "a comment is about taskId (and column), or about doc (and anchor)",
                ),
            }
        }
        Op::CommentReply { comment_id, reply_id, text, .. } => {
            check_words(text)?;
            let thread = thread(state, comment_id)?;
            if thread.replies.len() >= MAX_REPLIES {
                return refuse(Code::PayloadTooLarge, sentences::replies_of_a_thread(MAX_REPLIES));
            }
            if thread.replies.iter().any(|reply| reply.reply_id == *reply_id) {
                return refuse(Code::UnknownTarget, sentences::id_taken(reply_id));
            }
            Ok(())
        }
        Op::CommentEdit { comment_id, reply_id, text, .. } => {
            check_words(text)?;
            own_words(state, change, comment_id, reply_id.as_ref())
        }
        Op::CommentDelete { comment_id, reply_id } => own_words(state, change, comment_id, reply_id.as_ref()),
        Op::CommentResolve { comment_id } | Op::CommentReopen { comment_id } => {
            thread(state, comment_id).map(drop)
        }
        _ => Ok(()),
    }
}

fn check_words(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() || text.chars().count() > MAX_COMMENT_CODE_POINTS {
        return refuse(Code::InvalidValue, sentences::comment_length(MAX_COMMENT_CODE_POINTS));
    }
    Ok(())
}

/// Refuses a change that mentions more people than an op, or than a change, may. It costs a count, so that a caller can
/// ask before it does anything for each of them.
fn check_all_mentions(ops: &[Op]) -> Result<(), Refusal> {
    ops.iter().try_for_each(|op| check_mentions(op.mentions()))?;
    if ops.iter().map(|op| op.mentions().len()).sum::<usize>() > MAX_CHANGE_MENTIONS {
        let message = format!("a change mentions at most {MAX_CHANGE_MENTIONS} people: send it in parts");
        return refuse(Code::PayloadTooLarge, message);
    }
    Ok(())
}

fn check_mentions(mentions: &[Name]) -> Result<(), Refusal> {
    if mentions.len() > MAX_MENTIONS {
        return refuse(Code::InvalidValue, sentences::mentions_at_once(MAX_MENTIONS));
    }
    Ok(())
}

fn thread<'a>(state: &'a State, comment_id: &CommentId) -> Result<&'a Comment, Refusal> {
    match state.sheet.comment(comment_id) {
        Some(thread) => Ok(thread),
        None => refuse(Code::UnknownTarget, sentences::no_comment(comment_id)),
    }
}

fn own_words(
    state: &State,
    change: &Change,
    comment_id: &CommentId,
    reply_id: Option<&ReplyId>,
) -> Result<(), Refusal> {
    let thread = thread(state, comment_id)?;
    let author = match reply_id {
        None => Some(&thread.author),
        Some(id) => thread.replies.iter().find(|reply| reply.reply_id == *id).map(|reply| &reply.author),
    };
    match author {
        None => refuse(Code::UnknownTarget, sentences::no_reply()),
        Some(author) if *author != change.author.id => {
            refuse(Code::Forbidden, sentences::comment_of_another())
        }
        Some(_) => Ok(()),
    }
}

fn not_the_system(user_id: &Name) -> Result<(), Refusal> {
    if user_id.as_str() == SYSTEM_ID {
        refuse(Code::InvalidValue, sentences::id_of_the_system())
    } else {
        Ok(())
    }
}

/// A lease is free when none was taken, when the last one's generation has ended, or when its time has run out.
fn check_lease(state: &State, change: &Change, generation: u32, lease_ms: i64) -> Result<(), Refusal> {
    if !(1..=MAX_LEASE_MS).contains(&lease_ms) {
        return refuse(Code::InvalidValue, format!("a lease lasts 1 to {MAX_LEASE_MS} ms"));
    }
    let due = match &state.ledger.lease {
        None => 1,
        Some(lease) if lease.finished => lease.generation + 1,
        Some(lease) if lease.expires_at <= change.at => lease.generation,
        Some(lease) => {
            let current = json!({"generation": lease.generation, "expiresAt": lease.expires_at});
            return Err(Refusal::new(Code::Locked, "an extraction is running").showing(current));
        }
    };
    if generation != due {
        return refuse(Code::Conflict, format!("the generation to start is {due}"));
    }
    if generation > MAX_GENERATIONS {
        return refuse(Code::RateLimited, format!("a cycle has at most {MAX_GENERATIONS} extractions"));
    }
    match &state.ledger.lease {
        Some(lease) if lease.generation == generation && lease.attempts >= MAX_ATTEMPTS => {
            refuse(Code::RateLimited, format!("{MAX_ATTEMPTS} runs of this extraction have died"))
        }
        _ => Ok(()),
    }
}

fn holds_lease(state: &State, change: &Change, generation: u32) -> Result<(), Refusal> {
    match &state.ledger.lease {
        Some(lease)
            if lease.generation == generation
                && !lease.finished
                && lease.holder == LeaseHolder::of(&change.id)
                && lease.expires_at > change.at =>
        {
            Ok(())
        }
        _ => refuse(Code::Forbidden, "only the holder of a live lease ends an extraction"),
    }
}

fn check_generated(state: &State, generated: &Generated) -> Result<(), Refusal> {
    let done = state.ledger.lease.as_ref().map_or(0, |lease| lease.parts);
    if generated.part != done + 1 || generated.part > generated.parts {
        return refuse(Code::Conflict, format!("the part to commit is {}", done + 1));
    }
    if generated.summary.chars().count() > MAX_SUMMARY_CODE_POINTS {
        return refuse(
            Code::InvalidValue,
            format!("a summary has at most {MAX_SUMMARY_CODE_POINTS} characters"),
        );
    }
    if generated.rows.len() > MAX_ROWS {
        return refuse(Code::PayloadTooLarge, format!("an extraction has at most {MAX_ROWS} rows"));
    }
    for row in &generated.rows {
        for (column, value) in &row.cells {
            column.accepts(value).map_err(|error| Refusal::new(Code::InvalidValue, error.to_string()))?;
        }
    }
    Ok(())
}
