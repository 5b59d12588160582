//! `cyclesheet dev`: everything in this process.
use super::{Done, print};
use cyclesheet_extract::{Event, ask::Ask};
use extraction::{
    cohere::{Answer, CALL_TIMEOUT, Client, DEFAULT_BASE_URL, DEFAULT_MODEL, Failure, HttpTransport},
    fake::{FakeCohere, Mode},
    outside::{SecretString, TokioPause},
    prompt::Prompt,
    source::{self, Options as SourceOptions},
};
use futures::future::BoxFuture;
use jiff::civil::Date;
use local::{
    Options, Stack, backup,
    database::Embedded,
    sample::{
        self,
        files::{self, Files},
    },
    schedule::{self, Schedule, WEEKLY},
    stack::Access,
    tokens::{self, SECRET},
};
use platform::{context::system_random, invoke::ExtractRequest, telemetry};
use protocol::limits::{DEFAULT_EXPECTED_CONNECTIONS, PresencePace};
use sheet::{CycleKey, Name, Week, check::Policy, model::Origin, week::time_zone};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use store::{
    StoreConfig,
    directory::{self, Source, Team},
};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

/// How long sign-in links are good for, milliseconds: a week's work.
const LINK_MS: i64 = 7 * 24 * 3600 * 1000;
/// How long the first sheet may take before the links are printed all the same; it then fills while one watches.
const FIRST_SHEET: Duration = Duration::from_secs(3);

#[derive(clap::Args)]
pub(crate) struct Dev {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 4510)]
    port: u16,
    /// Keep the state in this folder across restarts
    #[arg(long, value_name = "DIR", conflicts_with = "memory")]
    data: Option<PathBuf>,
    /// Keep the state in memory only; it ends with the process (the default)
    #[arg(long)]
    memory: bool,
    /// The week's messages: a Slack export (a folder or a zip), or a file of JSON Lines; the sample week unless given
    #[arg(long, value_name = "PATH")]
    week: Option<PathBuf>,
    /// The day for which the sample is dated: its last week is the one before. The present day unless given
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
    /// Ask no model: the sheet is made straight from the messages
    #[arg(long)]
    no_model: bool,
    /// Another team beside the sample's, without messages; may be repeated
    #[arg(long = "team", value_name = "NAME")]
    teams: Vec<Name>,
    /// The teams' IANA time zone: what a week is for them
    #[arg(long, value_name = "ZONE", default_value = sample::TIME_ZONE)]
    time_zone: String,
    /// When the weekly run starts, as a cron pattern in the team's zone
    #[arg(long, value_name = "CRON", default_value = WEEKLY)]
    schedule: String,
    /// Seconds between sweeps, which count new messages, seal last week and complete interrupted work
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    sweep: u64,
    /// Changes one author may commit in ten seconds
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    rate_per_10s: u32,
    /// Changes that may share one log entry; 1 turns group commit off
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..))]
    max_group: u32,
    /// Sockets to expect at once in all rooms: clients spread their return by it
    #[arg(long, value_name = "N", default_value_t = DEFAULT_EXPECTED_CONNECTIONS as u32, value_parser = clap::value_parser!(u32).range(1..))]
    expected_connections: u32,
    /// Milliseconds between two presence frames of one client, at least
    #[arg(long, value_name = "MS", default_value_t = PresencePace::default().floor_ms, value_parser = clap::value_parser!(u64).range(100..))]
    presence_floor_ms: u64,
    /// Posts of presence a second that one room may cost
    #[arg(long, value_name = "N", default_value_t = PresencePace::default().posts_per_second, value_parser = clap::value_parser!(u64).range(1..))]
    presence_posts_per_second: u64,
    /// Another origin that may open sockets, for a page served by a development server
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Another host name that leads to this server, beside 127.0.0.1, localhost and [::1]
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// The built page
    #[arg(long, value_name = "DIR")]
    page: Option<PathBuf>,
    /// Cohere's key; without it the sample week gets a prepared answer, and any other week the fallback
    #[arg(long, env = "COHERE_API_KEY", hide_env_values = true, value_name = "KEY")]
    cohere_api_key: Option<String>,
    /// Where Cohere answers
    #[arg(long, env = "COHERE_BASE_URL", value_name = "URL", default_value = DEFAULT_BASE_URL)]
    cohere_base_url: String,
    /// The model that is asked
    #[arg(long, env = "COHERE_MODEL", value_name = "NAME", default_value = DEFAULT_MODEL)]
    cohere_model: String,
    /// What teams share with Slack and with their scripts: a JSON file of secrets' names and values
    #[arg(long, value_name = "FILE")]
    secrets: Option<PathBuf>,
    /// The local issuer's key
    #[arg(long, env = "JWT_SECRET", hide_env_values = true, default_value = SECRET, hide_default_value = true)]
    secret: String,
}

