//! The weekly run fans out: one invocation a team, each with its own time, retries and failure. However many teams there
//! are, the run takes no longer than the slowest of them, as far as Lambda's concurrency reaches.
//!
//! Before a team's run is asked for its cycle is created, so the sweep finds a cycle that nobody has begun and asks again.
use crate::{Done, ExtractError, Extracted, Extractor, seal};
use futures::{StreamExt, stream};
use platform::{Context, invoke::ExtractRequest};
use sheet::{CycleKey, Name, Week, week::time_zone};
use store::directory::{self, Team};

/// Asynchronous invocations at once. Each takes some 20 ms and Lambda takes hundreds a second: 500 teams are asked for in a
/// second or two, and a region's rate of requests is not used up by one schedule.
const ASKED_AT_ONCE: usize = 16;
/// Runs at once where there is no function to ask, in this process: each waits for a model most of its minute, and holds a
/// week of messages in memory.
const RUN_AT_ONCE: usize = 4;

impl Extractor {
    /// Begins the weekly run of every team of the table, in its own current week. One team's trouble is not another's: what
    /// could not be begun is tried once more after all others, then named in the log and in the error.
    pub(crate) async fn weekly(&self, context: &Context) -> Result<Vec<Extracted>, ExtractError> {
        let teams = every_team(context).await?;
        let of = teams.len();
        let (mut done, first) = self.begin(context, teams).await;
        let again: Vec<(Name, Team)> = first.into_iter().map(|(tenant, team, _)| (tenant, team)).collect();
        let (later, left) = self.begin(context, again).await;
        done.extend(later);
        let mut failed = Vec::with_capacity(left.len());
        for (tenant, team, error) in left {
            tracing::error!(%error, code = error.code(), %tenant, team = %team.team, "a team's weekly run failed");
            failed.push(format!("{tenant}/{}", team.team));
        }
        if failed.is_empty() { Ok(done) } else { Err(ExtractError::Teams { failed, of }) }
    }

    /// Begins the runs of these teams; what came of it, and which failed and why.
    async fn begin(
        &self,
        context: &Context,
        teams: Vec<(Name, Team)>,
    ) -> (Vec<Extracted>, Vec<(Name, Team, ExtractError)>) {
        let at_once = if context.invoke.is_there() { ASKED_AT_ONCE } else { RUN_AT_ONCE };
        let each = stream::iter(teams).map(async |(tenant, team)| {
            let begun = Box::pin(self.begin_one(context, &tenant, &team)).await;
            begun.map_err(|error| (tenant, team, error))
        });
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        for result in each.buffer_unordered(at_once).collect::<Vec<_>>().await {
            match result {
                Ok(extracted) => done.push(extracted),
                Err(left) => failed.push(left),
            }
        }
        (done, failed)
    }

    async fn begin_one(
        &self,
        context: &Context,
        tenant: &Name,
        team: &Team,
    ) -> Result<Extracted, ExtractError> {
        let zone = time_zone(&team.time_zone)?;
        let week = Week::containing(context.now(), &zone)?;
        let key = CycleKey { tenant: tenant.clone(), team: team.team.clone(), week };
        if !context.invoke.is_there() {
            return self.of_team(context, &key).await;
        }
        context.store.create(&key, context.now()).await?;
        if context.invoke.extract(&ExtractRequest::team(&key)).await {
            return Ok(Extracted::without_run(&key, Done::Asked));
        }
        Err(ExtractError::NotAsked)
    }

    /// One team's weekly run: its week is extracted, and last week is closed once this one has begun.
    pub(crate) async fn of_team(&self, context: &Context, key: &CycleKey) -> Result<Extracted, ExtractError> {
        let extracted = self.extract(context, key, false).await;
        // That it could not be closed is tried again by the sweep.
        if let Err(error) = seal::last_week(self, context, key).await {
            tracing::warn!(%error, cycle = %key, "the week before is not sealed");
        }
        if let Err(error) = &extracted {
            tracing::error!(%error, code = error.code(), cycle = %key, "a team's extraction failed");
        }
        extracted
    }
}

/// The teams of all tenants.
pub(crate) async fn every_team(context: &Context) -> Result<Vec<(Name, Team)>, ExtractError> {
    let table = context.store.table();
    let mut found = Vec::new();
    for tenant in directory::tenants(table).await? {
        let teams = directory::teams(table, &tenant).await?;
        found.extend(teams.into_iter().map(|team| (tenant.clone(), team)));
    }
    Ok(found)
}
