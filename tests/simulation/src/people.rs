//! The simulated people, their actions, and the events of the system as a whole.
use crate::{
    checks::history::History,
    client::{Client, Intent, Person, Phase, Purpose},
    clock::{MS, SECOND},
    invocation::Work,
    table::Table,
    world::{Event, World},
};
use platform::invoke::ExtractRequest;
use serde_json::{Value, json};
use sheet::{CycleKey, Name, Op, Role};

/// The week in which the clock begins.
const THIS_WEEK: &str = "2026-W47";
/// The week before: closed by the weekly run.
const LAST_WEEK: &str = "2026-W46";
/// The week after: begun by the first person who enters it.
const NEXT_WEEK: &str = "2026-W48";
/// Everybody: tenant, team, user, role. A name says nothing about a tenant.
const PEOPLE: [(&str, &str, &str, Role); 7] = [
    ("acme", "platform", "ana", Role::Admin),
    ("acme", "platform", "ben", Role::Editor),
    ("acme", "platform", "cleo", Role::Editor),
    ("acme", "platform", "dora", Role::Admin),
    ("acme", "platform", "vic", Role::Viewer),
    ("globex", "platform", "ana", Role::Admin),
    ("acme", "billing", "ben", Role::Editor),
];

impl World {
    pub(crate) fn set_up(&mut self) {
        let rooms = [
            ("acme", "platform", LAST_WEEK),
            ("acme", "platform", THIS_WEEK),
            ("globex", "platform", NEXT_WEEK),
            ("acme", "billing", NEXT_WEEK),
        ];
        for (tenant, team, week) in rooms {
            let name = |word| Name::new(word).expect("a name");
            let key =
                CycleKey { tenant: name(tenant), team: name(team), week: week.parse().expect("a week") };
            self.start(Work::SetUp(key));
            self.run_until_quiet();
        }
    }

    pub(crate) fn populate(&mut self) {
        for (_, _, user, role) in PEOPLE {
            self.roles.insert(user.into(), role.as_str().into());
            if !self.users.iter().any(|known| known == user) {
                self.users.push(user.into());
            }
        }
        let count = self.random.between(2, 7) as usize;
        let main = if self.random.chance(7_000) { THIS_WEEK } else { NEXT_WEEK };
        let mut seats: Vec<(String, String)> = Vec::new();
        for n in 0..count {
            // Most sit in one room: that is where changes meet.
            let at = if n < 2 { n } else { self.random.below(PEOPLE.len() as u64) as usize };
            let (tenant, team, user, role) = PEOPLE[at];
            let week = match self.random.below(12) {
                0 if tenant == "acme" && team == "platform" => LAST_WEEK,
                1 => NEXT_WEEK,
                _ => main,
            };
            let who = format!("{tenant} {user}");
            // Every first tab has the same name: names are per author. A second tab of one person has another, or,
            // against the rules, not.
            let tabs = seats.iter().filter(|(seated, _)| *seated == who).count();
            let shares = tabs > 0 && self.random.chance(if self.plan.has_weather { 1_500 } else { 0 });
            let name = if tabs == 0 || shares { "tab".to_owned() } else { format!("tab{}", tabs + 1) };
            let (tenant, team, user) = (tenant.to_owned(), team.to_owned(), user.to_owned());
            let person = Person { tenant, team, user, role, week: week.into() };
            seats.push((who, name.clone()));
            self.add_client(person, &name, shares);
        }
        let shared: Vec<(String, String, sheet::ClientId)> = (self.clients.iter().filter(|c| c.shares_name))
            .map(|c| (c.person.tenant.clone(), c.person.user.clone(), c.name.clone()))
            .collect();
        for client in &mut self.clients {
            let own = (client.person.tenant.clone(), client.person.user.clone(), client.name.clone());
            client.shares_name |= shared.contains(&own);
        }
    }

    /// The number of the next intent.
    pub(crate) fn intent(&mut self) -> u64 {
        self.intents += 1;
        self.intents
    }

    /// A person does something.
    pub(crate) fn person_acts(&mut self, client: usize) {
        let number = self.intent();
        let is_admin = self.clients[client].person.role == Role::Admin;
        match self.random.below(1_000) {
            0..=11 if is_admin => {
                if let Some(op) = self.about_a_member() {
                    self.clients[client].want(Intent { number, ops: vec![op] });
                }
            }
            12..=29 => self.say(client, json!({"type": "refresh"}).to_string()),
            30..=99 => {
                if let Some(frame) = self.clients[client].oddity(number, &mut self.random) {
                    self.say(client, frame);
                }
            }
            100..=124 => self.script(client, number),
            125..=129 => {
                let since = self.random.below(self.clients[client].version() + 1);
                self.read_page(client, since);
            }
            130..=139 => {
                if let Some(socket) = self.clients[client].socket {
                    self.tell(|| format!("client {client} reloads"));
                    self.cut(client, socket);
                }
            }
            140..=149 => {
                if let Some(poison) = self.clients[client].poison(number, &mut self.random) {
                    self.tell(|| {
                        format!("client {client} wants {number}, which nobody can: {:?}", poison.ops)
                    });
                    self.poison.insert(number);
                    self.clients[client].want(poison);
                }
            }
            150..=259 => {
                if let Some((intent, doc, struck)) = self.clients[client].write(number, &mut self.random) {
                    self.tell(|| format!("client {client} writes {number} into {doc}, strikes {struck:?}"));
                    if self.clients[client].want(intent) {
                        self.written.note(number, doc, struck);
                    }
                }
            }
            _ => {
                let Self { clients, users, random, .. } = self;
                if let Some(intent) = clients[client].edit(number, users, random) {
                    self.tell(|| format!("client {client} wants {number}: {:?}", intent.ops));
                    self.clients[client].want(intent);
                }
            }
        }
    }

