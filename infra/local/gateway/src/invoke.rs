//! Invocations: messages (concurrent, unordered, bounded) and `$disconnect` (once, best effort).

use std::{
    borrow::Cow,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use serde::Serialize;

use crate::{
    Event, EventType, Id, IntegrationError, ProxyResponse, RequestContext, RequestTime, Route, Utf8Bytes,
    event::{Multi, Single},
    fair::Fair,
    inner::{Connection, Inner},
    outbound::Close,
};

/// The message to a client whose message has no answer.
const INTERNAL_SERVER_ERROR: &str = "Internal server error";
/// The message to a client when too many messages are being answered.
const LIMIT_EXCEEDED: &str = "Limit Exceeded Exception";

/// The frame of an error, as the service writes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorFrame<'a> {
    pub message: &'a str,
    pub connection_id: Id,
    pub request_id: Id,
}

impl ErrorFrame<'_> {
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The context of an event that happens now.
pub(crate) fn context(
    inner: &Inner,
    connection: &Connection,
    route: Route,
    event_type: EventType,
) -> RequestContext {
    let now = inner.clock.now_ms();
    let request_id = Id::random();
    RequestContext {
        route_key: route,
        event_type,
        connection_id: connection.id,
        connected_at: connection.connected_at,
        request_id,
        extended_request_id: request_id,
        request_time: RequestTime(now),
        request_time_epoch: now,
        message_id: None,
        message_direction: "IN",
        stage: inner.names.stage.clone(),
        domain_name: inner.names.domain_name.clone(),
        api_id: inner.names.api_id.clone(),
        identity: connection.identity.clone(),
        authorizer: connection.authorizer.clone(),
        disconnect_status_code: None,
        disconnect_reason: None,
    }
}

impl Inner {
    /// A message came: answers it in a task of its own, or refuses it if too many are being answered.
    pub fn message(self: &Arc<Self>, connection: &Arc<Connection>, text: Utf8Bytes) {
        connection.last_active.store(self.clock.now_ms(), std::sync::atomic::Ordering::Relaxed);
        let Ok(permit) = self.message_permits.clone().try_acquire_owned() else {
            self.tell(connection, LIMIT_EXCEEDED, Id::random());
            return;
        };
        let (inner, connection) = (self.clone(), connection.clone());
        let running = connection.begin();
        let lane = if connection.account.is_heavy(Instant::now()) { self.turns.lane() } else { None };
        let work = async move {
            inner.answer(&connection, text).await;
            drop((permit, running));
        };
        match lane {
            Some(lane) => self.tasks.spawn_on(work, lane),
            None => self.tasks.spawn(work),
        };
    }

    async fn answer(&self, connection: &Connection, text: Utf8Bytes) {
        let route = self.config.routes.as_ref().map_or(Route::Default, |routes| routes.route(&text));
        let mut context = context(self, connection, route.clone(), EventType::Message);
        context.message_id = Some(Id::random());
        let request_id = context.request_id;
        let event = Event {
            headers: None,
            multi_value_headers: None,
            query_string_parameters: None,
            multi_value_query_string_parameters: None,
            request_context: context,
            body: Some(text),
            is_base64_encoded: false,
        };
        let call = self.call(route, event);
        let mut call = Fair::new(call, connection.account.clone(), self.turns.clone());
        let timeout =
            self.clock.sleep_until(self.clock.now_ms().saturating_add(ms(self.config.integration_timeout)));
        let result = tokio::select! {
            biased;
            result = &mut call => result,
            () = timeout => {
                tracing::warn!(connection = %connection.id, request = %request_id, "integration timed out");
                self.tell(connection, INTERNAL_SERVER_ERROR, request_id);
                // A function runs on after the gateway stopped waiting, and goes on counting as running.
                let _ = call.await;
                return;
            }
        };
        match result {
            Ok(ProxyResponse { body: Some(body), .. }) if self.config.route_response => {
                let _ = self.send(connection, body.into());
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(connection = %connection.id, request = %request_id, %error, "integration failed");
                self.tell(connection, INTERNAL_SERVER_ERROR, request_id);
            }
        }
    }

    /// Sends an error frame; a socket that is gone or too far behind misses it.
    fn tell(&self, connection: &Connection, message: &str, request_id: Id) {
        let frame = ErrorFrame { message, connection_id: connection.id, request_id };
        let _ = self.send(connection, frame.json().into());
    }

    /// Calls the integration; a panic in it is a failure of it.
    pub async fn call(&self, route: Route, event: Event) -> Result<ProxyResponse, IntegrationError> {
        let call = async { self.integration.invoke(route, event).await };
        match AssertUnwindSafe(call).catch_unwind().await {
            Ok(result) => result,
            Err(_) => Err(IntegrationError("the integration panicked".into())),
        }
    }

    /// Tells the integration that a socket has closed: once, whatever comes of it.
    pub async fn disconnected(&self, connection: &Connection, close: Close) {
        let mut context = context(self, connection, Route::Disconnect, EventType::Disconnect);
        context.disconnect_status_code = Some(close.status);
        context.disconnect_reason = Some(Cow::Owned(close.reason.into_owned()));
        let headers: Single = [
            ("Host".to_owned(), self.config.domain_name.clone()),
            ("X-Forwarded-For".to_owned(), String::new()),
            ("x-api-key".to_owned(), String::new()),
            ("x-restapi".to_owned(), String::new()),
        ]
        .into();
        let multi: Multi = headers.iter().map(|(name, value)| (name.clone(), vec![value.clone()])).collect();
        let event = Event {
            headers: Some(headers),
            multi_value_headers: Some(multi),
            query_string_parameters: None,
            multi_value_query_string_parameters: None,
            request_context: context,
            body: None,
            is_base64_encoded: false,
        };
        if let Some(hook) = &self.config.disconnect_hook
            && !hook(&event)
        {
            return;
        }
        let Ok(_permit) = self.lifecycle_permits.acquire().await else { return };
        if let Err(error) = self.call(Route::Disconnect, event).await {
            tracing::warn!(connection = %connection.id, %error, "$disconnect failed and is not retried");
        }
    }
}

/// A duration in the clock's unit.
pub(crate) fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
