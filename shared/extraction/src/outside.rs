//! What the clients of other services are handed: time, chance and secrets. A simulation hands in its own.
use std::{future::Future, time::Duration};

pub use secrecy::SecretString;

/// Time and chance.
pub trait Pause: Send + Sync {
    /// Returns after `duration`.
    fn wait(&self, duration: Duration) -> impl Future<Output = ()> + Send;
    /// A number from 0 to 1, for jitter.
    fn chance(&self) -> f64;
}

/// [`Pause`] on Tokio's clock, with chance from the caller.
pub struct TokioPause<F: Fn() -> f64 + Send + Sync>(pub F);

impl<F: Fn() -> f64 + Send + Sync> Pause for TokioPause<F> {
    async fn wait(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn chance(&self) -> f64 {
        (self.0)()
    }
}
