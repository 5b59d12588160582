//! Simulated rooms of the Rust client, and what is recorded in them: the traces that the TypeScript client is held to.
//!
//! # Layout
//! [`world`] is a small simulated room, [`page`] what is recorded there, [`trace`] the world of a seed. The machine itself is `cyclesheet_client::Machine`.
//!
//! The simulation of the whole system (`tests/simulation`) has a client of its own, written from SPEC.md: there, independence is the
//! point.
pub mod page;
pub mod trace;
pub mod world;
