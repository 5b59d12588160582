//! Sockets that have joined a room and then do nothing: what each costs the server in memory.
use crate::{
    Outcome,
    client::{self, Socket},
    servers::Server,
};
use futures::{StreamExt, stream};
use std::time::Duration;
use tokio::task::JoinSet;

/// Sockets opened before memory is looked at: what the first ones cost is the server's start.
const FIRST: usize = 200;
/// Sockets that open at once.
const OPENING: usize = 16;
/// Memory stands still when two looks this far apart see the same.
const LOOK: Duration = Duration::from_millis(500);
/// Looks before it is taken as it is.
const MAX_LOOKS: u32 = 20;
/// Numbers of idle clients begin here: they are other users than a load's.
const NUMBERS: usize = 100_000;

/// Idle sockets, read and thrown away so that none of them falls behind.
pub(crate) struct Idle {
    /// What each costs, bytes of resident memory.
    pub bytes_each: f64,
    /// How many are open.
    pub open: usize,
    _readers: JoinSet<()>,
}

/// Opens `count` sockets, spread over the rooms of `teams`.
pub(crate) async fn open(server: &Server, teams: &[String], count: usize) -> Outcome<Idle> {
    let mut readers = JoinSet::new();
    add(server, teams, 0..FIRST.min(count / 2), &mut readers).await?;
    let (before, first) = (settled(server).await?, readers.len());
    add(server, teams, first..count, &mut readers).await?;
    let after = settled(server).await?;
    let bytes_each = after.saturating_sub(before) as f64 / (count - first) as f64;
    Ok(Idle { bytes_each, open: readers.len(), _readers: readers })
}

async fn add(
    server: &Server,
    teams: &[String],
    numbers: std::ops::Range<usize>,
    readers: &mut JoinSet<()>,
) -> Outcome {
    let opening = numbers.map(|number| {
        client::open(&server.address, server.kind, &teams[number % teams.len()], NUMBERS + number)
    });
    let mut opening = stream::iter(opening).buffer_unordered(OPENING);
    while let Some(socket) = opening.next().await {
        let mut socket: Socket = socket?;
        readers.spawn(async move { while let Some(Ok(_)) = socket.next().await {} });
    }
    Ok(())
}

/// Resident memory once it stands still.
async fn settled(server: &Server) -> Outcome<u64> {
    let mut last = server.resident_bytes()?;
    for _ in 0..MAX_LOOKS {
        tokio::time::sleep(LOOK).await;
        let now = server.resident_bytes()?;
        if now == last {
            break;
        }
        last = now;
    }
    Ok(last)
}
