//! The harness of the protocol tests: the whole system in one process, clients of it, and faults at its edges.
//!
//! # Layout
//! - [`world`]: a running stack on a clock that tests move. [`people`]: who its people are, and their tokens.
//! - [`client`], [`replica`], [`editor`]: the reference client of `tests/wire`.
//! - [`faults`]: the DynamoDB connector that loses, refuses, holds and counts. [`posts`]: the same for posts.
//! - [`log`]: the log as stored in the table, its chain verified. [`items`]: keys of stored items.
//! - [`weekly`]: runs of the extraction. [`web`]: requests to `/api`. [`process`]: the real command as a process. [`asked`]: a model with a script.
//!
//! It owns no rule of the system and repeats none: it folds with `sheet`, and otherwise only speaks and listens.
//! A harness fails a test by panicking, so it may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
pub mod asked;
pub mod faults;
pub mod items;
pub mod log;
pub mod people;
pub mod posts;
pub mod process;
pub mod web;
pub mod weekly;
pub mod world;

pub use faults::{Call, Fault, Faults};
pub use people::{Who, who};
pub use posts::Posts;
pub use wire::{Client, PATIENCE, Replica, Settled, client, editor, patiently, replica};
pub use world::{NEXT_WEEK, START_MS, THIS_WEEK, World};
