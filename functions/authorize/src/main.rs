//! The bootstrap: reads the environment, then authorizes.
use cyclesheet_authorize::Authorizer;
use lambda_runtime::{LambdaEvent, run, service_fn};
use platform::{
    bootstrap::{self, Error, Warm},
    event::SocketEvent,
    identity::Verifier,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = bootstrap::environment();
    let ((rules, source), origins) = (env.tokens(), env.origins());
    let (context, secrets) = bootstrap::begin(env, Warm::Nothing).await?;
    let authorizer = Authorizer { verifier: Verifier::new(rules, source.keys(&secrets).await?), origins };
    let (authorizer, context) = (&authorizer, &context);
    run(service_fn(async |event: LambdaEvent<SocketEvent>| authorizer.handle(context, &event.payload).await))
        .await
}
