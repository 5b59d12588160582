//! Requests to `/api` of a local stack.
use std::net::SocketAddr;
pub use wire::web::Answer;

/// Sends a request with these headers.
pub async fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Answer {
    wire::web::request(&format!("http://{address}{path}"), method, headers, body).await
}

/// Sends a request with a bearer.
pub async fn bearing(address: SocketAddr, token: &str, method: &str, path: &str, body: String) -> Answer {
    wire::web::bearing(&format!("http://{address}{path}"), token, method, body).await
}
