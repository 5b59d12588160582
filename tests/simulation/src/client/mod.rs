//! A client by the rules of `SPEC.md`: pure decisions, no I/O. It folds with `sheet` and is otherwise written from the
//! rules, not from any code.
//!
//! One change in flight (X3), strict order (K3), replay on gaps (R5), the same id until it is answered (R6, X14), a new
//! number only for what was searched for and is absent (X5).
pub mod acts;
pub mod docs;

use crate::random::Random;
use serde::Deserialize;
use serde_json::{Value, json};
use sheet::{Author, Change, ChangeId, ClientId, DocName, Op, Role, Sheet, State, TimestampMs};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Changes that wait behind the one in flight; beyond, a person pauses.
const MAX_QUEUE: usize = 4;
/// How long a client waits for `welcome` or `pong`, milliseconds.
const ANSWER_MS: u64 = 10_000;
/// Numbers of intents that a client has by itself begin here: what goes in once more after a refusal (D3).
pub const AGAIN: u64 = 1 << 40;

/// Whose client it is, and which room it is for.
#[derive(Clone, Debug)]
pub struct Person {
    /// The tenant.
    pub tenant: String,
    /// The team.
    pub team: String,
    /// The user.
    pub user: String,
    /// What their token says.
    pub role: Role,
    /// The week.
    pub week: String,
}

/// Where the client stands with its socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Between two sockets.
    Waiting,
    /// The upgrade is under way.
    Opening,
    /// `hello` is unanswered.
    Greeting,
    /// In the room.
    Live,
    /// Nothing further is tried: removed.
    Halted,
}

/// What a timer is for. Setting one again moves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The next attempt to connect.
    Connect,
    /// The answer to `hello`, or to the upgrade.
    Answer,
    /// The echo of the change in flight.
    Echo,
    /// A retryable refusal has been waited out.
    Retry,
    /// A version is missing.
    Gap,
    /// Nothing was heard for a while.
    Ping,
    /// The answer to `ping`.
    Pong,
    /// HTTPS did not answer.
    Fetch,
}

/// Why HTTPS is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The sheet, before a socket is opened or because it did not fit.
    Sheet,
    /// Whether the change in flight is in the log.
    Search,
    /// A change sent by a script.
    Change,
    /// What a document lacks.
    Doc,
    /// Changes that fit in no frame (K5).
    Large,
    /// A page of the log, for a script.
    Page,
}

/// What the client wants done.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Open a socket.
    Open,
    /// Close it.
    Close(usize),
    /// Send a frame.
    Send(usize, String),
    /// Set a timer, milliseconds.
    Timer(Timer, u64),
    /// Ask over HTTPS: method and path, body.
    Fetch(Purpose, &'static str, String, String),
}

/// What a person wants.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// Its number in the world.
    pub number: u64,
    /// What it does.
    pub ops: Vec<Op>,
}

/// A change on its way.
#[derive(Clone, Debug)]
pub struct InFlight {
    /// Its id.
    pub id: ChangeId,
    /// The version it was made on.
    pub base: u64,
    /// What it is for.
    pub intent: Intent,
    tries: u32,
    /// Whether it was refused as superseded, so that the log has to be searched.
    is_searched: bool,
}

/// What became of an intent, as its client knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// In the log at this version.
    Committed { id: String, version: u64 },
    /// Refused with this code.
    Refused { id: String, code: String },
}

/// A change as announced.
#[derive(Clone, Debug, Deserialize)]
struct Announced {
    version: u64,
    id: ChangeId,
    author: Author,
    role: Role,
    at: TimestampMs,
    base: u64,
    ops: Option<Vec<Value>>,
}

