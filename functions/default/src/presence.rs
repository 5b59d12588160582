//! `presence`: relayed, never stored, never logged.
use crate::Message;
use platform::metrics::Count;
use protocol::{ServerFrame, client::PresenceState};
use store::StoreError;

impl Message<'_> {
    /// Relays this user's presence to the others in the room. The identity comes from the server, never from the frame.
    pub(crate) async fn presence(&self, state: &PresenceState) {
        let (connection_id, user) = (self.connection_id, &self.identity.user());
        let frame = ServerFrame::Presence { connection_id, user, state }.to_text();
        self.answered(self.relay(frame)).await;
    }

    /// Posts a frame to the others in the room, if this socket is in it. The list of recipients nearly always contains
    /// this socket; only a socket that is missing from it costs a read of its own.
    async fn relay(&self, frame: String) -> Result<(), StoreError> {
        let everybody = self.broadcast().recipients().await?;
        let is_listed = everybody.iter().any(|one| one.connection_id == self.connection_id);
        if is_listed || self.has_entered().await? {
            self.context.metrics.count(Count::PresenceFrames);
            self.broadcast().send_all(&everybody, &[frame], Some(self.connection_id)).await;
        }
        Ok(())
    }
}
