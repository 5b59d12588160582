//! What a change asks of the table and of the gateway: counted, in this process, at the SDK's connector.
use crate::{
    Outcome,
    client::{self, Client, now_ns},
    servers::Kind,
};
use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use futures::{SinkExt, StreamExt};
use local::{Options, Stack, database::Embedded};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::{
    StoreConfig,
    directory::{Team, put_team},
};
use tokio_tungstenite::tungstenite::Message;

/// Clients in the room.
pub(crate) const CLIENTS: usize = 10;
/// Changes, one after the other. Few enough that the record is not rewritten among them: that is a write of its own,
/// once in 64 KB of log.
pub(crate) const CHANGES: u64 = 50;
/// A room is quiet when nothing has come for this long.
const QUIET: Duration = Duration::from_millis(300);

/// Calls by operation, and posts, of one change on average.
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    /// Calls to the table.
    pub calls: BTreeMap<String, f64>,
    /// Frames that reached a socket.
    pub posts: f64,
}

/// An embedded DynamoDB that counts what it is asked.
#[derive(Clone, Debug)]
struct Counting {
    inner: Embedded,
    calls: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl HttpConnector for Counting {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = request.headers().get("x-amz-target").and_then(|target| target.split_once('.'));
        let operation = operation.map_or_else(|| "unknown".to_owned(), |(_, operation)| operation.to_owned());
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner).entry(operation).or_default() += 1;
        self.inner.call(request)
    }
}

impl HttpClient for Counting {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// Counts.
pub(crate) async fn run() -> Outcome<Counts> {
    let counting = Counting { inner: Embedded::in_memory()?, calls: Arc::default() };
    let calls = counting.calls.clone();
    let stack = Stack::start(Options {
        client: Some(local::database::client(counting.clone())),
        store: StoreConfig::default(),
        ..Options::new(counting.inner.clone())
    })
    .await?;
    let team = Team::new(sheet::Name::new("counted")?, "Counted", local::sample::TIME_ZONE);
    put_team(stack.context.store.table(), &sheet::Name::new(local::sample::TENANT)?, &team).await?;
    let mut clients = Vec::with_capacity(CLIENTS);
    for number in 0..CLIENTS {
        clients.push(client::join_at(&stack.address.to_string(), Kind::Memory, "counted", number).await?);
    }
    for client in &mut clients {
        frames(client).await;
    }
    calls.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let mut posts = 0;
    for change in 0..CHANGES {
        let author = &mut clients[(change % CLIENTS as u64) as usize];
        let frame = author.author.edit(now_ns());
        let own = author.author.id();
        author.socket.send(Message::Text(frame)).await?;
        loop {
            let Message::Text(text) = author.socket.next().await.ok_or("the server closed the socket")??
            else {
                continue;
            };
            posts += 1;
            if text.contains(&own) {
                break;
            }
        }
    }
    for client in &mut clients {
        posts += frames(client).await;
    }
    // Before the sockets close: what leaving costs is not what a change costs.
    let calls = std::mem::take(&mut *calls.lock().unwrap_or_else(PoisonError::into_inner));
    drop(clients);
    stack.shutdown().await;
    let each = |count: u64| count as f64 / CHANGES as f64;
    Ok(Counts {
        calls: calls.iter().map(|(name, count)| (name.clone(), each(*count))).collect(),
        posts: each(posts),
    })
}

/// Reads until the socket is quiet; how many frames came.
async fn frames(client: &mut Client) -> u64 {
    let mut count = 0;
    while let Ok(Some(Ok(Message::Text(_)))) = tokio::time::timeout(QUIET, client.socket.next()).await {
        count += 1;
    }
    count
}