    fn say(&mut self, client: usize, frame: String) {
        if let Some(socket) =
            self.clients[client].socket.filter(|_| self.clients[client].phase == Phase::Live)
        {
            self.send(client, socket, frame);
        }
    }

    fn about_a_member(&mut self) -> Option<Op> {
        let user_id = Name::new(self.random.pick(&self.users)?).ok()?;
        Some(match self.random.below(5) {
            0 | 1 => Op::MemberRevoke { user_id },
            2 | 3 => Op::MemberRestore { user_id },
            _ => Op::MemberRole { user_id, role: *self.random.pick(&[Role::Viewer, Role::Editor])? },
        })
    }

    /// Somebody's upgrade is under way: an admin removes them at just that moment, and mostly lets them back.
    pub(crate) fn worst_moment(&mut self, socket: usize) {
        if !self.is_lively || !self.random.chance(self.weather.removed_opening) {
            return;
        }
        let person = self.clients[self.sockets[socket].client].person.clone();
        let admins: Vec<usize> = (0..self.clients.len())
            .filter(|n| {
                let other = &self.clients[*n].person;
                other.tenant == person.tenant && other.user != person.user && other.role == Role::Admin
            })
            .collect();
        let (Some(admin), Ok(user_id)) = (self.random.pick(&admins).copied(), Name::new(&person.user)) else {
            return;
        };
        // Authorizing and connecting take about as long as a removal takes to begin: it may overtake either.
        let (now, later) = (self.latency(0, 200), self.latency(1_000, 20_000));
        self.orders(admin, now, Op::MemberRevoke { user_id: user_id.clone() });
        if self.random.chance(8_000) {
            self.orders(admin, later, Op::MemberRestore { user_id });
        }
    }

    /// An admin's script does this, after a while.
    fn orders(&mut self, admin: usize, pause: u64, op: Op) {
        let number = self.intent();
        let Client { person, .. } = &self.clients[admin];
        let body = json!({"id": format!("orders{admin}.{number}"), "base": self.clients[admin].version(), "ops": [op]});
        let path = format!("/api/cycles/{}/{}/changes", person.team, person.week);
        self.after(pause, Event::Https(admin, Purpose::Change, "POST", path, body.to_string()));
    }

    /// A script of the same person writes over HTTPS.
    fn script(&mut self, client: usize, number: u64) {
        let Self { clients, users, random, .. } = self;
        let Some(intent) = clients[client].edit(number, users, random) else { return };
        let body = json!({"id": format!("script{client}.{number}"), "base": clients[client].version(), "ops": intent.ops});
        let path =
            format!("/api/cycles/{}/{}/changes", clients[client].person.team, clients[client].person.week);
        let pause = self.latency(5, 60);
        self.after(pause, Event::Https(client, Purpose::Change, "POST", path.clone(), body.to_string()));
        if self.random.chance(self.weather.frame_twice) {
            let again = self.latency(5, 4_000);
            self.after(again, Event::Https(client, Purpose::Change, "POST", path, body.to_string()));
        }
    }

    /// A script of the same person reads the log, a few changes at a time.
    fn read_page(&mut self, client: usize, since: u64) {
        let (limit, pause) = (self.random.between(1, 6), self.latency(5, 60));
        let Client { person, .. } = &self.clients[client];
        let path = format!("/api/cycles/{}/{}/changes?since={since}&limit={limit}", person.team, person.week);
        self.after(pause, Event::Https(client, Purpose::Page, "GET", path, String::new()));
    }

    /// It has a page, and asks for the next, mostly.
    pub(crate) fn read_on(&mut self, client: usize, status: u16, body: &str) {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let last = body["changes"].as_array().and_then(|changes| changes.last()?["version"].as_u64());
        if let Some(last) = last.filter(|_| status == 200 && self.random.chance(8_000)) {
            self.read_page(client, last);
        }
    }

