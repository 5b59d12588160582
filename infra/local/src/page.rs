//! The page inside of this program: what `make web` had built when the program was compiled.
//!
//! A debug build reads the files from `web/app/dist` with every request instead, so that a page which is built again needs
//! no new program.
use axum::{
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{Embed, EmbeddedFile};

/// The built page. A program that was compiled without one says so when the page is asked for.
#[derive(Embed)]
#[folder = "../../web/app/dist"]
#[allow_missing = true]
struct Page;

const INDEX: &str = "index.html";

/// Returns whether the program holds a page.
pub(crate) fn is_built() -> bool {
    Page::get(INDEX).is_some()
}

/// Answers a request for a file of the page.
pub(crate) async fn file(uri: Uri, headers: HeaderMap) -> Response {
    let path = match uri.path().trim_start_matches('/') {
        "" => INDEX,
        path => path,
    };
    let Some(EmbeddedFile { data, metadata }) = Page::get(path) else {
        return (StatusCode::NOT_FOUND, "There is no such file.\n").into_response();
    };
    let hash = metadata.sha256_hash().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let etag = format!("\"{hash}\"");
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response();
    }
    // A build puts what has a hash in its name under `assets`: it never changes. The rest is asked for each time.
    let kept = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, metadata.mimetype().to_owned()),
        (header::CACHE_CONTROL, kept.to_owned()),
        (header::ETAG, etag),
    ];
    (headers, data.into_owned()).into_response()
}
