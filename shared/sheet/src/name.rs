//! The words keys are made of. Whatever comes from outside is one of these types before it comes near a key.
use crate::week::Week;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, de::Error as _};
use std::{borrow::Cow, fmt, str::FromStr, sync::Arc};

/// A word that is not what a key part may be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be {rule}")]
pub struct NameError {
    /// What was named: `tenant`, `change id`, …
    pub what: &'static str,
    /// What it may be.
    pub rule: &'static str,
}

macro_rules! word {
    ($(#[$doc:meta])* $type:ident, $what:literal, $rule:literal, $pattern:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $type(Arc<str>);

        impl $type {
            /// The word, or what it should have been.
            ///
            /// # Errors
            /// [`NameError`] with the characters and length that a name may have.
            pub fn new(word: &str) -> Result<Self, NameError> {
                let check: fn(&str) -> bool = $check;
                if check(word) { Ok(Self(word.into())) } else { Err(NameError { what: $what, rule: $rule }) }
            }

            /// The word itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl FromStr for $type {
            type Err = NameError;
            fn from_str(word: &str) -> Result<Self, NameError> {
                Self::new(word)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::new(&String::deserialize(from)?).map_err(D::Error::custom)
            }
        }
    };
}

word! {
    /// A tenant, a team or a user: one part of a key, `[A-Za-z0-9._-]{1,64}`.
    Name, "a tenant, team or user id", "1 to 64 of A-Z a-z 0-9 . _ -", "^[A-Za-z0-9._-]{1,64}$",
    is_name
}

/// The id under which the system itself writes: extractions, seals, standing denials. No person may have it.
pub const SYSTEM_ID: &str = "cyclesheet";

/// Returns whether `word` is a [`Name`]. A `const fn`, so that a constant is checked when it is compiled.
const fn is_name(word: &str) -> bool {
    let bytes = word.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        #[expect(clippy::indexing_slicing, reason = "the loop ends at the length; iterators are not const")]
        let byte = bytes[at];
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')) {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty() && bytes.len() <= 64
}

impl Name {
    /// Returns the id under which the functions themselves write, [`SYSTEM_ID`]. It does not compile if that is no name.
    pub fn system() -> Self {
        const { assert!(is_name(SYSTEM_ID)) };
        Self(SYSTEM_ID.into())
    }
}

/// Returns whether `word` is an id that a client may make.
fn is_id(word: &str) -> bool {
    (1..=36).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

macro_rules! id {
    ($(#[$doc:meta])* $type:ident, $what:literal) => {
        word! {
            $(#[$doc])*
            $type, $what, "1 to 36 of A-Z a-z 0-9 -", "^[A-Za-z0-9-]{1,36}$", is_id
        }
    };
}

id! {
    /// A row's id: `[A-Za-z0-9-]{1,36}`, made by the client that inserts the row. `taskId` on the wire.
    RowId, "a task or comment id"
}

id! {
    /// A comment's id: `[A-Za-z0-9-]{1,36}`, made by the client that writes the comment. It names the thread as well.
    CommentId, "a task or comment id"
}

id! {
    /// A reply's id: `[A-Za-z0-9-]{1,36}`, made by the client that writes the reply.
    ReplyId, "a task or comment id"
}

id! {
    /// A view's id: `[A-Za-z0-9-]{1,36}`, made by the client that adds the view.
    ViewId, "a view's id"
}

id! {
    /// A client's name: one tab, one script or one run, `[A-Za-z0-9-]{1,36}`.
    ClientId, "a client name"
}

impl ClientId {
    /// Returns the client name of a part of the system, from a constant that is one.
    pub fn of_system(word: &'static str) -> Self {
        debug_assert!(Self::new(word).is_ok());
        Self(word.into())
    }

    /// Makes a client name of a prefix, which is one, and whatever word: what a name may not hold is left out, and what
    /// is too long is cut. Never fails.
    pub fn made_of(prefix: &'static str, word: &str) -> Self {
        debug_assert!(Self::new(prefix).is_ok());
        let plain = word.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-');
        let name: String = prefix.chars().chain(plain).take(36).collect();
        Self(name.into())
    }

    /// Returns the id of a row that this client inserts without naming it.
    pub fn as_row(&self) -> RowId {
        RowId(self.0.clone())
    }
}

/// The run that holds the lease of an extraction: the client name under which it commits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeaseHolder(ClientId);

impl LeaseHolder {
    /// Returns the run that made a change.
    pub fn of(change: &ChangeId) -> Self {
        Self(change.client.clone())
    }
}

/// `<client>.<seq>`: names a change for good. De-duplication is per (author, client).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ChangeId {
    /// One tab, one script or one run: `[A-Za-z0-9-]{1,36}`.
    pub client: ClientId,
    /// Grows per client, up to 15 digits (exact in JavaScript). 0 marks a change that is not remembered.
    pub seq: u64,
}

impl ChangeId {
    /// The id of the `seq`-th change of `client`.
    pub fn new(client: ClientId, seq: u64) -> Self {
        Self { client, seq }
    }
}

impl fmt::Display for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.client, self.seq)
    }
}

