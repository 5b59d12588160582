//! The harness of the protocol tests: the whole system in one process, clients of it, and faults at its edges.
//!
//! # Layout
//! - [`world`]: a running stack on a clock that tests move. [`people`]: who its people are, and their tokens.
//! - [`client`]: a reference client over a real socket; [`replica`]: its fold, held to the order of the log.
//! - [`editor`]: a copy of a document, under Yjs.
//! - [`faults`]: the DynamoDB connector that loses, refuses, holds and counts. [`posts`]: the same for posts.
//! - [`log`]: the log as it stands in the table, its chain verified.
//! - [`web`]: requests to `/api`. [`process`]: the real command as a process. [`asked`]: a model with a script.
//!
//! It owns no rule of the system and repeats none: it folds with `sheet`, and otherwise only speaks and listens.
//! A harness fails a test by panicking, so it may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
pub mod asked;
pub mod client;
pub mod editor;
pub mod faults;
pub mod log;
pub mod people;
pub mod posts;
pub mod process;
pub mod replica;
pub mod web;
pub mod world;

pub use client::{Client, Settled};
pub use faults::{Call, Fault, Faults};
pub use people::{Who, who};
pub use posts::Posts;
pub use replica::Replica;
pub use world::{NEXT_WEEK, START_MS, THIS_WEEK, World};

use std::{future::Future, time::Duration};

/// A test that waits longer than this has hung; nothing is timed by it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What `wait` comes to; a test that waits in vain fails and says for what.
pub async fn patiently<F: Future>(what: &str, wait: F) -> F::Output {
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(done) => done,
        Err(_) => panic!("waited in vain for {what}"),
    }
}
