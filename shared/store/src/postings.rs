//! Posts to other systems that must be made once: a week's announcement, and mentions sent as direct messages.
//!
//! A post and the table cannot change in one step, so a posting is stored as begun before the post and as done after
//! it. A caller that finds a posting which somebody else began long ago asks the other system whether the post exists.
use crate::{
    direct::Direct,
    keys,
    table::{StoreError, Table},
};
use serde::{Deserialize, Serialize};
use sheet::{CycleKey, TimestampMs, limits::EXTRACTION_LEASE_MS};

/// One post of a cycle, which is made once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    pk: String,
    sk: String,
}

impl Posting {
    /// The announcement of a cycle's new sheet.
    pub fn announcement(key: &CycleKey) -> Self {
        Self { pk: keys::cycle(key), sk: keys::ANNOUNCED.into() }
    }

    /// A mention in this cycle, sent as a direct message.
    pub fn mention(key: &CycleKey, direct: &Direct) -> Self {
        Self { pk: keys::cycle(key), sk: keys::sent(&direct.name()) }
    }

    fn item(&self, is_done: bool, at: TimestampMs) -> Item<'_> {
        Item { pk: &self.pk, sk: &self.sk, is_done, at }
    }
}

#[derive(Serialize)]
struct Item<'a> {
    pk: &'a str,
    sk: &'a str,
    is_done: bool,
    at: TimestampMs,
}

#[derive(Deserialize)]
struct State {
    is_done: bool,
    at: TimestampMs,
}

/// What a caller has to do about a posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: it was posted.
    Done,
    /// Nothing: another caller is posting it.
    UnderWay,
    /// Post it.
    Mine,
    /// Another caller began to post it at this time and never stored that it was done: look whether the post exists.
    Interrupted(TimestampMs),
}

/// Claims a posting at `now`.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: the same call again is safe.
pub async fn claim(table: &Table, posting: &Posting, now: TimestampMs) -> Result<Claim, StoreError> {
    Ok(match table.get::<State>(&posting.pk, &posting.sk).await? {
        Some(found) if found.is_done => Claim::Done,
        // Another caller's posting is left alone for longer than a function lives.
        Some(found) if now.since(found.at) < EXTRACTION_LEASE_MS => Claim::UnderWay,
        Some(found) => Claim::Interrupted(found.at),
        None if table.put_new(&posting.item(false, now)).await? => Claim::Mine,
        None => Claim::UnderWay,
    })
}

/// Stores that the caller begins to post at `at`, in place of a caller that was interrupted.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: the same call again is safe.
pub async fn begun(table: &Table, posting: &Posting, at: TimestampMs) -> Result<(), StoreError> {
    table.put(&posting.item(false, at)).await
}

/// Stores that the post was made.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: the same call again is safe.
pub async fn done(table: &Table, posting: &Posting, at: TimestampMs) -> Result<(), StoreError> {
    table.put(&posting.item(true, at)).await
}
