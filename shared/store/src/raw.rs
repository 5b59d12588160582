//! What a generation read and what it was answered, compressed: kept so that a rerun never asks twice, that every
//! citation can be shown, and that an admin can see what was sent and what came back.
use crate::{
    keys,
    record::{pack, unpack},
    table::{StoreError, Table},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sheet::CycleKey;

/// Bytes of one part; DynamoDB takes 400 KB an item.
const MAX_PART_BYTES: usize = 300 * 1024;

/// What is stored of a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Artifact {
    /// The messages as read.
    Messages,
    /// The prompts as sent, in order.
    Prompts,
    /// The outcome of each prompt.
    Answers,
    /// The report of the run.
    Report,
}

impl Artifact {
    /// Returns its part of the key.
    fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Prompts => "prompt",
            Self::Answers => "answer",
            Self::Report => "report",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Part {
    pk: String,
    sk: String,
    parts: usize,
    bytes: serde_bytes::ByteBuf,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<i64>,
}

/// Stores `value` as an artifact of a generation. Parts are written last to first, so that the
/// first one, which says how many there are, is only there once all are. `expires` (seconds) is set where a team wants
/// what it wrote to be deleted some day.
///
/// # Errors
/// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the same
/// call again is safe.
pub async fn put<T: Serialize>(
    table: &Table,
    key: &CycleKey,
    generation: u32,
    artifact: Artifact,
    value: &T,
    expires: Option<i64>,
) -> Result<(), StoreError> {
    let what = artifact.name();
    let packed =
        pack(value).map_err(|error| StoreError::Corrupt(format!("{what} does not write: {error}")))?;
    let most = MAX_PART_BYTES;
    sheet::low_limit!(let most = 400);
    let parts: Vec<&[u8]> = packed.chunks(most).collect();
    for (number, bytes) in parts.iter().enumerate().rev() {
        let (pk, sk) = (keys::cycle(key), keys::raw(generation, what, number));
        let bytes = serde_bytes::ByteBuf::from(*bytes);
        table.put(&Part { pk, sk, parts: parts.len(), bytes, expires }).await?;
    }
    Ok(())
}

/// What was stored as `what` of a generation, if all of it is there.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn get<T: DeserializeOwned>(
    table: &Table,
    key: &CycleKey,
    generation: u32,
    artifact: Artifact,
) -> Result<Option<T>, StoreError> {
    let what = artifact.name();
    let name = |number| keys::raw(generation, what, number);
    let found: Vec<Part> = table.range(&keys::cycle(key), &name(0), &name(99)).await?;
    let Some(first) = found.first() else { return Ok(None) };
    if first.parts > found.len() {
        return Ok(None);
    }
    let packed: Vec<u8> = found[..first.parts].iter().flat_map(|part| part.bytes.iter().copied()).collect();
    unpack(&packed).map(Some).map_err(|error| StoreError::Corrupt(format!("{what} of {key}: {error}")))
}
