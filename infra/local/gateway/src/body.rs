//! Reads the body of a request: so much, and in so much time.

use axum::{
    body::Body,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::config::BODY_TIMEOUT;

/// Why a body was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is longer than it may be. HTTP 413.
    #[error("the body is longer than {0} bytes")]
    TooLarge(usize),
    /// It did not come whole within [`BODY_TIMEOUT`]. HTTP 408.
    #[error("the body did not come whole within {} s", BODY_TIMEOUT.as_secs())]
    Stalled,
    /// It broke off. HTTP 400.
    #[error("the body ended early: {0}")]
    Broken(String),
}

impl BodyError {
    /// The status that says so.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Stalled => StatusCode::REQUEST_TIMEOUT,
            Self::Broken(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for BodyError {
    fn into_response(self) -> Response {
        (self.status(), self.to_string()).into_response()
    }
}

/// Reads a body of at most `max_bytes` within [`BODY_TIMEOUT`].
///
/// # Errors
/// See [`BodyError`].
pub async fn read_body(body: Body, max_bytes: usize) -> Result<Bytes, BodyError> {
    match tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, max_bytes).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge(max_bytes)),
        Ok(Err(error)) => Err(BodyError::Broken(error.to_string())),
        Err(_) => Err(BodyError::Stalled),
    }
}
