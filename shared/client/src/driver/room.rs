//! The task that owns the machine.
use super::{Options, View, http, socket, store};
use crate::{Effect, Event, Input, Machine, Outcome, QueueRecord, Timer};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};

/// What a caller wants of the task.
pub(super) enum Command {
    /// Something happened.
    Happened(Event),
    /// A call whose outcome is waited for.
    Call {
        /// The event, given the number of the call.
        event: Box<dyn FnOnce(i64) -> Event + Send>,
        /// Where the outcome goes.
        answer: oneshot::Sender<Outcome>,
    },
}

/// The machine, and what carries out its effects.
pub(super) struct Room {
    options: Options,
    machine: Machine,
    http: reqwest::Client,
    timers: BTreeMap<Timer, Instant>,
    /// Dropping a sender closes its socket.
    sockets: HashMap<u32, mpsc::UnboundedSender<String>>,
    calls: HashMap<i64, oneshot::Sender<Outcome>>,
    next_call: i64,
    shown: watch::Sender<View>,
    news: mpsc::UnboundedSender<Event>,
    heard: mpsc::UnboundedReceiver<Event>,
    ended: bool,
}

impl Room {
    pub(super) fn new(options: Options, restored: &[QueueRecord], shown: watch::Sender<View>) -> Self {
        let name = options.name.clone().unwrap_or_else(|| format!("{:016x}", fastrand::u64(..)));
        let (news, heard) = mpsc::unbounded_channel();
        Self {
            machine: Machine::new(&name, restored, now()),
            options,
            http: reqwest::Client::new(),
            timers: BTreeMap::new(),
            sockets: HashMap::new(),
            calls: HashMap::new(),
            next_call: 1,
            shown,
            news,
            heard,
            ended: false,
        }
    }

    /// Runs until it is stopped, or until the last handle of the client is dropped.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        self.happens(Event::Start).await;
        while !self.ended {
            let timer = self.timers.iter().map(|(timer, at)| (*at, *timer)).min();
            let due = timer.map_or_else(Instant::now, |(at, _)| at);
            tokio::select! {
                command = commands.recv() => match command {
                    Some(Command::Happened(event)) => self.happens(event).await,
                    Some(Command::Call { event, answer }) => {
                        let call = self.next_call;
                        self.next_call += 1;
                        self.calls.insert(call, answer);
                        self.happens(event(call)).await;
                    }
                    None => self.happens(Event::Stop).await,
                },
                Some(event) = self.heard.recv() => self.happens(event).await,
                () = tokio::time::sleep_until(due), if timer.is_some() => if let Some((_, timer)) = timer {
                    self.timers.remove(&timer);
                    self.happens(Event::Timer { timer }).await;
                },
            }
        }
    }

    async fn happens(&mut self, event: Event) {
        self.ended = event == Event::Stop;
        for effect in self.machine.step(Input { event, now: now(), random: fastrand::f64() }) {
            self.perform(effect).await;
        }
        self.show();
    }

    fn show(&self) {
        let state = self.machine.state();
        // A sheet shares its rows with the one before, so a clone copies a few words.
        let shared = |sheet: Option<&sheet::Sheet>| sheet.map(|sheet| Arc::new(sheet.clone()));
        self.shown.send_replace(View {
            status: self.machine.status(),
            sheet: shared(self.machine.sheet()),
            confirmed: shared(self.machine.confirmed()),
            unsaved: state.calls.len(),
            at_rest: self.machine.is_at_rest(),
            reason: state.error.as_ref().map(|error| error.message.clone()),
        });
    }

    async fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Open { socket } => self.open(socket),
            Effect::Close { socket } => drop(self.sockets.remove(&socket)),
            Effect::Send { socket, frame } => {
                if let (Some(out), Ok(text)) = (self.sockets.get(&socket), serde_json::to_string(&frame)) {
                    // A closed socket is reported by its end.
                    let _ = out.send(text);
                }
            }
            Effect::SetTimer { timer, ms } => {
                let wait = Duration::from_millis(u64::try_from(ms).unwrap_or(0));
                self.timers.insert(timer, Instant::now() + wait);
            }
            Effect::ClearTimer { timer } => drop(self.timers.remove(&timer)),
            Effect::FetchSnapshot { request, url, etag } => self.ask(async move |http, options| {
                Event::Snapshot { request, result: http::snapshot(&http, &options, url, etag).await }
            }),
            Effect::FetchChanges { request, since, limit } => self.ask(async move |http, options| {
                Event::Changes { request, result: http::changes(&http, &options, since, limit).await }
            }),
            Effect::Post { change } => self.ask(async move |http, options| {
                let id = match &change {
                    crate::ClientFrame::Change { id, .. } => id.clone(),
                    _ => String::new(),
                };
                Event::Posted { id, result: http::post(&http, &options, &change).await }
            }),
            Effect::Settle { call, outcome } => {
                if let Some(answer) = self.calls.remove(&call) {
                    // A caller that no longer waits does not need it.
                    let _ = answer.send(outcome);
                }
            }
            // Awaited here: a change that is sent must be known after a crash.
            Effect::Persist { record } => {
                if let Some(path) = &self.options.state_file {
                    store::keep(path, record.as_ref()).await;
                }
            }
            // A client that edits documents folds them itself; this driver carries rows, cells and comments.
            Effect::DocumentCommitted { .. }
            | Effect::DocumentRefused { .. }
            | Effect::DocumentsSkipped
            | Effect::DocumentsWelcomed { .. }
            | Effect::DocumentsVoid => {}
        }
    }

    fn open(&mut self, socket: u32) {
        let (out, to_send) = mpsc::unbounded_channel();
        self.sockets.insert(socket, out);
        let (options, news) = (self.options.clone(), self.news.clone());
        tokio::spawn(
            async move { socket::run(socket, options, to_send, |event| drop(news.send(event))).await },
        );
    }

    fn ask<F: Future<Output = Event> + Send + 'static>(
        &self,
        request: impl FnOnce(reqwest::Client, Options) -> F + Send + 'static,
    ) {
        let (http, options, news) = (self.http.clone(), self.options.clone(), self.news.clone());
        tokio::spawn(async move { news.send(request(http, options).await) });
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
