//! One change into one cycle's log, then to its room.
use crate::{
    Identity,
    broadcast::Broadcast,
    mentions,
    metrics::{Count, Timed},
    room::busy,
};
use protocol::{
    client::ProposedChange,
    server::{Rejected, committed},
};
use sheet::{Author, Change, Name, Role, TimestampMs, fail_point, invariant};
use std::sync::Arc;
use store::{Committed, Outcome, Proposal, Recipient};

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
    /// It is not in the log.
    Rejected(Rejected),
}

/// A change that stands in the log, and that the room is to be notified of.
pub(crate) enum Written {
    /// This call wrote it.
    Now(Box<Committed>),
    /// An earlier call did.
    Before {
        /// Its version.
        version: u64,
        /// Its text in the log.
        text: Arc<str>,
        /// Whether no later change is in the log.
        at_tip: bool,
    },
}

/// Commits one change of one cycle and notifies its room.
pub(crate) async fn commit_one(
    broadcast: &Broadcast<'_>,
    sender: &Sender,
    proposed: ProposedChange,
) -> Result<Answer, Rejected> {
    let written = write(broadcast, sender, proposed).await?;
    written.announce(broadcast, sender).await;
    Ok(written.answer())
}

/// Writes one change into one cycle's log.
pub(crate) async fn write(
    broadcast: &Broadcast<'_>,
    sender: &Sender,
    proposed: ProposedChange,
) -> Result<Written, Rejected> {
    let Broadcast { context, room, .. } = *broadcast;
    let (id, begun) = (proposed.id.to_string(), context.now());
    let proposal = sender.proposal(proposed, begun);
    fail_point!(AcknowledgeBeforePut, {
        let tip =
            context.store.tip(room).await.map_err(|error| Rejected::new(id.clone(), busy(&error), 0))?;
        let early = serde_json::to_string(&proposal.change(&tip.state)).unwrap_or_default();
        let frames = committed(&[early.into()]);
        match &sender.socket {
            Some(socket) => broadcast.send_some(std::slice::from_ref(socket), &[socket], &frames).await,
            None => sender.notify(broadcast, &frames, &frames).await,
        }
    });
    fail_point!(BroadcastBeforeCommit, {
        let tip =
            context.store.tip(room).await.map_err(|error| Rejected::new(id.clone(), busy(&error), 0))?;
        let early = serde_json::to_string(&proposal.change(&tip.state)).unwrap_or_default();
        let frames = committed(&[early.into()]);
        sender.notify(broadcast, &frames, &frames).await;
    });
    match context.store.commit(room, proposal).await {
        Ok(Outcome::Committed(done)) => {
            let metrics = &context.metrics;
            metrics.count(Count::Commits);
            metrics.timed(Timed::Commit, context.now().since(begun));
            if done.leads {
                metrics.count(Count::Entries);
                metrics.add(Count::LostSlots, done.lost_slots as u64);
            }
            Ok(Written::Now(Box::new(done)))
        }
        Ok(Outcome::Duplicate { version, text, tip }) => {
            Ok(Written::Before { version, text, at_tip: version == tip })
        }
        Ok(Outcome::Refused { refusal, version }) => Err(Rejected::new(id, refusal, version)),
        Err(error) => Err(Rejected::new(id, busy(&error), 0)),
    }
}

impl Written {
    /// Returns what the author is answered.
    pub(crate) fn answer(self) -> Answer {
        match self {
            Self::Now(done) => Answer::Committed { version: done.version, text: done.text },
            Self::Before { version, text, .. } => Answer::Committed { version, text },
        }
    }

    /// Notifies the room and the people whom the change mentions. A failed notification is no failure of the change: it
    /// is in the log, and a client that was not notified finds it by `ping` and `replay`.
    pub(crate) async fn announce(&self, broadcast: &Broadcast<'_>, sender: &Sender) {
        match self {
            Self::Now(done) => {
                if done.leads {
                    let context = broadcast.context;
                    let begun = context.now();
                    announce(broadcast, sender, done).await;
                    context.metrics.timed(Timed::Broadcast, context.now().since(begun));
                }
                mentions::deliver(broadcast, &done.change).await;
            }
            Self::Before { text, at_tip, .. } => {
                announce_again(broadcast, sender, text, *at_tip).await;
                // The function that committed it may have died before it notified the people whom it mentions.
                if let Ok(change) = serde_json::from_str::<Change>(text) {
                    mentions::deliver(broadcast, &change).await;
                }
            }
        }
    }
}

async fn announce(broadcast: &Broadcast<'_>, sender: &Sender, done: &Committed) {
    invariant!(
        I3,
        (done.entry.first..=done.entry.last()).contains(&done.version)
            && done.entry.texts.contains(&done.text),
        "what is announced is in the stored entry"
    );
    let own = committed(std::slice::from_ref(&done.text));
    sender.notify(broadcast, &committed(&done.entry.texts), &own).await;
    if done.compaction_due {
        match broadcast.context.store.compact(broadcast.room).await {
            Ok(true) => broadcast.context.metrics.count(Count::Compactions),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "the record stays as it is until the log has grown as much again");
            }
        }
    }
}

/// A duplicate at the tip goes to the room again: the function that committed it may have died before it notified
/// anyone. Everyone who received a later change has an older duplicate already.
async fn announce_again(broadcast: &Broadcast<'_>, sender: &Sender, text: &Arc<str>, at_tip: bool) {
    let frames = committed(std::slice::from_ref(text));
    match &sender.socket {
        _ if at_tip => sender.notify(broadcast, &frames, &frames).await,
        None => {}
        Some(socket) => {
            for frame in frames {
                broadcast.answer_text(&socket.user, &socket.connection_id, frame).await;
            }
        }
    }
}

impl Sender {
    /// Sends `frames` to everyone in the room. An author who is not in it, because their socket has not said `hello` or
    /// has lost its row, receives `own` instead: their own change, and nothing of the room.
    async fn notify(&self, broadcast: &Broadcast<'_>, frames: &[String], own: &[String]) {
        let everybody = broadcast.recipients().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the room could not be notified");
            Arc::default()
        });
        let outside =
            |socket: &&Recipient| !everybody.iter().any(|one| one.connection_id == socket.connection_id);
        // On the heap: what a commit holds across its awaits is deep enough without a room's posts.
        Box::pin(broadcast.send_all(&everybody, frames, None)).await;
        if let Some(author) = self.socket.as_ref().filter(outside) {
            for frame in own {
                broadcast.answer_text(&author.user, &author.connection_id, frame.clone()).await;
            }
        }
    }
}
