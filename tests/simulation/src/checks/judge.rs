//! Writes are judged as they land, frames and answers as they leave a function.
use crate::{
    checks::history::{History, chunk_keys, packed},
    client::docs::{Replica, read},
    invocation::{Task, Work},
    outside::{Answer, Ask, Request, TaskId},
    socket::{Socket, State},
    table::{Written, number, text},
    world::{Event, Fate, World},
};
use serde_json::Value;
use sheet::{CycleKey, DocName, Name, canonical};

/// The cycle of a partition.
pub(crate) fn cycle_of(pk: &str) -> Option<CycleKey> {
    let mut parts = pk.strip_prefix("C#")?.split('#');
    let (tenant, team) = (Name::new(parts.next()?).ok()?, Name::new(parts.next()?).ok()?);
    Some(CycleKey { tenant, team, week: parts.next()?.parse().ok()? })
}

impl World {
    /// The partition of a client's room.
    pub(crate) fn partition(&self, client: usize) -> String {
        let person = &self.clients[client].person;
        format!("C#{}#{}#{}", person.tenant, person.team, person.week)
    }

    /// The epoch of a cycle, as clients know it.
    pub(crate) fn epoch(&self, pk: &str) -> Option<String> {
        let record = self.table.row(pk, "RECORD")?;
        Some(text(&record["epoch"]) + &self.salt())
    }

    /// A user's denial: removed, and how often that has changed.
    pub(crate) fn denial(&self, tenant: &str, user: &str) -> (bool, u64) {
        let row = self.table.row(&format!("U#{tenant}#{user}"), "DENY");
        row.map(|row| (row["denied"]["BOOL"] == true, number(&row["count"]))).unwrap_or_default()
    }

    /// A call of DynamoDB leaves its function.
    pub(crate) fn send_to_table(&mut self, request: Request) {
        let Ask::Database { operation, body } = &request.ask else { return };
        let json: Value = serde_json::from_str(body).unwrap_or_default();
        let (pk, sk) = key_of(&json);
        self.judge_call(request.task, operation, &pk, &sk);
        let weather = &self.weather;
        let rates = [
            (weather.request_lost, Fate::RequestLost),
            (weather.answer_lost, Fate::AnswerLost),
            (weather.request_late, Fate::Late),
            (weather.hung, Fate::Hung),
            (weather.throttled, Fate::Throttled),
        ];
        let fate = rates
            .into_iter()
            .find(|(rate, _)| self.random.chance(*rate))
            .map_or(Fate::Well, |(_, fate)| fate);
        if let (Some(kind), Some(task)) = (read_kind(operation, &sk), self.tasks.get_mut(&request.task)) {
            match fate {
                Fate::Well => drop(task.failed_reads.remove(&(pk, kind))),
                _ => drop(task.failed_reads.insert((pk, kind))),
            }
        }
        let pause = match fate {
            Fate::Late => self.latency(1_000, 6_000),
            _ if self.random.chance(self.weather.slow) => self.latency(50, 950),
            _ => self.latency(1, 6),
        };
        self.after(pause, Event::Arrive(request, fate));
    }

    /// I8 for every call; and a read that failed never leads to a write.
    fn judge_call(&mut self, task: TaskId, operation: &str, pk: &str, sk: &str) {
        let Some(running) = self.tasks.get(&task) else { return };
        let (user, failed) = (self.user_of(&running.work), &running.failed_reads);
        if operation == "PutItem" && sk.starts_with("LOG#") && failed.iter().any(|(failed, _)| failed == pk) {
            return self.violated(format!("task {task} writes {sk} after a read of {pk} failed"));
        }
        let tenant = pk.split('#').nth(1).unwrap_or_default();
        if let Some((own, user)) = user.filter(|(own, _)| own != tenant) {
            self.violated(format!("I8: task {task} of {own}/{user} asks for {pk} {sk}"));
        }
    }

