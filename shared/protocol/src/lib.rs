//! The wire: frames in both encodings, their limits, and `SPEC.md` with the rules.
//!
//! # Layout
//! - [`client`]: what a client says, as JSON; [`human`]: the same for terminals and logs.
//! - [`server`]: what the server says.
//! - [`http`]: the endpoints of the HTTP API and the shapes of their answers.
//! - [`limits`]: sizes and rates, with their reasons; [`times`]: how long a client waits, and why.
//!
//! This crate owns the bytes on the wire and nothing else: it never does I/O and decides nothing about a sheet.
#![warn(clippy::missing_errors_doc)]
pub mod client;
pub mod http;
pub mod human;
pub mod limits;
pub mod server;
pub mod times;

pub use client::{ClientFrame, Unreadable, read};
pub use server::ServerFrame;

/// The version of the protocol, raised for breaking changes only.
pub const PROTOCOL_VERSION: u32 = 1;
/// The subprotocol a client offers and the server answers.
pub const SUBPROTOCOL: &str = "cyclesheet.v1";
/// The prefix of the subprotocol that carries the token; never answered.
pub const BEARER_SUBPROTOCOL: &str = "bearer.";
