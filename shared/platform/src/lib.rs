//! What every function stands on.
//!
//! # Layout
//! - [`bootstrap`]: what every function's `main` is.
//! - [`config`]: the environment, read once at start-up; a missing or bad variable is named and stops it.
//! - [`clients`]: AWS clients with timeouts and short backoff. [`secrets`]: secrets, read once.
//! - [`identity`]: who somebody is, from a token or from the connection. [`admission`]: of which teams, and as what. [`room`]: may they enter, and which room.
//! - [`event`]: the gateway's events, as far as we need them.
//! - [`callback`]: one post to one socket. [`broadcast`]: notifying a room. [`changes`]: a change into the log and to the room.
//! - [`members`]: removal and return. [`roles`]: roles that are set. [`membership`]: either, as changes want it.
//! - `mentions`: delivery of mentions. [`rates`]: frames a socket may send.
//! - [`invoke`]: asking for an extraction.
//! - [`telemetry`]: JSON logs. [`metrics`]: figures, in lines of the same log. [`context`]: all of it together, as handlers get it.
//!
//! This crate owns everything between a handler and the outside that is not the table. It decides nothing about a
//! sheet. Time and randomness enter the system here, as values of [`context::Context`], and nowhere else.
#![warn(clippy::cast_possible_truncation, clippy::missing_errors_doc)]
pub mod admission;
pub mod bootstrap;
pub mod broadcast;
pub mod callback;
pub mod changes;
pub mod clients;
mod commit;
pub mod config;
pub mod context;
pub mod event;
pub mod identity;
pub mod invoke;
pub mod jwks;
pub mod members;
pub mod membership;
mod mentions;
pub mod metrics;
pub mod rates;
pub mod roles;
pub mod room;
pub mod secrets;
pub mod telemetry;

pub use context::Context;
pub use identity::Identity;
