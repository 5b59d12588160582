//! Notifies a room: one read of its roster's count, one of the connection map if it has changed, one post per connection
//! and frame.
//!
//! A post is tried twice at most, and a slow socket never delays the others. What a lost post costs is a moment: the
//! client's next `ping` shows that it is behind. A socket that is gone (410) loses the rows it was posted to by.
use crate::{Context, identity::peer};
use bytes::Bytes;
use futures::{StreamExt, stream::FuturesUnordered};
use protocol::{ServerFrame, server::Peer};
use sheet::{CycleKey, Name};
use std::sync::Arc;
use store::{Connection, Recipient, StoreError, connections};

pub use crate::callback::{Callback, Endpoint, Posted, SdkCallback};

/// Posts under way at once: bounds the sockets a function opens to the callback endpoint.
const CONCURRENT_POSTS: usize = 128;

/// A way to post to a room: an endpoint, and the room of a tenant.
pub struct Broadcast<'a> {
    /// The handler's context.
    pub context: &'a Context,
    /// Where the sockets are posted to.
    pub endpoint: &'a Endpoint,
    /// The room.
    pub room: &'a CycleKey,
}

impl Broadcast<'_> {
    /// Everybody in the room, and all that is known of them: one Query.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an
    /// item cannot be understood.
    pub async fn everybody(&self) -> Result<Vec<Connection>, StoreError> {
        connections::room(self.context.store.table(), self.room, self.context.now()).await
    }

    /// Returns the sockets that a broadcast goes to: one GetItem, and a Query if the room's roster has changed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an
    /// item cannot be understood.
    pub async fn recipients(&self) -> Result<Arc<[Recipient]>, StoreError> {
        self.context.store.recipients(self.room, self.context.now()).await
    }

    /// Posts `frames`, in order, to everybody in the room but `except`. How many sockets were posted to.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call
    /// again is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
    pub async fn send(&self, frames: &[String], except: Option<&str>) -> Result<usize, StoreError> {
        let everybody = self.recipients().await?;
        Ok(self.send_all(&everybody, frames, except).await)
    }

    /// The same to sockets that were already read.
    pub async fn send_all(&self, everybody: &[Recipient], frames: &[String], except: Option<&str>) -> usize {
        let to: Vec<&Recipient> =
            everybody.iter().filter(|r| Some(r.connection_id.as_str()) != except).collect();
        self.send_some(everybody, &to, frames).await;
        to.len()
    }

    /// Posts `frames` to some of the room. Sockets that turn out to be gone leave it, and the others receive `left`.
    pub async fn send_some(&self, everybody: &[Recipient], to: &[&Recipient], frames: &[String]) {
        let gone = self.post_to(to, frames).await;
        if gone.is_empty() {
            return;
        }
        let mut left = Vec::with_capacity(gone.len());
        for recipient in &gone {
            // The call that takes the row notifies the room; if there was no row, another call has notified it.
            if let Some(row) = self.forget(&recipient.user, &recipient.connection_id).await {
                let Peer { connection_id, user, .. } = &peer(&row);
                left.push(ServerFrame::Left { connection_id, user }.to_text());
            }
        }
        let stays = |r: &&Recipient| !gone.iter().any(|gone| gone.connection_id == r.connection_id);
        let rest: Vec<&Recipient> = everybody.iter().filter(stays).collect();
        // A socket that is found gone only now is removed with the next frame.
        self.post_to(&rest, &left).await;
    }

    /// Posts `frames`, in order, to each; those whose socket is gone.
    async fn post_to<'r>(&self, to: &[&'r Recipient], frames: &[String]) -> Vec<&'r Recipient> {
        let frames: Arc<[Bytes]> = frames.iter().map(|frame| Bytes::from(frame.clone())).collect();
        let (mut under_way, mut waiting, mut gone) =
            (FuturesUnordered::new(), to.iter().copied(), Vec::new());
        loop {
            while under_way.len() < CONCURRENT_POSTS
                && let Some(recipient) = waiting.next()
            {
                under_way.push(self.post_one(recipient, frames.clone()));
            }
            match under_way.next().await {
                Some(dead) => gone.extend(dead),
                None => return gone,
            }
        }
    }

    /// Posts `frames`, in order, to one; the one, if its socket is gone.
    async fn post_one<'r>(&self, recipient: &'r Recipient, frames: Arc<[Bytes]>) -> Option<&'r Recipient> {
        for frame in frames.iter() {
            match self.context.callback.post(self.endpoint, &recipient.connection_id, frame.clone()).await {
                Posted::Delivered => {}
                Posted::Gone => return Some(recipient),
                Posted::Failed => return None,
            }
        }
        None
    }

    /// Posts one frame to one socket of this room.
    pub async fn answer(&self, user: &Name, connection_id: &str, frame: &ServerFrame<'_>) -> Posted {
        self.answer_text(user, connection_id, frame.to_text()).await
    }

    /// Posts one frame, as text, to one socket of this room.
    pub async fn answer_text(&self, user: &Name, connection_id: &str, frame: String) -> Posted {
        let posted = self.context.callback.post(self.endpoint, connection_id, frame.into()).await;
        if posted == Posted::Gone {
            self.forget(user, connection_id).await;
        }
        posted
    }

    /// Takes a socket that answered 410 out of its room and from its user. Returns the removed row to the first caller
    /// alone. If the socket lives after all, its next `ping` writes both rows again.
    async fn forget(&self, user: &Name, connection_id: &str) -> Option<Connection> {
        let table = self.context.store.table();
        let left = connections::lose(table, self.room, connection_id, self.context.now()).await;
        let closed = connections::close(table, &self.room.tenant, user, connection_id).await;
        if let (Err(error), _) | (_, Err(error)) = (&left, &closed) {
            tracing::warn!(%error, "the rows of a gone socket stay until they expire");
        }
        left.ok().flatten()
    }
}
