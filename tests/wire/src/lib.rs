//! A client of the protocol, over real sockets and HTTPS: it knows `SPEC.md` and nothing of the server behind an
//! endpoint.
//!
//! # Layout
//! - [`client`]: a socket and what its owner knows; [`replica`]: its fold, held to the order of the log.
//! - [`editor`]: a copy of a document, under Yjs. [`web`]: requests over HTTPS.
//!
//! It owns no rule of the system and repeats none: it folds with `sheet`, and otherwise only speaks and listens. It
//! panics on failure, because every user of it is a test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
pub mod client;
pub mod editor;
pub mod replica;
pub mod web;

pub use client::{Client, Settled};
pub use replica::Replica;

use std::{future::Future, time::Duration};

/// A test that waits longer than this has hung; nothing is timed by it.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// What `wait` comes to; a test that waits in vain fails and says for what.
pub async fn patiently<F: Future>(what: &str, wait: F) -> F::Output {
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(done) => done,
        Err(_) => panic!("waited in vain for {what}"),
    }
}
