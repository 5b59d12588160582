//! When all is quiet: everything that must be true of what is left.
use crate::{
    client::{Intent, Outcome, Phase},
    clock::SECOND,
    socket::State,
    weather::Weather,
    world::{Event, World},
};
use platform::invoke::ExtractRequest;
use serde_json::Value;
use sheet::{DocName, Op, op::Update};

/// The longest that anything takes to heal: a lease of eleven minutes, two pings, a reconnect.
const HEALS_IN_US: u64 = 14 * 60 * SECOND;

impl World {
    /// Faults stop, people rest, interrupted work is completed; then everything is checked.
    pub(crate) fn finale(&mut self) {
        self.weather = Weather::calm();
        self.is_lively = false;
        for task in self.tasks.values_mut() {
            task.dies_at = None;
        }
        self.tell(|| "the weather clears".into());
        self.run_for(60 * SECOND);
        for _ in 0..2 {
            self.after(0, Event::Extract(ExtractRequest::Sweep));
            self.run_for(30 * SECOND);
        }
        self.come_back();
        self.run_for(HEALS_IN_US);
        if self.found.is_none() {
            self.judge_end();
        }
        if self.found.is_none() {
            self.judge_hearing();
        }
        if self.found.is_none() {
            self.judge_undo();
        }
    }

    /// Live clients of rooms that this release may write.
    fn settled(&self) -> Vec<usize> {
        let newer = |client: usize| {
            self.histories.get(&self.partition(client)).is_none_or(|history| history.is_newer)
        };
        (0..self.clients.len()).filter(|n| !newer(*n) && self.clients[*n].phase != Phase::Halted).collect()
    }

    fn judge_end(&mut self) {
        for (pk, history) in &self.histories {
            if let Err(what) = history.agrees() {
                let what = format!("{what} ({pk})");
                return self.violated(what);
            }
        }
        for client in self.settled() {
            let tip = self.histories[&self.partition(client)].tip();
            let own = &self.clients[client];
            if own.phase != Phase::Live
                || own.version() != tip
                || own.epoch != self.epoch(&self.partition(client))
            {
                let what = format!(
                    "I9: client {client} is {:?} at {} of {tip}, epoch {:?}",
                    own.phase,
                    own.version(),
                    own.epoch
                );
                return self.violated(what);
            }
            if !own.is_idle() {
                let what =
                    format!("I9: client {client} still waits for {:?} and {:?}", own.in_flight, own.queue);
                return self.violated(what);
            }
            if let Some((doc, _)) = own.docs.iter().find(|(_, replica)| replica.lacks.is_some()) {
                let what = format!("I9: client {client} still lacks something of {doc}");
                return self.violated(what);
            }
            self.judge_replica(client);
            self.judge_documents(client);
        }
        self.judge_written();
        self.judge_outcomes();
        self.judge_members();
        self.judge_rows();
    }

    /// I2, I3: every intent is where its client believes it to be, and nowhere else.
    fn judge_outcomes(&mut self) {
        let mut wrong = None;
        for (n, client) in self.clients.iter().enumerate().filter(|(_, client)| !client.shares_name) {
            let pk = self.partition(n);
            let user = &client.person.user;
            // Frames of changes name no history: a client that does not know of a restore yet may hold either's.
            let past = self.past.iter().filter(|((room, _), _)| *room == pk).map(|(_, history)| history);
            let histories: Vec<_> = self.histories.get(&pk).into_iter().chain(past).collect();
            for (intent, outcome) in &client.outcomes {
                match outcome {
                    Outcome::Committed { id, version } if self.poison.contains(intent) => {
                        wrong =
                            Some(format!("poison: {id} can be in no log, and was committed at {version}"));
                    }
                    Outcome::Committed { id, version } => {
                        if !histories.iter().any(|history| history.find(user, id) == Some(*version)) {
                            wrong = Some(format!(
                                "I3: client {n} saw {id} (intent {intent}) at {version}; it is not there"
                            ));
                        }
                    }
                    // A copy of the frame may have been committed later; a client that took a snapshot meanwhile never
                    // received it.
                    Outcome::Refused { .. } => {}
                }
            }
            // Everybody is idle: what can never be committed was refused, told so, and what waited behind it went on.
            let settled = |intent: &u64| client.outcomes.contains_key(intent);
            if let Some((intent, ids)) = client
                .sent
                .iter()
                .find(|(n, _)| self.poison.contains(n) && !settled(n))
                .filter(|_| client.is_idle())
            {
                wrong = Some(format!(
                    "poison: nobody received the refusal of intent {intent} of client {n} ({ids:?})"
                ));
            }
            for (intent, ids) in &client.sent {
                let stands: Vec<&String> = ids
                    .iter()
                    .filter(|id| self.histories.get(&pk).is_some_and(|h| h.find(user, id).is_some()))
                    .collect();
                if stands.len() > 1 {
                    wrong =
                        Some(format!("I2: intent {intent} of client {n} stands in the log as {stands:?}"));
                }
            }
        }
        if let Some(what) = wrong {
            self.violated(what);
        }
    }

