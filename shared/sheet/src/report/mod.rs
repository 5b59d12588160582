//! What a sheet says to somebody who does not read its rows: three numbers, one word, and what has changed since last week.
//!
//! [`health`] counts and judges one week, [`since`] compares weeks, [`lines`] says both in sentences. All are pure functions
//! of sheets; the day at which a deadline counts as late comes in with the call.
pub mod health;
pub mod lines;
pub mod since;

pub use health::{Health, Numbers};
pub use since::{Comparison, compare};
