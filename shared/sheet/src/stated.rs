//! What people state about a week as a whole: how it is going, and views of it that they share.
//!
//! Owns the shapes only: `check` decides what may be stated, `apply` writes it.
use crate::{
    name::{Name, ViewId},
    time::TimestampMs,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How a week is going, in one word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Health {
    /// No open row is blocked or late, and the sheet was made from everything that there was to read.
    OnTrack,
    /// An open row is blocked or late, or the sheet was made without the model.
    AtRisk,
    /// An open row of priority Urgent is blocked or late, or every third open row is.
    OffTrack,
}

/// The health word that a person chose in place of the derived one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StatedHealth {
    /// The word.
    pub health: Health,
    /// The user who chose it.
    pub author: Name,
    /// The version that wrote it.
    pub version: u64,
    /// When it was chosen.
    pub at: TimestampMs,
}

/// A way to look at the sheet, with a name, for everyone in the room.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Its id.
    pub view_id: ViewId,
    /// What people call it.
    pub name: Arc<str>,
    /// The filters, the order and the groups, as the page writes them into its address. The server does not read it.
    pub look: Arc<str>,
    /// The user who added it.
    pub author: Name,
    /// The version that added it: views are listed in this order.
    pub version: u64,
    /// When it was added.
    pub at: TimestampMs,
}

impl View {
    /// Estimated bytes of its canonical JSON.
    pub(crate) fn weight(&self) -> usize {
        200 + self.name.len() + self.look.len()
    }
}
