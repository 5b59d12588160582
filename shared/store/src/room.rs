//! One cycle in this process: its fold, and what waits for the next put.
use crate::table::StoreError;
use sheet::{
    Author, Change, LogEntry, Op, Refusal, Role, State, TimestampMs, limits::MAX_ENTRY_CHANGES, low_limit,
    name::ChangeId,
};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Changes that may wait in one process for one cycle; beyond, `BUSY`.
pub(crate) const MAX_WAITING: usize = 8 * MAX_ENTRY_CHANGES;

/// Log bytes after which a record is rewritten, if the record itself is smaller.
const MIN_COMPACTION_BYTES: usize = 64 * 1024;

/// A change on its way into the log.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// `<client>.<seq>`.
    pub id: ChangeId,
    /// Who; from the connection.
    pub author: Author,
    /// What they may do; from the connection.
    pub role: Role,
    /// The version its author had seen.
    pub base: u64,
    /// What it does.
    pub ops: Vec<Op>,
    /// Now, at the committing function.
    pub now: TimestampMs,
}

impl Proposal {
    /// Returns the change that it would be on top of `state`: the next version, at a time that never falls.
    pub fn change(&self, state: &State) -> Change {
        Change {
            version: state.version() + 1,
            id: self.id.clone(),
            author: self.author.clone(),
            role: self.role,
            at: self.now.max(state.sheet.updated_at),
            base: self.base,
            ops: self.ops.clone(),
        }
    }
}

/// A change that stands in the log.
#[derive(Clone, Debug)]
pub struct Committed {
    /// Its version.
    pub version: u64,
    /// The change.
    pub change: Change,
    /// Its text in the log.
    pub text: Arc<str>,
    /// The entry it went out in.
    pub entry: Arc<LogEntry>,
    /// Whether this caller notifies the room.
    pub leads: bool,
    /// Whether this caller must rewrite the record.
    pub compaction_due: bool,
    /// Slots that its entry lost to other writers before it found a free one.
    pub lost_slots: usize,
}

/// What became of a proposal. `Duplicate` and `Refused` follow a fresh read.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The change is in the log.
    Committed(Committed),
    /// The change was in the log already.
    Duplicate {
        /// Its version.
        version: u64,
        /// Its text in the log.
        text: Arc<str>,
        /// The log's tip.
        tip: u64,
    },
    /// It may not.
    Refused {
        /// The reason.
        refusal: Refusal,
        /// The tip it was judged at.
        version: u64,
    },
}

/// A cycle's fold at some version.
#[derive(Clone, Debug)]
pub struct Folded {
    /// The state. Cloning shares everything.
    pub state: Arc<State>,
    /// Names the cycle's history, as clients know it.
    pub epoch: Arc<str>,
    /// The epoch as the record holds it.
    pub(crate) stored_epoch: Arc<str>,
    /// Bytes of the stored record.
    pub(crate) record_bytes: usize,
    /// Bytes of log since the record, or since a caller in this process was asked to rewrite it.
    pub(crate) log_bytes: usize,
}

impl Folded {
    /// Returns true to exactly one caller when the log since the last record has outgrown it; that caller must compact.
    /// Resets the counter, so if compaction fails, the next attempt comes after as many bytes again.
    pub(crate) fn claim_compaction(&mut self) -> bool {
        let least = MIN_COMPACTION_BYTES;
        low_limit!(let least = 1_500);
        let due = self.log_bytes > least.max(self.record_bytes);
        if due {
            self.log_bytes = 0;
        }
        due
    }
}

/// One cycle in this process.
#[derive(Debug, Default)]
pub struct Room {
    /// What waits for the next put. A plain mutex: held for a push or a take, never across an await.
    pub(crate) waiting: Mutex<Vec<Waiting>>,
    /// The fold, if one is kept. Held while a put is in flight: that is what makes others wait and go together.
    pub(crate) folded: tokio::sync::Mutex<Option<Folded>>,
}

#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) proposal: Proposal,
    pub(crate) bytes: usize,
    pub(crate) reply: oneshot::Sender<Result<Outcome, Failure>>,
}

/// A failure that can be returned to several callers.
#[derive(Clone, Debug)]
pub(crate) struct Failure(pub(crate) Arc<StoreError>);

/// What waits, up to `max_group` changes and one entry's bytes; the rest waits on.
pub(crate) fn take(room: &Room, max_group: usize) -> Vec<Waiting> {
    let mut waiting = room.waiting.lock().unwrap_or_else(PoisonError::into_inner);
    // Whose function was killed waits no more: its client sends it again.
    waiting.retain(|waiting| !waiting.reply.is_closed());
    let (mut count, mut total) = (0, 0);
    for next in waiting.iter() {
        // What a change gains on its way into the log: version, author, time.
        let bytes = next.bytes + 512;
        if count > 0 && (count >= max_group || !LogEntry::fits(count, total, bytes)) {
            break;
        }
        (count, total) = (count + 1, total + bytes);
    }
    waiting.drain(..count).collect()
}

impl From<Failure> for StoreError {
    fn from(Failure(error): Failure) -> Self {
        match &*error {
            StoreError::Unavailable { operation, reason } => {
                Self::Unavailable { operation, reason: reason.clone() }
            }
            StoreError::Newer(what) => Self::Newer(what.clone()),
            StoreError::Corrupt(what) => Self::Corrupt(what.clone()),
            StoreError::NotFound => Self::NotFound,
        }
    }
}
