//! The recipients of a broadcast, kept between broadcasts.
//!
//! The rows of a room say who is in it ([`crate::connections`]). Reading all of them for every change is most of what a
//! change costs, and they change far less often than the sheet. So a process keeps the list that it read, and one small
//! item per room, `ROSTER`, counts the changes to the rows: a broadcast reads the count, and reads the rows only if the
//! count is another than the one under which it keeps its list.
//!
//! Why no joiner is missed: a join writes its row, then counts up, then reads the tip. A broadcast reads the count after
//! its change is in the log. So either the count is the new one, and the rows are read again, or the join has not counted
//! up yet, and the tip that it will read holds the change. The count is read before the rows, so a list is never kept
//! under a count that is newer than its rows. The count only grows: a delayed write adds once more and never sets it back.
//!
//! A process that is killed between a row and the count leaves a list that others believe. A joiner was not welcomed then
//! and says `hello` again. For all other cases a list is read again after [`MAX_AGE_MS`].
use crate::{
    Recipient, connections, keys,
    table::{StoreError, Table},
};
use serde::Deserialize;
use sheet::{CycleKey, TimestampMs};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// A list older than this, milliseconds, is read again whatever the count says: one Query in half a minute and room.
const MAX_AGE_MS: i64 = 30_000;
/// Lists that one process keeps. Beyond, all are dropped and read again when they are needed: a list of 400 recipients
/// is some 40 KB.
const MAX_LISTS: usize = 512;

/// The item `ROSTER`.
#[derive(Deserialize)]
struct Count {
    changes: u64,
}

#[derive(Debug)]
struct List {
    changes: u64,
    read_at: TimestampMs,
    /// The second in which the first of the rows expires.
    expires: i64,
    recipients: Arc<[Recipient]>,
}

impl List {
    fn holds(&self, changes: u64, now: TimestampMs) -> bool {
        let age = now.since(self.read_at);
        self.changes == changes && (0..MAX_AGE_MS).contains(&age) && self.expires * 1000 > now.0
    }
}

/// The lists that this process keeps.
#[derive(Debug, Default)]
pub(crate) struct Rosters(Mutex<HashMap<CycleKey, List>>);

impl Rosters {
    /// Returns the sockets of a room to post to: a socket that joined before a change was committed is among them.
    pub(crate) async fn recipients(
        &self,
        table: &Table,
        key: &CycleKey,
        now: TimestampMs,
    ) -> Result<Arc<[Recipient]>, StoreError> {
        let count: Option<Count> = table.get(&keys::cycle(key), keys::ROSTER).await?;
        // A room whose rows an earlier release wrote has no count.
        let changes = count.map_or(0, |count| count.changes);
        if let Some(list) = self.open().get(key).filter(|list| list.holds(changes, now)) {
            return Ok(list.recipients.clone());
        }
        let listed = connections::listed(table, key, now).await?;
        let expires = listed.iter().map(|listed| listed.expires).min().unwrap_or(i64::MAX / 1000);
        let recipients: Arc<[Recipient]> = listed.into_iter().map(Recipient::from).collect();
        let mut lists = self.open();
        if lists.len() >= MAX_LISTS && !lists.contains_key(key) {
            lists.clear();
        }
        lists.insert(key.clone(), List { changes, read_at: now, expires, recipients: recipients.clone() });
        Ok(recipients)
    }

    fn open(&self) -> std::sync::MutexGuard<'_, HashMap<CycleKey, List>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
