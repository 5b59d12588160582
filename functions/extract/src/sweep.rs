//! What is looked after between the weekly runs: what died half way, outages that have passed, messages that have come.
use crate::{
    ExtractError, Extracted, Extractor, announce, direct, metrics,
    read::{Read, Reading},
    report::{MESSAGES, REPORT, Report},
    seal, system,
};
use extraction::{
    ladder::Reason,
    message::{KnownNumbers, MessageKey},
    talk::is_high_priority,
};
use platform::{Context, membership};
use sheet::{
    CycleKey, Name, Op, Sheet, TimestampMs, Week,
    limits::MAX_GENERATIONS,
    model::{Generation, GenerationState, Origin},
    week::time_zone,
};
use std::collections::HashSet;
use store::{
    StoreError,
    directory::{self, Team},
    raw,
};

/// How long after a generation that an outage spoiled the next is tried, milliseconds: outages take minutes.
const RETRY_MS: i64 = 10 * 60_000;
/// How much later than it was written a message may arrive and still be counted, milliseconds.
const LATE_MS: i64 = 60 * 60_000;
/// Generations that the sweep leaves to people.
const LEFT_TO_PEOPLE: u32 = 1;

impl Extractor {
    /// Goes on with what died half way, and looks after every team's current week. One team's trouble is not another's.
    pub(crate) async fn sweep(&self, context: &Context) -> Result<Vec<Extracted>, ExtractError> {
        let mut done = Vec::new();
        for tenant in directory::tenants(&context.store.table).await? {
            let resumed = membership::resume(context, &self.endpoint, &tenant).await?;
            if resumed > 0 {
                tracing::warn!(%tenant, resumed, "removals that had died half way are done");
            }
            if let Err(error) = Box::pin(direct::send_all(self, context, &tenant)).await {
                tracing::error!(%error, %tenant, "mentions could not be sent");
            }
            for team in directory::teams(&context.store.table, &tenant).await? {
                match Box::pin(self.look_after(context, &tenant, &team)).await {
                    Ok(extracted) => done.extend(extracted),
                    Err(error) => {
                        tracing::error!(%error, %tenant, team = %team.team, "a team could not be looked after");
                    }
                }
            }
        }
        Ok(done)
    }

    async fn look_after(
        &self,
        context: &Context,
        tenant: &Name,
        team: &Team,
    ) -> Result<Option<Extracted>, ExtractError> {
        let now = context.now();
        let unusable = |error: sheet::week::WeekError| ExtractError::Team(error.to_string());
        let zone = time_zone(&team.time_zone).map_err(unusable)?;
        let week = Week::containing(now, &zone).map_err(unusable)?;
        let key = CycleKey { tenant: tenant.clone(), team: team.team.clone(), week };
        let tip = match context.store.tip(&key).await {
            Ok(tip) => tip,
            // Nobody has opened it yet: the weekly run or the first visitor will.
            Err(StoreError::NotFound) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let sheet = &tip.state.sheet;
        let Some(generation) = &sheet.generation else { return Ok(None) };
        if tip.state.wants_extraction(now) {
            tracing::warn!(cycle = %key, "an extraction that had died half way is gone on with");
            return Box::pin(self.extract(context, &key, false)).await.map(Some);
        }
        if self.may_be_better_now(context, &key, generation, now).await? {
            return Box::pin(self.extract(context, &key, true)).await.map(Some);
        }
        if generation.state == GenerationState::Generated {
            seal::last_week(self, context, &key).await?;
            announce::sheet(self, context, &key, team, sheet).await?;
            let reading = Reading {
                extractor: self,
                context,
                key: &key,
                team,
                zone: &zone,
                generation: generation.number,
            };
            self.count_new(&reading, sheet, tip.state.version()).await?;
        }
        Ok(None)
    }

    /// Was the last generation spoiled by something that passes, long enough ago, with a generation to spare?
    async fn may_be_better_now(
        &self,
        context: &Context,
        key: &CycleKey,
        generation: &Generation,
        now: TimestampMs,
    ) -> Result<bool, StoreError> {
        let rested = generation.finished_at.is_some_and(|at| now.since(at) >= RETRY_MS);
        if !rested || generation.number + LEFT_TO_PEOPLE >= MAX_GENERATIONS {
            return Ok(false);
        }
        match (generation.state, generation.origin) {
            (GenerationState::Failed, _) => Ok(true),
            (GenerationState::Generated, Some(Origin::Fallback)) => {
                let report: Option<Report> =
                    raw::get(&context.store.table, key, generation.number, REPORT).await?;
                Ok(report.and_then(|report| report.reason).is_some_and(Reason::is_passing))
            }
            _ => Ok(false),
        }
    }

    /// Counts messages of high priority that the sheet does not know. From the team's threshold on the sheet says so, and
    /// again whenever as many more have come: a log is no counter.
    async fn count_new(&self, reading: &Reading<'_>, sheet: &Sheet, base: u64) -> Result<(), ExtractError> {
        let (context, key, rule) = (reading.context, reading.key, &reading.team.stale);
        let read: Option<Read> = raw::get(&context.store.table, key, reading.generation, MESSAGES).await?;
        let (Some(read), 1..) = (read, rule.threshold) else { return Ok(()) };
        let read = read.messages();
        let known: HashSet<MessageKey> = read.iter().map(|message| message.key()).collect();
        let (from, to) =
            key.week.span(reading.zone).map_err(|error| ExtractError::Team(error.to_string()))?;
        // Only what is newer than what was read: a sweep must not cost an API what an extraction costs it.
        let latest = read.iter().map(|message| message.at).max();
        let from = latest.map_or(from, |at| at.plus_ms(-LATE_MS).max(from));
        let loaded = match reading.load((from, to), KnownNumbers::new()).await {
            Ok(loaded) => loaded,
            Err(_) => {
                tracing::warn!(cycle = %key, "new messages could not be counted: no source could be read");
                return Ok(());
            }
        };
        let new = loaded.messages.iter().filter(|message| !known.contains(&message.key()));
        let count = new.filter(|message| is_high_priority(&message.text, &rule.words)).count() as u32;
        let said = sheet.stale.as_ref().map_or(0, |stale| stale.messages);
        if count >= said.saturating_add(rule.threshold) {
            system::commit(self, context, key, base, Op::CycleStale { messages: count }).await?;
            tracing::info!(cycle = %key, messages = count, "the sheet is stale");
            metrics::stale(&self.metrics, context.now(), count);
        }
        Ok(())
    }
}
