//! The gateway as its owner sees it: wires the parts together.

use std::{fmt, sync::Arc, time::Duration};

use axum::Router;

use crate::{
    Clock, Config, ConfigError, Integration, PostError, Utf8Bytes, inner::Inner, outbound::Close, sweep,
};

/// A WebSocket API. Clones are the same gateway; it lives as long as a clone or an open socket does.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("stage", &self.inner.config.stage).finish_non_exhaustive()
    }
}

impl Gateway {
    /// A gateway in front of `integration`. Must be called within a Tokio runtime: it starts the one task that
    /// watches idle times and lifetimes.
    ///
    /// # Errors
    /// A configuration outside the service's limits.
    pub fn new(
        config: Config,
        clock: impl Clock,
        integration: impl Integration,
    ) -> Result<Self, ConfigError> {
        config.check()?;
        let inner = Arc::new(Inner::new(config, Arc::new(clock), Arc::new(integration)));
        tokio::spawn(sweep::run(Arc::downgrade(&inner)));
        Ok(Self { inner })
    }

    /// The API's routes, to be served alone or merged with others: `GET /{stage}` upgrades, and `POST`, `GET` and
    /// `DELETE /{stage}/@connections/{id}` are the callback API. Serve it with [`serve`](crate::serve), or with
    /// `into_make_service_with_connect_info::<SocketAddr>()` (else the client's address is unknown) and
    /// `TCP_NODELAY` on.
    pub fn router(&self) -> Router {
        crate::management::router(&self.inner)
    }

    /// Returns the router of the sockets alone, without `@connections` over HTTP: for a server that strangers reach, because
    /// nothing signs a request to `@connections` here.
    pub fn sockets(&self) -> Router {
        crate::management::sockets(&self.inner)
    }

    /// Queues a text message for a socket, as `POST @connections` does, without HTTP. The text is shared, not
    /// copied: clone one [`Utf8Bytes`] for as many sockets as it goes to. Never waits.
    ///
    /// # Errors
    /// See [`PostError`].
    pub fn post(&self, connection_id: &str, text: impl Into<Utf8Bytes>) -> Result<(), PostError> {
        self.inner.post(connection_id, text.into())
    }

    /// Closes a socket, as `DELETE @connections` does: what is queued is sent, then code 1000.
    ///
    /// # Errors
    /// [`PostError::Gone`] if no such socket is open.
    pub fn disconnect(&self, connection_id: &str) -> Result<(), PostError> {
        let connection = self.inner.find(connection_id).ok_or(PostError::Gone)?;
        self.inner.close(&connection, Close::DELETED, false);
        Ok(())
    }

    /// How many sockets are open.
    pub fn connections(&self) -> usize {
        self.inner.open_connections()
    }

    /// Stops: new sockets are refused with 503, open ones get what is queued and code 1001, running invocations
    /// (also the `$disconnect`s of this) may finish. Returns when all has ended or `grace` (in real time) is over,
    /// with the number of sockets and invocations that have not ended.
    pub async fn shutdown(&self, grace: Duration) -> usize {
        self.inner.drain();
        self.inner.tasks.close();
        let _ = tokio::time::timeout(grace, self.inner.tasks.wait()).await;
        self.inner.tasks.len()
    }
}
