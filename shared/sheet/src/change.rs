//! A change: an atomic list of ops by one author.
use crate::{
    name::{ChangeId, Name},
    op::Op,
    role::Role,
    time::TimestampMs,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::name::SYSTEM_ID;
/// The system's name on a screen.
pub const SYSTEM_NAME: &str = "Cyclesheet";

/// The author of a change. The committing function takes it from the connection; a client cannot name one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Author {
    /// The user's id within the tenant.
    pub id: Name,
    /// The author's name at that time.
    pub name: String,
}

impl Author {
    /// Returns the functions themselves as an author.
    pub fn system() -> Self {
        Self { id: Name::system(), name: SYSTEM_NAME.to_owned() }
    }
}

/// A change as the log stores it and as the room receives it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Its place in the total order, from 1.
    pub version: u64,
    /// `<client>.<seq>`.
    pub id: ChangeId,
    /// The author.
    pub author: Author,
    /// The role they had.
    pub role: Role,
    /// When it was committed; never lower than the previous change's.
    pub at: TimestampMs,
    /// The version its author had seen.
    pub base: u64,
    /// What it does, in order, all or nothing.
    pub ops: Vec<Op>,
}
