//! The transport over HTTPS. Rustls with aws-lc, as the AWS SDK has it: one crypto library in the binary.
use super::{CALL_TIMEOUT, CONNECT_TIMEOUT, Failure, MAX_RESPONSE_BYTES, Response, Transport};
use reqwest::{
    Client, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect::Policy,
};
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, time::Duration};

/// A configuration that cannot work.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not an `http` or `https` address.
    #[error("the base URL of the model's service must be like https://api.cohere.com, not {0:?}")]
    BaseUrl(String),
    /// The client could not be built.
    #[error("no HTTP client: {0}")]
    Client(String),
    /// A key with characters that no header may hold.
    #[error("the API key holds characters that no key has")]
    Key,
}

/// Posts to a service of Cohere's shape.
pub struct HttpTransport {
    client: Client,
    url: Url,
    key: SecretString,
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

impl HttpTransport {
    /// Returns a transport to `base_url` with that key; `timeout` is [`CALL_TIMEOUT`] as a rule.
    ///
    /// # Errors
    /// [`ConfigError`] if `base_url` is no address over HTTP or HTTPS, or the HTTP client cannot be built.
    pub fn new(base_url: &str, key: SecretString, timeout: Duration) -> Result<Self, ConfigError> {
        let bad = || ConfigError::BaseUrl(base_url.to_owned());
        let base = base_url.trim_end_matches('/');
        // The base by itself: `http://` alone would take `v2` for its host.
        let host = Url::parse(base).map_err(|_| bad())?;
        if !matches!(host.scheme(), "http" | "https") || host.host().is_none() {
            return Err(bad());
        }
        let url = Url::parse(&format!("{base}/v2/chat")).map_err(|_| bad())?;
        HeaderValue::from_str(key.expose_secret()).map_err(|_| ConfigError::Key)?;
        // A redirect would carry the key and the messages elsewhere.
        let client = Client::builder()
            .timeout(timeout.min(CALL_TIMEOUT))
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(Policy::none())
            .build();
        let client = client.map_err(|e| ConfigError::Client(e.without_url().to_string()))?;
        Ok(Self { client, url, key })
    }

    async fn post(&self, body: String) -> Result<Response, reqwest::Error> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", self.key.expose_secret()))
            .unwrap_or(HeaderValue::from_static(""));
        // Kept out of every debug output of the HTTP stack.
        bearer.set_sensitive(true);
        let request = self
            .client
            .post(self.url.clone())
            .header(AUTHORIZATION, bearer)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let mut response = request.send().await?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_RESPONSE_BYTES {
                break;
            }
        }
        Ok(Response { status, body })
    }
}

impl Transport for HttpTransport {
    async fn chat(&self, body: String) -> Result<Response, Failure> {
        match self.post(body).await {
            Ok(response) if response.body.len() > MAX_RESPONSE_BYTES => Err(Failure::TooLarge),
            Ok(response) => Ok(response),
            Err(error) if error.is_timeout() && !error.is_connect() => Err(Failure::Timeout),
            Err(error) => {
                let mut reason = error.without_url().to_string();
                reason.truncate(reason.floor_char_boundary(200));
                Err(Failure::Network { reason })
            }
        }
    }
}
