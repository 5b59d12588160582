//! The edges of production code, each replaced by a call to the world: DynamoDB's HTTP connector, the gateway's
//! callback, the extraction's invocation, the model's transport.
use crate::outside::{Answer, Ask, Shared};
use aws_sdk_dynamodb::{
    Client, Config,
    config::{
        BehaviorVersion, Region, StalledStreamProtectionConfig,
        endpoint::{Endpoint as SdkEndpoint, EndpointFuture, Params, ResolveEndpoint},
        retry::RetryPartition,
    },
};
use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use extraction::{
    cohere::{Failure, Response, Transport},
    outside::Pause,
};
use futures::future::BoxFuture;
use platform::{
    broadcast::{Callback, Endpoint, Posted},
    invoke::{ExtractRequest, Invoke},
};
use std::time::Duration;

/// The one endpoint: the world. Its name is never looked up.
#[derive(Debug)]
struct TheWorld;

impl ResolveEndpoint for TheWorld {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(SdkEndpoint::builder().url("http://world.invalid").build()))
    }
}

/// A client of the SDK with the retries and timeouts of production. Waiting, time and the retry quota are the world's;
/// the SDK's jitter comes from `fastrand`, which a run seeds.
pub fn client(shared: &Shared) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("world"))
        .allow_no_auth()
        .endpoint_resolver(TheWorld)
        .retry_config(platform::clients::retries())
        .timeout_config(platform::clients::timeouts())
        // The default partition is the process's: what one seed spends, the next would lack.
        .retry_partition(RetryPartition::custom("simulated").build())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .sleep_impl(shared.clone())
        .time_source(shared.clone())
        .http_client(Dynamo(shared.clone()))
        .build();
    Client::from_conf(config)
}

#[derive(Clone, Debug)]
struct Dynamo(Shared);

impl HttpConnector for Dynamo {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").and_then(|target| target.split_once('.'));
        let operation = target.map(|(_, operation)| operation.to_owned()).unwrap_or_default();
        let body = request.body().bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let call = self.0.call(Ask::Database { operation, body: body.unwrap_or_default() });
        HttpConnectorFuture::new(async move {
            match call.await {
                Answer::Http(status, body) => {
                    let status =
                        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
                    Ok(HttpResponse::new(status.into(), SdkBody::from(body)))
                }
                _ => Err(ConnectorError::io("the connection broke".into())),
            }
        })
    }
}

impl HttpClient for Dynamo {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// The way to the sockets.
pub struct Sockets(pub Shared);

async fn posted(call: crate::outside::Call) -> Posted {
    match call.await {
        Answer::Posted(posted) => posted,
        _ => Posted::Failed,
    }
}

impl Callback for Sockets {
    fn post<'a>(&'a self, _: &'a Endpoint, connection_id: &'a str, frame: Bytes) -> BoxFuture<'a, Posted> {
        let frame = String::from_utf8_lossy(&frame).into_owned();
        Box::pin(posted(self.0.call(Ask::Post { connection_id: connection_id.into(), frame })))
    }

    fn close<'a>(&'a self, _: &'a Endpoint, connection_id: &'a str) -> BoxFuture<'a, Posted> {
        Box::pin(posted(self.0.call(Ask::Close { connection_id: connection_id.into() })))
    }
}

/// The way to an extraction.
pub struct Extractions(pub Shared);

impl Invoke for Extractions {
    fn extract<'a>(&'a self, request: &'a ExtractRequest) -> BoxFuture<'a, bool> {
        let call = self.0.call(Ask::Extract(request.clone()));
        Box::pin(async move { matches!(call.await, Answer::Asked(true)) })
    }
}

/// The way to the model, and the pauses between two questions.
pub struct Model(pub Shared);

impl Transport for Model {
    async fn chat(&self, _: String) -> Result<Response, Failure> {
        match self.0.call(Ask::Model).await {
            Answer::Model(answer) => answer,
            _ => Err(Failure::Timeout),
        }
    }
}

impl Pause for Model {
    async fn wait(&self, duration: Duration) {
        self.0.call(Ask::Sleep(duration)).await;
    }

    fn chance(&self) -> f64 {
        self.0.open().random.below(1_001) as f64 / 1_000.0
    }
}
