//! Calls to Slack: paging, waiting when it says so, and errors in words that hold no token.
use super::{MAX_PAGES, MAX_WAITED_S};
use crate::{
    cohere::CONNECT_TIMEOUT,
    outside::{Pause, SecretString},
};
use reqwest::{
    Client, RequestBuilder, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use secrecy::ExposeSecret;
use serde_json::Value;
use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Where the API is.
pub const DEFAULT_BASE_URL: &str = "https://slack.com/api";
/// The header in which Slack names the scopes of the token that was used.
const SCOPES: &str = "x-oauth-scopes";
/// One call.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// Bytes of one answer: a page of 200 messages of 40,000 characters would be 8 MB; Slack's are far below.
const MAX_RESPONSE_BYTES: usize = 8 * 1024 * 1024;
/// Calls for one page while Slack fails; waits for its rate limit are not counted here.
const MAX_ATTEMPTS: u32 = 3;
/// Waited where a 429 does not say how long.
const DEFAULT_WAIT_S: u64 = 30;
/// Errors after which no other call can succeed.
const ENDS_EVERYTHING: [&str; 8] = [
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "no_permission",
    "org_login_required",
    "ekm_access_denied",
];

/// A call that failed. Holds no token and no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlackError {
    /// `ok:false` with this code, such as `not_in_channel`.
    #[error("Slack answered {0}")]
    Api(String),
    /// It asked to wait for longer than a run may.
    #[error("Slack asked to wait for more than {MAX_WAITED_S} s in all")]
    RateLimited,
    /// Any other status, after all attempts.
    #[error("Slack answered with status {0}")]
    Status(u16),
    /// The connection failed or took too long.
    #[error("Slack could not be reached")]
    Unreachable,
    /// Not what Slack's documentation says.
    #[error("Slack's answer cannot be read: {0}")]
    Malformed(&'static str),
}

impl SlackError {
    /// Would every other call fail alike?
    pub fn ends_everything(&self) -> bool {
        matches!(self, Self::Api(code) if ENDS_EVERYTHING.contains(&code.as_str()))
    }
}

/// An answer, and the scopes of the token if Slack says them.
type Answered = (Value, Option<String>);

/// Calls with one bot token.
pub struct SlackApi<P> {
    client: Client,
    base: Url,
    token: SecretString,
    pause: P,
    /// Seconds waited so far.
    waited: AtomicU64,
}

impl<P> fmt::Debug for SlackApi<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlackApi").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl<P: Pause> SlackApi<P> {
    /// With this token, at `base_url` ([`DEFAULT_BASE_URL`] as a rule).
    ///
    /// # Errors
    /// [`SlackError`] if `base_url` is no address, or the HTTP client cannot be built.
    pub fn new(base_url: &str, token: SecretString, pause: P) -> Result<Self, SlackError> {
        let base = Url::parse(&format!("{}/", base_url.trim_end_matches('/')))
            .map_err(|_| SlackError::Malformed("the base URL is none"))?;
        HeaderValue::from_str(token.expose_secret())
            .map_err(|_| SlackError::Malformed("the token holds characters that no token has"))?;
        // A redirect would carry the token elsewhere.
        let client = Client::builder()
            .timeout(CALL_TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(Policy::none())
            .build();
        let client = client.map_err(|_| SlackError::Unreachable)?;
        Ok(Self { client, base, token, pause, waited: AtomicU64::new(0) })
    }

    /// Calls a method that reads.
    pub(super) async fn get(&self, method: &str, parameters: &[(&str, String)]) -> Result<Value, SlackError> {
        let mut url = self.url(method)?;
        url.query_pairs_mut().extend_pairs(parameters);
        self.call(|| self.client.get(url.clone())).await.map(|(answer, _)| answer)
    }

    /// Calls a method that reads, and returns the scopes of the token as well, where Slack says them.
    pub(super) async fn get_with_scopes(&self, method: &str) -> Result<(Value, Option<String>), SlackError> {
        let url = self.url(method)?;
        self.call(|| self.client.get(url.clone())).await
    }

    /// Calls a method that writes. It is not sent again unless Slack said that it did nothing.
    pub(super) async fn post(&self, method: &str, body: &Value) -> Result<Value, SlackError> {
        let (url, body) = (self.url(method)?, body.to_string());
        let json = "application/json; charset=utf-8";
        let post = || self.client.post(url.clone()).header(CONTENT_TYPE, json).body(body.clone());
        self.call_once(post).await.map(|(answer, _)| answer)
    }

    /// Pages of what a method lists under `field`.
    pub(super) fn pages<'a>(
        &'a self,
        method: &'a str,
        parameters: Vec<(&'a str, String)>,
        field: &'a str,
    ) -> Pages<'a, P> {
        Pages { api: self, method, parameters, field, cursor: Some(String::new()), read: 0 }
    }

    fn url(&self, method: &str) -> Result<Url, SlackError> {
        self.base.join(method).map_err(|_| SlackError::Malformed("the method is none"))
    }

    async fn call(&self, request: impl Fn() -> RequestBuilder) -> Result<Answered, SlackError> {
        let mut attempt = 1;
        loop {
            let failed = match self.call_once(&request).await {
                Err(error @ (SlackError::Unreachable | SlackError::Status(500..=599))) => error,
                Err(SlackError::Api(code)) if is_passing(&code) => SlackError::Api(code),
                done => return done,
            };
            if attempt >= MAX_ATTEMPTS {
                return Err(failed);
            }
            self.pause.wait(Duration::from_millis(500 << attempt)).await;
            attempt += 1;
        }
    }

    /// One call, sent again only where Slack said that it was too early.
    async fn call_once(&self, request: impl Fn() -> RequestBuilder) -> Result<Answered, SlackError> {
        loop {
            let mut bearer = HeaderValue::from_str(&format!("Bearer {}", self.token.expose_secret()))
                .unwrap_or(HeaderValue::from_static(""));
            // Kept out of every debug output of the HTTP stack.
            bearer.set_sensitive(true);
            let sent = request().header(AUTHORIZATION, bearer).send().await;
            let mut response = sent.map_err(|_| SlackError::Unreachable)?;
            let status = response.status().as_u16();
            let retry_after = response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok());
            let retry_after = retry_after.and_then(|v| v.trim().parse::<u64>().ok());
            if status == 429 {
                self.wait(retry_after.unwrap_or(DEFAULT_WAIT_S)).await?;
                continue;
            }
            if status != 200 {
                return Err(SlackError::Status(status));
            }
            let scopes =
                response.headers().get(SCOPES).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|_| SlackError::Unreachable)? {
                body.extend_from_slice(&chunk);
                if body.len() > MAX_RESPONSE_BYTES {
                    return Err(SlackError::Malformed("it is larger than 8 MB"));
                }
            }
            let answer: Value =
                serde_json::from_slice(&body).map_err(|_| SlackError::Malformed("it is not JSON"))?;
            if answer.get("ok") == Some(&Value::Bool(true)) {
                return Ok((answer, scopes));
            }
            match answer.get("error").and_then(Value::as_str) {
                Some("ratelimited") => self.wait(retry_after.unwrap_or(DEFAULT_WAIT_S)).await?,
                Some(code) => return Err(SlackError::Api(word(code))),
                None => return Err(SlackError::Malformed("neither ok nor an error")),
            }
        }
    }

    async fn wait(&self, seconds: u64) -> Result<(), SlackError> {
        let seconds = seconds.max(1);
        let waited = self.waited.fetch_add(seconds, Ordering::Relaxed);
        if waited.saturating_add(seconds) > MAX_WAITED_S {
            return Err(SlackError::RateLimited);
        }
        self.pause.wait(Duration::from_secs(seconds)).await;
        Ok(())
    }
}

