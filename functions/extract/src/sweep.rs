//! The work between the weekly runs: it finishes interrupted runs, repeats extractions after an outage, and counts new
//! messages.
use crate::{
    Done, ExtractError, Extracted, Extractor, announce, direct, metrics,
    read::{Read, Reading},
    report::Report,
    seal, system, weekly,
};
use extraction::{
    ladder::Reason,
    message::{KnownNumbers, MessageKey},
    talk::is_high_priority,
};
use futures::{StreamExt, stream};
use platform::{Context, invoke::ExtractRequest, membership};
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
    raw::{self, Artifact},
};

/// How long after a generation that an outage spoiled the next is tried, milliseconds: outages take minutes.
const RETRY_MS: i64 = 10 * 60_000;
/// How much later than it was written a message may arrive and still be counted, milliseconds.
const LATE_MS: i64 = 60 * 60_000;
/// Generations that the sweep leaves to people.
const LEFT_TO_PEOPLE: u32 = 1;

/// How long a sweep begins with further teams, milliseconds: two minutes less than its function lives, for those that it
/// has begun.
const SWEEP_MS: i64 = 8 * 60_000;
/// Teams looked after at once: each mostly waits for the table and for Slack.
const AT_ONCE: usize = 8;
/// Spreads the minutes of sweeps over the teams, whatever divides the number of teams: 2³² by the golden ratio.
const SPREAD: u64 = 2_654_435_769;

/// At which of `teams` a sweep begins that runs in this minute.
fn first_of(teams: usize, now: TimestampMs) -> usize {
    let minute = now.0.div_euclid(60_000) as u64;
    usize::try_from(minute.wrapping_mul(SPREAD) % (1 << 32)).unwrap_or_default() % teams.max(1)
}

impl Extractor {
    /// Resumes runs that were killed, and examines every team's current week. A team that fails does not stop the others, and
    /// no team waits forever behind slow ones: several teams are examined at once, each sweep begins at another team, and
    /// the next sweep takes the teams that this one had no time for.
    pub(crate) async fn sweep(&self, context: &Context) -> Result<Vec<Extracted>, ExtractError> {
        let mut failed = None;
        for tenant in directory::tenants(context.store.table()).await? {
            match membership::resume(context, &self.endpoint, &tenant).await {
                Ok(0) => {}
                Ok(resumed) => tracing::warn!(%tenant, resumed, "interrupted removals are now complete"),
                Err(error) => {
                    tracing::error!(%error, %tenant, "interrupted removals are not complete yet");
                    failed = Some(ExtractError::from(error));
                }
            }
            if let Err(error) = Box::pin(direct::send_all(self, context, &tenant)).await {
                tracing::error!(%error, %tenant, "mentions could not be sent");
            }
        }
        let began = context.now();
        let mut teams = weekly::every_team(context).await?;
        let turn = first_of(teams.len(), began);
        teams.rotate_left(turn);
        let looked = stream::iter(teams).map(async |(tenant, team)| {
            if context.now().since(began) >= SWEEP_MS {
                return Err(());
            }
            let looked = Box::pin(self.look_after(context, &tenant, &team)).await;
            Ok(looked.unwrap_or_else(|error| {
                let code = error.code();
                tracing::error!(%error, code, %tenant, team = %team.team, "the sweep of a team failed");
                None
            }))
        });
        let looked: Vec<Result<Option<Extracted>, ()>> = looked.buffer_unordered(AT_ONCE).collect().await;
        let left = looked.iter().filter(|looked| looked.is_err()).count();
        if left > 0 {
            tracing::warn!(teams = left, "the sweep's time is up: the next one looks after these teams");
        }
        let done = looked.into_iter().filter_map(|looked| looked.ok().flatten()).collect();
        failed.map_or(Ok(done), Err)
    }

    /// Has a cycle extracted: by an invocation of its own where there is one to ask, else here and now.
    async fn again(
        &self,
        context: &Context,
        key: &CycleKey,
        refresh: bool,
    ) -> Result<Extracted, ExtractError> {
        if context.invoke.is_there() && context.invoke.extract(&ExtractRequest::cycle(key, refresh)).await {
            return Ok(Extracted::without_run(key, Done::Asked));
        }
        Box::pin(self.extract(context, key, refresh)).await
    }

    async fn look_after(
        &self,
        context: &Context,
        tenant: &Name,
        team: &Team,
    ) -> Result<Option<Extracted>, ExtractError> {
        let now = context.now();
        let zone = time_zone(&team.time_zone)?;
        let week = Week::containing(now, &zone)?;
        let key = CycleKey { tenant: tenant.clone(), team: team.team.clone(), week };
        let tip = match context.store.tip(&key).await {
            Ok(tip) => tip,
            // Nobody has opened it yet: the weekly run or the first visitor will.
            Err(StoreError::NotFound) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let sheet = &tip.state.sheet;
        if tip.state.wants_extraction(now) {
            tracing::warn!(cycle = %key, "an extraction that was interrupted or never begun is continued");
            metrics::late(&self.metrics, now);
            return self.again(context, &key, false).await.map(Some);
        }
        let Some(generation) = &sheet.generation else { return Ok(None) };
        if self.may_be_better_now(context, &key, generation, now).await? {
            return self.again(context, &key, true).await.map(Some);
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

    /// Returns whether a temporary fault spoiled the last generation, long enough ago, and a generation is left to
    /// repeat it.
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
                    raw::get(context.store.table(), key, generation.number, Artifact::Report).await?;
                Ok(report.and_then(|report| report.reason).is_some_and(Reason::is_passing))
            }
            _ => Ok(false),
        }
    }

    /// Counts messages of high priority that the sheet does not know. From the team's threshold on the sheet says so, and
    /// again whenever as many more have come: a log is no counter.
    async fn count_new(&self, reading: &Reading<'_>, sheet: &Sheet, base: u64) -> Result<(), ExtractError> {
        let (context, key, rule) = (reading.context, reading.key, &reading.team.stale);
        let read: Option<Read> =
            raw::get(context.store.table(), key, reading.generation, Artifact::Messages).await?;
        let (Some(read), 1..) = (read, rule.threshold) else { return Ok(()) };
        let read = read.messages();
        let known: HashSet<MessageKey> = read.iter().map(|message| message.key()).collect();
        let (from, to) = key.week.span(reading.zone)?;
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
        let count = new.filter(|message| is_high_priority(&message.text, &rule.words)).count();
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let said = sheet.stale.as_ref().map_or(0, |stale| stale.messages);
        if count >= said.saturating_add(rule.threshold) {
            system::commit(self, context, key, base, Op::CycleStale { messages: count }).await?;
            tracing::info!(cycle = %key, messages = count, "the sheet is stale");
            metrics::stale(&self.metrics, context.now(), count);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sweeps_of_a_quarter_of_an_hour_begin_at_every_team_before_long() {
        for teams in [1, 2, 15, 30, 60, 500] {
            let begun: HashSet<usize> =
                (0..teams as i64 * 20).map(|n| first_of(teams, TimestampMs(n * 15 * 60_000))).collect();
            assert_eq!(begun.len(), teams, "{teams}");
        }
        assert_eq!(first_of(0, TimestampMs(7)), 0);
    }
}
