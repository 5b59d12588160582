//! What a client says.
use crate::{
    human::{self, HumanFrame},
    limits::{MAX_CLIENT_FRAME_BYTES, MAX_HELLO_DOCS, MAX_PRESENCE_BYTES},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sheet::{Code, Column, Op, Refusal, TaskId, name::ChangeId};
use std::collections::BTreeMap;

/// A frame from a client.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ClientFrame {
    /// "Here I am": joins the room and asks for what was missed.
    Hello {
        /// The version it has; none: it has nothing.
        #[serde(default)]
        since: Option<u64>,
        /// The epoch that version belongs to.
        #[serde(default)]
        epoch: Option<String>,
        /// State vectors of the documents it has, base64; at most [`MAX_HELLO_DOCS`].
        #[serde(default)]
        docs: BTreeMap<String, String>,
    },
    /// "Commit this."
    Change(ProposedChange),
    /// "I am here, doing this." Relayed, never stored.
    Presence {
        /// What.
        state: PresenceState,
    },
    /// "I missed what came after this version."
    Replay {
        /// The version it has.
        since: u64,
    },
    /// "Extract again."
    Refresh,
    /// "Am I at the tip?"
    Ping {
        /// The version it has.
        #[serde(default)]
        version: u64,
    },
    /// A frame in the human-readable form; JSON frames never read as this.
    #[serde(skip)]
    Human(HumanFrame),
}

/// A change as a client proposes it: without author, time and version, which are the server's to stamp.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProposedChange {
    /// `<client>.<seq>`, `seq` from 1.
    pub id: ChangeId,
    /// The version its author had seen.
    pub base: u64,
    /// What it does.
    pub ops: Vec<Op>,
}

/// Where somebody is and what they do there.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct PresenceState {
    /// The cell they are in.
    #[serde(default)]
    pub cursor: Option<Cursor>,
    /// What they do.
    #[serde(default)]
    pub status: Activity,
    /// Carets in documents, as the editor encodes them.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub docs: Map<String, Value>,
}

/// A cell, or a row as a whole.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cursor {
    /// The row.
    pub task_id: TaskId,
    /// The column.
    #[serde(default)]
    pub column: Option<Column>,
}

/// What somebody does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Activity {
    /// Moved or typed within the last minute.
    #[default]
    Active,
    /// Has an editor open.
    Typing,
    /// Nothing for a minute.
    Idle,
    /// The page is hidden, or nothing for five minutes.
    Away,
}

/// Why a frame could not be read, and the change it meant to be, if that could be made out.
#[derive(Clone, PartialEq, Debug)]
pub struct Unreadable {
    /// The id of the change, so that its author learns of it.
    pub id: Option<String>,
    /// What was wrong.
    pub refusal: Refusal,
}

/// Reads a frame in either encoding.
pub fn read(text: &str) -> Result<ClientFrame, Unreadable> {
    if text.len() > MAX_CLIENT_FRAME_BYTES {
        let message =
            format!("a frame is at most {MAX_CLIENT_FRAME_BYTES} bytes: send larger changes over HTTPS");
        let id = serde_json::from_str::<Value>(text).ok().and_then(|frame| change_id(&frame));
        return Err(Unreadable { id, refusal: Refusal::new(Code::PayloadTooLarge, message) });
    }
    if !text.starts_with('{') {
        return human::read(text).map(ClientFrame::Human).map_err(|refusal| Unreadable { id: None, refusal });
    }
    let frame = serde_json::from_str(text).map_err(|error| diagnose(text, &error))?;
    let refused = match &frame {
        ClientFrame::Change(change) if change.id.seq == 0 => {
            Some((Some(change.id.to_string()), Refusal::new(Code::Malformed, "seq counts from 1")))
        }
        ClientFrame::Presence { state } if presence_bytes(state) > MAX_PRESENCE_BYTES => {
            let message = format!("a presence state is at most {MAX_PRESENCE_BYTES} bytes");
            Some((None, Refusal::new(Code::PayloadTooLarge, message)))
        }
        ClientFrame::Hello { docs, .. } if docs.len() > MAX_HELLO_DOCS => {
            let message =
                format!("hello names at most {MAX_HELLO_DOCS} documents: fetch the others over HTTPS");
            Some((None, Refusal::new(Code::PayloadTooLarge, message)))
        }
        _ => None,
    };
    match refused {
        Some((id, refusal)) => Err(Unreadable { id, refusal }),
        None => Ok(frame),
    }
}

/// Reads a change's JSON from an HTTP body.
pub fn read_change(text: &str) -> Result<ProposedChange, Unreadable> {
    serde_json::from_str(text).map_err(|error| diagnose(text, &error))
}

fn presence_bytes(state: &PresenceState) -> usize {
    serde_json::to_string(state).map_or(usize::MAX, |text| text.len())
}

fn change_id(frame: &Value) -> Option<String> {
    frame.get("id")?.as_str().filter(|id| id.len() <= 52).map(str::to_owned)
}

