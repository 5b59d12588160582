//! The bootstrap: reads the environment, then extracts.
#![recursion_limit = "256"]
use cyclesheet_extract::{Event, Extractor, ask::Ask};
use extraction::{
    cohere::{CALL_TIMEOUT, Client, DEFAULT_BASE_URL, DEFAULT_MODEL, HttpTransport},
    outside::{SecretString, TokioPause},
    source::slack_api,
};
use lambda_runtime::{LambdaEvent, run, service_fn};
use platform::{
    bootstrap::{self, Error, Warm},
    broadcast::Endpoint,
};
use sheet::model::Origin;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = bootstrap::environment();
    // Events of a schedule do not say where the sockets are.
    env.required("CALLBACK_URL");
    let secret = env.optional("COHERE_SECRET_ARN");
    let base_url = env.optional("COHERE_BASE_URL").unwrap_or_else(|| DEFAULT_BASE_URL.into());
    let model = env.optional("COHERE_MODEL").unwrap_or_else(|| DEFAULT_MODEL.into());
    let slack_base_url = env.optional("SLACK_BASE_URL").unwrap_or_else(|| slack_api::DEFAULT_BASE_URL.into());
    let page_url = env.optional("PAGE_URL");
    let (context, secrets) = bootstrap::begin(env, Warm::TableAndSockets).await?;
    let asked: Option<Arc<dyn Ask>> = match secret {
        None => None,
        Some(arn) => {
            let key = SecretString::from(secrets.get(&arn).await?);
            let transport = HttpTransport::new(&base_url, key, CALL_TIMEOUT)?;
            let random = context.random.clone();
            let chance = move || random() as f64 / u64::MAX as f64;
            Some(Arc::new(Client::new(transport, TokioPause(chance), model)))
        }
    };
    let extractor = Extractor {
        model: asked,
        origin: Origin::Model,
        endpoint: Endpoint::default(),
        slack_base_url,
        page_url,
        metrics: context.metrics.clone(),
    };
    let (extractor, context) = (&extractor, &context);
    run(service_fn(async |event: LambdaEvent<Event>| {
        let done = extractor.handle(context, event.payload).await;
        context.metrics.flush(context.now());
        done.map_err(|error| {
            tracing::error!(%error, code = error.code(), "the run did not end");
            Error::from(error)
        })
    }))
    .await
}
