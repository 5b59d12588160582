//! What each frame means, and when to ask whether anything was missed; the twin of
//! `web/client/src/machine/listen.ts`.
use crate::{
    frames::{ServerFrame, parse},
    inbox::Replay,
    link::As,
    times::{
        ANSWER_MS, BUSY_PING_MS, IDLE_PING_MS, MAX_ATTEMPTS, MAX_NOTIFICATIONS, QUIET_PING_MS, RETRY_MS,
    },
    types::{ClientFrame, Effect, Halted, Phase, PostResult, Problem, Timer, Turn, Verdict},
};
use serde_json::Value;

impl Turn<'_> {
    /// A text arrived on a socket.
    pub fn heard(&mut self, socket: u32, text: &str) {
        let Some(which) = self.which(socket) else { return };
        match parse(text) {
            Some(ServerFrame::Welcome(frame)) => self.welcomed(which, *frame),
            // The successor of a socket counts once it is welcomed; until then the room is heard through the first.
            Some(frame) if which == As::Link => self.listen(frame),
            _ => {}
        }
    }

    fn listen(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome(_) => {}
            ServerFrame::Committed(changes) => {
                self.receive(changes);
                self.busy(QUIET_PING_MS);
            }
            ServerFrame::Rejected { id, code, retryable, message, version } => {
                self.rejected(&id, retryable, Verdict { code, message, version });
                self.busy(QUIET_PING_MS);
            }
            ServerFrame::Presence(connection, state) => {
                let rests = matches!(state.get("status").and_then(Value::as_str), Some("idle" | "away"));
                self.moved(connection, state);
                // An idle client has sent nothing whose answer could be missed.
                if !rests {
                    self.glimpse();
                }
            }
            ServerFrame::Joined(connection) => {
                self.joined(connection);
                self.glimpse();
            }
            ServerFrame::Left(connection) => {
                self.left(&connection.connection_id);
                self.glimpse();
            }
            ServerFrame::Notification(notification) => {
                let notifications = &mut self.state.notifications;
                notifications.push(notification);
                let old = notifications.len().saturating_sub(MAX_NOTIFICATIONS);
                notifications.drain(..old);
            }
            ServerFrame::Pong { version, epoch } => self.ponged(version, epoch),
            ServerFrame::Error { code, retryable, message } => self.failed(code, retryable, message),
        }
    }

    /// The log moves: ask whether its last word was heard once it rests, and now and then if it never does.
    pub fn busy(&mut self, wait: i64) {
        if !self.is_live() {
            return;
        }
        let since = *self.state.busy_since.get_or_insert(self.now);
        if self.now - since >= BUSY_PING_MS {
            self.ping();
        } else {
            self.wait(Timer::Ping, wait);
        }
    }

    /// People only move: a ping for that alone is rare, or every pause of a mouse would make the whole room ask.
    fn glimpse(&mut self) {
        self.busy(QUIET_PING_MS.max(self.state.last_ping_at + BUSY_PING_MS - self.now));
    }

    /// Asks for the tip of the log.
    pub fn ping(&mut self) {
        let version = self.version();
        self.state.busy_since = None;
        if !self.send(ClientFrame::Ping { version }) {
            return;
        }
        self.state.last_ping_at = self.now;
        self.state.ping_version = version;
        self.wait(Timer::Ping, IDLE_PING_MS);
        self.wait(Timer::Pong, ANSWER_MS);
    }

    fn ponged(&mut self, version: u64, epoch: Option<String>) {
        self.clear(&[Timer::Pong]);
        if (epoch.is_some() && epoch != self.state.epoch) || version < self.state.ping_version {
            self.distrust(epoch, version);
            self.greet(As::Link, false);
            return;
        }
        self.expect(version);
        if version > self.version() && !self.state.gap_running {
            self.ask();
        }
    }

    /// Asks for what is missing, or, where that was in vain, for everything.
    pub fn ask(&mut self) {
        if self.replay() == Replay::Useless {
            self.state.gap_tries = 0;
            self.greet(As::Link, false);
        }
    }

    /// A change that went over HTTP was answered; without an answer it is asked about again.
    pub fn posted(&mut self, id: &str, result: PostResult) {
        if self.state.in_flight.as_ref().is_none_or(|change| change.id != id) {
            return;
        }
        match result {
            PostResult::Committed { changes } => {
                self.receive(changes);
                self.busy(QUIET_PING_MS);
            }
            PostResult::Failed(_) => self.retry_later(),
            PostResult::Refused { code, message, retryable, version } => {
                self.rejected(id, retryable, Verdict { code, message, version });
            }
        }
    }

    fn rejected(&mut self, id: &str, retryable: bool, verdict: Verdict) {
        match verdict.code.as_str() {
            "TOKEN_EXPIRED" => return self.renew(),
            "REVOKED" => return self.halt(Halted::Removed, &verdict.code, &verdict.message),
            _ => self.expect(verdict.version),
        }
        let Some(in_flight) = &mut self.state.in_flight else { return };
        if in_flight.id != id || in_flight.committed.is_some() {
            return;
        }
        if retryable {
            return self.retry_later();
        }
        let unknown_base = in_flight.base > verdict.version && in_flight.answers < MAX_ATTEMPTS;
        if verdict.code == "MALFORMED" && unknown_base {
            // Perhaps it names a version that the log does not have (any more): the answer to a ping tells.
            self.ping();
            return self.retry_later();
        }
        in_flight.due = false;
        in_flight.verdict = Some(verdict);
        self.clear(&[Timer::Echo]);
    }

    fn failed(&mut self, code: String, retryable: bool, message: String) {
        let Some(link) = self.state.link else { return };
        let greeting = link.phase == Phase::Hello;
        match code.as_str() {
            "TOKEN_EXPIRED" => self.renew(),
            "REVOKED" => self.halt(Halted::Removed, &code, &message),
            "NOT_FOUND" => self.halt(Halted::Failed, &code, &message),
            "FORBIDDEN" if greeting => self.halt(Halted::Failed, &code, &message),
            _ if !retryable => self.state.error = Some(Problem { code, message }),
            _ if greeting => {
                if let Some(link) = &mut self.state.link {
                    link.busy = true;
                }
                self.set_timer(Timer::Hello, RETRY_MS as f64 * (1.0 + self.random));
            }
            _ => {}
        }
    }

    /// No `welcome` came.
    pub fn unanswered(&mut self) {
        if let Some(next) = self.state.next.take() {
            self.effects.push(Effect::Close { socket: next.socket });
            self.set_timer(Timer::Rollover, ANSWER_MS as f64 * (1.0 + self.random));
            return;
        }
        match self.state.link {
            Some(link) if link.phase == Phase::Hello && link.busy => self.greet(As::Link, true),
            Some(link) if link.phase != Phase::Live => self.abandon_link(true),
            _ => {}
        }
    }
}
