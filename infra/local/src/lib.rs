//! The whole of Cyclesheet in one process: the very same handlers that the bootstraps call.
//!
//! # Layout
//! - [`stack`]: everything wired together; what `cyclesheet dev` and the tests start.
//! - [`database`]: the embedded DynamoDB behind the AWS SDK.
//! - [`hosts`]: the host names that are answered. `folder`: the data folder. `durable`: its syncs.
//! - [`sockets`]: the gateway's routes to the functions, and posts back to the gateway.
//! - [`backup`]: copies of the database, and the way back from one. [`signin`]: what an issuer says of itself.
//! - [`web`]: the page (`page`: the one in this program), its configuration, and `/api` to the `http` function.
//! - [`schedule`]: the weekly run. [`tokens`]: tokens of the local issuer. [`sample`]: the sample weeks and their people.
//!
//! Only what AWS would provide is replaced here, and only at its edge: the HTTP connector under the DynamoDB client, the
//! gateway, the scheduler. This crate decides nothing about a sheet and is part of no deployment.
pub mod backup;
pub mod database;
mod durable;
mod folder;
pub mod hosts;
mod page;
pub mod sample;
pub mod schedule;
pub mod signin;
pub mod sockets;
pub mod stack;
pub mod tokens;
pub mod web;

pub use stack::{Options, Stack};
