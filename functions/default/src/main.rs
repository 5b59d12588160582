//! The bootstrap: reads the environment, then handles.
// The SDK's futures nest deeply, and a handler holds those of every frame type.
#![recursion_limit = "256"]
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use platform::{Context, config::Environment, event::SocketEvent, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let env = Environment::of_process();
    telemetry::begin(env.optional("LOG_LEVEL").as_deref());
    let (context, _) = Context::of_lambda(env).await?;
    let context = &context;
    run(service_fn(async |event: LambdaEvent<SocketEvent>| {
        Ok::<_, Error>(cyclesheet_default::handle(context, &event.payload).await)
    }))
    .await
}
