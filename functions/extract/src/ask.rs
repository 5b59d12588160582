//! The model, behind a narrow trait.
use extraction::{
    cohere::{Answer, Client, Failure, Transport},
    outside::Pause,
    prompt::Prompt,
};
use futures::future::BoxFuture;

/// Somebody to ask.
pub trait Ask: Send + Sync {
    /// Asks, with at most `attempts` calls; what came back, and how many calls it took.
    fn ask<'a>(&'a self, prompt: &'a Prompt, attempts: u32) -> BoxFuture<'a, (Result<Answer, Failure>, u32)>;
}

impl<T: Transport, P: Pause> Ask for Client<T, P> {
    fn ask<'a>(&'a self, prompt: &'a Prompt, attempts: u32) -> BoxFuture<'a, (Result<Answer, Failure>, u32)> {
        Box::pin(self.ask_counted(prompt, attempts))
    }
}
