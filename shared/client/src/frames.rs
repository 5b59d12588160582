//! The reading of what a server sends. Lenient as `web/client/src/frames.ts` is: whatever arrives, nothing fails; a
//! text that is no frame of this protocol reads as none.
#![allow(missing_docs, reason = "fields are named as on the wire: shared/protocol/SPEC.md")]
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use sheet::{Column, Name, Op, Role, Sheet};
use std::collections::BTreeMap;

/// A change as announced.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Announced {
    pub version: u64,
    pub id: String,
    pub author: Who,
    pub at: i64,
    pub ops: Ops,
}

pub use crate::types::Who;

/// The ops of an announcement.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Ops {
    /// All known.
    Known(Vec<Op>),
    /// They would not have fitted a frame.
    Omitted,
    /// Not all known to this release.
    #[serde(skip_serializing)]
    Unknown,
}

impl<'de> Deserialize<'de> for Announced {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(from)?;
        announced(&json).ok_or_else(|| serde::de::Error::custom("not a change as announced"))
    }
}

/// A person in the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: Name,
    pub name: String,
    pub color: String,
}

/// Somebody's open socket; the role is absent where a frame does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    pub connection_id: String,
    pub user: User,
    pub role: Option<Role>,
}

/// What a server sends.
#[derive(Clone, Debug)]
pub enum ServerFrame {
    Welcome(Box<Welcome>),
    Committed(Vec<Announced>),
    Rejected { id: String, code: String, retryable: bool, message: String, version: u64 },
    Presence(Connection, Map<String, Value>),
    Joined(Connection),
    Left(Connection),
    Notification(Value),
    Pong { version: u64, epoch: Option<String> },
    Error { code: String, retryable: bool, message: String },
}

/// The answer to `hello`.
#[derive(Clone, Debug)]
pub struct Welcome {
    pub epoch: String,
    pub connection_id: String,
    pub user: User,
    pub role: Role,
    pub version: u64,
    pub snapshot: Option<Sheet>,
    pub snapshot_url: Option<String>,
    pub changes: Vec<Announced>,
    pub connections: Vec<Connection>,
    pub notifications: Vec<Value>,
    pub presence_interval_ms: Option<i64>,
    pub reconnect_jitter_ms: Option<i64>,
    pub at: Option<i64>,
    pub docs: BTreeMap<String, Option<DocumentUpdate>>,
}

/// What a document lacked at a version; none: too large for the frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentUpdate {
    pub update: String,
    pub version: u64,
}

/// Returns the frame in a text, if it is one.
pub fn parse(text: &str) -> Option<ServerFrame> {
    let json: Value = serde_json::from_str(text).ok()?;
    match json.get("type")?.as_str()? {
        "welcome" => welcome(&json).map(|welcome| ServerFrame::Welcome(Box::new(welcome))),
        "committed" => Some(ServerFrame::Committed(all(json.get("changes"), announced))),
        "rejected" => {
            let code = text_of(&json, "code")?;
            Some(ServerFrame::Rejected {
                id: text_of(&json, "id")?,
                retryable: patience(&json, &code),
                message: text_of(&json, "message").unwrap_or_else(|| code.clone()),
                code,
                version: count(json.get("version")).unwrap_or(0),
            })
        }
        "presence" => {
            let from = connection(&json)?;
            Some(ServerFrame::Presence(from, presence(json.get("state")?.as_object()?)))
        }
        "joined" => connection(&json).map(ServerFrame::Joined),
        "left" => connection(&json).map(ServerFrame::Left),
        "notification" => Some(ServerFrame::Notification(json)),
        "pong" => {
            let version = count(json.get("version"))?;
            Some(ServerFrame::Pong { version, epoch: text_of(&json, "epoch") })
        }
        "error" => {
            let code = text_of(&json, "code").unwrap_or_else(|| "UNSUPPORTED".to_owned());
            let message = text_of(&json, "message").unwrap_or_default();
            Some(ServerFrame::Error { retryable: patience(&json, &code), code, message })
        }
        _ => None,
    }
}

