//! Posts as the deployed functions make them: through the SDK's client of the management API, against the gateway's
//! own endpoint.
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::config::Credentials;
use bytes::Bytes;
use harness::{NEXT_WEEK, World, client::insert, who};
use platform::{
    broadcast::{Broadcast, Callback, Endpoint, Posted, SdkCallback},
    clients::{retries, timeouts},
};
use serde_json::json;

async fn callback(world: &World) -> SdkCallback {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .retry_config(retries())
        .timeout_config(timeouts())
        .load()
        .await;
    SdkCallback::new(config, Some(format!("http://{}/dev", world.stack.address)))
}

#[tokio::test]
async fn a_post_through_the_sdk_is_delivered_and_one_to_a_closed_socket_is_gone() {
    let world = World::new().await;
    let callback = callback(&world).await;
    let endpoint = Endpoint::default();
    let mut ana = world.join(&who("ana")).await;
    let id = ana.connection_id().to_owned();
    let frame = json!({"type": "later", "text": "ä🙂".repeat(1_000)});
    assert_eq!(callback.post(&endpoint, &id, Bytes::from(frame.to_string())).await, Posted::Delivered);
    assert_eq!(ana.frame_of("later").await, frame);
    for stranger in ["Ti835f_GEowCETQ=", "nobody"] {
        assert_eq!(callback.post(&endpoint, stranger, Bytes::from("{}")).await, Posted::Gone, "{stranger}");
        assert_eq!(callback.close(&endpoint, stranger).await, Posted::Gone, "{stranger}");
    }
    let too_large = Bytes::from("x".repeat(128 * 1024 + 1));
    assert_eq!(
        callback.post(&endpoint, &id, too_large).await,
        Posted::Failed,
        "nothing is known of the socket by that"
    );
    assert_eq!(callback.close(&endpoint, &id).await, Posted::Delivered);
    assert_eq!(ana.end().await, Some(1000));
    assert_eq!(callback.post(&endpoint, &id, Bytes::from("{}")).await, Posted::Gone);
    assert_eq!(callback.close(&endpoint, &id).await, Posted::Gone);
}

#[tokio::test]
async fn a_room_is_told_through_the_sdk_and_forgets_who_is_gone() {
    let lost = |event: &gateway::Event| event.request_context.event_type != gateway::EventType::Disconnect;
    let world =
        World::with(|options| options.gateway.disconnect_hook = Some(std::sync::Arc::new(lost))).await;
    let (mut ana, ben) = (world.join(&who("ana")).await, world.join(&who("ben")).await);
    ben.close().await;
    let mut context = world.stack.context.clone();
    context.callback = std::sync::Arc::new(callback(&world).await);
    let (endpoint, room) = (Endpoint::default(), world.key(NEXT_WEEK));
    let broadcast = Broadcast { context: &context, endpoint: &endpoint, room: &room };
    let proposed =
        serde_json::from_value(json!({"id": "x.1", "base": 0, "ops": [insert("t1", "one")]})).unwrap();
    let sender = platform::changes::Sender::person(&identity(), None);
    let answer = platform::changes::commit(&broadcast, &sender, proposed).await;
    assert!(matches!(answer, platform::changes::Answer::Committed { version: 1, .. }), "{answer:?}");
    ana.reach(1).await;
    assert_eq!(ana.frame_of("left").await["user"]["id"], "ben");
    assert_eq!(broadcast.everybody().await.unwrap().len(), 1);
}

fn identity() -> platform::Identity {
    platform::Identity {
        tenant: "acme".parse().unwrap(),
        user: "cleo".parse().unwrap(),
        name: "Cleo".into(),
        color: "#000000".into(),
        role: sheet::Role::Editor,
        teams: vec!["platform".parse().unwrap()],
        expires_at: sheet::TimestampMs(i64::MAX),
        email: None,
    }
}
