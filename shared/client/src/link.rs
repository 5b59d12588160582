//! The sockets: when to open, greet, doubt and leave one. The twin of `web/client/src/machine/link.ts`.
use crate::{
    frames::Welcome,
    times::{
        ANSWER_MS, FIRST_RETRY_MS, MAX_NOTIFICATIONS, MAX_RECONNECT_MS, PRESENCE_MS, QUIET_PING_MS,
        RECONNECT_JITTER_MS, RECONNECT_MS, ROLLOVER_JITTER_MS, ROLLOVER_MS, ROLLOVER_RETRY_MS,
    },
    types::{
        ClientFrame, Effect, Failure, Fetch, Halted, Link, Phase, Problem, Purpose, SnapshotResult, Timer,
        Turn,
    },
};
use std::collections::BTreeMap;

/// Codes of a close that somebody meant: nothing is wrong with the room.
const ORDERLY: [u16; 2] = [1000, 1001];

/// Which of the two sockets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum As {
    Link,
    Next,
}

impl Turn<'_> {
    fn slot(&mut self, which: As) -> &mut Option<Link> {
        match which {
            As::Link => &mut self.state.link,
            As::Next => &mut self.state.next,
        }
    }

    /// Opens a socket, as the one in use or as its successor.
    pub fn open(&mut self, which: As) {
        let socket = self.state.next_socket;
        self.state.next_socket += 1;
        *self.slot(which) = Some(Link { socket, phase: Phase::Opening, since: 0, busy: false });
        self.effects.push(Effect::Open { socket });
        // A socket that neither opens nor fails is as dead as one that is silent.
        self.wait(Timer::Hello, ANSWER_MS);
    }

    /// The socket is open: greet.
    pub fn opened(&mut self, socket: u32) {
        if let Some(which) = self.which(socket) {
            self.greet(which, true);
        }
    }

    /// Says hello; without what is known, the answer is the whole sheet.
    pub fn greet(&mut self, which: As, known: bool) {
        let Some(link) = *self.slot(which) else { return };
        let (since, epoch) = match (&self.state.confirmed, &self.state.epoch) {
            (Some(sheet), Some(epoch)) if known => (Some(sheet.version), Some(epoch.clone())),
            _ => (None, None),
        };
        self.approach();
        *self.slot(which) =
            Some(Link { phase: Phase::Hello, since: since.unwrap_or(0), busy: false, ..link });
        let frame = ClientFrame::Hello { since, epoch, docs: BTreeMap::new() };
        self.effects.push(Effect::Send { socket: link.socket, frame });
        self.wait(Timer::Hello, ANSWER_MS);
    }

    /// Which of the two a socket is; none: one that was left already.
    pub fn which(&self, socket: u32) -> Option<As> {
        if self.state.link.is_some_and(|link| link.socket == socket) {
            return Some(As::Link);
        }
        self.state.next.is_some_and(|link| link.socket == socket).then_some(As::Next)
    }

    /// The room answered.
    pub fn welcomed(&mut self, which: As, frame: Welcome) {
        let Some(link) = *self.slot(which) else { return };
        if which == As::Next {
            self.drop_socket(As::Link);
        }
        let state = &mut self.state;
        state.link = Some(Link { phase: Phase::Live, ..link });
        state.next = None;
        (state.attempts, state.unauthorised) = (0, 0);
        (state.was_live, state.fetch_first) = (true, false);
        state.error = None;
        self.introduce(&frame);
        self.take(link, frame);
        self.again();
        self.clear(&[Timer::Hello, Timer::Connect, Timer::Pong]);
        self.wait(Timer::Ping, QUIET_PING_MS);
        self.set_timer(Timer::Rollover, ROLLOVER_MS as f64 - self.random * ROLLOVER_JITTER_MS as f64);
        self.state.presence.sent = None;
        self.tell(0.0);
    }

    fn introduce(&mut self, frame: &Welcome) {
        if self.state.restored_for.as_ref().is_some_and(|user| user != frame.user.id.as_str()) {
            self.abandon("FORBIDDEN", "these changes were made by somebody else");
        }
        // Edits restored before the room said who this is were put on the sheet in nobody's name.
        self.stale |= self.state.user.as_ref().is_none_or(|user| user.id != frame.user.id);
        let now = self.now;
        let state = &mut self.state;
        state.restored_for = None;
        state.user = Some(frame.user.clone());
        state.role = Some(frame.role);
        state.connection_id = Some(frame.connection_id.clone());
        state.reconnect_jitter_ms = frame.reconnect_jitter_ms.unwrap_or(RECONNECT_JITTER_MS);
        state.presence.interval_ms = frame.presence_interval_ms.unwrap_or(PRESENCE_MS);
        state.clock_offset = frame.at.map_or(state.clock_offset, |at| at - now);
        // Updates that this socket received before its welcome do not wait any more: no welcome contains them.
        let heard = std::mem::take(&mut state.notifications);
        state.notifications = frame.notifications.iter().cloned().chain(heard).collect();
        let old = state.notifications.len().saturating_sub(MAX_NOTIFICATIONS);
        state.notifications.drain(..old);
        self.enter(frame.connections.clone());
    }

    fn take(&mut self, link: Link, frame: Welcome) {
        // A strongly read tip below what this client knew: the log is not the one it was.
        let back = frame.version < link.since;
        let other = self.state.epoch.as_ref().is_some_and(|epoch| *epoch != frame.epoch);
        if other || back {
            self.distrust(Some(frame.epoch.clone()), frame.version);
        } else if self.state.confirmed.is_some() && link.since == 0 {
            // The whole sheet was requested, so this is the tip: versions announced beyond it may belong to a log that
            // no longer exists.
            self.state.held.clear();
            self.state.target = self.version().max(frame.version);
        }
        self.state.epoch = Some(frame.epoch.clone());
        if let Some(sheet) = frame.snapshot {
            self.adopt(Some(frame.epoch), sheet);
        } else if let Some(url) = frame.snapshot_url {
            self.state.fetch = None;
            self.fetch_sheet(Some(url));
        }
        self.effects.push(Effect::DocumentsWelcomed { docs: frame.docs });
        self.receive(frame.changes);
        self.expect(frame.version);
    }

    /// A socket closed by itself.
    pub fn closed(&mut self, socket: u32, code: u16) {
        match self.which(socket) {
            Some(As::Next) => {
                self.state.next = None;
                self.set_timer(Timer::Rollover, ROLLOVER_RETRY_MS as f64 * (1.0 + self.random));
            }
            Some(As::Link) => {
                self.state.link = None;
                self.lost(!ORDERLY.contains(&code));
            }
            None => {}
        }
    }

    /// Leaves a socket that does not answer, or whose token is spent.
    pub fn abandon_link(&mut self, was_abnormal: bool) {
        self.drop_socket(As::Link);
        self.lost(was_abnormal);
    }

    fn drop_socket(&mut self, which: As) {
        if let Some(link) = self.slot(which).take() {
            self.effects.push(Effect::Close { socket: link.socket });
        }
    }

    fn lost(&mut self, abnormal: bool) {
        use Timer::{Echo, Fetch, Hello, Ping, Pong, Rollover, Send};
        self.clear(&[Hello, Echo, Send, Ping, Pong, Rollover, Fetch]);
        self.calm();
        self.state.fetch = None;
        self.state.busy_since = None;
        self.leave();
        if let Some(in_flight) = &mut self.state.in_flight {
            in_flight.tries = 0;
            in_flight.due = false;
        }
        if self.state.next.is_some() {
            // Its successor is on the way already.
            self.state.link = self.state.next.take();
            self.wait(Hello, ANSWER_MS);
            return;
        }
        self.state.fetch_first |= abnormal;
        self.retry();
    }

    /// Another attempt after a pause that grows, spread so that a room does not return as one.
    fn retry(&mut self) {
        if self.state.halted.is_some() {
            return;
        }
        let attempts = self.state.attempts;
        let pause = if !self.state.was_live && attempts == 0 {
            FIRST_RETRY_MS as f64 * self.random
        } else {
            let grown = (RECONNECT_MS << attempts.min(10)).min(MAX_RECONNECT_MS);
            grown as f64 + self.state.reconnect_jitter_ms as f64 * self.random
        };
        self.state.attempts += 1;
        self.set_timer(Timer::Connect, pause);
    }

    /// The token is spent: a fresh one may be had at once. HTTP goes first, because it says so when none is to be had.
    pub fn renew(&mut self) {
        self.drop_socket(As::Next);
        let attempts = self.state.attempts;
        self.state.fetch_first = true;
        self.abandon_link(false);
        if attempts == 0 {
            self.set_timer(Timer::Connect, self.state.reconnect_jitter_ms as f64 * self.random);
        }
    }

    /// The pause before an attempt is over.
    pub fn connect(&mut self) {
        if self.state.link.is_some() || self.state.halted.is_some() {
            return;
        }
        if !self.state.fetch_first {
            self.open(As::Link);
            return;
        }
        // After a failure, the sheet comes over HTTP: many clients that return at once must not load the sockets.
        let request = self.state.next_request;
        self.state.fetch = Some(Fetch { request, purpose: Purpose::Reconnect });
        self.state.next_request += 1;
        let etag = match (&self.state.confirmed, &self.state.epoch) {
            (Some(sheet), Some(epoch)) => Some(format!("\"{epoch}-{}\"", sheet.version)),
            _ => None,
        };
        self.effects.push(Effect::FetchSnapshot { request, url: None, etag });
    }

    /// The sheet came over HTTP before a reconnect, or the answer tells why it did not.
    pub fn looked(&mut self, result: SnapshotResult) {
        let failure = match result {
            SnapshotResult::Failed(failure) => failure,
            SnapshotResult::Sheet { epoch, sheet } => {
                self.adopt(epoch, *sheet);
                self.state.unauthorised = 0;
                return self.open(As::Link);
            }
            SnapshotResult::NotModified => {
                self.state.unauthorised = 0;
                return self.open(As::Link);
            }
        };
        let Failure { status, code, message } = failure;
        let is = |word: &str| code.as_deref() == Some(word);
        if status == Some(401) {
            // Once may be a token that ran out on the way; twice is a session that ended.
            self.state.unauthorised += 1;
            if self.state.unauthorised > 1 {
                self.halt(Halted::SessionEnded, code.as_deref().unwrap_or("TOKEN_EXPIRED"), &message);
            } else {
                self.set_timer(Timer::Connect, FIRST_RETRY_MS as f64 * (1.0 + self.random));
            }
        } else if status == Some(403) {
            let halted = if is("REVOKED") { Halted::Removed } else { Halted::Failed };
            self.halt(halted, code.as_deref().unwrap_or("FORBIDDEN"), &message);
        } else if is("NOT_FOUND") || is("MALFORMED") {
            self.halt(Halted::Failed, code.as_deref().unwrap_or_default(), &message);
        } else if matches!(status, Some(429 | 503)) {
            self.retry();
        } else {
            // HTTP may be what is broken: the socket says.
            self.open(As::Link);
        }
    }

    /// Nothing further is tried by itself.
    pub fn halt(&mut self, halted: Halted, code: &str, message: &str) {
        use Timer::{Connect, Echo, Fetch, Hello, Idle, Ping, Pong, Rollover, Send};
        self.state.halted = Some(halted);
        self.state.error = Some(Problem { code: code.to_owned(), message: message.to_owned() });
        self.drop_socket(As::Link);
        self.drop_socket(As::Next);
        self.leave();
        self.calm();
        self.state.fetch = None;
        self.clear(&[Connect, Hello, Echo, Send, Ping, Pong, Rollover, Fetch, Idle]);
        if halted == Halted::Removed {
            self.abandon("REVOKED", message);
        }
    }
}
