//! The wire: frames in both encodings, their limits, and `SPEC.md` with the rules.
//!
//! # Layout
//! - [`client`]: what a client says, as JSON; [`human`]: the same for terminals and logs.
//! - [`server`]: what the server says.
//! - [`limits`]: sizes and rates, with their reasons.
//!
//! This crate owns the bytes on the wire and nothing else: it never does I/O and decides nothing about a sheet.
pub mod client;
pub mod human;
pub mod limits;
pub mod server;

pub use client::{ClientFrame, Unreadable, read};
pub use server::ServerFrame;

/// The version of the protocol, raised for breaking changes only.
pub const PROTOCOL_VERSION: u32 = 1;
/// The subprotocol a client offers and the server answers.
pub const SUBPROTOCOL: &str = "cyclesheet.v1";
/// The prefix of the subprotocol that carries the token; never answered.
pub const BEARER_SUBPROTOCOL: &str = "bearer.";
