//! The world: one queue of events on one clock. Taking an event out of it is a step.
//!
//! Nothing happens between two steps, and nothing that happens in one depends on anything but the seed.
use crate::{
    checks::history::{History, Roles},
    client::{Client, Effect, Person, Purpose, Timer, docs::Written},
    clock::{MS, START_US},
    invocation::{Done, Environment, Task, Work},
    outside::{Answer, Ask, Outside, Request, Shared, Slot, TaskId},
    random::Random,
    socket::Socket,
    table::{Rows, Table},
    trace::Trace,
    weather::Weather,
};
use extraction::cohere::Failure;
use platform::invoke::ExtractRequest;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    sync::{Arc, Mutex},
    task::Wake,
};

/// What is run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Decides everything.
    pub seed: u64,
    /// Steps under weather; what follows until all is quiet comes on top.
    pub steps: u64,
    /// Whether faults happen.
    pub has_weather: bool,
    /// Whether every step is kept for reading.
    pub is_told: bool,
    /// A fault in production code; only a build with `planted-faults` has any.
    pub fault: Option<sheet::planted::Fault>,
}

/// What a run found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was violated.
    pub what: String,
    /// At which step.
    pub step: u64,
}

/// What an event is.
pub enum Event {
    /// A task goes on.
    Poll(TaskId),
    /// A call of DynamoDB arrives.
    Arrive(Request, Fate),
    /// An answer arrives.
    Reply(Arc<Mutex<Slot>>, Answer),
    /// A post or a close arrives at the gateway.
    Post(Request),
    /// A frame arrives at a client.
    Deliver(usize, usize, String),
    /// A frame arrives at the gateway.
    Frame(usize, String),
    /// An upgrade arrives at the gateway.
    Upgrade(usize, usize),
    /// The next function of an upgrade begins.
    Connect(usize),
    /// A client learns that its upgrade ended.
    Upgraded(usize, usize, u16),
    /// A client learns that its socket closed.
    Closed(usize, usize, bool),
    /// The gateway learns that a socket closed.
    Gone(usize),
    /// `$disconnect` begins.
    Disconnect(usize),
    /// A client's timer fires, if it was not set again since.
    Timer(usize, Timer, u64),
    /// A person does something.
    Act(usize),
    /// A request arrives at the HTTP API.
    Https(usize, Purpose, &'static str, String, String),
    /// Its answer arrives.
    Fetched(usize, Purpose, u16, String),
    /// An extraction begins.
    Extract(ExtractRequest),
    /// Something happens to the system as a whole.
    Happen,
}

/// What becomes of a call of DynamoDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is carried out and answered.
    Well,
    /// It never arrives; the connection breaks.
    RequestLost,
    /// It is carried out; the connection breaks.
    AnswerLost,
    /// It is carried out late, and answered to nobody.
    Late,
    /// It never arrives and nothing is answered.
    Hung,
    /// It is refused for now.
    Throttled,
}

struct Queued {
    at: u64,
    tie: u64,
    number: u64,
    era: u64,
    event: Event,
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl Eq for Queued {}
impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Queued {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.tie, self.number).cmp(&(other.at, other.tie, other.number))
    }
}

pub(crate) struct Waker {
    pub(crate) task: TaskId,
    pub(crate) shared: Shared,
}

impl Wake for Waker {
    fn wake(self: Arc<Self>) {
        self.shared.open().woken.push(self.task);
    }
}

/// The world.
pub struct World {
    /// What is run.
    pub plan: Plan,
    /// The schedule's chance.
    pub random: Random,
    /// What goes wrong at the moment.
    pub weather: Weather,
    /// The time, microseconds.
    pub now: u64,
    /// Steps taken.
    pub step: u64,
    /// The trace.
    pub trace: Trace,
    /// The first violation.
    pub found: Option<Found>,
    pub(crate) shared: Shared,
    queue: BinaryHeap<Reverse<Queued>>,
    queued: u64,
    pub(crate) table: Table,
    /// Tables before this one: a restore begins another.
    pub(crate) era: u64,
    pub(crate) snapshot: Option<Rows>,
    pub(crate) tasks: BTreeMap<TaskId, Task>,
    pub(crate) next_task: TaskId,
    pub(crate) environments: Vec<Environment>,
    pub(crate) one_process: bool,
    pub(crate) concurrency: usize,
    pub(crate) sockets: Vec<Socket>,
    pub(crate) clients: Vec<Client>,
    timers: BTreeMap<(usize, Timer), u64>,
    pub(crate) intents: u64,
    /// What people wrote into documents.
    pub(crate) written: Written,
    /// Intents that no log may ever hold.
    pub(crate) poison: BTreeSet<u64>,
    pub(crate) users: Vec<String>,
    pub(crate) roles: Roles,
    pub(crate) histories: BTreeMap<String, History>,
    /// Histories of earlier tables, by partition and epoch.
    pub(crate) past: BTreeMap<(String, String), History>,
    /// Whether people act.
    pub(crate) is_lively: bool,
    /// Invocations that were killed or dropped.
    pub(crate) killed: u64,
}

