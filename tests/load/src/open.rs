//! W1 and W2: edits by the clock, and how long each takes to every other client of its room.
//!
//! A thread of its own keeps the clock, because the runtime's timers are no finer than a millisecond. What an edit waits
//! for before it is written to its socket counts as delay, like everything after.
use crate::{
    Outcome,
    client::{self, Author, Client, edits, now_ns},
    servers::Server,
};
use futures::{SinkExt, StreamExt, stream, stream::SplitStream};
use hdrhistogram::Histogram;
use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::{
    sync::mpsc,
    task::{JoinHandle, LocalSet},
};
use tokio_tungstenite::tungstenite::Message;

/// Clients that join at once while a load is set up.
const JOINING: usize = 16;
/// How long deliveries may be late after the last edit before they count as lost.
const LATE: Duration = Duration::from_secs(10);
/// The longest delay that the histogram tells apart, microseconds.
const MAX_DELAY_US: u64 = 60_000_000;

/// An open load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Rooms.
    pub rooms: usize,
    /// Clients in each.
    pub clients: usize,
    /// Edits a second, in all rooms together.
    pub rate: usize,
    /// Before anything counts.
    pub warm_up: Duration,
    /// What counts.
    pub measured: Duration,
}

/// What a run of a load came to.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// Delays from due to delivered at another client, milliseconds.
    pub p50: f64,
    /// The same.
    pub p95: f64,
    /// The same.
    pub p99: f64,
    /// The server's processor time by the clock's, in percent of one processor.
    pub cpu: f64,
    /// Bytes of text per change delivered.
    pub bytes: f64,
    /// Deliveries to other clients a second.
    pub deliveries: f64,
    /// Deliveries that did not come.
    pub lost: u64,
    /// Edits that the server refused.
    pub refused: u64,
}

/// What the clients of a run have seen.
struct Seen {
    delays_us: Histogram<u64>,
    /// Only edits that were due in here count.
    from_ns: u64,
    until_ns: u64,
    delivered: u64,
    bytes: u64,
    changes: u64,
    refused: u64,
    authors: Vec<Author>,
}

impl Seen {
    fn text(&mut self, me: usize, text: &str) {
        let now = now_ns();
        if text.starts_with(r#"{"type":"rejected""#) {
            self.refused += 1;
            let frame: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
            if let (Some(value), Some(author)) =
                (frame["current"]["value"].as_str(), self.authors.get_mut(me))
            {
                author.value = value.to_owned();
            }
            return;
        }
        let before = self.changes;
        for (due, author) in edits(text.as_bytes()) {
            if !(self.from_ns..self.until_ns).contains(&due) {
                continue;
            }
            self.changes += 1;
            if author != me {
                self.delivered += 1;
                self.delays_us.saturating_record((now.saturating_sub(due) / 1_000).max(1));
            }
        }
        if self.changes > before {
            self.bytes += text.len() as u64;
        }
    }
}

/// Runs `load` against `server` once.
pub(crate) async fn run(server: &Server, load: Load, teams: &[String]) -> Outcome<Run> {
    LocalSet::new().run_until(measure(server, load, teams)).await
}

async fn measure(server: &Server, load: Load, teams: &[String]) -> Outcome<Run> {
    let clients = join_all(server, load, teams).await?;
    let count = clients.len();
    let seen = Rc::new(RefCell::new(Seen {
        delays_us: Histogram::new_with_bounds(1, MAX_DELAY_US, 3)?,
        from_ns: u64::MAX,
        until_ns: u64::MAX,
        delivered: 0,
        bytes: 0,
        changes: 0,
        refused: 0,
        authors: Vec::with_capacity(count),
    }));
    let (mut sinks, mut readers) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for Client { number, socket, author } in clients {
        let (sink, stream) = socket.split();
        sinks.push(sink);
        seen.borrow_mut().authors.push(author);
        readers.push(read(stream, number, seen.clone()));
    }
    let interval_ns = 1_000_000_000 / load.rate as u64;
    let warm = load.warm_up.as_nanos() as u64 / interval_ns;
    let total = warm + load.measured.as_nanos() as u64 / interval_ns;
    let start_ns = now_ns() + 50_000_000;
    let due_ns = move |edit: u64| start_ns + edit * interval_ns;
    {
        let mut seen = seen.borrow_mut();
        (seen.from_ns, seen.until_ns) = (due_ns(warm), due_ns(total));
    }
    let mut ticks = clock(total, due_ns);
    let (mut cpu, mut began) = (server.cpu_seconds()?, Instant::now());
    while let Some(edit) = ticks.recv().await {
        if edit == warm {
            (cpu, began) = (server.cpu_seconds()?, Instant::now());
        }
        let who = (edit % count as u64) as usize;
        let frame = seen.borrow_mut().authors[who].edit(due_ns(edit));
        sinks[who].send(Message::Text(frame)).await?;
    }
    let cpu = 100.0 * (server.cpu_seconds()? - cpu) / began.elapsed().as_secs_f64();
    let expected = (total - warm) * (load.clients as u64 - 1);
    let last = Instant::now();
    while seen.borrow().delivered < expected && last.elapsed() < LATE {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    readers.iter().for_each(JoinHandle::abort);
    let seen = seen.borrow();
    let ms = |quantile| seen.delays_us.value_at_quantile(quantile) as f64 / 1_000.0;
    Ok(Run {
        p50: ms(0.50),
        p95: ms(0.95),
        p99: ms(0.99),
        cpu,
        bytes: seen.bytes as f64 / seen.changes.max(1) as f64,
        deliveries: seen.delivered as f64 / load.measured.as_secs_f64(),
        lost: expected.saturating_sub(seen.delivered),
        refused: seen.refused,
    })
}

/// Client `n` is in room `n % rooms`, so that edits that follow each other go to different rooms.
async fn join_all(server: &Server, load: Load, teams: &[String]) -> Outcome<Vec<Client>> {
    let count = load.rooms * load.clients;
    let joins = (0..count).map(|number| client::join(server, &teams[number % load.rooms], number));
    let joined: Vec<Outcome<Client>> = stream::iter(joins).buffered(JOINING).collect().await;
    joined.into_iter().collect()
}

fn read(mut stream: SplitStream<client::Socket>, number: usize, seen: Rc<RefCell<Seen>>) -> JoinHandle<()> {
    tokio::task::spawn_local(async move {
        while let Some(Ok(message)) = stream.next().await {
            if let Message::Text(text) = message {
                seen.borrow_mut().text(number, &text);
            }
        }
    })
}

/// The number of each edit when it is due.
fn clock(total: u64, due_ns: impl Fn(u64) -> u64 + Send + 'static) -> mpsc::UnboundedReceiver<u64> {
    let (tick, ticks) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for edit in 0..total {
            std::thread::sleep(Duration::from_nanos(due_ns(edit).saturating_sub(now_ns())));
            if tick.send(edit).is_err() {
                return;
            }
        }
    });
    ticks
}
