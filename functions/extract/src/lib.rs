//! The weekly run and refreshes: messages → model → sheet, exactly one call a generation.
//!
//! # Layout
//! - [`run`]: one cycle, step by step. A run resumes at the first step that is not done.
//! - [`ask`]: the model, behind a narrow trait.
//! - [`read`]: the messages of the week, from the team's sources. [`look`]: whether a refresh finds anything new.
//!   [`carry`]: what goes on from week to week.
//! - [`rows`]: a result in parts. [`report`]: what is kept of it for admins. [`metrics`]: what is measured of it.
//! - [`seal`]: last week is closed. [`announce`]: the new sheet is posted to the team's channel. [`direct`]: mentions go to
//!   whom they are of. [`posting`]: either once.
//! - [`summary`]: the summary as a document. [`sweep`]: what is looked after in between. [`slack`], [`system`]: calls of Slack, changes of the system.
//!
//! The schedule fires at least once, and anybody may open the sheet at the same moment. Only who commits
//! `GENERATION_STARTED` asks the model: the lease is a change in the cycle's own log.
mod announce;
pub mod ask;
mod carry;
mod direct;
mod look;
pub mod metrics;
mod posting;
mod read;
pub mod report;
mod rows;
mod run;
mod seal;
mod slack;
mod summary;
mod sweep;
mod system;

pub use run::{ExtractError, Extracted};

use ask::Ask;
use platform::{Context, broadcast::Endpoint, invoke::ExtractRequest};
use serde::Deserialize;
use sheet::{CycleKey, Week, model::Origin, week::time_zone};
use std::sync::Arc;
use store::directory;

/// Extracts.
#[derive(Clone)]
pub struct Extractor {
    /// Whom to ask; none: every sheet is a fallback, and says so.
    pub model: Option<Arc<dyn Ask>>,
    /// What an answer is called in the sheet: the model's, or a prepared sample.
    pub origin: Origin,
    /// Where the room's sockets are posted to.
    pub endpoint: Endpoint,
    /// Where Slack's Web API is.
    pub slack_base_url: String,
    /// Where the page is, for links to it.
    pub page_url: Option<String>,
    /// Where figures go.
    pub metrics: metrics::Metrics,
}

/// What this function is invoked with: its own request, or a scheduler's event, which means the weekly run.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// Asked for by name.
    Request(ExtractRequest),
    /// EventBridge: its `source` says so, and its other fields do not matter.
    Scheduled {
        /// `aws.scheduler` or `aws.events`.
        source: String,
    },
}

impl Extractor {
    /// Handles one event. An error asks for a retry; what is done already is not done again.
    ///
    /// Each kind is boxed: as one future of all steps they would be larger than a thread's stack takes.
    pub async fn handle(&self, context: &Context, event: Event) -> Result<Vec<Extracted>, ExtractError> {
        match event {
            Event::Request(ExtractRequest::Cycle { tenant, team, cycle, refresh, asked_on }) => {
                let key = CycleKey { tenant, team, week: cycle };
                let extracted = Box::pin(self.extract(context, &key, refresh)).await?;
                if let (Some(connection_id), Some(why)) = (asked_on, extracted.why_not()) {
                    look::tell(context, &self.endpoint, &connection_id, why).await;
                }
                Ok(vec![extracted])
            }
            Event::Request(ExtractRequest::Weekly) | Event::Scheduled { .. } => {
                Box::pin(self.weekly(context)).await
            }
            Event::Request(ExtractRequest::Sweep) => Box::pin(self.sweep(context)).await,
            Event::Request(ExtractRequest::Mentions { tenant }) => {
                Box::pin(direct::send_all(self, context, &tenant)).await?;
                Ok(Vec::new())
            }
        }
    }

    /// Every team of the table, in its own current week. One team's failure does not keep the others from theirs.
    async fn weekly(&self, context: &Context) -> Result<Vec<Extracted>, ExtractError> {
        let (mut done, mut failed) = (Vec::new(), None);
        for tenant in directory::tenants(&context.store.table).await? {
            for team in directory::teams(&context.store.table, &tenant).await? {
                let week = time_zone(&team.time_zone).and_then(|zone| Week::containing(context.now(), &zone));
                let extracted = match week {
                    Ok(week) => {
                        let key = CycleKey { tenant: tenant.clone(), team: team.team.clone(), week };
                        let extracted = Box::pin(self.extract(context, &key, false)).await;
                        // Last week is closed once this one has begun; that it could not be is tried again next time.
                        if let Err(error) = seal::last_week(self, context, &key).await {
                            tracing::warn!(%error, cycle = %key, "the week before is not sealed");
                        }
                        extracted
                    }
                    Err(error) => Err(ExtractError::Team(format!("{tenant}/{}: {error}", team.team))),
                };
                match extracted {
                    Ok(extracted) => done.push(extracted),
                    Err(error) => {
                        tracing::error!(%error, %tenant, team = %team.team, "a team's extraction failed");
                        failed = Some(error);
                    }
                }
            }
        }
        failed.map_or(Ok(done), Err)
    }
}