impl World {
    /// The world of a plan, before its first step.
    pub fn new(plan: Plan) -> Self {
        // The SDK's jitter and its invocation ids come from here.
        fastrand::seed(plan.seed);
        let mut random = Random::new(plan.seed);
        let shared = Shared::new(START_US, Random::new(random.word()));
        let weather = if plan.has_weather { Weather::of(&mut random) } else { Weather::calm() };
        let one_process = random.chance(2_500);
        let concurrency = if random.chance(3_000) { 8 } else { 1 };
        let trace = Trace::new(plan.is_told);
        let mut world = Self {
            plan,
            random,
            weather: Weather::calm(),
            now: START_US,
            step: 0,
            trace,
            found: None,
            shared,
            queue: BinaryHeap::new(),
            queued: 0,
            table: Table::with(Rows::new()),
            era: 0,
            snapshot: None,
            tasks: BTreeMap::new(),
            next_task: 1,
            environments: Vec::new(),
            one_process,
            concurrency,
            sockets: Vec::new(),
            clients: Vec::new(),
            timers: BTreeMap::new(),
            intents: 0,
            written: Written::default(),
            poison: BTreeSet::new(),
            users: Vec::new(),
            roles: Roles::new(),
            histories: BTreeMap::new(),
            past: BTreeMap::new(),
            is_lively: false,
            killed: 0,
        };
        world.settle_down();
        world.weather = weather;
        world
    }

    /// Teams, people and their clients.
    fn settle_down(&mut self) {
        self.set_up();
        self.run_until_quiet();
        self.populate();
        self.is_lively = true;
        let (first, later) = (self.random.below(20_000) * MS, self.random.below(5_000) * MS);
        self.after(first + later, Event::Happen);
    }

    /// Adds a client of `person`.
    pub(crate) fn add_client(&mut self, person: Person, name: &str, shares_name: bool) {
        let number = self.clients.len();
        let mut client = Client::new(person, name);
        client.shares_name = shares_name;
        client.writer = (number as u64 + 1) << 20;
        let first = self.random.below(3_000);
        client.start(first);
        self.clients.push(client);
        self.carry_out(number);
        let begins = self.random.between(1_000, 6_000) * MS;
        self.after(begins, Event::Act(number));
    }

    /// Puts an event on the queue.
    pub(crate) fn after(&mut self, us: u64, event: Event) {
        self.queued += 1;
        let tie = self.random.word();
        let (at, number, era) = (self.now + us, self.queued, self.era);
        self.queue.push(Reverse(Queued { at, tie, number, era, event }));
    }

    /// A time from `from` to `to` milliseconds, microseconds.
    pub(crate) fn latency(&mut self, from: u64, to: u64) -> u64 {
        self.random.between(from * MS, to * MS)
    }

    /// Notes a violation, if it is the first.
    pub(crate) fn violated(&mut self, what: impl Into<String>) {
        let what = what.into();
        self.trace.tell(self.step, self.now, || format!("VIOLATED {what}"));
        if self.found.is_none() {
            self.found = Some(Found { what, step: self.step });
        }
    }

    pub(crate) fn judge(&mut self, judged: Result<(), String>) {
        if let Err(what) = judged {
            self.violated(what);
        }
    }

    /// Tells a step.
    pub(crate) fn tell(&mut self, told: impl FnOnce() -> String) {
        self.trace.tell(self.step, self.now, told);
    }

    /// Takes steps while nobody acts, until nothing runs.
    pub(crate) fn run_until_quiet(&mut self) {
        while !self.tasks.is_empty() && self.take_step() {}
    }