/// Says what is wrong with a frame that did not read. Not a hot path: it may read the frame again.
fn diagnose(text: &str, error: &serde_json::Error) -> Unreadable {
    let Ok(frame) = serde_json::from_str::<Value>(text) else {
        return Unreadable { id: None, refusal: Refusal::new(Code::Malformed, format!("not JSON: {error}")) };
    };
    let id = change_id(&frame);
    let refusal = match frame.get("type").and_then(Value::as_str) {
        None if frame.get("ops").is_none() => Refusal::new(Code::Malformed, "a frame says its type"),
        Some("hello" | "presence" | "replay" | "refresh" | "ping") => {
            Refusal::new(Code::Malformed, format!("not a frame of this type: {error}"))
        }
        None | Some("change") => diagnose_change(&frame, error),
        Some(_) => {
            Refusal::new(Code::Unsupported, "type is one of hello, change, presence, replay, refresh, ping")
        }
    };
    Unreadable { id, refusal }
}

fn diagnose_change(frame: &Value, error: &serde_json::Error) -> Refusal {
    let ops = frame.get("ops").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for op in ops {
        if let Err(error) = serde_json::from_value::<Op>(op.clone()) {
            let name = op.get("op").and_then(Value::as_str);
            return match name {
                Some(name) if !OPS.contains(&name) => {
                    Refusal::new(Code::Unsupported, format!("op is one of {}", OPS.join(", ")))
                }
                Some(name) => Refusal::new(Code::Malformed, format!("{name}: {error}")),
                None => Refusal::new(Code::Malformed, "every op says its name in `op`"),
            };
        }
    }
    Refusal::new(Code::Malformed, format!("not a change: {error}"))
}

/// The ops a client may send.
pub const OPS: [&str; 19] = [
    "CELL_MODIFY",
    "BATCH_UPDATE",
    "ROW_INSERT",
    "ROW_REMOVE",
    "ROW_MOVE",
    "ROW_LOCK",
    "ROW_UNLOCK",
    "COMMENT_ADD",
    "COMMENT_REPLY",
    "COMMENT_EDIT",
    "COMMENT_DELETE",
    "COMMENT_RESOLVE",
    "COMMENT_REOPEN",
    "TEXT_UPDATE",
    "SAVE_POINT_ADD",
    "SAVE_POINT_REMOVE",
    "MEMBER_REVOKE",
    "MEMBER_RESTORE",
    "MEMBER_ROLE",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> (Code, Option<String>) {
        let error = read(text).unwrap_err();
        (error.refusal.code, error.id)
    }

    #[test]
    fn every_frame_of_the_design_reads() {
        for text in [
            r#"{"type":"hello"}"#,
            r#"{"type":"hello","since":41,"epoch":"e","docs":{"summary":"AA=="},"later":1}"#,
            r#"{"type":"change","id":"9f2c61d0.17","base":41,"ops":[{"op":"CELL_MODIFY","taskId":"t","column":"status","oldValue":"","newValue":"Done"}]}"#,
            r#"{"type":"presence","state":{"cursor":{"taskId":"t","column":"status"},"status":"typing"}}"#,
            r#"{"type":"presence","state":{"cursor":null}}"#,
            r#"{"type":"replay","since":41}"#,
            r#"{"type":"refresh"}"#,
            r#"{"type":"ping","version":57}"#,
            "CELL_MODIFY|t|status|In progress|Done",
        ] {
            assert!(read(text).is_ok(), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn what_does_not_read_is_answered_with_its_code_and_its_id() {
        assert_eq!(code("{"), (Code::Malformed, None));
        assert_eq!(code(r#"{"id":"a.1"}"#).0, Code::Malformed);
        assert_eq!(code(r#"{"type":"dance"}"#).0, Code::Unsupported);
        assert_eq!(code(r#"{"type":"change","id":"a.1","base":0}"#), (Code::Malformed, Some("a.1".into())));
        assert_eq!(code(r#"{"type":"change","id":"a.0","base":0,"ops":[]}"#).0, Code::Malformed);
        assert_eq!(code(r#"{"type":"change","id":"a b.1","base":0,"ops":[]}"#).0, Code::Malformed);
        assert_eq!(
            code(r#"{"type":"change","id":"a.1","base":0,"ops":[{"op":"PAINT"}]}"#),
            (Code::Unsupported, Some("a.1".into()))
        );
        assert_eq!(
            code(r#"{"type":"change","id":"a.1","base":0,"ops":[{"op":"ROW_REMOVE","taskId":"a#b"}]}"#).0,
            Code::Malformed
        );
        assert_eq!(code(r#"{"type":"change","id":"a.1","base":0,"ops":[{"op":"CELL_MODIFY","taskId":"t","column":"colour","newValue":""}]}"#).0, Code::Malformed);
        assert_eq!(
            code(&format!("{}\"{}\"}}", r#"{"type":"hello","epoch":"#, "x".repeat(30_000))).0,
            Code::PayloadTooLarge
        );
        let docs =
            format!(r#"{{"type":"presence","state":{{"docs":{{"summary":"{}"}}}}}}"#, "x".repeat(2_100));
        assert_eq!(code(&docs).0, Code::PayloadTooLarge);
        assert_eq!(code(r#"{"type":"presence","state":{"status":"asleep"}}"#).0, Code::Malformed);
    }

    proptest::proptest! {
        #[test]
        fn nothing_a_client_sends_panics(text in "\\PC{0,200}", prefix in "(CELL_MODIFY\\||BATCH_UPDATE\\||ROW_INSERT\\||\\{\"type\":\"change\",|)") {
            let _ = read(&format!("{prefix}{text}"));
        }
    }
}
