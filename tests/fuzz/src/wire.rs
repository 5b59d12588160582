//! Frames of either side, in both encodings.
use cyclesheet_client::{Event, Input, Machine, Timer};
use protocol::{ClientFrame, client, human};
use serde_json::json;
use sheet::{Author, Change, ChangeId, Role, RowId, Sheet, TimestampMs, name::Name};

/// What a client says: it reads or is refused, and what was read reads the same once written.
pub fn frames(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match protocol::read(text) {
        Ok(ClientFrame::Human(_)) => {}
        Ok(frame) => {
            let written = serde_json::to_string(&frame).expect("a frame writes");
            let again = protocol::read(&written);
            // Written out in full it may pass the limit that it kept to by saying less.
            if written.len() <= text.len() {
                assert_eq!(again.as_ref(), Ok(&frame), "{written}");
            }
        }
        Err(unreadable) => assert!(!unreadable.refusal.message.is_empty()),
    }
    if let Ok(change) = client::read_change(text) {
        let written = serde_json::to_string(&change).expect("a change writes");
        assert_eq!(client::read_change(&written).as_ref(), Ok(&change), "{written}");
    }
}

/// What a terminal says; and what the log prints of it, which stays one line and reads as the same op.
pub fn human(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(human::HumanFrame::Change(op)) = human::read(text) else { return };
    let made: RowId = "made".parse().expect("a name");
    let Ok(op) = op.resolve(&sample(), &made) else { return };
    let change = change(1, vec![op.clone()]);
    let lines = human::lines(&change);
    assert_eq!(lines.len(), 1);
    assert!(!lines[0].contains('\n'), "a line is one line: {:?}", lines[0]);
    match human::read(&lines[0]) {
        Ok(human::HumanFrame::Change(read)) => {
            assert_eq!(read.resolve(&sample(), &made), Ok(op), "{}", lines[0])
        }
        other => panic!("{:?} reads as {other:?}", lines[0]),
    }
}

/// What somebody tells of where they are.
pub fn presence(data: &[u8]) {
    let Ok(state) = std::str::from_utf8(data) else { return };
    if let Ok(ClientFrame::Presence { state }) =
        protocol::read(&format!(r#"{{"type":"presence","state":{state}}}"#))
    {
        let told = serde_json::to_string(&state).expect("a state writes");
        assert!(told.len() <= protocol::limits::MAX_PRESENCE_BYTES, "what is relayed keeps to the limit");
        let relayed = json!({"type": "presence", "connectionId": "c", "user": {"id": "bo"}, "state": state});
        assert!(
            cyclesheet_client::frames::parse(&relayed.to_string()).is_some(),
            "what is relayed is heard: {relayed}"
        );
    }
}

/// What a server says, to a client that believes nothing: a frame a line.
pub fn server(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut machine = Machine::new("tab", &[], 1_795_000_000_000);
    let mut now = 1_795_000_000_000;
    let mut step = |event: Event| {
        now += 137;
        drop(machine.step(Input { event, now, random: 0.5 }));
    };
    step(Event::Start);
    step(Event::Opened { socket: 1 });
    step(Event::Frame { socket: 1, text: welcome() });
    let edit = r#"[{"op":"CELL_MODIFY","taskId":"a","column":"title","oldValue":"","newValue":"mine"}]"#;
    step(Event::Change { call: 1, ops: serde_json::from_str(edit).expect("ops") });
    for (line, timer) in text.lines().zip([Timer::Gap, Timer::Ping, Timer::Echo, Timer::Fetch].iter().cycle())
    {
        step(Event::Frame { socket: 1, text: line.to_owned() });
        step(Event::Timer { timer: *timer });
    }
}

fn welcome() -> String {
    json!({"type": "welcome", "epoch": "e", "connectionId": "c", "user": {"id": "ana", "name": "Ana"}, "role": "editor",
        "version": 1, "snapshot": sample(), "changes": [], "connections": [], "at": 1_795_000_000_000_i64})
    .to_string()
}

/// A change by Ana.
pub fn change(version: u64, ops: Vec<sheet::Op>) -> Change {
    let ana: Name = "ana".parse().expect("a name");
    Change {
        version,
        id: ChangeId::new("fuzz".parse().expect("a name"), version),
        author: Author { id: ana, name: "Ana | \n Ruiz".to_owned() },
        role: Role::Admin,
        at: TimestampMs(1_795_000_000_000 + version as i64),
        base: version - 1,
        ops,
    }
}

/// A sheet with two rows, at version 1.
pub fn sample() -> Sheet {
    let mut sheet = Sheet::new("platform/2026-W47".to_owned(), "2026-Q4".to_owned());
    let ops = r#"[{"op":"ROW_INSERT","taskId":"a","cells":{"title":"one"}},{"op":"ROW_INSERT","taskId":"b","after":"a"}]"#;
    sheet::apply::apply_to_sheet(&mut sheet, &change(1, serde_json::from_str(ops).expect("ops")));
    sheet
}

/// Frames that clients send.
pub fn frame_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"type":"hello","since":41,"epoch":"e1","docs":{"summary":"AA==","notes:a":"AA=="}}"#,
        r#"{"type":"change","id":"tab.17","base":1,"ops":[{"op":"CELL_MODIFY","taskId":"a","column":"status","oldValue":"","newValue":"Done"}]}"#,
        r#"{"type":"change","id":"tab.18","base":1,"ops":[{"op":"BATCH_UPDATE","taskId":"a","updates":{"progress":{"oldValue":"","newValue":60},"title":{"oldValue":"one","newValue":null}}}]}"#,
        r#"{"type":"change","id":"tab.19","base":1,"ops":[{"op":"ROW_INSERT","taskId":"c","after":"a","cells":{"title":"three"}},{"op":"ROW_MOVE","taskId":"c","after":null},{"op":"ROW_REMOVE","taskId":"a"}]}"#,
        r#"{"type":"change","id":"tab.20","base":1,"ops":[{"op":"COMMENT_ADD","commentId":"k","taskId":"a","column":"title","text":"why?","mentions":["bo"]},{"op":"COMMENT_REPLY","commentId":"k","replyId":"r","text":"so"},{"op":"COMMENT_EDIT","commentId":"k","text":"oh"},{"op":"COMMENT_RESOLVE","commentId":"k"},{"op":"COMMENT_DELETE","commentId":"k"}]}"#,
        r#"{"type":"change","id":"tab.21","base":1,"ops":[{"op":"ROW_LOCK","taskId":"a","seconds":30},{"op":"ROW_UNLOCK","taskId":"a"},{"op":"MEMBER_ROLE","userId":"bo","role":"viewer"},{"op":"MEMBER_REVOKE","userId":"bo"}]}"#,
        r#"{"type":"change","id":"tab.22","base":1,"ops":[{"op":"TEXT_UPDATE","doc":"summary","update":"AAA="},{"op":"SAVE_POINT_ADD","name":"before"},{"op":"SAVE_POINT_REMOVE","version":2}]}"#,
        r#"{"type":"change","id":"tab.23","base":1,"ops":[{"op":"HEALTH_SET","health":"atRisk"},{"op":"VIEW_ADD","viewId":"v","name":"Mine","look":"show=mine"},{"op":"VIEW_REMOVE","viewId":"v"}]}"#,
        r#"{"type":"presence","state":{"cursor":{"taskId":"a","column":"status"},"status":"typing","docs":{"summary":{"anchor":"AA=="}}}}"#,
        r#"{"type":"replay","since":41}"#,
        r#"{"type":"refresh"}"#,
        r#"{"type":"ping","version":57}"#,
        "CELL_MODIFY|#1|status||Done",
    ])
}

