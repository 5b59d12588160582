//! What an integration receives and answers, in the service's JSON.
//!
//! Events are structs that serialise, not trees: there are thousands a second, and what is the same in all of them
//! is shared.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use crate::{AuthorizerContext, Id, Route, Utf8Bytes};

/// One value per name; of several, the last.
pub(crate) type Single = BTreeMap<String, String>;
/// Every value of a name.
pub(crate) type Multi = BTreeMap<String, Vec<String>>;

/// An event as a Lambda function behind a WebSocket API receives it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// CONNECT: the request's headers. DISCONNECT: the few that the service sends. MESSAGE: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<Single>,
    /// The same, with every value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_value_headers: Option<Multi>,
    /// CONNECT, if there is a query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_string_parameters: Option<Single>,
    /// The same, with every value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_value_query_string_parameters: Option<Multi>,
    /// Who, when, on which route.
    pub request_context: RequestContext,
    /// MESSAGE: the text.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "body")]
    pub body: Option<Utf8Bytes>,
    /// Always false: binary frames close the socket.
    pub is_base64_encoded: bool,
}

fn body<S: Serializer>(body: &Option<Utf8Bytes>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(body.as_deref().unwrap_or_default())
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum EventType {
    /// A client asks for a socket.
    Connect,
    /// A client sent a message.
    Message,
    /// A socket has closed.
    Disconnect,
}

/// `requestContext` of an event.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestContext {
    /// The route taken.
    pub route_key: Route,
    /// What happened.
    pub event_type: EventType,
    /// The socket.
    pub connection_id: Id,
    /// When the socket was asked for, in milliseconds since the Unix epoch; the same in every event of a socket.
    pub connected_at: u64,
    /// The id of this event.
    pub request_id: Id,
    /// The same, as the service does it.
    pub extended_request_id: Id,
    /// When it happened, as `20/Nov/2026:14:58:47 +0000`.
    pub request_time: RequestTime,
    /// When it happened, in milliseconds since the Unix epoch.
    pub request_time_epoch: u64,
    /// MESSAGE: the id of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<Id>,
    /// Always `IN`.
    pub message_direction: &'static str,
    /// The stage.
    pub stage: Arc<str>,
    /// The host of the API.
    pub domain_name: Arc<str>,
    /// The API.
    pub api_id: Arc<str>,
    /// The client.
    pub identity: Arc<Identity>,
    /// What the authorizer said of the client; in every event after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer: Option<Arc<AuthorizerContext>>,
    /// DISCONNECT: the close code; 1005 if the client gave none, 1006 if the socket broke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disconnect_status_code: Option<u16>,
    /// DISCONNECT: the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disconnect_reason: Option<Cow<'static, str>>,
}

/// A time that reads as the service writes it: `20/Nov/2026:14:58:47 +0000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestTime(
    /// Milliseconds since the Unix epoch.
    pub u64,
);

/// A time of the clock as a timestamp; the epoch where a clock has left the calendar.
pub(crate) fn timestamp(ms: u64) -> Timestamp {
    i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or_default()
}

impl Serialize for RequestTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&timestamp(self.0).strftime("%d/%b/%Y:%H:%M:%S +0000"))
    }
}

/// The peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The peer's address.
    pub source_ip: String,
    /// The `User-Agent` of the upgrade request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

/// A Lambda proxy response.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProxyResponse {
    /// An HTTP status; on `$connect` anything but 2xx refuses the socket with it.
    pub status_code: u16,
    /// Of these only `Sec-WebSocket-Protocol` on `$connect` means anything.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// On `$connect` the body of a refusal; on a message what a route response sends back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl ProxyResponse {
    /// A response without headers or body.
    pub fn status(status_code: u16) -> Self {
        Self { status_code, ..Self::default() }
    }

    /// The same with a header.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// The same with a body.
    pub fn with_body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// A header by its name in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
