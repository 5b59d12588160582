//! What is done to documents and save points. Total; the sheet's part depends on the sheet and the change alone.
use crate::{
    change::{Change, SYSTEM_ID},
    doc::{Bytes, DocEntry, DocName, RemovedDoc, SavePoint},
    limits::{MAX_REMOVED_DOC_BYTES, MAX_REMOVED_DOCS},
    model::Sheet,
    name::RowId,
    state::State,
};
use std::cmp::Reverse;

/// One update: what the sheet says of the document.
pub(crate) fn update(sheet: &mut Sheet, change: &Change, doc: &DocName, update: &Bytes) {
    if !sheet.has_place(doc) {
        return;
    }
    let by_person = change.author.id.as_str() != SYSTEM_ID;
    let entry = DocEntry::followed(sheet.docs.get(doc), &update.0, change.version, by_person);
    sheet.docs.insert(doc.clone(), entry);
    // A row that was inserted again under an old id begins a new note.
    sheet.removed.docs.remove(doc);
}

/// A row's note leaves with it, and is remembered for as long as it may come back.
pub(crate) fn bury(sheet: &mut Sheet, change: &Change, task_id: &RowId) {
    let doc = DocName::notes(task_id);
    match sheet.docs.remove(&doc) {
        Some(entry) => {
            sheet.removed.docs.insert(doc, RemovedDoc { entry, removed_at: change.version });
        }
        None => drop(sheet.removed.docs.remove(&doc)),
    }
    let mut latest: Vec<(&DocName, &RemovedDoc)> = sheet.removed.docs.iter().collect();
    latest.sort_by_key(|(doc, gone)| (Reverse(gone.removed_at), *doc));
    let mut bytes = 0;
    let stays = |(n, (_, gone)): (usize, &(&DocName, &RemovedDoc))| {
        bytes += gone.entry.bytes;
        n < MAX_REMOVED_DOCS && (n == 0 || bytes <= MAX_REMOVED_DOC_BYTES)
    };
    let kept = latest.iter().enumerate().map(stays).take_while(|stays| *stays).count();
    if kept < latest.len() {
        let kept = latest[..kept].iter().map(|(doc, gone)| ((*doc).clone(), (*gone).clone())).collect();
        sheet.removed.docs = kept;
    }
}

/// A row that is restored unchanged brings its note; one inserted again under its id does not.
pub(crate) fn unbury(sheet: &mut Sheet, task_id: &RowId, restored: bool) {
    let doc = DocName::notes(task_id);
    if let Some(gone) = sheet.removed.docs.remove(&doc)
        && restored
    {
        sheet.docs.insert(doc, gone.entry);
    }
}

/// A version gets a name; the first one that a change gives counts.
pub(crate) fn add_save_point(sheet: &mut Sheet, change: &Change, name: &str) {
    sheet.save_points.entry(change.version).or_insert_with(|| SavePoint {
        name: name.into(),
        version: change.version,
        author: change.author.id.clone(),
        at: change.at,
    });
}

/// The bytes of one update, after the sheet has taken it.
pub(crate) fn append(state: &mut State, doc: &DocName, update: &Bytes) {
    let Some(entry) = state.sheet.docs.get(doc) else { return };
    let mut document = match state.documents.get(doc) {
        Some(document) if entry.updates > 1 => crate::doc::Document::clone(document),
        _ => crate::doc::Document::default(),
    };
    document.push(update.clone());
    state.documents.insert(doc.clone(), document.into());
}

/// Drops the bytes of documents that are neither in the sheet nor may come back.
pub(crate) fn prune(state: &mut State) {
    let State { sheet, documents, .. } = state;
    if documents.len() > sheet.docs.len() + sheet.removed.docs.len() {
        let stays = |doc: &DocName| sheet.docs.contains_key(doc) || sheet.removed.docs.contains_key(doc);
        let stay = documents.iter().filter(|(doc, _)| stays(doc));
        *documents = stay.map(|(doc, document)| (doc.clone(), document.clone())).collect();
    }
}
