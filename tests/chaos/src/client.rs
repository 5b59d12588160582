//! Tabs: the shipped client on real sockets, real HTTP and a real clock, each with a person at it.
use crate::{
    person::{Intent, Person},
    server::{CYCLE, Link},
};
use cyclesheet_client::{Client, Options, Outcome, Status, driver::Address};
use fastrand::Rng;
use sheet::canonical;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
    time::Instant,
};

/// The orders that a tab takes.
pub enum Command {
    /// Close the page and open it again.
    Reload,
    /// Edit no more.
    Rest,
    /// Say how it stands.
    Report(oneshot::Sender<Report>),
    /// Say what was settled since the last time.
    Settled(oneshot::Sender<Vec<Asked>>),
}

/// How a tab stands.
pub struct Report {
    /// `Jana Hoffmann (admin), tab-3`
    pub who: String,
    /// Asked for and open, or forgotten by a reload.
    pub open: usize,
    /// In the room?
    pub live: bool,
    /// Nothing on its way, nothing missing?
    pub at_rest: bool,
    /// The sheet it holds, in canonical JSON.
    pub sheet: String,
}

/// One call of a person.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The id that it gave to a row or a thread; none for other edits.
    pub made: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// All tabs.
pub struct Tabs {
    tabs: Vec<mpsc::Sender<Command>>,
}

/// Opens `count` tabs, for the people who may edit in turn.
pub fn open_tabs(
    count: u32,
    links: &[Link],
    addresses: &watch::Receiver<Option<SocketAddr>>,
    folder: &Path,
    mut rng: Rng,
) -> Result<Tabs, String> {
    let editors: Vec<&Link> = links.iter().filter(|link| !link.who.contains("viewer")).collect();
    let tabs = (0..count as usize).map(|number| {
        let (commands, told) = mpsc::channel(8);
        let link = editors[number % editors.len()].clone();
        let tab = Tab::new(number, link, addresses.clone(), folder, rng.fork())?;
        tokio::spawn(tab.live(told));
        Ok(commands)
    });
    Ok(Tabs { tabs: tabs.collect::<Result<_, String>>()? })
}

