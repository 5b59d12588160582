//! The way to the sockets: one post, one connection.
//!
//! A post is tried twice at most. What a lost post costs is a moment: the client's next `ping` shows that it is behind.
use crate::metrics::{Count, Metrics};
use aws_config::SdkConfig;
use aws_sdk_apigatewaymanagement::{
    Client,
    config::Builder,
    error::{ProvideErrorMetadata, SdkError},
    primitives::Blob,
};
use aws_smithy_types::retry::RetryConfig;
use bytes::Bytes;
use futures::future::BoxFuture;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Attempts of one post.
const POST_ATTEMPTS: u32 = 2;
/// Callback endpoints a process keeps clients for; one deployment has one.
const MAX_ENDPOINTS: usize = 16;

/// Where an event came from: the endpoint that its sockets are posted to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// `abc.execute-api.eu-central-1.amazonaws.com`, or a custom domain.
    pub domain_name: String,
    /// The stage.
    pub stage: String,
}

impl Endpoint {
    /// The endpoint of an event.
    pub fn of(context: &crate::event::RequestContext) -> Self {
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        Self { domain_name: part(&context.domain_name), stage: part(&context.stage) }
    }
}

/// What became of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// The gateway took it.
    Delivered,
    /// The socket is gone.
    Gone,
    /// Not known; the client heals by itself.
    Failed,
}

/// The way to the sockets.
pub trait Callback: Send + Sync {
    /// Posts one frame to one socket.
    fn post<'a>(
        &'a self,
        endpoint: &'a Endpoint,
        connection_id: &'a str,
        frame: Bytes,
    ) -> BoxFuture<'a, Posted>;
    /// Closes a socket.
    fn close<'a>(&'a self, endpoint: &'a Endpoint, connection_id: &'a str) -> BoxFuture<'a, Posted>;
}

/// Through API Gateway's management API.
pub struct SdkCallback {
    config: SdkConfig,
    url: Option<String>,
    clients: Mutex<HashMap<Endpoint, Client>>,
    metrics: Metrics,
}

impl SdkCallback {
    /// With the process's configuration; to `url` if it is given, else to the event's endpoint.
    pub fn new(config: SdkConfig, url: Option<String>) -> Self {
        Self { config, url, clients: Mutex::default(), metrics: Metrics::default() }
    }

    /// The same, which counts what becomes of its posts.
    pub fn counting(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    fn client(&self, endpoint: &Endpoint) -> Client {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(endpoint) {
            return client.clone();
        }
        let url = self
            .url
            .clone()
            .unwrap_or_else(|| format!("https://{}/{}", endpoint.domain_name, endpoint.stage));
        let retries = RetryConfig::standard().with_max_attempts(POST_ATTEMPTS);
        let client =
            Client::from_conf(Builder::from(&self.config).endpoint_url(url).retry_config(retries).build());
        if clients.len() >= MAX_ENDPOINTS {
            clients.clear();
        }
        clients.insert(endpoint.clone(), client.clone());
        client
    }
}

/// Tells what became of a post, and counts it. A closed socket counts as one as well. 410 is known by its status: some of its bodies do
/// not read as the error they are.
fn posted<E: ProvideErrorMetadata, T>(sent: Result<T, SdkError<E>>, metrics: &Metrics) -> Posted {
    let error = match sent {
        Ok(_) => {
            metrics.count(Count::PostsDelivered);
            return Posted::Delivered;
        }
        Err(error) => error,
    };
    let status = error.raw_response().map(|response| response.status().as_u16());
    if status == Some(410) {
        metrics.count(Count::PostsGone);
        return Posted::Gone;
    }
    let what = match &error {
        SdkError::TimeoutError(_) => "it took too long",
        SdkError::DispatchFailure(_) => "the endpoint cannot be reached",
        other => other.code().filter(|code| !code.is_empty()).unwrap_or("an answer that does not read"),
    };
    metrics.post_failed(&status.map_or_else(|| what.to_owned(), |status| format!("{status} {what}")));
    Posted::Failed
}

impl Callback for SdkCallback {
    fn post<'a>(
        &'a self,
        endpoint: &'a Endpoint,
        connection_id: &'a str,
        frame: Bytes,
    ) -> BoxFuture<'a, Posted> {
        let client = self.client(endpoint);
        Box::pin(async move {
            let frame = Blob::new(Vec::from(frame));
            posted(
                client.post_to_connection().connection_id(connection_id).data(frame).send().await,
                &self.metrics,
            )
        })
    }

    fn close<'a>(&'a self, endpoint: &'a Endpoint, connection_id: &'a str) -> BoxFuture<'a, Posted> {
        let client = self.client(endpoint);
        Box::pin(async move {
            posted(client.delete_connection().connection_id(connection_id).send().await, &self.metrics)
        })
    }
}