/// Slack's own trouble: the same call may succeed in a moment.
fn is_passing(code: &str) -> bool {
    matches!(
        code,
        "internal_error" | "fatal_error" | "service_unavailable" | "request_timeout" | "team_added_to_org"
    )
}

/// An error's code as it may be in a log: a short word.
fn word(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect()
}

/// The pages of a list.
pub(super) struct Pages<'a, P> {
    api: &'a SlackApi<P>,
    method: &'a str,
    parameters: Vec<(&'a str, String)>,
    field: &'a str,
    /// The next page's; `""` for the first, none after the last.
    cursor: Option<String>,
    read: usize,
}

impl<P: Pause> Pages<'_, P> {
    /// The next page; none after the last. A cursor that comes back to itself is the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Value>>, SlackError> {
        let Some(cursor) = self.cursor.take().filter(|_| self.read < MAX_PAGES) else { return Ok(None) };
        let mut parameters = self.parameters.clone();
        if !cursor.is_empty() {
            parameters.push(("cursor", cursor.clone()));
        }
        let mut answer = self.api.get(self.method, &parameters).await?;
        self.read += 1;
        let next = answer.pointer("/response_metadata/next_cursor").and_then(Value::as_str);
        self.cursor = next.filter(|next| !next.is_empty() && **next != *cursor).map(str::to_owned);
        match answer.get_mut(self.field).map(Value::take) {
            Some(Value::Array(items)) => Ok(Some(items)),
            _ => Err(SlackError::Malformed("the list is missing")),
        }
    }
}
