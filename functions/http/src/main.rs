//! The bootstrap: reads the environment, then answers.
#![recursion_limit = "256"]
use bytes::Bytes;
use cyclesheet_http::Api;
use lambda_http::{Body, Request, Response, run, service_fn};
use platform::{
    bootstrap::{self, Error, Warm},
    broadcast::Endpoint,
    identity::Verifier,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = bootstrap::environment();
    // Events of HTTP routes do not say where the sockets are.
    env.required("CALLBACK_URL");
    let (rules, source) = env.tokens();
    let (context, secrets) = bootstrap::begin(env, Warm::TableAndSockets).await?;
    let api =
        Api { verifier: Verifier::new(rules, source.keys(&secrets).await?), endpoint: Endpoint::default() };
    let (api, context) = (&api, &context);
    run(service_fn(async |request: Request| {
        let request = request.map(|body| Bytes::from(body.to_vec()));
        let response: Response<Bytes> = api.handle(context, &request).await;
        Ok::<_, Error>(response.map(|body| Body::Binary(body.to_vec())))
    }))
    .await
}
