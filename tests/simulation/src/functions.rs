//! The functions: production handlers in environments that start cold, serve one event at a time or several, and die.
use crate::{
    clock::MS,
    connector::{Extractions, Model, Sockets, client},
    invocation::{Done, Environment, Function, Running, Task, Work},
    outside::TaskId,
    socket::State,
    world::{Event, Waker, World},
};
use bytes::Bytes;
use cyclesheet_authorize::Authorizer;
use cyclesheet_extract::{Event as ExtractEvent, Extractor, ask::Ask, metrics};
use cyclesheet_http::Api;
use extraction::cohere::Client as Cohere;
use http::Request;
use local::{database::TABLE, tokens};
use platform::{
    Context,
    broadcast::Endpoint,
    event::{RequestContext, SocketEvent},
};
use protocol::limits::DEFAULT_EXPECTED_CONNECTIONS;
use sheet::{CycleKey, Name, TimestampMs, model::Origin};
use std::{collections::BTreeSet, sync::Arc};
use store::{Store, StoreConfig, Table, directory};

/// The messages of a week, as a file.
fn messages() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/messages.jsonl").to_owned()
}

impl World {
    /// A fresh process: an empty cache, a client of its own, a clock of its own.
    fn cold(&mut self, function: Option<Function>, slots: usize) -> usize {
        let skew = self.weather.skew_ms;
        let skew = self.random.below(2 * skew + 1) as i64 - skew as i64;
        let (time, chance) = (self.shared.clone(), self.shared.clone());
        let random: store::cycle::Random = Arc::new(move || chance.open().random.word());
        let config = StoreConfig { epoch_salt: self.salt(), ..StoreConfig::default() };
        let context = Context {
            store: Store::new(Table::new(client(&self.shared), TABLE), config, random.clone()),
            callback: Arc::new(Sockets(self.shared.clone())),
            invoke: Arc::new(Extractions(self.shared.clone())),
            clock: Arc::new(move || TimestampMs((time.open().now_us / MS) as i64 + skew)),
            random,
            rates: Arc::default(),
            expected_connections: DEFAULT_EXPECTED_CONNECTIONS,
            presence_pace: Default::default(),
            metrics: Default::default(),
            secrets: platform::secrets::Secrets::new(std::collections::BTreeMap::<String, String>::new()),
        };
        self.environments.push(Environment { function, context, busy: 0, slots, is_alive: true });
        self.environments.len() - 1
    }

    /// What tells one table's epochs from another's.
    pub(crate) fn salt(&self) -> String {
        if self.era == 0 { String::new() } else { format!("-{}", self.era) }
    }

    /// An environment with room: a warm one, or now and then a cold one.
    fn environment(&mut self, function: Function) -> usize {
        let (function, slots) = match self.one_process {
            true => (None, usize::MAX),
            false => (Some(function), self.concurrency),
        };
        let fits = |e: &Environment| e.is_alive && e.function == function && e.busy < e.slots;
        let warm: Vec<usize> =
            (0..self.environments.len()).filter(|n| fits(&self.environments[*n])).collect();
        let is_cold = self.random.chance(self.weather.cold);
        match self.random.pick(&warm).filter(|_| !is_cold) {
            Some(warm) => *warm,
            None => self.cold(function, slots),
        }
    }

    pub(crate) fn release(&mut self, environment: usize) {
        self.environments[environment].busy -= 1;
    }

    /// An idle environment is taken away: what it had folded goes with it.
    pub(crate) fn evict(&mut self) {
        let idle = |e: &Environment| e.is_alive && e.busy == 0;
        let idle: Vec<usize> =
            (0..self.environments.len()).filter(|n| idle(&self.environments[*n])).collect();
        if let Some(number) = self.random.pick(&idle).copied() {
            self.tell(|| format!("environment {number} is evicted"));
            self.environments[number].is_alive = false;
        }
    }

