//! The event files, one per function, handled by the functions they are for: what `cargo lambda invoke` would send.
use cyclesheet_authorize::Authorizer;
use cyclesheet_extract::Event;
use harness::World;
use platform::{
    event::SocketEvent,
    identity::{Keys, Rules, Verifier},
};
use sheet::Column;

/// The key of the tokens in the event files, as events/README.md names it.
const SECRET: &str = "sample-secret-of-the-event-files-not-a-real-one";

fn file(name: &str) -> String {
    let path = format!("{}/../../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn socket(name: &str) -> SocketEvent {
    serde_json::from_str(&file(name)).unwrap()
}

#[tokio::test]
async fn each_event_file_of_a_socket_is_handled_by_its_function() {
    let world = World::new().await;
    let context = &world.stack.context;
    let rules = Rules { issuer: "https://id.acme.example/".into(), audience: "cyclesheet".into() };
    let authorizer = Authorizer {
        verifier: Verifier::new(rules, Keys::shared(SECRET.as_bytes())),
        origins: vec!["https://cyclesheet.acme.example".into()],
    };
    let policy = authorizer.handle(context, &socket("authorize")).await.unwrap();
    assert_eq!(policy["policyDocument"]["Statement"][0]["Effect"], "Allow");
    assert_eq!(policy["context"]["team"], "platform");

    let connected = cyclesheet_connect::handle(context, &socket("connect")).await;
    assert_eq!(
        (connected.status_code, connected.headers["Sec-WebSocket-Protocol"].as_str()),
        (200, "cyclesheet.v1")
    );
    for name in ["default-hello", "default-change", "default-ping"] {
        assert_eq!(cyclesheet_default::handle(context, &socket(name)).await.status_code, 200, "{name}");
    }
    let tip = context.store.tip(&harness::world::key("acme", "platform", "2026-W47")).await.unwrap();
    let titles: Vec<&str> = tip.state.sheet.rows().map(|row| row.value(Column::Title)).collect();
    assert!(titles.contains(&"Check the sum of all connection pools against max_connections"), "{titles:?}");
    assert_eq!(cyclesheet_disconnect::handle(context, &socket("disconnect")).await.status_code, 200);
}

#[test]
fn both_schedulers_mean_the_weekly_run() {
    for name in ["extract-scheduler", "extract-eventbridge"] {
        let event: Event = serde_json::from_str(&file(name)).unwrap();
        let weekly = matches!(
            event,
            Event::Scheduled { .. } | Event::Request(platform::invoke::ExtractRequest::Weekly)
        );
        assert!(weekly, "{name}");
    }
}
