//! A room in virtual time: several clients and one model server that orders their changes with `sheet::check`, joined
//! by a network that loses, repeats, delays and reorders what the seed tells it to.
//!
//! The server keeps what a client relies on: one log, de-duplication, checks on the tip, strongly read tips in every
//! answer. It is a model, small enough to trust; the real functions and the real store are simulated elsewhere.
//!
//! - [`World`]: time and the network; `member` the clients; `server` the room; `actions` what people do.
mod actions;
mod member;
pub mod notes;
mod server;

pub use actions::{Action, What};
pub use member::Member;
pub use server::Server;

use crate::page::Page;
use cyclesheet_client::{
    frames::{Announced, ServerFrame},
    types::{ChangesResult, ClientFrame, Effect, Event, Failure, PostResult, SnapshotResult},
};
use fastrand::Rng;
use serde_json::Value;
use std::collections::BTreeMap;

/// When the first event of a world happens.
pub const T0: i64 = 1_795_000_000_000;

/// How the network misbehaves; probabilities from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// A frame from the server is lost: a broadcast that died.
    pub loss: f64,
    /// A frame of either direction arrives twice.
    pub twice: f64,
    /// A change is committed and nobody receives it: the function died in between.
    pub crash: f64,
    /// A change, or a hello, is answered with a code that asks for patience.
    pub busy: f64,
    /// Sockets break, per client and second.
    pub breaks: f64,
    /// An HTTP request fails, or has another answer than the expected one.
    pub http: f64,
    /// A change is announced without its ops, or a snapshot by its address.
    pub omitted: f64,
    /// Longest delay of a frame, milliseconds: what is sent later may arrive earlier.
    pub delay_ms: i64,
}

/// Nothing misbehaves.
pub const CALM: Weather = Weather {
    loss: 0.0,
    twice: 0.0,
    crash: 0.0,
    busy: 0.0,
    breaks: 0.0,
    http: 0.0,
    omitted: 0.0,
    delay_ms: 30,
};

impl Weather {
    /// Some of everything; now and then, of one thing much.
    pub fn storm(rng: &mut Rng) -> Self {
        let mut some = |most: f64| if rng.bool() { 0.0 } else { rng.f64() * most };
        let (loss, twice, crash, busy) = (some(0.4), some(0.4), some(0.3), some(0.3));
        let (breaks, http, omitted) = (some(0.2), some(0.5), some(0.3));
        Self { loss, twice, crash, busy, breaks, http, omitted, delay_ms: rng.i64(1..4_000) }
    }
}

/// Something on its way, for one page of one member; what was under way for an earlier page is void, but for what was
/// sent: that reaches the server even if the page is gone by then.
enum Parcel {
    Open(u32),
    ToServer(u32, ClientFrame),
    ToClient(u32, String),
    Input(Event),
}

/// The whole world.
pub struct World {
    /// Milliseconds since 1970.
    pub now: i64,
    /// How the network is now.
    pub weather: Weather,
    /// The room.
    pub server: Server,
    /// The clients.
    pub members: Vec<Member>,
    /// Pages that have closed, as they were recorded.
    pub pages: Vec<Page>,
    rng: Rng,
    agenda: BTreeMap<(i64, u64), (usize, u32, Parcel)>,
    order: u64,
    /// The server's clock minus everybody's.
    skew_ms: i64,
}

impl World {
    /// A room of `people`, all of whom have just opened their page.
    pub fn new(seed: u64, people: usize) -> Self {
        let mut world = Self {
            now: T0,
            weather: CALM,
            server: Server::new(people),
            members: Vec::new(),
            pages: Vec::new(),
            rng: Rng::with_seed(seed),
            agenda: BTreeMap::new(),
            order: 0,
            skew_ms: 0,
        };
        world.skew_ms = world.rng.i64(-90_000..90_000);
        world.members = (0..people).map(|number| Member::new(number, T0)).collect();
        for member in 0..people {
            world.input(member, Event::Start);
        }
        world
    }

