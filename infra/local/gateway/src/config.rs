//! Configuration, and every limit by name.
//!
//! What the service fixes is a constant; what it leaves open or lets an owner set is a field of [`Config`].

use std::{fmt, sync::Arc, time::Duration};

use crate::{Event, RouteSelection, error::ConfigError};

/// The service closes a socket with 1009 when a frame is longer than 32 KB (its limits table; not raisable).
pub const MAX_FRAME_BYTES: usize = 32 * 1024;
/// The service closes a socket with 1009 when a message is longer than 128 KB, and refuses such a post with 413
/// (its limits table; not raisable).
pub const MAX_MESSAGE_BYTES: usize = 128 * 1024;
/// The longest integration timeout that the service accepts (its limits table); the shortest is 50 ms.
pub const MAX_INTEGRATION_TIMEOUT: Duration = Duration::from_secs(29);
/// An authorizer's result may have 8 KB (the service's limits table).
pub const MAX_AUTHORIZER_RESULT_BYTES: usize = 8 * 1024;
/// What one queued frame costs beside its payload, so that empty posts cannot grow a queue without end.
pub const FRAME_OVERHEAD_BYTES: usize = 64;
/// How long a closing socket may take to send what is queued and hear the peer out, in real time: the peer is
/// real even where the clock is not. Long enough for a slow link, short enough that a dead peer costs nothing.
pub const CLOSE_LINGER: Duration = Duration::from_secs(2);

/// How long the head of a request may take, and how long a connection may stay open between requests, in real time. A
/// browser sends a head at once, and opens another connection if its idle one is gone.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a request's body may take as a whole, in real time: 1 MB at 50 KB/s.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(20);
/// Bytes of a request's head. Tokens are in it; the service takes 10 KB of headers.
pub const MAX_HEAD_BYTES: usize = 64 * 1024;
/// Connections that may wait for a request at once. Of more, those that have waited longest are closed: a request that
/// is on its way is over in milliseconds, so what has waited longest is not one.
pub const MAX_WAITING_CONNECTIONS: usize = 1_000;
/// How long a peer may take nothing of what is written for it, in real time. Its system takes some hundred KB for a
/// program that is merely busy.
pub const WRITE_STALL: Duration = Duration::from_secs(20);
/// How long the frames of one message may take: 128 KB at 6.5 KB/s.
pub const MESSAGE_TIMEOUT: Duration = Duration::from_secs(20);
/// Messages of one socket that are answered at once; what it sends beyond waits unread, in its own buffers. The service
/// has no such number, but there each invocation has a processor of its own. A person's page has one change under way.
pub const MAX_SOCKET_INVOCATIONS: usize = 8;
/// How long a socket may have more under way than [`MAX_SOCKET_INVOCATIONS`] without a pause. Far below the integration
/// timeout, so that no message waits for it; far above what a page that comes back from a tunnel has to say.
pub const MAX_BACKLOG: Duration = Duration::from_secs(10);

/// Decides whether a `$disconnect` event is delivered (`true`) or lost (`false`), as the real one may be.
pub type DisconnectHook = Arc<dyn Fn(&Event) -> bool + Send + Sync>;

/// Where the identity of a caller must stand; without it the answer is 401 and no authorizer runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentitySource {
    /// `route.request.header.<name>`, in any case.
    Header(String),
    /// `route.request.querystring.<name>`.
    QueryString(String),
}

/// The settings of a [`Gateway`](crate::Gateway), read once. `Config::default()` is the service's own defaults for a
/// stage called `dev`.
#[derive(Clone)]
pub struct Config {
    /// The stage, which is the path of the socket: letters, digits, `-` and `_`, 1 to 128 of them.
    pub stage: String,
    /// `requestContext.domainName`.
    pub domain_name: String,
    /// `requestContext.apiId`.
    pub api_id: String,
    /// The region in `methodArn`.
    pub region: String,
    /// The account in `methodArn`.
    pub account_id: String,
    /// Identity that must be present before the authorizer is asked.
    pub identity_sources: Vec<IdentitySource>,
    /// Custom routes; without it every message is `$default`.
    pub routes: Option<RouteSelection>,
    /// Whether the body of a message's response goes back to its sender, as with a route response. Default: no.
    pub route_response: bool,
    /// No message in either direction for this long closes the socket. The service: 10 minutes, not raisable.
    pub idle_timeout: Duration,
    /// No socket lives longer. The service: 2 hours, not raisable.
    pub max_lifetime: Duration,
    /// What an integration or an authorizer may take: 50 ms to 29 s.
    pub integration_timeout: Duration,
    /// Messages being answered at once, of all sockets together. 1,000 is what an AWS account may run of Lambda
    /// before it asks for more; at 128 KB a message it also bounds the bodies in memory to 128 MB. A message beyond
    /// is refused. As many `$connect` and `$disconnect` again may run; those beyond wait.
    pub max_concurrent_invocations: usize,
    /// Bytes queued for one socket, [`FRAME_OVERHEAD_BYTES`] a frame included; a post beyond is refused with 429.
    /// The service does not publish its own number. 512 KB are four of the longest messages, or some twenty
    /// seconds of a busy room at 25 KB/s: a socket that is further behind had better reconnect.
    pub max_outbound_bytes: usize,
    /// Loses `$disconnect` events on purpose, for tests. Default: none is lost.
    pub disconnect_hook: Option<DisconnectHook>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            stage: "dev".into(),
            domain_name: "localhost".into(),
            api_id: "local".into(),
            region: "us-east-1".into(),
            account_id: "123456789012".into(),
            identity_sources: Vec::new(),
            routes: None,
            route_response: false,
            idle_timeout: Duration::from_secs(10 * 60),
            max_lifetime: Duration::from_secs(2 * 60 * 60),
            integration_timeout: MAX_INTEGRATION_TIMEOUT,
            max_concurrent_invocations: 1_000,
            max_outbound_bytes: 512 * 1024,
            disconnect_hook: None,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("stage", &self.stage)
            .field("idle_timeout", &self.idle_timeout)
            .field("max_lifetime", &self.max_lifetime)
            .field("integration_timeout", &self.integration_timeout)
            .finish_non_exhaustive()
    }
}

impl Config {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if self.stage.is_empty() || self.stage.len() > 128 || !self.stage.bytes().all(letters) {
            return Err(ConfigError::Stage(self.stage.clone()));
        }
        if !(Duration::from_millis(50)..=MAX_INTEGRATION_TIMEOUT).contains(&self.integration_timeout) {
            return Err(ConfigError::IntegrationTimeout(self.integration_timeout));
        }
        if !(1..=1_000_000).contains(&self.max_concurrent_invocations) {
            return Err(ConfigError::Concurrency(self.max_concurrent_invocations));
        }
        Ok(())
    }
}
