//! The client's decisions: what happens goes in as an [`Event`], what is to be done comes out as [`Effect`]s.
use crate::{
    link::As,
    outbox::Kind,
    start,
    times::{BUSY_PING_MS, ECHO_MS, QUIET_PING_MS},
    types::{
        ClientFrame, Effect, Event, Halted, Input, MachineState, Notice, Phase, Purpose, QueueRecord,
        SnapshotResult, Timer, Turn,
    },
};
use sheet::Sheet;

/// One client: one tab, one script.
#[derive(Clone, Debug)]
pub struct Machine {
    state: MachineState,
}

/// What a screen would show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// No sheet yet, or the socket is being (re)opened.
    Connecting,
    /// In the room.
    Live,
    /// No network, or the last attempts failed.
    Offline,
    /// The token is no longer accepted.
    SessionEnded,
    /// The membership was withdrawn.
    Removed,
    /// There is nothing to connect to.
    Failed,
}

impl Machine {
    /// Returns a client before its first event. `name` is its own for good: two that live at a time never share one.
    pub fn new(name: &str, restored: &[QueueRecord], now: i64) -> Self {
        Self { state: start::initial(name, restored, now) }
    }

    /// Returns what it remembers.
    pub fn state(&self) -> &MachineState {
        &self.state
    }

    /// Returns the log's sheet, as far as it is known.
    pub fn confirmed(&self) -> Option<&Sheet> {
        self.state.confirmed.as_ref()
    }

    /// Returns the sheet with one's own edits on it.
    pub fn sheet(&self) -> Option<&Sheet> {
        self.state.sheet.as_ref()
    }

    /// Returns whether nothing is on its way and nothing is known to be missing.
    pub fn is_at_rest(&self) -> bool {
        let MachineState { calls, queue, backlog, in_flight, confirmed, target, distrusted, .. } =
            &self.state;
        let idle = calls.is_empty() && queue.is_empty() && backlog.is_empty() && in_flight.is_none();
        idle && !distrusted && confirmed.as_ref().is_some_and(|sheet| sheet.version >= *target)
    }

    /// Returns whether the room has welcomed it and the log is still the same.
    pub fn is_live(&self) -> bool {
        self.status() == Status::Live && !self.state.distrusted
    }

    /// Returns what a screen would show.
    pub fn status(&self) -> Status {
        let MachineState { halted, link, online, attempts, .. } = &self.state;
        match halted {
            Some(Halted::SessionEnded) => Status::SessionEnded,
            Some(Halted::Removed) => Status::Removed,
            Some(Halted::Failed) => Status::Failed,
            None if !online || *attempts > 1 => Status::Offline,
            None if link.is_some_and(|link| link.phase == Phase::Live) => Status::Live,
            None => Status::Connecting,
        }
    }

    /// Returns what follows from `input`. Never fails on anything a server, a person or a clock may bring.
    pub fn step(&mut self, input: Input) -> Vec<Effect> {
        let Input { event, now, random } = input;
        let was_removed = self.state.halted == Some(Halted::Removed);
        let before = self.state.in_flight.as_ref().map(|change| (change.id.clone(), change.base));
        let state = &mut self.state;
        let mut turn = Turn { now, random, state, effects: Vec::new(), stale: false, rewritten: false };
        if event == Event::Stop {
            return turn.stop();
        }
        turn.handle(event);
        turn.advance();
        // The log says that this very person was removed.
        if turn.state.halted == Some(Halted::Removed) && !was_removed && turn.state.link.is_some() {
            turn.halt(Halted::Removed, "REVOKED", "you have been removed from this workspace");
        }
        turn.judge();
        if turn.stale {
            turn.rebuild();
        }
        turn.flush();
        if turn.stale {
            turn.rebuild();
        }
        turn.watch_gap();
        // The effects, led by the order to store the changes on their way, if those changed: first stored, then sent.
        let (mut effects, rewritten) = (turn.effects, turn.rewritten);
        let after = self.state.in_flight.as_ref().map(|change| (change.id.clone(), change.base));
        if rewritten || before != after {
            effects.insert(0, Effect::Persist { record: start::record_of(&self.state) });
        }
        effects
    }
}