/// A client.
pub struct Client {
    /// The person.
    pub person: Person,
    /// Its name in change ids.
    pub name: ClientId,
    /// Whether a second tab of the same user has the same name.
    pub shares_name: bool,
    /// Where it stands.
    pub phase: Phase,
    /// Its socket.
    pub socket: Option<usize>,
    /// The history it follows.
    pub epoch: Option<String>,
    /// Its replica.
    pub state: Option<State>,
    held: BTreeMap<u64, Announced>,
    /// Versions that were announced without their ops.
    large: BTreeSet<u64>,
    /// The highest version it knows to exist.
    pub target: u64,
    /// What waits.
    pub queue: VecDeque<Intent>,
    /// What is on its way.
    pub in_flight: Option<InFlight>,
    /// The last number used.
    pub seq: u64,
    /// The ids under which each intent was sent.
    pub sent: BTreeMap<u64, Vec<String>>,
    /// What became of its intents.
    pub outcomes: BTreeMap<u64, Outcome>,
    attempts: u32,
    fetches_first: bool,
    gap_tries: u32,
    is_fetching: Option<Purpose>,
    since: Option<u64>,
    /// Whether it met an op that it does not know: then it waits for a newer page.
    pub is_outdated: bool,
    /// Pings sent.
    pub pings: u64,
    /// The last row it removed, for undo.
    pub removed: Option<sheet::Row>,
    /// The documents it has open.
    pub docs: BTreeMap<DocName, docs::Replica>,
    /// The Yjs client that writes in them.
    pub writer: u64,
    again: u64,
    /// Own updates that the log has, at versions that are not folded yet.
    ahead: Vec<(u64, Op)>,
    fetches_doc: Option<DocName>,
    /// Whether the last `hello` named the known documents of this very log.
    has_named: bool,
    effects: Vec<Effect>,
}

impl Client {
    /// A client that has not connected yet.
    pub fn new(person: Person, name: &str) -> Self {
        Self {
            person,
            name: ClientId::new(name).expect("a client name"),
            shares_name: false,
            phase: Phase::Waiting,
            socket: None,
            epoch: None,
            state: None,
            held: BTreeMap::new(),
            large: BTreeSet::new(),
            target: 0,
            queue: VecDeque::new(),
            in_flight: None,
            seq: 0,
            sent: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            attempts: 0,
            fetches_first: false,
            gap_tries: 0,
            is_fetching: None,
            since: None,
            is_outdated: false,
            pings: 0,
            removed: None,
            docs: BTreeMap::new(),
            writer: 0,
            again: 0,
            ahead: Vec::new(),
            fetches_doc: None,
            has_named: false,
            effects: Vec::new(),
        }
    }

    /// What it wants done since it was last asked.
    pub fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The version of its replica.
    pub fn version(&self) -> u64 {
        self.state.as_ref().map_or(0, State::version)
    }

