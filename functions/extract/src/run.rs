//! One cycle's extraction, step by step. Killed anywhere, the next run that gets the lease goes on at the first step
//! that is not done: what was read and what was answered is stored before it is used.
use crate::{Extractor, context, rows};
use extraction::{
    answer::{self, Parsed},
    cohere::{MAX_ATTEMPTS, MAX_ATTEMPTS_SIMPLIFIED},
    fallback,
    ladder::{self, Outcome, Reason, Step},
    message::{KnownNumbers, Message, known_numbers},
    prompt,
    source::{self, Loaded, Options, Person, from_json_lines},
};
use jiff::tz::TimeZone;
use platform::{
    Context,
    broadcast::Telling,
    changes::{self, Answer, Sender},
};
use protocol::{client::ProposedChange, server::Rejected};
use serde::{Deserialize, Serialize};
use sheet::{
    ChangeId, Code, CycleKey, Op, Sheet, TaskId, WeekSpan, model::Origin, op::Generated, week::time_zone,
};
use store::{StoreError, directory::Source, directory::Team, raw};

/// How long a run holds the lease: the function's own limit of ten minutes, and one.
const LEASE_MS: i64 = 11 * 60 * 1000;

/// What became of a cycle's extraction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Extracted {
    /// Which cycle.
    pub cycle: String,
    /// What happened.
    pub result: Done,
    /// The generation's number, if this run held its lease.
    pub generation: Option<u32>,
    /// Messages read.
    pub messages: usize,
    /// Rows committed.
    pub rows: usize,
    /// Calls of the model by this run.
    pub calls: u32,
    /// Why it is a fallback, if it is one.
    pub reason: Option<&'static str>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Done {
    /// This run committed the result.
    Generated,
    /// There was nothing to do: it is done, or another run holds the lease.
    Elsewhere,
    /// The sources could not be read; the sheet says so.
    Failed,
}

/// Why a run did not end. It is tried again.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The table could not say.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The team is not set up.
    #[error("{0}")]
    Team(String),
    /// A change of the run was refused: it has lost its lease, or the sheet is full.
    #[error("the result was refused: {code}: {message}")]
    Refused {
        /// The stable code.
        code: Code,
        /// Why.
        message: String,
    },
}

/// What a generation read, as it is stored.
#[derive(Serialize, Deserialize, Default)]
struct Read {
    /// Messages, one JSON line each.
    lines: Vec<String>,
    people: Vec<StoredPerson>,
    problems: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredPerson {
    name: String,
    aliases: Vec<String>,
}

/// A run that holds the lease.
struct Run<'a> {
    extractor: &'a Extractor,
    context: &'a Context,
    key: &'a CycleKey,
    team: &'a Team,
    zone: TimeZone,
    client: TaskId,
    generation: u32,
    seq: u64,
    calls: u32,
}

impl Extractor {
    /// Extracts one cycle, unless it is done or somebody else is at it.
    pub async fn extract(
        &self,
        context: &Context,
        key: &CycleKey,
        refresh: bool,
    ) -> Result<Extracted, ExtractError> {
        let team = context.store.team(&key.tenant, &key.team, context.now()).await?;
        let team =
            team.ok_or_else(|| ExtractError::Team(format!("there is no team {}/{}", key.tenant, key.team)))?;
        let zone = time_zone(&team.time_zone).map_err(|error| ExtractError::Team(error.to_string()))?;
        context.store.create(key, context.now()).await?;
        let tip = context.store.tip(key).await?;
        let elsewhere = Extracted {
            cycle: key.cycle_id(),
            result: Done::Elsewhere,
            generation: None,
            messages: 0,
            rows: 0,
            calls: 0,
            reason: None,
        };
        let Some(generation) = tip.state.due_generation(refresh) else { return Ok(elsewhere) };
        let client = TaskId::new(&format!("run-{}", context.unique()))
            .map_err(|error| ExtractError::Team(error.to_string()))?;
        let mut run =
            Run { extractor: self, context, key, team: &team, zone, client, generation, seq: 0, calls: 0 };
        // The lease is a change: of five runs that come here at once, one gets past this line.
        match run.commit(Op::GenerationStarted { generation, lease_ms: LEASE_MS }).await {
            Ok(()) => run.generate(elsewhere).await,
            Err(ExtractError::Refused { code, .. }) if code != Code::Busy => Ok(elsewhere),
            Err(error) => Err(error),
        }
    }
}

