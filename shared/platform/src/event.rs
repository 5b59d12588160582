//! The gateway's events, as far as we need them.
//!
//! Our own types, because the ones of `aws_lambda_events` demand fields that some platforms leave out, and an event
//! that does not read is a keystroke lost. Everything may be absent or `null`, unknown fields are ignored, and a header
//! of another shape than text costs that header alone.
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// An event of a WebSocket route or of its authorizer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SocketEvent {
    /// What the gateway knows of the socket and the message.
    #[serde(deserialize_with = "or_default")]
    pub request_context: RequestContext,
    /// Headers; only `$connect` and its authorizer have them.
    #[serde(deserialize_with = "texts")]
    pub headers: Option<HashMap<String, String>>,
    /// Headers, each with all its values.
    #[serde(deserialize_with = "lists")]
    pub multi_value_headers: Option<HashMap<String, Vec<String>>>,
    /// The query; only `$connect` and its authorizer have it.
    #[serde(deserialize_with = "texts")]
    pub query_string_parameters: Option<HashMap<String, String>>,
    /// The message.
    pub body: Option<String>,
    /// What a policy of the authorizer is about.
    pub method_arn: Option<String>,
}

/// What the gateway knows of a socket.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RequestContext {
    /// The socket.
    #[serde(deserialize_with = "or_default")]
    pub connection_id: String,
    /// The message, on message routes.
    pub message_id: Option<String>,
    /// The gateway's name for this request, for its logs and ours.
    #[serde(deserialize_with = "or_default")]
    pub request_id: String,
    /// The host of the callback endpoint.
    pub domain_name: Option<String>,
    /// The stage of the callback endpoint.
    pub stage: Option<String>,
    /// What the authorizer learned; every value is text.
    #[serde(deserialize_with = "object")]
    pub authorizer: Option<Map<String, Value>>,
}

/// `null` as if it were absent.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// An object; anything else as if it were absent.
fn object<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Map<String, Value>>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Object(object) => Some(object),
        _ => None,
    })
}

/// The texts of an object; where a list stands, its first.
fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Option<HashMap<String, String>>, D::Error> {
    let first = |(key, values): (String, Vec<String>)| Some((key, values.into_iter().next()?));
    Ok(lists(from)?.map(|lists| lists.into_iter().filter_map(first).collect()))
}

/// The lists of texts of an object; a text alone is a list of one.
fn lists<'de, D: Deserializer<'de>>(from: D) -> Result<Option<HashMap<String, Vec<String>>>, D::Error> {
    let text = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let all = |value: Value| match value {
        Value::Array(values) => values.into_iter().filter_map(text).collect(),
        one => text(one).into_iter().collect(),
    };
    Ok(object(from)?.map(|object| object.into_iter().map(|(key, value)| (key, all(value))).collect()))
}

impl SocketEvent {
    /// Returns a header, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let single = self
            .headers
            .iter()
            .flatten()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value);
        let multi =
            || self.multi_value_headers.iter().flatten().find(|(key, _)| key.eq_ignore_ascii_case(name));
        single.or_else(|| multi().and_then(|(_, values)| values.first())).map(String::as_str)
    }

    /// Returns a query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query_string_parameters.as_ref()?.get(name).map(String::as_str)
    }

    /// Returns the subprotocols that the client offers. Browsers write a space behind each comma.
    pub fn subprotocols(&self) -> impl Iterator<Item = &str> {
        self.header("Sec-WebSocket-Protocol")
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|p| !p.is_empty())
    }
}

/// The answer to a route. The gateway reads the status; on `$connect` it passes the headers on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SocketResponse {
    /// 200, or why not.
    pub status_code: u16,
    /// Headers for the client; only `$connect` has any.
    #[serde(default, skip_serializing_if = "HashMap::is_empty")]
    pub headers: HashMap<String, String>,
}

impl SocketResponse {
    /// Returns a status alone.
    pub fn status(status_code: u16) -> Self {
        Self { status_code, headers: HashMap::new() }
    }
}

/// Returns an authorizer's answer: a policy about `$connect`, and what later events carry.
pub fn policy(allow: bool, principal: &str, method_arn: &str, context: Map<String, Value>) -> Value {
    json!({
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [{
            "Action": "execute-api:Invoke", "Effect": if allow { "Allow" } else { "Deny" }, "Resource": method_arn,
        }]},
        "context": context,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(value: Value) -> SocketEvent {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_header_is_found_whatever_its_case_and_wherever_it_stands() {
        let browser = event(json!({"headers": {"sec-websocket-protocol": "cyclesheet.v1, bearer.x.y.z"}}));
        assert_eq!(browser.subprotocols().collect::<Vec<_>>(), ["cyclesheet.v1", "bearer.x.y.z"]);
        let multi =
            event(json!({"multiValueHeaders": {"ORIGIN": ["https://a.example", "https://b.example"]}}));
        assert_eq!(multi.header("Origin"), Some("https://a.example"));
        let list = event(json!({"headers": {"Origin": ["https://a.example"], "Odd": null, "Length": 3}}));
        assert_eq!((list.header("origin"), list.header("odd")), (Some("https://a.example"), None));
        assert_eq!(list.header("length"), Some("3"));
    }

    #[test]
    fn what_is_absent_null_or_unknown_costs_nothing_else() {
        let all_null = event(json!({
            "requestContext": {"connectionId": null, "requestId": null, "stage": null, "authorizer": "none", "novel": 1},
            "headers": null, "multiValueHeaders": null, "queryStringParameters": null, "body": null, "novel": [],
        }));
        assert_eq!(all_null.request_context.connection_id, "");
        assert!(all_null.request_context.authorizer.is_none() && all_null.headers.is_none());
        for context in [json!({}), json!(null)] {
            assert_eq!(event(json!({"requestContext": context, "body": "x"})).body.as_deref(), Some("x"));
        }
        let changed =
            event(json!({"requestContext": {"connectionId": "VXl9aeWliAMCGnQ=", "connectedAt": "odd"}}));
        assert_eq!(changed.request_context.connection_id, "VXl9aeWliAMCGnQ=");
    }
}
