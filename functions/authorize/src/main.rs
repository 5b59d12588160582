//! The bootstrap: reads the environment, then authorizes.
use cyclesheet_authorize::Authorizer;
use lambda_runtime::{LambdaEvent, run, service_fn};
use platform::{
    admission::Membership,
    bootstrap::{self, Error, Warm},
    event::SocketEvent,
    identity::Verifier,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = bootstrap::environment();
    let ((rules, source), membership, origins) = (env.tokens(), env.membership(), env.origins());
    let warm = if membership == Membership::Directory { Warm::Table } else { Warm::Nothing };
    let (context, secrets) = bootstrap::begin(env, warm).await?;
    let verifier = Verifier::new(rules, source.keys(&secrets).await?).with(membership);
    let authorizer = Authorizer { verifier, origins };
    let (authorizer, context) = (&authorizer, &context);
    run(service_fn(async |event: LambdaEvent<SocketEvent>| {
        let answer = authorizer.handle(context, &event.payload).await;
        context.metrics.flush(context.now());
        answer
    }))
    .await
}
