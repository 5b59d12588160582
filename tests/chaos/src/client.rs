//! A reference client on real sockets, real HTTP and a real clock: one task a tab.
use crate::{person::Person, server::Link};
use fastrand::Rng;
use futures_util::{SinkExt, StreamExt};
use reference::{
    Effect, Event, Input, Machine, Outcome, QueueRecord, Status, Timer, frames,
    types::{ChangesResult, Failure, SnapshotResult},
};
use serde_json::Value;
use sheet::{Sheet, canonical};
use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

/// What a tab can be told.
pub enum Command {
    /// Close the page and open it again.
    Reload,
    /// Edit no more.
    Rest,
    /// Say how it stands.
    Report(oneshot::Sender<Report>),
    /// Say what was settled since the last time.
    Settled(oneshot::Sender<Vec<Asked>>),
}

/// How a tab stands.
pub struct Report {
    /// `Jana Hoffmann (admin), tab-3`
    pub who: String,
    /// Asked for and open, or forgotten by a reload.
    pub open: usize,
    /// In the room?
    pub live: bool,
    /// Nothing on its way, nothing missing?
    pub at_rest: bool,
    /// The sheet it holds, in canonical JSON.
    pub sheet: String,
}

/// One call of a person.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The id that it gave to a row or a thread; none for other edits.
    pub made: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// All tabs.
pub struct Tabs {
    tabs: Vec<mpsc::Sender<Command>>,
}

/// Opens `count` tabs, for the people who may edit in turn.
pub fn open_tabs(
    count: u32,
    links: &[Link],
    addresses: &watch::Receiver<Option<SocketAddr>>,
    mut rng: Rng,
) -> Tabs {
    let editors: Vec<&Link> = links.iter().filter(|link| !link.who.contains("viewer")).collect();
    let tabs = (0..count as usize).map(|number| {
        let (commands, told) = mpsc::channel(8);
        let link = editors[number % editors.len()].clone();
        let tab = Tab::new(number, link, addresses.clone(), rng.fork());
        tokio::spawn(tab.live(told));
        commands
    });
    Tabs { tabs: tabs.collect() }
}

