//! The bootstrap: reads the environment, then answers.
#![recursion_limit = "256"]
use bytes::Bytes;
use cyclesheet_http::{Api, REQUEST_ID};
use lambda_http::{
    Body, IntoResponse, Request, RequestExt, Response, http::HeaderValue, request::RequestContext, run,
    service_fn,
};
use platform::{
    bootstrap::{self, Error, Warm},
    broadcast::Endpoint,
    identity::Verifier,
};
use std::{
    future::{Future, ready},
    pin::Pin,
};

/// An answer that is what it should be on the wire. The crate's own conversion decodes texts, which takes the byte order
/// mark off a CSV file, and a spreadsheet program then misreads every name with an accent.
struct AsItIs(Response<Bytes>);

impl IntoResponse for AsItIs {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        let body = |bytes: Bytes| match String::from_utf8(bytes.to_vec()) {
            Ok(text) => Body::Text(text),
            Err(compressed) => Body::Binary(compressed.into_bytes()),
        };
        Box::pin(ready(self.0.map(body)))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = bootstrap::environment();
    // Events of HTTP routes do not say where the sockets are.
    env.required("CALLBACK_URL");
    let ((rules, source), membership) = (env.tokens(), env.membership());
    let (context, secrets) = bootstrap::begin(env, Warm::TableAndSockets).await?;
    let verifier = Verifier::new(rules, source.keys(&secrets).await?).with(membership);
    let api = Api { verifier, endpoint: Endpoint::default() };
    let (api, context) = (&api, &context);
    run(service_fn(async |request: Request| {
        let id = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(known)) => known.request_id.clone(),
            _ => None,
        };
        let mut request = request.map(|body| Bytes::from(body.to_vec()));
        // The gateway's name for the request, in place of one that its sender may have given.
        request.headers_mut().remove(REQUEST_ID);
        if let Some(Ok(id)) = id.as_deref().map(HeaderValue::from_str) {
            request.headers_mut().insert(REQUEST_ID, id);
        }
        let response: Response<Bytes> = api.handle(context, &request).await;
        context.metrics.flush(context.now());
        Ok::<_, Error>(AsItIs(response))
    }))
    .await
}