    /// A call of DynamoDB arrives.
    pub(crate) fn arrive(&mut self, request: Request, fate: Fate) {
        let Request { ask: Ask::Database { operation, body }, task, slot } = request else { return };
        let answer = match fate {
            Fate::RequestLost => Some(Answer::Broken),
            Fate::Hung => None,
            Fate::Throttled => {
                let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow down"}"#;
                Some(Answer::Http(400, body.into()))
            }
            Fate::Well | Fate::AnswerLost | Fate::Late => {
                let (status, answer, written) = self.table.run(&operation, &body);
                self.tell(|| {
                    let (pk, sk) = key_of(&serde_json::from_str(&body).unwrap_or_default());
                    format!("task {task}: {operation} {pk} {sk}: {status} ({fate:?})")
                });
                if let Some(written) = written {
                    self.wrote(task, &written);
                }
                match fate {
                    Fate::AnswerLost => Some(Answer::Broken),
                    Fate::Late => None,
                    _ => Some(Answer::Http(status, answer)),
                }
            }
        };
        if let Some(answer) = answer {
            let pause = self.latency(1, 6);
            self.after(pause, Event::Reply(slot, answer));
        }
    }

    /// A write landed.
    fn wrote(&mut self, task: TaskId, written: &Written) {
        let Written { pk, sk, before, after } = written;
        if sk == "DENY" {
            return self.judge_removed(pk);
        }
        let Some(key) = cycle_of(pk) else { return };
        if sk.starts_with("LOG#") {
            match (before, after) {
                (None, Some(item)) => self.logged(pk, key, sk, item, task),
                (Some(was), Some(item)) if was == item => {}
                (Some(_), _) => self.violated(format!("I1: task {task} rewrote or deleted {sk} of {pk}")),
                (None, None) => {}
            }
        } else if sk == "RECORD" {
            let Some(item) = after else {
                return self.violated(format!("I3: task {task} deleted the record of {pk}"));
            };
            // The SDK's repetition of a put whose answer was lost meets its condition; the same again is the same.
            let history = self.histories.entry(pk.clone()).or_insert_with(|| History::new(key));
            let judged = history.record(item, &self.table.rows, pk);
            self.judge(judged);
        } else if sk.starts_with("RECORD#") {
            let record = self.table.row(pk, "RECORD").filter(|record| chunk_keys(record).contains(sk));
            let judged = record.map(|record| packed(record, &self.table.rows, pk));
            if let Some(Err(what)) = judged {
                self.violated(format!("I3: task {task} wrote {sk}, which the record of {pk} names: {what}"));
            }
        }
    }

    fn logged(&mut self, pk: &str, key: CycleKey, slot: &str, item: &Value, task: TaskId) {
        let history = self.histories.entry(pk.to_owned()).or_insert_with(|| History::new(key));
        let judged = history.put(slot, item, task, &self.roles);
        while history.landed.len() < history.changes.len() {
            history.landed.push(self.now);
        }
        if let Some(past) = history.changes.last() {
            self.trace.bytes(past.text.as_bytes());
        }
        self.judge(judged);
    }

    /// M1: a removal that is carried out has left no socket open, whatever was under way meanwhile.
    fn judge_removed(&mut self, pk: &str) {
        for socket in 0..self.sockets.len() {
            let person = &self.clients[self.sockets[socket].client].person;
            if pk == format!("U#{}#{}", person.tenant, person.user) {
                self.judge_socket(socket);
            }
        }
    }

    /// M1, for one socket: nobody is in whose removal is carried out. A live socket that answered 410 is nobody's for a
    /// while: it is turned away at its next word.
    pub(crate) fn judge_socket(&mut self, socket: usize) {
        let Socket { client, state, was_closed_by_server, was_disowned, era, .. } = self.sockets[socket];
        let person = &self.clients[client].person;
        let row = self.table.row(&format!("U#{}#{}", person.tenant, person.user), "DENY");
        let is_out = row.is_some_and(|row| row["denied"]["BOOL"] == true && row["done"]["BOOL"] == true);
        let is_in = state == State::Open && !was_closed_by_server && !was_disowned && era == self.era;
        if is_out && is_in {
            let user = person.user.clone();
            self.violated(format!("M1: {user} is removed, all of it is done, and c{socket} is open"));
        }
    }

