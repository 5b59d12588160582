//! Keys of stored items, written out here: tests look at the table and not through the store's own functions.
use sheet::{CycleKey, Name};

/// The sort key of a cycle's record.
pub const RECORD: &str = "RECORD";

/// The partition of a cycle.
pub fn cycle(key: &CycleKey) -> String {
    format!("C#{}#{}#{}", key.tenant, key.team, key.week)
}

/// The partition of a tenant.
pub fn tenant(tenant: &Name) -> String {
    format!("T#{tenant}")
}

/// The sort key of the log entry whose first version is `first`.
pub fn slot(first: u64) -> String {
    format!("LOG#{first:012}")
}

/// The sort key of a user in the tenant's list of the removed.
pub fn denied(user: &Name) -> String {
    format!("DENIED#{user}")
}