    /// A task dies at an await: alone, or with everything in its process.
    pub(crate) fn kill(&mut self, task: TaskId, running: Task) {
        self.killed += 1;
        let environment = running.environment;
        self.tell(|| {
            format!("task {task} dies at poll {}; with its process: {}", running.polls, running.dies_whole)
        });
        self.release(environment);
        let is_whole = running.dies_whole;
        self.unanswered(running);
        if is_whole {
            self.environments[environment].is_alive = false;
            let others: Vec<TaskId> =
                self.tasks.iter().filter(|(_, t)| t.environment == environment).map(|(id, _)| *id).collect();
            for other in others {
                if let Some(running) = self.tasks.remove(&other) {
                    self.release(environment);
                    self.unanswered(running);
                }
            }
        }
        self.collect();
    }

    /// What the gateway makes of an invocation without an answer.
    fn unanswered(&mut self, running: Task) {
        match running.work {
            Work::Authorize(socket) | Work::Connect(socket) => self.refuse(socket, 500),
            Work::Https { client, purpose, .. } => {
                let pause = self.latency(5, 60);
                self.after(pause, Event::Fetched(client, purpose, 502, String::new()));
            }
            // API Gateway tells the client so, in a shape of its own (F6).
            Work::Default(socket, _) => self.deliver_later(
                socket,
                format!(
                    r#"{{"message":"Internal server error","connectionId":"c{socket}","requestId":"x"}}"#
                ),
            ),
            // Lambda runs an asynchronous invocation again.
            Work::Extract(request) if self.random.chance(5_000) => {
                let pause = self.latency(1_000, 60_000);
                self.after(pause, Event::Extract(request));
            }
            Work::Extract(_) | Work::Disconnect(_) | Work::SetUp(_) => {}
        }
    }

    /// Begins an invocation.
    pub(crate) fn start(&mut self, work: Work) {
        let function = match &work {
            Work::Authorize(_) => Function::Authorize,
            Work::Connect(_) => Function::Connect,
            Work::Default(..) => Function::Default,
            Work::Disconnect(_) => Function::Disconnect,
            Work::Https { .. } => Function::Https,
            Work::Extract(_) | Work::SetUp(_) => Function::Extract,
        };
        let environment = self.environment(function);
        self.environments[environment].busy += 1;
        let context = self.environments[environment].context.clone();
        let task = self.next_task;
        self.next_task += 1;
        self.tell(|| format!("task {task} begins in environment {environment}: {}", told(&work)));
        let denial =
            self.user_of(&work).map(|(tenant, user)| self.denial(&tenant, &user)).unwrap_or_default();
        let future = self.future(&work, context);
        let waker = std::task::Waker::from(Arc::new(Waker { task, shared: self.shared.clone() }));
        let killed = self.random.chance(self.weather.killed);
        let dies = killed || self.random.chance(self.weather.dropped);
        // An extraction and the weekly run, which closes weeks, wait many times; a frame's handler a few.
        let last = if matches!(work, Work::Extract(_)) && self.random.chance(5_000) { 150 } else { 25 };
        let dies_at = (dies && !matches!(work, Work::SetUp(_))).then(|| self.random.between(1, last) as u32);
        let failed_reads = BTreeSet::new();
        let began = self.now;
        let running = Task {
            future,
            waker,
            work,
            environment,
            began,
            polls: 0,
            dies_at,
            dies_whole: killed,
            failed_reads,
            denial,
            told: BTreeSet::new(),
            has_answered: false,
            announced: BTreeSet::new(),
            announced_to: BTreeSet::new(),
        };
        self.tasks.insert(task, running);
        let pause = self.latency(0, 4);
        self.after(pause, Event::Poll(task));
    }

