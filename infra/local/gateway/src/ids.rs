//! Ids in the service's shape: 15 characters of URL-safe base64 and an `=`, as in `Ti835f_GEowCETQ=`.
//!
//! They are held as 16 bytes in place, because there are several in every event and one in every table of sockets.

use std::{fmt, ops::Deref, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE};
use serde::{Serialize, Serializer};

/// Random bytes of an id: 11 make 15 characters and one `=`, the length the service uses.
const ID_BYTES: usize = 11;
/// Characters of an id.
const ID_CHARS: usize = 16;

/// An id of a connection, a request or a message: 16 ASCII characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; ID_CHARS]);

/// The id of one socket, from its `$connect` to its `$disconnect`.
pub type ConnectionId = Id;

/// The text is no id: not 16 characters of URL-safe base64 that end in `=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: 15 characters of URL-safe base64 and one `=` are")]
pub struct InvalidId;

impl Id {
    /// A new id; not to be guessed, because knowing it is all it takes to post on a machine without IAM.
    pub(crate) fn random() -> Self {
        let mut id = [b'='; ID_CHARS];
        // The buffer has the exact length, so this cannot fail; were it to, the id would not parse back.
        let _ = URL_SAFE.encode_slice(rand::random::<[u8; ID_BYTES]>(), &mut id);
        Self(id)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Id {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let id: [u8; ID_CHARS] = text.as_bytes().try_into().map_err(|_| InvalidId)?;
        let alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        match id.split_last() {
            Some((b'=', rest)) if rest.iter().all(alphabet) => Ok(Self(id)),
            _ => Err(InvalidId),
        }
    }
}

impl Deref for Id {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_itself_and_nothing_else_is_one() {
        for _ in 0..1_000 {
            let id = Id::random();
            assert_eq!(id.as_str().parse(), Ok(id));
            assert!(id.ends_with('='), "{id}");
        }
        for bad in ["", "=", "Ti835f_GEowCETQ", "Ti835f_GEowCET==", "Ti835f/GEowCETQ=", "Ti835f_GEowCETé="] {
            assert_eq!(bad.parse::<Id>(), Err(InvalidId), "{bad}");
        }
    }
}
