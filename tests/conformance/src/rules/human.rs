use super::Shown;
use crate::Endpoint;
use serde_json::json;
use wire::{Client, client::Heard};

/// Sends a line and waits for its change.
async fn line(client: &mut Client, text: &str) -> serde_json::Value {
    let before = client.replica.version();
    client.send_text(text).await;
    let own = client.welcome["user"]["id"].clone();
    loop {
        if let Some((_, change)) =
            client.replica.told.range(before + 1..).find(|(_, change)| change["author"]["id"] == own)
        {
            return change.clone();
        }
        let Heard::Frame(frame) = client.next().await else { panic!("the socket ended at {text}") };
        assert!(frame["type"] != "error" && frame["type"] != "rejected", "{text} is answered {frame}");
    }
}

async fn code(client: &mut Client, text: &str) -> String {
    client.send_text(text).await;
    let frame =
        client.frame("a refusal", |frame| frame["type"] == "error" || frame["type"] == "rejected").await;
    frame["code"].as_str().unwrap_or_default().to_owned()
}

pub(super) async fn t1(endpoint: &Endpoint) -> Shown {
    let person = endpoint.editor();
    let mut terminal = Client::open(&endpoint.door(&person).await).await.expect("the socket opens");
    terminal.send_text("PRESENCE_JOIN").await;
    terminal.frame_of("welcome").await;
    terminal.close().await;
    let mut terminal = endpoint.join(&person).await;
    let row = endpoint.fresh("t");
    let inserted = line(
        &mut terminal,
        &format!(r#"ROW_INSERT|{{"taskId":"{row}","cells":{{"title":"Ship it"}}}}|somebody else"#),
    )
    .await;
    assert_eq!(inserted["author"]["id"], person.user, "a trailing author is ignored");
    line(&mut terminal, &format!("CELL_MODIFY|{row}|status||In progress")).await;
    line(&mut terminal, &format!(r#"BATCH_UPDATE|{row}|{{"progress":{{"oldValue":"","newValue":"50"}}}}"#))
        .await;
    assert_eq!(
        (terminal.replica.cell(&row, "status"), terminal.replica.cell(&row, "progress")),
        ("In progress".into(), "50".into())
    );
    line(&mut terminal, &format!("ROW_REMOVE|{row}")).await;
    Shown::Yes
}

pub(super) async fn t2(endpoint: &Endpoint) -> Shown {
    let (mut terminal, row) = endpoint.with_row(&endpoint.editor()).await;
    line(&mut terminal, &format!(r"CELL_MODIFY|{row}|description||a \| b\\c\nd")).await;
    assert_eq!(terminal.replica.cell(&row, "description"), "a | b\\c\nd");
    Shown::Yes
}

pub(super) async fn t3(endpoint: &Endpoint) -> Shown {
    let mut terminal = endpoint.join(&endpoint.editor()).await;
    assert_eq!(code(&mut terminal, "ROW_REMOVE|#1").await, "MALFORMED");
    assert_eq!(code(&mut terminal, "CELL_MODIFY|#100000|status|x|Done").await, "UNKNOWN_TARGET");
    Shown::Yes
}

pub(super) async fn t4(endpoint: &Endpoint) -> Shown {
    let (mut terminal, row) = endpoint.with_row(&endpoint.editor()).await;
    let mut ids = Vec::new();
    for (old, new) in [("", "Done"), ("Done", "Blocked")] {
        let change = line(&mut terminal, &format!("CELL_MODIFY|{row}|status|{old}|{new}")).await;
        ids.push(change["id"].as_str().expect("a change has its id").to_owned());
    }
    assert_ne!(ids[0], ids[1]);
    terminal.commit(json!([{"op": "ROW_REMOVE", "taskId": row}])).await.version();
    Shown::Yes
}
