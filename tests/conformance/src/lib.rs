//! The rules of `shared/protocol/SPEC.md`, asked of an endpoint by URL.
//!
//! Every rule has an entry in [`rules::RULES`]: a check that plays it over sockets and HTTPS, or the reason why no
//! endpoint can show it from outside and where it is tested instead. A rule is *shown*, *refuted* or *not shown here*;
//! what is not shown is never counted as passed.
//!
//! # Layout
//! - [`endpoint`]: where it is, who its people are, how they get tokens.
//! - [`rules`]: one function a rule, one file a chapter of the specification.
//! - [`run`]: plays them, and what came out.
//!
//! It writes into one room, the next week of the team it is given, under names of its own, and takes its rows out again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![recursion_limit = "256"]
pub mod endpoint;
pub mod rules;
pub mod run;

pub use endpoint::{Endpoint, Person, Setup, TokenWay, Tokens, tokens_by_command};
pub use run::{Outcome, Report, run};
