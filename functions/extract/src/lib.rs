//! The weekly run and refreshes: messages → model → sheet, exactly one call a generation.
//!
//! # Layout
//! - [`event`]: what the function is invoked with. [`error`]: why a run did not end. [`weekly`]: one invocation a team.
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
#![warn(clippy::cast_possible_truncation)]
mod announce;
pub mod ask;
mod carry;
mod direct;
pub mod error;
pub mod event;
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
mod weekly;

pub use error::ExtractError;
pub use event::Event;
pub use run::{Done, Extracted};

use ask::Ask;
use platform::{Context, broadcast::Endpoint, invoke::ExtractRequest};
use sheet::{CycleKey, model::Origin};
use std::sync::Arc;
use tracing::{Instrument, Span, error_span};

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

impl Extractor {
    /// Handles one event. An error asks for a retry; what is done already is not done again.
    ///
    /// Each kind is boxed: as one future of all steps they would be larger than a thread's stack takes.
    pub async fn handle(&self, context: &Context, event: Event) -> Result<Vec<Extracted>, ExtractError> {
        let span = span(&event);
        self.run(context, event).instrument(span).await
    }

    async fn run(&self, context: &Context, event: Event) -> Result<Vec<Extracted>, ExtractError> {
        match event {
            Event::Request(ExtractRequest::Cycle { tenant, team, cycle, refresh, asked_on }) => {
                let key = CycleKey { tenant, team, week: cycle };
                let extracted = Box::pin(self.extract(context, &key, refresh)).await?;
                if let (Some(connection_id), Some(why)) = (asked_on, extracted.why_not()) {
                    look::tell(context, &self.endpoint, &connection_id, why).await;
                }
                Ok(vec![extracted])
            }
            Event::Request(ExtractRequest::Weekly) | Event::Scheduled => Box::pin(self.weekly(context)).await,
            Event::Request(ExtractRequest::Team { tenant, team, cycle }) => {
                let key = CycleKey { tenant, team, week: cycle };
                Ok(vec![Box::pin(self.of_team(context, &key)).await?])
            }
            Event::Request(ExtractRequest::Sweep) => Box::pin(self.sweep(context)).await,
            Event::Request(ExtractRequest::Mentions { tenant }) => {
                Box::pin(direct::send_all(self, context, &tenant)).await?;
                Ok(Vec::new())
            }
            // Run nothing by a guess: a typo in a schedule made by hand would extract every team.
            Event::Unknown(what) => Err(ExtractError::UnknownEvent(what)),
        }
    }
}

/// Returns the span of one event: every line in it names its tenant and its room, where it has one.
fn span(event: &Event) -> Span {
    let (tenant, room) = match event {
        Event::Request(
            ExtractRequest::Cycle { tenant, team, cycle, .. } | ExtractRequest::Team { tenant, team, cycle },
        ) => (tenant.as_str(), format!("{team}/{cycle}")),
        Event::Request(ExtractRequest::Mentions { tenant }) => (tenant.as_str(), String::new()),
        _ => ("", String::new()),
    };
    error_span!("event", tenant = tenant, room = room)
}