impl Tabs {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.tabs.len()
    }

    /// Tells one of them.
    pub async fn tell(&self, tab: usize, command: Command) {
        // A tab that is gone shows when it is to report.
        let _ = self.tabs[tab].send(command).await;
    }

    /// What each says.
    async fn ask<T>(&self, question: impl Fn(oneshot::Sender<T>) -> Command) -> Result<Vec<T>, String> {
        let mut answers = Vec::new();
        for tab in &self.tabs {
            let (answer, told) = oneshot::channel();
            tab.send(question(answer)).await.map_err(|_| "a tab has died")?;
            answers.push(told.await.map_err(|_| "a tab has died")?);
        }
        Ok(answers)
    }

    /// How each stands.
    pub async fn reports(&self) -> Result<Vec<Report>, String> {
        self.ask(Command::Report).await
    }

    /// What was settled since the last time.
    pub async fn settled(&self) -> Result<Vec<Asked>, String> {
        Ok(self.ask(Command::Settled).await?.into_iter().flatten().collect())
    }

    /// Waits until it holds of everybody.
    pub async fn wait(
        &self,
        what: &str,
        patience: Duration,
        holds: impl Fn(&Report) -> bool,
    ) -> Result<(), String> {
        let until = Instant::now() + patience;
        loop {
            let mut waiting = self.reports().await?;
            waiting.retain(|report| !holds(report));
            if waiting.is_empty() {
                return Ok(());
            }
            if Instant::now() > until {
                let who: Vec<String> = waiting.into_iter().map(|report| report.who).collect();
                return Err(format!(
                    "after {} s these do not {what}: {}",
                    patience.as_secs(),
                    who.join("; ")
                ));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends the editing, waits until nothing is on its way and everybody has the same sheet: who has which.
    pub async fn at_rest(&self, patience: Duration) -> Result<Vec<(String, String)>, String> {
        for tab in 0..self.count() {
            self.tell(tab, Command::Rest).await;
        }
        let until = Instant::now() + patience;
        loop {
            self.wait("come to rest", patience, |report| report.live && report.at_rest).await?;
            let reports = self.reports().await?;
            let same = reports.iter().all(|report| report.at_rest && report.sheet == reports[0].sheet);
            if same || Instant::now() > until {
                return Ok(reports.into_iter().map(|report| (report.who, report.sheet)).collect());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// What happens to a tab, for one of its pages.
type News = (u32, Event);

struct Tab {
    name: String,
    link: Link,
    addresses: watch::Receiver<Option<SocketAddr>>,
    rng: Rng,
    http: reqwest::Client,
    machine: Machine,
    page: u32,
    timers: BTreeMap<Timer, Instant>,
    sockets: HashMap<u32, mpsc::UnboundedSender<String>>,
    record: Option<QueueRecord>,
    person: Person,
    settled: Vec<Asked>,
    news: mpsc::UnboundedSender<News>,
    heard: mpsc::UnboundedReceiver<News>,
}

impl Tab {
    fn new(number: usize, link: Link, addresses: watch::Receiver<Option<SocketAddr>>, mut rng: Rng) -> Self {
        let name = format!("tab-{number}");
        let (news, heard) = mpsc::unbounded_channel();
        Self {
            machine: Machine::new(&name, &[], now()),
            person: Person::new(number, rng.fork()),
            http: reqwest::Client::new(),
            page: 0,
            timers: BTreeMap::new(),
            sockets: HashMap::new(),
            record: None,
            settled: Vec::new(),
            name,
            link,
            addresses,
            rng,
            news,
            heard,
        }
    }

    async fn live(mut self, mut told: mpsc::Receiver<Command>) {
        let mut edits = true;
        let mut next_edit = Instant::now();
        self.happens(Event::Start);
        loop {
            let timer = self.timers.iter().map(|(timer, at)| (*at, *timer)).min();
            let due = timer.map_or_else(|| Instant::now() + Duration::from_secs(3600), |(at, _)| at);
            tokio::select! {
                biased;
                command = told.recv() => match command {
                    None => return,
                    Some(Command::Reload) => self.reload(),
                    Some(Command::Rest) => edits = false,
                    Some(Command::Report(answer)) => drop(answer.send(self.report())),
                    Some(Command::Settled(answer)) => drop(answer.send(std::mem::take(&mut self.settled))),
                },
                Some((page, event)) = self.heard.recv() => if page == self.page { self.happens(event) },
                changed = self.addresses.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    // Somebody who sees that it is back does not wait for the next attempt.
                    if self.addresses.borrow_and_update().is_some() {
                        self.happens(Event::Reconnect);
                    }
                }
                () = tokio::time::sleep_until(due), if timer.is_some() => if let Some((_, timer)) = timer {
                    self.timers.remove(&timer);
                    self.happens(Event::Timer { timer });
                },
                () = tokio::time::sleep_until(next_edit), if edits => {
                    next_edit = Instant::now() + Duration::from_millis(self.rng.u64(2..80));
                    if let Some(event) = self.person.wish(self.machine.sheet()) {
                        self.happens(event);
                    }
                }
            }
        }
    }

    fn report(&self) -> Report {
        let sheet = self.machine.confirmed();
        Report {
            who: format!("{}, {}", self.link.who, self.name),
            open: self.machine.state().calls.len(),
            live: self.machine.status() == Status::Live,
            at_rest: self.machine.is_at_rest(),
            sheet: canonical::to_string(&sheet).unwrap_or_default(),
        }
    }

    fn reload(&mut self) {
        self.page += 1;
        self.timers.clear();
        self.sockets.clear();
        let restored: Vec<QueueRecord> = self.record.clone().into_iter().collect();
        self.machine = Machine::new(&self.name, &restored, now());
        self.person.forget();
        self.happens(Event::Start);
    }

    fn happens(&mut self, event: Event) {
        let input = Input { event, now: now(), random: self.rng.f64() };
        for effect in self.machine.step(input) {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Open { socket } => self.open(socket),
            Effect::Close { socket } => drop(self.sockets.remove(&socket)),
            Effect::Send { socket, frame } => {
                let text = serde_json::to_string(&frame).unwrap_or_default();
                if let Some(out) = self.sockets.get(&socket) {
                    // That it is gone is told by its end.
                    let _ = out.send(text);
                }
            }
            Effect::SetTimer { timer, ms } => {
                let wait = Duration::from_millis(u64::try_from(ms).unwrap_or(0));
                self.timers.insert(timer, Instant::now() + wait);
            }
            Effect::ClearTimer { timer } => drop(self.timers.remove(&timer)),
            Effect::FetchSnapshot { request, url, etag } => {
                let (base, get) = self.get(url.as_deref().unwrap_or_default(), etag);
                self.answer(async move {
                    let result = match base {
                        Some(()) => snapshot(get.send().await).await,
                        None => SnapshotResult::Failed(unreachable_now()),
                    };
                    Event::Snapshot { request, result }
                });
            }
            Effect::FetchChanges { request, since, limit } => {
                let (base, get) = self.get(&format!("/changes?since={since}&limit={limit}"), None);
                self.answer(async move {
                    let result = match base {
                        Some(()) => changes(get.send().await).await,
                        None => ChangesResult::Failed(unreachable_now()),
                    };
                    Event::Changes { request, result }
                });
            }
            Effect::Settle { call, outcome } => {
                let made = self.person.settled(call);
                self.settled.push(Asked { made, outcome });
            }
            Effect::Persist { record } => self.record = record,
            // People here type little: no change outgrows a frame, and nobody opens a document.
            Effect::Post { .. }
            | Effect::DocumentCommitted { .. }
            | Effect::DocumentRefused { .. }
            | Effect::DocumentsSkipped
            | Effect::DocumentsWelcomed { .. }
            | Effect::DocumentsVoid => {}
        }
    }

    /// A request to the cycle's address and what follows it, or to a path of the server's own.
    fn get(&self, path: &str, etag: Option<String>) -> (Option<()>, reqwest::RequestBuilder) {
        let address = *self.addresses.borrow();
        let host = address.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 9)));
        let path = if path.starts_with("/api/") {
            path.to_owned()
        } else {
            format!("/api/cycles/{}{path}", crate::server::CYCLE)
        };
        let mut get = self.http.get(format!("http://{host}{path}")).bearer_auth(&self.link.token);
        get = get.timeout(Duration::from_secs(15));
        if let Some(etag) = etag {
            get = get.header("if-none-match", etag);
        }
        (address.map(|_| ()), get)
    }

    fn answer(&self, request: impl Future<Output = Event> + Send + 'static) {
        let (news, page) = (self.news.clone(), self.page);
        tokio::spawn(async move { news.send((page, request.await)) });
    }

    fn open(&mut self, socket: u32) {
        let (out, mut to_send) = mpsc::unbounded_channel::<String>();
        self.sockets.insert(socket, out);
        let (news, page) = (self.news.clone(), self.page);
        let (address, link) = (*self.addresses.borrow(), self.link.clone());
        tokio::spawn(async move {
            let tell = |event: Event| drop(news.send((page, event)));
            let Some(mut stream) = connect(address, &link).await else {
                return tell(Event::Closed { socket, code: 1006 });
            };
            tell(Event::Opened { socket });
            loop {
                tokio::select! {
                    text = to_send.recv() => match text {
                        Some(text) => if stream.send(Message::text(text)).await.is_err() { break },
                        // The page has left it.
                        None => return drop(stream.close(None).await),
                    },
                    message = stream.next() => match message {
                        Some(Ok(Message::Text(text))) => tell(Event::Frame { socket, text: text.to_string() }),
                        Some(Ok(Message::Close(close))) => {
                            let code = close.map_or(1005, |close| close.code.into());
                            return tell(Event::Closed { socket, code });
                        }
                        Some(Ok(_)) => {}
                        Some(Err(_)) | None => break,
                    },
                }
            }
            tell(Event::Closed { socket, code: 1006 });
        });
    }
}

type Stream = tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>;

async fn connect(address: Option<SocketAddr>, link: &Link) -> Option<Stream> {
    let address = address?;
    let mut request = format!("ws://{address}/dev?{}", link.query).into_client_request().ok()?;
    let offer = format!("cyclesheet.v1, bearer.{}", link.token);
    request.headers_mut().insert("sec-websocket-protocol", offer.parse().ok()?);
    request.headers_mut().insert("origin", format!("http://{address}").parse().ok()?);
    let tcp = tokio::net::TcpStream::connect(address).await.ok()?;
    Some(tokio_tungstenite::client_async(request, tcp).await.ok()?.0)
}

type Answer = Result<reqwest::Response, reqwest::Error>;

async fn snapshot(answer: Answer) -> SnapshotResult {
    let (status, body) = match read(answer).await {
        Ok(read) => read,
        Err(failure) => return SnapshotResult::Failed(failure),
    };
    if status == 304 {
        return SnapshotResult::NotModified;
    }
    let sheet = body.get("snapshot").unwrap_or(&body);
    match serde_json::from_value::<Sheet>(sheet.clone()) {
        Ok(sheet) if status == 200 => {
            let epoch = body["epoch"].as_str().map(str::to_owned);
            SnapshotResult::Sheet { epoch, sheet: Box::new(sheet) }
        }
        _ => SnapshotResult::Failed(failure(status, &body)),
    }
}

async fn changes(answer: Answer) -> ChangesResult {
    let (status, body) = match read(answer).await {
        Ok(read) => read,
        Err(failure) => return ChangesResult::Failed(failure),
    };
    let listed = serde_json::from_value::<Vec<frames::Announced>>(body["changes"].clone());
    match (listed, body["version"].as_u64()) {
        (Ok(changes), Some(version)) if status == 200 => ChangesResult::Changes { version, changes },
        _ => ChangesResult::Failed(failure(status, &body)),
    }
}

async fn read(answer: Answer) -> Result<(u16, Value), Failure> {
    let none = |error: reqwest::Error| Failure { status: None, code: None, message: error.to_string() };
    let answer = answer.map_err(none)?;
    let status = answer.status().as_u16();
    let body = answer.bytes().await.map_err(none)?;
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

fn failure(status: u16, body: &Value) -> Failure {
    let word = |field: &str| body[field].as_str().map(str::to_owned);
    Failure { status: Some(status), code: word("code"), message: word("message").unwrap_or_default() }
}

fn unreachable_now() -> Failure {
    Failure { status: None, code: None, message: "nobody is there".to_owned() }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
