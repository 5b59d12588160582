//! Teams that an administrator has given to people, where a deployment keeps membership in its directory and not in tokens.
use crate::{
    keys,
    table::{StoreError, Table},
};
use serde::{Deserialize, Serialize};
use sheet::Name;

#[derive(Serialize, Deserialize)]
struct TeamsItem {
    pk: String,
    sk: String,
    user: Name,
    teams: Vec<Name>,
}

/// Returns the teams that a user was given; none if nobody has given any. Strongly consistent.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn of(table: &Table, tenant: &Name, user: &Name) -> Result<Vec<Name>, StoreError> {
    let row: Option<TeamsItem> = table.get(&keys::tenant(tenant), &keys::teams(user)).await?;
    Ok(row.map(|row| row.teams).unwrap_or_default())
}

/// Gives a user these teams and no others. They count from the user's next connection and request on.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn put(table: &Table, tenant: &Name, user: &Name, teams: &[Name]) -> Result<(), StoreError> {
    let (pk, sk) = (keys::tenant(tenant), keys::teams(user));
    table.put(&TeamsItem { pk, sk, user: user.clone(), teams: teams.to_vec() }).await
}
