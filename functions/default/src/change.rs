//! `change`, in both encodings.
use crate::Message;
use platform::{
    changes::{self, Answer, Sender},
    room,
};
use protocol::{ServerFrame, client::ProposedChange, human::HumanOp};
use sheet::{ChangeId, ClientId};

impl Message<'_> {
    /// Commits a change. Its author's own echo is the acknowledgement; only a refusal is answered here.
    pub(crate) async fn change(&self, proposed: ProposedChange) {
        let sender = Sender::person(self.identity, Some(self.connection_id));
        let answer = changes::commit(&self.broadcast(), &sender, proposed).await;
        if let Answer::Rejected(rejected) = answer {
            self.context.metrics.refused(rejected.code);
            tracing::info!(code = %rejected.code, "rejected");
            self.post(&ServerFrame::Rejected(rejected)).await;
        }
    }

    /// A change in the human-readable form. Its id is made from the message's: unique, and not remembered.
    pub(crate) async fn human(&self, op: HumanOp) {
        let client = ClientId::made_of("h-", self.message_id);
        let tip = match self.context.store.tip(self.room).await {
            Ok(tip) => tip,
            Err(error) => return self.error(room::busy(&error)).await,
        };
        match op.resolve(&tip.state.sheet, &client.as_row()) {
            Ok(op) => {
                let id = ChangeId::new(client, 0);
                self.change(ProposedChange { id, base: tip.state.version(), ops: vec![op] }).await;
            }
            Err(refusal) => self.error(refusal).await,
        }
    }
}