impl Run<'_> {
    async fn generate(&mut self, begun: Extracted) -> Result<Extracted, ExtractError> {
        let read = match self.read().await? {
            Ok(read) => read,
            Err(reason) => {
                tracing::error!(cycle = %self.key, reason, "no source could be read");
                let reason = format!("The messages could not be read: {reason}");
                self.commit(Op::GenerationFailed { generation: self.generation, reason }).await?;
                return Ok(Extracted { result: Done::Failed, generation: Some(self.generation), ..begun });
            }
        };
        let (messages, people) = messages(&read);
        let result = self.result(&messages, &people, &read.problems).await?;
        let (rows, reason) = (result.0.rows.len(), result.1);
        for part in rows::parts(result.0) {
            // A run before this one may have committed the first parts.
            if part.part > self.parts_done().await? {
                self.commit(Op::Generated(Box::new(part))).await?;
            }
        }
        let messages = messages.len();
        let extracted = Extracted {
            result: Done::Generated,
            generation: Some(self.generation),
            messages,
            rows,
            calls: self.calls,
            reason: reason.map(Reason::as_str),
            ..begun
        };
        tracing::info!(
            cycle = %self.key, generation = self.generation, messages, rows, calls = self.calls, reason = extracted.reason,
            "extracted"
        );
        Ok(extracted)
    }

    /// The messages of the week: as stored by a run before this one, or read from the team's sources and stored.
    async fn read(&self) -> Result<Result<Read, String>, ExtractError> {
        let table = &self.context.store.table;
        if let Some(read) = raw::get::<Read>(table, self.key, self.generation, "messages").await? {
            return Ok(Ok(read));
        }
        let mut known = KnownNumbers::new();
        for earlier in 1..self.generation {
            if let Some(read) = raw::get::<Read>(table, self.key, earlier, "messages").await? {
                known.extend(known_numbers(&messages(&read).0));
            }
        }
        let span = self.key.week.span(&self.zone).map_err(|error| ExtractError::Team(error.to_string()))?;
        let loaded = match load(&self.team.sources, span, known) {
            Ok(loaded) => loaded,
            Err(reason) => return Ok(Err(reason)),
        };
        let line = |message: &Message| message.stored_line().ok();
        let person = |person: Person| StoredPerson { name: person.name, aliases: person.aliases };
        let read = Read {
            lines: loaded.messages.iter().filter_map(line).collect(),
            people: loaded.people.into_iter().map(person).collect(),
            problems: loaded.problems.iter().map(ToString::to_string).collect(),
        };
        raw::put(table, self.key, self.generation, "messages", &read).await?;
        Ok(Ok(read))
    }

    /// The result, and why it is a fallback if it is one.
    async fn result(
        &mut self,
        messages: &[Message],
        people: &[Person],
        problems: &[String],
    ) -> Result<(Generated, Option<Reason>), ExtractError> {
        let mut whole = Generated {
            generation: self.generation,
            part: 1,
            parts: 1,
            origin: Origin::Empty,
            model: None,
            summary: "No messages this week.".into(),
            messages: messages.len() as u32,
            note: None,
            rows: Vec::new(),
        };
        if messages.is_empty() {
            whole.note = problems.first().cloned();
            return Ok((whole, None));
        }
        let last = self.last_week().await?;
        let (open_rows, corrections) = match &last {
            Some(sheet) => (context::open_rows(sheet), context::corrections(sheet)),
            None => Default::default(),
        };
        let request = prompt::Request {
            week: self.key.week,
            zone: self.zone.clone(),
            team: &self.team.name,
            messages,
            people,
            open_rows: &open_rows,
            corrections: &corrections,
            max_tokens: prompt::MAX_INPUT_TOKENS,
        };
        let against = answer::Context::new(self.key.week)
            .with_messages(messages, &self.zone)
            .with_people(people.to_vec());
        let (outcomes, step) = self.climb(&request, &against).await?;
        match step {
            Step::Accept(parsed, reason) => {
                let model = outcomes.iter().rev().find_map(|outcome| match outcome {
                    Outcome::Answer(answer) => Some(answer.model.clone()),
                    Outcome::Failure(_) => None,
                });
                let Parsed { summary, rows, dropped, warnings, .. } = *parsed;
                tracing::info!(dropped = dropped.len(), warnings = warnings.len(), "an answer was read");
                let cut =
                    reason.map(|_| "The model's answer was cut off: its last rows are missing.".to_owned());
                let notes = [
                    prompt::build(&request).note(),
                    cut,
                    dropped_note(dropped.len()),
                    problems.first().cloned(),
                ];
                whole.note = join(notes);
                whole.origin = self.extractor.origin;
                whole.model = model;
                whole.summary = summary;
                whole.rows = rows::generated(self.generation, rows);
                Ok((whole, None))
            }
            Step::FallBack(reason) => {
                let setting = fallback::Setting {
                    week: self.key.week,
                    zone: self.zone.clone(),
                    people: people.to_vec(),
                };
                let made = fallback::rows(messages, &setting);
                whole.origin = Origin::Fallback;
                whole.note = join([
                    Some(format!("Made without the model: {}.", reason.for_people())),
                    problems.first().cloned(),
                ]);
                whole.summary = made.summary;
                whole.rows = rows::generated(self.generation, made.rows);
                Ok((whole, Some(reason)))
            }
            // `next` asks at most twice; `climb` returns only what ends the ladder.
            Step::Ask | Step::AskSimplified(_) => Err(ExtractError::Team("the ladder did not end".into())),
        }
    }

    /// Asks until the ladder ends. Every outcome is stored before anything is decided on it; those that a run before
    /// this one stored are not asked for again.
    async fn climb(
        &mut self,
        request: &prompt::Request<'_>,
        against: &answer::Context,
    ) -> Result<(Vec<Outcome>, Step), ExtractError> {
        let Some(model) = self.extractor.model.clone() else { return Ok((Vec::new(), ladder::begin(false))) };
        let table = &self.context.store.table;
        let mut outcomes: Vec<Outcome> =
            raw::get(table, self.key, self.generation, "answer").await?.unwrap_or_default();
        loop {
            let (asked, attempts) = match ladder::next(&outcomes, against) {
                Step::Ask => (prompt::build(request), MAX_ATTEMPTS),
                Step::AskSimplified(reason) => {
                    tracing::warn!(reason = %reason, "the model is asked once more, and simpler");
                    (prompt::build_simplified(request), MAX_ATTEMPTS_SIMPLIFIED)
                }
                ended => return Ok((outcomes, ended)),
            };
            let outcome = Outcome::from(model.ask(&asked, attempts).await);
            match &outcome {
                Outcome::Answer(answer) => {
                    self.calls += answer.attempts;
                    let cost = answer.usage.cost_microdollars();
                    tracing::info!(
                        input = answer.usage.input_tokens,
                        output = answer.usage.output_tokens,
                        cost_microdollars = cost,
                        "asked"
                    );
                }
                Outcome::Failure(failure) => {
                    self.calls += 1;
                    tracing::warn!(%failure, "the model did not answer");
                }
            }
            outcomes.push(outcome);
            raw::put(table, self.key, self.generation, "answer", &outcomes).await?;
        }
    }

    /// Last week's sheet, if there is one.
    async fn last_week(&self) -> Result<Option<Sheet>, ExtractError> {
        let Ok(week) = self.key.week.plus(-1) else { return Ok(None) };
        match self.context.store.tip(&CycleKey { week, ..self.key.clone() }).await {
            Ok(tip) => Ok(Some(tip.state.sheet.clone())),
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn parts_done(&self) -> Result<u32, ExtractError> {
        let tip = self.context.store.tip(self.key).await?;
        Ok(tip.state.ledger.lease.as_ref().map_or(0, |lease| lease.parts))
    }

    /// Commits one op of this run and tells the room.
    async fn commit(&mut self, op: Op) -> Result<(), ExtractError> {
        self.seq += 1;
        let telling = Telling { context: self.context, endpoint: &self.extractor.endpoint, room: self.key };
        let sender = Sender::system().ok_or_else(|| ExtractError::Team("the system has no author".into()))?;
        let proposed =
            ProposedChange { id: ChangeId::new(self.client.clone(), self.seq), base: 0, ops: vec![op] };
        // The base of a run is what it has seen; it sees the tip at every commit.
        let base = self.context.store.tip(self.key).await?.state.version();
        match changes::commit(&telling, &sender, ProposedChange { base, ..proposed }).await {
            Answer::Committed { .. } => Ok(()),
            Answer::Rejected(Rejected { code, message, .. }) => Err(ExtractError::Refused { code, message }),
        }
    }
}

/// All sources of a team, as one week. An error if there is a source and none can be read.
fn load(sources: &[Source], span: WeekSpan, known: KnownNumbers) -> Result<Loaded, String> {
    let options = Options { span: Some(span), known };
    let (mut whole, mut failed) = (None::<Loaded>, None);
    for Source::Path { path } in sources {
        match source::load(path.as_ref(), &options) {
            Ok(loaded) => match &mut whole {
                None => whole = Some(loaded),
                Some(whole) => {
                    whole.people.extend(loaded.people);
                    whole.problems.extend(loaded.problems);
                    whole.messages.extend(loaded.messages);
                }
            },
            Err(error) => failed = Some(error.to_string()),
        }
    }
    match (whole, failed) {
        (Some(whole), _) => Ok(whole),
        (None, Some(reason)) => Err(reason),
        (None, None) => Ok(Loaded::default()),
    }
}

fn messages(read: &Read) -> (Vec<Message>, Vec<Person>) {
    let loaded = from_json_lines("stored messages", &read.lines.join("\n"), &Options::default());
    let person =
        |person: &StoredPerson| Person { name: person.name.clone(), aliases: person.aliases.clone() };
    (loaded.messages, read.people.iter().map(person).collect())
}

fn dropped_note(dropped: usize) -> Option<String> {
    match dropped {
        0 => None,
        1 => Some("One line of the model's answer could not be read as a row.".into()),
        n => Some(format!("{n} lines of the model's answer could not be read as rows.")),
    }
}

fn join<const N: usize>(notes: [Option<String>; N]) -> Option<String> {
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    (!notes.is_empty()).then(|| notes.join(" "))
}
