//! One example of everything on the wire, for the TypeScript types to be held to.
//!
//! An example names every field of its type, so that a field more or less does not compile here; a variant more fails
//! [`every!`]'s match. What is written then differs from the file, and the file from the types of the client:
//! `web/client/test/shapes.test.ts` compares them, field by field, when the client is compiled.
#![allow(clippy::unwrap_used)]
use protocol::{
    client::{Activity, Caret, ClientFrame, Cursor, PresenceState, ProposedChange},
    server::{Missed, Peer, Rejected, ServerFrame, User, Welcome, committed},
};
use serde::Serialize;
use serde_json::{Value, json, value::RawValue};
use sheet::{
    Author, Cell, Change, ChangeId, Code, Column, CommentId, DocName, Name, Op, ReplyId, Role, Row, RowId,
    TimestampMs, ViewId,
    doc::Bytes,
    model::Origin,
    op::{Generated, GeneratedRow, Update},
    stated::Health,
};
use std::collections::{BTreeMap, BTreeSet};

/// The name of a value's variant, and the names of all there are. A variant that is not listed does not compile.
macro_rules! every {
    ($type:ident: $($variant:ident)+) => {{
        fn name(value: &$type) -> &'static str {
            match value { $($type::$variant { .. } => stringify!($variant)),+ }
        }
        (name as fn(&$type) -> &'static str, BTreeSet::from([$(stringify!($variant)),+]))
    }};
}

/// All values of an enum without fields.
macro_rules! values {
    ($type:ident: $($variant:ident)+) => {{
        let _complete = |value: $type| match value { $($type::$variant => ()),+ };
        json!([$($type::$variant),+])
    }};
}

