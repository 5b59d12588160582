//! `change`: into the log, then to the room.
use crate::Message;
use platform::room;
use protocol::{
    client::ProposedChange,
    human::HumanOp,
    server::{Rejected, committed},
    ServerFrame,
};
use sheet::{ChangeId, TaskId};
use std::sync::Arc;
use store::{Committed, Outcome, Proposal, StoreError};

impl Message<'_> {
    /// Commits a change and tells the room; its author's own echo is the acknowledgement.
    pub(crate) async fn change(&self, proposed: ProposedChange) {
        let ProposedChange { id, base, ops } = proposed;
        let proposal = Proposal {
            id: id.clone(),
            author: self.identity.author(),
            role: self.identity.role,
            base,
            ops,
            now: self.context.now(),
        };
        let told = match self.context.store.commit(self.room, proposal).await {
            Ok(Outcome::Committed(committed)) => self.announce(&committed).await,
            Ok(Outcome::Duplicate { version, text, tip }) => self.announce_again(&text, version == tip).await,
            Ok(Outcome::Refused { refusal, version }) => {
                self.rejected(id.to_string(), refusal, version).await;
                Ok(())
            }
            Err(error) => {
                let refusal = room::busy(&error);
                self.post(&ServerFrame::Rejected(Rejected::new(id.to_string(), refusal, 0))).await;
                Ok(())
            }
        };
        if let Err(error) = told {
            // It is in the log; who was not told finds out by asking.
            tracing::warn!(%error, "the room could not be told");
        }
    }

    async fn announce(&self, done: &Committed) -> Result<(), StoreError> {
        if !done.leads {
            return Ok(());
        }
        let told = self.tell_all(&committed(&done.entry.texts)).await;
        if done.compaction_due
            && let Err(error) = self.context.store.compact(self.room).await
        {
            tracing::warn!(%error, "the record stays as it is until the next change");
        }
        told
    }

    /// A duplicate at the tip goes to the room again: the function that committed it may have died before it told
    /// anybody. An older one was seen by whoever saw what came after it.
    async fn announce_again(&self, text: &Arc<str>, at_tip: bool) -> Result<(), StoreError> {
        let frames = committed(std::slice::from_ref(text));
        if at_tip {
            return self.tell_all(&frames).await;
        }
        for frame in frames {
            self.telling().answer_text(&self.identity.user, self.connection_id, frame).await;
        }
        Ok(())
    }

    /// To the room, and to the author even if their row is missing from it.
    async fn tell_all(&self, frames: &[String]) -> Result<(), StoreError> {
        let telling = self.telling();
        let mut everybody = telling.everybody().await?;
        if !everybody.iter().any(|connection| connection.connection_id == self.connection_id) {
            everybody.push(self.identity.connection(self.connection_id));
        }
        telling.tell_these(&everybody, frames, None).await;
        Ok(())
    }

    /// A change in the human-readable form. Its id is made from the message's: unique, and not remembered.
    pub(crate) async fn human(&self, op: HumanOp) {
        let digits = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
        let made: String = self.message_id.chars().filter(digits).take(34).collect();
        let tip = match self.context.store.tip(self.room).await {
            Ok(tip) => tip,
            Err(error) => return self.error(room::busy(&error)).await,
        };
        let Ok(client) = TaskId::new(&format!("h-{made}")) else { return };
        match op.resolve(&tip.state.sheet, &client) {
            Ok(op) => {
                let id = ChangeId::new(client, 0);
                self.change(ProposedChange { id, base: tip.state.version(), ops: vec![op] }).await;
            }
            Err(refusal) => self.error(refusal).await,
        }
    }
}
