//! Cycles in DynamoDB: the log, its records, the connection map.
//!
//! # Layout
//! - `keys`: the one table's keys. [`table`]: calls to it, and what their failures mean. Both are this crate's alone.
//! - [`log`]: entries put and read. [`record`]: the folded state and its chunks.
//! - [`cycle`]: the commit. [`room`]: one cycle in this process, its fold and its queue. [`cache`]: bounded by bytes.
//! - `roster`: the recipients of a broadcast, kept. [`connections`]: who is connected where. [`directory`]: teams, members, cycles, denials. [`roles`], [`teams`]: what was set about members.
//! - [`past`]: the state at an earlier version. `weeks`: the sheets of the weeks before one.
//! - [`inbox`]: messages that were pushed. [`mentions`]: unread mentions. [`direct`]: those that are to be sent. [`raw`]: messages and answers.
//! - [`erase`]: takes a person out; the one place that rewrites log entries.
//! - [`postings`]: posts that are made once. [`looks`]: reads of the sources without a lease.
//!
//! This crate owns every read and write of the table. It decides nothing about a sheet (that is `sheet`), sends
//! nothing to anybody (that is `platform`), never asks for the time and never makes up a random number: both come in.
//!
//! Two rules hold everywhere. Log entries are never deleted or rewritten (an erasure takes words out of them, and
//! leaves versions and hashes), so a stale fold's put meets a taken slot. A
//! stale fold may put, but never answer: every answer to a client follows a strongly consistent read.
#![warn(clippy::cast_possible_truncation, clippy::missing_errors_doc)]
pub mod cache;
pub mod connections;
pub mod cycle;
pub mod direct;
pub mod directory;
pub mod erase;
pub mod inbox;
mod keys;
pub mod log;
pub mod looks;
pub mod mentions;
pub mod past;
pub mod postings;
pub mod raw;
pub mod record;
pub mod roles;
pub mod room;
mod roster;
pub mod table;
pub mod teams;
mod weeks;

pub use connections::{Connection, Recipient, UserConnection};
pub use cycle::{Store, StoreConfig};
pub use room::{Committed, Folded, Outcome, Proposal};
pub use table::{StoreError, Table};
