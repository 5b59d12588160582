//! What an idle socket costs: opens N sockets from a child process and prints the growth of resident memory.
//!
//! `cargo run --release --example idle -- 5000` (Linux; mind `ulimit -n`). Each socket then gets one post of 100 KB
//! and sends one message, and the figure is printed again, so that buffers kept after use would show.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use gateway::{
    AuthorizerError, AuthorizerEvent, AuthorizerResponse, BoxFuture, Config, Event, Gateway, Id, Integration,
    IntegrationError, ProxyResponse, Route, SystemClock, Utf8Bytes,
};
use parking_lot::Mutex;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The length of the post that every socket gets.
const POST_BYTES: usize = 100 * 1024;
/// The handshake of a client, with a User-Agent as long as a browser's.
const HANDSHAKE: &str = "GET /dev HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n\r\n";
/// A masked text frame: `hi`, mask zero.
const MESSAGE: [u8; 8] = [0x81, 0x82, 0, 0, 0, 0, b'h', b'i'];

/// Remembers who is there, and gives each an authorizer's context of an ordinary size.
#[derive(Clone, Default)]
struct Counting {
    ids: Arc<Mutex<Vec<Id>>>,
    messages: Arc<AtomicUsize>,
}

impl Integration for Counting {
    fn invoke(&self, route: Route, event: Event) -> BoxFuture<'_, Result<ProxyResponse, IntegrationError>> {
        match route {
            Route::Connect => self.ids.lock().push(event.request_context.connection_id),
            Route::Default => _ = self.messages.fetch_add(1, Ordering::Relaxed),
            _ => {}
        }
        Box::pin(async { Ok(ProxyResponse::status(200)) })
    }

    fn authorize(
        &self,
        _: AuthorizerEvent,
    ) -> BoxFuture<'_, Result<Option<AuthorizerResponse>, AuthorizerError>> {
        let response = AuthorizerResponse::allow("user-0123456789")
            .with_context("tenant", "acme")
            .with_context("team", "platform")
            .with_context("name", "Ada Lovelace")
            .with_context("role", "editor")
            .with_context("exp", "1795190327");
        Box::pin(async { Ok(Some(response)) })
    }
}

fn resident_bytes() -> Result<usize, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<usize>()? * 1024)
}

/// The child: opens the sockets, says so, reads a post on each and answers it, says so, and waits to be let go.
fn client(address: SocketAddr, sockets: usize) -> Outcome {
    let mut open = Vec::with_capacity(sockets);
    let mut buffer = vec![0; 64 * 1024];
    for _ in 0..sockets {
        let mut socket = TcpStream::connect(address)?;
        socket.write_all(HANDSHAKE.as_bytes())?;
        let mut read = 0;
        while !buffer[..read].ends_with(b"\r\n\r\n") {
            match socket.read(&mut buffer[read..])? {
                0 => return Err("closed during the handshake".into()),
                more => read += more,
            }
        }
        open.push(socket);
    }
    println!("open");
    for socket in &mut open {
        // Four frames of up to 32 KB, each with a header of 4 bytes.
        let mut left = POST_BYTES + 4 * POST_BYTES.div_ceil(gateway::MAX_FRAME_BYTES);
        while left > 0 {
            match socket.read(&mut buffer)? {
                0 => return Err("closed during the post".into()),
                more => left = left.saturating_sub(more),
            }
        }
        socket.write_all(&MESSAGE)?;
    }
    println!("read");
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, role, address, sockets] = arguments.as_slice()
        && role == "client"
    {
        return client(address.parse()?, sockets.parse()?);
    }
    let sockets: usize = arguments.get(1).map_or(Ok(5_000), |argument| argument.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let counting = Counting::default();
    let (gateway, address) = runtime.block_on(async {
        let gateway = Gateway::new(Config::default(), SystemClock, counting.clone())?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(gateway::serve(listener, gateway.router(), std::future::pending()));
        Ok::<_, Box<dyn std::error::Error>>((gateway, address))
    })?;

    let before = resident_bytes()?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(["client", &address.to_string(), &sockets.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no stdout")?).lines();
    let per_socket =
        || Ok::<_, Box<dyn std::error::Error>>(resident_bytes()?.saturating_sub(before) / sockets);
    lines.next().ok_or("the client ended")??;
    println!("{} idle sockets: {} bytes each", gateway.connections(), per_socket()?);

    let post = Utf8Bytes::from("x".repeat(POST_BYTES));
    for id in counting.ids.lock().iter() {
        gateway.post(id, post.clone())?;
    }
    drop(post);
    lines.next().ok_or("the client ended")??;
    while counting.messages.load(Ordering::Relaxed) < sockets {
        thread::sleep(Duration::from_millis(10));
    }
    println!("after a post of 100 KB and a message on each: {} bytes each", per_socket()?);

    drop(child.stdin.take());
    child.wait()?;
    runtime.block_on(gateway.shutdown(Duration::from_secs(5)));
    Ok(())
}
