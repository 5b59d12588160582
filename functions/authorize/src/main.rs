//! The bootstrap: reads the environment, then authorizes.
use cyclesheet_authorize::Authorizer;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use platform::{Context, config::Environment, event::SocketEvent, identity::Verifier, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = Environment::of_process();
    telemetry::begin(env.optional("LOG_LEVEL").as_deref());
    let ((rules, source), origins) = (env.tokens(), env.origins());
    let (context, secrets) = Context::of_lambda(env).await?;
    let authorizer = Authorizer { verifier: Verifier::new(rules, source.keys(&secrets).await?), origins };
    let (authorizer, context) = (&authorizer, &context);
    run(service_fn(async |event: LambdaEvent<SocketEvent>| authorizer.handle(context, &event.payload).await))
        .await
}
