//! Everybody at once: connections that are refused, and rooms that return after the server was killed.
use crate::{
    Outcome,
    client::{self, Socket},
    servers::Server,
};
use futures::{SinkExt, StreamExt, stream};
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
    /// The number of sockets.
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
    /// How many came back, and in how many rooms they sit.
    pub clients: usize,
    pub rooms: usize,
    /// The jitter that the server had sent, milliseconds.
    pub jitter_ms: u64,
    /// The most connections that were begun within one second.
    pub worst_second: usize,
    /// From the kill until the server was ready again, and until the last one stood at the tip, seconds.
    pub ready_s: f64,
    pub whole_s: f64,
    /// Those that did not follow the tip.
    pub behind: usize,
}

/// A room before the server is killed.
struct Room {
    team: String,
    sockets: Vec<Socket>,
    tip: u64,
    epoch: String,
}

/// Fills rooms of `people`, kills the server, starts it again on the same data, and lets everybody return as rule R7 says.
pub(crate) async fn comes_back(server: &mut Server, teams: &[String], people: usize) -> Outcome<Return> {
    let mut rooms = Vec::with_capacity(teams.len());
    for (nth, team) in teams.iter().enumerate() {
        rooms.push(fill(server, team, nth * people, people).await?);
    }
    let jitter_ms = jitter(server, &teams[0]).await?;
    let killed = Instant::now();
    server.kill_and_restart()?;
    let ready_s = killed.elapsed().as_secs_f64();
    let mut returns = JoinSet::new();
    for (nth, room) in rooms.iter_mut().enumerate() {
        for socket in &mut room.sockets {
            while let Some(Ok(_)) = socket.next().await {}
        }
        for number in nth * people..(nth + 1) * people {
            // Spread evenly and out of order, as randomness would, so that a run can be repeated.
            let jitter = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) % jitter_ms;
            let (team, address) = (room.team.clone(), server.address.clone());
            let (epoch, tip) = (room.epoch.clone(), room.tip);
            returns.spawn(async move {
                tokio::time::sleep(Duration::from_millis(BEFORE_JITTER_MS + jitter)).await;
                let began = Instant::now();
                let (socket, version) =
                    client::back(&address, &team, number, &epoch, tip.saturating_sub(1)).await?;
                Outcome::Ok((began, version >= tip, socket))
            });
        }
    }
    let (mut times, mut behind, mut stay) = (Vec::with_capacity(returns.len()), 0, Vec::new());
    while let Some(done) = returns.join_next().await {
        let (began, at_tip, socket) = done??;
        times.push(began);
        behind += usize::from(!at_tip);
        stay.push(socket);
    }
    let whole_s = killed.elapsed().as_secs_f64();
    let (clients, worst_second) = (times.len(), worst_second(&mut times));
    Ok(Return { clients, rooms: rooms.len(), jitter_ms, worst_second, ready_s, whole_s, behind })
}

/// Fills one room; the last to come writes, so that there is something to have missed. Nobody is in two rooms: the
/// eleventh socket of one person closes their first.
async fn fill(server: &Server, team: &str, first: usize, people: usize) -> Outcome<Room> {
    let opening =
        (first + 1..first + people).map(|number| client::open(&server.address, server.kind, team, number));
    let opened: Vec<Outcome<Socket>> = stream::iter(opening).buffered(AT_ONCE).collect().await;
    let mut sockets = opened.into_iter().collect::<Outcome<Vec<_>>>()?;
    let mut author = client::join(server, team, first).await?;
    let pong = pong(&mut author.socket).await?;
    sockets.push(author.socket);
    let tip = pong["version"].as_u64().ok_or("a pong without a version")?;
    let epoch = pong["epoch"].as_str().ok_or("a pong without an epoch")?.to_owned();
    Ok(Room { team: team.to_owned(), sockets, tip, epoch })
}

/// The jitter in the welcome of somebody who joins a full room and leaves.
async fn jitter(server: &Server, team: &str) -> Outcome<u64> {
    let welcome = client::welcome(&server.address, team, 90_000).await?;
    Ok(welcome["reconnectJitterMs"].as_u64().ok_or("a welcome without jitter")?)
}

async fn pong(socket: &mut Socket) -> Outcome<serde_json::Value> {
    socket.send(Message::text(r#"{"type":"ping"}"#)).await?;
    Ok(serde_json::from_str(&client::until(socket, |text| text.starts_with(r#"{"type":"pong""#)).await?)?)
}

/// The most of `times` that lie within one second.
fn worst_second(times: &mut [Instant]) -> usize {
    times.sort();
    let within = |from: usize| {
        times[from..].iter().take_while(|time| **time - times[from] < Duration::from_secs(1)).count()
    };
    (0..times.len()).map(within).max().unwrap_or_default()
}
