//! The data of the state machine: what happens to it, what it asks for, what it remembers. The JSON of [`Input`],
//! [`Effect`] and [`QueueRecord`] is that of `web/client/src/machine/types.ts`.
#![allow(
    missing_docs,
    reason = "fields are named as in TypeScript, and documented where the name does not say all"
)]
use crate::frames::{Announced, Connection, DocumentUpdate, User};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sheet::{Author, Column, DocName, Op, Role, Row, RowId, Sheet, doc::Bytes};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Something that happens, with the time (milliseconds since 1970) and a random number (at least 0, below 1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// What happens.
    #[serde(flatten)]
    pub event: Event,
    /// The time.
    pub now: i64,
    /// What to decide by where chance decides.
    pub random: f64,
}

/// What happens to the client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// The page is there: connect.
    Start,
    /// A socket that was asked for is open.
    Opened { socket: u32 },
    /// A socket closed by itself.
    Closed { socket: u32, code: u16 },
    /// The token provider said that only a sign-in helps.
    SessionEnded { socket: u32 },
    /// A text arrived.
    Frame { socket: u32, text: String },
    /// A wait is over.
    Timer { timer: Timer },
    /// The answer to [`Effect::FetchSnapshot`].
    Snapshot { request: u32, result: SnapshotResult },
    /// The answer to [`Effect::FetchChanges`].
    Changes { request: u32, result: ChangesResult },
    /// A person wants this; `call` names the promise to settle.
    Change { call: i64, ops: Vec<Op> },
    /// Other ops in place of those of a call that has not been sent; without any, it is taken back.
    Amend { call: i64, ops: Vec<Op> },
    /// The answer to [`Effect::Post`].
    Posted { id: String, result: PostResult },
    /// Takes back the last step.
    Undo { call: i64 },
    /// Makes it again.
    Redo { call: i64 },
    /// Writes one's own text over theirs.
    KeepMine { call: i64, conflict_id: String },
    /// Lets theirs stand.
    KeepTheirs { conflict_id: String },
    /// One moved.
    Presence { state: PresenceState },
    /// A new extraction is wanted.
    Refresh,
    /// The device's network came or went.
    Online { online: bool },
    /// The page was shown or hidden.
    Visible { visible: bool },
    /// A person signed in again, or asks to try now.
    Reconnect,
    /// A notice was read.
    Dismiss { what: Notice },
    /// The page closes.
    Stop,
}

/// What can be dismissed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Notice {
    /// The last refusal.
    LastRejection,
    /// The error.
    Error,
    /// All notifications.
    Notifications,
}

/// What a tab tells of itself: `cursor`, `status`, `docs`.
pub type PresenceState = Map<String, Value>;

/// What the machine asks its driver to do, in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Effect {
    /// Open a socket; answer with [`Event::Opened`] or [`Event::Closed`].
    Open { socket: u32 },
    /// Close it; its `Closed` is not reported.
    Close { socket: u32 },
    /// Send; a `change` only after the `Persist` before it is done.
    Send { socket: u32, frame: ClientFrame },
    /// (Re)start a wait.
    SetTimer { timer: Timer, ms: i64 },
    /// Forget a wait.
    ClearTimer { timer: Timer },
    /// Fetch the sheet; `url` none: the cycle's own address; `etag` none: unconditional.
    FetchSnapshot { request: u32, url: Option<String>, etag: Option<String> },
    /// Fetch changes after `since`.
    FetchChanges { request: u32, since: u64, limit: u32 },
    /// Send a change over HTTP, because it is too large for a frame; as a `Send` of a change, after its `Persist`.
    Post { change: ClientFrame },
    /// A document's update was folded.
    DocumentCommitted { doc: DocName, update: Bytes, version: u64 },
    /// An own update of a document will never be in the log.
    DocumentRefused { doc: DocName, update: Bytes, code: String, message: String },
    /// A whole sheet was taken in place of changes.
    DocumentsSkipped,
    /// What `welcome` told of the documents that `hello` named.
    DocumentsWelcomed { docs: BTreeMap<String, Option<DocumentUpdate>> },
    /// The log was restored or replaced: what was known of its documents is void.
    DocumentsVoid,
    /// What became of a call.
    Settle { call: i64, outcome: Outcome },
    /// Store the changes on their way; `None` if nothing is left to store.
    Persist { record: Option<QueueRecord> },
}

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ClientFrame {
    /// Enter the room; with what is known of the log.
    Hello {
        /// The version known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<u64>,
        /// The epoch it belongs to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        epoch: Option<String>,
        /// State vectors of open documents: the driver adds them.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        docs: BTreeMap<String, Bytes>,
    },
    /// Commit this.
    Change { id: String, base: u64, ops: Vec<Op> },
    /// Tell the room.
    Presence { state: PresenceState },
    /// Say again what came after.
    Replay { since: u64 },
    /// Extract again.
    Refresh,
    /// Whether there is anything new.
    Ping { version: u64 },
}

