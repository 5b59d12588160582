//! Messages pushed to a team: one row a message, in its latest version.
//!
//! A row's `revision` grows: the message's own time, then that of each edit, and for a deletion the end of all. A push is
//! conditional on it, so whatever is repeated or comes too late changes nothing: that is all the de-duplication there is,
//! and it needs no memory of events.
use crate::{
    keys,
    table::{StoreError, Table},
};
use serde::{Deserialize, Serialize};
use sheet::{CycleKey, Name};

/// The revision of a deletion: above every time.
pub const DELETED: &str = "~";

/// A pushed message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The channel: its id in Slack, or its name.
    pub channel: Name,
    /// What is unique in the channel: Slack's `ts`, or an id.
    pub unique: Name,
    /// Grows with every edit; text order is its order.
    pub revision: String,
    /// A message of Slack's, or a line as JSON Lines have it.
    pub is_slack: bool,
    /// The JSON; empty once deleted.
    pub json: String,
    /// Seconds after which the row may be deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct InboxItem {
    pk: String,
    sk: String,
    #[serde(flatten)]
    message: Message,
}

/// Keeps a message, or a later version of one; false if this version or a later one is there.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn push(table: &Table, key: &CycleKey, message: &Message) -> Result<bool, StoreError> {
    let (pk, sk) = (keys::inbox(key), keys::pushed(&message.channel, &message.unique));
    table.put_later(&InboxItem { pk, sk, message: message.clone() }, &message.revision).await
}

/// Returns what was pushed for a week, deleted messages left out.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn read(table: &Table, key: &CycleKey) -> Result<Vec<Message>, StoreError> {
    let rows: Vec<InboxItem> = table.prefixed(&keys::inbox(key), "MSG#").await?;
    Ok(rows.into_iter().map(|row| row.message).filter(|message| message.revision != DELETED).collect())
}
