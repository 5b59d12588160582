//! The cycle record: the folded state, so that nobody folds a log from its first entry.
//!
//! A state that outgrows one item is written as chunks under a fresh nonce first; then the record's pointer flips to
//! them in one conditional put. Only the winner of the flip deletes chunks, and only those that the pointer it
//! replaced had named, so at every moment the record names chunks that stand. A reader that misses one lost a race
//! with a flip: it reads the record again.
use crate::{
    keys,
    table::{StoreError, Table, read, text, unavailable, write},
};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use sheet::{CycleKey, State, chain::Head, fail_point, low_limit, state::STATE_FORMAT};
use std::io::{BufWriter, IntoInnerError, Read};

/// Bytes of compressed state that one item holds; the rest of DynamoDB's 400 KB is room for keys.
const MAX_ITEM_STATE_BYTES: usize = 300 * 1024;
/// Bytes a stored state may unpack to: twice what a cycle may be, so that no item unpacks without end.
const MAX_UNPACKED_BYTES: u64 = 16 * 1024 * 1024;
/// Readings of a record that lost its chunks to a flip, before it is called corrupt.
const MAX_READS: usize = 5;

/// The record's item without the state's bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    pk: String,
    sk: String,
    format: u32,
    /// Random, made with the cycle: names its history.
    pub epoch: String,
    /// The version that the state is folded to; always the end of an entry.
    pub version: u64,
    /// The chain's hash there.
    pub hash: String,
    /// Bytes of the stored state.
    pub bytes: u64,
    /// SHA-256 of the stored state, lower-case hex.
    sha256: String,
    /// Chunks that hold the state; none: it is in the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chunks: Option<Chunks>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<ByteBuf>,
}

/// The pointer to a record's chunks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Chunks {
    version: u64,
    nonce: String,
    count: usize,
}

#[derive(Serialize, Deserialize)]
struct Chunk {
    pk: String,
    sk: String,
    bytes: ByteBuf,
}

/// Reads the record and the state it holds; none if the cycle does not exist.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn load(table: &Table, key: &CycleKey) -> Result<Option<(Record, State)>, StoreError> {
    for _ in 0..MAX_READS {
        let Some(mut record) = table.get::<Record>(&keys::cycle(key), keys::RECORD).await? else {
            return Ok(None);
        };
        if record.format > STATE_FORMAT {
            return Err(StoreError::Newer(format!("the record of {key}")));
        }
        let packed = match (&record.chunks, record.state.take()) {
            (None, Some(state)) => state.into_vec(),
            (Some(chunks), _) => match gather(table, key, chunks).await? {
                Some(packed) => packed,
                None => continue,
            },
            (None, None) => return Err(StoreError::Corrupt(format!("the record of {key} holds no state"))),
        };
        if hex::encode(Sha256::digest(&packed)) != record.sha256 {
            return Err(StoreError::Corrupt(format!("the record of {key} is not what was written")));
        }
        let state =
            unpack(&packed).map_err(|error| StoreError::Corrupt(format!("the record of {key}: {error}")))?;
        return Ok(Some((record, state)));
    }
    Err(StoreError::Unavailable {
        operation: "GetItem",
        reason: format!("the record of {key} kept changing"),
    })
}

async fn gather(table: &Table, key: &CycleKey, chunks: &Chunks) -> Result<Option<Vec<u8>>, StoreError> {
    let name = |number| keys::chunk(chunks.version, &chunks.nonce, number);
    let found: Vec<Chunk> = table.range(&keys::cycle(key), &name(0), &name(chunks.count)).await?;
    Ok((found.len() == chunks.count)
        .then(|| found.into_iter().flat_map(|chunk| chunk.bytes.into_vec()).collect()))
}

/// The head that the record states: where the log stood when it was written.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item
/// cannot be understood.
pub async fn head(table: &Table, key: &CycleKey) -> Result<Option<Head>, StoreError> {
    let record: Option<Record> = table.get(&keys::cycle(key), keys::RECORD).await?;
    Ok(record.map(|record| Head { version: record.version, hash: record.hash }))
}

/// Writes the record of a cycle that has none; false if it has one. `epoch` is random.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn create(table: &Table, key: &CycleKey, epoch: &str) -> Result<bool, StoreError> {
    let (record, _) = prepare(key, &State::genesis(key), epoch, "")?;
    table.put_new(&record).await
}

