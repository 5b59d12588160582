//! The model of a room's server: the log, decided by `sheet::check`, and the frames that tell of it.
use super::member::{as_json, connection};
use cyclesheet_client::{
    frames::{Announced, Ops, User, Who},
    types::PresenceState,
};
use serde_json::{Value, json};
use sheet::{
    Author, Change, ChangeId, ClientId, Code, Column, CycleKey, DocName, Name, Op, Refusal, Role, State,
    TimestampMs, Verdict, check,
    check::Policy,
    doc::Bytes,
    model::Origin,
    op::{Generated, GeneratedRow},
};
use std::collections::{BTreeMap, BTreeSet};

/// A snapshot is sent instead of so many changes.
const MANY: u64 = 20;

/// The server.
pub struct Server {
    /// Changes, from version 1.
    pub log: Vec<Change>,
    /// What they fold to.
    pub state: State,
    /// The log's name.
    pub epoch: String,
    epochs: u32,
    genesis: State,
    roles: BTreeMap<Name, Role>,
}

/// An answer to a change.
pub(super) struct Answer {
    pub frame: Value,
    /// For everybody, or for the author's socket alone.
    pub to_room: bool,
}

impl Server {
    pub(super) fn new(people: usize) -> Self {
        let word = |word: &str| word.parse().unwrap_or_else(|_| unreachable!("a constant"));
        let week = "2026-W47".parse().unwrap_or_else(|_| unreachable!("a constant"));
        let genesis = State::genesis(&CycleKey { tenant: word("acme"), team: word("platform"), week });
        // The first is an admin; of many, the last only reads.
        let role = |number| match number {
            0 => Role::Admin,
            _ if number + 1 == people && people > 3 => Role::Viewer,
            _ => Role::Editor,
        };
        let roles = (0..people).map(|number| (word(&format!("u{number}")), role(number))).collect();
        Self { log: Vec::new(), state: genesis.clone(), epoch: "e1".into(), epochs: 1, genesis, roles }
    }

    /// Decides about a change; what it answers is what the functions answer.
    pub(super) fn commit(
        &mut self,
        user: &User,
        id: &str,
        base: u64,
        ops: Vec<Op>,
        now: i64,
        omitted: bool,
    ) -> Answer {
        let Ok(change_id) = id.parse() else {
            return self.refuse(id, &Refusal::new(Code::Malformed, "not a change id"));
        };
        let change = Change {
            version: self.state.version() + 1,
            id: change_id,
            author: Author { id: user.id.clone(), name: user.name.clone() },
            role: self.roles.get(&user.id).copied().unwrap_or(Role::Editor),
            at: TimestampMs(now.max(self.state.sheet.updated_at.0)),
            base,
            ops,
        };
        let bytes = serde_json::to_vec(&change).map_or(0, |json| json.len());
        match check(&self.state, &change, bytes, &Policy::default()) {
            Verdict::Accept(next) => {
                self.state = *next;
                self.log.push(change);
                let frame = committed(self.log[self.log.len() - 1..].iter(), omitted);
                Answer { frame, to_room: true }
            }
            Verdict::Duplicate { version } => {
                let at = version as usize;
                let frame = committed(self.log[at - 1..at].iter(), omitted);
                Answer { frame, to_room: version == self.state.version() }
            }
            Verdict::Refuse(refusal) => self.refuse(id, &refusal),
        }
    }

    fn refuse(&self, id: &str, refusal: &Refusal) -> Answer {
        let Refusal { code, message, .. } = refusal;
        let version = self.state.version();
        let frame = json!({"type": "rejected", "id": id, "code": code, "retryable": code.retryable(), "message": message, "version": version});
        Answer { frame, to_room: false }
    }

    /// Nothing was decided.
    pub(super) fn wait(&self, id: &str, busy: bool) -> Answer {
        let code = if busy { Code::Busy } else { Code::TokenExpired };
        self.refuse(id, &Refusal::new(code, "send it again"))
    }

    /// Somebody was removed from the tenant.
    pub(super) fn is_removed(&self, user: &User) -> bool {
        self.state.ledger.denials.contains(&user.id)
    }

    pub(super) fn no_welcome(&self, user: &User) -> Value {
        let code = if self.is_removed(user) { Code::Revoked } else { Code::Busy };
        json!({"type": "error", "code": code, "retryable": code.retryable(), "message": code.meaning()})
    }

    pub(super) fn welcome(
        &self,
        user: &User,
        socket: u32,
        (since, epoch): (Option<u64>, Option<String>),
        connections: &[Value],
        now: i64,
        by_address: bool,
    ) -> Value {
        let version = self.state.version();
        let known = since.filter(|&since| epoch.as_ref() == Some(&self.epoch) && since <= version);
        let small = known.filter(|since| version - since < MANY);
        let snapshot = (small.is_none() && !by_address).then_some(&self.state.sheet);
        let url = (small.is_none() && by_address).then_some("/api/cycles/platform/2026-W47");
        let changes: Vec<Value> = self.log[small.unwrap_or(version) as usize..]
            .iter()
            .map(|change| announced(change, false))
            .collect();
        let token = self.roles.get(&user.id).copied().unwrap_or(Role::Editor);
        let Value::Object(mut frame) = json!({
            "type": "welcome", "protocol": 1, "epoch": self.epoch, "user": as_json(user),
            "role": self.state.ledger.role_of(&user.id, token), "version": version, "snapshot": snapshot,
            "snapshotUrl": url, "changes": changes, "connections": connections, "notifications": [],
            "presenceIntervalMs": 250, "reconnectJitterMs": 2_000, "at": now,
        }) else {
            return Value::Null;
        };
        frame.insert("connectionId".into(), connection(user, socket)["connectionId"].clone());
        Value::Object(frame)
    }

