//! Everybody at once: connections that are refused, and a room that returns after the server was killed.
use crate::{
    Outcome,
    client::{self, Socket},
    servers::{Kind, Server},
};
use futures::{StreamExt, stream};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio_tungstenite::{connect_async, tungstenite::Message};

/// Refused connections before memory is looked at: what the first ones cost is the server's start.
const FIRST: usize = 1_000;
/// Connections under way at once.
const AT_ONCE: usize = 32;
/// What a client waits after an abnormal close before its jitter, milliseconds: rule R7.
const BEFORE_JITTER_MS: u64 = 3_000;

/// What refusals came to.
pub(crate) struct Refused {
    /// How many.
    pub count: usize,
    /// Resident memory after the first thousand and after the last, bytes.
    pub resident: (u64, u64),
    /// How many a second.
    pub per_second: f64,
}

/// Opens `count` sockets without a token; each must be refused.
pub(crate) async fn refused(server: &Server, count: usize) -> Outcome<Refused> {
    let knock = async |times: usize| -> Outcome {
        let url = format!("ws://{}/dev?team=load-000&cycle=2026-W01", server.address);
        let mut knocks =
            stream::iter((0..times).map(|_| connect_async(url.clone()))).buffer_unordered(AT_ONCE);
        while let Some(answer) = knocks.next().await {
            if answer.is_ok() {
                return Err("a socket without a token opened".into());
            }
        }
        Ok(())
    };
    knock(FIRST.min(count)).await?;
    let before = server.resident_bytes()?;
    let began = Instant::now();
    let rest = count.saturating_sub(FIRST);
    knock(rest).await?;
    let per_second = rest as f64 / began.elapsed().as_secs_f64();
    Ok(Refused { count, resident: (before, server.resident_bytes()?), per_second })
}

/// What a return came to.
pub(crate) struct Return {
    /// How many came back.
    pub clients: usize,
    /// The jitter that the server had sent, milliseconds.
    pub jitter_ms: u64,
    /// The most connections that opened within one second.
    pub worst_second: usize,
    /// From the kill to the last one at the tip, seconds.
    pub whole_s: f64,
    /// Those that did not stand at the tip.
    pub behind: usize,
}

/// Fills one room, kills the server, starts it again on the same data, and lets everybody return as rule R7 says.
pub(crate) async fn comes_back(mut server: Server, clients: usize) -> Outcome<(Server, Return)> {
    let opening = (0..clients).map(|number| client::open(&server.address, server.kind, "load-000", number));
    let opened: Vec<Outcome<Socket>> = stream::iter(opening).buffered(AT_ONCE).collect().await;
    let mut sockets = opened.into_iter().collect::<Outcome<Vec<_>>>()?;
    let (jitter_ms, epoch) = told(&server).await?;
    let mut author = client::join_at(&server.address, Kind::Disk, "load-000", clients).await?;
    let tip = told_version(&mut author.socket).await?;
    let killed = Instant::now();
    server.kill_and_restart()?;
    for socket in &mut sockets {
        while let Some(Ok(_)) = socket.next().await {}
    }
    let mut returns = JoinSet::new();
    for number in 0..clients {
        let (address, epoch) = (server.address.clone(), epoch.clone());
        // Spread evenly and out of order, as randomness would, so that a run can be repeated.
        let jitter = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) % jitter_ms;
        returns.spawn(async move {
            tokio::time::sleep(Duration::from_millis(BEFORE_JITTER_MS + jitter)).await;
            let opened = Instant::now();
            let version = client::back(&address, "load-000", number, &epoch, tip.saturating_sub(1)).await?;
            Outcome::Ok((opened, version))
        });
    }
    let (mut times, mut behind) = (Vec::with_capacity(clients), 0);
    while let Some(done) = returns.join_next().await {
        let (opened, version) = done??;
        times.push(opened);
        behind += usize::from(version < tip);
    }
    times.sort();
    let worst_second = (0..times.len())
        .map(|from| {
            times[from..].iter().take_while(|time| **time - times[from] < Duration::from_secs(1)).count()
        })
        .max()
        .unwrap_or_default();
    let whole_s = killed.elapsed().as_secs_f64();
    Ok((server, Return { clients, jitter_ms, worst_second, whole_s, behind }))
}

/// The jitter and the epoch of a welcome to somebody who joins now.
async fn told(server: &Server) -> Outcome<(u64, String)> {
    let welcome = client::welcome(&server.address, "load-000", 90_000).await?;
    let jitter = welcome["reconnectJitterMs"].as_u64().ok_or("a welcome without jitter")?;
    Ok((jitter, welcome["epoch"].as_str().unwrap_or_default().to_owned()))
}

/// The log's tip.
async fn told_version(socket: &mut Socket) -> Outcome<u64> {
    use futures::SinkExt;
    socket.send(Message::text(r#"{"type":"ping"}"#)).await?;
    let pong = client::until(socket, |text| text.starts_with(r#"{"type":"pong""#)).await?;
    let pong: serde_json::Value = serde_json::from_str(&pong)?;
    Ok(pong["version"].as_u64().ok_or("a pong without a version")?)
}
