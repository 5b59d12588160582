//! The page, its configuration, and `/api` to the `http` function.
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
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

/// Bytes of a request's body that are read; the function refuses what it does not take.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Scripts, styles and connections of this origin only; nothing inline.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data:; font-src 'self' data:; \
    connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'";

/// The handlers behind the addresses.
pub struct Web {
    /// What the handlers get.
    pub context: Context,
    /// The `http` function.
    pub api: Api,
    /// The built page.
    pub page: PathBuf,
    /// Where the sockets are.
    pub socket_url: String,
}

/// The router of everything but the sockets.
pub fn router(web: Web) -> Router {
    let page = ServeDir::new(&web.page).append_index_html_on_directories(true);
    let is_built = web.page.join("index.html").is_file();
    let router = Router::new()
        .route("/config.json", get(config))
        .route("/api/{*path}", axum::routing::any(api))
        .with_state(Arc::new(web));
    let router = if is_built { router.fallback_service(page) } else { router.fallback(not_built) };
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    router
        .layer(header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
}

async fn config(State(web): State<Arc<Web>>) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(json!({"socketUrl": web.socket_url}))).into_response()
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