    /// Lets `ms` pass.
    pub fn run(&mut self, ms: i64) {
        let until = self.now + ms;
        loop {
            let parcel = self.agenda.keys().next().copied();
            let timer =
                self.members.iter().enumerate().filter_map(|(i, member)| Some((member.next_timer()?, i)));
            let timer = timer.min();
            match (parcel, timer) {
                (Some(key), timer) if key.0 <= until && timer.is_none_or(|((at, _), _)| key.0 <= at) => {
                    self.now = self.now.max(key.0);
                    if let Some((member, page, parcel)) = self.agenda.remove(&key) {
                        self.deliver(member, page, parcel);
                    }
                }
                (_, Some(((at, timer), member))) if at <= until => {
                    self.now = self.now.max(at);
                    self.members[member].timers.remove(&timer);
                    self.input(member, Event::Timer { timer });
                }
                _ => break,
            }
        }
        self.now = until;
    }

    /// A second in which the weather breaks sockets.
    pub fn second(&mut self) {
        for member in 0..self.members.len() {
            if self.chance(self.weather.breaks) {
                self.cut(member);
            }
        }
        self.run(1_000);
        self.fetch_notes();
    }

    /// The sockets of a member break; the browser notices.
    pub fn cut(&mut self, member: usize) {
        let sockets: Vec<u32> = std::mem::take(&mut self.members[member].sockets).into_keys().collect();
        for socket in sockets {
            let code = if self.rng.bool() { 1006 } else { 1001 };
            self.input(member, Event::Closed { socket, code });
        }
    }

    /// The page is closed and opened again.
    pub fn reload(&mut self, member: usize) {
        let page = self.members[member].reload(self.now);
        self.pages.push(page);
        self.input(member, Event::Start);
    }

    /// Something happens to a member; what follows from it is carried out.
    pub fn input(&mut self, member: usize, event: Event) {
        let random = self.rng.f64();
        for effect in self.members[member].step(event, self.now, random) {
            self.perform(member, effect);
        }
    }

    /// All pages, those that are still open included.
    pub fn into_pages(mut self) -> Vec<Page> {
        self.pages.extend(self.members.into_iter().map(Member::into_page));
        self.pages
    }

    fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.rng.f64() < probability
    }

    fn later(&mut self, ms: i64, member: usize, page: u32, parcel: Parcel) {
        self.order += 1;
        self.agenda.insert((self.now + ms, self.order), (member, page, parcel));
    }

    /// Carries something over the network: late, perhaps twice.
    fn carry(&mut self, member: usize, page: u32, parcel: impl Fn() -> Parcel) {
        let copies = if self.chance(self.weather.twice) { 2 } else { 1 };
        for _ in 0..copies {
            let delay = 1 + self.rng.i64(0..self.weather.delay_ms);
            self.later(delay, member, page, parcel());
        }
    }

    fn perform(&mut self, member: usize, effect: Effect) {
        let now = self.now;
        let page = self.members[member].page;
        match effect {
            Effect::Open { socket } => self.later(20, member, page, Parcel::Open(socket)),
            Effect::Close { socket } => drop(self.members[member].sockets.remove(&socket)),
            Effect::Send { socket, mut frame } => {
                if let ClientFrame::Hello { docs, .. } = &mut frame {
                    *docs = self.members[member].notes.vectors();
                }
                self.carry(member, page, || Parcel::ToServer(socket, frame.clone()));
            }
            Effect::SetTimer { timer, ms } => drop(self.members[member].timers.insert(timer, now + ms)),
            Effect::ClearTimer { timer } => drop(self.members[member].timers.remove(&timer)),
            Effect::FetchSnapshot { request, url, etag } => {
                let result = self.sheet_over_http(member, url.is_some(), etag.as_deref());
                self.later(50, member, page, Parcel::Input(Event::Snapshot { request, result }));
            }
            Effect::FetchChanges { request, since, limit } => {
                let result = self.changes_over_http(since, limit as usize);
                self.later(50, member, page, Parcel::Input(Event::Changes { request, result }));
            }
            Effect::Post { change } => self.post(member, page, change),
            Effect::DocumentCommitted { doc, update, .. } => {
                self.members[member].notes.committed(&doc, &update);
            }
            Effect::DocumentRefused { .. } => self.members[member].notes.refused(),
            Effect::DocumentsSkipped => self.members[member].notes.skipped(),
            Effect::DocumentsWelcomed { docs } => self.members[member].notes.welcomed(&docs),
            Effect::DocumentsVoid => self.members[member].notes.voided(),
            Effect::Settle { call, outcome } => drop(self.members[member].outcomes.insert(call, outcome)),
            Effect::Persist { record } => self.members[member].record = record,
        }
    }

    fn deliver(&mut self, member: usize, page: u32, parcel: Parcel) {
        let here = self.members[member].page == page;
        match parcel {
            Parcel::Input(event) if here => self.input(member, event),
            Parcel::Open(socket) if here && self.members[member].wants(socket) => {
                if self.chance(self.weather.breaks) {
                    return self.input(member, Event::Closed { socket, code: 1006 });
                }
                self.members[member].sockets.insert(socket, false);
                self.input(member, Event::Opened { socket });
            }
            Parcel::ToClient(socket, text) if here && self.members[member].sockets.contains_key(&socket) => {
                self.input(member, Event::Frame { socket, text });
            }
            Parcel::ToServer(socket, frame) => {
                let heard = here && self.members[member].sockets.contains_key(&socket);
                self.hear(member, page, socket, frame, heard);
            }
            _ => {}
        }
    }

    fn hear(&mut self, member: usize, page: u32, socket: u32, frame: ClientFrame, heard: bool) {
        let patience = self.chance(self.weather.busy).then(|| self.rng.bool());
        let (crash, omitted) = (self.chance(self.weather.crash), self.chance(self.weather.omitted));
        let user = self.members[member].user.clone();
        let at = self.now + self.skew_ms;
        match frame {
            ClientFrame::Change { id, base, ops } => {
                let answer = match patience {
                    Some(busy) => self.server.wait(&id, busy),
                    None => self.server.commit(&user, &id, base, ops, at, omitted),
                };
                if answer.to_room && crash {
                    return;
                }
                if answer.to_room {
                    self.broadcast(&answer.frame);
                } else {
                    self.tell(member, page, socket, &answer.frame, true);
                }
            }
            _ if !heard => {}
            ClientFrame::Hello { since, epoch, docs } => {
                // A socket whose first answer is lost is given up by its client; that is tested by `breaks`.
                if patience.is_some() || self.server.is_removed(&user) {
                    let frame = self.server.no_welcome(&user);
                    return self.tell(member, page, socket, &frame, false);
                }
                self.members[member].sockets.insert(socket, true);
                let listed: Vec<_> = self.members.iter().flat_map(Member::connections).collect();
                let mut frame = self.server.welcome(&user, socket, (since, epoch), &listed, at, omitted);
                frame["docs"] = self.server.lacked(&docs, omitted);
                self.tell(member, page, socket, &frame, false);
                let news = self.server.news("joined", &user, socket, None);
                self.broadcast(&news);
            }
            ClientFrame::Replay { since } => {
                let frame = self.server.replay(since, omitted);
                self.tell(member, page, socket, &frame, true);
            }
            ClientFrame::Ping { .. } => {
                let frame = self.server.pong();
                self.tell(member, page, socket, &frame, true);
            }
            ClientFrame::Presence { state } => {
                let news = self.server.news("presence", &user, socket, Some(state));
                self.broadcast(&news);
            }
            ClientFrame::Refresh => {
                let frame = self.server.extract(at);
                self.broadcast(&frame);
            }
        }
    }

    /// A change goes over HTTP: it may be lost either way, and is answered to its sender.
    fn post(&mut self, member: usize, page: u32, change: ClientFrame) {
        let ClientFrame::Change { id, base, ops } = change else { return };
        let (lost, unanswered) = (self.chance(self.weather.http), self.chance(self.weather.http));
        let user = self.members[member].user.clone();
        let mut result = PostResult::Failed(failure(None, ""));
        if !lost {
            let answer = self.server.commit(&user, &id, base, ops, self.now + self.skew_ms, false);
            if answer.to_room {
                self.broadcast(&answer.frame);
            }
            if !unanswered {
                result = posted(&answer.frame);
            }
        }
        self.later(50, member, page, Parcel::Input(Event::Posted { id, result }));
    }

    /// Fetches what a page lacks of its documents, unless HTTP fails.
    pub(crate) fn fetch_notes(&mut self) {
        for member in 0..self.members.len() {
            let Some(doc) = self.members[member].notes.lacking().cloned() else { continue };
            // What comes is at the log's tip: no use to a page that follows a log which no longer exists.
            let follows = self.members[member].machine.state().epoch.as_ref() == Some(&self.server.epoch);
            if follows && self.members[member].machine.is_live() && !self.chance(self.weather.http) {
                let whole = self.server.state.doc_since(&doc, None).ok();
                self.members[member].notes.fetched(&doc, whole.as_ref());
            }
        }
    }

    /// Tells the whole room.
    pub(crate) fn broadcast(&mut self, frame: &Value) {
        for member in 0..self.members.len() {
            let page = self.members[member].page;
            let sockets = self.members[member].sockets.iter().filter(|(_, joined)| **joined);
            for socket in sockets.map(|(socket, _)| *socket).collect::<Vec<_>>() {
                self.tell(member, page, socket, frame, true);
            }
        }
    }

    fn tell(&mut self, member: usize, page: u32, socket: u32, frame: &Value, may_be_lost: bool) {
        if may_be_lost && self.chance(self.weather.loss) {
            return;
        }
        let text = frame.to_string();
        self.carry(member, page, || Parcel::ToClient(socket, text.clone()));
    }

    fn sheet_over_http(&mut self, member: usize, by_address: bool, etag: Option<&str>) -> SnapshotResult {
        let user = self.members[member].user.clone();
        if self.server.is_removed(&user) {
            return SnapshotResult::Failed(failure(Some(403), "REVOKED"));
        }
        if self.chance(self.weather.http) {
            let failures = [
                (None, ""),
                (Some(500), ""),
                (Some(503), "BUSY"),
                (Some(429), "RATE_LIMITED"),
                (Some(401), ""),
            ];
            let (status, code) = failures[self.rng.usize(0..failures.len())];
            return SnapshotResult::Failed(failure(status, code));
        }
        let tag = format!("\"{}-{}\"", self.server.epoch, self.server.state.version());
        if !by_address && etag == Some(&tag) {
            return SnapshotResult::NotModified;
        }
        let sheet = Box::new(self.server.state.sheet.clone());
        SnapshotResult::Sheet { epoch: Some(self.server.epoch.clone()), sheet }
    }

    fn changes_over_http(&mut self, since: u64, limit: usize) -> ChangesResult {
        if self.chance(self.weather.http) {
            return ChangesResult::Failed(failure(Some(503), "BUSY"));
        }
        let changes: Vec<Announced> = self.server.announced_after(since, limit);
        ChangesResult::Changes { version: self.server.state.version(), changes }
    }
}

fn posted(frame: &Value) -> PostResult {
    let text = frame.to_string();
    match cyclesheet_client::frames::parse(&text) {
        Some(ServerFrame::Committed(changes)) => PostResult::Committed { changes },
        Some(ServerFrame::Rejected { code, message, retryable, version, .. }) => {
            PostResult::Refused { code, message, retryable, version }
        }
        _ => PostResult::Failed(failure(Some(502), "")),
    }
}

fn failure(status: Option<u16>, code: &str) -> Failure {
    let code = (!code.is_empty()).then(|| code.to_owned());
    Failure { status, code, message: "not now".to_owned() }
}