    fn future(&self, work: &Work, context: Context) -> Running {
        let verifier = || tokens::verifier(tokens::SECRET).expect("a secret");
        match work {
            Work::SetUp(key) => {
                let key = key.clone();
                Box::pin(async move {
                    set_up(&context, &key).await;
                    Done::SetUp
                })
            }
            Work::Authorize(socket) => {
                let event = self.connecting(*socket);
                let authorizer = Authorizer { verifier: verifier(), origins: Vec::new() };
                Box::pin(async move { Done::Policy(authorizer.handle(&context, &event).await.ok()) })
            }
            Work::Connect(socket) => {
                let event = self.connecting(*socket);
                Box::pin(async move {
                    Done::Socket(cyclesheet_connect::handle(&context, &event).await.status_code)
                })
            }
            Work::Default(socket, body) => {
                let event = SocketEvent { body: Some(body.clone()), ..self.event(*socket) };
                Box::pin(async move {
                    Done::Socket(cyclesheet_default::handle(&context, &event).await.status_code)
                })
            }
            Work::Disconnect(socket) => {
                let event = self.event(*socket);
                Box::pin(async move {
                    Done::Socket(cyclesheet_disconnect::handle(&context, &event).await.status_code)
                })
            }
            Work::Https { client, method, path, body, .. } => {
                let token = self.token(*client);
                let request = Request::builder()
                    .method(*method)
                    .uri(path)
                    .header("authorization", format!("Bearer {token}"));
                let request = request.body(Bytes::from(body.clone())).expect("a request");
                let api = Api { verifier: verifier(), endpoint: Endpoint::default() };
                Box::pin(async move {
                    let response = api.handle(&context, &request).await;
                    Done::Https(response.status().as_u16(), response.into_body())
                })
            }
            Work::Extract(request) => {
                let model =
                    Cohere::new(Model(self.shared.clone()), Model(self.shared.clone()), "command-a-03-2025");
                let model: Arc<dyn Ask> = Arc::new(model);
                let extractor = Extractor {
                    model: Some(model),
                    origin: Origin::Model,
                    endpoint: Endpoint::default(),
                    slack_base_url: String::new(),
                    page_url: None,
                    metrics: metrics::nowhere(),
                };
                let event = ExtractEvent::Request(request.clone());
                Box::pin(async move {
                    let done = extractor.handle(&context, event).await;
                    Done::Extract(done.map(|done| format!("{done:?}")).map_err(|error| error.to_string()))
                })
            }
        }
    }

    /// The event of a message of a socket: who it is comes from what the authorizer learned.
    fn event(&self, socket: usize) -> SocketEvent {
        let request_context = RequestContext {
            connection_id: format!("c{socket}"),
            message_id: Some(format!("m{}", self.next_task)),
            request_id: format!("q{}", self.next_task),
            authorizer: self.sockets[socket].authorizer.clone(),
            ..RequestContext::default()
        };
        SocketEvent { request_context, ..SocketEvent::default() }
    }

    /// The event of an upgrade.
    fn connecting(&self, socket: usize) -> SocketEvent {
        let client = self.sockets[socket].client;
        let person = &self.clients[client].person;
        let pairs = [("team", &person.team), ("cycle", &person.week)];
        let query = pairs.into_iter().map(|(key, value)| (key.to_owned(), value.clone())).collect();
        let offered = format!("cyclesheet.v1, bearer.{}", self.token(client));
        let headers = [("Sec-WebSocket-Protocol".to_owned(), offered)].into();
        SocketEvent { query_string_parameters: Some(query), headers: Some(headers), ..self.event(socket) }
    }

    fn token(&self, client: usize) -> String {
        let person = &self.clients[client].person;
        let name = |word: &str| Name::new(word).expect("a name");
        let person = tokens::Person {
            tenant: name(&person.tenant),
            teams: vec![name(&person.team)],
            user: name(&person.user),
            name: person.user.clone(),
            role: person.role,
        };
        let expires = TimestampMs((self.now / MS) as i64 + 24 * 3_600_000);
        tokens::issue(tokens::SECRET, &person, expires).expect("a token")
    }

