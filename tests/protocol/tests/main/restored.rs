//! A restore, rehearsed: people write, the table is restored as it was a moment before into another one, the functions are
//! switched to it under another salt, and the people whose sockets stayed open arrive at the restored state.
//!
//! Only DynamoDB's own restore is played here, by copying a table's items; what the handlers, the gateway and the clients do
//! is what they do on AWS, where a release switches the functions under open sockets.
use cyclesheet_authorize::Authorizer;
use futures::future::BoxFuture;
use gateway::{
    AuthorizerError, AuthorizerEvent, AuthorizerResponse, Config, Event, Gateway, Integration,
    IntegrationError, ManualClock, ProxyResponse, Route,
};
use harness::{Client, NEXT_WEEK, START_MS, client::Door, client::insert, who};
use local::{
    database::{Embedded, TABLE},
    sample::{TEAM, TENANT, TIME_ZONE},
    sockets::{Functions, LocalCallback},
    tokens,
};
use platform::{Context, context::system_random, invoke::NoInvoke, metrics::Metrics, secrets::Secrets};
use protocol::limits::{DEFAULT_EXPECTED_CONNECTIONS, PresencePace};
use serde_json::{Value, json};
use sheet::{Column, Name, TimestampMs};
use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};
use store::{
    Store, StoreConfig, Table,
    directory::{self, Team},
};
use tokio::net::TcpListener;

/// What serves the routes now: a release replaces it while sockets are open.
#[derive(Clone)]
struct Released(Arc<RwLock<Arc<Functions>>>);

impl Released {
    fn now(&self) -> Arc<Functions> {
        self.0.read().unwrap().clone()
    }
}

impl Integration for Released {
    fn invoke(&self, route: Route, event: Event) -> BoxFuture<'_, Result<ProxyResponse, IntegrationError>> {
        let functions = self.now();
        Box::pin(async move { functions.invoke(route, event).await })
    }

    fn authorize(
        &self,
        event: AuthorizerEvent,
    ) -> BoxFuture<'_, Result<Option<AuthorizerResponse>, AuthorizerError>> {
        let functions = self.now();
        Box::pin(async move { functions.authorize(event).await })
    }
}

/// Functions on a table, with nothing kept of another.
fn functions(database: &Embedded, salt: &str, sockets: &LocalCallback) -> Functions {
    let config = StoreConfig { epoch_salt: salt.to_owned(), ..StoreConfig::default() };
    let context = Context {
        store: Store::new(Table::new(database.client(), TABLE), config, system_random()),
        callback: Arc::new(sockets.clone()),
        invoke: Arc::new(NoInvoke),
        clock: Arc::new(|| TimestampMs(START_MS as i64)),
        random: system_random(),
        rates: Arc::default(),
        secrets: Secrets::new(BTreeMap::new()),
        expected_connections: DEFAULT_EXPECTED_CONNECTIONS,
        presence_pace: PresencePace::default(),
        metrics: Metrics::default(),
    };
    let verifier = tokens::verifier(tokens::SECRET).unwrap();
    Functions { context, authorizer: Authorizer { verifier, origins: Vec::new() } }
}

/// Copies what the table holds now into a new one, as a restore to this moment does. Rows of sockets come along, as they do
/// in DynamoDB's.
fn restored(from: &Embedded) -> Embedded {
    let to = Embedded::in_memory().unwrap();
    let room = format!("C#{TENANT}#{TEAM}#{NEXT_WEEK}");
    let partitions =
        [room, format!("T#{TENANT}"), "TENANTS".into(), format!("U#{TENANT}#ana"), format!("U#{TENANT}#ben")];
    for pk in partitions {
        let query = json!({
            "TableName": TABLE, "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": pk}},
        });
        let found: Value = serde_json::from_str(&from.run("Query", &query.to_string()).unwrap()).unwrap();
        for item in found["Items"].as_array().unwrap() {
            to.run("PutItem", &json!({"TableName": TABLE, "Item": item}).to_string()).unwrap();
        }
    }
    to
}

fn titles(client: &Client) -> Vec<String> {
    client.replica.sheet().rows().map(|row| row.value(Column::Title).to_owned()).collect()
}

#[tokio::test]
async fn people_with_open_sockets_arrive_at_the_restored_state() {
    let (old, sockets) = (Embedded::in_memory().unwrap(), LocalCallback::default());
    let serving = Released(Arc::new(RwLock::new(Arc::new(functions(&old, "", &sockets)))));
    let config = Config { stage: "dev".into(), ..Config::default() };
    let gateway = Gateway::new(config, ManualClock::new(START_MS), serving.clone()).unwrap();
    sockets.connect(gateway.clone());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(gateway::serve(listener, gateway.router(), std::future::pending()));
    let team = Team::new(Name::new(TEAM).unwrap(), TEAM, TIME_ZONE);
    let tenant = Name::new(TENANT).unwrap();
    directory::put_team(&Table::new(old.client(), TABLE), &tenant, &team).await.unwrap();
    let door = |user: &str| Door {
        server: format!("ws://{address}"),
        path: format!("/dev?team={TEAM}&cycle={NEXT_WEEK}"),
        token: Some(who(user).token(START_MS + 3_600_000)),
        origin: None,
    };
    let (mut ana, mut ben) = (Client::join(&door("ana")).await, Client::join(&door("ben")).await);
    let kept = ana.commit(json!([insert("t1", "before the moment")])).await.version();
    ben.frame_of("committed").await;

    let new = restored(&old);
    ana.commit(json!([insert("t2", "after the moment")])).await.version();
    ben.frame_of("committed").await;
    assert_eq!(titles(&ben).len(), 2);

    // The release: other functions on the restored table, under another salt, behind the same open sockets.
    *serving.0.write().unwrap() = Arc::new(functions(&new, "2026-11-29-08", &sockets));
    for client in [&mut ana, &mut ben] {
        let before = client.welcome["epoch"].clone();
        client.send(json!({"type": "ping", "version": 2})).await;
        let pong = client.frame_of("pong").await;
        assert_eq!(pong["version"], json!(kept));
        assert_ne!(pong["epoch"], before, "the history is another one");
        // The versions after the moment are those of another history now.
        client.replica.told.clear();
        let welcome = client.hello_since().await;
        assert!(!welcome["snapshot"].is_null(), "it does not go on from what it had: {welcome}");
        assert_eq!(titles(client), ["before the moment"]);
    }
    // They go on together, and in the restored table alone.
    assert_eq!(ben.commit(json!([insert("t3", "written afterwards")])).await.version(), kept + 1);
    ana.frame_of("committed").await;
    assert_eq!(titles(&ana).len(), 2);
    let fresh = Client::join(&door("cleo")).await;
    assert_eq!(titles(&fresh), titles(&ana));
    let key = harness::world::key(TENANT, TEAM, NEXT_WEEK);
    harness::log::verified(&Table::new(new.client(), TABLE), &key).await;
}
