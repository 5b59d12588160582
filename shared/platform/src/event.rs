//! The gateway's events, as far as we need them.
//!
//! Our own types, because the ones of `aws_lambda_events` demand fields that some platforms leave out, and an event
//! that does not read is a keystroke lost. Everything may be absent; unknown fields are ignored.
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// An event of a WebSocket route or of its authorizer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SocketEvent {
    /// What the gateway knows of the socket and the message.
    pub request_context: RequestContext,
    /// Headers; only `$connect` and its authorizer have them.
    pub headers: Option<HashMap<String, String>>,
    /// Headers, each with all its values.
    pub multi_value_headers: Option<HashMap<String, Vec<String>>>,
    /// The query; only `$connect` and its authorizer have it.
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
    pub connection_id: String,
    /// The message, on message routes.
    pub message_id: Option<String>,
    /// The gateway's name for this request, for its logs and ours.
    pub request_id: String,
    /// The host of the callback endpoint.
    pub domain_name: Option<String>,
    /// The stage of the callback endpoint.
    pub stage: Option<String>,
    /// What the authorizer learned; every value is text.
    pub authorizer: Option<Map<String, Value>>,
}

impl SocketEvent {
    /// A header, whatever its case.
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

    /// A query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query_string_parameters.as_ref()?.get(name).map(String::as_str)
    }

    /// The subprotocols that the client offers. Browsers write a space behind each comma.
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
    /// A status alone.
    pub fn status(status_code: u16) -> Self {
        Self { status_code, headers: HashMap::new() }
    }
}

/// An authorizer's answer: a policy about `$connect`, and what later events carry.
pub fn policy(allow: bool, principal: &str, method_arn: &str, context: Map<String, Value>) -> Value {
    json!({
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [{
            "Action": "execute-api:Invoke", "Effect": if allow { "Allow" } else { "Deny" }, "Resource": method_arn,
        }]},
        "context": context,
    })
}
