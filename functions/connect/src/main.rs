//! The bootstrap: reads the environment, then handles.
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use platform::{Context, config::Environment, event::SocketEvent, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let env = Environment::of_process();
    telemetry::begin(env.optional("LOG_LEVEL").as_deref());
    let (context, _) = Context::of_lambda(env).await?;
    let context = &context;
    run(service_fn(async |event: LambdaEvent<SocketEvent>| {
        Ok::<_, Error>(cyclesheet_connect::handle(context, &event.payload).await)
    }))
    .await
}
