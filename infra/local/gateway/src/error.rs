//! Why a gateway cannot run.
use std::time::Duration;

/// A configuration that no gateway can run with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// See [`Config::stage`](crate::Config::stage).
    #[error("stage {0:?}: 1 to 128 letters, digits, `-` or `_` would be right")]
    Stage(String),
    /// See [`Config::integration_timeout`](crate::Config::integration_timeout).
    #[error("integration timeout {0:?}: 50 ms to 29 s would be right")]
    IntegrationTimeout(Duration),
    /// See [`Config::max_concurrent_invocations`](crate::Config::max_concurrent_invocations).
    #[error("max_concurrent_invocations {0}: 1 to 1,000,000 would be right")]
    Concurrency(usize),
    /// See [`RouteSelection::new`](crate::RouteSelection::new).
    #[error("route selection expression {0:?}: `$request.body.name` or a longer path would be right")]
    RouteSelection(String),
}
