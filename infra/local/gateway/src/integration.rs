//! What an API puts behind the gateway.

use futures_util::future::BoxFuture;

use crate::{AuthorizerError, AuthorizerEvent, AuthorizerResponse, Event, ProxyResponse, Route};

/// The Lambda functions behind the gateway.
pub trait Integration: Send + Sync + 'static {
    /// Answers an event. Called concurrently and without order, also for messages of one socket. A call that takes
    /// longer than the integration timeout runs on, as a function does, and its answer is dropped.
    fn invoke(&self, route: Route, event: Event) -> BoxFuture<'_, Result<ProxyResponse, IntegrationError>>;

    /// Decides who may connect, before `$connect`. `Ok(None)` means that the API has no authorizer, which is what
    /// it says if it is not overridden: then everybody may, and events have no `requestContext.authorizer`.
    fn authorize(
        &self,
        event: AuthorizerEvent,
    ) -> BoxFuture<'_, Result<Option<AuthorizerResponse>, AuthorizerError>> {
        let _ = event;
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// An integration gave no proxy response: the function failed. The text goes to the log, never to a client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct IntegrationError(
    /// What went wrong.
    pub String,
);
