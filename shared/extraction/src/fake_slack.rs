//! A local server that speaks Slack's Web API as far as we use it: for tests.
//!
//! Pages, filters by time, lists history newest first and threads oldest first as Slack does, checks the token, and
//! first answers the errors that the test asks for. Listens on 127.0.0.1 only and ends when dropped.
use crate::source::slack_json::instant;
use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, VecDeque},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// What a call meets instead of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// 429 with `Retry-After`.
    RetryAfter(u64),
    /// HTTP 200 with `ok:false` and this code.
    Api(&'static str),
    /// This status.
    Status(u16),
    /// HTTP 200 with something that is not JSON.
    Garbage,
    /// The message is posted, and the answer is lost.
    PostedAndLost,
}

/// A workspace.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// As `users.list` has them.
    pub users: Vec<Value>,
    /// Channels by id: their name, and every message, replies included.
    pub channels: HashMap<String, (String, Vec<Value>)>,
    /// The scopes of the token, if the app has not been given all that its manifest asks for.
    pub scopes: Option<String>,
    /// Channels that the bot was not invited to.
    pub uninvited: Vec<String>,
}

#[derive(Default)]
struct Inner {
    workspace: Workspace,
    page: usize,
    /// Method and trouble, met in order.
    trouble: VecDeque<(&'static str, Trouble)>,
    calls: Vec<(String, HashMap<String, String>)>,
    posted: Vec<Value>,
}

/// A running server.
pub struct FakeSlack {
    base_url: String,
    inner: Arc<Mutex<Inner>>,
    task: JoinHandle<()>,
}

impl Drop for FakeSlack {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The one token it takes.
pub const TOKEN: &str = "xoxb-the-token-of-the-fake";

/// The scopes of an app that was made from `docs/slack-manifest.yaml`.
const ALL_SCOPES: &str = "channels:history,channels:read,groups:history,groups:read,users:read,users:read.email,chat:write,im:history,im:write";

impl FakeSlack {
    /// Listens on a free port of 127.0.0.1; lists hold `page` items at most.
    ///
    /// # Errors
    /// If no port of 127.0.0.1 can be opened.
    pub async fn start(workspace: Workspace, page: usize) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let base_url = format!("http://{}/api", listener.local_addr()?);
        let inner = Arc::new(Mutex::new(Inner { workspace, page, ..Inner::default() }));
        let app = Router::new()
            .route("/api/{method}", get(read))
            .route("/api/chat.postMessage", post(write))
            .route("/api/conversations.open", post(open))
            .with_state(inner.clone());
        let task = tokio::spawn(async move {
            // Ends only with the task: the listener has no other way to fail for good.
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { base_url, inner, task })
    }

    /// `http://127.0.0.1:PORT/api`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The next call of `method` meets this.
    pub fn trouble(&self, method: &'static str, trouble: Trouble) {
        lock(&self.inner).trouble.push_back((method, trouble));
    }

    /// Changes the workspace.
    pub fn change(&self, change: impl FnOnce(&mut Workspace)) {
        change(&mut lock(&self.inner).workspace);
    }

    /// Returns how often a method was called.
    pub fn calls(&self, method: &str) -> usize {
        lock(&self.inner).calls.iter().filter(|(called, _)| called == method).count()
    }

    /// Returns every message that was posted.
    pub fn posted(&self) -> Vec<Value> {
        lock(&self.inner).posted.clone()
    }
}

fn lock(inner: &Mutex<Inner>) -> MutexGuard<'_, Inner> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_allowed(headers: &HeaderMap) -> bool {
    headers.get("authorization").is_some_and(|value| *value == format!("Bearer {TOKEN}"))
}

fn refused(code: &str) -> Response {
    Json(json!({"ok": false, "error": code})).into_response()
}

/// The trouble that a call of `method` meets, if it meets any.
fn meets(inner: &mut Inner, method: &str) -> Option<Trouble> {
    let at = inner.trouble.iter().position(|(called, _)| *called == method)?;
    inner.trouble.remove(at).map(|(_, trouble)| trouble)
}

fn troubled(trouble: &Trouble) -> Response {
    match trouble {
        Trouble::RetryAfter(seconds) => {
            (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, seconds.to_string())], "slow down").into_response()
        }
        Trouble::Api(code) => refused(code),
        Trouble::Status(status) => {
            StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
        Trouble::Garbage => "<html>".into_response(),
        Trouble::PostedAndLost => StatusCode::BAD_GATEWAY.into_response(),
    }
}