impl Tabs {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.tabs.len()
    }

    /// Tells one of them.
    pub async fn tell(&self, tab: usize, command: Command) {
        // A tab that is gone shows when it is to report.
        let _ = self.tabs[tab].send(command).await;
    }

    /// What each says.
    async fn ask<T>(&self, question: impl Fn(oneshot::Sender<T>) -> Command) -> Result<Vec<T>, String> {
        let mut answers = Vec::new();
        for tab in &self.tabs {
            let (answer, told) = oneshot::channel();
            tab.send(question(answer)).await.map_err(|_| "a tab has died")?;
            answers.push(told.await.map_err(|_| "a tab has died")?);
        }
        Ok(answers)
    }

    /// How each stands.
    pub async fn reports(&self) -> Result<Vec<Report>, String> {
        self.ask(Command::Report).await
    }

    /// What was settled since the last time.
    pub async fn settled(&self) -> Result<Vec<Asked>, String> {
        Ok(self.ask(Command::Settled).await?.into_iter().flatten().collect())
    }

    /// Waits until it holds of everybody.
    pub async fn wait(
        &self,
        what: &str,
        patience: Duration,
        holds: impl Fn(&Report) -> bool,
    ) -> Result<(), String> {
        let until = Instant::now() + patience;
        loop {
            let mut waiting = self.reports().await?;
            waiting.retain(|report| !holds(report));
            if waiting.is_empty() {
                return Ok(());
            }
            if Instant::now() > until {
                let who: Vec<String> = waiting.into_iter().map(|report| report.who).collect();
                return Err(format!(
                    "after {} s these do not {what}: {}",
                    patience.as_secs(),
                    who.join("; ")
                ));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends the editing, waits until nothing is on its way and everybody has the same sheet: who has which.
    pub async fn at_rest(&self, patience: Duration) -> Result<Vec<(String, String)>, String> {
        for tab in 0..self.count() {
            self.tell(tab, Command::Rest).await;
        }
        let until = Instant::now() + patience;
        loop {
            self.wait("come to rest", patience, |report| report.live && report.at_rest).await?;
            let reports = self.reports().await?;
            let same = reports.iter().all(|report| report.at_rest && report.sheet == reports[0].sheet);
            if same || Instant::now() > until {
                return Ok(reports.into_iter().map(|report| (report.who, report.sheet)).collect());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

struct Tab {
    name: String,
    link: Link,
    addresses: watch::Receiver<Option<SocketAddr>>,
    state_file: PathBuf,
    rng: Rng,
    client: Client,
    person: Person,
    /// Calls whose outcome is open; those of a page that was closed end without one.
    calls: JoinSet<Option<Asked>>,
    settled: Vec<Asked>,
}

impl Tab {
    fn new(
        number: usize,
        link: Link,
        addresses: watch::Receiver<Option<SocketAddr>>,
        folder: &Path,
        mut rng: Rng,
    ) -> Result<Self, String> {
        let name = format!("tab-{number}");
        let state_file = folder.join(format!("{name}.json"));
        Ok(Self {
            client: page(&name, &link, &addresses, &state_file)?,
            person: Person::new(number, rng.fork()),
            calls: JoinSet::new(),
            settled: Vec::new(),
            name,
            link,
            addresses,
            state_file,
            rng,
        })
    }

    async fn live(mut self, mut told: mpsc::Receiver<Command>) {
        let mut edits = true;
        let mut next_edit = Instant::now();
        loop {
            tokio::select! {
                biased;
                command = told.recv() => match command {
                    None => return,
                    Some(Command::Reload) => if self.reload().await.is_err() { return },
                    Some(Command::Rest) => edits = false,
                    Some(Command::Report(answer)) => drop(answer.send(self.report())),
                    Some(Command::Settled(answer)) => drop(answer.send(std::mem::take(&mut self.settled))),
                },
                Some(asked) = self.calls.join_next() => self.settled.extend(asked.ok().flatten()),
                changed = self.addresses.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    // Somebody who sees that it is back does not wait for the next attempt.
                    if self.addresses.borrow_and_update().is_some() {
                        self.client.reconnect().await;
                    }
                }
                () = tokio::time::sleep_until(next_edit), if edits => {
                    next_edit = Instant::now() + Duration::from_millis(self.rng.u64(2..80));
                    self.edit();
                }
            }
        }
    }

    fn edit(&mut self) {
        let Some(Intent { op, made }) = self.person.intent(self.client.view().sheet.as_deref()) else {
            return;
        };
        let client = self.client.clone();
        self.calls.spawn(async move {
            let outcome = match op {
                Some(op) => client.change(vec![op]).await,
                None => client.undo().await,
            };
            Some(Asked { made, outcome: outcome.ok()? })
        });
    }

    fn report(&self) -> Report {
        let view = self.client.view();
        Report {
            who: format!("{}, {}", self.link.who, self.name),
            open: view.unsaved,
            live: view.status == Status::Live,
            at_rest: view.at_rest && view.unsaved == 0,
            sheet: canonical::to_string(&view.confirmed).unwrap_or_default(),
        }
    }

    /// Closes the page and opens the next, which finds what was on its way in the file.
    async fn reload(&mut self) -> Result<(), String> {
        self.client.clone().close().await;
        self.client = page(&self.name, &self.link, &self.addresses, &self.state_file)?;
        Ok(())
    }
}

fn page(
    name: &str,
    link: &Link,
    addresses: &watch::Receiver<Option<SocketAddr>>,
    state_file: &Path,
) -> Result<Client, String> {
    let (team, cycle) = CYCLE.split_once('/').ok_or("a cycle is <team>/<week>")?;
    let addresses = addresses.clone();
    let options = Options::new("ws://127.0.0.1", "http://127.0.0.1", team, cycle)
        .addresses(move || {
            let address = (*addresses.borrow())?;
            Some(Address { socket: format!("ws://{address}/dev"), http: format!("http://{address}") })
        })
        .token(&link.token)
        .name(name)
        .state_file(state_file);
    Client::open(options).map_err(|error| error.to_string())
}
