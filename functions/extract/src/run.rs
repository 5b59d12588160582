//! One cycle's extraction, step by step. Killed anywhere, the next run that gets the lease goes on at the first step
//! that is not done: what was read, sent and answered is stored before it is used.
use crate::{
    ExtractError, Extractor, announce, carry,
    look::{self, Look},
    metrics,
    read::{Gathered, Read, Reading, last_week},
    report::{Asked, Report},
    rows, summary,
};
use extraction::{
    answer::{self, Parsed},
    cohere::{MAX_ATTEMPTS, MAX_ATTEMPTS_SIMPLIFIED},
    fallback,
    ladder::{self, Outcome, Reason, Step},
    message::Message,
    prompt::{self, Prompt},
    source::Person,
};
use jiff::tz::TimeZone;
use platform::{
    Context,
    broadcast::Broadcast,
    changes::{self, Answer, Sender},
};
use protocol::{client::ProposedChange, server::Rejected};
use serde::Serialize;
use sheet::{
    ChangeId, ClientId, Code, CycleKey, Op, Refusal, fail_point, limits::EXTRACTION_LEASE_MS, model::Origin,
    op::Generated, week::time_zone,
};
use store::{
    StoreError,
    directory::Team,
    raw::{self, Artifact},
};

/// Looks at a summary that people begin to write in; the first one's words make it theirs.
const MAX_LOOKS: usize = 3;

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
    /// Why no source could be read, if none could.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Done {
    /// This run committed the result.
    Generated,
    /// There was nothing to do: it is done, or another run holds the lease.
    Elsewhere,
    /// An invocation of its own was asked for.
    Asked,
    /// A refresh found every message as the last result had read it: nothing was asked, committed or counted.
    Unchanged,
    /// A refresh came within a minute of another's look at the messages.
    TooSoon,
    /// A refresh could read no source; the result that stands is left as it is.
    Unread,
    /// The sources could not be read; the sheet says so.
    Failed,
}

impl Extracted {
    /// Of a cycle for which this run did nothing itself.
    pub(crate) fn without_run(key: &CycleKey, result: Done) -> Self {
        let cycle = key.cycle_id();
        Self { cycle, result, generation: None, messages: 0, rows: 0, calls: 0, reason: None, problem: None }
    }

    /// The reason that the person who asked receives when a refresh leaves no trace in the log.
    pub(crate) fn why_not(&self) -> Option<Refusal> {
        match self.result {
            Done::Unchanged => Some(look::unchanged()),
            Done::TooSoon => Some(look::too_soon()),
            Done::Unread => Some(look::unread(self.problem.as_deref().unwrap_or_default())),
            Done::Generated | Done::Elsewhere | Done::Asked | Done::Failed => None,
        }
    }
}

/// A run that holds the lease.
struct Run<'a> {
    extractor: &'a Extractor,
    context: &'a Context,
    key: &'a CycleKey,
    team: &'a Team,
    zone: TimeZone,
    client: ClientId,
    generation: u32,
    seq: u64,
    /// Calls of the model by this run.
    calls: u32,
    /// Questions, each of which may take several calls.
    questions: u64,
    report: Report,
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
        let team = team.ok_or_else(|| ExtractError::NoTeam(format!("{}/{}", key.tenant, key.team)))?;
        let zone = time_zone(&team.time_zone)?;
        context.store.create(key, context.now()).await?;
        let tip = context.store.tip(key).await?;
        let elsewhere = Extracted::without_run(key, Done::Elsewhere);
        let Some(generation) = tip.state.due_generation(refresh) else { return Ok(elsewhere) };
        let client = ClientId::new(&format!("run-{}", context.unique()))?;
        let mut looked = None;
        if refresh && tip.state.may_stand() {
            let reading = Reading { extractor: self, context, key, team: &team, zone: &zone, generation };
            match look::look(&reading).await? {
                Look::New(read) => looked = Some(*read),
                Look::Unchanged => return Ok(Extracted { result: Done::Unchanged, ..elsewhere }),
                Look::TooSoon => return Ok(Extracted { result: Done::TooSoon, ..elsewhere }),
                Look::Unread(reason) => {
                    tracing::error!(cycle = %key, "no source could be read for a refresh");
                    return Ok(Extracted {
                        result: Done::Unread,
                        problem: Some(reason.to_string()),
                        ..elsewhere
                    });
                }
            }
        }
        let report = Report::new(generation, context.now());
        let mut run = Run {
            extractor: self,
            context,
            key,
            team: &team,
            zone,
            client,
            generation,
            seq: 0,
            calls: 0,
            questions: 0,
            report,
        };
        // The lease is a change: of five runs that come here at once, one gets past this line.
        let leased = run.commit(Op::GenerationStarted { generation, lease_ms: EXTRACTION_LEASE_MS }).await;
        fail_point!(ModelWithoutLease, let leased = leased.or(Ok(())));
        match leased {
            Ok(()) => run.generate(elsewhere, looked).await,
            Err(ExtractError::Refused { code, .. }) if code != Code::Busy => Ok(elsewhere),
            Err(error) => Err(error),
        }
    }
}

