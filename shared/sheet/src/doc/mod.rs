//! Documents: rich text that people type into together, as Yjs updates in the log.
//!
//! # Layout
//! - this file: the words — which documents there are, an update's bytes, what the sheet says of a document.
//! - [`scan`]: an update's structure and bounds, read without Yjs and without allocating what it merely claims.
//! - [`depth`]: how deep its types are nested, which no library bounds. [`order`]: what finding each insertion's place costs.
//! - [`document`]: a document's bytes in the folded state. [`yjs`]: the one place that loads the library `yrs`.
//! - [`markdown`]: its text for other programs. [`naming`]: the words around somebody's name.
//!
//! The sheet names what a document folds to by a hash chain over the updates' bytes, which a browser computes without
//! Yjs. What the bytes mean is Yjs's matter; what may enter the log is `check`'s.
pub(crate) mod depth;
pub mod document;
pub(crate) mod markdown;
mod naming;
pub(crate) mod order;
pub mod scan;
pub(crate) mod yjs;

use crate::name::{NameError, RowId};
use base64::{Engine, engine::general_purpose::STANDARD};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest, Sha256};
use std::{borrow::Cow, fmt, sync::Arc};

pub use document::Document;
pub use yjs::Broken;

const SUMMARY: &str = "summary";
const NOTES: &str = "notes:";

/// A document's name: `summary`, or `notes:<taskId>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct DocName(Arc<str>);

impl DocName {
    /// Returns the name, or what it should have been.
    ///
    /// # Errors
    /// [`NameError`] with the names that a document may have.
    pub fn new(word: &str) -> Result<Self, NameError> {
        let known = word == SUMMARY || word.strip_prefix(NOTES).is_some_and(|id| RowId::new(id).is_ok());
        if known {
            Ok(Self(word.into()))
        } else {
            Err(NameError { what: "a document", rule: "summary or notes:<taskId>" })
        }
    }

    /// Returns the executive summary.
    pub fn summary() -> Self {
        Self(SUMMARY.into())
    }

    /// Returns the note of a row.
    pub fn notes(task_id: &RowId) -> Self {
        Self(format!("{NOTES}{task_id}").into())
    }

    /// Returns the row that it is the note of; none: it is the summary.
    pub fn task_id(&self) -> Option<RowId> {
        self.0.strip_prefix(NOTES).and_then(|id| RowId::new(id).ok())
    }

    /// Returns the name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DocName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DocName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl JsonSchema for DocName {
    fn schema_name() -> Cow<'static, str> {
        "DocName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^(summary|notes:[A-Za-z0-9-]{1,36})$",
            "description": "A document's name: `summary`, or `notes:<taskId>`."
        })
    }
}

impl<'de> Deserialize<'de> for DocName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Bytes that are in JSON as standard base64: a Yjs update (v1).
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes(pub Arc<[u8]>);

impl Bytes {
    /// Reads base64, or returns the reason why the text is not base64.
    ///
    /// # Errors
    /// If `text` is not standard base64.
    pub fn from_base64(text: &str) -> Result<Self, base64::DecodeError> {
        STANDARD.decode(text).map(|bytes| Self(bytes.into()))
    }

    /// As standard base64.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.0)
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

/// Content stays out of logs.
impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.to_base64())
    }
}

impl JsonSchema for Bytes {
    fn schema_name() -> Cow<'static, str> {
        "Bytes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "contentEncoding": "base64",
            "description": "Bytes as standard base64: a Yjs update (v1)."
        })
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::from_base64(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// What the sheet says of a document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocEntry {
    /// A chain over the updates: `sha256(the hash before, 32 zero bytes at first || the update)`, lower-case hex.
    pub hash: Arc<str>,
    /// The version of the last update.
    pub version: u64,
    /// How many updates there were.
    pub updates: u64,
    /// How many bytes they had.
    pub bytes: u64,
    /// Whether a person has written in it.
    pub is_manually_edited: bool,
}

impl DocEntry {
    /// The entry after one more update.
    pub(crate) fn followed(before: Option<&Self>, update: &[u8], version: u64, by_person: bool) -> Self {
        let mut previous = [0; 32];
        if let Some(before) = before {
            // Never anything but 64 hex digits; what does not read counts as zeros, in both folds alike.
            let _ = hex::decode_to_slice(&*before.hash, &mut previous);
        }
        let hash = hex::encode(Sha256::new().chain_update(previous).chain_update(update).finalize());
        Self {
            hash: hash.into(),
            version,
            updates: before.map_or(0, |entry| entry.updates) + 1,
            bytes: before.map_or(0, |entry| entry.bytes) + update.len() as u64,
            is_manually_edited: by_person || before.is_some_and(|entry| entry.is_manually_edited),
        }
    }
}

/// The note of a removed row: it comes back with its row, as long as it is remembered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovedDoc {
    /// What the sheet said of it.
    #[serde(flatten)]
    pub entry: DocEntry,
    /// The version that removed its row.
    pub removed_at: u64,
}

/// A named version of the cycle.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SavePoint {
    /// What people call it.
    pub name: Arc<str>,
    /// The version that it names: that of the change which added it.
    pub version: u64,
    /// The user who added it.
    pub author: crate::name::Name,
    /// When it was added.
    pub at: crate::time::TimestampMs,
}
