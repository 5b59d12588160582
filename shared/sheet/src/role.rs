//! What somebody may do.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What somebody may do in a room. The role × action table is in the protocol's SPEC.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads and edits.
    Editor,
    /// Edits, breaks locks, manages members.
    Admin,
    /// The functions themselves; never granted by a token.
    System,
}

impl Role {
    /// Returns whether this role may change cells and rows.
    pub fn edits(self) -> bool {
        self != Self::Viewer
    }

    /// The role as it is written in tokens, JSON and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
            Self::System => "system",
        }
    }

    /// Returns the role a token or an admin may name: never `system`.
    pub fn of_person(word: &str) -> Option<Self> {
        [Self::Viewer, Self::Editor, Self::Admin].into_iter().find(|role| role.as_str() == word)
    }
}
