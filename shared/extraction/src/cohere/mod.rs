//! The client of Cohere's `v2/chat`.
//!
//! Owns the request, retries, and what an answer may look like; never decides what it means (that is the ladder's) and
//! never parses its text. Transport, waiting and chance are handed in, so that a simulation can own them.
//!
//! Cohere: HTTP 200 can carry `ERROR`, `TIMEOUT` and `MAX_TOKENS` as `finish_reason`; errors have a body
//! `{"message","id"}`; no `Retry-After` is documented.
mod http;
mod wire;

pub use http::HttpTransport;
pub use wire::{Finish, Usage};

use crate::{outside::Pause, prompt::Prompt};
use serde::{Deserialize, Serialize};
use std::{future::Future, time::Duration};

/// Where the API is unless configured otherwise.
pub const DEFAULT_BASE_URL: &str = "https://api.cohere.com";
/// The strongest model that a production key may use without asking sales.
pub const DEFAULT_MODEL: &str = "command-a-03-2025";
/// Low, so that two runs over one week differ little.
pub const TEMPERATURE: f64 = 0.2;
/// About 80 rows. The model's own limit is 8,000.
pub const MAX_OUTPUT_TOKENS: u32 = 4_096;
/// One call. A full answer takes about a minute; a function lives ten.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(120);
/// Opening the connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Calls for the first question, when the service is busy or failing.
pub const MAX_ATTEMPTS: u32 = 3;
/// Calls for the simplified question: together with the first they stay within the function's time.
pub const MAX_ATTEMPTS_SIMPLIFIED: u32 = 1;
/// The longest first wait between two calls; it doubles.
pub const BACKOFF_BASE: Duration = Duration::from_secs(2);
/// The longest wait between two calls.
pub const BACKOFF_MAX: Duration = Duration::from_secs(20);
/// Bytes of a response: 8,000 tokens are about 40 KB, also with every character escaped.
pub const MAX_RESPONSE_BYTES: usize = 1024 * 1024;
/// Characters of a service's error message that are kept.
const MAX_MESSAGE: usize = 300;

/// The worst case of both questions, waits included, against the function's ten minutes less one for everything else.
const WORST_CASE_S: u64 = CALL_TIMEOUT.as_secs() * (MAX_ATTEMPTS + MAX_ATTEMPTS_SIMPLIFIED) as u64
    + BACKOFF_MAX.as_secs() * (MAX_ATTEMPTS as u64 - 1);
const _: () = assert!(WORST_CASE_S <= 9 * 60, "two questions must end before the function does");

/// An answer as it came, with HTTP 200.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The text parts, joined; thinking left out. May be empty.
    pub text: String,
    /// Why it ended.
    pub finish: Finish,
    /// What it cost.
    pub usage: Usage,
    /// The model that was asked.
    pub model: String,
    /// Calls it took.
    pub attempts: u32,
}

/// No answer. Holds no secret and no message text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Failure {
    /// Any status but 200, after all retries.
    #[error("the service answered {status}: {message}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The service's own words, cut.
        message: String,
    },
    /// No answer within [`CALL_TIMEOUT`].
    #[error("no answer within {} s", CALL_TIMEOUT.as_secs())]
    Timeout,
    /// The connection failed.
    #[error("the service could not be reached: {reason}")]
    Network {
        /// What the client said.
        reason: String,
    },
    /// More than [`MAX_RESPONSE_BYTES`].
    #[error("the answer is larger than {MAX_RESPONSE_BYTES} bytes")]
    TooLarge,
    /// HTTP 200 with something else than the documented shape.
    #[error("the answer is not of the documented shape: {reason}")]
    Malformed {
        /// What was wrong.
        reason: String,
    },
}

impl Failure {
    /// Returns the word in logs and metrics: no text of the service, which may repeat what it was sent.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Status { status: 401 | 403, .. } => "KEY",
            Self::Status { status: 402, .. } => "BILLING",
            Self::Status { status: 429, .. } => "RATE",
            Self::Status { status: 498, .. } => "DENIED_TOKEN",
            Self::Status { status: 500..=599, .. } => "SERVICE",
            Self::Status { .. } => "REQUEST",
            Self::Timeout => "TIMEOUT",
            Self::Network { .. } => "NETWORK",
            Self::TooLarge => "TOO_LARGE",
            Self::Malformed { .. } => "MALFORMED",
        }
    }

    /// Returns whether the same call may succeed in a moment: 429, 500 and 502 to 504 and their like. A timeout is not
    /// tried again, because it has used the time a second try would need; 501 stays what it is.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Status { status: 429 | 500 | 502..=599, .. })
    }
}

/// A response as the transport saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// At most [`MAX_RESPONSE_BYTES`].
    pub body: Vec<u8>,
}

/// What carries a request to the service.
pub trait Transport: Send + Sync {
    /// Posts `body` to `/v2/chat`.
    fn chat(&self, body: String) -> impl Future<Output = Result<Response, Failure>> + Send;
}

/// The client.
pub struct Client<T, P> {
    transport: T,
    pause: P,
    model: String,
}

impl<T: Transport, P: Pause> Client<T, P> {
    /// Returns a client that asks `model`.
    pub fn new(transport: T, pause: P, model: impl Into<String>) -> Self {
        Self { transport, pause, model: model.into() }
    }

    /// Asks, with at most `attempts` calls. The answer's text is as received: store it before reading it.
    ///
    /// # Errors
    /// [`Failure`] with its kind and the calls that were made, if the last attempt failed or no further attempt can
    /// help.
    pub async fn ask(&self, prompt: &Prompt, attempts: u32) -> Result<Answer, Failure> {
        self.ask_counted(prompt, attempts).await.0
    }

    /// Returns the same, and how many calls it took.
    pub async fn ask_counted(&self, prompt: &Prompt, attempts: u32) -> (Result<Answer, Failure>, u32) {
        let body = wire::request(prompt, &self.model);
        let mut attempt = 1;
        loop {
            let failure = match self.once(body.clone(), attempt).await {
                Ok(answer) => return (Ok(answer), attempt),
                Err(failure) => failure,
            };
            if attempt >= attempts || !failure.is_retryable() {
                return (Err(failure), attempt);
            }
            self.pause.wait(backoff(attempt, self.pause.chance())).await;
            attempt += 1;
        }
    }

    async fn once(&self, body: String, attempt: u32) -> Result<Answer, Failure> {
        let Response { status, body } = self.transport.chat(body).await?;
        if status != 200 {
            return Err(Failure::Status { status, message: wire::error_message(&body) });
        }
        wire::answer(&body, &self.model, attempt)
    }
}

/// The wait after the `attempt`-th call: half of the doubled base, and chance for the other half, so that several
/// teams' runs that fail together do not return together.
fn backoff(attempt: u32, chance: f64) -> Duration {
    let longest = BACKOFF_BASE.saturating_mul(1 << attempt.min(10).saturating_sub(1)).min(BACKOFF_MAX);
    let chance = if chance.is_finite() { chance.clamp(0.0, 1.0) } else { 1.0 };
    longest.mul_f64(0.5 + chance / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_are_bounded_whatever_chance_says() {
        assert_eq!(backoff(1, 0.0), Duration::from_secs(1));
        assert_eq!(backoff(1, 1.0), Duration::from_secs(2));
        assert_eq!(backoff(2, 1.0), Duration::from_secs(4));
        assert_eq!(backoff(u32::MAX, 7.0), BACKOFF_MAX);
        assert_eq!(backoff(1, f64::NAN), Duration::from_secs(2));
    }
}
