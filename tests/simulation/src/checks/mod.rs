//! What must hold, checked without the code under test: from raw items, from frames as they leave, from what clients saw.
//!
//! - [`history`]: one cycle's log and record, read by a second hand; its chain, its ids, its authors, its leases.
//! - [`cells`]: the values of its cells, folded independently.
//! - [`texts`]: its documents, by Yjs from the log's updates alone.
//! - `judge`: writes as they land, frames and answers as they leave.
//! - `finale`: what is left when all is quiet.
pub mod cells;
mod finale;
pub mod history;
mod judge;
pub mod texts;

pub(crate) use judge::cycle_of;