/// Waits that can be under way, each at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Timer {
    Connect,
    Hello,
    Gap,
    Echo,
    Send,
    Ping,
    Pong,
    Rollover,
    Presence,
    Idle,
    Fetch,
}

/// What an HTTP request for the sheet came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum SnapshotResult {
    /// The sheet.
    Sheet { epoch: Option<String>, sheet: Box<Sheet> },
    /// It is the one the `etag` names.
    NotModified,
    /// Neither.
    Failed(Failure),
}

/// What an HTTP request for changes came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ChangesResult {
    /// The log's tip, and changes.
    Changes { version: u64, changes: Vec<Announced> },
    /// None.
    Failed(Failure),
}

/// What a change sent over HTTP came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum PostResult {
    /// It is in the log.
    Committed { changes: Vec<Announced> },
    /// It is not, and this is why.
    Refused { code: String, message: String, retryable: bool, version: u64 },
    /// Nobody knows.
    Failed(Failure),
}

/// Why an HTTP request came to nothing; `status` none: no answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The HTTP status.
    pub status: Option<u16>,
    /// The code in the body.
    pub code: Option<String>,
    /// The sentence in the body.
    pub message: String,
}

/// What became of a call: the log has it, or never will.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    /// In the log, or nothing was left to do.
    Done(Done),
    /// Refused or overtaken.
    Failed(Failed),
}

/// A call that succeeded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// Always true.
    pub ok: bool,
    /// The version that holds the last part of it.
    pub version: u64,
}

/// A call that failed, wholly or in part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failed {
    /// Always false.
    pub ok: bool,
    /// A code of the registry.
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// The cells to decide about.
    pub conflicts: Vec<Conflict>,
}

/// A cell that somebody else changed while it was being changed here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    pub id: String,
    pub task_id: RowId,
    pub column: Column,
    pub base: String,
    pub mine: String,
    pub theirs: String,
    pub their_author: Who,
    pub their_version: u64,
}

/// Somebody: an id, which may be empty, and a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    pub id: String,
    pub name: String,
}

/// A change that was refused for good and taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rejection {
    pub code: String,
    pub message: String,
    pub ops: Vec<Op>,
    pub at: i64,
}

/// What survives a reload: everything on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueRecord {
    /// Always 1.
    pub format: u32,
    /// The user's id.
    pub user: String,
    /// The number of the next change.
    pub next_seq: u64,
    /// Oldest first; the last may be on its way now.
    pub sent: Vec<Sent>,
    /// What waits.
    pub queue: Vec<Edit>,
}

/// A change on its way, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    pub id: String,
    pub base: u64,
    pub edits: Vec<Edit>,
    pub ops: Vec<Op>,
}

/// One call of `change` (or undo, redo, keepMine), or a part of one that was too large for a frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Whose outcome it is part of.
    pub call: i64,
    /// What it does.
    pub ops: Vec<Op>,
    /// Travels alone, because nobody knows for whose sake its change was refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub solo: bool,
    /// How often it was refused without a reason that the sheet shows.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub attempts: u32,
    /// The server's final word: to be dropped at the next rebase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Verdict>,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Edit {
    /// Returns a new one.
    pub fn new(call: i64, ops: Vec<Op>) -> Self {
        Self { call, ops, solo: false, attempts: 0, refused: None }
    }
}

