//! The domain of Cyclesheet: what a sheet is, what may change it, and what a log of changes folds to.
//!
//! # Layout
//! - [`name`], [`week`]: the words of a key: tenant, team, user, cycle, change id.
//! - [`column`]: the nine columns and what may be in each.
//! - [`doc`]: documents, the rich text that people type into together.
//! - [`model`]: the sheet as clients see it; [`position`]: the order of its rows.
//! - [`op`], [`change`], [`role`], [`entry`]: what is asked for, who asked, and how it is in the log.
//! - [`ledger`]: what the fold remembers beside the sheet: sequences, rates, denials, the lease.
//! - [`sentences`]: what refusals say, shared with clients.
//! - [`check`]: may this change be committed? Decides at commit time; may grow stricter.
//! - [`apply`]: what a committed change does. Total: every committed change folds, in every release alike.
//! - [`planted`]: faults for a simulation to find; nothing of it in a release.
//! - [`stated`]: what people state about a week as a whole: its health word, views with a name.
//! - `invariant`: assertions of the numbered invariants, on in tests and simulations.
//! - [`report`]: what a week says in three numbers and one word, and what has changed since the week before.
//! - [`erase`]: a person's words and name out of a log whose chain still holds.
//! - [`export`]: CSV, Markdown, JSON. [`canonical`], [`chain`]: bytes to compare and the hash chain over the stored ones.
//!
//! This crate owns every decision about the domain. It never does I/O, never asks for the time or for
//! randomness, knows no AWS type and is not async: time, ids and authors come in with the change.
#![warn(clippy::missing_errors_doc)]
pub mod apply;
pub mod canonical;
pub mod carry;
pub mod chain;
pub mod change;
pub mod check;
pub mod column;
pub mod constants;
pub mod doc;
mod docs;
pub mod entry;
pub mod erase;
pub mod export;
mod invariant;
pub mod ledger;
pub mod limits;
mod merge;
pub mod model;
pub mod name;
pub mod op;
mod place;
pub mod planted;
pub mod position;
pub mod refusal;
pub mod report;
pub mod role;
pub mod sentences;
pub mod state;
pub mod stated;
pub mod time;
pub mod week;

pub use change::{Author, Change};
pub use check::{Verdict, check};
pub use column::Column;
pub use doc::DocName;
pub use entry::{EntryError, LogEntry};
pub use merge::normalised as normalised_title;
pub use model::{Cell, Row, Sheet};
pub use name::{
    ChangeId, ClientId, CommentId, CycleKey, LeaseHolder, Name, NameError, ReplyId, RowId, ViewId,
};
pub use op::Op;
pub use refusal::{Code, Refusal};
pub use role::Role;
pub use state::State;
pub use time::TimestampMs;
pub use week::{Week, WeekSpan};