/// Whom the extraction asks.
struct Model {
    ask: Option<Arc<dyn Ask>>,
    origin: Origin,
    /// The sheets that have a prepared answer, in the order in which they are made.
    prepared: Vec<(&'static str, Week)>,
}

/// Where a sheet's messages are.
struct Messages {
    week: Week,
    sources: Vec<PathBuf>,
    /// Those of the sample's second team.
    other_team: Option<PathBuf>,
    /// The folder of a sample that is not kept; it ends with the process.
    _folder: Option<TempDir>,
}

/// The sample's model: says to each prompt what was prepared for its team and week.
struct Prepared(Vec<(String, Arc<dyn Ask>, FakeCohere)>);

impl Prepared {
    async fn start(answers: Vec<sample::Answer>) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut all = Vec::new();
        for answer in answers {
            let head = format!("Team: {}\nWeek: {} ", answer.team_name, answer.week);
            let server = FakeCohere::start([Mode::Success(answer.text)]).await?;
            all.push((head, ask(server.base_url(), "sample".to_owned(), sample::MODEL)?, server));
        }
        Ok(Self(all))
    }
}

impl Ask for Prepared {
    fn ask<'a>(&'a self, prompt: &'a Prompt, attempts: u32) -> BoxFuture<'a, (Result<Answer, Failure>, u32)> {
        let prepared = self.0.iter().find(|(head, ..)| prompt.user.starts_with(head));
        match prepared {
            Some((_, ask, _)) => ask.ask(prompt, attempts),
            None => Box::pin(async {
                let message = "no answer is prepared for this week".to_owned();
                (Err(Failure::Status { status: 404, message }), 0)
            }),
        }
    }
}

impl Dev {
    pub(crate) async fn run(self) -> Done {
        telemetry::begin(Some(&std::env::var("LOG_LEVEL").unwrap_or_else(|_| "warn".into())));
        let zone = time_zone(&self.time_zone)?;
        let schedule = Schedule::new(&self.schedule, zone.clone())?;
        let database = match &self.data {
            Some(folder) => Embedded::in_folder(folder)?,
            None => Embedded::in_memory()?,
        };
        let messages = self.messages(&zone)?;
        let week = messages.week;
        let model = self.model(week).await?;
        let stack = Stack::start(Options {
            listen: ([127, 0, 0, 1], self.port).into(),
            access: Access::Local { secret: self.secret.clone() },
            origins: self.allow_origin.clone(),
            hosts: self.allow_host.clone(),
            model: model.ask.clone(),
            origin: model.origin,
            page: self.page.clone(),
            secrets: secrets(self.secrets.as_deref())?,
            expected_connections: self.expected_connections as usize,
            presence_pace: PresencePace {
                floor_ms: self.presence_floor_ms,
                posts_per_second: self.presence_posts_per_second,
            },
            store: StoreConfig {
                policy: Policy { rate_per_window: self.rate_per_10s },
                epoch_salt: self.data.as_deref().map(backup::epoch).transpose()?.unwrap_or_default(),
                max_group: self.max_group as usize,
                ..StoreConfig::default()
            },
            ..Options::new(database)
        })
        .await?;
        let (tenant, team) = (Name::new(sample::TENANT)?, Name::new(sample::TEAM)?);
        let source = |path: &PathBuf| Source::Path { path: path.to_string_lossy().into_owned() };
        let row = Team {
            sources: messages.sources.iter().map(source).collect(),
            ..Team::new(team.clone(), sample::TEAM_NAME, self.time_zone.clone())
        };
        let table = stack.context.store.table();
        directory::put_team(table, &tenant, &row).await?;
        let other_team = Name::new(sample::OTHER_TEAM)?;
        if let Some(path) = messages.other_team.as_ref().filter(|_| !model.prepared.is_empty()) {
            let name = sample::OTHER_TEAM_NAME.to_owned();
            let row = Team { team: other_team, name, sources: vec![source(path)], ..row.clone() };
            directory::put_team(table, &tenant, &row).await?;
        }
        for other in &self.teams {
            let row =
                Team { team: other.clone(), name: other.to_string(), sources: Vec::new(), ..row.clone() };
            directory::put_team(table, &tenant, &row).await?;
        }
        if model.prepared.is_empty() {
            // An extraction that takes longer goes on while people watch.
            let _ = tokio::time::timeout(FIRST_SHEET, first_sheet(&stack, tenant, team, week)).await;
        } else {
            // Prepared answers come at once. Each sheet stands before the next is made, which carries its rows over.
            for (team, week) in model.prepared {
                first_sheet(&stack, tenant.clone(), Name::new(team)?, week).await;
            }
        }
        // Before it says that it is ready: who then stops it at once is heard.
        let (mut interrupted, mut terminated) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        print(&self.greeting(&stack, week)?)?;
        tokio::spawn(schedule::keep(stack.clone(), schedule));
        tokio::spawn(stack.clone().sweep(Duration::from_secs(self.sweep)));
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
        eprintln!("closing");
        match stack.shutdown().await {
            0 => Ok(()),
            left => Err(format!("{left} sockets or messages did not end in time").into()),
        }
    }

