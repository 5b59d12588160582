//! Unread mentions: kept for users without an open socket until they are delivered.
use crate::{
    keys,
    table::{StoreError, Table},
};
use serde::{Deserialize, Serialize};
use sheet::{CommentId, CycleKey, DocName, Name, RowId, TimestampMs, Week};

/// How long a mention waits, seconds.
const WAITS_SECONDS: i64 = 30 * 24 * 3600;
/// Mentions handed over at once; the rest come with the next welcome.
const MAX_HANDED: usize = 50;

/// Somebody was mentioned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mention {
    /// The team.
    pub team: Name,
    /// The week.
    pub cycle: Week,
    /// The change that mentions them; with team, cycle and place it names the mention for good.
    pub version: u64,
    /// The thread that names them …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment_id: Option<CommentId>,
    /// … or the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<DocName>,
    /// The row it is about, if it is about one.
    #[serde(default)]
    pub task_id: Option<RowId>,
    /// The user who mentions them.
    pub by: Name,
    /// Their name.
    pub name: String,
    /// What they say, cut; of a document, the block that names the reader.
    pub text: String,
    /// When it was committed.
    pub at: TimestampMs,
}

impl Mention {
    /// What is unique about its place in a change: a thread's id, or `doc:` and a document's name.
    pub(crate) fn place(&self) -> String {
        match (&self.comment_id, &self.doc) {
            (Some(thread), _) => thread.to_string(),
            (None, doc) => format!("doc:{}", doc.as_ref().map_or("", DocName::as_str)),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct MentionItem {
    pk: String,
    sk: String,
    expires: i64,
    #[serde(flatten)]
    mention: Mention,
}

fn sort_key(tenant: &Name, mention: &Mention) -> String {
    let cycle = CycleKey { tenant: tenant.clone(), team: mention.team.clone(), week: mention.cycle };
    keys::note(&cycle, mention.version, &mention.place())
}

/// Keeps a mention for a user. The same again is the same.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn keep(table: &Table, tenant: &Name, user: &Name, mention: &Mention) -> Result<(), StoreError> {
    let (pk, sk) = (keys::user(tenant, user), sort_key(tenant, mention));
    table
        .put(&MentionItem { pk, sk, expires: mention.at.0 / 1000 + WAITS_SECONDS, mention: mention.clone() })
        .await
}

/// Returns what waits for a user, oldest change first.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn waiting(
    table: &Table,
    tenant: &Name,
    user: &Name,
    now: TimestampMs,
) -> Result<Vec<Mention>, StoreError> {
    let rows: Vec<MentionItem> = table.prefixed(&keys::user(tenant, user), "NOTE#").await?;
    let live = rows.into_iter().filter(|row| row.expires * 1000 > now.0).map(|row| row.mention);
    Ok(live.take(MAX_HANDED).collect())
}

/// Returns whether a mention still waits for a user.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn waits(table: &Table, tenant: &Name, user: &Name, mention: &Mention) -> Result<bool, StoreError> {
    let row: Option<MentionItem> = table.get(&keys::user(tenant, user), &sort_key(tenant, mention)).await?;
    Ok(row.is_some())
}

/// Deletes a mention that was delivered.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn delivered(
    table: &Table,
    tenant: &Name,
    user: &Name,
    mention: &Mention,
) -> Result<(), StoreError> {
    table.delete(&keys::user(tenant, user), &sort_key(tenant, mention)).await
}
