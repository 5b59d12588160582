//! The event files, handled by the functions they are for: what `cargo lambda invoke` would send, and what AWS does.
use bytes::Bytes;
use cyclesheet_authorize::Authorizer;
use cyclesheet_extract::Event;
use cyclesheet_http::Api;
use harness::World;
use lambda_http::{RequestExt, request::RequestContext};
use platform::{
    broadcast::Endpoint,
    event::SocketEvent,
    identity::{Keys, Rules, Verifier},
    invoke::ExtractRequest,
};
use sheet::Column;
use std::{collections::BTreeSet, fs, time::Duration};
use store::directory::Source;

/// The key of the tokens in the event files, as events/README.md names it.
const SECRET: &str = "sample-secret-of-the-event-files-not-a-real-one";
/// The frames of `default`, in an order in which each makes sense.
const FRAMES: [&str; 7] = ["hello", "change", "presence", "replay", "line", "ping", "refresh"];
/// The requests of `http`, and what an editor is answered.
const REQUESTS: [(&str, u16); 13] = [
    ("cycles", 200),
    ("cycle", 200),
    ("changes", 200),
    ("export", 200),
    ("messages", 200),
    ("generations", 403),
    ("generation", 403),
    ("doc", 200),
    ("members", 200),
    ("me", 200),
    ("comparison", 200),
    ("log", 403),
    ("change", 200),
];
/// What is pushed to the inbox, and by whom: Slack, which signs it, and a script with the team's bearer.
const PUSHES: [&str; 2] = ["slack", "bearer"];
/// The secret of the team's inbox, as events/README.md has it.
const INBOX: &str =
    r#"{"signingSecret":"sample-signing-secret-not-a-real-one","bearer":"sample-bearer-not-a-real-one"}"#;
