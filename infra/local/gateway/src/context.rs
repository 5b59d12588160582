//! What an authorizer said of a user, as every later event of the socket repeats it.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser::SerializeMap};

/// `requestContext.authorizer`: the principal and the authorizer's context, strings all. Held as one flat slice,
/// because every open socket keeps one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizerContext(Box<[(Box<str>, Box<str>)]>);

impl AuthorizerContext {
    pub(crate) fn new(values: BTreeMap<String, String>) -> Self {
        Self(values.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The value of a name; the principal is under `principalId`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| **key == *name).map(|(_, value)| &**value)
    }
}

impl Serialize for AuthorizerContext {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
