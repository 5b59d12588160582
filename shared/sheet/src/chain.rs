//! The hash chain over a cycle's log: a missing, altered or reordered entry shows, and so does a cut tail.
use crate::name::CycleKey;
use sha2::{Digest, Sha256};

/// The format of a log entry. A function that meets a higher number writes nothing.
pub const ENTRY_FORMAT: u32 = 1;

/// The hash before a cycle's first entry: H(format, tenant, team, cycle), lower-case hex.
pub fn genesis(key: &CycleKey) -> String {
    hex(&format!("cyclesheet log {ENTRY_FORMAT}\n{}\n{}\n{}\n", key.tenant, key.team, key.week))
}

/// The digest of one change, over its stored bytes. It is all that an erased change leaves.
pub fn digest(text: &str) -> String {
    hex(text)
}

/// The hash of an entry: H(previous hash, first version, count, each change's digest).
pub fn next<'a>(previous: &str, first: u64, digests: impl ExactSizeIterator<Item = &'a str>) -> String {
    let mut text = format!("{previous}\n{first}\n{}\n", digests.len());
    for digest in digests {
        text.push_str(digest);
        text.push('\n');
    }
    hex(&text)
}

fn hex(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
