//! A model with a script: the client of Cohere's API against a local server of its shape, without waiting.
use cyclesheet_extract::ask::Ask;
use extraction::{
    cohere::{Client, HttpTransport},
    fake::{FakeCohere, Mode},
    outside::{Pause, SecretString},
};
use std::{sync::Arc, time::Duration};

/// Waits are not waited.
struct NoPause;

impl Pause for NoPause {
    async fn wait(&self, _: Duration) {}

    fn chance(&self) -> f64 {
        0.5
    }
}

/// A server that answers by `modes`, and the client that asks it with `timeout` a call.
pub async fn model(modes: impl IntoIterator<Item = Mode>, timeout: Duration) -> (FakeCohere, Arc<dyn Ask>) {
    let server = FakeCohere::start(modes).await.unwrap();
    let transport =
        HttpTransport::new(server.base_url(), SecretString::from("a key".to_owned()), timeout).unwrap();
    let client: Arc<dyn Ask> = Arc::new(Client::new(transport, NoPause, "command-a-03-2025"));
    (server, client)
}
