//! Somebody's pings while 24 sockets of the same room send as fast as they may.
//!
//! The floods run on a thread of their own, so that what they cost is not counted as the pings' delay. A socket that is
//! closed for it comes back at once, as an attacker's would.
use crate::{
    Outcome,
    client::{self, Socket},
    servers::Server,
};
use futures::{SinkExt, StreamExt};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// Sockets that flood.
pub(crate) const SOCKETS: usize = 24;
/// People who ping, each often enough for the protocol's rate of pings (F9: 30 in ten seconds).
const PROBES: usize = 10;
/// Between two pings of one of them.
const EVERY: Duration = Duration::from_millis(350);
/// Changes in the room before anybody floods it: what a replay reads. Their authors stay within the rates of a deployment.
const CHANGES: usize = AUTHORS * 75;
const AUTHORS: usize = 4;
/// Mentions in a frame: as many as fit into one.
const MENTIONS: usize = 6_000;
/// A pause before a closed socket comes back, so that the load is the frames and not the loopback's handshakes.
const BACK_AFTER: Duration = Duration::from_millis(50);
/// Numbers of flooding clients begin here.
const NUMBERS: usize = 200_000;

/// What is sent over and over.
#[derive(Clone, Copy)]
pub(crate) enum Flood {
    /// Everything the room has ever said.
    Replay,
    /// Changes with thousands of mentions.
    Mentions,
    /// The shortest frame that says nothing.
    Tiny,
    /// Pings of the WebSocket protocol.
    Pings,
}

impl Flood {
    pub(crate) const ALL: [Self; 4] = [Self::Replay, Self::Mentions, Self::Tiny, Self::Pings];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Replay => "`replay` of the whole log",
            Self::Mentions => "changes with 6,000 mentions",
            Self::Tiny => "`{}`",
            Self::Pings => "ping frames",
        }
    }

    fn message(self, number: usize) -> Message {
        match self {
            Self::Replay => Message::text(r#"{"type":"replay","since":0}"#),
            Self::Mentions => {
                let mentions = vec![r#""u1""#; MENTIONS].join(",");
                let op = format!(
                    r#"{{"op":"COMMENT_ADD","commentId":"c1","taskId":"b1","text":"look","mentions":[{mentions}]}}"#
                );
                Message::text(format!(r#"{{"type":"change","id":"f{number}.1","base":0,"ops":[{op}]}}"#))
            }
            Self::Tiny => Message::text("{}"),
            Self::Pings => Message::Ping(Bytes::from_static(b"?")),
        }
    }
}

/// What was measured, milliseconds.
pub(crate) struct Run {
    /// The 95th percentile of the pings' delay with nobody else.
    pub quiet: f64,
    /// The same during the flood.
    pub flooded: f64,
    /// The longest delay during the flood.
    pub longest: f64,
    /// Frames that the flooding sockets got rid of, a second.
    pub frames: f64,
    /// How often a flooding socket was closed.
    pub closed: u64,
}

/// Measures one flood.
pub(crate) async fn run(server: &Server, team: &str, flood: Flood, each: Duration) -> Outcome<Run> {
    for number in 1..=AUTHORS {
        let mut author = client::join(server, team, number).await?;
        for _ in 0..CHANGES / AUTHORS {
            author.socket.send(Message::Text(author.author.edit(client::now_ns()))).await?;
            let own = author.author.id();
            client::until(&mut author.socket, |text| text.contains(&own)).await?;
        }
    }
    let mut probes = Vec::new();
    for number in 0..PROBES {
        probes.push(client::open(&server.address, server.kind, team, 1_000 + number).await?);
    }
    let (probes, quiet) = ping(probes, each).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let counted = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    let (address, kind, team) = (server.address.clone(), server.kind, team.to_owned());
    let (stopped, counts) = (stop.clone(), counted.clone());
    let flooding = std::thread::spawn(move || -> Outcome {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async move {
            let mut sockets = JoinSet::new();
            for number in NUMBERS..NUMBERS + SOCKETS {
                let (address, team, stop, counts) =
                    (address.clone(), team.clone(), stopped.clone(), counts.clone());
                sockets.spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        if let Ok(socket) = client::open(&address, kind, &team, number).await {
                            send(socket, flood.message(number), &stop, &counts.0).await;
                            counts.1.fetch_add(1, Ordering::Relaxed);
                        }
                        tokio::time::sleep(BACK_AFTER).await;
                    }
                });
            }
            while sockets.join_next().await.is_some() {}
            Ok(())
        })
    });
    let begun = Instant::now();
    let measured = ping(probes, each).await;
    stop.store(true, Ordering::Relaxed);
    let took = begun.elapsed().as_secs_f64();
    flooding.join().map_err(|_| "the flood panicked")??;
    let (_, flooded) = measured?;
    let p95 = |delays: &[f64]| delays.get(delays.len() * 95 / 100).copied().unwrap_or(f64::NAN);
    Ok(Run {
        quiet: p95(&quiet),
        flooded: p95(&flooded),
        longest: flooded.last().copied().unwrap_or(f64::NAN),
        frames: counted.0.load(Ordering::Relaxed) as f64 / took,
        closed: counted.1.load(Ordering::Relaxed).saturating_sub(SOCKETS as u64),
    })
}

/// Sends until the socket ends, or until it is enough, and reads what comes back into nothing.
async fn send(socket: Socket, message: Message, stop: &AtomicBool, sent: &AtomicU64) {
    let (mut sink, mut stream) = socket.split();
    let sending = async {
        while !stop.load(Ordering::Relaxed) && sink.send(message.clone()).await.is_ok() {
            sent.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    };
    let reading = async {
        while let Some(Ok(message)) = stream.next().await {
            if message.is_close() || stop.load(Ordering::Relaxed) {
                break;
            }
        }
    };
    tokio::select! { () = sending => {}, () = reading => {} }
}

/// Pings by turns for `long`; the sockets back, and the delays in milliseconds, shortest first.
async fn ping(sockets: Vec<Socket>, long: Duration) -> Outcome<(Vec<Socket>, Vec<f64>)> {
    let mut pinging = JoinSet::new();
    let count = sockets.len() as u32;
    for (number, mut socket) in sockets.into_iter().enumerate() {
        pinging.spawn(async move {
            let begun = Instant::now();
            let mut due = EVERY * number as u32 / count;
            let mut delays = Vec::new();
            while due < long {
                tokio::time::sleep_until((begun + due).into()).await;
                let asked = Instant::now();
                socket.send(Message::text(r#"{"type":"ping"}"#)).await?;
                client::until(&mut socket, |text| text.starts_with(r#"{"type":"pong""#)).await?;
                delays.push(asked.elapsed().as_secs_f64() * 1_000.0);
                // After a long delay the next ping is not sent at once: more than the rate would be refused.
                due = (due + EVERY).max(begun.elapsed());
            }
            Outcome::Ok((socket, delays))
        });
    }
    let (mut sockets, mut delays) = (Vec::new(), Vec::new());
    while let Some(ended) = pinging.join_next().await {
        let (socket, mut own) = ended??;
        sockets.push(socket);
        delays.append(&mut own);
    }
    delays.sort_by(f64::total_cmp);
    Ok((sockets, delays))
}
