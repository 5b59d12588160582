//! Every line of a request says whose it is, and no line holds what people wrote or what is secret.
use harness::{Fault, NEXT_WEEK, THIS_WEEK, World, client::insert, web, who};
use platform::invoke::ExtractRequest;
use serde_json::{Value, json};
use std::{
    io::Write,
    sync::{Arc, Mutex},
};
use store::directory::Source;
use tracing::{Level, subscriber::DefaultGuard};
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt};

/// Words that stand for content and secrets. Each is planted once in a place of its own.
const PLANTED: [&str; 9] = [
    "zebra-title",
    "zebra-comment",
    "zebra-presence",
    "zebra-message",
    "zebra-bearer",
    "zebra-signing",
    "zebra-query",
    "zebra-frame",
    "zebra-refused",
];

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Written {
    /// Records everything that our own crates say, at every level, in the form of the functions' logs.
    fn begin() -> (Self, DefaultGuard) {
        let written = Self::default();
        let writer = written.clone();
        let lines = fmt::layer().json().flatten_event(true).with_current_span(false);
        let ours = ["platform", "store", "extraction", "protocol", "sheet", "cyclesheet"].into_iter();
        let ours = ours
            .fold(Targets::new().with_default(Level::INFO), |all, one| all.with_target(one, Level::TRACE));
        let subscriber =
            tracing_subscriber::registry().with(lines.with_writer(move || writer.clone())).with(ours);
        (written, tracing::subscriber::set_default(subscriber))
    }

    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    }
}

/// The span of the request in which a line was written.
fn event(line: &Value) -> Option<&Value> {
    line["spans"].as_array()?.iter().find(|span| span["name"] == "event")
}

async fn world() -> World {
    let secret = json!({"signingSecret": "zebra-signing", "bearer": "zebra-bearer"}).to_string();
    let world = World::with(|options| options.secrets = [("inbox".to_owned(), secret)].into()).await;
    world.put_team("acme", "platform", vec![Source::Inbox { secret: "inbox".into() }]).await;
    world
}

#[tokio::test]
async fn no_line_of_any_handler_holds_content_a_token_or_a_secret() {
    let (written, _guard) = Written::begin();
    let world = world().await;
    let (ana, ben) = (who("ana"), who("ben"));
    let token = world.token(&ana);
    let (mut one, mut other) = (world.join(&ana).await, world.join(&ben).await);
    one.commit(json!([insert("t1", "zebra-title")])).await.version();
    one.commit(json!([{"op": "COMMENT_ADD", "commentId": "c1", "taskId": "t1", "text": "zebra-comment", "mentions": []}])).await.version();
    other.commit(json!([{"op": "CELL_MODIFY", "taskId": "t1", "column": "title", "oldValue": "zebra-refused", "newValue": "x"}])).await.rejected();
    one.send(json!({"type": "presence", "state": {"note": "zebra-presence"}})).await;
    one.send(json!({"type": "zebra-frame"})).await;
    one.frame_of("error").await;
    let at = world.stack.address;
    let room = format!("/api/cycles/platform/{NEXT_WEEK}");
    web::bearing(at, &token, "GET", &room, String::new()).await;
    web::bearing(at, "zebra-bearer", "GET", &room, String::new()).await;
    web::bearing(at, &token, "GET", &format!("{room}/changes?since=zebra-query"), String::new()).await;
    let message = json!({"id": "1", "channel": "ops", "author": "ana", "at": "2026-11-19T10:00:00Z", "text": "please zebra-message"});
    let pushed =
        web::bearing(at, "zebra-bearer", "POST", "/api/inbox/acme/platform", message.to_string()).await;
    assert!(pushed.status < 300, "{pushed:?}");
    web::bearing(at, "no-zebra", "POST", "/api/inbox/acme/platform", message.to_string()).await;
    let event = cyclesheet_extract::Event::Request(ExtractRequest::cycle(&world.key(THIS_WEEK), false));
    world.stack.extractor.handle(&world.stack.context, event).await.unwrap();
    world.faults.rule(|_| Some(Fault::LoseRequest));
    one.send(json!({"type": "ping"})).await;
    one.frame_of("error").await;
    let lines = written.lines();
    assert!(lines.len() >= 5, "the lines were recorded: {lines:?}");
    for line in &lines {
        let text = line.to_string();
        for planted in PLANTED.iter().chain([&token.as_str()]) {
            assert!(!text.contains(planted), "{planted} is in {text}");
        }
    }
}

#[tokio::test]
async fn every_line_of_a_frame_names_its_request_its_socket_its_room_and_its_change() {
    let (written, _guard) = Written::begin();
    let world = world().await;
    let mut ana = world.join(&who("ana")).await;
    ana.commit(json!([insert("t1", "a")])).await.version();
    written.lines();
    let id = ana.change(json!([insert("t1", "again")])).await;
    let code = ana.settled(&id).await.rejected()["code"].as_str().unwrap().to_owned();
    let lines = written.lines();
    let line = lines.iter().find(|line| line["message"] == "rejected").expect("a refused change is a line");
    let span = event(line).expect("it stands in the span of its request");
    assert_eq!((&line["code"], &span["change"]), (&json!(code), &json!(id)));
    assert_eq!((&span["tenant"], &span["room"]), (&json!("acme"), &json!(format!("platform/{NEXT_WEEK}"))));
    for field in ["request", "connection"] {
        assert!(span[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {line}");
    }
    world.faults.rule(|_| Some(Fault::LoseRequest));
    ana.send(json!({"type": "ping"})).await;
    ana.frame_of("error").await;
    let lines = written.lines();
    let line = lines.iter().find(|line| line["message"] == "the store failed").expect("its cause is a line");
    assert!(
        line["cause"].is_string() && event(line).is_some_and(|span| span["connection"].is_string()),
        "{line}"
    );
}
