//! What the fold remembers beside the sheet: enough to decide about the next change, nothing a client sees.
use crate::{
    change::{Change, SYSTEM_ID},
    fail_point,
    limits::{MAX_CLIENTS, MAX_TOMBSTONES, RATE_WINDOW_MS},
    low_limit,
    model::Row,
    name::{ClientId, LeaseHolder, Name, RowId},
    role::Role,
    time::TimestampMs,
};
use imbl::{OrdMap, OrdSet, Vector};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A client of an author: two authors that choose one client name are two.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct ClientKey {
    /// The author's id.
    pub author: Name,
    /// The client's name.
    pub client: ClientId,
}

impl ClientKey {
    /// The client that made a change.
    pub fn of(change: &Change) -> Self {
        let author = change.author.id.clone();
        fail_point!(ClientNameAlone, let author = Name::system());
        Self { author, client: change.id.client.clone() }
    }
}

/// The last change of a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Seen {
    /// Its sequence number.
    pub seq: u64,
    /// Where it stands in the log.
    pub version: u64,
}

/// An author's changes in this window of [`RATE_WINDOW_MS`] and in the one before: a sliding count. Unlike a
/// token bucket it holds no setting, so the limit can be changed without changing what a log folds to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rate {
    window: i64,
    count: u32,
    before: u32,
}

impl Rate {
    /// Changes in the [`RATE_WINDOW_MS`] before `at`, the earlier window counted in proportion.
    pub fn recent(&self, at: TimestampMs) -> u32 {
        let (window, into) = (at.0.div_euclid(RATE_WINDOW_MS), at.0.rem_euclid(RATE_WINDOW_MS));
        let earlier = |count: u32| (i64::from(count) * (RATE_WINDOW_MS - into) / RATE_WINDOW_MS) as u32;
        match window - self.window {
            0 => self.count.saturating_add(earlier(self.before)),
            1 => earlier(self.count),
            _ => 0,
        }
    }

    fn counted(before: Option<Self>, at: TimestampMs) -> Self {
        let window = at.0.div_euclid(RATE_WINDOW_MS);
        match before {
            Some(rate) if rate.window == window => Self { count: rate.count.saturating_add(1), ..rate },
            Some(rate) if rate.window == window - 1 => Self { window, count: 1, before: rate.count },
            _ => Self { window, count: 1, before: 0 },
        }
    }
}

/// The right to run one generation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    /// 1, 2, 3.
    pub generation: u32,
    /// The client name of the run that holds it.
    pub holder: LeaseHolder,
    /// When it ends by itself.
    pub expires_at: TimestampMs,
    /// How many runs have taken it.
    pub attempts: u32,
    /// Parts of the result already committed.
    pub parts: u32,
    /// Returns whether the generation has ended, with or without a result.
    pub finished: bool,
}

/// The fold's memory. Stored in the record, never sent.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    /// The last change of every client it remembers.
    #[serde(with = "pairs")]
    clients: OrdMap<ClientKey, Seen>,
    /// Version → client; derived from `clients`, to forget the oldest first.
    #[serde(skip)]
    by_version: OrdMap<u64, ClientKey>,
    /// The highest version of any client that it has forgotten.
    pub floor: u64,
    rates: OrdMap<Name, Rate>,
    /// Members removed from the tenant.
    pub denials: OrdSet<Name>,
    /// Roles set in mid-cycle; they outrank the token's.
    pub roles: OrdMap<Name, Role>,
    /// The extraction's lease, the last one taken.
    pub lease: Option<Lease>,
    /// The latest removed rows, so that undo brings them back with their origin. Newest last.
    tombstones: Vector<Arc<Row>>,
    /// The hash of the entry that ended at the sheet's version, lower-case hex.
    pub hash: String,
}

impl Ledger {
    /// The last change of a client, if it is remembered.
    pub fn seen(&self, key: &ClientKey) -> Option<Seen> {
        self.clients.get(key).copied()
    }

    /// How many clients are remembered.
    pub fn client_count(&self) -> usize {
        self.clients.len()
    }

    /// The role that counts: one that was set in this cycle outranks the token's.
    pub fn role_of(&self, user: &Name, token: Role) -> Role {
        self.roles.get(user).copied().unwrap_or(token)
    }

    /// An author's recent changes.
    pub fn recent(&self, author: &Name, at: TimestampMs) -> u32 {
        self.rates.get(author).map_or(0, |rate| rate.recent(at))
    }

    /// A removed row that is still remembered.
    pub fn tombstone(&self, task_id: &RowId) -> Option<&Arc<Row>> {
        self.tombstones.iter().rev().find(|row| row.task_id == *task_id)
    }

    pub(crate) fn bury(&mut self, row: Arc<Row>) {
        if self.tombstones.len() >= MAX_TOMBSTONES {
            self.tombstones.pop_front();
        }
        self.tombstones.push_back(row);
    }

    /// Remembers a committed change: its client's sequence and its author's rate.
    pub(crate) fn remember(&mut self, change: &Change) {
        if change.author.id.as_str() != SYSTEM_ID {
            let rate = Rate::counted(self.rates.get(&change.author.id).copied(), change.at);
            if self.rates.insert(change.author.id.clone(), rate).is_none() && self.rates.len() > 64 {
                let window = change.at.0.div_euclid(RATE_WINDOW_MS);
                let recent = self.rates.iter().filter(|(_, rate)| rate.window >= window - 1);
                self.rates = recent.map(|(author, rate)| (author.clone(), *rate)).collect();
            }
        }
        // Sequence 0 marks a change that nobody retries: the human-readable form from a terminal.
        if change.id.seq == 0 {
            return;
        }
        let key = ClientKey::of(change);
        let seen = Seen { seq: change.id.seq, version: change.version };
        if let Some(old) = self.clients.insert(key.clone(), seen) {
            self.by_version.remove(&old.version);
        }
        self.by_version.insert(change.version, key);
        let most = MAX_CLIENTS;
        low_limit!(let most = 4);
        while self.clients.len() > most {
            let Some((version, key)) = self.by_version.get_min().cloned() else { break };
            self.by_version.remove(&version);
            self.clients.remove(&key);
            fail_point!(EvictWithoutFloor, { continue });
            self.floor = self.floor.max(version);
        }
    }

    /// Derives what is not stored; to be called after reading a ledger.
    pub(crate) fn index(&mut self) {
        self.by_version = self.clients.iter().map(|(key, seen)| (seen.version, key.clone())).collect();
    }

    /// Estimated bytes in memory.
    pub fn weight(&self) -> usize {
        400 + self.clients.len() * 200 + self.rates.len() * 80 + self.tombstones.len() * 600
    }
}

/// A map with keys of two parts, as a list: JSON has only text for keys.
mod pairs {
    use super::{ClientKey, OrdMap, Seen};
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(map: &OrdMap<ClientKey, Seen>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(map.iter().map(|(key, seen)| (&key.author, &key.client, seen.seq, seen.version)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<OrdMap<ClientKey, Seen>, D::Error> {
        let list = Vec::<(super::Name, super::ClientId, u64, u64)>::deserialize(from)?;
        let pair = |(author, client, seq, version)| (ClientKey { author, client }, Seen { seq, version });
        Ok(list.into_iter().map(pair).collect())
    }
}
