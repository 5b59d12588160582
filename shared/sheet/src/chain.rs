//! The hash chain over a cycle's log: a missing, altered or reordered entry shows, and so does a cut tail.
use crate::name::CycleKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The format of a log entry. A function that meets a higher number writes nothing.
pub const ENTRY_FORMAT: u32 = 1;

/// Returns the hash before a cycle's first entry: H(format, tenant, team, cycle), lower-case hex.
pub fn genesis(key: &CycleKey) -> String {
    hex(&format!("cyclesheet log {ENTRY_FORMAT}\n{}\n{}\n{}\n", key.tenant, key.team, key.week))
}

/// How the text of a change begins whose words were erased. Every other change begins with its version.
const ERASED: &str = r#"{"erased":""#;
/// Hexadecimal digits of a digest.
const DIGEST_DIGITS: usize = 64;

/// Returns the digest of one change, over the bytes that were committed. A change whose words were erased
/// ([`crate::erase`]) holds that digest itself, because the bytes are gone.
pub fn digest(text: &str) -> String {
    kept_digest(text).map_or_else(|| hex(text), str::to_owned)
}

/// Returns whether the words of a change were erased: the chain proves that it was committed at its place, and no longer
/// what it said.
pub fn is_erased(text: &str) -> bool {
    kept_digest(text).is_some()
}

/// Returns the text of a change as JSON with its digest in front, which is all that proves it from then on.
pub(crate) fn with_digest(digest: &str, json: &str) -> String {
    format!("{ERASED}{digest}\",{}", json.strip_prefix('{').unwrap_or("}"))
}

/// The digest that an erased change holds.
fn kept_digest(text: &str) -> Option<&str> {
    let (kept, rest) = text.strip_prefix(ERASED)?.split_at_checked(DIGEST_DIGITS)?;
    let is_digest = kept.bytes().all(|b| b.is_ascii_hexdigit());
    (is_digest && (rest == "\"}" || rest.starts_with("\","))).then_some(kept)
}

/// An entry as the audit sees it: bytes and hash, not what they say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audited {
    /// Its slot.
    pub first: u64,
    /// The hash that stands with it.
    pub hash: String,
    /// Its changes, as stored.
    pub changes: Vec<String>,
}

/// A version and the chain's hash there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last version.
    pub version: u64,
    /// The hash after it.
    pub hash: String,
}

/// What is wrong with a log, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Entries are missing before the one that follows.
    #[error("version {missing} is missing: the next entry begins at {found}")]
    Missing {
        /// The first version that is not there.
        missing: u64,
        /// Where the next entry begins.
        found: u64,
    },
    /// An entry stands where it does not belong.
    #[error("the entry at version {found} is out of order: version {expected} should follow")]
    Reordered {
        /// The entry's slot.
        found: u64,
        /// What should follow.
        expected: u64,
    },
    /// An entry is not what was written, or not after what was written before it.
    #[error("the entry at version {first} has been altered")]
    Altered {
        /// The entry's slot.
        first: u64,
    },
    /// The log ends before its head.
    #[error("the tail is cut: the log ends at version {tip}, its head is at {head}")]
    CutTail {
        /// Where it ends.
        tip: u64,
        /// Where it should end.
        head: u64,
    },
    /// The log passes its head with another hash.
    #[error("the hash at version {version} is not the head's")]
    OtherHead {
        /// The head's version.
        version: u64,
    },
}