/// A final refusal by a server that had folded up to `version`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    pub code: String,
    pub message: String,
    pub version: u64,
}

/// The one change on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct InFlight {
    /// `<client>.<seq>`
    pub id: String,
    /// The version it was made on.
    pub base: u64,
    /// What it is made of.
    pub edits: Vec<Edit>,
    /// What was sent: the edits, coalesced. A retry sends the same.
    pub ops: Vec<Op>,
    /// How often it was sent over this socket without an answer.
    pub tries: u32,
    /// How often the server asked for patience.
    pub answers: u32,
    /// Whether it is to be sent (again) now.
    pub due: bool,
    /// Every change up to this version was looked at and is not this one.
    pub examined: u64,
    /// Changes beyond `examined` that were looked at too.
    pub seen: BTreeSet<u64>,
    /// Where it is in the log, once that is known.
    pub committed: Option<u64>,
    /// Refused for good; acted upon when this client has folded as far as the server had.
    pub verdict: Option<Verdict>,
}

impl InFlight {
    /// Returns a change before its first journey.
    pub fn unsent(Sent { id, base, edits, ops }: Sent) -> Self {
        Self {
            id,
            base,
            edits,
            ops,
            tries: 0,
            answers: 0,
            due: true,
            examined: base,
            seen: BTreeSet::new(),
            committed: None,
            verdict: None,
        }
    }

    /// Returns the part of it that is kept.
    pub fn sent(&self) -> Sent {
        Sent { id: self.id.clone(), base: self.base, edits: self.edits.clone(), ops: self.ops.clone() }
    }
}

/// An open call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Edits whose fate is open.
    pub open: i64,
    /// The highest version that holds a part of it.
    pub version: u64,
    /// What failed of it.
    pub failure: Option<Failed>,
}

/// A step that can be taken back (or made again).
#[derive(Clone, Debug, PartialEq)]
pub struct UndoStep {
    /// The call whose effect it takes back.
    pub call: i64,
    /// The ops that undo it.
    pub ops: Vec<Op>,
}

/// How far a socket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Opening,
    Hello,
    Live,
}

/// A socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its number.
    pub socket: u32,
    /// How far it is.
    pub phase: Phase,
    /// The version its `hello` named; 0: none.
    pub since: u64,
    /// Whether the room asked for patience with the `hello`.
    pub busy: bool,
}

/// Somebody's socket and what it last told.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerConnection {
    /// The socket and its user.
    pub connection: Connection,
    /// What it told.
    pub state: Option<PresenceState>,
    /// When it told that.
    pub at: i64,
    /// When a frame other than a list mentioned it.
    pub heard_at: i64,
}

/// The presence that is sent to the room.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnPresence {
    /// What one wants to tell.
    pub wanted: Option<PresenceState>,
    /// What the room was last told.
    pub sent: Option<PresenceState>,
    /// The time.
    pub sent_at: i64,
    /// Least distance between two frames.
    pub interval_ms: i64,
    /// When one last moved.
    pub moved_at: i64,
    /// A user joined and has not received this presence yet.
    pub owed: bool,
}

/// Why nothing further is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Halted {
    SessionEnded,
    Removed,
    Failed,
}

/// What the one HTTP request under way is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The sheet, before a socket is opened.
    Reconnect,
    /// The sheet.
    Sheet,
    /// Changes.
    Changes,
    /// None is under way: a pause before the next.
    Pause,
}

/// The one HTTP request under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetch {
    pub request: u32,
    pub purpose: Purpose,
}

/// An error for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub code: String,
    pub message: String,
}