/// What `extract` is sent, and what that means.
const RUNS: [(&str, Run); 7] = [
    ("team", Run::Team),
    ("scheduler", Run::Weekly),
    ("eventbridge", Run::Weekly),
    ("sweep", Run::Sweep),
    ("mentions", Run::Mentions),
    ("cycle", Run::Cycle { refresh: false }),
    ("refresh", Run::Cycle { refresh: true }),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Run {
    Weekly,
    Team,
    Sweep,
    Mentions,
    Cycle { refresh: bool },
}

fn folder() -> String {
    format!("{}/../../events", env!("CARGO_MANIFEST_DIR"))
}

fn file(name: &str) -> String {
    let path = format!("{}/{name}.json", folder());
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn socket(name: &str) -> SocketEvent {
    serde_json::from_str(&file(name)).unwrap()
}

fn verifier() -> Verifier {
    let rules = Rules { issuer: "https://id.acme.example/".into(), audience: "cyclesheet".into() };
    Verifier::new(rules, Keys::shared(SECRET.as_bytes()).unwrap())
}

#[tokio::test]
async fn each_event_file_of_a_socket_is_handled_by_its_function() {
    let world = World::new().await;
    let context = &world.stack.context;
    let authorizer =
        Authorizer { verifier: verifier(), origins: vec!["https://cyclesheet.acme.example".into()] };
    for name in ["authorize", "authorize-query"] {
        let policy = authorizer.handle(context, &socket(name)).await.unwrap();
        assert_eq!(policy["policyDocument"]["Statement"][0]["Effect"], "Allow", "{name}");
        assert_eq!(policy["context"]["team"], "platform", "{name}");
    }
    let connected = cyclesheet_connect::handle(context, &socket("connect")).await;
    assert_eq!(
        (connected.status_code, connected.headers["Sec-WebSocket-Protocol"].as_str()),
        (200, "cyclesheet.v1")
    );
    for name in FRAMES {
        let answered = cyclesheet_default::handle(context, &socket(&format!("default-{name}"))).await;
        assert_eq!(answered.status_code, 200, "{name}");
    }
    let tip = context.store.tip(&harness::world::key("acme", "platform", "2026-W47")).await.unwrap();
    let (title, status) = ("Check the sum of all connection pools against max_connections", "In progress");
    let row = tip.state.sheet.rows().find(|row| row.value(Column::Title) == title).expect("the change's row");
    assert_eq!(row.value(Column::Status), status, "the line's change");
    for name in ["disconnect", "disconnect-abrupt"] {
        assert_eq!(cyclesheet_disconnect::handle(context, &socket(name)).await.status_code, 200, "{name}");
    }
}

#[tokio::test]
async fn each_event_file_of_the_api_is_read_as_the_request_it_was_and_answered() {
    let world = World::new().await;
    let context = &world.stack.context;
    for name in ["default-hello", "default-change"] {
        cyclesheet_default::handle(context, &socket(name)).await;
    }
    for (name, status) in REQUESTS {
        let (answered, body) = ask(&world, name).await;
        assert_eq!(answered, status, "{name}: {body}");
    }
}

/// The status and the body with which `http` answers an event file, read as the bootstrap reads it.
async fn ask(world: &World, name: &str) -> (u16, String) {
    let api = Api { verifier: verifier(), endpoint: Endpoint::default() };
    let request = lambda_http::request::from_str(&file(&format!("http-{name}"))).unwrap();
    assert!(matches!(request.request_context(), RequestContext::ApiGatewayV2(_)), "{name}");
    let answer = api.handle(&world.stack.context, &request.map(|body| Bytes::from(body.to_vec()))).await;
    (answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned())
}

#[tokio::test]
async fn each_event_file_of_the_inbox_is_let_in_by_its_secret_and_kept() {
    let world = team_with_inbox(INBOX).await;
    for name in PUSHES {
        let (status, body) = ask(&world, &format!("inbox-{name}")).await;
        assert_eq!((status, body.as_str()), (200, r#"{"kept":1,"passed":0}"#), "{name}");
    }
    // A signature is good for five minutes: the file is made again before `make invoke-http` sends it.
    world.advance(Duration::from_secs(301));
    assert_eq!(ask(&world, "inbox-slack").await.0, 403);
    assert_eq!(ask(&world, "inbox-bearer").await.0, 200);
    let others = team_with_inbox(&INBOX.replace("sample", "another")).await;
    for name in PUSHES {
        assert_eq!(ask(&others, &format!("inbox-{name}")).await.0, 403, "{name}: another team's secret");
    }
}

/// A world whose team takes what is pushed with this secret.
async fn team_with_inbox(secret: &str) -> World {
    let world =
        World::with(|options| options.secrets = [("inbox".to_owned(), secret.to_owned())].into()).await;
    world.put_team("acme", "platform", vec![Source::Inbox { secret: "inbox".into() }]).await;
    world
}

#[test]
fn each_event_file_of_extract_means_what_it_says() {
    for (name, expected) in RUNS {
        let run = match serde_json::from_str(&file(&format!("extract-{name}"))).unwrap() {
            Event::Scheduled | Event::Request(ExtractRequest::Weekly) => Run::Weekly,
            Event::Request(ExtractRequest::Team { .. }) => Run::Team,
            Event::Unknown(what) => panic!("{name}: {what}"),
            Event::Request(ExtractRequest::Sweep) => Run::Sweep,
            Event::Request(ExtractRequest::Cycle { refresh, .. }) => Run::Cycle { refresh },
            Event::Request(ExtractRequest::Mentions { .. }) => Run::Mentions,
        };
        assert_eq!(run, expected, "{name}");
    }
}

#[test]
fn there_is_no_event_file_that_no_test_hands_to_its_function() {
    let sockets =
        ["authorize", "authorize-query", "connect", "disconnect", "disconnect-abrupt"].map(String::from);
    let known: BTreeSet<String> = sockets
        .into_iter()
        .chain(FRAMES.iter().map(|name| format!("default-{name}")))
        .chain(REQUESTS.iter().map(|(name, _)| format!("http-{name}")))
        .chain(PUSHES.iter().map(|name| format!("http-inbox-{name}")))
        .chain(RUNS.iter().map(|(name, _)| format!("extract-{name}")))
        .collect();
    let names =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let there: BTreeSet<String> =
        names.filter_map(|name| name.strip_suffix(".json").map(String::from)).collect();
    assert_eq!(there, known);
}