    /// R5: a replay is answered with the change that comes next and none left out, or with why it is not.
    pub(crate) fn judge_replay(&mut self, running: &Task) {
        let Work::Default(socket, body) = &running.work else { return };
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let pk = self.partition(self.sockets[*socket].client);
        let (Some(since), Some(history)) = (body["since"].as_u64(), self.histories.get(&pk)) else { return };
        let is_due = body["type"] == "replay" && history.tip_at(running.began) > since;
        let told = &running.told;
        let follow = !told.is_empty() && told.iter().copied().eq((since + 1..).take(told.len()));
        if is_due && !running.has_answered && !follow {
            let told = told.clone();
            self.violated(format!("R5: a replay since {since} of c{socket} is answered with {told:?}"));
        }
    }

    /// Notes what a task tells the socket that it is about.
    fn note_answer(&mut self, task: TaskId, socket: usize, frame: &Value) {
        let Some(running) = self.tasks.get_mut(&task) else { return };
        if !matches!(running.work, Work::Default(own, _) if own == socket) {
            return;
        }
        if frame["type"] == "committed" {
            let changes = frame["changes"].as_array().into_iter().flatten();
            running.told.extend(changes.filter_map(|change| change["version"].as_u64()));
        } else {
            running.has_answered = true;
        }
    }

    /// Notes which changes a task announces to which sockets, and which sockets are in their rooms.
    fn note_announcement(&mut self, task: TaskId, socket: usize, frame: &Value) {
        if frame["type"] == "welcome" && !self.sockets[socket].was_disowned {
            let entered = &mut self.sockets[socket].entered;
            *entered = entered.or(Some(self.now));
        }
        let Some(running) = self.tasks.get_mut(&task).filter(|_| frame["type"] == "committed") else {
            return;
        };
        let own = matches!(running.work, Work::Default(own, _) if own == socket);
        running.announced_to.insert(socket);
        if !own {
            let changes = frame["changes"].as_array().into_iter().flatten();
            running.announced.extend(changes.filter_map(|change| change["version"].as_u64()));
        }
    }

    /// K2: a change that is announced to the room is announced to every socket that was welcomed before it was in the log.
    pub(crate) fn judge_announcement(&mut self, running: &Task) {
        let Some(first) = running.announced.first() else { return };
        let Some(told) = running.announced_to.first().map(|socket| self.sockets[*socket].client) else {
            return;
        };
        let pk = self.partition(told);
        let landed =
            self.histories.get(&pk).and_then(|history| history.landed.get(*first as usize - 1).copied());
        let Some(landed) = landed else { return };
        for (n, socket) in self.sockets.iter().enumerate() {
            let is_inside = socket.state == State::Open
                && socket.era == self.era
                && socket.entered.is_some_and(|entered| entered < landed)
                && self.partition(socket.client) == pk;
            let row = self.table.row(&pk, &format!("CONN#c{n}"));
            let is_listed = row.is_some_and(|row| row["lost"]["BOOL"] != true);
            if is_inside && is_listed && !running.announced_to.contains(&n) {
                let to = &running.announced_to;
                let what =
                    format!("K2: version {first} of {pk} is announced to {to:?}, and c{n} is in the room");
                return self.violated(what);
            }
        }
    }