    /// What documents lack, as `welcome` tells it; none: too large.
    pub(super) fn lacked(&self, docs: &BTreeMap<String, Bytes>, omitted: bool) -> Value {
        let lacked = |(doc, known): (&String, &Bytes)| {
            let name = DocName::new(doc).ok()?;
            let update = self.state.doc_since(&name, Some(&known.0)).ok().filter(|_| !omitted);
            Some((
                doc.clone(),
                json!(update.map(|update| json!({"update": update, "version": self.state.version()}))),
            ))
        };
        Value::Object(docs.iter().filter_map(lacked).collect())
    }

    pub(super) fn news(&self, what: &str, user: &User, socket: u32, state: Option<PresenceState>) -> Value {
        let mut frame = connection(user, socket);
        frame["type"] = what.into();
        if let Some(state) = state {
            frame["state"] = Value::Object(state);
        }
        frame
    }

    pub(super) fn replay(&self, since: u64, omitted: bool) -> Value {
        let from = (since as usize).min(self.log.len());
        committed(self.log[from..].iter(), omitted)
    }

    pub(super) fn announced_after(&self, since: u64, limit: usize) -> Vec<Announced> {
        let from = (since as usize).min(self.log.len());
        let told = |change: &Change| Announced {
            version: change.version,
            id: change.id.to_string(),
            author: Who { id: change.author.id.to_string(), name: change.author.name.clone() },
            at: change.at.0,
            ops: Ops::Known(change.ops.clone()),
        };
        self.log[from..].iter().take(limit).map(told).collect()
    }

    pub(super) fn pong(&self) -> Value {
        json!({"type": "pong", "version": self.state.version(), "epoch": self.epoch})
    }

    /// A change by the system itself; the frame that tells of it, or of nothing.
    fn system(&mut self, ops: Vec<Op>, now: i64) -> Value {
        let (version, base) = (self.state.version() + 1, self.state.version());
        let at = TimestampMs(now.max(self.state.sheet.updated_at.0));
        let id = ChangeId::new(ClientId::of_system("run"), version);
        let author = Author::system();
        let change = Change { version, id, author, role: Role::System, at, base, ops };
        if let Verdict::Accept(next) = check(&self.state, &change, 0, &Policy::default()) {
            self.state = *next;
            self.log.push(change);
        }
        committed(self.log[base as usize..].iter(), false)
    }

    /// An extraction: every row it finds has a title that the one before had too, and one that is new.
    pub(super) fn extract(&mut self, now: i64) -> Value {
        let generation = self.state.due_generation(true).unwrap_or(1);
        let from = self.state.version() as usize;
        self.system(vec![Op::GenerationStarted { generation, lease_ms: 60_000 }], now);
        let row = |number: u32, title: String| GeneratedRow {
            task_id: format!("g{generation}-{number}").parse().unwrap_or_else(|_| unreachable!("a name")),
            cells: BTreeMap::from([(Column::Title, title), (Column::Source, format!("m{number}"))]),
            carried_from: None,
        };
        let generated = Generated {
            generation,
            part: 1,
            parts: 1,
            origin: Origin::Sample,
            model: None,
            summary: format!("generation {generation}"),
            messages: 2,
            note: None,
            rows: vec![row(1, "Ship it".into()), row(2, format!("New in {generation}"))],
        };
        self.system(vec![Op::Generated(Box::new(generated))], now);
        committed(self.log[from..].iter(), false)
    }

    /// The fold forgets every client that it remembers.
    pub fn forget(&mut self) {
        let Ok(mut state) = serde_json::to_value(&self.state) else { return };
        state["ledger"]["clients"] = json!([]);
        state["ledger"]["floor"] = json!(self.state.version());
        if let Ok(state) = serde_json::from_value(state) {
            self.state = state;
        }
    }

    /// The table is restored from a backup taken at `version`.
    pub fn restore(&mut self, version: usize) {
        self.log.truncate(version);
        self.state = self.genesis.clone();
        for change in &self.log {
            sheet::apply::apply(&mut self.state, change);
        }
        self.epochs += 1;
        self.epoch = format!("e{}", self.epochs);
    }

    /// Versions count up, and no change stands twice.
    pub fn is_sound(&self) -> bool {
        let ids: BTreeSet<String> =
            self.log.iter().map(|change| format!("{} {}", change.author.id, change.id)).collect();
        ids.len() == self.log.len()
            && self.log.iter().zip(1..).all(|(change, version)| change.version == version)
    }
}

fn committed<'a>(changes: impl Iterator<Item = &'a Change>, omitted: bool) -> Value {
    json!({"type": "committed", "changes": changes.map(|change| announced(change, omitted)).collect::<Vec<_>>()})
}

fn announced(change: &Change, omitted: bool) -> Value {
    let Change { version, id, author, at, ops, .. } = change;
    let ops = if omitted { Value::Null } else { json!(ops) };
    json!({"version": version, "id": id, "author": author, "at": at, "ops": ops})
}
