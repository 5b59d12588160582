//! `hello`: joins the room and answers with what was missed.
//!
//! The room's row is written before the tip is read, so that a change committed in between is either in the answer or
//! told to this socket.
use crate::Message;
use platform::{broadcast::Posted, identity::peer, invoke::ExtractRequest, metrics::Count, roles, room};
use protocol::{
    ServerFrame,
    limits::{MAX_SERVER_FRAME_BYTES, reconnect_jitter_ms},
    server::{Missed, Peer, Welcome, without_ops},
};
use serde_json::value::RawValue;
use sheet::{DocName, Week, doc::Bytes, week::time_zone};
use std::{collections::BTreeMap, sync::Arc};
use store::{Connection, Folded, Recipient, StoreError, connections, mentions};

/// Bytes of a welcome that hold the sheet or the changes; the rest is for the list of connections.
const MAX_CONTENT_BYTES: usize = MAX_SERVER_FRAME_BYTES * 6 / 10;
/// Changes that a welcome carries; beyond, a snapshot is smaller.
const MAX_CHANGES: usize = 500;
/// Bytes of a welcome that list who is here: the frame has an end, a room of thousands does not.
const MAX_LISTED_BYTES: usize = MAX_SERVER_FRAME_BYTES / 4;
/// Bytes of a welcome that hold mentions; those beyond come with the next one.
const MAX_MENTIONS_BYTES: usize = MAX_SERVER_FRAME_BYTES / 10;

/// What a client gets: the changes it missed, the sheet, or where to fetch the sheet.
enum Content {
    Changes(Vec<Box<RawValue>>),
    Snapshot(Box<RawValue>),
    Elsewhere(String),
}

impl Message<'_> {
    /// Joins the room and answers `welcome`.
    pub(crate) async fn hello(
        &self,
        since: Option<u64>,
        epoch: Option<&str>,
        docs: &BTreeMap<String, String>,
    ) {
        let entered = match room::enter(self.context, self.room).await {
            Ok(entered) => entered,
            Err(error) => return self.error(error.refusal()).await,
        };
        if let Err(error) = roles::record_on_entry(&self.broadcast(), &self.identity.user, &entered).await {
            return self.error(room::busy(&error)).await;
        }
        self.answered(self.welcome(since, epoch, docs, entered)).await;
    }

    async fn welcome(
        &self,
        since: Option<u64>,
        epoch: Option<&str>,
        docs: &BTreeMap<String, String>,
        entered: Folded,
    ) -> Result<(), StoreError> {
        let (store, now) = (&self.context.store, self.context.now());
        let me = self.identity.connection(self.connection_id, now);
        connections::join(store.table(), self.room, &me, now).await?;
        let tip = store.tip(self.room).await?;
        if self.turned_away(&tip).await? {
            return Ok(());
        }
        let everybody = self.broadcast().everybody().await?;
        let content = self.content(since.filter(|_| epoch == Some(&*tip.epoch)), &tip).await?;
        let (tenant, user) = (&self.identity.tenant, &self.identity.user);
        let mut mentions = mentions::waiting(store.table(), tenant, user, now).await?;
        mentions.truncate(within(MAX_MENTIONS_BYTES, mentions.iter().map(serde_json::to_string)));
        let (mut snapshot, mut snapshot_url, mut changes) = (None, None, Vec::new());
        match &content {
            Content::Changes(missed) => changes.clone_from(missed),
            Content::Snapshot(sheet) => snapshot = Some(&**sheet),
            Content::Elsewhere(url) => snapshot_url = Some(url.clone()),
        }
        let used = match &content {
            Content::Changes(missed) => missed.iter().map(|change| change.get().len() + 1).sum(),
            Content::Snapshot(sheet) => sheet.get().len(),
            Content::Elsewhere(_) => 0,
        };
        let docs = missed(docs, &tip, MAX_CONTENT_BYTES.saturating_sub(used));
        let listed = listed(&everybody, self.connection_id);
        let welcome = Welcome {
            protocol: Welcome::PROTOCOL,
            epoch: &tip.epoch,
            connection_id: self.connection_id,
            user: &self.identity.user(),
            role: tip.state.ledger.role_of(&self.identity.user, self.identity.role),
            version: tip.state.version(),
            snapshot,
            snapshot_url,
            changes,
            connections: listed,
            notifications: mentions.iter().filter_map(|one| serde_json::to_value(one).ok()).collect(),
            docs,
            presence_interval_ms: self.context.presence_pace.interval_ms(everybody.len()),
            reconnect_jitter_ms: reconnect_jitter_ms(everybody.len(), self.context.expected_connections),
            at: now,
        };
        let posted = self.post(&ServerFrame::Welcome(Box::new(welcome))).await;
        // A notification is marked as delivered only after the post. If the function is killed in between, it is
        // delivered again under the same name.
        for mention in mentions.iter().filter(|_| posted == Posted::Delivered) {
            mentions::delivered(store.table(), tenant, user, mention).await?;
        }
        let joined = ServerFrame::Joined(&peer(&me)).to_text();
        let recipients: Vec<Recipient> = everybody.iter().map(Recipient::from).collect();
        self.broadcast().send_all(&recipients, &[joined], Some(self.connection_id)).await;
        self.ask_for_extraction(&entered).await
    }

    /// What a client at `since` needs to be at the tip.
    async fn content(&self, since: Option<u64>, tip: &Folded) -> Result<Content, StoreError> {
        if let Some(since) = since.filter(|since| *since <= tip.state.version()) {
            // Complete, or a snapshot: never a part that looks like the whole. What was committed since the tip was read
            // is announced: a welcome ends at the version that it states.
            let lacking = usize::try_from(tip.state.version() - since).unwrap_or(usize::MAX);
            let missed = match lacking {
                0 => Vec::new(),
                1..=MAX_CHANGES => {
                    self.context.store.replay(self.room, since, lacking, MAX_CONTENT_BYTES).await?
                }
                _ => return self.sheet(tip),
            };
            if missed.len() == lacking {
                return missed.iter().map(raw).collect::<Result<_, _>>().map(Content::Changes);
            }
        }
        self.sheet(tip)
    }

    /// The whole sheet, or where to fetch it.
    fn sheet(&self, tip: &Folded) -> Result<Content, StoreError> {
        self.context.metrics.count(Count::Snapshots);
        let sheet = serde_json::value::to_raw_value(&tip.state.sheet).map_err(unwritable)?;
        if sheet.get().len() <= MAX_CONTENT_BYTES {
            return Ok(Content::Snapshot(sheet));
        }
        Ok(Content::Elsewhere(format!("/api/cycles/{}/{}", self.room.team, self.room.week)))
    }

    /// The current week's first visitor starts its extraction, if the schedule has not.
    async fn ask_for_extraction(&self, entered: &Folded) -> Result<(), StoreError> {
        let now = self.context.now();
        if !entered.state.wants_extraction(now) {
            return Ok(());
        }
        let team = self.context.store.team(&self.room.tenant, &self.room.team, now).await?;
        let zone = team.as_ref().and_then(|team| time_zone(&team.time_zone).ok());
        let current = zone.and_then(|zone| Week::containing(now, &zone).ok());
        if current == Some(self.room.week) {
            self.context.invoke.extract(&ExtractRequest::cycle(self.room, false)).await;
        }
        Ok(())
    }
}