/// Verifies a log from its genesis on, and against a known head if there is one. Where it ends.
///
/// # Errors
/// [`Broken`] with the first version at which the log is not the one of its hashes.
pub fn verify<'a>(
    key: &CycleKey,
    log: impl IntoIterator<Item = &'a Audited>,
    head: Option<&Head>,
) -> Result<Head, Broken> {
    let mut tip = Head { version: 0, hash: genesis(key) };
    let mut met = head.is_none_or(|head| head.version == 0 && head.hash == tip.hash);
    for entry in log {
        let expected = tip.version + 1;
        if entry.first > expected {
            return Err(Broken::Missing { missing: expected, found: entry.first });
        }
        if entry.first < expected {
            return Err(Broken::Reordered { found: entry.first, expected });
        }
        let digests: Vec<String> = entry.changes.iter().map(|text| digest(text)).collect();
        let hash = next(&tip.hash, entry.first, digests.iter().map(String::as_str));
        if hash != entry.hash || entry.changes.is_empty() {
            return Err(Broken::Altered { first: entry.first });
        }
        tip = Head { version: entry.first + entry.changes.len() as u64 - 1, hash };
        match head {
            Some(head) if head.version == tip.version && head.hash == tip.hash => met = true,
            Some(head) if head.version == tip.version => {
                return Err(Broken::OtherHead { version: head.version });
            }
            _ => {}
        }
    }
    match head {
        Some(head) if head.version > tip.version => {
            Err(Broken::CutTail { tip: tip.version, head: head.version })
        }
        Some(head) if !met => Err(Broken::OtherHead { version: head.version }),
        _ => Ok(tip),
    }
}

/// Returns the hash of an entry: H(previous hash, first version, count, each change's digest).
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Name;

    fn key() -> CycleKey {
        let name = |word| Name::new(word).unwrap();
        CycleKey { tenant: name("acme"), team: name("platform"), week: "2026-W47".parse().unwrap() }
    }

    /// Five entries; the third holds two changes.
    fn log() -> Vec<Audited> {
        let (mut hash, mut first, mut log) = (genesis(&key()), 1, Vec::new());
        for n in 1..=5u64 {
            let changes: Vec<String> =
                (0..if n == 3 { 2 } else { 1 }).map(|k| format!("change {n}.{k}")).collect();
            let digests: Vec<String> = changes.iter().map(|text| digest(text)).collect();
            hash = next(&hash, first, digests.iter().map(String::as_str));
            log.push(Audited { first, hash: hash.clone(), changes });
            first += log.last().unwrap().changes.len() as u64;
        }
        log
    }

    #[test]
    fn the_first_thing_that_is_wrong_is_named() {
        let whole = log();
        let head = verify(&key(), &whole, None).unwrap();
        assert_eq!(head.version, 6);
        assert_eq!(verify(&key(), &whole, Some(&head)), Ok(head.clone()));
        assert_eq!(verify(&key(), &whole[..4], Some(&head)), Err(Broken::CutTail { tip: 5, head: 6 }));
        assert_eq!(verify(&key(), &[], Some(&head)), Err(Broken::CutTail { tip: 0, head: 6 }));
        let mut less = whole.clone();
        less.remove(2);
        assert_eq!(verify(&key(), &less, None), Err(Broken::Missing { missing: 3, found: 5 }));
        let mut swapped = whole.clone();
        swapped.swap(3, 4);
        assert_eq!(verify(&key(), &swapped, None), Err(Broken::Missing { missing: 5, found: 6 }));
        let twice = [whole[0].clone(), whole[0].clone()];
        assert_eq!(verify(&key(), &twice, None), Err(Broken::Reordered { found: 1, expected: 2 }));
        let mut altered = whole.clone();
        altered[1].changes[0].push('!');
        assert_eq!(verify(&key(), &altered, None), Err(Broken::Altered { first: 2 }));
        let rewritten = Head { hash: "0".repeat(64), ..head };
        assert_eq!(verify(&key(), &whole, Some(&rewritten)), Err(Broken::OtherHead { version: 6 }));
    }

    #[test]
    fn an_erased_change_leaves_its_digest_and_the_chain_holds() {
        let mut erased = log();
        erased[1].changes[0] = format!("{{\"erased\":\"{}\"}}", digest(&erased[1].changes[0]));
        assert!(verify(&key(), &erased, None).is_ok());
        erased[2].changes[0] = with_digest(&digest(&erased[2].changes[0]), r#"{"version":3}"#);
        assert!(is_erased(&erased[2].changes[0]) && verify(&key(), &erased, None).is_ok());
        erased[2].changes[0] = with_digest(&"0".repeat(64), r#"{"version":3}"#);
        assert_eq!(verify(&key(), &erased, None), Err(Broken::Altered { first: 3 }));
    }
}