impl FromStr for ChangeId {
    type Err = NameError;
    fn from_str(id: &str) -> Result<Self, NameError> {
        const ERROR: NameError = NameError {
            what: "a change id",
            rule: "<client>.<seq>: 1 to 36 of A-Z a-z 0-9 -, a dot, up to 15 digits",
        };
        let (client, seq) = id.split_once('.').ok_or(ERROR)?;
        let plain = (1..=15).contains(&seq.len()) && seq.bytes().all(|b| b.is_ascii_digit());
        if !plain || (seq.len() > 1 && seq.starts_with('0')) {
            return Err(ERROR);
        }
        Ok(Self { client: ClientId::new(client).map_err(|_| ERROR)?, seq: seq.parse().map_err(|_| ERROR)? })
    }
}

impl Serialize for ChangeId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl JsonSchema for ChangeId {
    fn schema_name() -> Cow<'static, str> {
        "ChangeId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[A-Za-z0-9-]{1,36}\\.(0|[1-9][0-9]{0,14})$",
            "description": "`<client>.<seq>`: names a change for good."
        })
    }
}

impl<'de> Deserialize<'de> for ChangeId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// One cycle of one team of one tenant: the log's name, and the room that sockets join.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CycleKey {
    /// Whose it is. Nothing crosses this.
    pub tenant: Name,
    /// The team.
    pub team: Name,
    /// The ISO week.
    pub week: Week,
}

impl CycleKey {
    /// `platform/2026-W47`, as the sheet and people name it.
    pub fn cycle_id(&self) -> String {
        format!("{}/{}", self.team, self.week)
    }
}

impl fmt::Display for CycleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.tenant, self.team, self.week)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_break_a_key_is_no_name() {
        for bad in ["", "a#b", "a/b", "a b", "é", "a\n", &"x".repeat(65)] {
            assert!(Name::new(bad).is_err(), "{bad:?}");
        }
        assert!(Name::new("acme.example_1-x").is_ok());
    }

    #[test]
    fn a_client_name_is_made_of_any_word() {
        for word in ["", "L0SM9cOFvHcCIhw=", "é#/ \n", &"x".repeat(100)] {
            let made = ClientId::made_of("h-", word);
            assert_eq!(ClientId::new(made.as_str()).as_ref(), Ok(&made), "{word:?}");
        }
        assert_eq!(ClientId::made_of("h-", "a=b/c-d").as_str(), "h-abc-d");
    }

    // rule: X1
    #[test]
    fn a_change_id_has_one_spelling() {
        assert_eq!("9f2c61d0.17".parse::<ChangeId>().unwrap().to_string(), "9f2c61d0.17");
        for bad in ["", "a", "a.", ".1", "a.01", "a.-1", "a.1234567890123456", "a.1.2", "a_b.1"] {
            assert!(bad.parse::<ChangeId>().is_err(), "{bad:?}");
        }
    }
}
