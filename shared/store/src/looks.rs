//! The minute in which a refresh last read a cycle's sources: sources are read once a minute at most.
use crate::{
    keys,
    table::{StoreError, Table},
};
use serde::Serialize;
use sheet::{CycleKey, TimestampMs};

/// How often the sources of a cycle may be read without a lease, milliseconds.
const LOOK_EVERY_MS: i64 = 60_000;

#[derive(Serialize)]
struct Item<'a> {
    pk: String,
    sk: &'static str,
    revision: &'a str,
}

/// Claims the minute of `now` for the caller. Returns false if another caller has it already. A new generation starts
/// the count again, because generations are limited in number anyway.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: the same call again is safe.
pub async fn claim(
    table: &Table,
    key: &CycleKey,
    generation: u32,
    now: TimestampMs,
) -> Result<bool, StoreError> {
    let minute = now.0.div_euclid(LOOK_EVERY_MS);
    let revision = format!("{generation:03}.{minute:012}");
    let item = Item { pk: keys::cycle(key), sk: keys::LOOKED, revision: &revision };
    table.put_later(&item, &revision).await
}
