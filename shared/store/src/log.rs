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
    planted::{self, Fault},
};
use std::sync::Arc;

/// An entry as it stands in the table.
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

fn entry(item: EntryItem) -> Result<LogEntry, StoreError> {
    if item.format > ENTRY_FORMAT {
        return Err(StoreError::Newer(format!("log entry {}", item.first)));
    }
    Ok(LogEntry::read(item.first, item.changes, item.hash)?)
}

/// Puts `entry` at its slot if the slot is free. The one write of a commit.
///
/// The SDK repeats a put whose answer was lost, and then fails on its own earlier write: what stands in the slot is
/// compared with what was to be put before it is called another's.
pub async fn put(table: &Table, key: &CycleKey, new: &LogEntry) -> Result<Put, StoreError> {
    let item = EntryItem {
        pk: keys::cycle(key),
        sk: keys::slot(new.first),
        format: ENTRY_FORMAT,
        first: new.first,
        count: new.changes.len() as u64,
        hash: new.hash.clone(),
        changes: new.texts.clone(),
    };
    let put = table
        .client
        .put_item()
        .table_name(&table.name)
        .set_item(Some(write(&item)?))
        .condition_expression(if planted::is(Fault::SkipCondition) {
            "attribute_not_exists(pk) OR attribute_exists(pk)"
        } else {
            "attribute_not_exists(pk)"
        })
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
            let winner = entry(read(winner)?)?;
            let is_ours = winner == *new && !planted::is(Fault::OwnWriteIsConflict);
            Ok(if is_ours { Put::Stored } else { Put::Taken(winner) })
        }
    }
}

/// The entries after `tip`, which must be the end of an entry; strongly consistent.
pub async fn after(table: &Table, key: &CycleKey, tip: u64) -> Result<Vec<LogEntry>, StoreError> {
    let items: Vec<EntryItem> = table.range(&keys::cycle(key), &keys::slot(tip + 1), keys::SLOTS_END).await?;
    items.into_iter().map(entry).collect()
}

/// Hands the entries from the first one up to the one that holds `last` to `take`, in order and a page at a time, so
/// that no more than a page of a long log is in memory; strongly consistent.
pub async fn each_until(
    table: &Table,
    key: &CycleKey,
    last: u64,
    mut take: impl FnMut(LogEntry) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let (pk, mut start) = (keys::cycle(key), None);
    loop {
        let (items, next) = table.page(&pk, &keys::slot(0), &keys::slot(last), start).await?;
        for item in items {
            take(entry(read(item)?)?)?;
        }
        start = next;
        if start.is_none() {
            return Ok(());
        }
    }
}

/// The entries that hold the versions after `since`, which may lie inside an entry; strongly consistent. The first
/// entry may begin before: filter by version.
pub async fn holding(table: &Table, key: &CycleKey, since: u64) -> Result<Vec<LogEntry>, StoreError> {
    let pk = keys::cycle(key);
    if planted::is(Fault::ReadInsideEntry) {
        return after(table, key, since).await;
    }
    let around: Option<EntryItem> = table.last(&pk, &keys::slot(0), &keys::slot(since + 1)).await?;
    after(table, key, around.map_or(0, |item| item.first - 1)).await
}

/// Entries from the one that holds `since + 1` on, as bytes for an audit: nothing in them is read. At most `limit`.
pub async fn audited(
    table: &Table,
    key: &CycleKey,
    since: u64,
    limit: usize,
) -> Result<Vec<Audited>, StoreError> {
    let pk = keys::cycle(key);
    let around: Option<EntryItem> = table.last(&pk, &keys::slot(0), &keys::slot(since + 1)).await?;
    let from = around.map_or(0, |item| item.first);
    let items: Vec<EntryItem> = table.range(&pk, &keys::slot(from), keys::SLOTS_END).await?;
    let bytes = |item: EntryItem| Audited {
        first: item.first,
        hash: item.hash,
        changes: item.changes.iter().map(ToString::to_string).collect(),
    };
    // The one around `since` may end there: then it was in the page before.
    let later = items.into_iter().filter(|item| item.first + item.changes.len() as u64 > since + 1);
    Ok(later.take(limit).map(bytes).collect())
}