    /// Returns whether it has nothing left to send.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.in_flight.is_none()
    }

    fn timer(&mut self, timer: Timer, ms: u64) {
        self.effects.push(Effect::Timer(timer, ms));
    }

    fn send(&mut self, frame: &Value) {
        if let Some(socket) = self.socket {
            self.effects.push(Effect::Send(socket, frame.to_string()));
        }
    }

    /// Begins.
    pub fn start(&mut self, after_ms: u64) {
        self.phase = Phase::Waiting;
        self.timer(Timer::Connect, after_ms);
    }

    /// A person wants something; false if they wait.
    pub fn want(&mut self, intent: Intent) -> bool {
        if self.phase == Phase::Halted || self.queue.len() >= MAX_QUEUE {
            return false;
        }
        self.queue.push_back(intent);
        self.flush();
        true
    }

    /// The upgrade ended.
    pub fn opened(&mut self, socket: usize, status: u16, random: &mut Random) {
        if self.phase != Phase::Opening || self.socket != Some(socket) {
            return;
        }
        if status != 200 {
            self.socket = None;
            // 403 may be a removal: HTTPS says so.
            self.fetches_first = status == 403;
            return self.lost(false, random);
        }
        self.greet(true);
    }

    fn greet(&mut self, is_known: bool) {
        self.phase = Phase::Greeting;
        let known = self.state.as_ref().zip(self.epoch.clone()).filter(|_| is_known);
        self.since = known.as_ref().map(|(state, _)| state.version());
        let known = known.map(|(state, epoch)| (state.version(), epoch));
        let hello = docs::hello(known, self.vectors());
        self.has_named = true;
        self.send(&hello);
        self.timer(Timer::Answer, ANSWER_MS);
    }

    /// The socket closed.
    pub fn closed(&mut self, socket: usize, is_abnormal: bool, random: &mut Random) {
        if self.socket == Some(socket) && self.phase != Phase::Halted {
            self.socket = None;
            self.lost(is_abnormal, random);
        }
    }

    fn leave(&mut self, is_abnormal: bool, random: &mut Random) {
        if let Some(socket) = self.socket.take() {
            self.effects.push(Effect::Close(socket));
        }
        self.lost(is_abnormal, random);
    }

    fn lost(&mut self, is_abnormal: bool, random: &mut Random) {
        self.phase = Phase::Waiting;
        self.is_fetching = None;
        self.fetches_first |= is_abnormal;
        let pause = (3_000 << self.attempts.min(5)).min(60_000) + random.below(2_000);
        self.attempts += 1;
        self.timer(Timer::Connect, pause);
    }

    fn halt(&mut self, code: &str) {
        self.phase = Phase::Halted;
        self.is_fetching = None;
        self.writer += 1;
        if let Some(socket) = self.socket.take() {
            self.effects.push(Effect::Close(socket));
        }
        let flying = self.in_flight.take().map(|flying| (flying.intent.number, flying.id.to_string()));
        let waiting = self.queue.drain(..).map(|intent| (intent.number, String::new()));
        for (number, id) in waiting.chain(flying).collect::<Vec<_>>() {
            self.outcomes.insert(number, Outcome::Refused { id, code: code.to_owned() });
        }
    }

    /// A timer fired.
    pub fn fired(&mut self, timer: Timer, random: &mut Random) {
        match (timer, self.phase) {
            (_, Phase::Halted) => {}
            (Timer::Connect, Phase::Waiting) if self.fetches_first => self.fetch_sheet(),
            (Timer::Connect, Phase::Waiting) => {
                self.phase = Phase::Opening;
                self.effects.push(Effect::Open);
                self.timer(Timer::Answer, 2 * ANSWER_MS);
            }
            (Timer::Answer, Phase::Opening | Phase::Greeting) | (Timer::Pong, Phase::Live) => {
                self.leave(true, random)
            }
            (Timer::Echo | Timer::Retry, Phase::Live) => self.again(),
            (Timer::Gap, Phase::Live) => self.mend(),
            (Timer::Ping, Phase::Live) => {
                self.pings += 1;
                self.send(&json!({"type": "ping", "version": self.version()}));
                self.timer(Timer::Ping, 300_000);
                self.timer(Timer::Pong, ANSWER_MS);
            }
            (Timer::Fetch, _) if self.is_fetching.is_some() => {
                let purpose = self.is_fetching.take();
                match purpose {
                    Some(Purpose::Search) => self.search(),
                    _ if self.phase == Phase::Waiting || self.state.is_none() => self.fetch_sheet(),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn path(&self) -> String {
        format!("/api/cycles/{}/{}", self.person.team, self.person.week)
    }

    fn fetch(&mut self, purpose: Purpose, path: String) {
        self.is_fetching = Some(purpose);
        self.effects.push(Effect::Fetch(purpose, "GET", path, String::new()));
        self.timer(Timer::Fetch, 8_000);
    }

    fn fetch_sheet(&mut self) {
        self.fetch(Purpose::Sheet, self.path());
    }

    fn search(&mut self) {
        if let Some(flying) = &self.in_flight {
            let path = format!("{}/changes?since={}&limit=1000", self.path(), flying.base);
            self.fetch(Purpose::Search, path);
        }
    }

    /// HTTPS answered.
    pub fn fetched(
        &mut self,
        purpose: Purpose,
        status: u16,
        body: &str,
        random: &mut Random,
    ) -> Result<(), String> {
        if self.is_fetching != Some(purpose) || self.phase == Phase::Halted {
            return Ok(());
        }
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        self.is_fetching = None;
        match (purpose, status) {
            (_, 403) if body["code"] == "REVOKED" => self.halt("REVOKED"),
            (Purpose::Sheet, _) => {
                self.fetches_first = false;
                if status == 200 {
                    self.adopt(&body["epoch"], &body["snapshot"]);
                }
                if self.phase == Phase::Waiting {
                    self.timer(Timer::Connect, random.below(500));
                }
            }
            (Purpose::Search, 200) => self.searched(&body)?,
            (Purpose::Doc, _) => self.fetched_doc(status, &body)?,
            (Purpose::Large, 200) if body["epoch"].as_str() == self.epoch.as_deref() => {
                self.receive(&body["changes"])?;
                self.advance()?;
            }
            (Purpose::Large, _) => {}
            _ => {
                self.is_fetching = Some(purpose);
                self.timer(Timer::Fetch, 2_000);
            }
        }
        self.catch_up();
        Ok(())
    }

    fn searched(&mut self, body: &Value) -> Result<(), String> {
        let Some(flying) = self.in_flight.clone().filter(|flying| flying.is_searched) else { return Ok(()) };
        if body["epoch"].as_str() != self.epoch.as_deref() {
            self.greet(false);
            return Ok(());
        }
        // If it is among them, being announced settles it; and what goes out next is made on what was read.
        self.receive(&body["changes"])?;
        self.advance()?;
        if self.in_flight.as_ref().is_none_or(|still| still.id != flying.id) {
            return Ok(());
        }
        // Absent in everything after the version it was made on: it can never be committed under that number.
        self.in_flight = None;
        self.queue.push_front(flying.intent);
        self.expect(body["version"].as_u64().unwrap_or_default());
        self.flush();
        Ok(())
    }

    /// A frame arrived. What it says that the protocol forbids is an error.
    pub fn heard(&mut self, socket: usize, text: &str, random: &mut Random) -> Result<(), String> {
        if self.socket != Some(socket) || self.phase == Phase::Halted {
            return Ok(());
        }
        let frame: Value = serde_json::from_str(text).map_err(|error| format!("F4: {error}: {text}"))?;
        match frame["type"].as_str().unwrap_or_default() {
            "welcome" => {
                self.welcomed(&frame)?;
                self.catch_up();
                return Ok(());
            }
            "error" => self.failed(&frame, random),
            _ if self.phase != Phase::Live => return Ok(()),
            "committed" => {
                self.receive(&frame["changes"])?;
                self.timer(Timer::Ping, 2_000);
            }
            "rejected" => self.rejected(&frame, random),
            "pong" => {
                self.timer(Timer::Pong, u64::MAX);
                let version = frame["version"].as_u64().unwrap_or_default();
                if frame["epoch"].as_str() != self.epoch.as_deref() {
                    self.greet(false);
                } else {
                    self.expect(version);
                }
            }
            _ => {}
        }
        self.advance()?;
        self.catch_up();
        Ok(())
    }

    fn welcomed(&mut self, frame: &Value) -> Result<(), String> {
        if self.phase != Phase::Greeting {
            return Ok(());
        }
        let version = frame["version"].as_u64().unwrap_or_default();
        let same = frame["epoch"].as_str() == self.epoch.as_deref();
        if !same {
            // Another history: what was numbered by the old one means nothing here.
            self.held.clear();
            self.large.clear();
            self.target = 0;
            if let Some(flying) = &mut self.in_flight {
                // Never raised: what this history holds of it, and no longer remembers, must be refused and searched for.
                flying.base = flying.base.min(version);
            }
        }
        self.phase = Phase::Live;
        self.attempts = 0;
        self.timer(Timer::Answer, u64::MAX);
        self.timer(Timer::Ping, 2_000);
        if !frame["snapshot"].is_null() {
            self.adopt(&frame["epoch"], &frame["snapshot"]);
        } else if frame["snapshotUrl"].is_null() && (!same || self.since.is_none()) {
            return Err("H4: a welcome without what was asked for".into());
        }
        let changes = frame["changes"].as_array().map_or(0, Vec::len) as u64;
        if frame["snapshot"].is_null() && frame["snapshotUrl"].is_null() {
            let since = self.since.unwrap_or_default();
            let first = frame["changes"][0]["version"].as_u64();
            if since + changes != version || first.is_some_and(|first| first != since + 1) {
                return Err(format!("H3: since {since}, tip {version}, {changes} changes from {first:?}"));
            }
        }
        // Of another history, nothing fits before its sheet has come.
        if self.has_named && frame["epoch"].as_str() == self.epoch.as_deref() {
            self.told(&frame["docs"])?;
        }
        self.receive(&frame["changes"])?;
        self.expect(version);
        self.advance()?;
        self.again();
        self.flush();
        Ok(())
    }

    /// Takes a sheet, unless the replica is further in the same history.
    fn adopt(&mut self, epoch: &Value, snapshot: &Value) {
        let Ok(sheet) = serde_json::from_value::<Sheet>(snapshot.clone()) else {
            self.is_outdated = true;
            return;
        };
        if epoch.as_str() == self.epoch.as_deref() && sheet.version <= self.version() {
            self.target = self.version();
            return;
        }
        if epoch.as_str() != self.epoch.as_deref() {
            self.voided();
            self.held.clear();
            self.large.clear();
            if let Some(flying) = &mut self.in_flight {
                flying.base = flying.base.min(sheet.version);
            }
        }
        self.skipped(sheet.version);
        self.epoch = epoch.as_str().map(str::to_owned);
        // Asked for as a whole, it is all there is: what was believed to be beyond it may be another history's.
        self.target = sheet.version;
        self.held = self.held.split_off(&(sheet.version + 1));
        self.state = Some(State::of_sheet(sheet));
    }

    fn expect(&mut self, version: u64) {
        self.target = self.target.max(version);
    }

    fn receive(&mut self, changes: &Value) -> Result<(), String> {
        for change in changes.as_array().into_iter().flatten() {
            let change = Announced::deserialize(change).map_err(|error| format!("K7: {error}: {change}"))?;
            self.expect(change.version);
            let mine = change.author.id.as_str() == self.person.user && change.id.client == self.name;
            if mine && self.in_flight.as_ref().is_some_and(|flying| flying.id == change.id) {
                self.settle(change.version);
            } else if mine {
                self.settled_late(&change);
            }
            if change.version > self.version() {
                if change.ops.is_some() {
                    self.held.insert(change.version, change);
                } else {
                    self.large.insert(change.version);
                }
            }
        }
        Ok(())
    }

    /// K4: announced beats refused, at any time.
    fn settled_late(&mut self, change: &Announced) {
        let id = change.id.to_string();
        for outcome in self.outcomes.values_mut() {
            if matches!(outcome, Outcome::Refused { id: refused, .. } if *refused == id) {
                *outcome = Outcome::Committed { id: id.clone(), version: change.version };
            }
        }
    }

    fn settle(&mut self, version: u64) {
        if let Some(flying) = self.in_flight.take() {
            let id = flying.id.to_string();
            if version > self.version() {
                self.ahead.extend(flying.intent.ops.into_iter().map(|op| (version, op)));
            }
            self.outcomes.insert(flying.intent.number, Outcome::Committed { id, version });
            self.flush();
        }
    }

    /// Folds what follows.
    fn advance(&mut self) -> Result<(), String> {
        if self.phase != Phase::Live {
            return Ok(());
        }
        let Some(mut state) = self.state.take() else { return Ok(()) };
        let folded = self.fold(&mut state);
        let version = state.version();
        self.state = Some(state);
        if !folded? {
            return Ok(());
        }
        self.held = self.held.split_off(&(version + 1));
        self.large = self.large.split_off(&(version + 1));
        self.ahead.retain(|(at, _)| *at > version);
        if self.target > version {
            self.timer(Timer::Gap, if self.gap_tries == 0 { 250 } else { 1_500 });
        } else {
            self.gap_tries = 0;
            self.timer(Timer::Gap, u64::MAX);
        }
        self.flush();
        Ok(())
    }

    /// Folds what is held; false once it meets an op that it does not know.
    fn fold(&mut self, state: &mut State) -> Result<bool, String> {
        while let Some(next) = self.held.remove(&(state.version() + 1)) {
            let ops = next.ops.unwrap_or_default();
            let Ok(ops) = ops.into_iter().map(serde_json::from_value).collect::<Result<Vec<Op>, _>>() else {
                self.is_outdated = true;
                return Ok(false);
            };
            if let Some(Op::RowRemove { task_id }) = ops.first()
                && next.author.id.as_str() == self.person.user
            {
                self.removed = state.sheet.row(task_id).map(|row| sheet::Row::clone(row));
            }
            let Announced { version, id, author, role, at, base, .. } = next;
            ops.iter().try_for_each(|op| self.committed(op))?;
            sheet::apply::apply(state, &Change { version, id, author, role, at, base, ops });
        }
        Ok(true)
    }

    fn mend(&mut self) {
        self.gap_tries += 1;
        if self.gap_tries > 4 {
            self.gap_tries = 0;
            return self.greet(false);
        }
        let since = self.version();
        if self.large.contains(&(since + 1)) && self.is_fetching.is_none() {
            self.fetch(Purpose::Large, format!("{}/changes?since={since}&limit=100", self.path()));
        } else {
            self.send(&json!({"type": "replay", "since": since}));
        }
        self.timer(Timer::Gap, 1_500);
    }

    fn rejected(&mut self, frame: &Value, random: &mut Random) {
        let code = frame["code"].as_str().unwrap_or_default().to_owned();
        match code.as_str() {
            "TOKEN_EXPIRED" => return self.leave(false, random),
            "REVOKED" => return self.halt(&code),
            _ => {}
        }
        self.expect(frame["version"].as_u64().unwrap_or_default());
        self.timer(Timer::Ping, 2_000);
        let Some(flying) = self.in_flight.as_mut().filter(|flying| frame["id"] == flying.id.to_string())
        else {
            return;
        };
        if frame["retryable"] == true {
            return self.timer(Timer::Retry, 1_000 + random.below(1_000));
        }
        if code == "SUPERSEDED" {
            flying.is_searched = true;
            self.timer(Timer::Echo, u64::MAX);
            return self.search();
        }
        if let Some(flying) = self.in_flight.take() {
            let id = flying.id.to_string();
            self.outcomes.insert(flying.intent.number, Outcome::Refused { id, code });
            let again = self.unwritten(&flying.intent.ops, frame);
            self.queue.extend(again);
        }
        self.flush();
    }

    fn failed(&mut self, frame: &Value, random: &mut Random) {
        match frame["code"].as_str().unwrap_or_default() {
            "TOKEN_EXPIRED" => self.leave(false, random),
            "REVOKED" => self.halt("REVOKED"),
            _ if self.phase == Phase::Greeting => self.timer(Timer::Answer, 1_000 + random.below(1_000)),
            _ => {}
        }
    }

    /// Sends the change in flight once more, under the same id.
    fn again(&mut self) {
        let Some(flying) = self.in_flight.as_mut().filter(|_| self.phase == Phase::Live) else { return };
        if flying.is_searched {
            return self.search();
        }
        let pause = 3_000 << flying.tries.min(2);
        flying.tries += 1;
        let frame = json!({"type": "change", "id": flying.id, "base": flying.base, "ops": flying.intent.ops});
        self.send(&frame);
        self.timer(Timer::Echo, pause);
    }

    /// Sends what waits, if nothing is on its way.
    fn flush(&mut self) {
        if self.in_flight.is_some() || self.phase != Phase::Live || self.state.is_none() {
            return;
        }
        if let Some(intent) = self.queue.pop_front() {
            self.seq += 1;
            let id = ChangeId::new(self.name.clone(), self.seq);
            let base = self.version();
            self.sent.entry(intent.number).or_default().push(id.to_string());
            self.in_flight = Some(InFlight { id, base, intent, tries: 0, is_searched: false });
            self.again();
        }
    }
}
