//! One person with one page, and what is kept for the next.
use super::notes::Notes;
use crate::page::Page;
use cyclesheet_client::{
    Machine,
    frames::User,
    types::{Effect, Event, Input, Outcome, QueueRecord, Timer},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A person in a world.
pub struct Member {
    /// The user.
    pub user: User,
    /// Their client.
    pub machine: Machine,
    /// When each wait is over.
    pub timers: BTreeMap<Timer, i64>,
    /// Open sockets as the server sees them; true: in the room.
    pub sockets: BTreeMap<u32, bool>,
    /// What is kept for the next page.
    pub record: Option<QueueRecord>,
    /// What became of this page's calls.
    pub outcomes: BTreeMap<i64, Outcome>,
    /// Counts reloads.
    pub page: u32,
    /// The documents of this page.
    pub notes: Notes,
    number: usize,
    calls: i64,
    trace: Page,
}

impl Member {
    /// The `number`-th person, whose page opens now.
    pub fn new(number: usize, now: i64) -> Self {
        let user = user(number);
        let name = format!("{}-tab", user.id);
        Self {
            machine: Machine::new(&name, &[], now),
            trace: Page::new(&name, &[], now),
            user,
            timers: BTreeMap::new(),
            sockets: BTreeMap::new(),
            record: None,
            outcomes: BTreeMap::new(),
            page: 0,
            notes: Notes::new(number, 0),
            number,
            calls: 0,
        }
    }

    /// A number for the next call.
    pub fn next_call(&mut self) -> i64 {
        self.calls += 1;
        self.calls
    }

    pub(super) fn step(&mut self, event: Event, now: i64, random: f64) -> Vec<Effect> {
        let input = Input { event, now, random };
        let effects = self.machine.step(input.clone());
        self.trace.add(input, effects.clone(), &self.machine);
        effects
    }

    /// Closes the page, which is returned, and opens the next.
    pub(super) fn reload(&mut self, now: i64) -> Page {
        let restored: Vec<QueueRecord> = self.record.clone().into_iter().collect();
        let name = format!("{}-tab", self.user.id);
        self.page += 1;
        self.notes = Notes::new(self.number, self.page);
        self.sockets.clear();
        self.timers.clear();
        self.outcomes.clear();
        let before = std::mem::replace(&mut self.trace, Page::new(&name, &restored, now));
        let before = before.ended(&self.machine);
        self.machine = Machine::new(&name, &restored, now);
        before
    }

    pub(super) fn into_page(self) -> Page {
        self.trace.ended(&self.machine)
    }

    pub(super) fn next_timer(&self) -> Option<(i64, Timer)> {
        self.timers.iter().map(|(timer, at)| (*at, *timer)).min()
    }

    pub(super) fn wants(&self, socket: u32) -> bool {
        let state = self.machine.state();
        state.link.into_iter().chain(state.next).any(|link| link.socket == socket)
    }

    /// Their sockets in the room, as `welcome` lists them.
    pub(super) fn connections(&self) -> Vec<Value> {
        let joined = self.sockets.iter().filter(|(_, joined)| **joined);
        joined.map(|(socket, _)| connection(&self.user, *socket)).collect()
    }
}

fn user(number: usize) -> User {
    let id = format!("u{number}");
    // A letter and a number make a name.
    let id = id.parse().unwrap_or_else(|_| unreachable!());
    User { id, name: format!("User {number}"), color: "#0a7".to_owned() }
}

pub(super) fn connection(user: &User, socket: u32) -> Value {
    json!({"connectionId": format!("{}-{socket}", user.id), "user": as_json(user)})
}

pub(super) fn as_json(user: &User) -> Value {
    json!({"id": user.id, "name": user.name, "color": user.color})
}
