//! `$default`: hello · change · presence · replay · refresh · ping.
//!
//! Parse, decide, commit, tell the room. Every answer is a frame; the status only tells the gateway that the message
//! was taken. Messages of one socket may run at once and out of order: nothing here depends on which came first.
#![warn(clippy::cast_possible_truncation)]
mod change;
mod hello;
mod presence;

use platform::{
    Context, Identity,
    broadcast::{Broadcast, Endpoint, Posted},
    event::{SocketEvent, SocketResponse},
    invoke::ExtractRequest,
    members,
    metrics::Count,
    rates::{Allowed, Kind},
    room, telemetry,
};
use protocol::{ClientFrame, ServerFrame, Unreadable, human::HumanFrame, server::Rejected};
use sheet::{
    Code, CycleKey, Refusal, fail_point,
    limits::{self, DEFAULT_RATE_PER_WINDOW},
};
use std::collections::BTreeMap;
use store::{
    Connection, Folded, Recipient, StoreError, UserConnection,
    connections::{self, Presence},
};
use tracing::Instrument;

/// Changes of one replay, bounded so that a function's time is; a client that is still behind asks again.
const MAX_REPLAY_CHANGES: usize = 2_000;
/// Bytes of one replay: four frames.
const MAX_REPLAY_BYTES: usize = 4 * protocol::limits::MAX_SERVER_FRAME_BYTES;

/// How often a socket's row is written again to show that the socket lives, milliseconds. Below the 5 minutes between
/// two pings.
const SEEN_EVERY_MS: i64 = 4 * 60 * 1000;
/// A socket of which nothing was heard for this long is asked whether it lives. The gateway's idle limit is 10 minutes.
const SILENT_AFTER_MS: i64 = 10 * 60 * 1000;

/// One message of one socket, and who sent it.
pub(crate) struct Message<'a> {
    context: &'a Context,
    endpoint: &'a Endpoint,
    room: &'a CycleKey,
    identity: &'a Identity,
    connection_id: &'a str,
    message_id: &'a str,
}

/// Handles one message.
pub async fn handle(context: &Context, event: &SocketEvent) -> SocketResponse {
    answer(context, event).instrument(telemetry::of_socket(event)).await
}

async fn answer(context: &Context, event: &SocketEvent) -> SocketResponse {
    let request = &event.request_context;
    let endpoint = Endpoint::of(request);
    let (identity, key) = match Identity::of_event(event) {
        Ok(known) => known,
        Err(refusal) => {
            let frame = ServerFrame::error(refusal).to_text();
            context.callback.post(&endpoint, &request.connection_id, frame.into()).await;
            return SocketResponse::status(403);
        }
    };
    let message = Message {
        context,
        endpoint: &endpoint,
        room: &key,
        identity: &identity,
        connection_id: &request.connection_id,
        message_id: request.message_id.as_deref().unwrap_or(&request.request_id),
    };
    if identity.expired(context.now()) {
        message
            .error(Refusal::new(Code::TokenExpired, "the token has expired: connect again with a fresh one"))
            .await;
        context.callback.close(&endpoint, message.connection_id).await;
        return SocketResponse::status(401);
    }
    message.handle(event.body.as_deref().unwrap_or_default()).await;
    SocketResponse::status(200)
}