    /// Tenant and user of an invocation, if it is a person's.
    pub(crate) fn user_of(&self, work: &Work) -> Option<(String, String)> {
        let client = match work {
            Work::Authorize(socket)
            | Work::Connect(socket)
            | Work::Default(socket, _)
            | Work::Disconnect(socket) => self.sockets[*socket].client,
            Work::Https { client, .. } => *client,
            Work::Extract(_) | Work::SetUp(_) => return None,
        };
        let person = &self.clients[client].person;
        Some((person.tenant.clone(), person.user.clone()))
    }

    /// An invocation ended.
    pub(crate) fn finished(&mut self, task: TaskId, running: Task, done: Done) {
        self.judge_replay(&running);
        self.judge_announcement(&running);
        let Task { work, denial, failed_reads, .. } = running;
        let user = self.user_of(&work);
        // Removed before it began and until it ended: then it may only have been refused.
        let still = user.filter(|(tenant, user)| denial.0 && self.denial(tenant, user) == denial);
        match (work, done) {
            (Work::Authorize(socket), Done::Policy(policy)) => self.authorized(socket, policy),
            (Work::Connect(socket), Done::Socket(status)) => {
                self.tell(|| format!("task {task}: $connect of c{socket} answers {status}"));
                if let Some((_, user)) = still.filter(|_| status == 200) {
                    return self.violated(format!("C3: {user} was removed, and c{socket} opened"));
                }
                if status == 200 && failed_reads.iter().any(|(_, kind)| *kind == "DENY") {
                    return self
                        .violated(format!("C3: nobody could say who is removed, and c{socket} opened"));
                }
                if status == 200 { self.upgraded(socket) } else { self.refuse(socket, status) }
            }
            (Work::Https { client, purpose, path, method, .. }, Done::Https(status, body)) => {
                if let Some((_, user)) = still.filter(|_| status == 200) {
                    return self.violated(format!("W6: {user} was removed, and {method} {path} answered"));
                }
                let body = String::from_utf8_lossy(&body).into_owned();
                self.tell(|| format!("task {task}: {method} {path} answers {status}"));
                self.judge_https(client, &path, method, status, &body, running.began);
                if !self.random.chance(self.weather.https_lost) {
                    let pause = self.latency(5, 60);
                    self.after(pause, Event::Fetched(client, purpose, status, body));
                }
            }
            (Work::Extract(request), Done::Extract(result)) => {
                self.tell(|| format!("task {task}: {request:?} ends: {result:?}"));
                // Lambda runs an asynchronous invocation again when it fails, twice.
                if result.is_err() && self.random.chance(5_000) {
                    let pause = self.latency(30_000, 90_000);
                    self.after(pause, Event::Extract(request));
                }
            }
            (Work::Default(..) | Work::Disconnect(_), _) => self.tell(|| format!("task {task} ends")),
            _ => {}
        }
    }

    /// Returns whether the socket's upgrade is still wanted.
    pub(crate) fn is_opening(&self, socket: usize) -> bool {
        self.sockets[socket].state == State::Opening
    }
}

fn told(work: &Work) -> String {
    match work {
        Work::SetUp(_) => "set up".into(),
        Work::Authorize(socket) => format!("authorize c{socket}"),
        Work::Connect(socket) => format!("$connect c{socket}"),
        Work::Default(socket, body) => format!("$default c{socket}: {body}"),
        Work::Disconnect(socket) => format!("$disconnect c{socket}"),
        Work::Https { client, method, path, body, .. } => {
            format!("{method} {path} of client {client} {body}")
        }
        Work::Extract(request) => format!("{request:?}"),
    }
}

async fn set_up(context: &Context, key: &CycleKey) {
    let team = directory::Team {
        sources: vec![directory::Source::Path { path: messages() }],
        ..directory::Team::new(key.team.clone(), key.team.as_str(), "Europe/Berlin")
    };
    directory::put_team(context.store.table(), &key.tenant, &team).await.expect("nothing goes wrong yet");
    context.store.create(key, context.now()).await.expect("nothing goes wrong yet");
}
