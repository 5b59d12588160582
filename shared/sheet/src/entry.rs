//! A log entry: 1..n changes in one item, as the bytes that were hashed and the changes they say.
use crate::{
    apply, chain,
    change::Change,
    invariant,
    limits::{MAX_ENTRY_BYTES, MAX_ENTRY_CHANGES},
    state::State,
};
use std::sync::Arc;

/// Why stored bytes are no entry that this release may fold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Written by a later release. Answer `BUSY`, write nothing.
    #[error("entry {0} is of a format or holds an op that this release does not know")]
    Unknown(u64),
    /// Not what was written: numbers do not follow or the hash differs.
    #[error("entry {first} does not continue the log at version {tip}: {reason}")]
    Broken {
        /// The entry's slot.
        first: u64,
        /// The version it should follow.
        tip: u64,
        /// What differs.
        reason: &'static str,
    },
}

/// One item of the log. Immutable once stored.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    /// Its slot: the version of its first change.
    pub first: u64,
    /// Each change as stored: what was hashed, and what the room is sent.
    pub texts: Vec<Arc<str>>,
    /// The same, read.
    pub changes: Vec<Change>,
    /// The chain's hash after this entry.
    pub hash: String,
}

impl LogEntry {
    /// Returns the entry that `changes` make on top of `tip`. Their versions must follow it.
    ///
    /// # Errors
    /// If a change does not serialise, which no checked change does.
    pub fn build(tip: &State, changes: Vec<Change>) -> Result<Self, serde_json::Error> {
        let texts = changes
            .iter()
            .map(|c| serde_json::to_string(c).map(Into::into))
            .collect::<Result<Vec<Arc<str>>, _>>()?;
        let first = tip.version() + 1;
        let hash = hash(&tip.ledger.hash, first, &texts);
        Ok(Self { first, texts, changes, hash })
    }

    /// Returns the entry that stands in the log as these texts.
    ///
    /// # Errors
    /// [`EntryError`] if a text is no change, or has an op of a later release.
    pub fn read(first: u64, texts: Vec<Arc<str>>, hash: String) -> Result<Self, EntryError> {
        let changes = texts
            .iter()
            .map(|text| serde_json::from_str::<Change>(text).map_err(|_| EntryError::Unknown(first)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { first, texts, changes, hash })
    }

    /// Returns the version of its last change.
    pub fn last(&self) -> u64 {
        self.first + self.changes.len() as u64 - 1
    }

    /// Returns whether another change of `bytes` still fits an entry that holds `count` changes of `total` bytes.
    pub fn fits(count: usize, total: usize, bytes: usize) -> bool {
        count == 0 || (count < MAX_ENTRY_CHANGES && total + bytes <= MAX_ENTRY_BYTES)
    }

    /// Folds the entry into `state`, which must stand right before it. On an error `state` is unchanged.
    ///
    /// # Errors
    /// [`EntryError`] if the entry does not follow `state`, or its hash is not the chain's.
    pub fn fold(&self, state: &mut State) -> Result<(), EntryError> {
        let tip = state.version();
        let broken = |reason| Err(EntryError::Broken { first: self.first, tip, reason });
        if self.first != tip + 1 || self.changes.is_empty() {
            return broken("its slot does not follow");
        }
        if self.changes.iter().zip(self.first..).any(|(change, version)| change.version != version) {
            return broken("its changes are not numbered in order");
        }
        if hash(&state.ledger.hash, self.first, &self.texts) != self.hash {
            return broken("its hash differs");
        }
        for change in &self.changes {
            apply::apply(state, change);
        }
        state.ledger.hash.clone_from(&self.hash);
        invariant!(I1, state.version() == self.last(), "a fold ends at the last change of its entry");
        Ok(())
    }
}

fn hash(previous: &str, first: u64, texts: &[Arc<str>]) -> String {
    let digests: Vec<String> = texts.iter().map(|text| chain::digest(text)).collect();
    chain::next(previous, first, digests.iter().map(String::as_str))
}
