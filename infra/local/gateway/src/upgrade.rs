//! From the HTTP request to the open socket: authorizer, `$connect`, 101.
//!
//! The request stays pending until `$connect` has answered; nothing can be posted to the socket before. The work
//! runs in a task of its own, because a client that goes away must not cancel a function half-way.

use std::{net::SocketAddr, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use hyper::upgrade::OnUpgrade;
use tokio::sync::oneshot;

use crate::{
    AuthorizerError, AuthorizerEvent, Event, EventType, Id, Identity, IdentitySource, IntegrationError,
    ProxyResponse, RequestContext, RequestTime, Route,
    event::{Multi, Single},
    handshake,
    inner::Inner,
    invoke::{ErrorFrame, ms},
    outbound::Close,
    socket::Socket,
};

/// A request for a socket, taken apart.
struct Opening {
    accept_key: HeaderValue,
    on_upgrade: OnUpgrade,
    offered: Vec<String>,
    headers: Multi,
    query: Multi,
    identity: Arc<Identity>,
    id: Id,
    connected_at: u64,
}

pub(crate) async fn upgrade(State(inner): State<Arc<Inner>>, mut request: Request) -> Response {
    if inner.is_draining() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let accept_key = match handshake::accept_key(&request) {
        Ok(key) => key,
        Err(refusal) => return refusal.into_response(),
    };
    let source_ip = match request.extensions().get::<ConnectInfo<SocketAddr>>() {
        Some(ConnectInfo(peer)) => peer.ip().to_string(),
        None => String::new(),
    };
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let opening = Opening {
        accept_key,
        on_upgrade: hyper::upgrade::on(&mut request),
        offered: request
            .headers()
            .get_all(header::SEC_WEBSOCKET_PROTOCOL)
            .iter()
            .flat_map(|value| value.to_str().unwrap_or_default().split(','))
            .map(|name| name.trim().to_owned())
            .collect(),
        headers: multi(
            request.headers().iter().map(|(name, value)| (event_name(name.as_str()), text(value))),
        ),
        query: multi(
            form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
                .map(|(name, value)| (name.into_owned(), value.into_owned())),
        ),
        identity: Arc::new(Identity {
            source_ip,
            user_agent: request.headers().get(header::USER_AGENT).map(text),
        }),
        id: Id::random(),
        connected_at: inner.clock.now_ms(),
    };
    let (answer, answered) = oneshot::channel();
    let opener = inner.clone();
    inner.tasks.spawn(async move {
        let response = opener.open(opening).await;
        let _ = answer.send(response);
    });
    answered.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn multi(pairs: impl Iterator<Item = (String, String)>) -> Multi {
    let mut all = Multi::new();
    for (name, value) in pairs {
        all.entry(name).or_default().push(value);
    }
    all
}

fn single(all: &Multi) -> Single {
    all.iter().filter_map(|(name, values)| Some((name.clone(), values.last()?.clone()))).collect()
}

/// A header's name as browsers and the service write it; the HTTP library has made it lower-case.
fn event_name(name: &str) -> String {
    let words = name.split('-').map(|word| match word {
        "websocket" => "WebSocket".to_owned(),
        _ => {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
        }
    });
    words.collect::<Vec<String>>().join("-")
}

impl Inner {
    async fn open(self: &Arc<Self>, opening: Opening) -> Response {
        let mut context = RequestContext {
            route_key: Route::Connect,
            event_type: EventType::Connect,
            connection_id: opening.id,
            connected_at: opening.connected_at,
            request_id: Id::random(),
            extended_request_id: Id::random(),
            request_time: RequestTime(opening.connected_at),
            request_time_epoch: opening.connected_at,
            message_id: None,
            message_direction: "IN",
            stage: self.names.stage.clone(),
            domain_name: self.names.domain_name.clone(),
            api_id: self.names.api_id.clone(),
            identity: opening.identity.clone(),
            authorizer: None,
            disconnect_status_code: None,
            disconnect_reason: None,
        };
        context.extended_request_id = context.request_id;
        if let Err(status) = self.authorize(&opening, &mut context).await {
            return refuse(status, &context);
        }
        let authorizer = context.authorizer.clone();
        let response = match self.connect(&opening, context.clone()).await {
            Ok(response) => response,
            Err(status) => return refuse(status, &context),
        };
        if !(200..300).contains(&response.status_code) {
            let status = StatusCode::from_u16(response.status_code).unwrap_or(StatusCode::BAD_GATEWAY);
            // A 1xx is no final answer to an upgrade.
            let status = if status.is_informational() { StatusCode::BAD_GATEWAY } else { status };
            return (status, response.body.unwrap_or_default()).into_response();
        }
        let Opening { accept_key, on_upgrade, offered, identity, id, connected_at, .. } = opening;
        let connection = self.register(id, connected_at, identity, authorizer);
        let inner = self.clone();
        self.tasks.spawn(async move {
            match on_upgrade.await {
                Ok(io) => {
                    let mut socket = Socket::new(io, inner.clone(), connection.clone());
                    let close = socket.run().await;
                    // Boxed, so that an open socket does not carry the space of a closing one. At once, because
                    // a peer that is slow to close must not keep the integration from knowing.
                    let told = inner.disconnected(&connection, close.clone());
                    Box::pin(async { tokio::join!(socket.farewell(&close), told) }).await;
                }
                Err(error) => {
                    // `$connect` has answered, so the integration believes in a socket that never came to be.
                    tracing::debug!(connection = %connection.id, %error, "the client left before the socket opened");
                    inner.close(&connection, Close::BROKEN, true);
                    Box::pin(inner.disconnected(&connection, Close::BROKEN)).await;
                }
            }
        });
        let mut headers = HeaderMap::new();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept_key);
        if let Some(chosen) = response.header("sec-websocket-protocol").map(str::trim)
            && offered.iter().any(|name| name == chosen)
            && let Ok(chosen) = HeaderValue::from_str(chosen)
        {
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, chosen);
        }
        (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
    }

    /// Asks the authorizer and puts what it says into the context.
    async fn authorize(
        self: &Arc<Self>,
        opening: &Opening,
        context: &mut RequestContext,
    ) -> Result<(), StatusCode> {
        let present =
            |values: Option<&Vec<String>>| values.is_some_and(|values| values.iter().any(|v| !v.is_empty()));
        let missing = self.config.identity_sources.iter().any(|source| match source {
            IdentitySource::Header(name) => !opening
                .headers
                .iter()
                .any(|(key, values)| key.eq_ignore_ascii_case(name) && present(Some(values))),
            IdentitySource::QueryString(name) => !present(opening.query.get(name)),
        });
        if missing {
            return Err(StatusCode::UNAUTHORIZED);
        }
        let config = &self.config;
        let method_arn = format!(
            "arn:aws:execute-api:{}:{}:{}/{}/$connect",
            config.region, config.account_id, config.api_id, config.stage
        );
        let event = AuthorizerEvent {
            kind: "REQUEST",
            method_arn: method_arn.clone(),
            headers: single(&opening.headers),
            multi_value_headers: opening.headers.clone(),
            query_string_parameters: single(&opening.query),
            multi_value_query_string_parameters: opening.query.clone(),
            request_context: context.clone(),
        };
        let inner = self.clone();
        let asked = self.detached(async move { inner.integration.authorize(event).await }).await;
        let failed = |reason: &str| {
            tracing::warn!(connection = %context.connection_id, reason, "authorizer failed");
            StatusCode::INTERNAL_SERVER_ERROR
        };
        match asked {
            Ok(Ok(None)) => Ok(()),
            Ok(Ok(Some(response))) if response.is_too_large() => {
                Err(failed("its result is longer than 8 KB"))
            }
            Ok(Ok(Some(response))) if !response.allows(&method_arn) => Err(StatusCode::FORBIDDEN),
            Ok(Ok(Some(response))) => {
                context.authorizer = Some(Arc::new(response.into()));
                Ok(())
            }
            Ok(Err(AuthorizerError::Unauthorized)) => Err(StatusCode::UNAUTHORIZED),
            Ok(Err(AuthorizerError::Failed(reason))) => Err(failed(&reason)),
            Err(Unanswered::Panicked) => Err(failed("it panicked")),
            Err(Unanswered::TimedOut) => Err(failed("it timed out")),
        }
    }

    async fn connect(
        self: &Arc<Self>,
        opening: &Opening,
        context: RequestContext,
    ) -> Result<ProxyResponse, StatusCode> {
        let id = context.connection_id;
        let event = Event {
            headers: Some(single(&opening.headers)),
            multi_value_headers: Some(opening.headers.clone()),
            query_string_parameters: (!opening.query.is_empty()).then(|| single(&opening.query)),
            multi_value_query_string_parameters: (!opening.query.is_empty()).then(|| opening.query.clone()),
            request_context: context,
            body: None,
            is_base64_encoded: false,
        };
        let inner = self.clone();
        let (status, error) = match self
            .detached(async move { inner.call(Route::Connect, event).await })
            .await
        {
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(error)) => (StatusCode::BAD_GATEWAY, error),
            Err(Unanswered::Panicked) => (StatusCode::BAD_GATEWAY, IntegrationError("it panicked".into())),
            Err(Unanswered::TimedOut) => {
                (StatusCode::GATEWAY_TIMEOUT, IntegrationError("it timed out".into()))
            }
        };
        tracing::warn!(connection = %id, %error, "$connect failed");
        Err(status)
    }

    /// Runs `work` to its end and waits for it as long as an integration may take.
    async fn detached<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Unanswered> {
        let timeout =
            self.clock.sleep_until(self.clock.now_ms().saturating_add(ms(self.config.integration_timeout)));
        let permits = self.lifecycle_permits.clone();
        let running = self.tasks.spawn(async move {
            let _permit = permits.acquire().await;
            AssertUnwindSafe(work).catch_unwind().await
        });
        tokio::select! {
            biased;
            result = running => result.ok().and_then(Result::ok).ok_or(Unanswered::Panicked),
            () = timeout => Err(Unanswered::TimedOut),
        }
    }
}

enum Unanswered {
    Panicked,
    TimedOut,
}

/// A refusal that the gateway itself makes.
fn refuse(status: StatusCode, context: &RequestContext) -> Response {
    let message = match status {
        StatusCode::UNAUTHORIZED => "Unauthorized",
        StatusCode::FORBIDDEN => "Forbidden",
        StatusCode::GATEWAY_TIMEOUT => "Endpoint request timed out",
        _ => "Internal server error",
    };
    let body =
        ErrorFrame { message, connection_id: context.connection_id, request_id: context.request_id }.json();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