fn welcome(json: &Value) -> Option<Welcome> {
    Some(Welcome {
        epoch: text_of(json, "epoch").unwrap_or_default(),
        connection_id: text_of(json, "connectionId")?,
        user: user(json.get("user"))?,
        role: role(json.get("role")).unwrap_or(Role::Viewer),
        version: count(json.get("version"))?,
        snapshot: json.get("snapshot").and_then(|snapshot| Sheet::deserialize(snapshot).ok()),
        snapshot_url: text_of(json, "snapshotUrl"),
        changes: all(json.get("changes"), announced),
        connections: all(json.get("connections"), connection),
        notifications: all(json.get("notifications"), |item| item.is_object().then(|| item.clone())),
        presence_interval_ms: moment(json.get("presenceIntervalMs")),
        reconnect_jitter_ms: moment(json.get("reconnectJitterMs")),
        at: moment(json.get("at")),
        docs: json.get("docs").and_then(Value::as_object).map(documents).unwrap_or_default(),
    })
}

fn documents(json: &Map<String, Value>) -> BTreeMap<String, Option<DocumentUpdate>> {
    let lacked = |lacked: &Value| {
        Some(DocumentUpdate { update: text_of(lacked, "update")?, version: count(lacked.get("version"))? })
    };
    json.iter().map(|(doc, told)| (doc.clone(), lacked(told))).collect()
}

fn announced(json: &Value) -> Option<Announced> {
    let author = json.get("author")?;
    let id = text_of(author, "id")?;
    let ops = match json.get("ops") {
        Some(Value::Array(ops)) => match ops.iter().map(Op::deserialize).collect() {
            Ok(ops) => Ops::Known(ops),
            Err(_) => Ops::Unknown,
        },
        _ => Ops::Omitted,
    };
    Some(Announced {
        version: count(json.get("version"))?,
        id: text_of(json, "id")?,
        author: Who { name: text_of(author, "name").unwrap_or_else(|| id.clone()), id },
        at: moment(json.get("at"))?,
        ops,
    })
}

fn connection(json: &Value) -> Option<Connection> {
    Some(Connection {
        connection_id: text_of(json, "connectionId")?,
        user: user(json.get("user"))?,
        role: role(json.get("role")),
    })
}

/// What somebody tells of themselves, as far as it makes sense here.
fn presence(state: &Map<String, Value>) -> Map<String, Value> {
    let placed = state.get("cursor").filter(|cursor| {
        cursor.get("taskId").is_some_and(Value::is_string)
            && cursor.get("column").is_some_and(|column| Column::deserialize(column).is_ok())
    });
    let cursor = placed.map_or(
        Value::Null,
        |cursor| serde_json::json!({"taskId": cursor["taskId"], "column": cursor["column"]}),
    );
    let known = |status: &&str| matches!(*status, "typing" | "idle" | "away");
    let status = state.get("status").and_then(Value::as_str).filter(known).unwrap_or("active");
    let mut told = Map::from_iter([("cursor".into(), cursor), ("status".into(), status.into())]);
    if let Some(docs) = state.get("docs").filter(|docs| docs.is_object()) {
        told.insert("docs".into(), docs.clone());
    }
    told
}

/// Whether the same is to be sent again: the server's word, else the registry's.
fn patience(json: &Value, code: &str) -> bool {
    let known = || sheet::refusal::Code::ALL.iter().any(|known| known.as_str() == code && known.retryable());
    json.get("retryable").and_then(Value::as_bool).unwrap_or_else(known)
}

fn user(json: Option<&Value>) -> Option<User> {
    let json = json?;
    let id = text_of(json, "id")?;
    let name = text_of(json, "name").unwrap_or_else(|| id.clone());
    let color = text_of(json, "color").unwrap_or_else(|| "#6b7280".to_owned());
    Some(User { id: Name::new(&id).ok()?, name, color })
}

fn role(json: Option<&Value>) -> Option<Role> {
    Role::of_person(json?.as_str()?)
}

fn all<T>(json: Option<&Value>, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    json.and_then(Value::as_array).into_iter().flatten().filter_map(read).collect()
}

fn text_of(json: &Value, field: &str) -> Option<String> {
    Some(json.get(field)?.as_str()?.to_owned())
}

/// A whole number from 0 that JavaScript holds exactly.
fn count(json: Option<&Value>) -> Option<u64> {
    json?.as_u64().filter(|&number| number < 1 << 53)
}

fn moment(json: Option<&Value>) -> Option<i64> {
    count(json).and_then(|number| i64::try_from(number).ok())
}