    /// Takes steps for so long.
    pub(crate) fn run_for(&mut self, us: u64) {
        let end = self.now + us;
        while self.found.is_none() && self.queue.peek().is_some_and(|Reverse(next)| next.at <= end) {
            self.take_step();
        }
        self.now = self.now.max(end);
    }

    /// Runs the plan: steps under weather, then calm, then the checks of what is left.
    pub fn run(mut self) -> Self {
        let last = self.step + self.plan.steps;
        while self.step < last && self.found.is_none() && self.take_step() {}
        if self.found.is_none() {
            self.finale();
        }
        self
    }

    /// One step; false if nothing is left to happen.
    pub(crate) fn take_step(&mut self) -> bool {
        let Some(Reverse(Queued { at, era, event, .. })) = self.queue.pop() else { return false };
        if era != self.era && !outlives(&event) {
            return true;
        }
        match &event {
            // Waits that nobody waits for any more move no clock and are no step.
            Event::Reply(slot, _) if Slot::dropped(slot) => return true,
            Event::Timer(client, timer, set) if self.timers.get(&(*client, *timer)) != Some(set) => {
                return true;
            }
            _ => {}
        }
        self.now = self.now.max(at);
        self.shared.open().now_us = self.now;
        self.step += 1;
        self.trace.count(self.now, kind(&event));
        self.happen(event);
        self.collect();
        true
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Poll(task) => self.poll(task),
            Event::Arrive(request, fate) => self.arrive(request, fate),
            Event::Reply(slot, answer) => Slot::fill(&slot, answer),
            Event::Post(request) => self.posted(request),
            Event::Deliver(client, socket, text) => self.deliver(client, socket, &text),
            Event::Frame(socket, text) => self.frame(socket, text),
            Event::Upgrade(client, socket) => self.upgrade(client, socket),
            Event::Connect(socket) => self.start(Work::Connect(socket)),
            Event::Upgraded(client, socket, status) => {
                self.tell(|| format!("client {client}: upgrade of c{socket} ended with {status}"));
                self.clients[client].opened(socket, status, &mut self.random);
                self.carry_out(client);
            }
            Event::Closed(client, socket, is_abnormal) => {
                self.tell(|| format!("client {client}: c{socket} closed"));
                self.clients[client].closed(socket, is_abnormal, &mut self.random);
                self.carry_out(client);
            }
            Event::Gone(socket) => self.close(socket, false),
            Event::Disconnect(socket) => self.start(Work::Disconnect(socket)),
            Event::Timer(client, timer, _) => {
                self.tell(|| format!("client {client}: timer {timer:?}"));
                self.clients[client].fired(timer, &mut self.random);
                self.carry_out(client);
            }
            Event::Act(client) => self.act(client),
            Event::Https(client, purpose, method, path, body) => {
                self.start(Work::Https { client, purpose, method, path, body });
            }
            Event::Fetched(client, Purpose::Page, status, body) => self.read_on(client, status, &body),
            Event::Fetched(client, purpose, status, body) => {
                let fetched = self.clients[client].fetched(purpose, status, &body, &mut self.random);
                self.judge(fetched.map_err(|what| format!("{what} (client {client})")));
                self.carry_out(client);
            }
            Event::Extract(request) => self.start(Work::Extract(request)),
            Event::Happen => self.something(),
        }
    }

    /// Takes up what handlers asked for, and lets woken tasks go on.
    pub(crate) fn collect(&mut self) {
        let (requests, woken) = {
            let mut outside = self.shared.open();
            let Outside { requests, woken, .. } = &mut *outside;
            (std::mem::take(requests), std::mem::take(woken))
        };
        for request in requests {
            self.asked(request);
        }
        for task in woken {
            // Tasks that wake together go on in any order.
            let pause = self.random.below(50);
            self.after(pause, Event::Poll(task));
        }
    }

    fn asked(&mut self, request: Request) {
        match &request.ask {
            Ask::Database { .. } => self.send_to_table(request),
            Ask::Post { connection_id, frame } => {
                let (id, frame) = (connection_id.clone(), frame.clone());
                self.judge_frame(request.task, &id, &frame);
                let pause = self.latency(1, 15);
                self.after(pause, Event::Post(request));
            }
            Ask::Close { .. } => {
                let pause = self.latency(1, 15);
                self.after(pause, Event::Post(request));
            }
            Ask::Sleep(duration) => {
                let us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX / 2);
                self.after(us, Event::Reply(request.slot, Answer::Slept));
            }
            Ask::Extract(wanted) => {
                let wanted = wanted.clone();
                let is_lost = self.random.chance(self.weather.request_lost);
                let (begins, replies) = (self.latency(5, 200), self.latency(5, 30));
                if !is_lost {
                    self.after(begins, Event::Extract(wanted.clone()));
                }
                if self.random.chance(self.weather.frame_twice) {
                    let again = self.latency(5, 5_000);
                    self.after(again, Event::Extract(wanted));
                }
                self.after(replies, Event::Reply(request.slot, Answer::Asked(!is_lost)));
            }
            Ask::Model => self.ask_model(request),
        }
    }

    fn ask_model(&mut self, request: Request) {
        self.judge_question(request.task);
        let (ms, answer) = crate::model::answer(&mut self.random, self.weather.model);
        let answer = answer.ok_or(Failure::Timeout);
        self.tell(|| format!("task {}: the model is asked and answers after {ms} ms", request.task));
        self.after(ms * MS, Event::Reply(request.slot, Answer::Model(answer.and_then(|answer| answer))));
    }

    /// Does what a client wants done.
    pub(crate) fn carry_out(&mut self, client: usize) {
        for effect in self.clients[client].effects() {
            match effect {
                Effect::Open => self.open(client),
                Effect::Close(socket) => {
                    let pause = self.latency(5, 60);
                    self.after(pause, Event::Gone(socket));
                }
                Effect::Send(socket, frame) => self.send(client, socket, frame),
                Effect::Timer(timer, ms) => {
                    self.queued += 1;
                    let set = self.queued;
                    self.timers.insert((client, timer), set);
                    if ms < u64::MAX {
                        self.after(ms * MS, Event::Timer(client, timer, set));
                    }
                }
                Effect::Fetch(purpose, method, path, body) => {
                    let pause = self.latency(5, 60);
                    if !self.random.chance(self.weather.https_lost) {
                        self.after(pause, Event::Https(client, purpose, method, path, body));
                    }
                }
            }
        }
    }

    /// A person does something, and will again.
    fn act(&mut self, client: usize) {
        if !self.is_lively {
            return;
        }
        // People write in bursts.
        let pause = match self.random.below(10) {
            0..=4 => self.latency(10, 200),
            5..=8 => self.latency(200, 2_000),
            _ => self.latency(2_000, 20_000),
        };
        self.after(pause, Event::Act(client));
        self.person_acts(client);
        self.carry_out(client);
    }

    /// Polls a task, if it still runs.
    fn poll(&mut self, task: TaskId) {
        let Some(mut running) = self.tasks.remove(&task) else { return };
        running.polls += 1;
        if running.dies_at.is_some_and(|at| running.polls >= at) {
            return self.kill(task, running);
        }
        self.shared.open().current = task;
        match running.poll() {
            Some(done) => self.ended(task, running, done),
            None => drop(self.tasks.insert(task, running)),
        }
    }

    fn ended(&mut self, task: TaskId, running: Task, done: Done) {
        self.release(running.environment);
        self.finished(task, running, done);
    }
}

/// Which events are none of the table's: they go on when another table takes its place.
fn outlives(event: &Event) -> bool {
    matches!(
        event,
        Event::Upgraded(..)
            | Event::Closed(..)
            | Event::Gone(..)
            | Event::Timer(..)
            | Event::Act(..)
            | Event::Happen
    )
}

fn kind(event: &Event) -> u64 {
    match event {
        Event::Poll(task) => 100 + *task as u64,
        Event::Arrive(..) => 2,
        Event::Reply(..) => 3,
        Event::Post(..) => 4,
        Event::Deliver(..) => 5,
        Event::Frame(..) => 6,
        Event::Upgrade(..) => 7,
        Event::Connect(..) => 8,
        Event::Upgraded(..) => 9,
        Event::Closed(..) => 10,
        Event::Gone(..) => 11,
        Event::Disconnect(..) => 12,
        Event::Timer(..) => 13,
        Event::Act(..) => 14,
        Event::Https(..) => 15,
        Event::Fetched(..) => 16,
        Event::Extract(..) => 17,
        Event::Happen => 18,
    }
}
