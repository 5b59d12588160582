//! Presence: the frames of others, and those sent to them. The twin of `web/client/src/machine/room.ts`.
use crate::{
    frames::Connection,
    times::{AWAY_MS, IDLE_MS, MAX_PRESENCE_BYTES},
    types::{ClientFrame, PeerConnection, PresenceState, Timer, Turn},
};
use serde_json::Value;
use sheet::{Role, name::Name};
use std::collections::BTreeSet;

impl Turn<'_> {
    /// A `hello` goes out: from here on, news may overtake the list that answers it.
    pub fn approach(&mut self) {
        self.state.greeted_at = self.now;
        self.state.departed = BTreeSet::new();
    }

    /// Everybody in the room, as `welcome` lists them; what they told before, and the news since `hello`, stays known.
    pub fn enter(&mut self, listed: Vec<Connection>) {
        let known = std::mem::take(&mut self.state.connections);
        let mut here: Vec<PeerConnection> = Vec::new();
        for connection in listed {
            if self.state.departed.contains(&connection.connection_id) {
                continue;
            }
            let before = known.iter().find(|peer| peer.connection.connection_id == connection.connection_id);
            let peer = match before {
                Some(before) => PeerConnection { connection, ..before.clone() },
                None => PeerConnection { connection, state: None, at: 0, heard_at: 0 },
            };
            put(&mut here, peer);
        }
        for peer in known {
            let listed =
                here.iter().any(|other| other.connection.connection_id == peer.connection.connection_id);
            if !listed && peer.heard_at >= self.state.greeted_at {
                here.push(peer);
            }
        }
        self.state.connections = here;
    }

    /// The socket is gone, and with it what it told about others.
    pub fn leave(&mut self) {
        self.state.connection_id = None;
        self.state.presence.sent = None;
        self.state.presence.owed = false;
        self.clear(&[Timer::Presence]);
        self.state.connections = Vec::new();
    }

    /// Somebody came.
    pub fn joined(&mut self, connection: Connection) {
        let known = self.peer(&connection.connection_id);
        let (state, at) = known.map_or((None, 0), |peer| (peer.state.clone(), peer.at));
        let own = self.state.connection_id.as_ref() == Some(&connection.connection_id);
        self.heard_of(connection, state, at);
        if own {
            return;
        }
        // They do not know where anybody is: tell once, spread out so that a full room does not answer as one.
        self.state.presence.owed = true;
        self.tell(self.random * self.state.presence.interval_ms as f64);
    }

    /// Somebody went.
    pub fn left(&mut self, connection_id: &str) {
        self.state.departed.insert(connection_id.to_owned());
        self.state.connections.retain(|peer| peer.connection.connection_id != connection_id);
    }

    /// Somebody moved.
    pub fn moved(&mut self, connection: Connection, state: PresenceState) {
        // Frames may overtake each other: what somebody told before they left does not bring them back.
        if self.state.departed.contains(&connection.connection_id) {
            return;
        }
        let was_alone = self.is_alone();
        self.heard_of(connection, Some(state), self.now);
        // Their `joined` was lost, or is late: they have not heard where this one is either.
        if was_alone {
            self.tell(0.0);
        }
    }

    /// Returns whether nobody else is in the room: a movement would cost a message that nobody hears.
    fn is_alone(&self) -> bool {
        let own = self.state.connection_id.as_ref();
        self.state.connections.iter().all(|peer| Some(&peer.connection.connection_id) == own)
    }

    fn peer(&self, connection_id: &str) -> Option<&PeerConnection> {
        self.state.connections.iter().find(|peer| peer.connection.connection_id == connection_id)
    }

    fn heard_of(&mut self, connection: Connection, state: Option<PresenceState>, at: i64) {
        let role = connection.role.or_else(|| self.role_of(&connection.user.id));
        let connection = Connection { role, ..connection };
        let peer = PeerConnection { connection, state, at, heard_at: self.now };
        put(&mut self.state.connections, peer);
    }

    /// What is known of a person's role from their other sockets.
    fn role_of(&self, user_id: &Name) -> Option<Role> {
        let mut sockets = self.state.connections.iter().map(|peer| &peer.connection);
        sockets
            .find(|socket| socket.user.id == *user_id && socket.role.is_some())
            .and_then(|socket| socket.role)
    }

    /// One moved, typed, or came back.
    pub fn moving(&mut self, wanted: Option<PresenceState>) {
        if wanted.is_some() {
            self.state.presence.wanted = wanted;
        }
        self.state.presence.moved_at = self.now;
        self.wait(Timer::Idle, IDLE_MS);
        self.tell(0.0);
    }

    /// Time passed without a movement.
    pub fn rest(&mut self) {
        let still = self.now - self.state.presence.moved_at;
        if still < AWAY_MS {
            self.wait(Timer::Idle, if still < IDLE_MS { IDLE_MS } else { AWAY_MS } - still);
        }
        self.tell(0.0);
    }

    /// Tells the room where one is, if that is news: at once after quiet, else when the room's budget allows it.
    pub fn tell(&mut self, delay: f64) {
        if !self.is_live() || self.is_alone() {
            return;
        }
        let Some(state) = self.own() else { return };
        let presence = &self.state.presence;
        let old = presence.sent.as_ref() == Some(&state) && !presence.owed;
        let size = serde_json::to_vec(&state).map_or(usize::MAX, |json| json.len());
        if old || size > MAX_PRESENCE_BYTES {
            return;
        }
        let wait = delay.max((presence.sent_at + presence.interval_ms - self.now) as f64);
        if wait > 0.0 {
            self.set_timer(Timer::Presence, wait);
            return;
        }
        self.send(ClientFrame::Presence { state: state.clone() });
        let presence = &mut self.state.presence;
        (presence.sent, presence.sent_at, presence.owed) = (Some(state), self.now, false);
    }

    fn own(&self) -> Option<PresenceState> {
        let still = self.now - self.state.presence.moved_at;
        let mut state = self.state.presence.wanted.clone()?;
        let status = if !self.state.visible || still >= AWAY_MS {
            "away"
        } else if still >= IDLE_MS {
            "idle"
        } else {
            state.entry("status").or_insert_with(|| Value::from("active"));
            return Some(state);
        };
        state.insert("status".into(), status.into());
        Some(state)
    }
}

/// Puts in place of the one with its id, or at the end.
fn put(connections: &mut Vec<PeerConnection>, peer: PeerConnection) {
    let id = &peer.connection.connection_id;
    match connections.iter_mut().find(|other| other.connection.connection_id == *id) {
        Some(place) => *place = peer,
        None => connections.push(peer),
    }
}
