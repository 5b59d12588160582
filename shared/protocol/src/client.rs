//! What a client says.
use crate::{
    human::{self, HumanFrame},
    limits::{
        MAX_CARET_BYTES, MAX_CLIENT_FRAME_BYTES, MAX_HELLO_DOCS, MAX_PRESENCE_BYTES, MAX_PRESENCE_DOCS,
    },
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;
use sheet::{Code, Column, DocName, Op, Refusal, RowId, doc::Bytes, name::ChangeId};
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
        /// The state.
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
    /// Carets in documents; at most [`MAX_PRESENCE_DOCS`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "carets")]
    pub docs: BTreeMap<DocName, Caret>,
}

/// Where somebody is in a document: both ends of what they have selected. Whose caret it is, is the server's word alone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Caret {
    /// Where the selection began: a relative position of Yjs; 1 to [`MAX_CARET_BYTES`] bytes.
    #[serde(deserialize_with = "position")]
    pub anchor: Bytes,
    /// Where it ends now; the same place for a caret that selects nothing.
    #[serde(deserialize_with = "position")]
    pub head: Bytes,
}

fn position<'de, D: Deserializer<'de>>(from: D) -> Result<Bytes, D::Error> {
    let position = Bytes::deserialize(from)?;
    if (1..=MAX_CARET_BYTES).contains(&position.0.len()) {
        return Ok(position);
    }
    Err(D::Error::custom(format!("an end of a caret has 1 to {MAX_CARET_BYTES} bytes")))
}

/// Carets by document. One that is `null` is none: its owner has left that document.
fn carets<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<DocName, Caret>, D::Error> {
    let told = BTreeMap::<DocName, Option<Caret>>::deserialize(from)?;
    if told.len() > MAX_PRESENCE_DOCS {
        return Err(D::Error::custom(format!("a state has carets in at most {MAX_PRESENCE_DOCS} documents")));
    }
    Ok(told.into_iter().filter_map(|(doc, caret)| Some((doc, caret?))).collect())
}

/// A cell, or a row as a whole.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cursor {
    /// The row.
    pub task_id: RowId,
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
///
/// # Errors
/// [`Unreadable`] with the refusal, and the change's id if one could be read.
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
            Some((None, presence_too_large()))
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
///
/// # Errors
/// [`Unreadable`] with the refusal, and the change's id if one could be read.
pub fn read_change(text: &str) -> Result<ProposedChange, Unreadable> {
    serde_json::from_str(text).map_err(|error| diagnose(text, &error))
}

fn presence_bytes<T: Serialize>(state: &T) -> usize {
    serde_json::to_string(state).map_or(usize::MAX, |text| text.len())
}

fn presence_too_large() -> Refusal {
    Refusal::new(Code::PayloadTooLarge, format!("a presence state is at most {MAX_PRESENCE_BYTES} bytes"))
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
        // Its size comes first: what is too large is not looked at any further.
        Some("presence") if presence_bytes(&frame["state"]) > MAX_PRESENCE_BYTES => presence_too_large(),
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
                Some(name) if Op::sendable().all(|sendable| sendable != name) => {
                    let names: Vec<&str> = Op::sendable().collect();
                    Refusal::new(Code::Unsupported, format!("op is one of {}", names.join(", ")))
                }
                Some(name) => Refusal::new(Code::Malformed, format!("{name}: {error}")),
                None => Refusal::new(Code::Malformed, "every op says its name in `op`"),
            };
        }
    }
    Refusal::new(Code::Malformed, format!("not a change: {error}"))
}

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

    // rule: P2
    #[test]
    fn of_a_caret_nothing_is_taken_but_its_two_ends() {
        let state = |docs: Value| {
            let frame = serde_json::json!({"type": "presence", "state": {"docs": docs}}).to_string();
            match read(&frame) {
                Ok(ClientFrame::Presence { state }) => {
                    Ok(serde_json::to_value(state).unwrap()["docs"].clone())
                }
                Ok(other) => panic!("{other:?}"),
                Err(unreadable) => Err(unreadable.refusal.code),
            }
        };
        let caret = serde_json::json!({"anchor": "AQdkZWZhdWx0", "head": "AAECAA=="});
        let mut boasting = caret.clone();
        for (field, value) in [("name", "The Boss"), ("color", "#ff0000"), ("user", "boss")] {
            boasting[field] = value.into();
        }
        assert_eq!(
            state(serde_json::json!({"summary": boasting})),
            Ok(serde_json::json!({"summary": caret}))
        );
        assert_eq!(
            state(serde_json::json!({"notes:t-1": null})),
            Ok(Value::Null),
            "a caret taken back is none"
        );
        let with = |field: &str, value: Value| {
            let mut changed = caret.clone();
            changed[field] = value;
            serde_json::json!({"summary": changed})
        };
        for docs in [
            serde_json::json!([]),
            serde_json::json!("summary"),
            serde_json::json!({"summary": "here"}),
            serde_json::json!({"summary": {}}),
            serde_json::json!({"summary": {"anchor": "AA=="}}),
            serde_json::json!({"elsewhere": caret}),
            serde_json::json!({"notes:": caret}),
            with("head", 7.into()),
            with("head", "".into()),
            with("head", "not base64".into()),
            with("head", serde_json::json!({"type": null, "tname": "default"})),
            with("head", "AAAA".repeat(30).into()),
            (0..9).map(|n| (format!("notes:t{n}"), caret.clone())).collect::<serde_json::Map<_, _>>().into(),
        ] {
            assert_eq!(state(docs.clone()), Err(Code::Malformed), "{docs}");
        }
        let eight = (0..8).map(|n| (format!("notes:t{n}"), caret.clone())).collect::<serde_json::Map<_, _>>();
        assert_eq!(state(eight.clone().into()), Ok(eight.into()));
        let large =
            serde_json::json!({"summary": {"anchor": "AA==", "head": "AA==", "x": "x".repeat(2_100)}});
        assert_eq!(state(large), Ok(serde_json::json!({"summary": {"anchor": "AA==", "head": "AA=="}})));
        let large = serde_json::json!({"elsewhere": "x".repeat(2_100)});
        assert_eq!(state(large), Err(Code::PayloadTooLarge));
    }

    proptest::proptest! {
        #[test]
        fn nothing_a_client_sends_panics(text in "\\PC{0,200}", prefix in "(CELL_MODIFY\\||BATCH_UPDATE\\||ROW_INSERT\\||\\{\"type\":\"change\",|)") {
            let _ = read(&format!("{prefix}{text}"));
        }
    }
}
