//! The one place that runs `yrs`.
//!
//! The library is given only what has passed [`scan`](super::scan), and is still not trusted not to panic on what
//! somebody forged: a panic there is caught and is an answer like any other, so that no room is lost to it. Nothing
//! random goes in: client ids are given.
use super::{markdown, naming, scan::Clocks};
use crate::name::Name;
use std::panic::{AssertUnwindSafe, catch_unwind};
use yrs::{
    Doc, OffsetKind, Options, ReadTxn, StateVector, Transact, Update, XmlElementPrelim, XmlFragment,
    XmlTextPrelim, block::ClientID, types::xml::XmlIn, updates::decoder::Decode,
};

/// The root in which the editor keeps its text.
const EDITORS_ROOT: &str = "default";
/// The client id under which nothing is ever inserted.
const NOBODY: u64 = 1;

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
fn with<'a, T>(
    updates: impl Iterator<Item = &'a [u8]>,
    client: u64,
    work: impl FnOnce(&Doc) -> T,
) -> Result<T, Broken> {
    let made = catch_unwind(AssertUnwindSafe(|| {
        let doc = Doc::with_options(Options {
            offset_kind: OffsetKind::Utf16,
            skip_gc: false,
            cleanup_formatting: false,
            ..Options::with_guid_and_client_id("cyclesheet".into(), ClientID::new(client))
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

/// Returns whether the updates make a document.
pub(crate) fn verify<'a>(updates: impl Iterator<Item = &'a [u8]>) -> Result<(), Broken> {
    with(updates, NOBODY, |_| ())
}

/// The updates as one, without what is deleted.
pub(crate) fn merged<'a>(updates: impl Iterator<Item = &'a [u8]>) -> Result<Vec<u8>, Broken> {
    with(updates, NOBODY, |doc| doc.transact().encode_state_as_update_v1(&StateVector::default()))
}

/// What a replica that knows `clocks` lacks.
pub(crate) fn since<'a>(updates: impl Iterator<Item = &'a [u8]>, clocks: &Clocks) -> Result<Vec<u8>, Broken> {
    let known = clocks.iter().map(|(client, clock)| (ClientID::new(*client), *clock as u32)).collect();
    with(updates, NOBODY, |doc| doc.transact().encode_state_as_update_v1(&StateVector::new(known)))
}

/// The text in the editor's fragment, as Markdown.
pub(crate) fn markdown<'a>(updates: impl Iterator<Item = &'a [u8]>) -> Result<String, Broken> {
    with(updates, NOBODY, |doc| {
        let fragment = doc.get_or_insert_xml_fragment(EDITORS_ROOT);
        markdown::lines(&doc.transact(), &fragment).join("\n")
    })
}

/// The words around each person's name; none: they are not named.
pub(crate) fn naming<'a>(
    updates: impl Iterator<Item = &'a [u8]>,
    users: &[&Name],
) -> Result<Vec<Option<String>>, Broken> {
    with(updates, NOBODY, |doc| {
        let fragment = doc.get_or_insert_xml_fragment(EDITORS_ROOT);
        let reading = doc.transact();
        users.iter().map(|user| naming::around(&reading, &fragment, user)).collect()
    })
}

/// Returns the update by which `client` replaces the content of the editor's fragment with paragraphs, one a line.
pub(crate) fn rewritten<'a>(
    updates: impl Iterator<Item = &'a [u8]>,
    client: u64,
    text: &str,
) -> Result<Vec<u8>, Broken> {
    with(updates, client, |doc| {
        let fragment = doc.get_or_insert_xml_fragment(EDITORS_ROOT);
        let mut writing = doc.transact_mut();
        let before = fragment.len(&writing);
        if before > 0 {
            fragment.remove_range(&mut writing, 0, before);
        }
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words = XmlIn::from(XmlTextPrelim::new(line));
            fragment.push_back(&mut writing, XmlElementPrelim::new("paragraph", [words]));
        }
        writing.encode_update_v1()
    })
}
