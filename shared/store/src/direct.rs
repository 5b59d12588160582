//! Mentions that are to be sent as direct messages: kept until they are, because a post and the table are two steps.
use crate::{
    keys,
    mentions::Mention,
    table::{StoreError, Table},
};
use serde::{Deserialize, Serialize};
use sheet::{CycleKey, Name, TimestampMs};

/// How long one waits to be sent, seconds: who has been away for longer finds it in the sheet.
const WAITS_SECONDS: i64 = 7 * 24 * 3600;

/// A mention that is to be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Direct {
    /// To whom.
    pub user: Name,
    /// The mention.
    #[serde(rename = "note")]
    pub mention: Mention,
}

impl Direct {
    /// Returns the cycle in which they were mentioned.
    pub fn cycle(&self, tenant: &Name) -> CycleKey {
        CycleKey { tenant: tenant.clone(), team: self.mention.team.clone(), week: self.mention.cycle }
    }

    /// Returns its name within its cycle, for good.
    pub fn name(&self) -> String {
        format!("{:012}#{}#{}", self.mention.version, self.mention.place(), self.user)
    }
}

#[derive(Serialize, Deserialize)]
struct DirectItem {
    pk: String,
    sk: String,
    expires: i64,
    #[serde(flatten)]
    direct: Direct,
}

fn place(tenant: &Name, direct: &Direct) -> (String, String) {
    let cycle = direct.cycle(tenant).cycle_id();
    (keys::tenant(tenant), format!("{}{cycle}#{}", keys::DIRECT, direct.name()))
}

/// Keeps one until it is sent. The same again is the same.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn want(table: &Table, tenant: &Name, direct: &Direct) -> Result<(), StoreError> {
    let (pk, sk) = place(tenant, direct);
    let expires = direct.mention.at.0 / 1000 + WAITS_SECONDS;
    table.put(&DirectItem { pk, sk, expires, direct: direct.clone() }).await
}

/// Returns what a tenant has to send.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn wanted(table: &Table, tenant: &Name, now: TimestampMs) -> Result<Vec<Direct>, StoreError> {
    let rows: Vec<DirectItem> = table.prefixed(&keys::tenant(tenant), keys::DIRECT).await?;
    Ok(rows.into_iter().filter(|row| row.expires * 1000 > now.0).map(|row| row.direct).collect())
}

/// One is sent, or will not be.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn settled(table: &Table, tenant: &Name, direct: &Direct) -> Result<(), StoreError> {
    let (pk, sk) = place(tenant, direct);
    table.delete(&pk, &sk).await
}