impl Turn<'_> {
    fn handle(&mut self, event: Event) {
        match event {
            Event::Start => self.open(As::Link),
            Event::Opened { socket } => self.opened(socket),
            Event::Closed { socket, code } => self.closed(socket, code),
            // While the socket in use still stands, only its successor has failed.
            Event::SessionEnded { socket } if self.which(socket) == Some(As::Next) => self.closed(socket, 0),
            Event::SessionEnded { .. } => {
                self.halt(Halted::SessionEnded, "TOKEN_EXPIRED", "the session has ended: sign in again");
            }
            Event::Frame { socket, text } => self.heard(socket, &text),
            Event::Timer { timer } => self.elapsed(timer),
            Event::Snapshot { request, result } => {
                if self.state.fetch.is_some_and(|fetch| fetch.request == request) {
                    self.snapshot(result);
                }
            }
            Event::Changes { request, result } => {
                if self.state.fetch.is_some_and(|fetch| fetch.request == request) {
                    self.state.fetch = None;
                    self.fetched(result);
                }
            }
            Event::Change { call, ops } => {
                self.request(call, &ops, Kind::Do);
                self.moving(None);
            }
            Event::Amend { call, ops } => self.amend(call, ops),
            Event::Posted { id, result } => self.posted(&id, result),
            Event::Undo { call } => {
                self.undo(call, Kind::Undo);
                self.moving(None);
            }
            Event::Redo { call } => {
                self.undo(call, Kind::Redo);
                self.moving(None);
            }
            Event::KeepMine { call, conflict_id } => self.keep_mine(call, &conflict_id),
            Event::KeepTheirs { conflict_id } => self.keep_theirs(&conflict_id),
            Event::Presence { state } => self.moving(Some(state)),
            Event::Refresh => {
                if self.send(ClientFrame::Refresh) {
                    self.busy(QUIET_PING_MS);
                }
            }
            Event::Online { online } => self.online(online),
            Event::Visible { visible } => self.visible(visible),
            Event::Reconnect => self.reconnect(),
            Event::Dismiss { what: Notice::Notifications } => self.state.notifications.clear(),
            Event::Dismiss { what: Notice::LastRejection } => self.state.last_rejection = None,
            Event::Dismiss { what: Notice::Error } => self.state.error = None,
            Event::Stop => {}
        }
    }

    fn elapsed(&mut self, timer: Timer) {
        match timer {
            Timer::Connect => self.connect(),
            Timer::Hello => self.unanswered(),
            Timer::Gap => self.ask(),
            Timer::Echo => {
                // Sent again and again without a word: it is the socket that is deaf.
                let tries = self.state.in_flight.as_ref().map_or(0, |change| change.tries as usize);
                if tries > ECHO_MS.len() { self.abandon_link(true) } else { self.again() }
            }
            Timer::Send => {}
            Timer::Ping => self.ping(),
            Timer::Pong => self.abandon_link(true),
            Timer::Rollover => {
                if self.is_live() {
                    self.open(As::Next);
                }
            }
            Timer::Presence => self.tell(0.0),
            Timer::Idle => self.rest(),
            Timer::Fetch => self.state.fetch = None,
        }
    }

    fn snapshot(&mut self, result: SnapshotResult) {
        let fetch = self.state.fetch.take();
        if fetch.is_some_and(|fetch| fetch.purpose == Purpose::Reconnect) {
            return self.looked(result);
        }
        match result {
            SnapshotResult::Sheet { epoch, sheet } if self.adopt(epoch.clone(), (*sheet).clone()) => {}
            SnapshotResult::Failed(failure) if failure.status == Some(401) => self.renew(),
            // Not there yet, or not newer than what was known: ask again, but not at once.
            _ => self.pause(),
        }
    }

    fn online(&mut self, is_online: bool) {
        let returned = is_online && !self.state.online;
        self.state.online = is_online;
        if !returned || self.state.halted.is_some() {
            return;
        }
        if self.state.link.is_none() {
            self.set_timer(Timer::Connect, self.state.reconnect_jitter_ms as f64 * self.random);
        } else {
            // A socket may have died with the network without a word.
            self.ping();
        }
    }

    fn visible(&mut self, is_visible: bool) {
        self.state.visible = is_visible;
        if is_visible {
            self.moving(None);
        } else {
            self.tell(0.0);
        }
        if is_visible && self.now - self.state.last_ping_at > BUSY_PING_MS {
            self.ping();
        }
    }

    fn reconnect(&mut self) {
        self.state.halted = None;
        self.state.error = None;
        self.state.attempts = 0;
        self.state.unauthorised = 0;
        if self.state.link.is_none() {
            self.connect();
        }
    }

    fn stop(mut self) -> Vec<Effect> {
        self.calm();
        let sockets = [self.state.link.take(), self.state.next.take()];
        // Whatever else was to be done is void.
        sockets.into_iter().flatten().map(|link| Effect::Close { socket: link.socket }).collect()
    }
}
