//! The one place that runs `yrs`.
//!
//! The library is given only what has passed [`scan`](super::scan), and is still not trusted not to panic on what
//! somebody forged: a panic there is caught and is an answer like any other, so that no room is lost to it. Nothing
//! random goes in: the client id is fixed, and nothing is ever inserted under it.
use super::scan::Clocks;
use std::panic::{AssertUnwindSafe, catch_unwind};
use yrs::{
    Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, Update, block::ClientID,
    updates::decoder::Decode,
};

/// Why bytes that look like updates make no document.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Broken {
    /// The library refused, or panicked.
    #[error("it does not make a document")]
    Unreadable,
    /// Something it builds on is not there.
    #[error("something it builds on is not there")]
    Incomplete,
}

/// What `work` says of the document that `updates` make.
fn with<'a, T>(updates: impl Iterator<Item = &'a [u8]>, work: impl FnOnce(&Doc) -> T) -> Result<T, Broken> {
    let made = catch_unwind(AssertUnwindSafe(|| {
        let doc = Doc::with_options(Options {
            offset_kind: OffsetKind::Utf16,
            skip_gc: false,
            cleanup_formatting: false,
            ..Options::with_guid_and_client_id("cyclesheet".into(), ClientID::new(1))
        });
        {
            let mut transaction = doc.transact_mut();
            for update in updates {
                let update = Update::decode_v1(update).map_err(|_| Broken::Unreadable)?;
                transaction.apply_update(update).map_err(|_| Broken::Unreadable)?;
            }
        }
        if doc.transact().has_missing_updates() {
            return Err(Broken::Incomplete);
        }
        Ok(work(&doc))
    }));
    made.unwrap_or(Err(Broken::Unreadable))
}

/// Do the updates make a document?
pub(crate) fn verify<'a>(updates: impl Iterator<Item = &'a [u8]>) -> Result<(), Broken> {
    with(updates, |_| ())
}

/// The updates as one, without what is deleted.
pub(crate) fn merged<'a>(updates: impl Iterator<Item = &'a [u8]>) -> Result<Vec<u8>, Broken> {
    with(updates, |doc| doc.transact().encode_state_as_update_v1(&StateVector::default()))
}

/// What a replica that knows `clocks` lacks.
pub(crate) fn since<'a>(updates: impl Iterator<Item = &'a [u8]>, clocks: &Clocks) -> Result<Vec<u8>, Broken> {
    let known = clocks.iter().map(|(client, clock)| (ClientID::new(*client), *clock as u32)).collect();
    with(updates, |doc| doc.transact().encode_state_as_update_v1(&StateVector::new(known)))
}
