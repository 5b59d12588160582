//! Log entries in the table: put once at a free slot, read in order, never deleted or rewritten.
use crate::{
    keys,
    table::{Item, StoreError, Table, read, unavailable, write},
};
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use serde::{Deserialize, Serialize};
use sheet::{
    CycleKey, EntryError, LogEntry,
    chain::{Audited, ENTRY_FORMAT},
    fail_point, invariant,
};
use std::sync::Arc;

/// A stored entry.
#[derive(Serialize, Deserialize)]
struct EntryItem {
    pk: String,
    sk: String,
    format: u32,
    first: u64,
    count: u64,
    hash: String,
    changes: Vec<Arc<str>>,
}

/// What became of a put.
pub enum Put {
    /// The entry stands in its slot.
    Stored,
    /// Another entry took the slot first.
    Taken(LogEntry),
}

impl From<EntryError> for StoreError {
    fn from(error: EntryError) -> Self {
        match error {
            EntryError::Unknown(_) => Self::Newer(error.to_string()),
            EntryError::Broken { .. } => Self::Corrupt(error.to_string()),
        }
    }
}

/// Puts `entry` at its slot if the slot is free. The one write of a commit.
///
/// The SDK repeats a put whose answer was lost, and then fails on its own earlier write: the stored entry is compared
/// with the new one before it counts as another writer's.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn put(table: &Table, key: &CycleKey, new: &LogEntry) -> Result<Put, StoreError> {
    invariant!(
        I1,
        !new.changes.is_empty()
            && new.changes.iter().zip(new.first..).all(|(change, version)| change.version == version),
        "an entry holds the versions from its slot on, without a gap"
    );
    invariant!(I3, new.texts.len() == new.changes.len(), "every change of an entry is stored");
    let item = EntryItem {
        pk: keys::cycle(key),
        sk: keys::slot(new.first),
        format: ENTRY_FORMAT,
        first: new.first,
        count: new.changes.len() as u64,
        hash: new.hash.clone(),
        changes: new.texts.clone(),
    };
    let condition = "attribute_not_exists(pk)";
    fail_point!(SkipCondition, let condition = "attribute_not_exists(pk) OR attribute_exists(pk)");
    let put = table
        .client
        .put_item()
        .table_name(&table.name)
        .set_item(Some(write(&item)?))
        .condition_expression(condition)
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let error = match put.send().await {
        Ok(_) => return Ok(Put::Stored),
        Err(error) => error,
    };
    let winner: Option<Item> = match error.as_service_error() {
        Some(aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(taken)) => {
            taken.item().cloned()
        }
        _ => None,
    };
    match winner {
        None => Err(unavailable("PutItem", &error)),
        Some(winner) => {
            let winner = stored(winner)?.1.entry()?;
            let is_ours = winner == *new;
            fail_point!(OwnWriteIsConflict, let is_ours = false);
            Ok(if is_ours { Put::Stored } else { Put::Taken(winner) })
        }
    }
}

/// Where a page of the log begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Behind this version, which is the end of an entry, the slot of one, or 0.
    Entry(u64),
    /// With the entry that holds the change after this version, which may lie inside an entry.
    Version(u64),
}

/// How much of the log one read is for. Entries are read whole: the one that reaches a bound is the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Changes, at least 1.
    pub changes: usize,
    /// Bytes of their texts.
    pub bytes: usize,
    /// No entry that begins after this version.
    pub until: u64,
}

impl Limit {
    /// What DynamoDB hands over in one answer, 1 MB, or a little more.
    pub const PAGE: Self = Self { changes: usize::MAX, bytes: QUERY_BYTES, until: LAST_VERSION };

    /// At most so many changes and bytes.
    pub fn new(changes: usize, bytes: usize) -> Self {
        Self { changes: changes.max(1), bytes, until: LAST_VERSION }
    }
}

/// A stored entry that is not parsed yet: it is sent on unchanged, or parsed with [`Stored::entry`].
#[derive(Clone, Debug)]
pub struct Stored {
    /// The version of its first change, as the entry itself says.
    pub first: u64,
    /// The stored hash of the chain after it.
    pub hash: String,
    /// Its changes.
    pub texts: Vec<Arc<str>>,
    format: u32,
}

impl Stored {
    /// Reads its changes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an
    /// item cannot be understood.
    pub fn entry(self) -> Result<LogEntry, StoreError> {
        self.is_known()?;
        Ok(LogEntry::read(self.first, self.texts, self.hash)?)
    }

    /// Refuses an entry that a later release wrote.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an
    /// item cannot be understood.
    pub fn is_known(&self) -> Result<(), StoreError> {
        if self.format > ENTRY_FORMAT {
            return Err(StoreError::Newer(format!("log entry {}", self.first)));
        }
        Ok(())
    }

