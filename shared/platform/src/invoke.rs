//! Asking for an extraction, without waiting for it.
use aws_sdk_lambda::{error::ProvideErrorMetadata, primitives::Blob, types::InvocationType};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sheet::{CycleKey, Name, Week};

/// What `extract` is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ExtractRequest {
    /// The weekly run: asks for one [`Self::Team`] a team of the table.
    Weekly,
    /// One team's weekly run: its week is extracted, and the week before is closed.
    Team {
        /// The tenant.
        tenant: Name,
        /// Which team.
        team: Name,
        /// Which week: the team's current one when the run began.
        cycle: Week,
    },
    /// Finish interrupted work, such as removals.
    Sweep,
    /// Mentions that are to be sent as direct messages.
    Mentions {
        /// The tenant.
        tenant: Name,
    },
    /// One cycle that was opened before its weekly run, or whose people ask for a refresh.
    Cycle {
        /// The tenant.
        tenant: Name,
        /// Which team's.
        team: Name,
        /// Which week.
        cycle: Week,
        /// Another generation, although there is one?
        #[serde(default)]
        refresh: bool,
        /// The socket on which it was asked for: it is notified if there is nothing new.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked_on: Option<String>,
    },
}

impl ExtractRequest {
    /// Returns the request for a team's weekly run.
    pub fn team(key: &CycleKey) -> Self {
        Self::Team { tenant: key.tenant.clone(), team: key.team.clone(), cycle: key.week }
    }

    /// Returns the request for one cycle.
    pub fn cycle(key: &CycleKey, refresh: bool) -> Self {
        let (tenant, team) = (key.tenant.clone(), key.team.clone());
        Self::Cycle { tenant, team, cycle: key.week, refresh, asked_on: None }
    }

    /// Returns the request for another generation, as a person asks for it on a socket.
    pub fn refresh(key: &CycleKey, connection_id: &str) -> Self {
        let (tenant, team) = (key.tenant.clone(), key.team.clone());
        let asked_on = Some(connection_id.to_owned());
        Self::Cycle { tenant, team, cycle: key.week, refresh: true, asked_on }
    }
}

/// The way to an extraction. At least once: the lease makes it one.
pub trait Invoke: Send + Sync {
    /// Asks; false if it could not be asked, which is logged and never an error of the caller.
    fn extract<'a>(&'a self, request: &'a ExtractRequest) -> BoxFuture<'a, bool>;

    /// Whether there is anything to ask. Where there is not, the caller does itself what it would have asked for.
    fn is_there(&self) -> bool {
        true
    }
}

/// Through an asynchronous invocation of the Lambda.
pub struct LambdaInvoke {
    client: aws_sdk_lambda::Client,
    function: String,
}

impl LambdaInvoke {
    /// Of that function, with a process's configuration.
    pub fn of(config: &aws_config::SdkConfig, function: String) -> Self {
        Self::new(aws_sdk_lambda::Client::new(config), function)
    }

    /// Of that function.
    pub fn new(client: aws_sdk_lambda::Client, function: String) -> Self {
        Self { client, function }
    }
}

impl Invoke for LambdaInvoke {
    fn extract<'a>(&'a self, request: &'a ExtractRequest) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let payload = serde_json::to_vec(request).unwrap_or_default();
            let invoke =
                self.client.invoke().function_name(&self.function).invocation_type(InvocationType::Event);
            match invoke.payload(Blob::new(payload)).send().await {
                Ok(_) => true,
                Err(error) => {
                    tracing::warn!(code = error.code(), "the extraction could not be asked for");
                    false
                }
            }
        })
    }
}

/// Where there is no such function: the schedule alone extracts.
pub struct NoInvoke;

impl Invoke for NoInvoke {
    fn extract<'a>(&'a self, _: &'a ExtractRequest) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }

    fn is_there(&self) -> bool {
        false
    }
}
