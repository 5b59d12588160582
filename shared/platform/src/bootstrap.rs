//! What every bootstrap is: the environment read, the context made, the ways out warmed, then one event after another.
//!
//! A panic in a handler is answered as that invocation's error and the environment lives on (`panic = "unwind"`).
//! Nothing is kept that a shutdown would have to save, so none is waited for: Lambda may end a process between two
//! events, and does so without a signal unless an extension is registered, which would lengthen each start.
use crate::{
    Context,
    broadcast::Endpoint,
    config::Environment,
    context::system_clock,
    event::{SocketEvent, SocketResponse},
    secrets::Secrets,
    telemetry,
};
use bytes::Bytes;
use futures::future::join;
pub use lambda_runtime::Error;
use lambda_runtime::{LambdaEvent, run, service_fn};
use std::time::Duration;

/// How long Init waits for connections. The first event connects to the services that were slower.
const WARM_WITHIN: Duration = Duration::from_millis(500);
/// A partition in which nothing stands, and a socket that nobody has.
const NOWHERE: &str = "warm";

/// The environment, with logs begun at its level.
pub fn environment() -> Environment {
    let env = Environment::of_process();
    telemetry::begin(env.optional("LOG_LEVEL").as_deref());
    env
}

/// Where a function goes with its first event: those connections are made in Init, which has a whole processor, and
/// not in the event, which has what its memory buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warm {
    /// Nowhere: it needs no table.
    Nothing,
    /// To the table.
    Table,
    /// To the table, and to the gateway's callback endpoint where it is known.
    TableAndSockets,
}

/// The context of a function and its secrets, its ways out warmed.
///
/// # Errors
/// If the environment lacks a variable or a value cannot be read: the message names all of them.
pub async fn begin(env: Environment, warm: Warm) -> Result<(Context, Secrets), Error> {
    let posts = warm == Warm::TableAndSockets && env.optional("CALLBACK_URL").is_some();
    let began = (system_clock())();
    let (context, secrets) = Context::of_lambda(env).await?;
    let table = async {
        if warm != Warm::Nothing {
            let _ = context.store.table().probe().await;
        }
    };
    let endpoint = Endpoint::default();
    let sockets = async {
        if posts {
            context.callback.post(&endpoint, NOWHERE, Bytes::from_static(b"{}")).await;
        }
    };
    // What comes back does not matter, only that it came over connections that now stand.
    let _ = tokio::time::timeout(WARM_WITHIN, join(table, sockets)).await;
    context.metrics.forget();
    context.metrics.started(began, context.now());
    Ok((context, secrets))
}

/// Serves a route of the sockets, one event after another, until the environment ends.
///
/// # Errors
/// If the environment is incomplete, or the Lambda runtime fails.
pub async fn socket<H>(warm: Warm, handle: H) -> Result<(), Error>
where
    H: AsyncFn(&Context, &SocketEvent) -> SocketResponse,
{
    let (context, _) = begin(environment(), warm).await?;
    let (context, handle) = (&context, &handle);
    run(service_fn(async move |event: LambdaEvent<SocketEvent>| {
        let response = handle(context, &event.payload).await;
        context.metrics.flush(context.now());
        Ok::<_, Error>(response)
    }))
    .await
}
