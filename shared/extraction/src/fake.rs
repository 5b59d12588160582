//! A local server of Cohere's shape, for tests and for `cyclesheet dev` without a key.
//!
//! Answers with what was prepared; it reads nothing into the messages. Listens on 127.0.0.1 only and ends when dropped.
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// How one call is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// This text, `COMPLETE`.
    Success(String),
    /// This text, `MAX_TOKENS`.
    Truncated(String),
    /// Prose that declines, `COMPLETE`.
    Refusal,
    /// HTTP 200 with `finish_reason` `ERROR`.
    ErrorWith200,
    /// An error status with a body of the documented shape: 401, 402, 429, 498, 5xx.
    Status(u16),
    /// No answer at all.
    Hang,
    /// HTTP 200 with something that is not JSON.
    Garbage,
    /// HTTP 200 with more bytes than a client may read.
    Flood,
}

/// What the server was asked, and what it will say.
#[derive(Default)]
struct Script {
    /// The next modes; the last one stays.
    modes: VecDeque<Mode>,
    requests: Vec<Value>,
    keys: Vec<String>,
}

/// A running server.
pub struct FakeCohere {
    base_url: String,
    script: Arc<Mutex<Script>>,
    task: JoinHandle<()>,
}

impl Drop for FakeCohere {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FakeCohere {
    /// Listens on a free port of 127.0.0.1. Calls are answered by `modes` in turn; the last one stays.
    ///
    /// # Errors
    /// If no port of 127.0.0.1 can be opened.
    pub async fn start(modes: impl IntoIterator<Item = Mode>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let script = Arc::new(Mutex::new(Script { modes: modes.into_iter().collect(), ..Script::default() }));
        let app = Router::new().route("/v2/chat", post(chat)).with_state(script.clone());
        let task = tokio::spawn(async move {
            // Ends only with the task: the listener has no other way to fail for good.
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { base_url, script, task })
    }

    /// `http://127.0.0.1:PORT`, for [`crate::cohere::HttpTransport::new`].
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Returns how often it was called.
    pub fn calls(&self) -> usize {
        lock(&self.script).requests.len()
    }

    /// Returns the bodies of all calls, in order.
    pub fn requests(&self) -> Vec<Value> {
        lock(&self.script).requests.clone()
    }

    /// Returns the `authorization` headers of all calls, in order.
    pub fn keys(&self) -> Vec<String> {
        lock(&self.script).keys.clone()
    }

    /// From now on calls are answered by these.
    pub fn set(&self, modes: impl IntoIterator<Item = Mode>) {
        lock(&self.script).modes = modes.into_iter().collect();
    }
}

fn lock(script: &Mutex<Script>) -> std::sync::MutexGuard<'_, Script> {
    // A panic elsewhere leaves the script as it was: counts and queues, nothing half written.
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn chat(State(script): State<Arc<Mutex<Script>>>, headers: HeaderMap, body: String) -> Response {
    let mode = {
        let mut script = lock(&script);
        script.requests.push(serde_json::from_str(&body).unwrap_or(Value::Null));
        let key = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
        script.keys.push(key.to_owned());
        match script.modes.len() {
            0 | 1 => script.modes.front().cloned(),
            _ => script.modes.pop_front(),
        }
    };
    match mode.unwrap_or(Mode::Status(503)) {
        Mode::Success(text) => reply(&body, "COMPLETE", &text),
        Mode::Truncated(text) => reply(&body, "MAX_TOKENS", &text),
        Mode::Refusal => {
            reply(&body, "COMPLETE", "I'm sorry, but I can't help with summarising these messages.")
        }
        Mode::ErrorWith200 => reply(&body, "ERROR", ""),
        Mode::Status(status) => {
            let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (code, Json(json!({ "message": format!("prepared {status}"), "id": "fake" }))).into_response()
        }
        Mode::Hang => std::future::pending().await,
        Mode::Garbage => (StatusCode::OK, "<html><body>502 Bad Gateway</body></html>").into_response(),
        Mode::Flood => (StatusCode::OK, " ".repeat(super::cohere::MAX_RESPONSE_BYTES + 1)).into_response(),
    }
}

fn reply(request: &str, finish_reason: &str, text: &str) -> Response {
    // About what a tokenizer would count; the figures only have to be plausible.
    let (input, output) = (request.len() / 4, text.len() / 4);
    let units = json!({ "input_tokens": input, "output_tokens": output });
    let content = json!([{ "type": "thinking", "thinking": "prepared" }, { "type": "text", "text": text }]);
    Json(json!({
        "id": "fake",
        "finish_reason": finish_reason,
        "message": { "role": "assistant", "content": content },
        "usage": { "billed_units": units, "tokens": units, "cached_tokens": 0 },
    }))
    .into_response()
}