    /// Returns where the messages are: those that a person named, or the sample. A sample in a data folder keeps its date.
    fn messages(
        &self,
        zone: &jiff::tz::TimeZone,
    ) -> Result<Messages, Box<dyn std::error::Error + Send + Sync>> {
        if let Some(path) = &self.week {
            let (week, sources) = (latest_week(path, zone)?, vec![path.clone()]);
            return Ok(Messages { week, sources, other_team: None, _folder: None });
        }
        let held = match &self.data {
            Some(_) => None,
            None => Some(tempfile::tempdir()?),
        };
        let parent = self.data.as_deref().or(held.as_ref().map(TempDir::path)).unwrap_or(Path::new("."));
        let folder = parent.join("sample");
        let files = match Files::found(&folder) {
            Some(files) => files,
            None => {
                let now = (platform::context::system_clock())();
                let today = self.today.unwrap_or_else(|| sheet::week::date(now, zone));
                files::write(sample::week_before(today)?, &folder)?
            }
        };
        Ok(Messages {
            week: latest_week(&files.week, zone)?,
            sources: vec![files.week, files.week_before],
            other_team: Some(files.other_team),
            _folder: held,
        })
    }

    async fn model(&self, week: Week) -> Result<Model, Box<dyn std::error::Error + Send + Sync>> {
        let none = Model { ask: None, origin: Origin::Model, prepared: Vec::new() };
        if self.no_model {
            return Ok(none);
        }
        let key = self.cohere_api_key.clone().filter(|key| !key.trim().is_empty());
        match (key, &self.week) {
            (Some(key), _) => {
                let ask = ask(&self.cohere_base_url, key, &self.cohere_model)?;
                Ok(Model { ask: Some(ask), ..none })
            }
            (None, None) => {
                let answers = Vec::from(sample::answers(week)?);
                let prepared = answers.iter().map(|answer| (answer.team, answer.week)).collect();
                let ask = Arc::new(Prepared::start(answers).await?);
                Ok(Model { ask: Some(ask), origin: Origin::Sample, prepared })
            }
            (None, Some(_)) => Ok(none),
        }
    }

    /// What a person needs to begin: where it is, and a link each for people with different roles.
    fn greeting(
        &self,
        stack: &Stack,
        week: Week,
    ) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        let page = format!("http://{}", stack.address);
        let mut text = format!("ready {page}\n\nSign in as\n");
        let expires_at = stack.context.now().plus_ms(LINK_MS);
        for person in sample::people()? {
            let token = tokens::issue(&self.secret, &person, expires_at)?;
            let who = format!("{} ({})", person.name, person.role.as_str());
            text.push_str(&format!("  {who:<26} {page}/?team={}&cycle={week}#token={token}\n", sample::TEAM));
        }
        let state = match &self.data {
            Some(folder) => format!("The state is kept in {}.", folder.display()),
            None => "The state ends with this process; keep it with --data DIR.".to_owned(),
        };
        text.push_str(&format!("\n{state} Ctrl-C stops.\n"));
        Ok(text)
    }
}

/// Reads a file of secrets: each value is a text, or the JSON that its text would be.
pub(crate) fn secrets(
    file: Option<&Path>,
) -> Result<BTreeMap<String, String>, Box<dyn std::error::Error + Send + Sync>> {
    let Some(file) = file else { return Ok(BTreeMap::new()) };
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    // What is wrong is not quoted: it may be a secret.
    let read: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text)
        .map_err(|error| format!("{} is no JSON object: line {}", file.display(), error.line()))?;
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(read.into_iter().map(|(name, value)| (name, text(value))).collect())
}

/// Returns the model behind Cohere's address.
pub(crate) fn ask(
    base_url: &str,
    key: String,
    model: &str,
) -> Result<Arc<dyn Ask>, Box<dyn std::error::Error + Send + Sync>> {
    let transport = HttpTransport::new(base_url, SecretString::from(key), CALL_TIMEOUT)?;
    let random = system_random();
    let chance = move || random() as f64 / u64::MAX as f64;
    Ok(Arc::new(Client::new(transport, TokioPause(chance), model)))
}

/// The latest week in which there are messages: the cycle that the links open.
fn latest_week(
    path: &std::path::Path,
    zone: &jiff::tz::TimeZone,
) -> Result<Week, Box<dyn std::error::Error + Send + Sync>> {
    let now = (platform::context::system_clock())();
    let options = SourceOptions { zone: Some(zone.clone()), ..SourceOptions::default() };
    let loaded = source::load(path, &options)?;
    let problems = loaded.problems.iter().map(ToString::to_string);
    for problem in problems.take(10).chain(loaded.ahead(now).into_iter().take(10)) {
        eprintln!("{problem}");
    }
    if let Some(note) = loaded.coverage.note() {
        eprintln!("{note}");
    }
    Ok(loaded.latest_week(now, zone).map_or_else(|| Week::containing(now, zone), Ok)?)
}

/// Fills the sheet that the links open, if it is not filled.
async fn first_sheet(stack: &Stack, tenant: Name, team: Name, week: Week) {
    let request = Event::Request(ExtractRequest::cycle(&CycleKey { tenant, team, week }, false));
    let (extractor, context) = (stack.extractor.clone(), stack.context.clone());
    let running = tokio::spawn(async move { extractor.handle(&context, request).await });
    if let Ok(Err(error)) = running.await {
        tracing::error!(%error, "the first extraction failed");
    }
}
