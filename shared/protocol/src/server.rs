//! What the server says.
use crate::{PROTOCOL_VERSION, client::PresenceState, limits::MAX_SERVER_FRAME_BYTES};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use sheet::{
    Author, ChangeId, Code, CommentId, DocName, Name, Op, Refusal, Role, RowId, TimestampMs, Week, doc::Bytes,
};
use std::{collections::BTreeMap, sync::Arc};

/// A user, as others see them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// Their id within the tenant.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their colour, `#rrggbb`.
    pub color: String,
}

/// A socket in the room.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Peer {
    /// Its id.
    pub connection_id: String,
    /// The user whose socket it is.
    pub user: User,
    /// The user's role.
    pub role: Role,
}

/// A frame to a client.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ServerFrame<'a> {
    /// The answer to `hello`.
    Welcome(Box<Welcome<'a>>),
    /// The refusal of a change.
    Rejected(Rejected),
    /// A user's presence.
    #[serde(rename_all = "camelCase")]
    Presence {
        /// The id of the user's socket.
        connection_id: &'a str,
        /// The user; set by the server.
        user: &'a User,
        /// The state.
        state: &'a PresenceState,
    },
    /// A socket joined the room.
    Joined(&'a Peer),
    /// A socket left the room.
    #[serde(rename_all = "camelCase")]
    Left {
        /// The id of the socket.
        connection_id: &'a str,
        /// The user whose socket it was.
        user: &'a User,
    },
    /// The answer to `ping`.
    Pong {
        /// The log's tip, read strongly consistently.
        version: u64,
        /// The cycle's epoch.
        epoch: &'a str,
    },
    /// The refusal of a frame that is no change.
    Error {
        /// The stable code.
        code: Code,
        /// Whether the same frame, sent again, can succeed.
        retryable: bool,
        /// What was wrong and what would be right.
        message: String,
    },
}

/// Everything a client needs to begin, or to go on from where it was.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Welcome<'a> {
    /// The protocol's version.
    pub protocol: u32,
    /// Random per cycle; another epoch is another history.
    pub epoch: &'a str,
    /// This socket.
    pub connection_id: &'a str,
    /// The user, as the server identified them.
    pub user: &'a User,
    /// The user's role.
    pub role: Role,
    /// The log's tip.
    pub version: u64,
    /// The whole sheet, if it is needed and fits.
    #[schemars(with = "Option<sheet::Sheet>")]
    pub snapshot: Option<&'a RawValue>,
    /// Where to fetch the sheet, if it is needed and does not fit.
    pub snapshot_url: Option<String>,
    /// The changes after `since`, if those are enough.
    #[schemars(with = "Vec<Announced>")]
    pub changes: Vec<Box<RawValue>>,
    /// Everybody in the room, this socket included.
    pub connections: Vec<Peer>,
    /// Unread mentions.
    #[schemars(with = "Vec<serde_json::Map<String, Value>>")]
    pub notifications: Vec<Value>,
    /// What the documents that `hello` named lack; none: it does not fit here and is to be fetched.
    pub docs: BTreeMap<DocName, Option<Missed>>,
    /// How often presence may be sent now, milliseconds.
    pub presence_interval_ms: u64,
    /// The jitter to add before a reconnect, milliseconds.
    pub reconnect_jitter_ms: u64,
    /// The server's time.
    pub at: TimestampMs,
}

/// What a replica of a document lacks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Missed {
    /// Everything that its state vector does not cover, as one Yjs update.
    pub update: Bytes,
    /// The version that it brings the replica to.
    pub version: u64,
}

impl Welcome<'_> {
    /// The version of the protocol that `protocol` states.
    pub const PROTOCOL: u32 = PROTOCOL_VERSION;
}

/// The refusal of a change.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Rejected {
    /// The change.
    pub id: String,
    /// The stable code.
    pub code: Code,
    /// Whether the same frame, sent again, can succeed.
    pub retryable: bool,
    /// What was wrong and what would be right.
    pub message: String,
    /// The tip it was judged at.
    pub version: u64,
    /// The current value, where that helps to decide.
    pub current: Option<Value>,
}

impl Rejected {
    /// Returns the frame for a refused change, judged at `version`.
    pub fn new(id: String, refusal: Refusal, version: u64) -> Self {
        let Refusal { code, message, current } = refusal;
        Self { id, code, retryable: code.retryable(), message, version, current }
    }
}