impl<'a> Message<'a> {
    fn broadcast(&self) -> Broadcast<'a> {
        Broadcast { context: self.context, endpoint: self.endpoint, room: self.room }
    }

    async fn handle(&self, body: &str) {
        let frame = protocol::read(body);
        if let Ok(ClientFrame::Change(change)) = &frame {
            telemetry::about(&change.id);
        }
        if !self.within_rates(&frame).await {
            return;
        }
        match frame {
            Err(unreadable) => match unreadable.id {
                Some(id) => self.rejected(id, unreadable.refusal, 0).await,
                None => self.error(unreadable.refusal).await,
            },
            Ok(ClientFrame::Change(proposed)) => self.change(proposed).await,
            Ok(ClientFrame::Presence { state }) => self.presence(&state).await,
            Ok(ClientFrame::Hello { since, epoch, docs }) => self.hello(since, epoch.as_deref(), &docs).await,
            Ok(ClientFrame::Replay { since }) => self.answered(self.replay(since)).await,
            Ok(ClientFrame::Refresh) => self.answered(self.refresh()).await,
            Ok(ClientFrame::Ping { .. }) => self.answered(self.ping()).await,
            Ok(ClientFrame::Human(HumanFrame::Join)) => self.hello(None, None, &BTreeMap::new()).await,
            Ok(ClientFrame::Human(HumanFrame::Leave)) => {
                self.answered(room::step_out(&self.broadcast(), self.connection_id)).await;
            }
            Ok(ClientFrame::Human(HumanFrame::Change(op))) => self.human(op).await,
        }
    }

    /// Refuses a frame too many, and closes a socket that does not stop.
    async fn within_rates(&self, frame: &Result<ClientFrame, Unreadable>) -> bool {
        let kind = match frame {
            Ok(ClientFrame::Change(_) | ClientFrame::Human(_)) => Kind::Change,
            Ok(ClientFrame::Presence { .. }) => Kind::Presence,
            Ok(ClientFrame::Hello { .. }) => Kind::Hello,
            Ok(ClientFrame::Replay { .. }) => Kind::Replay,
            Ok(ClientFrame::Refresh) => Kind::Refresh,
            Ok(ClientFrame::Ping { .. }) => Kind::Ping,
            Err(_) => Kind::Unreadable,
        };
        let factor = self.context.store.policy().rate_per_window / DEFAULT_RATE_PER_WINDOW;
        let (refusal, closes) =
            match self.context.rates.count(self.connection_id, kind, self.context.now(), factor) {
                Allowed::Yes => return true,
                Allowed::No(refusal) => (refusal, false),
                Allowed::Close(refusal) => (refusal, true),
            };
        match frame {
            Ok(ClientFrame::Change(change)) => self.rejected(change.id.to_string(), refusal, 0).await,
            _ => self.error(refusal).await,
        }
        if closes {
            self.context.callback.close(self.endpoint, self.connection_id).await;
        }
        false
    }

    /// Posts one frame to this socket.
    async fn post(&self, frame: &ServerFrame<'_>) -> Posted {
        self.broadcast().answer(&self.identity.user, self.connection_id, frame).await
    }

    async fn error(&self, refusal: Refusal) {
        self.context.metrics.refused(refusal.code);
        tracing::debug!(code = %refusal.code, "refused");
        self.post(&ServerFrame::error(refusal)).await;
    }

    async fn rejected(&self, id: String, refusal: Refusal, version: u64) {
        self.context.metrics.refused(refusal.code);
        tracing::info!(code = %refusal.code, "rejected");
        self.post(&ServerFrame::Rejected(Rejected::new(id, refusal, version))).await;
    }

    /// Answers what went wrong with an `error`, if anything did.
    async fn answered(&self, work: impl Future<Output = Result<(), StoreError>>) {
        if let Err(error) = work.await {
            self.error(room::busy(&error)).await;
        }
    }

    /// Turns away who has been removed, by what the log says. Their sockets are closed by the removal; one whose upgrade
    /// was still under way then, or whose close was lost, ends here.
    async fn turned_away(&self, tip: &Folded) -> Result<bool, StoreError> {
        let user = &self.identity.user;
        if !tip.state.ledger.denials.contains(user) || !members::is_removed(&self.broadcast(), user).await? {
            return Ok(false);
        }
        self.error(Refusal::new(Code::Revoked, "you have been removed from this workspace")).await;
        self.context.callback.close(self.endpoint, self.connection_id).await;
        room::leave(&self.broadcast(), user, self.connection_id).await?;
        Ok(true)
    }

    /// Returns whether this socket has said `hello`; answers it that it has not, otherwise.
    async fn has_entered(&self) -> Result<bool, StoreError> {
        let (table, now) = (self.context.store.table(), self.context.now());
        if connections::find(table, self.room, self.connection_id, now).await? != Presence::Outside {
            return Ok(true);
        }
        // What no hello would help is said first: that there is no such cycle, or that they have been removed.
        let tip = self.context.store.tip(self.room).await?;
        if self.turned_away(&tip).await? {
            return Ok(false);
        }
        self.error(Refusal::new(Code::Forbidden, "this socket is in no room yet: say hello first")).await;
        Ok(false)
    }

    /// The changes after `since`, to this socket alone.
    async fn replay(&self, since: u64) -> Result<(), StoreError> {
        if !self.has_entered().await? {
            return Ok(());
        }
        let store = &self.context.store;
        let tip = store.tip(self.room).await?;
        if self.turned_away(&tip).await? {
            return Ok(());
        }
        if since >= tip.state.version() {
            // Nothing to send, or another history: the tip and its epoch say which.
            self.post(&ServerFrame::Pong { version: tip.state.version(), epoch: &tip.epoch }).await;
            return Ok(());
        }
        let missed = usize::try_from(tip.state.version() - since).unwrap_or(usize::MAX);
        let changes = missed.min(MAX_REPLAY_CHANGES);
        let texts = store.replay(self.room, since, changes, MAX_REPLAY_BYTES).await?;
        self.context.metrics.count(Count::Replays);
        for frame in protocol::server::committed(&texts) {
            self.broadcast().answer_text(&self.identity.user, self.connection_id, frame).await;
        }
        Ok(())
    }

    /// Asks for a new extraction.
    async fn refresh(&self) -> Result<(), StoreError> {
        if !self.has_entered().await? {
            return Ok(());
        }
        let tip = self.context.store.tip(self.room).await?;
        if self.turned_away(&tip).await? {
            return Ok(());
        }
        if !tip.state.ledger.role_of(&self.identity.user, self.identity.role).edits() {
            self.error(Refusal::new(Code::Forbidden, "a viewer reads; ask an editor to refresh")).await;
            return Ok(());
        }
        if let Err(refusal) = tip.state.may_refresh(self.context.now()) {
            self.error(refusal).await;
            return Ok(());
        }
        if !self.context.invoke.extract(&ExtractRequest::refresh(self.room, self.connection_id)).await {
            self.error(Refusal::new(Code::Busy, "the extraction could not be started: ask again")).await;
        }
        Ok(())
    }

    /// Answers with the tip, and registers a socket that has said `hello` in the room again if a false 410 removed it.
    /// From time to time it also posts to sockets that have been silent for long, and removes those that are gone, so
    /// that a dead socket is noticed without an edit.
    async fn ping(&self) -> Result<(), StoreError> {
        let (table, now) = (self.context.store.table(), self.context.now());
        let known = connections::find(table, self.room, self.connection_id, now).await?;
        let is_due = match &known {
            Presence::Outside => false,
            Presence::Lost => true,
            Presence::Inside(row) => now.since(row.seen_at) >= SEEN_EVERY_MS,
        };
        fail_point!(FalseGoneStays, let is_due = is_due && known != Presence::Lost);
        if is_due {
            let row = self.identity.connection(self.connection_id, now);
            if connections::stay(table, self.room, &row, now).await? && known == Presence::Lost {
                self.note_with_user().await?;
            }
            self.probe().await?;
        }
        let tip = self.context.store.tip(self.room).await?;
        if self.turned_away(&tip).await? {
            return Ok(());
        }
        self.post(&ServerFrame::Pong { version: tip.state.version(), epoch: &tip.epoch }).await;
        Ok(())
    }

    async fn probe(&self) -> Result<(), StoreError> {
        let (broadcast, now) = (self.broadcast(), self.context.now());
        let everybody = broadcast.everybody().await?;
        let is_silent = |connection: &Connection| now.since(connection.seen_at) >= SILENT_AFTER_MS;
        let recipients: Vec<Recipient> = everybody.iter().map(Recipient::from).collect();
        let silent: Vec<&Recipient> =
            recipients.iter().zip(&everybody).filter(|(_, c)| is_silent(c)).map(|(r, _)| r).collect();
        if silent.is_empty() {
            return Ok(());
        }
        let tip = self.context.store.tip(self.room).await?;
        let pong = ServerFrame::Pong { version: tip.state.version(), epoch: &tip.epoch }.to_text();
        broadcast.send_some(&recipients, &silent, &[pong]).await;
        Ok(())
    }

    async fn note_with_user(&self) -> Result<(), StoreError> {
        let now = self.context.now();
        let row = UserConnection::new(self.connection_id, self.room, now);
        connections::open(self.context.store.table(), &self.identity.tenant, &self.identity.user, &row, now)
            .await
    }
}

const _: () = assert!(protocol::limits::MAX_CLIENT_FRAME_BYTES < limits::MAX_CHANGE_BYTES);
