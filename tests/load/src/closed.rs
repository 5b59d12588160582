//! W3: every client sends again as soon as it hears its own edit. How many edits a second the server carries.
use crate::{
    Outcome,
    client::{self, Client, now_ns},
    servers::Server,
};
use futures::{SinkExt, StreamExt};
use memchr::memmem;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

/// Clients in the one room.
pub(crate) const CLIENTS: usize = 50;

/// What a run came to.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Edits a second whose authors heard them.
    pub edits: f64,
    /// The server's processor time by the clock's, in percent of one processor.
    pub cpu: f64,
    /// Edits that the server refused.
    pub refused: u64,
}

/// Runs the load once, `measured` long after `warm_up`.
pub(crate) async fn run(server: &Server, team: &str, warm_up: Duration, measured: Duration) -> Outcome<Run> {
    let (heard, refused) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut clients = Vec::with_capacity(CLIENTS);
    for number in 0..CLIENTS {
        clients.push(client::join(server, team, number).await?);
    }
    let mut running = JoinSet::new();
    for client in clients {
        running.spawn(edit_for_ever(client, heard.clone(), refused.clone()));
    }
    tokio::time::sleep(warm_up).await;
    let (before, cpu, began) = (heard.load(Ordering::Relaxed), server.cpu_seconds()?, Instant::now());
    tokio::time::sleep(measured).await;
    let seconds = began.elapsed().as_secs_f64();
    let (edits, cpu) = (heard.load(Ordering::Relaxed) - before, server.cpu_seconds()? - cpu);
    while let Some(ended) = running.try_join_next() {
        ended??;
    }
    running.shutdown().await;
    Ok(Run {
        edits: edits as f64 / seconds,
        cpu: 100.0 * cpu / seconds,
        refused: refused.load(Ordering::Relaxed),
    })
}

async fn edit_for_ever(mut client: Client, heard: Arc<AtomicU64>, refused: Arc<AtomicU64>) -> Outcome {
    loop {
        let frame = client.author.edit(now_ns());
        client.socket.send(Message::Text(frame)).await?;
        let own = client.author.id();
        let finder = memmem::Finder::new(&own);
        loop {
            let Message::Text(text) = client.socket.next().await.ok_or("the server closed the socket")??
            else {
                continue;
            };
            if finder.find(text.as_bytes()).is_none() {
                continue;
            }
            if text.starts_with(r#"{"type":"rejected""#) {
                refused.fetch_add(1, Ordering::Relaxed);
                return Err(format!("client {}: {text}", client.number).into());
            }
            heard.fetch_add(1, Ordering::Relaxed);
            break;
        }
    }
}
