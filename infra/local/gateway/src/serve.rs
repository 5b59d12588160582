//! A listener with the socket options that a gateway needs.

use std::{future::Future, io, net::SocketAddr};

use axum::{Router, serve::ListenerExt};
use tokio::net::TcpListener;

/// Serves a router (the gateway's, or one it was merged into) with `TCP_NODELAY` on, so that a short frame is not
/// held back for the next one, and with the clients' addresses known. Ends when `shutdown` does and every request
/// is answered; open sockets are ended by [`Gateway::shutdown`](crate::Gateway::shutdown), before or after.
///
/// # Errors
/// None at present; the listener retries what fails on accepting.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listener = listener.tap_io(|socket| {
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY not set");
        }
    });
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(shutdown)
        .await
}