impl ServerFrame<'_> {
    /// Returns the frame for something refused that was no change.
    pub fn error(refusal: Refusal) -> Self {
        let Refusal { code, message, .. } = refusal;
        Self::Error { code, retryable: code.retryable(), message }
    }

    /// Returns the frame as JSON. A frame serialises by construction, so the fallback is never sent.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self)
            .unwrap_or_else(|_| r#"{"type":"error","code":"BUSY","retryable":true,"message":""}"#.into())
    }
}

/// The shape of a `committed` frame, which is put together from texts that are in the log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename = "committed")]
pub struct Committed {
    /// The changes, in the log's order.
    pub changes: Vec<Announced>,
}

/// A change as the room receives it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Announced {
    /// Its place in the total order, from 1.
    pub version: u64,
    /// `<client>.<seq>`.
    pub id: ChangeId,
    /// The person who made it, or the system.
    pub author: Author,
    /// The role that the author had.
    pub role: Role,
    /// When it was committed.
    pub at: TimestampMs,
    /// The version its author had seen.
    pub base: u64,
    /// What it does; null where that does not fit a frame: the client asks for it over HTTP.
    pub ops: Option<Vec<Op>>,
}

/// The shape of a `notification` frame: a mention.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename = "notification", rename_all = "camelCase")]
pub struct Notification {
    /// The team.
    pub team: Name,
    /// The week.
    pub cycle: Week,
    /// The change that mentions the reader.
    pub version: u64,
    /// The thread that names the reader …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment_id: Option<CommentId>,
    /// … or the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<DocName>,
    /// The row it is about, if it is about one.
    #[serde(default)]
    pub task_id: Option<RowId>,
    /// The id of the person who mentions the reader.
    pub by: Name,
    /// That person's name.
    pub name: String,
    /// The words, cut; of a document, the block that names the reader.
    pub text: String,
    /// When it was committed.
    pub at: TimestampMs,
}

/// Returns a `notification` frame, which says that its reader was mentioned.
pub fn notification<T: Serialize>(mention: &T) -> String {
    #[derive(Serialize, JsonSchema)]
    struct Frame<'a, T> {
        r#type: &'static str,
        #[serde(flatten)]
        mention: &'a T,
    }
    serde_json::to_string(&Frame { r#type: "notification", mention }).unwrap_or_default()
}

/// Returns `committed` frames for stored changes, each at most [`MAX_SERVER_FRAME_BYTES`]. The stored text is sent
/// unchanged, so a change is serialised once for all its readers. A change that is too large for a frame is sent with
/// `"ops":null`.
pub fn committed(texts: &[Arc<str>]) -> Vec<String> {
    const HEAD: &str = r#"{"type":"committed","changes":["#;
    let most = MAX_SERVER_FRAME_BYTES;
    sheet::low_limit!(let most = 1_000);
    let mut frames = Vec::with_capacity(1);
    let mut frame = String::new();
    for text in texts {
        let short;
        let text: &str = if HEAD.len() + text.len() + 2 > most {
            short = without_ops(text);
            &short
        } else {
            text
        };
        if !frame.is_empty() && frame.len() + text.len() + 3 > most {
            frames.push(std::mem::take(&mut frame) + "]}");
        }
        frame.push_str(if frame.is_empty() { HEAD } else { "," });
        frame.push_str(text);
    }
    if !frame.is_empty() {
        frames.push(frame + "]}");
    }
    frames
}

/// Returns a change's text with `"ops":null`.
pub fn without_ops(text: &str) -> String {
    let mut change: Value = serde_json::from_str(text).unwrap_or_default();
    change["ops"] = Value::Null;
    change.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: F3
    #[test]
    fn committed_frames_hold_every_change_once_and_stay_below_the_limit() {
        let change = |version: u64, bytes: usize| -> Arc<str> {
            format!(r#"{{"version":{version},"ops":["{}"]}}"#, "x".repeat(bytes)).into()
        };
        let texts = [change(1, 60_000), change(2, 60_000), change(3, 10), change(4, 200_000), change(5, 10)];
        let frames = committed(&texts);
        let mut versions = Vec::new();
        for frame in &frames {
            assert!(frame.len() <= MAX_SERVER_FRAME_BYTES);
            let value: Value = serde_json::from_str(frame).unwrap();
            for change in value["changes"].as_array().unwrap() {
                versions.push(change["version"].as_u64().unwrap());
                assert_eq!(change["ops"].is_null(), change["version"] == 4);
            }
        }
        assert_eq!(versions, [1, 2, 3, 4, 5]);
        assert_eq!(frames.len(), 2);
        assert!(committed(&[]).is_empty());
    }
}