#[test]
fn the_examples_that_the_clients_types_are_held_to_are_what_rust_writes() {
    let (name, all) = every!(Op:
        CellModify BatchUpdate RowInsert RowRemove RowMove RowLock RowUnlock CommentAdd CommentReply CommentEdit
        CommentDelete CommentResolve CommentReopen TextUpdate SavePointAdd SavePointRemove HealthSet ViewAdd
        ViewRemove MemberRevoke
        MemberRestore MemberRole GenerationStarted Generated GenerationFailed CycleStale CycleSealed);
    assert_eq!(ops().iter().map(name).collect::<BTreeSet<_>>(), all, "every op has an example");
    let (name, all) = every!(ClientFrame: Hello Change Presence Replay Refresh Ping Human);
    let mut sent: BTreeSet<_> = sent().iter().map(name).collect();
    sent.insert("Human"); // A line of text, not JSON.
    assert_eq!(sent, all, "every frame of a client has an example");

    let mut file = String::from(
        "/**\n * One example of everything on the wire, every field of it named. Made from the Rust types by\n \
         * `UPDATE_DOCS=1 cargo test -p cyclesheet-protocol --test shapes`.\n */\n",
    );
    for (name, examples) in [
        ("OPS", by_tag("op", &ops())),
        ("SPARSE_OPS", by_tag("op", &sparse_ops())),
        ("SENT", by_tag("type", &sent_frames())),
        ("RECEIVED", by_tag("type", &received())),
        ("CHANGE", serde_json::to_value(change()).unwrap()),
        ("ROLES", values!(Role: Viewer Editor Admin System)),
        ("ORIGINS", values!(Origin: Model Sample Fallback Empty)),
        ("ACTIVITIES", values!(Activity: Active Typing Idle Away)),
    ] {
        let json = serde_json::to_string_pretty(&examples).unwrap();
        file.push_str(&format!("export const {name} = {json} as const;\n"));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/client/test/generated/shapes.ts");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &file).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), file, "write it again with UPDATE_DOCS=1");
}

/// `{ tag: example }`
fn by_tag<T: Serialize>(tag: &str, examples: &[T]) -> Value {
    let named = examples.iter().map(|example| {
        let json = serde_json::to_value(example).unwrap();
        (json[tag].as_str().unwrap().to_owned(), json)
    });
    Value::Object(named.collect())
}

fn task(id: &str) -> RowId {
    id.parse().unwrap()
}

fn view(id: &str) -> ViewId {
    ViewId::new(id).unwrap()
}

fn comment(id: &str) -> CommentId {
    id.parse().unwrap()
}

fn name(id: &str) -> Name {
    Name::new(id).unwrap()
}

fn update() -> Update {
    Update { old_value: "Blocked".into(), new_value: "Done".into() }
}

fn row() -> Row {
    let cell = Cell {
        value: "Rotate the keys".into(),
        version: 2,
        author: name("cyclesheet"),
        ai_value: Some("Rotate keys".into()),
    };
    Row {
        task_id: task("t1"),
        position: "a0".into(),
        cells: BTreeMap::from([(Column::Title, cell)]),
        is_manually_edited: true,
        carried_from: Some("2026-W46/g1-2".into()),
        generation: Some(1),
    }
}

fn generated(rows: Vec<GeneratedRow>, said: Option<String>) -> Op {
    Op::Generated(Box::new(Generated {
        generation: 1,
        part: 1,
        parts: 1,
        origin: Origin::Model,
        model: said.clone(),
        summary: "All is well.".into(),
        messages: 221,
        note: said,
        rows,
    }))
}

/// Every op, with every field.
fn ops() -> Vec<Op> {
    let (id, comment, reply) = (task("t1"), comment("c1"), ReplyId::new("r1").unwrap());
    let (text, mentions) = (String::from("Who has the token?"), vec![name("ana")]);
    let found = GeneratedRow {
        task_id: task("g1-1"),
        cells: BTreeMap::from([(Column::Title, "Rotate the keys".into())]),
        carried_from: Some("2026-W46/g1-2".into()),
    };
    let Update { old_value, new_value } = update();
    vec![
        Op::CellModify { task_id: id.clone(), column: Column::Status, old_value, new_value },
        Op::BatchUpdate { task_id: id.clone(), updates: BTreeMap::from([(Column::Status, update())]) },
        Op::RowInsert {
            task_id: id.clone(),
            after: Some(task("t0")),
            cells: BTreeMap::from([(Column::Title, "Rotate the keys".into())]),
            restored: Some(Box::new(row())),
        },
        Op::RowRemove { task_id: id.clone() },
        Op::RowMove { task_id: id.clone(), after: Some(task("t0")) },
        Op::RowLock { task_id: id.clone(), seconds: 60 },
        Op::RowUnlock { task_id: id.clone() },
        Op::CommentAdd {
            comment_id: comment.clone(),
            task_id: Some(id),
            column: Some(Column::Status),
            doc: Some("summary".into()),
            anchor: Some("AA==".into()),
            text: text.clone(),
            mentions: mentions.clone(),
        },
        Op::CommentReply {
            comment_id: comment.clone(),
            reply_id: reply.clone(),
            text: text.clone(),
            mentions: mentions.clone(),
        },
        Op::CommentEdit { comment_id: comment.clone(), reply_id: Some(reply.clone()), text, mentions },
        Op::CommentDelete { comment_id: comment.clone(), reply_id: Some(reply) },
        Op::CommentResolve { comment_id: comment.clone() },
        Op::CommentReopen { comment_id: comment },
        Op::TextUpdate {
            doc: DocName::new("summary").unwrap(),
            update: Bytes::from(vec![0, 0]),
            mentions: vec![name("ben")],
        },
        Op::SavePointAdd { name: "Before planning".into() },
        Op::SavePointRemove { version: 7 },
        Op::HealthSet { health: Some(Health::AtRisk) },
        Op::ViewAdd { view_id: view("v-1"), name: "Blocked by person".into(), look: "show=blocked".into() },
        Op::ViewRemove { view_id: view("v-1") },
        Op::MemberRevoke { user_id: name("ana") },
        Op::MemberRestore { user_id: name("ana") },
        Op::MemberRole { user_id: name("ana"), role: Role::Editor },
        Op::GenerationStarted { generation: 1, lease_ms: 660_000 },
        generated(vec![found], Some("command-a-03-2025".into())),
        Op::GenerationFailed { generation: 1, reason: "the model did not answer".into() },
        Op::CycleStale { messages: 12 },
        Op::CycleSealed {},
    ]
}

/// The ops that may lack something, without it: as the log holds them, `null` and absent told apart.
fn sparse_ops() -> Vec<Op> {
    let (text, mentions) = (String::from("Who has the token?"), Vec::new());
    let found = GeneratedRow { task_id: task("g1-1"), cells: BTreeMap::new(), carried_from: None };
    vec![
        Op::RowInsert { task_id: task("t1"), after: None, cells: BTreeMap::new(), restored: None },
        Op::RowMove { task_id: task("t1"), after: None },
        Op::CommentAdd {
            comment_id: comment("c1"),
            task_id: None,
            column: None,
            doc: None,
            anchor: None,
            text: text.clone(),
            mentions: Vec::new(),
        },
        Op::CommentEdit { comment_id: comment("c1"), reply_id: None, text, mentions },
        Op::CommentDelete { comment_id: comment("c1"), reply_id: None },
        Op::TextUpdate {
            doc: DocName::new("summary").unwrap(),
            update: Bytes::from(vec![0, 0]),
            mentions: Vec::new(),
        },
        generated(vec![found], None),
    ]
}

fn change() -> Change {
    Change {
        version: 58,
        id: ChangeId::new("9f2c61d0".parse().unwrap(), 17),
        author: Author { id: name("ana"), name: "Ana Ruiz".into() },
        role: Role::Editor,
        at: TimestampMs(1_764_000_000_000),
        base: 57,
        ops: vec![Op::RowRemove { task_id: task("t1") }],
    }
}

fn state() -> PresenceState {
    // A place in the editor's text, and the beginning of it.
    let caret = Caret { anchor: vec![0, 1, 2, 0].into(), head: vec![0, 1, 0, 0].into() };
    let docs = BTreeMap::from([(DocName::new("summary").unwrap(), caret)]);
    let cursor = Some(Cursor { task_id: task("t1"), column: Some(Column::Status) });
    PresenceState { cursor, status: Activity::Typing, docs }
}

/// Every JSON frame of a client, with every field.
fn sent() -> Vec<ClientFrame> {
    let Change { id, base, ops, .. } = change();
    vec![
        ClientFrame::Hello {
            since: Some(41),
            epoch: Some("e1".into()),
            docs: BTreeMap::from([("summary".into(), "AA==".into())]),
        },
        ClientFrame::Change(ProposedChange { id, base, ops }),
        ClientFrame::Presence { state: state() },
        ClientFrame::Replay { since: 41 },
        ClientFrame::Refresh,
        ClientFrame::Ping { version: 57 },
    ]
}

/// What was written reads as what it was.
fn sent_frames() -> Vec<Value> {
    let frames: Vec<Value> = sent().iter().map(|frame| serde_json::to_value(frame).unwrap()).collect();
    for (frame, json) in sent().iter().zip(&frames) {
        assert_eq!(protocol::client::read(&json.to_string()).unwrap(), *frame);
    }
    frames
}

/// Every frame of the server, with every field.
fn received() -> Vec<Value> {
    let user = User { id: "ana".into(), name: "Ana Ruiz".into(), color: "#2559b8".into() };
    let peer = Peer { connection_id: "c=".into(), user: user.clone(), role: Role::Editor };
    let (state, text) = (state(), serde_json::to_string(&change()).unwrap());
    let missed = Missed { update: Bytes::from(vec![0, 0]), version: 57 };
    let welcome = Welcome {
        protocol: Welcome::PROTOCOL,
        epoch: "e1",
        connection_id: "c=",
        user: &user,
        role: Role::Editor,
        version: 58,
        snapshot: None,
        snapshot_url: Some("/api/cycles/platform/2026-W47".into()),
        changes: vec![RawValue::from_string(text.clone()).unwrap()],
        connections: vec![peer.clone()],
        notifications: vec![json!({"version": 57})],
        docs: BTreeMap::from([(DocName::new("summary").unwrap(), Some(missed))]),
        presence_interval_ms: 250,
        reconnect_jitter_ms: 2_000,
        at: TimestampMs(1_764_000_000_000),
    };
    let frames = [
        ServerFrame::Welcome(Box::new(welcome)),
        ServerFrame::Rejected(Rejected {
            id: "9f2c61d0.17".into(),
            code: Code::Conflict,
            retryable: false,
            message: "the cell has another value now".into(),
            version: 58,
            current: Some(json!({"value": "Done"})),
        }),
        ServerFrame::Presence { connection_id: "c=", user: &user, state: &state },
        ServerFrame::Joined(&peer),
        ServerFrame::Left { connection_id: "c=", user: &user },
        ServerFrame::Pong { version: 58, epoch: "e1" },
        ServerFrame::Error { code: Code::Unsupported, retryable: false, message: "no such type".into() },
    ];
    let (name, all) = every!(ServerFrame: Welcome Rejected Presence Joined Left Pong Error);
    assert_eq!(
        frames.iter().map(name).collect::<BTreeSet<_>>(),
        all,
        "every frame of the server has an example"
    );
    let told = committed(&[text.into()]).into_iter().map(|frame| serde_json::from_str(&frame).unwrap());
    frames.iter().map(|frame| serde_json::from_str(&frame.to_text()).unwrap()).chain(told).collect()
}