    /// I3: a word whose writing was acknowledged is in the text, unless somebody struck it out.
    fn judge_written(&mut self) {
        let mut wrong = None;
        for (n, client) in self.clients.iter().enumerate().filter(|(_, client)| !client.shares_name) {
            let Some(history) = self.histories.get(&self.partition(n)) else { continue };
            let stands = |doc: &DocName| history.state(history.tip()).sheet.docs.contains_key(doc);
            for (intent, outcome) in &client.outcomes {
                let (Outcome::Committed { id, version }, Some(doc)) =
                    (outcome, self.written.words.get(intent))
                else {
                    continue;
                };
                let word = format!("w{intent};");
                let is_here = history.find(&client.person.user, id) == Some(*version) && stands(doc);
                if !is_here || self.written.struck.contains(&word) {
                    continue;
                }
                match history.texts.read(doc.as_str(), history.tip()) {
                    Ok((text, _)) if text.contains(&word) => {}
                    read => wrong = Some(format!("I3: {word} of {id} is not in {doc}: {read:?}")),
                }
            }
        }
        if let Some(what) = wrong {
            self.violated(what);
        }
    }

    /// I5, M1: who was removed has no socket that nobody tried to close, no row, and stands removed in every open cycle.
    fn judge_members(&mut self) {
        let mut wrong = None;
        for ((pk, sk), row) in &self.table.rows {
            let Some((tenant, user)) = pk.strip_prefix("U#").and_then(|rest| rest.split_once('#')) else {
                continue;
            };
            if sk != "DENY" {
                continue;
            }
            let denied = row["denied"]["BOOL"] == true;
            if row["done"]["BOOL"] != true {
                wrong = Some(format!("M2: the standing of {user} is not carried out after the sweep"));
            }
            for (cycle, history) in self.histories.iter().filter(|(_, history)| !history.is_newer) {
                let key = &history.key;
                let index =
                    self.table.row(&format!("T#{tenant}"), &format!("CYCLE#{}#{}", key.team, key.week));
                let is_open = index.is_some_and(|index| index["sealed"]["BOOL"] != true);
                if key.tenant.as_str() == tenant && is_open && history.denied.contains(user) != denied {
                    wrong =
                        Some(format!("M1: {user} is removed: {denied}; the log of {cycle} says otherwise"));
                }
            }
            // The row of a socket that never opened, or of a restored table, is nobody's and expires.
            let opened = |sk: &str| {
                let socket =
                    sk.strip_prefix("CONN#c").and_then(|n| self.sockets.get(n.parse::<usize>().ok()?));
                socket.is_some_and(|socket| socket.was_open && socket.era == self.era)
            };
            if let Some((sk, _)) = self.table.prefixed(pk, "CONN#").find(|(sk, _)| denied && opened(sk)) {
                wrong = Some(format!("M1: {user} is removed and {sk} stands in the table"));
            }
            for (n, socket) in self.sockets.iter().enumerate() {
                let person = &self.clients[socket.client].person;
                let theirs = person.tenant == tenant && person.user == user;
                if denied && theirs && socket.state == State::Open && !socket.was_closed_by_server {
                    wrong = Some(format!("M1: {user} is removed, and c{n} is open"));
                }
            }
        }
        if self.histories.values().all(|history| !history.is_newer)
            && let Some(what) = wrong
        {
            self.violated(what);
        }
    }

    /// I10: a cycle is its record, its log, its room, its raw messages and one note of when they were last looked at;
    /// chunks that nobody names are what the dead left.
    fn judge_rows(&mut self) {
        let mut wrong = None;
        for (pk, sk) in self.table.rows.keys().filter(|(pk, _)| pk.starts_with("C#")) {
            let known = ["LOOKED", "ROSTER"].contains(&sk.as_str())
                || ["LOG#", "CONN#", "RAW#", "RECORD"].iter().any(|prefix| sk.starts_with(prefix));
            let record = self.table.row(pk, "RECORD");
            let named = record.is_some_and(|record| super::history::chunk_keys(record).contains(sk));
            if !known || (sk.starts_with("RECORD#") && !named && !self.plan.has_weather) {
                wrong = Some(format!("I10: {pk} holds {sk}"));
            }
        }
        if let Some(what) = wrong {
            self.violated(what);
        }
    }

