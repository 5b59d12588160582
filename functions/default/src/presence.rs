//! `presence`: relayed, never stored, never logged.
use crate::Message;
use protocol::{ServerFrame, client::PresenceState};

impl Message<'_> {
    /// Tells the others where this one is. Who they are is the server's word, not the frame's.
    pub(crate) async fn presence(&self, state: &PresenceState) {
        let (connection_id, user) = (self.connection_id, &self.identity.user());
        let frame = ServerFrame::Presence { connection_id, user, state }.to_text();
        self.answered(async { self.telling().tell(&[frame], Some(connection_id)).await.map(drop) }).await;
    }
}
