//! Roles that admins have set. A role is a person's in the whole tenant, as a removal is, and outranks the token's.
use crate::{
    keys,
    table::{StoreError, Table},
};
use serde::{Deserialize, Serialize};
use sheet::{Name, Role};

/// A role that somebody was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetRole {
    /// The member.
    pub user: Name,
    /// The role.
    pub role: Role,
    /// Counts how often it was set: of two admins at once, one is the later.
    pub count: u64,
    /// Whether every cycle has recorded it.
    pub done: bool,
}

impl SetRole {
    /// In text order, a later one is higher, and one that is done higher than the same one begun.
    fn revision(&self) -> String {
        format!("{:012}.{}", self.count, u8::from(self.done))
    }
}

#[derive(Serialize, Deserialize)]
struct RoleItem {
    pk: String,
    sk: String,
    revision: String,
    #[serde(flatten)]
    what: SetRole,
}

/// Returns the role that a user was given, if any. Strongly consistent.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn of(table: &Table, tenant: &Name, user: &Name) -> Result<Option<SetRole>, StoreError> {
    let row: Option<RoleItem> = table.get(&keys::tenant(tenant), &keys::role(user)).await?;
    Ok(row.map(|row| row.what))
}

/// Returns every role that was given in a tenant. Strongly consistent.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn all(table: &Table, tenant: &Name) -> Result<Vec<SetRole>, StoreError> {
    let rows: Vec<RoleItem> = table.prefixed(&keys::tenant(tenant), "ROLE#").await?;
    Ok(rows.into_iter().map(|row| row.what).collect())
}

/// Puts a role, unless the same or a later one stands; false if one does.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn put(table: &Table, tenant: &Name, set: &SetRole) -> Result<bool, StoreError> {
    let (pk, sk, revision) = (keys::tenant(tenant), keys::role(&set.user), set.revision());
    table.put_later(&RoleItem { pk, sk, revision: revision.clone(), what: set.clone() }, &revision).await
}
