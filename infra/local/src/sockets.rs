//! The gateway's routes to the functions, and posts back to the gateway.
//!
//! Events reach a function as the JSON that AWS would send it, so that what reads them is what runs there. Posts go to
//! the gateway directly and not through the management API's client: that client's work for each post would be most
//! of a busy room's on one machine. `tests/protocol` posts through it all the same, so that both ways stay true.
use bytes::Bytes;
use cyclesheet_authorize::Authorizer;
use futures::future::BoxFuture;
use gateway::{
    AuthorizerError, AuthorizerEvent, AuthorizerResponse, Event, Gateway, Integration, IntegrationError,
    PostError, ProxyResponse, Route, Utf8Bytes,
};
use platform::{
    Context,
    broadcast::{Callback, Endpoint, Posted},
    event::{SocketEvent, SocketResponse},
};
use serde::Serialize;
use std::sync::{Arc, OnceLock};

/// The functions behind the gateway.
pub struct Functions {
    /// What the handlers get.
    pub context: Context,
    /// The authorizer of sockets.
    pub authorizer: Authorizer,
}

fn read<E: Serialize>(event: &E) -> Result<SocketEvent, serde_json::Error> {
    serde_json::from_slice(&serde_json::to_vec(event)?)
}

impl Integration for Functions {
    fn invoke(&self, route: Route, event: Event) -> BoxFuture<'_, Result<ProxyResponse, IntegrationError>> {
        Box::pin(async move {
            let event = read(&event).map_err(|error| IntegrationError(error.to_string()))?;
            let SocketResponse { status_code, headers } = match route {
                Route::Connect => cyclesheet_connect::handle(&self.context, &event).await,
                Route::Disconnect => cyclesheet_disconnect::handle(&self.context, &event).await,
                Route::Default | Route::Custom(_) => cyclesheet_default::handle(&self.context, &event).await,
            };
            let response = ProxyResponse::status(status_code);
            Ok(headers
                .into_iter()
                .fold(response, |response, (name, value)| response.with_header(name, value)))
        })
    }

    fn authorize(
        &self,
        event: AuthorizerEvent,
    ) -> BoxFuture<'_, Result<Option<AuthorizerResponse>, AuthorizerError>> {
        Box::pin(async move {
            let failed = |error: serde_json::Error| AuthorizerError::Failed(error.to_string());
            let event = read(&event).map_err(failed)?;
            match self.authorizer.handle(&self.context, &event).await {
                Ok(policy) => serde_json::from_value(policy).map(Some).map_err(failed),
                Err(reason) => Err(AuthorizerError::Failed(reason.to_owned())),
            }
        })
    }
}

/// Posts to a gateway in this process. The gateway needs the functions and the functions need this, so it is filled
/// once both stand.
#[derive(Clone, Default)]
pub struct LocalCallback(Arc<OnceLock<Gateway>>);

impl LocalCallback {
    /// Names the gateway. A second one is ignored.
    pub fn connect(&self, gateway: Gateway) {
        let _ = self.0.set(gateway);
    }

    fn run(&self, call: impl FnOnce(&Gateway) -> Result<(), PostError>) -> Posted {
        match self.0.get().map(call) {
            Some(Ok(())) => Posted::Delivered,
            Some(Err(PostError::Gone)) => Posted::Gone,
            Some(Err(_)) | None => Posted::Failed,
        }
    }
}

impl Callback for LocalCallback {
    fn post<'a>(&'a self, _: &'a Endpoint, connection_id: &'a str, frame: Bytes) -> BoxFuture<'a, Posted> {
        let posted = match Utf8Bytes::try_from(frame) {
            Ok(text) => self.run(|gateway| gateway.post(connection_id, text)),
            Err(_) => Posted::Failed,
        };
        Box::pin(std::future::ready(posted))
    }

    fn close<'a>(&'a self, _: &'a Endpoint, connection_id: &'a str) -> BoxFuture<'a, Posted> {
        Box::pin(std::future::ready(self.run(|gateway| gateway.disconnect(connection_id))))
    }
}