/// Writes `state` as the record, if the one that stands is older. `nonce` is random and used once.
///
/// Killed anywhere: before the flip, chunks under a nonce that no pointer names are left; after it, the old chunks
/// are. Both are rubbish that nobody reads. If this call won the flip it has swept its own: the record's bytes.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn replace(
    table: &Table,
    key: &CycleKey,
    state: &State,
    epoch: &str,
    nonce: &str,
) -> Result<Option<usize>, StoreError> {
    let (record, chunks) = prepare(key, state, epoch, nonce)?;
    fail_point!(CompactPastTip, let record = Record { version: record.version + 1, ..record });
    for chunk in &chunks {
        table.put(chunk).await?;
    }
    let put = table
        .client
        .put_item()
        .table_name(&table.name)
        .set_item(Some(write(&record)?))
        .condition_expression("attribute_exists(pk) AND version < :version AND epoch = :epoch")
        .expression_attribute_values(":version", AttributeValue::N(record.version.to_string()))
        .expression_attribute_values(":epoch", text(epoch))
        .return_values(ReturnValue::AllOld);
    let replaced = match put.send().await {
        Ok(put) => put.attributes,
        // Somebody folded further: their record is as good. Our chunks are named by nobody, so they may go — unless it
        // was our own put that landed while its answer was lost.
        Err(e) if e.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
            let stands = table.get::<Record>(&keys::cycle(key), keys::RECORD).await?;
            if !chunks.is_empty() && stands.is_some_and(|stands| stands.chunks != record.chunks) {
                sweep(table, key, record.chunks.as_ref()).await?;
            }
            return Ok(None);
        }
        Err(e) => return Err(unavailable("PutItem", &e)),
    };
    let old: Option<Record> = replaced.map(read).transpose()?;
    fail_point!(DropChunk, { sweep(table, key, record.chunks.as_ref()).await? });
    sweep(table, key, old.and_then(|old| old.chunks).as_ref()).await?;
    Ok(Some(usize::try_from(record.bytes).unwrap_or(usize::MAX)))
}

/// Writes `state` as the record under another epoch, if the record still has the epoch `stands` and is no further.
/// Returns whether it was written. Every process and client that knows the cycle under its old epoch starts again from it.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Corrupt`] if the state does not write.
pub(crate) async fn rewrite(
    table: &Table,
    key: &CycleKey,
    state: &State,
    stands: &str,
    epoch: &str,
    nonce: &str,
) -> Result<bool, StoreError> {
    let (record, chunks) = prepare(key, state, epoch, nonce)?;
    for chunk in &chunks {
        table.put(chunk).await?;
    }
    let put = table
        .client
        .put_item()
        .table_name(&table.name)
        .set_item(Some(write(&record)?))
        .condition_expression("attribute_exists(pk) AND version <= :version AND epoch = :epoch")
        .expression_attribute_values(":version", AttributeValue::N(record.version.to_string()))
        .expression_attribute_values(":epoch", text(stands))
        .return_values(ReturnValue::AllOld);
    match put.send().await {
        Ok(put) => {
            let old: Option<Record> = put.attributes.map(read).transpose()?;
            sweep(table, key, old.and_then(|old| old.chunks).as_ref()).await?;
            Ok(true)
        }
        Err(e) if e.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
            sweep(table, key, record.chunks.as_ref()).await?;
            Ok(false)
        }
        Err(e) => Err(unavailable("PutItem", &e)),
    }
}

async fn sweep(table: &Table, key: &CycleKey, chunks: Option<&Chunks>) -> Result<(), StoreError> {
    let Some(chunks) = chunks else { return Ok(()) };
    for number in 0..chunks.count {
        table.delete(&keys::cycle(key), &keys::chunk(chunks.version, &chunks.nonce, number)).await?;
    }
    Ok(())
}

fn prepare(
    key: &CycleKey,
    state: &State,
    epoch: &str,
    nonce: &str,
) -> Result<(Record, Vec<Chunk>), StoreError> {
    let packed =
        pack(state).map_err(|error| StoreError::Corrupt(format!("a state does not write: {error}")))?;
    let pk = keys::cycle(key);
    let mut record = Record {
        pk: pk.clone(),
        sk: keys::RECORD.into(),
        format: STATE_FORMAT,
        epoch: epoch.into(),
        version: state.version(),
        hash: state.ledger.hash.clone(),
        bytes: packed.len() as u64,
        sha256: hex::encode(Sha256::digest(&packed)),
        chunks: None,
        state: None,
    };
    let most = MAX_ITEM_STATE_BYTES;
    low_limit!(let most = 900);
    if packed.len() <= most {
        record.state = Some(ByteBuf::from(packed));
        return Ok((record, Vec::new()));
    }
    let version = state.version();
    let cut = packed.chunks(most).enumerate();
    let chunks: Vec<Chunk> = cut
        .map(|(n, bytes)| Chunk {
            pk: pk.clone(),
            sk: keys::chunk(version, nonce, n),
            bytes: ByteBuf::from(bytes),
        })
        .collect();
    record.chunks = Some(Chunks { version, nonce: nonce.into(), count: chunks.len() });
    Ok((record, chunks))
}

/// A value as compressed JSON.
pub(crate) fn pack<T: Serialize>(value: &T) -> std::io::Result<Vec<u8>> {
    // Each write to the encoder clears a buffer of 32 KB first, and JSON is written in small pieces.
    let packer = GzEncoder::new(Vec::new(), Compression::fast());
    let mut packer = BufWriter::with_capacity(32 * 1024, packer);
    serde_json::to_writer(&mut packer, value)?;
    packer.into_inner().map_err(IntoInnerError::into_error)?.finish()
}

/// A value from compressed JSON, of at most [`MAX_UNPACKED_BYTES`].
pub(crate) fn unpack<T: serde::de::DeserializeOwned>(packed: &[u8]) -> std::io::Result<T> {
    let mut json = Vec::new();
    GzDecoder::new(packed).take(MAX_UNPACKED_BYTES).read_to_end(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}