impl Run<'_> {
    async fn generate(&mut self, begun: Extracted, looked: Option<Read>) -> Result<Extracted, ExtractError> {
        let reading = Reading {
            extractor: self.extractor,
            context: self.context,
            key: self.key,
            team: self.team,
            zone: &self.zone,
            generation: self.generation,
        };
        let read = match reading.read(looked).await? {
            Gathered::Read(read) => read,
            Gathered::Unreadable(reason) => {
                tracing::error!(cycle = %self.key, "no source could be read");
                let reason = format!("The messages could not be read: {reason}");
                self.commit(Op::GenerationFailed { generation: self.generation, reason }).await?;
                metrics::failed(&self.extractor.metrics, self.context.now());
                return Ok(Extracted { result: Done::Failed, generation: Some(self.generation), ..begun });
            }
        };
        let result = self.result(&read).await?;
        self.store_report(&result).await?;
        for part in rows::parts(result) {
            // A run before this one may have committed the first parts.
            if part.part > self.parts_done().await? {
                self.commit_part(part).await?;
            }
        }
        let extracted = Extracted {
            result: Done::Generated,
            generation: Some(self.generation),
            messages: self.report.messages,
            rows: self.report.rows,
            calls: self.calls,
            reason: self.fallback_reason().map(Reason::as_str),
            ..begun
        };
        tracing::info!(
            cycle = %self.key, generation = self.generation, messages = extracted.messages, rows = extracted.rows,
            calls = self.calls, reason = extracted.reason, dropped = self.report.dropped.len(),
            warnings = self.report.warnings.len(), missing_citations = self.report.missing_citations.len(),
            "extracted"
        );
        metrics::extraction(&self.extractor.metrics, &self.report, self.questions);
        // The result stands; that it could not be announced is tried again by the sweep.
        let tip = self.context.store.tip(self.key).await?;
        let announced =
            announce::sheet(self.extractor, self.context, self.key, self.team, &tip.state.sheet).await;
        if let Err(error) = announced {
            tracing::warn!(%error, cycle = %self.key, "the sheet is not announced yet");
        }
        Ok(extracted)
    }

    fn fallback_reason(&self) -> Option<Reason> {
        self.report.reason.filter(|_| self.report.origin == Origin::Fallback)
    }

    /// What an admin can see of this generation: stored before its result is committed, so that no result lacks one.
    async fn store_report(&mut self, result: &Generated) -> Result<(), StoreError> {
        self.report.origin = result.origin;
        self.report.model.clone_from(&result.model);
        self.report.messages = result.messages as usize;
        self.report.rows = result.rows.len();
        self.report.finished_at = self.context.now();
        raw::put(
            self.context.store.table(),
            self.key,
            self.generation,
            Artifact::Report,
            &self.report,
            self.expires(),
        )
        .await
    }

    /// The result: of the model, straight from the messages, or none because there is nothing to say.
    async fn result(&mut self, read: &Read) -> Result<Generated, ExtractError> {
        let (messages, people) = (read.messages(), read.people());
        self.report.problems.clone_from(&read.problems);
        self.report.coverage.clone_from(&read.coverage);
        let whole = Generated {
            generation: self.generation,
            part: 1,
            parts: 1,
            origin: Origin::Empty,
            model: None,
            summary: String::new(),
            messages: u32::try_from(messages.len()).unwrap_or(u32::MAX),
            note: None,
            rows: Vec::new(),
        };
        if let Some(same) = read.same_as {
            return self.unchanged(same, whole).await;
        }
        if messages.is_empty() {
            let summary = "No messages this week.".to_owned();
            let whole = Generated { summary, note: join(of_sources(read)), ..whole };
            return Ok(self.joined(whole, Vec::new(), read));
        }
        let corrected = self.corrected().await?;
        let open: Vec<answer::Row> = read.open.iter().map(carry::Open::row).collect();
        let request = prompt::Request {
            week: self.key.week,
            zone: self.zone.clone(),
            team: &self.team.name,
            messages: &messages,
            people: &people,
            open_rows: &open,
            corrections: &corrected,
            max_tokens: prompt::MAX_INPUT_TOKENS,
        };
        let against = answer::Context::new(self.key.week)
            .with_messages(&messages, &self.zone)
            .with_people(people.clone());
        let (outcomes, step) = self.climb(&request, &against).await?;
        match step {
            Step::Accept(parsed, reason) => {
                self.report.reason = reason;
                Ok(self.of_answer(*parsed, &outcomes, whole, read))
            }
            Step::FallBack(reason) => {
                tracing::warn!(cycle = %self.key, generation = self.generation, %reason, "a fallback is made");
                self.report.reason = Some(reason);
                self.report.reasons.push(reason);
                Ok(self.of_messages(&messages, people, reason, whole, read))
            }
            // `next` asks at most twice; `climb` returns only what ends the ladder.
            Step::Ask | Step::AskSimplified(_) => Err(ExtractError::EndlessLadder),
        }
    }

    /// Nothing has been written since an earlier generation: its result stands, and no row changes.
    async fn unchanged(&mut self, same: u32, whole: Generated) -> Result<Generated, ExtractError> {
        let earlier: Option<Report> =
            raw::get(self.context.store.table(), self.key, same, Artifact::Report).await?;
        let (origin, model) = earlier.map_or((whole.origin, None), |earlier| (earlier.origin, earlier.model));
        let note = "No message is new or changed since the extraction before: nothing was asked.".to_owned();
        Ok(Generated { origin, model, note: Some(note), ..whole })
    }

    fn of_answer(
        &mut self,
        parsed: Parsed,
        outcomes: &[Outcome],
        whole: Generated,
        read: &Read,
    ) -> Generated {
        let model = outcomes.iter().rev().find_map(|outcome| match outcome {
            Outcome::Answer(answer) => Some(answer.model.clone()),
            Outcome::Failure(_) => None,
        });
        let Parsed { summary, rows, dropped, warnings, missing_citations, .. } = parsed;
        let cut =
            self.report.reason.map(|_| "The model's answer was cut off: its last rows are missing.".into());
        let notes = [
            self.report.left_out.note(),
            cut,
            dropped_note(dropped.len()),
            missing_note(missing_citations.len()),
        ]
        .into_iter()
        .chain(of_sources(read));
        (self.report.dropped, self.report.warnings) = (dropped, warnings);
        self.report.missing_citations = missing_citations;
        let whole = Generated { origin: self.extractor.origin, model, summary, note: join(notes), ..whole };
        self.joined(whole, rows, read)
    }

    fn of_messages(
        &mut self,
        messages: &[Message],
        people: Vec<Person>,
        reason: Reason,
        whole: Generated,
        read: &Read,
    ) -> Generated {
        let setting = fallback::Setting { week: self.key.week, zone: self.zone.clone(), people };
        let made = fallback::rows(messages, &setting);
        let note = format!("Made without the model: {}.", reason.for_people());
        let note = join([Some(note)].into_iter().chain(of_sources(read)));
        let whole = Generated { origin: Origin::Fallback, summary: made.summary, note, ..whole };
        self.joined(whole, made.rows, read)
    }

    /// With last week's unfinished rows.
    fn joined(&mut self, whole: Generated, rows: Vec<answer::Row>, read: &Read) -> Generated {
        let joined = carry::join(self.generation, rows, &read.open);
        self.report.carried = joined.carried;
        let beyond = match joined.beyond {
            0 => None,
            n => Some(format!("{n} unfinished rows of last week found no room.")),
        };
        Generated { rows: joined.rows, note: join([whole.note, beyond]), ..whole }
    }

    /// Asks until the ladder ends. Every prompt is stored before it is sent, and every outcome before anything is
    /// decided on it; those that a run before this one stored are not asked for again.
    async fn climb(
        &mut self,
        request: &prompt::Request<'_>,
        against: &answer::Context,
    ) -> Result<(Vec<Outcome>, Step), ExtractError> {
        let Some(model) = self.extractor.model.clone() else { return Ok((Vec::new(), ladder::begin(false))) };
        let (table, generation) = (self.context.store.table(), self.generation);
        let mut asked: Vec<Asked> =
            raw::get(table, self.key, generation, Artifact::Answers).await?.unwrap_or_default();
        let mut prompts: Vec<Prompt> =
            raw::get(table, self.key, generation, Artifact::Prompts).await?.unwrap_or_default();
        loop {
            let outcomes: Vec<Outcome> = asked.iter().map(|asked| asked.outcome.clone()).collect();
            let (prompt, attempts) = match ladder::next(&outcomes, against) {
                Step::Ask => (prompt::build(request), MAX_ATTEMPTS),
                Step::AskSimplified(reason) => {
                    self.report.reasons = vec![reason];
                    tracing::warn!(reason = %reason, "the model is asked a second time, by the simplified prompt");
                    (prompt::build_simplified(request), MAX_ATTEMPTS_SIMPLIFIED)
                }
                ended => {
                    self.questions = asked.len() as u64;
                    self.report.count(&prompts, &asked, self.extractor.origin);
                    return Ok((outcomes, ended));
                }
            };
            // A run that died in the call has left its prompt; what this one sends takes its place.
            prompts.truncate(asked.len());
            prompts.push(prompt.clone());
            raw::put(table, self.key, generation, Artifact::Prompts, &prompts, self.expires()).await?;
            let before = self.context.now();
            let (outcome, calls) = model.ask(&prompt, attempts).await;
            let at = self.context.now();
            // Sample data answers from this process.
            if self.extractor.origin != Origin::Sample {
                self.calls += calls;
            }
            let answered = Asked { outcome: Outcome::from(outcome), calls, at, took_ms: at.since(before) };
            match &answered.outcome {
                Outcome::Answer(answer) => tracing::info!(
                    input = answer.usage.input_tokens,
                    output = answer.usage.output_tokens,
                    cost_microdollars = answer.usage.cost_microdollars(),
                    calls,
                    took_ms = answered.took_ms,
                    "asked"
                ),
                Outcome::Failure(failure) => {
                    tracing::warn!(
                        reason = failure.kind(),
                        calls,
                        took_ms = answered.took_ms,
                        "the model did not answer"
                    );
                }
            }
            asked.push(answered);
            raw::put(table, self.key, generation, Artifact::Answers, &asked, self.expires()).await?;
        }
    }

    /// Where people corrected the model, this week and the week before.
    async fn corrected(&self) -> Result<Vec<prompt::Correction>, ExtractError> {
        let now = self.context.store.tip(self.key).await?;
        let last = last_week(self.context, self.key).await?;
        Ok(carry::corrections([Some(&now.state.sheet), last.as_ref()].into_iter().flatten()))
    }

    /// When what this run stores may be deleted.
    fn expires(&self) -> Option<i64> {
        self.team.expires(self.context.now())
    }

    async fn parts_done(&self) -> Result<u32, ExtractError> {
        let tip = self.context.store.tip(self.key).await?;
        Ok(tip.state.ledger.lease.as_ref().map_or(0, |lease| lease.parts))
    }

    /// Commits one part of the result. Somebody may write in the summary between the look at it and the commit: then it
    /// is theirs, and the part goes without it.
    async fn commit_part(&mut self, part: Generated) -> Result<(), ExtractError> {
        for _ in 0..MAX_LOOKS {
            let tip = self.context.store.tip(self.key).await?;
            match self.commit_all(summary::ops(&tip.state, part.clone())).await {
                Err(ExtractError::Refused { code: Code::Conflict, .. }) => {}
                done => return done,
            }
        }
        self.commit(Op::Generated(Box::new(part))).await
    }

    /// Commits one op of this run and tells the room.
    async fn commit(&mut self, op: Op) -> Result<(), ExtractError> {
        self.commit_all(vec![op]).await
    }

    /// Commits ops of this run as one change and tells the room.
    async fn commit_all(&mut self, ops: Vec<Op>) -> Result<(), ExtractError> {
        self.seq += 1;
        let broadcast =
            Broadcast { context: self.context, endpoint: &self.extractor.endpoint, room: self.key };
        let sender = Sender::system();
        let proposed = ProposedChange { id: ChangeId::new(self.client.clone(), self.seq), base: 0, ops };
        // The base of a run is what it has seen; it sees the tip at every commit.
        let base = self.context.store.tip(self.key).await?.state.version();
        match changes::commit(&broadcast, &sender, ProposedChange { base, ..proposed }).await {
            Answer::Committed { .. } => Ok(()),
            Answer::Rejected(Rejected { code, message, .. }) => Err(ExtractError::Refused { code, message }),
        }
    }
}

fn dropped_note(dropped: usize) -> Option<String> {
    match dropped {
        0 => None,
        1 => Some("One line of the model's answer could not be read as a row.".into()),
        n => Some(format!("{n} lines of the model's answer could not be read as rows.")),
    }
}

fn missing_note(missing: usize) -> Option<String> {
    match missing {
        0 => None,
        1 => Some("One message that the model cited does not exist; the citation was removed.".into()),
        n => Some(format!("{n} messages that the model cited do not exist; the citations were removed.")),
    }
}

/// What was left out of the sources, and the first thing in them that could not be read.
fn of_sources(read: &Read) -> [Option<String>; 2] {
    [read.coverage.note(), read.problems.first().cloned()]
}

fn join(notes: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    (!notes.is_empty()).then(|| notes.join(" "))
}
