//! What posts cost: a room of 50 sockets, 250 messages a second, each posted to all 50: 12,500 posts a second.
//!
//! `cargo run --release --example posts` (Linux) prints the processor time that the gateway's process used over ten
//! seconds; the clients are a process of their own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Command, Stdio},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use gateway::{
    BoxFuture, Config, Event, Gateway, Id, Integration, IntegrationError, ProxyResponse, Route, SystemClock,
    Utf8Bytes,
};
use parking_lot::Mutex;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Sockets in the room.
const SOCKETS: usize = 50;
/// Messages a second, from all sockets together.
const MESSAGES_PER_SECOND: usize = 250;
/// How long it goes on.
const SECONDS: usize = 10;
/// The length of a message and of each post: an edit with its author.
const TEXT_BYTES: usize = 300;
/// Linux counts processor time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(Clone, Default)]
struct Room {
    gateway: Arc<OnceLock<Gateway>>,
    ids: Arc<Mutex<Vec<Id>>>,
    posts: Arc<AtomicUsize>,
}

impl Integration for Room {
    fn invoke(&self, route: Route, event: Event) -> BoxFuture<'_, Result<ProxyResponse, IntegrationError>> {
        match (route, event.body, self.gateway.get()) {
            (Route::Connect, _, _) => self.ids.lock().push(event.request_context.connection_id),
            (Route::Default, Some(text), Some(gateway)) => {
                for id in self.ids.lock().iter() {
                    if gateway.post(id, text.clone()).is_ok() {
                        self.posts.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
            _ => {}
        }
        Box::pin(async { Ok(ProxyResponse::status(200)) })
    }
}

fn cpu_seconds() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name in brackets may hold spaces; user and system time are fields 14 and 15 of the line.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / TICKS_PER_SECOND)
}

fn client(address: SocketAddr) -> Outcome {
    let mut sockets = Vec::new();
    for _ in 0..SOCKETS {
        let mut socket = TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        socket.write_all(
            b"GET /dev HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
              Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        )?;
        let (mut buffer, mut read) = ([0; 4096], 0);
        while !buffer[..read].ends_with(b"\r\n\r\n") {
            read += socket.read(&mut buffer[read..])?;
        }
        let mut reader = socket.try_clone()?;
        thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while reader.read(&mut buffer).is_ok_and(|read| read > 0) {}
        });
        sockets.push(socket);
    }
    println!("open");
    let mut message = vec![0x81, 0x80 | 126];
    message.extend_from_slice(&(TEXT_BYTES as u16).to_be_bytes());
    message.extend_from_slice(&[0; 4]);
    message.extend_from_slice("x".repeat(TEXT_BYTES).as_bytes());
    let start = Instant::now();
    for index in 0..MESSAGES_PER_SECOND * SECONDS {
        let due = start + Duration::from_secs(1) * index as u32 / MESSAGES_PER_SECOND as u32;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        sockets[index % SOCKETS].write_all(&message)?;
    }
    println!("sent");
    Ok(())
}

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, role, address] = arguments.as_slice()
        && role == "client"
    {
        return client(address.parse()?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let room = Room::default();
    let address = runtime.block_on(async {
        let gateway = Gateway::new(Config::default(), SystemClock, room.clone())?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(gateway::serve(listener, gateway.router(), std::future::pending()));
        let _ = room.gateway.set(gateway);
        Ok::<_, Box<dyn std::error::Error>>(address)
    })?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(["client", &address.to_string()])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no stdout")?).lines();
    lines.next().ok_or("the client ended")??;
    let (before, start) = (cpu_seconds()?, Instant::now());
    lines.next().ok_or("the client ended")??;
    let (used, elapsed) = (cpu_seconds()? - before, start.elapsed().as_secs_f64());
    child.wait()?;
    let posts = room.posts.load(Ordering::Relaxed);
    println!("{posts} posts of {TEXT_BYTES} bytes in {elapsed:.1} s: {:.0} a second", posts as f64 / elapsed);
    println!("{:.1} % of one core, {:.1} µs a post", 100.0 * used / elapsed, 1e6 * used / posts as f64);

    // The queueing alone, without the network.
    let gateway = room.gateway.get().ok_or("no gateway")?;
    let text = Utf8Bytes::from("x".repeat(TEXT_BYTES));
    let rounds = 200_000;
    let start = Instant::now();
    for _ in 0..rounds {
        let _ = gateway.post("AAAAAAAAAAAAAAA=", text.clone());
    }
    println!("{:.0} ns to find that a socket is gone", start.elapsed().as_nanos() as f64 / f64::from(rounds));
    Ok(())
}