    /// Every socket receives broadcasts: one edit a room, and everyone receives it without asking.
    fn judge_hearing(&mut self) {
        let settled = self.settled();
        let mut asked = std::collections::BTreeMap::new();
        for client in settled.iter().copied() {
            let pk = self.partition(client);
            let may_write = self.clients[client].person.role.edits() && !asked.contains_key(&pk);
            let role = self.histories[&pk].state(self.histories[&pk].tip()).ledger.roles.clone();
            let role =
                role.get(&sheet::Name::new(&self.clients[client].person.user).expect("a name")).copied();
            if may_write && role.is_none_or(|role| role.edits()) {
                let number = self.intent();
                let task_id = sheet::RowId::new(&format!("probe{number}")).expect("an id");
                let op = Op::RowInsert { task_id, after: None, cells: Default::default(), restored: None };
                self.clients[client].want(Intent { number, ops: vec![op] });
                self.carry_out(client);
                asked.insert(pk, number);
            }
        }
        let pings: Vec<u64> = self.clients.iter().map(|client| client.pings).collect();
        self.run_for(1_900_000);
        for client in settled {
            let pk = self.partition(client);
            let tip = self.histories[&pk].tip();
            let own = &self.clients[client];
            if asked.contains_key(&pk) && own.version() != tip && own.pings == pings[client] {
                let what = format!("I9: client {client} is deaf: at {} of {tip}", own.version());
                return self.violated(what);
            }
        }
    }

    /// Undo, copy, redo leaves the sheet as it was.
    fn judge_undo(&mut self) {
        let writes = |world: &Self, client: usize| {
            let history = &world.histories[&world.partition(client)];
            let user = sheet::Name::new(&world.clients[client].person.user).expect("a name");
            let state = history.state(history.tip());
            state.ledger.role_of(&user, world.clients[client].person.role).edits()
                && !state.ledger.denials.contains(&user)
        };
        let Some(client) = self.settled().into_iter().find(|client| writes(self, *client)) else { return };
        let Some(row) =
            self.clients[client].state.as_ref().and_then(|state| state.sheet.rows().next().cloned())
        else {
            return;
        };
        if self.clients[client]
            .state
            .as_ref()
            .is_some_and(|state| state.sheet.locks.contains_key(&row.task_id))
        {
            return;
        }
        let column = sheet::Column::Description;
        let (old_value, new_value) = (row.value(column).to_owned(), "done and undone".to_owned());
        let batch = |old_value: String, new_value: String| Op::BatchUpdate {
            task_id: row.task_id.clone(),
            updates: [(column, Update { old_value, new_value })].into(),
        };
        let steps = [
            vec![batch(old_value.clone(), new_value.clone())],
            vec![batch(new_value.clone(), old_value.clone())],
            vec![batch(old_value.clone(), new_value.clone())],
            vec![batch(new_value, old_value)],
            vec![Op::RowRemove { task_id: row.task_id.clone() }],
        ];
        let before = self.values(client);
        let mut seen = Vec::new();
        for ops in steps {
            seen.push(self.does(client, ops));
        }
        let removed = self.clients[client].removed.clone().filter(|gone| gone.task_id == row.task_id);
        if let Some(gone) = removed {
            let after = None;
            let restored = Some(Box::new(gone));
            let back =
                Op::RowInsert { task_id: row.task_id.clone(), after, cells: Default::default(), restored };
            seen.push(self.does(client, vec![back]));
            if seen[5] != before && !self.is_first(client, &row.task_id) {
                return self.violated("undo: a row that was removed came back as another".to_owned());
            }
        }
        if seen[1] != before || seen[0] != seen[2] || seen[3] != before {
            self.violated("undo: undo, copy and redo left another sheet".to_owned());
        }
    }

    fn is_first(&self, client: usize, task: &sheet::RowId) -> bool {
        let state = self.clients[client].state.as_ref();
        state.and_then(|state| state.sheet.rows().next()).is_some_and(|row| row.task_id == *task)
            && self.values(client).is_empty()
    }

    /// One client does this, and all settles. What the sheet shows then.
    fn does(&mut self, client: usize, ops: Vec<Op>) -> Vec<Value> {
        let number = self.intent();
        self.clients[client].want(Intent { number, ops });
        self.carry_out(client);
        self.run_for(SECOND);
        if !matches!(self.clients[client].outcomes.get(&number), Some(Outcome::Committed { .. })) {
            let what = format!(
                "undo: {:?} of {:?}",
                self.clients[client].outcomes.get(&number),
                self.clients[client].in_flight
            );
            self.violated(what);
        }
        self.values(client)
    }

    /// What a sheet shows: its rows and their values, without who wrote them when.
    fn values(&self, client: usize) -> Vec<Value> {
        let Some(state) = &self.clients[client].state else { return Vec::new() };
        let row = |row: &sheet::Row| {
            let cells: std::collections::BTreeMap<_, _> = (row.cells.iter())
                .filter(|(_, cell)| !cell.value.is_empty())
                .map(|(column, cell)| (column.as_str(), cell.value.to_string()))
                .collect();
            serde_json::json!([row.task_id, cells])
        };
        state.sheet.rows().map(|r| row(r)).collect()
    }
}
