//! Routes, and which of them a message takes.

use std::{borrow::Cow, collections::HashMap, fmt, sync::Arc};

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::ConfigError;

/// The route of an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Route {
    /// `$connect`: before the socket opens.
    Connect,
    /// `$disconnect`: after it closed; best effort.
    Disconnect,
    /// `$default`: a message that no custom route took.
    Default,
    /// A route of the API's own.
    Custom(Arc<str>),
}

impl Route {
    /// The route key.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Connect => "$connect",
            Self::Disconnect => "$disconnect",
            Self::Default => "$default",
            Self::Custom(key) => key,
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Route {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A route selection expression and the routes that it may choose.
#[derive(Debug, Clone)]
pub struct RouteSelection {
    path: Vec<String>,
    keys: Vec<Arc<str>>,
}

impl RouteSelection {
    /// `expression` is `$request.body.` and the path of a field, names joined by dots, as in `$request.body.type`.
    ///
    /// # Errors
    /// [`ConfigError::RouteSelection`] for any other expression.
    pub fn new(
        expression: &str,
        keys: impl IntoIterator<Item = impl Into<Arc<str>>>,
    ) -> Result<Self, ConfigError> {
        let wrong = || ConfigError::RouteSelection(expression.to_owned());
        // `${request.body.type}` is the other accepted spelling.
        let inner = expression
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'))
            .or_else(|| expression.strip_prefix('$'));
        let path = inner.and_then(|rest| rest.strip_prefix("request.body.")).ok_or_else(wrong)?;
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        if path.iter().any(String::is_empty) {
            return Err(wrong());
        }
        Ok(Self { path, keys: keys.into_iter().map(Into::into).collect() })
    }

    /// The custom route of this body; `$default` for one that is no JSON, lacks the field or names no route.
    pub(crate) fn route(&self, body: &str) -> Route {
        self.value(body)
            .and_then(|value| self.keys.iter().find(|key| ***key == value))
            .map_or(Route::Default, |key| Route::Custom(key.clone()))
    }

    /// The field as text, found without building a tree of the whole body.
    fn value<'a>(&self, body: &'a str) -> Option<Cow<'a, str>> {
        let mut at = body;
        for name in &self.path {
            let fields: HashMap<Cow<'a, str>, &'a RawValue> = serde_json::from_str(at).ok()?;
            at = fields.get(name.as_str())?.get();
        }
        if at.starts_with('"') {
            serde_json::from_str::<String>(at).ok().map(Cow::Owned)
        } else {
            Some(at.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_chosen_by_the_field_and_anything_else_is_the_default() {
        let selection = RouteSelection::new("$request.body.a.b", ["ping", "7"]).unwrap();
        let route = |body| selection.route(body);
        assert_eq!(route(r#"{"a":{"b":"ping","x":[1]},"z":0}"#), Route::Custom("ping".into()));
        assert_eq!(route(r#"{"a":{"b":"p\u0069ng"}}"#), Route::Custom("ping".into()));
        assert_eq!(route(r#"{"a":{"b":7}}"#), Route::Custom("7".into()));
        for body in ["", "ping", "[1]", r#"{"a":1}"#, r#"{"a":{"b":"pong"}}"#, r#"{"a":{"b":"ping"}"#, "{{{{"]
        {
            assert_eq!(route(body), Route::Default, "{body}");
        }
    }

    #[test]
    fn an_expression_of_another_form_is_refused() {
        for bad in [
            "",
            "$request.body",
            "$request.body.",
            "$request.body.a..b",
            "$request.header.a",
            "request.body.a",
        ] {
            assert!(RouteSelection::new(bad, ["x"]).is_err(), "{bad}");
        }
        assert!(RouteSelection::new("${request.body.action}", ["x"]).is_ok());
    }
}
