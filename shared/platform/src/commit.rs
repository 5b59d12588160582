//! One change into one cycle's log, then to its room.
use crate::{
    Identity,
    broadcast::Telling,
    mentions,
    metrics::{Count, Timed},
    room::busy,
};
use protocol::{
    client::ProposedChange,
    server::{Rejected, committed},
};
use sheet::{
    Author, Change, Name, Role, TimestampMs,
    planted::{self, Fault},
};
use std::sync::Arc;
use store::{Committed, Outcome, Proposal, Recipient, StoreError};

/// Whose change it is.
#[derive(Clone, Debug)]
pub struct Sender {
    author: Author,
    role: Role,
    /// The author's socket in the room, if there is one: it receives the change even if its row is missing, because the
    /// author's own copy is the acknowledgement.
    socket: Option<Recipient>,
}

impl Sender {
    /// What this sender proposes to the log at `now`.
    pub(crate) fn proposal(&self, proposed: ProposedChange, now: TimestampMs) -> Proposal {
        let ProposedChange { id, base, ops } = proposed;
        Proposal { id, author: self.author.clone(), role: self.role, base, ops, now }
    }

    /// Somebody on a socket, or over HTTPS when there is none.
    pub fn person(identity: &Identity, connection_id: Option<&str>) -> Self {
        let socket =
            connection_id.map(|id| Recipient { connection_id: id.to_owned(), user: identity.user.clone() });
        Self { author: identity.author(), role: identity.role, socket }
    }

    /// Returns the author's id.
    pub(crate) fn user(&self) -> &Name {
        &self.author.id
    }

    /// Returns the functions themselves as the sender of a change.
    pub fn system() -> Self {
        Self { author: Author::system(), role: Role::System, socket: None }
    }
}

/// What became of a change.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The change is in the log, and the room has been notified or is being notified.
    Committed {
        /// Its version.
        version: u64,
        /// Its text in the log.
        text: Arc<str>,
    },
    /// It does not.
    Rejected(Rejected),
}

/// Commits one change in one cycle and tells its room.
pub(crate) async fn commit_one(telling: &Telling<'_>, sender: &Sender, proposed: ProposedChange) -> Answer {
    let id = proposed.id.clone();
    let (metrics, begun) = (&telling.context.metrics, telling.context.now());
    let proposal = sender.proposal(proposed, begun);
    let room = Room { telling, socket: sender.socket.as_ref() };
    if planted::is(Fault::AcknowledgeBeforePut) || planted::is(Fault::BroadcastBeforeCommit) {
        room.foretell(&proposal).await;
    }
    match telling.context.store.commit(telling.room, proposal).await {
        Ok(Outcome::Committed(done)) => {
            let committed = telling.context.now();
            metrics.count(Count::Commits);
            metrics.timed(Timed::Commit, committed.since(begun));
            room.announce(&done).await;
            if done.leads {
                metrics.count(Count::Entries);
                metrics.add(Count::LostSlots, done.lost_slots as u64);
                metrics.timed(Timed::Broadcast, telling.context.now().since(committed));
            }
            mentions::deliver(telling, &done.change).await;
            Answer::Committed { version: done.version, text: done.text }
        }
        Ok(Outcome::Duplicate { version, text, tip }) => {
            room.announce_again(&text, version == tip).await;
            // The function that committed it may have died before it told whom it mentions.
            if let Ok(change) = serde_json::from_str::<Change>(&text) {
                mentions::deliver(telling, &change).await;
            }
            Answer::Committed { version, text }
        }
        Ok(Outcome::Refused { refusal, version }) => {
            Answer::Rejected(Rejected::new(id.to_string(), refusal, version))
        }
        Err(error) => Answer::Rejected(Rejected::new(id.to_string(), busy(&error), 0)),
    }
}

/// A room that is notified of a change. A failed notification is no failure of the change: it is in the log, and a
/// client that was not notified finds it by `ping` and `replay`.
struct Room<'a> {
    telling: &'a Telling<'a>,
    socket: Option<&'a Recipient>,
}

impl Room<'_> {
    /// A fault for the simulation to find: tells of a change that is in no log yet.
    async fn foretell(&self, proposal: &Proposal) {
        let Ok(tip) = self.telling.context.store.tip(self.telling.room).await else { return };
        let Ok(text) = serde_json::to_string(&proposal.change(&tip.state)) else { return };
        let frames = committed(&[text.into()]);
        match self.socket.filter(|_| planted::is(Fault::AcknowledgeBeforePut)) {
            Some(socket) => self.telling.tell_some(std::slice::from_ref(socket), &[socket], &frames).await,
            None => self.tell_all(&frames, &frames).await,
        }
    }

    async fn announce(&self, done: &Committed) {
        if !done.leads {
            return;
        }
        self.tell_all(&committed(&done.entry.texts), &committed(std::slice::from_ref(&done.text))).await;
        if done.compaction_due {
            match self.telling.context.store.compact(self.telling.room).await {
                Ok(true) => self.telling.context.metrics.count(Count::Compactions),
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "the record stays as it is until the log has grown as much again");
                }
            }
        }
    }

    /// A duplicate at the tip goes to the room again: the function that committed it may have died before it notified
    /// anyone. Everyone who received a later change has an older duplicate already.
    async fn announce_again(&self, text: &Arc<str>, at_tip: bool) {
        let frames = committed(std::slice::from_ref(text));
        match self.socket {
            _ if at_tip => self.tell_all(&frames, &frames).await,
            None => {}
            Some(socket) => {
                for frame in frames {
                    self.telling.answer_text(&socket.user, &socket.connection_id, frame).await;
                }
            }
        }
    }

    /// Sends `frames` to everyone in the room. An author who is not in it, because their socket has not said `hello` or
    /// has lost its row, receives `own` instead: their own change, and nothing of the room.
    async fn tell_all(&self, frames: &[String], own: &[String]) {
        let everybody: Result<_, StoreError> = self.telling.recipients().await;
        let everybody = everybody.unwrap_or_else(|error| {
            tracing::warn!(%error, "the room could not be notified");
            Arc::default()
        });
        let outside =
            |socket: &&Recipient| !everybody.iter().any(|one| one.connection_id == socket.connection_id);
        // On the heap: what a commit holds across its awaits is deep enough without a room's posts.
        Box::pin(self.telling.tell_these(&everybody, frames, None)).await;
        if let Some(author) = self.socket.filter(outside) {
            for frame in own {
                self.telling.answer_text(&author.user, &author.connection_id, frame.clone()).await;
            }
        }
    }
}
