//! The human-readable frames over a socket, as somebody at a terminal types them.
use harness::{Call, Client, Fault, NEXT_WEEK, World, who};
use serde_json::{Value, json};

/// Sends a line and returns the change that it became, as the room receives it.
async fn line(client: &mut Client, text: &str) -> Value {
    let before = client.replica.version();
    client.send_text(text).await;
    client.reach(before + 1).await;
    client.replica.told[&(before + 1)].clone()
}

// rule: T1, T2, T3
#[tokio::test]
async fn a_terminal_joins_writes_and_leaves_in_lines_and_is_answered_in_json() {
    let world = World::new().await;
    let mut ana = world.join(&who("ana")).await;
    let mut terminal = Client::open(&world.door(&who("tess"), NEXT_WEEK)).await.unwrap();
    terminal.send_text("PRESENCE_JOIN").await;
    let welcome = terminal.frame_of("welcome").await;
    assert_eq!((&welcome["user"]["id"], &welcome["version"]), (&json!("tess"), &json!(0)));
    assert_eq!(ana.frame_of("joined").await["user"]["id"], "tess");

    let inserted = line(&mut terminal, r#"ROW_INSERT|{"title":"Ship it"}"#).await;
    let row = inserted["ops"][0]["taskId"].as_str().unwrap().to_owned();
    assert_eq!(inserted["author"]["id"], "tess");
    line(&mut terminal, r#"ROW_INSERT|{"taskId":"t2","cells":{"title":"Test it"}}|somebody else"#).await;
    assert_eq!(terminal.replica.told[&2]["author"]["id"], "tess", "a trailing author is ignored");
    // t2 became the first row, so the other is the second.
    let changed = line(&mut terminal, "CELL_MODIFY|#2|status||In progress").await;
    assert_eq!(
        changed["ops"][0],
        json!({"op": "CELL_MODIFY", "taskId": row, "column": "status", "oldValue": "", "newValue": "In progress"})
    );
    line(&mut terminal, r"CELL_MODIFY|t2|description||a \| b\\c\nd|tess").await;
    assert_eq!(terminal.replica.cell("t2", "description"), "a | b\\c\nd");
    line(&mut terminal, r##"BATCH_UPDATE|#1|{"status":{"oldValue":"","newValue":"Done"},"progress":{"oldValue":"","newValue":"100"}}"##).await;
    assert_eq!(
        (terminal.replica.cell("t2", "status"), terminal.replica.cell("t2", "progress")),
        ("Done".into(), "100".into())
    );
    line(&mut terminal, &format!("ROW_REMOVE|{row}")).await;
    assert_eq!(terminal.replica.sheet().row_count(), 1);
    let tip = terminal.replica.version();
    ana.reach(tip).await;
    assert_eq!(ana.replica.bytes(), terminal.replica.bytes());

    terminal.send_text("PRESENCE_LEAVE").await;
    let left = ana.frame_of("left").await;
    assert_eq!((&left["user"]["id"], &left["connectionId"]), (&json!("tess"), &welcome["connectionId"]));
    let connections =
        store::connections::room(&world.table(), &world.key(NEXT_WEEK), world.stack.context.now())
            .await
            .unwrap();
    assert_eq!(connections.len(), 1, "a user who left receives nothing more");
    let log = world.log(NEXT_WEEK).await;
    assert_eq!(log.bytes(), ana.replica.bytes());
    assert!(log.changes.iter().all(|change| change.id.seq == 0), "ids made from messages are not remembered");
}

// rule: T3
#[tokio::test]
async fn a_line_that_is_wrong_or_too_late_is_answered_with_its_code() {
    let world = World::new().await;
    let mut tess = world.join(&who("tess")).await;
    line(&mut tess, r#"ROW_INSERT|{"taskId":"t1","cells":{"title":"Ship it"}}"#).await;
    for (text, code) in [
        ("CELL_MODIFY|#1|title|Shipped|Done", "CONFLICT"),
        ("CELL_MODIFY|#2|status||Done", "UNKNOWN_TARGET"),
        ("CELL_MODIFY|#0|status||Done", "UNKNOWN_TARGET"),
        ("CELL_MODIFY|#x|status||Done", "MALFORMED"),
        ("CELL_MODIFY|t1|colour||Done", "MALFORMED"),
        ("CELL_MODIFY|t1|status||Perhaps", "INVALID_VALUE"),
        ("CELL_MODIFY|t1|status", "MALFORMED"),
        ("ROW_REMOVE|#1", "MALFORMED"),
        ("ROW_REMOVE|t9", "UNKNOWN_TARGET"),
        ("ROW_REMOVE", "MALFORMED"),
        ("ROW_INSERT|{", "MALFORMED"),
        ("BATCH_UPDATE|t1|{}", "MALFORMED"),
        ("GENERATION_STARTED|1", "UNSUPPORTED"),
        ("hello", "UNSUPPORTED"),
    ] {
        tess.send_text(text).await;
        let frame =
            tess.frame("a refusal", |frame| frame["type"] == "error" || frame["type"] == "rejected").await;
        assert_eq!(frame["code"], code, "{text}: {frame}");
    }
    assert_eq!(world.log(NEXT_WEEK).await.changes.len(), 1);
}

// rule: T4
#[tokio::test]
async fn the_same_line_twice_is_two_changes_because_nobody_retries_it() {
    let world = World::new().await;
    let mut tess = world.join(&who("tess")).await;
    for _ in 0..2 {
        line(&mut tess, r#"ROW_INSERT|{"title":"Again"}"#).await;
    }
    assert_eq!(tess.replica.sheet().row_count(), 2);
}

#[tokio::test]
async fn a_line_whose_answer_was_lost_on_the_way_from_the_table_is_committed_once() {
    let world = World::new().await;
    let mut tess = world.join(&who("tess")).await;
    world.faults.next(1, Fault::LoseAnswer, Call::is_commit);
    // Its id is not remembered: only the entry itself shows that it was this one.
    line(&mut tess, r#"ROW_INSERT|{"title":"Once"}"#).await;
    tess.ping().await;
    assert_eq!(world.log(NEXT_WEEK).await.changes.len(), 1);
    assert_eq!(tess.replica.sheet().row_count(), 1);
}