    /// Returns whether it holds this version or a later one.
    fn reaches(&self, version: u64) -> bool {
        self.first + self.texts.len() as u64 > version
    }

    fn bytes(&self) -> usize {
        self.texts.iter().map(|text| text.len()).sum()
    }
}

impl From<Stored> for Audited {
    fn from(Stored { first, hash, texts, .. }: Stored) -> Self {
        Self { first, hash, changes: texts.iter().map(ToString::to_string).collect() }
    }
}

/// A part of the log.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Its entries, oldest first.
    pub entries: Vec<Stored>,
    /// Where the next page begins; none: this one ends at the tip, or at [`Limit::until`].
    pub next: Option<Since>,
}

/// Bytes of one answer of DynamoDB.
const QUERY_BYTES: usize = 1024 * 1024;
/// Above every version: slots have twelve digits.
const LAST_VERSION: u64 = 999_999_999_999;
/// Items that a read asks for first, while it does not know how large they are.
const FIRST_ITEMS: usize = 64;
/// Items of one Query, at most.
const MAX_ITEMS: usize = 1_000;

/// Reads the log from `since` on; strongly consistent. It asks the table for no more items than the limit can still
/// hold, by what the entries before them have weighed, so that a page costs what it returns, wherever in a log it lies.
///
/// The only read of the log. Nothing in an entry is read: an audit sees the bytes, a replay sends them on.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn page(table: &Table, key: &CycleKey, since: Since, limit: Limit) -> Result<Page, StoreError> {
    let pk = keys::cycle(key);
    let mut page = Page::default();
    let (mut changes, mut bytes) = (0, 0);
    fail_point!(
        ReadInsideEntry,
        let since = match since { Since::Entry(at) | Since::Version(at) => Since::Entry(at) }
    );
    let mut slot = match since {
        Since::Entry(tip) => tip,
        Since::Version(version) => {
            let around: Option<Item> = table.last(&pk, &keys::slot(0), &keys::slot(version + 1)).await?;
            match around.map(stored).transpose()? {
                None => 0,
                Some((slot, around)) if around.reaches(version + 1) => {
                    // The changes up to `version` were not asked for.
                    changes += around.texts.len() - before(&around, version);
                    bytes += around.bytes();
                    page.entries.push(around);
                    slot
                }
                Some((slot, _)) => slot,
            }
        }
    };
    loop {
        if changes >= limit.changes || (bytes >= limit.bytes && !page.entries.is_empty()) {
            page.next = Some(Since::Entry(slot));
            return Ok(page);
        }
        if slot >= limit.until.min(LAST_VERSION) {
            return Ok(page);
        }
        let most = asked(limit, changes, bytes, page.entries.len());
        let (items, has_more) =
            table.page(&pk, &keys::slot(slot + 1), &keys::slot(limit.until), most).await?;
        let mut items = items.into_iter();
        for item in items.by_ref() {
            let (at, entry) = stored(item)?;
            slot = at;
            changes += entry.texts.len();
            bytes += entry.bytes();
            page.entries.push(entry);
            if changes >= limit.changes || bytes >= limit.bytes {
                break;
            }
        }
        if !has_more && items.len() == 0 {
            return Ok(page);
        }
    }
}

/// How many items the next Query of a page asks for; none: as many as DynamoDB hands over.
fn asked(limit: Limit, changes: usize, bytes: usize, entries: usize) -> Option<usize> {
    let fit = match (limit.bytes.saturating_sub(bytes), entries) {
        (left, _) if left >= QUERY_BYTES => usize::MAX,
        (_, 0) => FIRST_ITEMS,
        (left, entries) => (left / (bytes / entries).max(1)).clamp(1, MAX_ITEMS),
    };
    // An item holds one change at least.
    let most = fit.min(limit.changes.saturating_sub(changes));
    (most < MAX_ITEMS).then_some(most)
}

/// How many changes of an entry stand before the one after `version`.
fn before(entry: &Stored, version: u64) -> usize {
    usize::try_from((version + 1).saturating_sub(entry.first)).unwrap_or(usize::MAX).min(entry.texts.len())
}

/// Returns the stored entry with its slot. The slot comes from the key, which decides the place, whatever the item
/// says.
fn stored(item: Item) -> Result<(u64, Stored), StoreError> {
    let EntryItem { sk, format, first, hash, changes, .. } = read(item)?;
    let slot = keys::version_of(&sk).ok_or_else(|| StoreError::Corrupt(format!("{sk} is no slot")))?;
    Ok((slot, Stored { first, hash, texts: changes, format }))
}