async fn read(
    State(inner): State<Arc<Mutex<Inner>>>,
    Path(method): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let mut inner = lock(&inner);
    inner.calls.push((method.clone(), query.clone()));
    if let Some(trouble) = meets(&mut inner, &method) {
        return troubled(&trouble);
    }
    if !is_allowed(&headers) {
        return refused("invalid_auth");
    }
    let word = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    if method == "auth.test" {
        let scopes = inner.workspace.scopes.clone().unwrap_or_else(|| ALL_SCOPES.to_owned());
        let body = json!({"ok": true, "team": "Acme", "user": "cyclesheet", "bot_id": "B0"});
        return ([("x-oauth-scopes", scopes)], Json(body)).into_response();
    }
    if method == "users.list" {
        return page(&inner.workspace.users, "members", &query, inner.page);
    }
    let Some((name, messages)) = inner.workspace.channels.get(word("channel")) else {
        return refused("channel_not_found");
    };
    let ts = |message: &Value| message["ts"].as_str().unwrap_or_default().to_owned();
    let is_reply = |m: &Value| m["thread_ts"].as_str().is_some_and(|thread| thread != ts(m));
    let bound = |name: &str, default: i64| instant(word(name)).map_or(default, |at| at.0);
    let within = |m: &&Value| {
        let at = instant(&ts(m)).map_or(0, |at| at.0);
        bound("oldest", 0) <= at && at <= bound("latest", i64::MAX)
    };
    match method.as_str() {
        "conversations.info" => {
            let is_member = !inner.workspace.uninvited.iter().any(|id| id == word("channel"));
            let channel = json!({"name": name, "is_member": is_member, "is_private": false});
            Json(json!({"ok": true, "channel": channel})).into_response()
        }
        "conversations.history" => {
            // A reply that was also sent to the channel is in its history.
            let is_listed = |m: &&Value| !is_reply(m) || m["subtype"] == "thread_broadcast";
            let mut found: Vec<Value> = messages.iter().filter(is_listed).filter(within).cloned().collect();
            for parent in &mut found {
                let own = ts(parent);
                let replies: Vec<String> = messages
                    .iter()
                    .filter(|m| is_reply(m) && m["thread_ts"] == own.as_str())
                    .map(ts)
                    .collect();
                if let Some(latest) = replies.iter().max() {
                    parent["reply_count"] = json!(replies.len());
                    parent["latest_reply"] = json!(latest);
                }
            }
            found.sort_by_key(|m| std::cmp::Reverse(ts(m)));
            page(&found, "messages", &query, inner.page)
        }
        "conversations.replies" => {
            let of_thread = |m: &&Value| ts(m) == word("ts") || m["thread_ts"] == word("ts");
            let (parent, rest): (Vec<&Value>, Vec<&Value>) =
                messages.iter().filter(of_thread).partition(|m| ts(m) == word("ts"));
            let rest = rest.into_iter().filter(within);
            let found: Vec<Value> = parent.into_iter().chain(rest).cloned().collect();
            page(&found, "messages", &query, inner.page)
        }
        _ => refused("unknown_method"),
    }
}

fn page(all: &[Value], field: &str, query: &HashMap<String, String>, page: usize) -> Response {
    let from = query.get("cursor").and_then(|cursor| cursor.strip_prefix("at-")?.parse().ok()).unwrap_or(0);
    let limit = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(100_usize).min(page);
    let to = (from + limit).min(all.len());
    let next = if to < all.len() { format!("at-{to}") } else { String::new() };
    let mut body =
        json!({"ok": true, "has_more": to < all.len(), "response_metadata": {"next_cursor": next}});
    body[field] = all.get(from..to).unwrap_or_default().into();
    Json(body).into_response()
}

/// The direct messages of a user: channel D… of user U….
async fn open(State(inner): State<Arc<Mutex<Inner>>>, headers: HeaderMap, body: String) -> Response {
    let mut inner = lock(&inner);
    inner.calls.push(("conversations.open".to_owned(), HashMap::new()));
    if let Some(trouble) = meets(&mut inner, "conversations.open") {
        return troubled(&trouble);
    }
    if !is_allowed(&headers) {
        return refused("invalid_auth");
    }
    let asked: Value = serde_json::from_str(&body).unwrap_or_default();
    let user = asked["users"].as_str().unwrap_or_default();
    if !inner.workspace.users.iter().any(|known| known["id"] == user) {
        return refused("user_not_found");
    }
    let id = user.replacen('U', "D", 1);
    inner.workspace.channels.entry(id.clone()).or_default();
    Json(json!({"ok": true, "channel": {"id": id}})).into_response()
}

async fn write(State(inner): State<Arc<Mutex<Inner>>>, headers: HeaderMap, body: String) -> Response {
    let mut inner = lock(&inner);
    inner.calls.push(("chat.postMessage".to_owned(), HashMap::new()));
    let trouble = meets(&mut inner, "chat.postMessage");
    if trouble.as_ref().is_some_and(|trouble| *trouble != Trouble::PostedAndLost) {
        return trouble.map_or_else(|| refused("none"), |trouble| troubled(&trouble));
    }
    if !is_allowed(&headers) {
        return refused("invalid_auth");
    }
    let message: Value = serde_json::from_str(&body).unwrap_or_default();
    let ts = format!("{}.000100", 1_795_186_800 + inner.posted.len());
    let stored = json!({"type": "message", "ts": ts, "bot_id": "B0", "text": message["text"], "metadata": message["metadata"]});
    let channel = message["channel"].as_str().unwrap_or_default().to_owned();
    let Some((_, messages)) = inner.workspace.channels.get_mut(&channel) else {
        return refused("channel_not_found");
    };
    messages.push(stored);
    inner.posted.push(message);
    match trouble {
        Some(trouble) => troubled(&trouble),
        None => Json(json!({"ok": true, "channel": channel, "ts": ts})).into_response(),
    }
}