/// Lines that people type.
pub fn human_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "CELL_MODIFY|#1|title|one|two",
        "CELL_MODIFY|a|title|one|a\\|b\\nc\\\\d|ana",
        r#"BATCH_UPDATE|a|{"status":{"oldValue":"","newValue":"Done"},"progress":{"oldValue":"","newValue":"60"}}|ana"#,
        r#"ROW_INSERT|{"taskId":"c","after":"a","cells":{"title":"three"}}|ana"#,
        r#"ROW_INSERT|{"cells":{"title":"a|b"}}"#,
        "ROW_REMOVE|a|ana",
        "PRESENCE_JOIN",
        "PRESENCE_LEAVE|ana",
    ])
}

/// States that tabs tell.
pub fn presence_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"cursor":{"taskId":"a","column":"status"},"status":"typing"}"#,
        r#"{"cursor":null,"status":"away","docs":{"notes:a":{"anchor":"AA==","head":{"x":[1,2]}}}}"#,
        "{}",
    ])
}

/// Frames that servers send.
pub fn server_seeds() -> Vec<Vec<u8>> {
    let committed =
        json!({"type": "committed", "changes": [change(2, Vec::new()), change(3, Vec::new())]}).to_string();
    let mut seeds = texts(&[
        &welcome(),
        &committed,
        r#"{"type":"committed","changes":[{"version":2,"id":"tab.1795000000000","author":{"id":"ana"},"at":5,"ops":null}]}"#,
        r#"{"type":"rejected","id":"tab.1795000000000","code":"CONFLICT","message":"no","version":9}"#,
        r#"{"type":"rejected","id":"tab.1795000000000","code":"SUPERSEDED","version":1}"#,
        r#"{"type":"rejected","id":"tab.1795000000000","code":"BUSY","retryable":true}"#,
        r#"{"type":"joined","connectionId":"d","user":{"id":"bo","name":"Bo","color":"red"}}"#,
        r#"{"type":"left","connectionId":"d","user":{"id":"bo"}}"#,
        r#"{"type":"presence","connectionId":"d","user":{"id":"bo"},"state":{"cursor":{"taskId":"a","column":"title"}}}"#,
        r#"{"type":"notification","kind":"mention"}"#,
        r#"{"type":"pong","version":7,"epoch":"f"}"#,
        r#"{"type":"error","code":"TOKEN_EXPIRED","message":"again"}"#,
    ]);
    let all = seeds.join(&b'\n');
    seeds.push(all);
    seeds
}

/// Texts as inputs.
pub fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