/// What the documents that a hello named lack, as far as `max_bytes` hold it. One that does not fit, is unknown here or
/// comes with something that is no state vector is left to be fetched, where there is room to say what is wrong.
fn missed(
    docs: &BTreeMap<String, String>,
    tip: &Folded,
    mut max_bytes: usize,
) -> BTreeMap<DocName, Option<Missed>> {
    let mut told = BTreeMap::new();
    for (doc, state_vector) in docs {
        let Ok(doc) = DocName::new(doc) else { continue };
        let update = Bytes::from_base64(state_vector)
            .ok()
            .and_then(|known| tip.state.doc_since(&doc, Some(&known.0)).ok());
        let fits = update.map(|update| Missed { update, version: tip.state.version() }).filter(|missed| {
            let bytes = 128 + missed.update.0.len() * 4 / 3;
            bytes <= max_bytes
        });
        max_bytes -= fits.as_ref().map_or(0, |missed| 128 + missed.update.0.len() * 4 / 3);
        told.insert(doc, fits);
    }
    told
}

/// How many of `texts`, from the first on, `max_bytes` hold.
fn within(max_bytes: usize, texts: impl Iterator<Item = serde_json::Result<String>>) -> usize {
    let mut bytes = 0;
    let fits = texts.take_while(|text| {
        bytes += text.as_ref().map_or(max_bytes, String::len) + 1;
        bytes <= max_bytes
    });
    fits.count()
}

/// Returns the sockets in the room, as many as the frame has space for, and this socket in any case.
fn listed(everybody: &[Connection], own: &str) -> Vec<Peer> {
    let (me, mut listed): (Vec<Peer>, Vec<Peer>) =
        everybody.iter().map(peer).partition(|peer| peer.connection_id == own);
    listed.truncate(within(MAX_LISTED_BYTES, listed.iter().map(serde_json::to_string)));
    listed.extend(me);
    listed.sort_by(|a, b| a.connection_id.cmp(&b.connection_id));
    listed
}

/// A stored change as it goes out; one too large for any frame goes without its ops, to be fetched.
fn raw(text: &Arc<str>) -> Result<Box<RawValue>, StoreError> {
    let text = if text.len() > MAX_CONTENT_BYTES { without_ops(text) } else { text.to_string() };
    RawValue::from_string(text).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt(format!("a sheet does not write: {error}"))
}
