//! The cycle over HTTP: its sheet, its changes, and changes that do not fit a frame.
use super::Options;
use crate::{
    ClientFrame,
    frames::Announced,
    times::POST_MS,
    types::{ChangesResult, Failure, PostResult, SnapshotResult},
};
use reqwest::{Method, RequestBuilder, header};
use serde_json::Value;
use sheet::{Code, Sheet};
use std::time::Duration;

/// An answer takes less, or the network is as good as gone.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Fetches the sheet: from the cycle's own address, or from a path that the server named.
pub(super) async fn snapshot(
    http: &reqwest::Client,
    options: &Options,
    url: Option<String>,
    etag: Option<String>,
) -> SnapshotResult {
    let Some(mut get) = request(http, options, Method::GET, url.as_deref().unwrap_or_default()).await else {
        return SnapshotResult::Failed(unreachable());
    };
    if let Some(etag) = etag {
        get = get.header(header::IF_NONE_MATCH, etag);
    }
    let (status, mut body) = match read(get).await {
        Ok(answer) => answer,
        Err(failure) => return SnapshotResult::Failed(failure),
    };
    if status == 304 {
        return SnapshotResult::NotModified;
    }
    let epoch = body["epoch"].as_str().map(str::to_owned);
    match serde_json::from_value::<Sheet>(body["snapshot"].take()) {
        Ok(sheet) if status == 200 => SnapshotResult::Sheet { epoch, sheet: Box::new(sheet) },
        _ => SnapshotResult::Failed(failure(status, &body)),
    }
}

/// Fetches at most `limit` changes after `since`.
pub(super) async fn changes(
    http: &reqwest::Client,
    options: &Options,
    since: u64,
    limit: u32,
) -> ChangesResult {
    let path = format!("/changes?since={since}&limit={limit}");
    let Some(get) = request(http, options, Method::GET, &path).await else {
        return ChangesResult::Failed(unreachable());
    };
    match read(get).await {
        Ok((200, mut body)) => match (listed(&mut body), body["version"].as_u64()) {
            (Some(changes), Some(version)) => ChangesResult::Changes { version, changes },
            _ => ChangesResult::Failed(failure(200, &body)),
        },
        Ok((status, body)) => ChangesResult::Failed(failure(status, &body)),
        Err(failure) => ChangesResult::Failed(failure),
    }
}

/// Sends a change that is too large for a frame.
pub(super) async fn post(http: &reqwest::Client, options: &Options, change: &ClientFrame) -> PostResult {
    let Some(post) = request(http, options, Method::POST, "/changes").await else {
        return PostResult::Failed(unreachable());
    };
    let text = serde_json::to_string(change).unwrap_or_default();
    let wait = Duration::from_millis(u64::try_from(POST_MS).unwrap_or_default());
    let post = post.header(header::CONTENT_TYPE, "application/json").timeout(wait).body(text);
    let (status, mut body) = match read(post).await {
        Ok(answer) => answer,
        Err(failure) => return PostResult::Failed(failure),
    };
    if status == 200
        && let Some(changes) = listed(&mut body)
    {
        return PostResult::Committed { changes };
    }
    let Failure { code, message, .. } = failure(status, &body);
    let Some(code) = code else { return PostResult::Failed(failure(status, &body)) };
    let known = Code::ALL.iter().find(|known| known.as_str() == code);
    let retryable = body["retryable"].as_bool().or_else(|| known.map(|known| known.retryable()));
    let version = body["version"].as_u64().unwrap_or(0);
    PostResult::Refused { code, message, retryable: retryable.unwrap_or(false), version }
}

/// A request to the cycle's address and what follows it, or to a path of the server's own; none while the server or a token is out of
/// reach. Any other address is not asked: nobody else gets to see the token.
async fn request(
    http: &reqwest::Client,
    options: &Options,
    method: Method,
    path: &str,
) -> Option<RequestBuilder> {
    let origin = (options.address)()?.http;
    let path = match path.strip_prefix(origin.as_str()).unwrap_or(path) {
        own if own.starts_with("/api/") => own.to_owned(),
        below if below.is_empty() || below.starts_with('/') => {
            format!("/api/cycles/{}/{}{below}", options.team, options.cycle)
        }
        _ => return None,
    };
    let token = (options.token)().await?;
    Some(http.request(method, format!("{origin}{path}")).bearer_auth(token).timeout(TIMEOUT))
}

fn listed(body: &mut Value) -> Option<Vec<Announced>> {
    serde_json::from_value(body["changes"].take()).ok()
}

async fn read(request: RequestBuilder) -> Result<(u16, Value), Failure> {
    // The error's address holds no secret, but a log of the caller's need not hold it either.
    let none = |error: reqwest::Error| Failure {
        status: None,
        code: None,
        message: error.without_url().to_string(),
    };
    let answer = request.send().await.map_err(none)?;
    let status = answer.status().as_u16();
    let body = answer.bytes().await.map_err(none)?;
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

fn failure(status: u16, body: &Value) -> Failure {
    let word = |field: &str| body[field].as_str().map(str::to_owned);
    Failure { status: Some(status), code: word("code"), message: word("message").unwrap_or_default() }
}

fn unreachable() -> Failure {
    Failure { status: None, code: None, message: "the server cannot be reached".to_owned() }
}
