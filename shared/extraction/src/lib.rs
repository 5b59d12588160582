//! From a week of messages to the rows of a sheet.
//!
//! ```text
//! source    messages of Slack, the inbox, exports and JSON Lines, decoded (files, and one API)
//! message   one message, its number m1…                                  (pure)
//! said      what an author says: no links, no code, no quotations         (pure)
//! talk      what is small talk and what is work                          (pure)
//! prompt    what the model is asked                                      (pure)
//! outside   time, chance and secrets, as the clients are handed them
//! cohere    the client that asks                                         (network; clock and chance handed in)
//! answer    the tolerant parser: whatever a model wrote → rows           (pure, total, linear)
//! fallback  rows without a model: one per thread                         (pure)
//! ladder    answer, second question or fallback                          (pure)
//! fake      local servers of Cohere's and of Slack's shape, an export    (feature `fake`)
//! ```
//!
//! Owns how messages are read, what is asked, and how an answer becomes cells that `sheet` accepts.
//! Never commits anything, never reads a table, and has no clock and no randomness of its own.
#![warn(clippy::missing_errors_doc)]

pub mod answer;
pub mod cohere;
#[cfg(feature = "fake")]
pub mod fake;
#[cfg(feature = "fake")]
pub mod fake_export;
#[cfg(feature = "fake")]
pub mod fake_slack;
pub mod fallback;
pub mod ladder;
pub mod message;
pub mod outside;
pub mod prompt;
mod said;
pub mod source;
pub mod talk;