    /// Something happens to the system as a whole.
    pub(crate) fn something(&mut self) {
        // A seed's steps are a minute or so of its clock: what is to meet the rest comes every few seconds.
        let pause = self.latency(200, 8_000);
        if self.is_lively {
            self.after(pause, Event::Happen);
        }
        // What is no fault happens in any weather.
        match self.random.below(8) {
            0 => self.evict(),
            1 => self.after(0, Event::Extract(ExtractRequest::Sweep)),
            2 => self.come_back(),
            3 => {
                // At least once: five at one moment, on a bad day.
                let times = if self.random.chance(self.weather.happenings) { 5 } else { 1 };
                for _ in 0..times {
                    let pause = self.latency(0, 20);
                    self.after(pause, Event::Extract(ExtractRequest::Weekly));
                }
            }
            _ => {}
        }
        if !self.random.chance(self.weather.happenings) {
            return;
        }
        match self.random.below(12) {
            0..=2 => self.storm(),
            5 | 6 if self.snapshot.is_some() => self.restore(),
            3..=6 => {
                self.tell(|| "a copy of the table is taken".into());
                self.snapshot = Some(self.table.rows.clone());
            }
            // Whose room it is, nobody of this release writes in it again.
            7 if self.random.chance(2_000) => self.newer(),
            // Time passes in which nobody does anything.
            8 => {
                let pause = self.latency(60_000, 700_000);
                self.tell(|| format!("nobody does anything for {} s", pause / SECOND));
                self.sleep_all(pause);
            }
            _ => self.evict(),
        }
    }

    /// Nobody acts until then.
    fn sleep_all(&mut self, us: u64) {
        self.is_lively = false;
        self.run_for(us);
        self.is_lively = true;
        for client in 0..self.clients.len() {
            let pause = self.latency(10, 3_000);
            self.after(pause, Event::Act(client));
        }
        let pause = self.latency(200, 8_000);
        self.after(pause, Event::Happen);
    }

    /// A removed person tries again, now and then.
    pub(crate) fn come_back(&mut self) {
        for client in 0..self.clients.len() {
            if self.clients[client].phase == Phase::Halted {
                let pause = self.random.below(2_000);
                self.clients[client].start(pause);
                self.carry_out(client);
            }
        }
    }

    /// The table is restored to an earlier moment: another table, under open sockets. What runs ends first.
    fn restore(&mut self) {
        if self.histories.values().any(|history| history.is_newer) {
            return;
        }
        let Some(rows) = self.snapshot.clone() else { return };
        self.tell(|| "the table is restored".into());
        let epochs: Vec<(String, Option<String>)> =
            self.histories.keys().map(|pk| (pk.clone(), self.epoch(pk))).collect();
        for (pk, epoch) in epochs {
            if let (Some(history), Some(epoch)) = (self.histories.remove(&pk), epoch) {
                self.past.insert((pk, epoch), history);
            }
        }
        self.era += 1;
        self.tasks.clear();
        for environment in &mut self.environments {
            environment.is_alive = false;
        }
        self.shared.open().requests.clear();
        self.table = Table::with(rows);
        self.reread();
    }

    /// The histories in the present table.
    fn reread(&mut self) {
        let rows = self.table.rows.clone();
        for ((pk, sk), item) in &rows {
            let Some(key) = crate::checks::cycle_of(pk) else { continue };
            let history = self.histories.entry(pk.clone()).or_insert_with(|| History::new(key));
            let judged = match sk.as_str() {
                "RECORD" => continue,
                slot if slot.starts_with("LOG#") => history.put(slot, item, 0, &self.roles),
                _ => Ok(()),
            };
            history.landed.resize(history.changes.len(), self.now);
            self.judge(judged);
        }
        for ((pk, sk), item) in &rows {
            if let Some(history) = self.histories.get_mut(pk).filter(|_| sk == "RECORD") {
                let judged = history.record(item, &rows, pk);
                self.judge(judged);
            }
        }
    }

    /// A later release commits an op that this one does not know.
    fn newer(&mut self) {
        let rooms: Vec<String> = self.histories.keys().cloned().collect();
        let Some(pk) = self.random.pick(&rooms).cloned() else { return };
        let Some(history) = self.histories.get_mut(&pk).filter(|history| !history.is_newer) else { return };
        self.trace.tell(self.step, self.now, || format!("a later release writes into {pk}"));
        let version = history.tip() + 1;
        let at = history.changes.last().map_or((self.now / MS) as i64, |last| last.at);
        let change =
            json!({"version": version, "id": "later.1", "author": {"id": "cyclesheet", "name": "Cyclesheet"},
            "role": "system", "at": at, "base": 0, "ops": [{"op": "ROW_TELEPORT", "taskId": "r1"}]})
            .to_string();
        let hash = crate::checks::history::next_hash(history.hash(), version, &[&change]);
        let item = json!({"pk": {"S": pk}, "sk": {"S": format!("LOG#{version:012}")}, "format": {"N": "1"},
            "first": {"N": version.to_string()}, "count": {"N": "1"}, "hash": {"S": hash}, "changes": {"L": [{"S": change}]}});
        history.is_newer = true;
        let body = json!({"TableName": local::database::TABLE, "Item": item}).to_string();
        let (status, answer, _) = self.table.run("PutItem", &body);
        assert_eq!(status, 200, "{answer}");
    }
}