/// The whole state. [`crate::Machine`] holds one; everything may be read, nothing is to be written from outside.
#[derive(Clone, Debug)]
pub struct MachineState {
    // Who.
    /// The client's name: the first half of its changes' ids.
    pub client_name: String,
    /// The number of the next change.
    pub next_seq: u64,
    /// The user, once the server has said it.
    pub user: Option<User>,
    /// What they may do.
    pub role: Option<Role>,
    /// The user the restored changes belong to.
    pub restored_for: Option<String>,
    // The sheet.
    /// The log's name.
    pub epoch: Option<String>,
    /// What the log holds, and nothing else.
    pub confirmed: Option<Sheet>,
    /// `confirmed` with everything below on it.
    pub sheet: Option<Sheet>,
    /// Early changes, held until the gap before them closes.
    pub held: BTreeMap<u64, Announced>,
    /// The highest version known to exist.
    pub target: u64,
    /// Replays that brought nothing.
    pub gap_tries: u32,
    /// Whether the wait for what is missing is under way.
    pub gap_running: bool,
    /// Whether `confirmed` belongs to a log that no longer exists.
    pub distrusted: bool,
    /// Own rows that were removed, unchanged, oldest first.
    pub tombstones: Vec<(RowId, Arc<Row>)>,
    // On their way.
    /// The one change on its way.
    pub in_flight: Option<InFlight>,
    /// Changes of earlier pages that were on their way when those closed.
    pub backlog: Vec<InFlight>,
    /// What waits.
    pub queue: Vec<Edit>,
    /// Open calls.
    pub calls: BTreeMap<i64, Call>,
    /// When a change was last sent.
    pub last_sent_at: i64,
    /// How often in a row the log had already passed the number of a change.
    pub superseded: u32,
    /// Cells to decide about.
    pub conflicts: Vec<Conflict>,
    /// The number of the next conflict.
    pub next_conflict: u32,
    /// The last final refusal.
    pub last_rejection: Option<Rejection>,
    /// What can be taken back, the latest last.
    pub undo: Vec<UndoStep>,
    /// What can be made again.
    pub redo: Vec<UndoStep>,
    // The sockets.
    /// The one in use.
    pub link: Option<Link>,
    /// Its successor, while it rolls over.
    pub next: Option<Link>,
    /// The number of the next socket.
    pub next_socket: u32,
    /// Failures in a row.
    pub attempts: u32,
    /// Refused tokens in a row.
    pub unauthorised: u32,
    /// Whether it was ever in a room.
    pub was_live: bool,
    /// Whether the sheet is fetched over HTTP before the next socket is opened.
    pub fetch_first: bool,
    /// Why nothing further is tried.
    pub halted: Option<Halted>,
    /// Whether the device has a network.
    pub online: bool,
    /// Whether the page is seen.
    pub visible: bool,
    /// Spread of the pauses.
    pub reconnect_jitter_ms: i64,
    /// When the last ping went out.
    pub last_ping_at: i64,
    /// The version it named.
    pub ping_version: u64,
    /// Since when the room has not fallen silent.
    pub busy_since: Option<i64>,
    /// The one HTTP request under way.
    pub fetch: Option<Fetch>,
    /// The number of the next.
    pub next_request: u32,
    /// Server's clock minus this device's.
    pub clock_offset: i64,
    // The room.
    /// This socket's name in the room.
    pub connection_id: Option<String>,
    /// The users in the room, in the order of their first frame.
    pub connections: Vec<PeerConnection>,
    /// When the last `hello` went out.
    pub greeted_at: i64,
    /// The users who have left since.
    pub departed: BTreeSet<String>,
    /// The presence that is sent to the room.
    pub presence: OwnPresence,
    /// Notices.
    pub notifications: Vec<Value>,
    /// The error.
    pub error: Option<Problem>,
}

/// A step under way.
pub(crate) struct Turn<'a> {
    pub now: i64,
    pub random: f64,
    pub state: &'a mut MachineState,
    pub effects: Vec<Effect>,
    /// Whether `sheet` no longer is `confirmed` with what is on its way.
    pub stale: bool,
    /// Whether the queue or the backlog changed and must be stored again.
    pub rewritten: bool,
}

/// The user, for checking ops before the server does.
#[derive(Clone, Debug)]
pub struct Asker {
    /// As far as known.
    pub author: Author,
    /// As far as known.
    pub role: Role,
    /// By the server's clock as far as known.
    pub at: i64,
}
