//! The router, and `@connections` over HTTP: post to a socket, ask about it, close it.

use std::sync::{Arc, atomic::Ordering};

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Serialize;
use serde_json::json;

use crate::{
    BodyError, Identity, PostError, Utf8Bytes, body::read_body, config::MAX_MESSAGE_BYTES, event::timestamp,
    inner::Inner, outbound::Close, upgrade::upgrade,
};

pub(crate) fn router(inner: &Arc<Inner>) -> Router {
    let stage = &inner.config.stage;
    let mut router = Router::new();
    // Some clients escape the `@` of the path, and routes are matched before they are unescaped.
    for connections in ["@connections", "%40connections"] {
        let path = format!("/{stage}/{connections}/{{id}}");
        router = router.route(&path, post(post_to_connection).get(get_connection).delete(delete_connection));
    }
    router.with_state(inner.clone()).merge(sockets(inner))
}

/// Where sockets open, and nothing else.
pub(crate) fn sockets(inner: &Arc<Inner>) -> Router {
    let stage = &inner.config.stage;
    let router =
        Router::new().route(&format!("/{stage}"), get(upgrade)).route(&format!("/{stage}/"), get(upgrade));
    router.with_state(inner.clone())
}

impl IntoResponse for PostError {
    fn into_response(self) -> Response {
        let (status, name) = match self {
            Self::Gone => (StatusCode::GONE, "GoneException"),
            Self::PayloadTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeException"),
            Self::LimitExceeded => (StatusCode::TOO_MANY_REQUESTS, "LimitExceededException"),
        };
        refuse(status, name, &self.to_string())
    }
}

/// An error as the SDKs read it: its name in a header, its text in the body.
fn refuse(status: StatusCode, name: &'static str, message: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::HeaderName::from_static("x-amzn-errortype"), HeaderValue::from_static(name)),
    ];
    (status, headers, json!({ "message": message }).to_string()).into_response()
}

async fn post_to_connection(State(inner): State<Arc<Inner>>, Path(id): Path<String>, body: Body) -> Response {
    let data = match read_body(body, MAX_MESSAGE_BYTES).await {
        Ok(data) => data,
        Err(BodyError::TooLarge(_)) => return PostError::PayloadTooLarge.into_response(),
        Err(error @ BodyError::Stalled) => {
            return refuse(error.status(), "RequestTimeoutException", &error.to_string());
        }
        Err(error @ BodyError::Broken(_)) => {
            return refuse(error.status(), "BadRequestException", &error.to_string());
        }
    };
    let Ok(text) = Utf8Bytes::try_from(data) else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "BadRequestException",
            "the data is not UTF-8, and only text is sent",
        );
    };
    match inner.post(&id, text) {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => error.into_response(),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConnectionInfo<'a> {
    connected_at: String,
    identity: &'a Identity,
    last_active_at: String,
}

async fn get_connection(State(inner): State<Arc<Inner>>, Path(id): Path<String>) -> Response {
    let Some(connection) = inner.find(&id) else { return PostError::Gone.into_response() };
    let info = ConnectionInfo {
        connected_at: timestamp(connection.connected_at).to_string(),
        identity: &connection.identity,
        last_active_at: timestamp(connection.last_active.load(Ordering::Relaxed)).to_string(),
    };
    let body = serde_json::to_string(&info).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn delete_connection(State(inner): State<Arc<Inner>>, Path(id): Path<String>) -> Response {
    let Some(connection) = inner.find(&id) else { return PostError::Gone.into_response() };
    inner.close(&connection, Close::DELETED, false);
    StatusCode::NO_CONTENT.into_response()
}