    /// A frame leaves a function.
    pub(crate) fn judge_frame(&mut self, task: TaskId, connection_id: &str, text: &str) {
        let Some(socket) = connection_id.strip_prefix('c').and_then(|n| n.parse::<usize>().ok()) else {
            return;
        };
        let Some(began) = self.tasks.get(&task).map(|task| task.began) else { return };
        let client = self.sockets[socket].client;
        let pk = self.partition(client);
        let frame: Value = serde_json::from_str(text).unwrap_or_default();
        self.note_answer(task, socket, &frame);
        self.note_announcement(task, socket, &frame);
        let user = self.clients[client].person.user.clone();
        let shares = self.clients[client].shares_name;
        let epoch = self.epoch(&pk);
        let Some(history) = self.histories.get_mut(&pk) else { return };
        let judged = match frame["type"].as_str().unwrap_or_default() {
            "committed" => committed(history, &frame["changes"]),
            "welcome" => fresh(history, began, &frame).and_then(|()| welcome(history, &frame)),
            "pong" => fresh(history, began, &frame),
            // Two tabs under one name give one id to two changes.
            "rejected" if shares => fresh_if_judged(history, began, &frame),
            "rejected" => rejected(history, began, &frame, &user),
            "presence" | "joined" | "left" => {
                let other =
                    frame["connectionId"].as_str().and_then(|id| id.strip_prefix('c')?.parse::<usize>().ok());
                let room = other.map(|other| self.partition(self.sockets[other].client));
                match room {
                    Some(room) if room != pk => Err(format!("I8: {pk} receives a frame of {room}: {text}")),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        };
        let strange = ["welcome", "pong"].contains(&frame["type"].as_str().unwrap_or_default())
            && frame["epoch"].as_str() != epoch.as_deref();
        self.judge(judged.map_err(|what| format!("{what} (task {task}, to c{socket})")));
        if strange {
            self.violated(format!("task {task} says epoch {}, where {epoch:?} stands", frame["epoch"]));
        }
    }

    /// An answer over HTTPS leaves a function.
    pub(crate) fn judge_https(
        &mut self,
        client: usize,
        path: &str,
        method: &str,
        status: u16,
        body: &str,
        began: u64,
    ) {
        if status != 200 {
            return;
        }
        let pk = self.partition(client);
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let Some(history) = self.histories.get_mut(&pk) else { return };
        let judged = if method == "POST" {
            committed(history, &body["changes"])
        } else if path.contains("/changes?") {
            fresh(history, began, &body)
                .and_then(|()| committed(history, &body["changes"]))
                .and_then(|()| follows(history, began, path, &body["changes"]))
        } else if path.contains("/docs/") {
            fresh(history, began, &body)
        } else {
            fresh(history, began, &body).and_then(|()| snapshot(history, &body))
        };
        self.judge(judged.map_err(|what| format!("{what} ({method} {path})")));
    }

    /// I6: a run that asks the model holds a lease.
    pub(crate) fn judge_question(&mut self, task: TaskId) {
        let now = (self.now / crate::clock::MS) as i64;
        // Clocks differ by as much as the weather says; a lease outlasts its run by a minute.
        let mut leases = self.histories.values().filter_map(|history| history.lease.as_ref());
        let shared = self.one_process || self.concurrency > 1;
        let holds = leases
            .any(|lease| !lease.is_finished && lease.until > now - 2_000 && (shared || lease.task == task));
        if !holds {
            self.violated(format!("I6: task {task} asks the model without a lease"));
        }
    }

    /// I4: a replica is what the log folds to at its version.
    pub(crate) fn judge_replica(&mut self, client: usize) {
        let pk = self.partition(client);
        let own = &self.clients[client];
        let Some(state) = own.state.as_ref().filter(|_| own.epoch.is_some() && own.epoch == self.epoch(&pk))
        else {
            return;
        };
        let Some(history) = self.histories.get_mut(&pk) else { return };
        let version = state.version();
        let judged = if version > history.tip() {
            Err(format!("I3: client {client} stands at {version}, the log at {}", history.tip()))
        } else if state.sheet == history.state(version).sheet {
            Ok(())
        } else {
            let seen = canonical::to_string(&state.sheet).expect("a sheet is JSON");
            let is = history.canonical(version);
            if *seen == *is {
                Ok(())
            } else {
                Err(format!("I4: client {client} at {version} sees {seen}\n  where the log says {is}"))
            }
        };
        self.judge(judged);
        // Often enough: what differs goes on differing.
        if version.is_multiple_of(8) {
            self.judge_documents(client);
        }
    }

    /// I4: what a client has of documents, and lacks nothing of, is what the log says at its version.
    pub(crate) fn judge_documents(&mut self, client: usize) {
        let own = &self.clients[client];
        let (Some(state), Some(history)) = (&own.state, self.histories.get(&self.partition(client))) else {
            return;
        };
        // Told at a later version than the client stands at, a document is further than the sheet.
        if state.version() != history.tip() {
            return;
        }
        let complete = |(doc, replica): &(&DocName, &Replica)| {
            replica.lacks.is_none() && state.sheet.docs.contains_key(*doc)
        };
        let judged = own.docs.iter().filter(complete).try_for_each(|(doc, replica)| {
            let (seen, is) = (read(&replica.confirmed), history.texts.read(doc.as_str(), history.tip())?);
            if seen == (is.0.clone(), is.1, false) {
                Ok(())
            } else {
                Err(format!(
                    "I4: client {client} reads {:?} in {doc} at {}; the log says {:?}",
                    seen.0,
                    history.tip(),
                    is.0
                ))
            }
        });
        self.judge(judged);
    }
}

/// The key that a request is about; of a Query, where its range begins.
fn key_of(body: &Value) -> (String, String) {
    let part = |name: &str, value: &str| {
        let places = [&body["Item"][name], &body["Key"][name], &body["ExpressionAttributeValues"][value]];
        places.into_iter().map(text).find(|text| !text.is_empty()).unwrap_or_default()
    };
    (part("pk", ":pk"), part("sk", ":from"))
}

fn read_kind(operation: &str, sk: &str) -> Option<&'static str> {
    let reads = matches!(operation, "Query" | "GetItem");
    ["LOG#", "RECORD", "DENY"].into_iter().find(|kind| reads && sk.starts_with(kind))
}

/// K1: what is announced stands in the log, to the letter.
fn committed(history: &History, changes: &Value) -> Result<(), String> {
    for change in changes.as_array().into_iter().flatten() {
        let version = change["version"].as_u64().unwrap_or_default();
        let Some(past) = history.at(version) else {
            return Err(format!(
                "K1: {} is announced at version {version}; the log ends at {}",
                change["id"],
                history.tip()
            ));
        };
        let stands: Value = serde_json::from_str(&past.text).unwrap_or_default();
        let same = if change["ops"].is_null() { change["id"] == stands["id"] } else { *change == stands };
        if !same {
            return Err(format!("K1: version {version} is announced as {change}, and stands as {stands}"));
        }
    }
    Ok(())
}

/// W4: changes since a version begin with the one that comes next, and leave none out.
fn follows(history: &History, began: u64, path: &str, changes: &Value) -> Result<(), String> {
    let since = path.split("since=").nth(1).and_then(|rest| rest.split('&').next()?.parse::<u64>().ok());
    let Some(since) = since else { return Ok(()) };
    let told: Vec<u64> =
        changes.as_array().into_iter().flatten().filter_map(|change| change["version"].as_u64()).collect();
    let follow = told.iter().copied().eq((since + 1..).take(told.len()));
    if follow && (!told.is_empty() || history.tip_at(began) <= since) {
        Ok(())
    } else {
        Err(format!("W4: the changes since {since} are {told:?}; the log is at {}", history.tip()))
    }
}

/// X13, R2, H2: what states a version was read after it was asked for.
fn fresh(history: &History, began: u64, frame: &Value) -> Result<(), String> {
    let (version, tip) = (frame["version"].as_u64().unwrap_or_default(), history.tip_at(began));
    if version < tip {
        return Err(format!("R2: version {version} is answered; the log was at {tip} when it was asked for"));
    }
    if version > history.tip() {
        return Err(format!("K1: version {version} is answered; the log is at {}", history.tip()));
    }
    Ok(())
}

fn welcome(history: &mut History, frame: &Value) -> Result<(), String> {
    if !frame["snapshot"].is_null() {
        return snapshot(history, frame);
    }
    committed(history, &frame["changes"])
}

fn snapshot(history: &mut History, frame: &Value) -> Result<(), String> {
    let version = frame["version"].as_u64().unwrap_or_default();
    let told = canonical::to_string(&frame["snapshot"]).unwrap_or_default();
    let stands = history.canonical(version);
    if *told == *stands {
        Ok(())
    } else {
        Err(format!("I4: the snapshot at {version} is {told}\n  where the log says {stands}"))
    }
}

fn rejected(history: &History, began: u64, frame: &Value, user: &str) -> Result<(), String> {
    let (id, code) = (frame["id"].as_str().unwrap_or_default(), frame["code"].as_str().unwrap_or_default());
    let version = frame["version"].as_u64().unwrap_or_default();
    fresh_if_judged(history, began, frame)?;
    match history.find(user, id) {
        Some(stands) if stands <= version && code != "SUPERSEDED" => {
            Err(format!("I2: {id} is refused with {code} at {version}, and stands at {stands}"))
        }
        _ => Ok(()),
    }
}

/// A refusal at version 0 never came near the log: a rate, a size, a table out of reach.
fn fresh_if_judged(history: &History, began: u64, frame: &Value) -> Result<(), String> {
    if frame["version"].as_u64() == Some(0) { Ok(()) } else { fresh(history, began, frame) }
}
