//! A change's way: into the log, then to the room. The same for a frame and for a request over HTTPS.
use crate::{Identity, broadcast::Telling, members, mentions, room::busy};
use protocol::{client::ProposedChange, server::{Rejected, committed}};
use sheet::{Author, Change, Refusal, Role, TimestampMs, Verdict, check, check::Policy};
use std::sync::Arc;
use store::{Committed, Connection, Outcome, Proposal, StoreError};

/// Whose change it is.
#[derive(Clone, Debug)]
pub struct Sender {
    author: Author,
    role: Role,
    /// Their socket in the room, if they have one: it is told even if its row is missing, because the author's own
    /// echo is the acknowledgement.
    socket: Option<Connection>,
}

impl Sender {
    /// Somebody on a socket, or over HTTPS when there is none.
    pub fn person(identity: &Identity, connection_id: Option<&str>, now: TimestampMs) -> Self {
        let socket = connection_id.map(|id| identity.connection(id, now));
        Self { author: identity.author(), role: identity.role, socket }
    }

    /// The functions themselves.
    pub fn system() -> Option<Self> {
        Some(Self { author: Author::system()?, role: Role::System, socket: None })
    }
}

/// What became of a change.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It stands in the log, and the room has been told or is being told.
    Committed {
        /// Its version.
        version: u64,
        /// As it stands there.
        text: Arc<str>,
    },
    /// It does not.
    Rejected(Rejected),
}

/// Commits a change and tells the room; a removal, all rooms of the tenant; a mention, whom it names.
pub async fn commit(telling: &Telling<'_>, sender: &Sender, proposed: ProposedChange) -> Answer {
    let id = proposed.id.to_string();
    let refused = |refusal| Answer::Rejected(Rejected::new(id.clone(), refusal, 0));
    let steps = match members::wanted(&proposed.ops) {
        None => Vec::new(),
        Some(Err(refusal)) => return refused(refusal),
        Some(Ok(steps)) => steps,
    };
    let (context, tenant) = (telling.context, &telling.room.tenant);
    let mut begun = Vec::new();
    if !steps.is_empty() {
        // Whether they may is the fold's to say, before anybody is denied anything.
        if let Err(refusal) = may(telling, sender, &proposed).await {
            return refused(refusal);
        }
        for (user, standing) in steps {
            match members::begin(context, tenant, &user, standing).await {
                Ok(step) => begun.extend(step),
                Err(error) => return refused(busy(&error)),
            }
        }
    }
    let answer = match mentions::allowed(telling, &proposed.ops).await {
        Ok(Ok(())) => commit_one(telling, sender, proposed).await,
        Ok(Err(refusal)) => return refused(refusal),
        Err(error) => return refused(busy(&error)),
    };
    for step in begun {
        // What fails here, or dies, is gone on with by the sweep: the denial says that it is not done.
        if let Err(error) = members::finish(context, telling.endpoint, tenant, &step).await {
            tracing::warn!(%error, "a member's standing is not carried out everywhere yet");
        }
    }
    answer
}

/// Would the change be let through at the tip?
async fn may(telling: &Telling<'_>, sender: &Sender, proposed: &ProposedChange) -> Result<(), Refusal> {
    let tip = telling.context.store.tip(telling.room).await.map_err(|error| busy(&error))?;
    let change = Change {
        version: tip.state.version() + 1,
        id: proposed.id.clone(),
        author: sender.author.clone(),
        role: sender.role,
        at: telling.context.now().max(tip.state.sheet.updated_at),
        base: proposed.base,
        ops: proposed.ops.clone(),
    };
    match check(&tip.state, &change, 0, &Policy::default()) {
        Verdict::Accept(_) | Verdict::Duplicate { .. } => Ok(()),
        Verdict::Refuse(refusal) => Err(refusal),
    }
}

/// Commits one change in one cycle and tells its room.
pub(crate) async fn commit_one(telling: &Telling<'_>, sender: &Sender, proposed: ProposedChange) -> Answer {
    let ProposedChange { id, base, ops } = proposed;
    let now = telling.context.now();
    let proposal = Proposal { id: id.clone(), author: sender.author.clone(), role: sender.role, base, ops, now };
    let room = Room { telling, socket: sender.socket.as_ref() };
    match telling.context.store.commit(telling.room, proposal).await {
        Ok(Outcome::Committed(done)) => {
            let text = done.entry.texts.get((done.version - done.entry.first) as usize).cloned().unwrap_or_default();
            room.announce(&done).await;
            if let Some(change) = done.entry.changes.get((done.version - done.entry.first) as usize) {
                mentions::deliver(telling, change).await;
            }
            Answer::Committed { version: done.version, text }
        }
        Ok(Outcome::Duplicate { version, text, tip }) => {
            room.announce_again(&text, version == tip).await;
            // The function that committed it may have died before it told whom it mentions.
            if let Ok(change) = serde_json::from_str::<Change>(&text) {
                mentions::deliver(telling, &change).await;
            }
            Answer::Committed { version, text }
        }
        Ok(Outcome::Refused { refusal, version }) => Answer::Rejected(Rejected::new(id.to_string(), refusal, version)),
        Err(error) => Answer::Rejected(Rejected::new(id.to_string(), busy(&error), 0)),
    }
}

/// A room that is told of a change. That it could not be told is no failure of the change: it stands in the log, and
/// who was not told finds out by asking.
struct Room<'a> {
    telling: &'a Telling<'a>,
    socket: Option<&'a Connection>,
}

impl Room<'_> {
    async fn announce(&self, done: &Committed) {
        if !done.leads {
            return;
        }
        self.tell_all(&committed(&done.entry.texts)).await;
        if done.compaction_due
            && let Err(error) = self.telling.context.store.compact(self.telling.room).await
        {
            tracing::warn!(%error, "the record stays as it is until the next change");
        }
    }

    /// A duplicate at the tip goes to the room again: the function that committed it may have died before it told
    /// anybody. An older one was seen by whoever saw what came after it.
    async fn announce_again(&self, text: &Arc<str>, at_tip: bool) {
        let frames = committed(std::slice::from_ref(text));
        match self.socket {
            _ if at_tip => self.tell_all(&frames).await,
            None => {}
            Some(socket) => {
                for frame in frames {
                    self.telling.answer_text(&socket.user, &socket.connection_id, frame).await;
                }
            }
        }
    }

    async fn tell_all(&self, frames: &[String]) {
        let everybody: Result<_, StoreError> = self.telling.everybody().await;
        let mut everybody = everybody.unwrap_or_else(|error| {
            tracing::warn!(%error, "the room could not be told");
            Vec::new()
        });
        if let Some(socket) = self.socket
            && !everybody.iter().any(|connection| connection.connection_id == socket.connection_id)
        {
            everybody.push(socket.clone());
        }
        self.telling.tell_these(&everybody, frames, None).await;
    }
}
