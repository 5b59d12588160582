//! The page, its configuration, and `/api` to the `http` function.
use crate::{page, signin::SignIn};
use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use cyclesheet_http::Api;
use platform::Context;
use serde_json::json;
use std::{path::PathBuf, sync::Arc};
use tower_http::{compression::CompressionLayer, services::ServeDir, set_header::SetResponseHeaderLayer};

/// Bytes of a request's body that are read; the function refuses what it does not take.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Returns the policy of the page: scripts, styles and connections of this origin only, nothing inline. The stack on AWS
/// is held to the same file.
fn content_security_policy(connect: &str) -> String {
    include_str!("content-security-policy.txt").trim_end().replace("{connect}", connect)
}

/// The handlers behind the addresses.
pub struct Web {
    /// What the handlers get.
    pub context: Context,
    /// The `http` function.
    pub api: Api,
    /// A folder with another page than the one in this program.
    pub page: Option<PathBuf>,
    /// Where the sockets are.
    pub socket_url: String,
    /// Where people sign in, if not by a link.
    pub sign_in: Option<SignIn>,
}

/// The router of everything but the sockets.
pub fn router(web: Web) -> Router {
    let folder = web.page.clone();
    // A development server may serve the page from another port; where strangers come, the page goes to its own two places.
    let connect = web.sign_in.as_ref().map_or_else(
        || "ws: wss:".to_owned(),
        |sign_in| format!("{} {}", origin(&web.socket_url), origin(&sign_in.token_url)),
    );
    let policy = HeaderValue::try_from(content_security_policy(&connect))
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'self'"));
    let router = Router::new()
        .route("/config.json", get(config))
        .route("/healthz", get(health))
        .route("/api/{*path}", axum::routing::any(api))
        .with_state(Arc::new(web));
    // The function behind `/api` packs its own answers.
    let packed = CompressionLayer::new();
    let router = match folder {
        Some(folder) if folder.join("index.html").is_file() => {
            let folder = ServeDir::new(folder).append_index_html_on_directories(true);
            router.fallback_service(Router::new().fallback_service(folder).layer(packed))
        }
        None if page::is_built() => router.fallback_service(Router::new().fallback(page::file).layer(packed)),
        _ => router.fallback(not_built),
    };
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    router
        .layer(SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, policy))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
}

async fn config(State(web): State<Arc<Web>>) -> Response {
    let mut config = json!({"socketUrl": web.socket_url});
    if let Some(SignIn { authorize_url, token_url, client_id }) = &web.sign_in {
        config["authorizeUrl"] = json!(authorize_url);
        config["tokenUrl"] = json!(token_url);
        config["clientId"] = json!(client_id);
    }
    ([(header::CACHE_CONTROL, "no-store")], Json(config)).into_response()
}

/// Answers 200 when the table can be read, and 503 otherwise; says nothing else.
async fn health(State(web): State<Arc<Web>>) -> (StatusCode, &'static str) {
    match web.context.store.table().probe().await {
        Ok(_) => (StatusCode::OK, "ok\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the table cannot be read\n"),
    }
}

/// Returns the scheme, host and port of an address.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or(url, |end| &url[..host + end])
}

async fn api(State(web): State<Arc<Web>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = match gateway::read_body(body, MAX_BODY_BYTES).await {
        Ok(body) => body,
        Err(error) => return error.into_response(),
    };
    web.api.handle(&web.context, &Request::from_parts(parts, body)).await.map(Body::from)
}

async fn not_built() -> Response {
    let message = "The page is not built. Build it with `make web`, then start again. The sockets and /api work without it.\n";
    (StatusCode::NOT_FOUND, message).into_response()
}
