//! Decides whether an update may go into a document, and whether a version may get a name.
//!
//! An update is looked at three times: its structure and bounds without the library, what it builds on against what
//! the log holds, and then, once per document and change, whether the library makes a document of the whole.
use super::rows::{open_row, refuse};
use crate::{
    change::Change,
    doc::{
        Bytes, DocName, Document,
        depth::Runs,
        document::merged_steps,
        order::Order,
        scan::{Scan, Unfit},
        yjs::Broken,
    },
    limits::{
        MAX_DOC_BYTES, MAX_DOC_DEPTH, MAX_DOC_STEPS, MAX_DOC_STRUCTS, MAX_SAVE_POINT_CODE_POINTS,
        MAX_SAVE_POINTS, MAX_UPDATE_BYTES,
    },
    refusal::{Code, Refusal},
    role::Role,
    sentences,
    state::State,
};
use serde_json::json;
use std::collections::BTreeMap;

/// The documents that a change types into, with what it has typed so far. Each one's structure is read once a change,
/// however many updates of it the change holds.
#[derive(Default)]
pub(crate) struct Typed(BTreeMap<DocName, Typing>);

struct Typing {
    /// Updates of the document that are in it: a document that began again meanwhile has another number.
    updates: u64,
    runs: Runs,
    order: Order,
}

impl Typed {
    fn of(&mut self, state: &State, doc: &DocName) -> &mut Typing {
        let updates = state.sheet.docs.get(doc).map_or(0, |entry| entry.updates);
        if self.0.get(doc).is_none_or(|typing| typing.updates != updates) {
            let (runs, order) = state.document(doc).map(|document| document.structure()).unwrap_or_default();
            self.0.insert(doc.clone(), Typing { updates, runs, order });
        }
        self.0.entry(doc.clone()).or_insert_with(|| Typing {
            updates,
            runs: Runs::default(),
            order: Order::default(),
        })
    }
}

impl Typing {
    /// Takes one more update, unless it is too deep, or its places cost too much to find.
    fn take(&mut self, scan: &Scan) -> Result<(), Refusal> {
        self.updates += 1;
        self.runs.add(scan);
        if scan.has_types() && self.runs.depth_of(scan) > MAX_DOC_DEPTH {
            return refuse(Code::InvalidValue, format!("a document is at most {MAX_DOC_DEPTH} levels deep"));
        }
        let before = self.order.steps();
        self.order.add(scan);
        if self.order.steps() > MAX_DOC_STEPS.max(before) {
            return Err(crowded());
        }
        Ok(())
    }
}

fn crowded() -> Refusal {
    let message =
        "too much was inserted at one place of this document at the same time: write it at another place";
    Refusal::new(Code::PayloadTooLarge, message)
}

/// One update on top of what this change has done so far.
pub(crate) fn check_update(
    state: &State,
    change: &Change,
    role: Role,
    doc: &DocName,
    update: &Bytes,
    typed: &mut Typed,
) -> Result<(), Refusal> {
    if let Some(task_id) = doc.task_id() {
        open_row(state, change, role, &task_id)?;
    }
    // The fold decides, not who looked before: somebody may have begun to write meanwhile.
    if role == Role::System && state.sheet.docs.get(doc).is_some_and(|entry| entry.is_manually_edited) {
        return refuse(Code::Conflict, "a person has written in this document");
    }
    if update.0.len() > MAX_UPDATE_BYTES {
        return refuse(Code::PayloadTooLarge, sentences::update_bytes(MAX_UPDATE_BYTES));
    }
    let scan = Scan::of(&update.0).map_err(|unfit| {
        let code = if unfit == Unfit::TooMany { Code::PayloadTooLarge } else { Code::InvalidValue };
        Refusal::new(code, format!("the update is not taken: {unfit}"))
    })?;
    let nothing = Document::default();
    let document = state.document(doc).map_or(&nothing, |document| document.as_ref());
    if scan.missing(document.clocks()).is_some() {
        return Err(incomplete(state, doc));
    }
    typed.of(state, doc).take(&scan)
}

/// The refusal of an update that builds on what the log does not hold: it shows what the log does hold, so that its
/// author can send everything beyond that.
fn incomplete(state: &State, doc: &DocName) -> Refusal {
    let known = state.document(doc).map_or_else(|| vec![0].into(), |document| document.state_vector());
    let message =
        "the update builds on one that is not in the log: send everything since `current.stateVector`";
    Refusal::new(Code::UnknownTarget, message).showing(json!({"doc": doc, "stateVector": known}))
}

/// The documents that a change has written in, as they would stand after it.
pub(crate) fn check_documents(before: &State, state: &State, typed: &Typed) -> Result<(), Refusal> {
    for (doc, typing) in &typed.0 {
        let Some(document) = state.document(doc) else { continue };
        // In one piece, as replicas load it later, it may cost more than in the order it was typed in.
        let steps = merged_steps(&typing.runs, &typing.order);
        if steps > MAX_DOC_STEPS && before.document(doc).is_none_or(|before| steps > before.steps()) {
            return Err(crowded());
        }
        // What has outgrown its bounds may only be unmerged. The bound comes first: it is what bounds the library's work.
        let outgrown =
            |document: &Document| document.bytes() > MAX_DOC_BYTES || document.structs() > MAX_DOC_STRUCTS;
        if outgrown(document) && outgrown(&document.compacted()) {
            return refuse(
                Code::PayloadTooLarge,
                format!(
                    "a document is at most {MAX_DOC_BYTES} bytes and {MAX_DOC_STRUCTS} parts, with its history"
                ),
            );
        }
        document.verify().map_err(|broken| match broken {
            Broken::Incomplete => incomplete(state, doc),
            Broken::Unreadable => {
                Refusal::new(Code::InvalidValue, format!("the update is not taken: {broken}"))
            }
        })?;
    }
    Ok(())
}

pub(crate) fn check_save_point_added(state: &State, change: &Change, name: &str) -> Result<(), Refusal> {
    let length = name.chars().count();
    if name.trim().is_empty() || length > MAX_SAVE_POINT_CODE_POINTS || name.chars().any(char::is_control) {
        return refuse(Code::InvalidValue, sentences::name_of_a_save_point(MAX_SAVE_POINT_CODE_POINTS));
    }
    if state.sheet.save_points.contains_key(&change.version) {
        return refuse(Code::Malformed, "a change adds one save point: a version has one name");
    }
    if state.sheet.save_points.len() >= MAX_SAVE_POINTS {
        return refuse(Code::PayloadTooLarge, sentences::save_points_of_a_cycle(MAX_SAVE_POINTS));
    }
    Ok(())
}

pub(crate) fn check_save_point_removed(
    state: &State,
    change: &Change,
    role: Role,
    version: u64,
) -> Result<(), Refusal> {
    match state.sheet.save_points.get(&version) {
        None => refuse(Code::UnknownTarget, sentences::no_save_point(version)),
        Some(point) if point.author != change.author.id && role == Role::Editor => {
            refuse(Code::Forbidden, sentences::save_point_of_another())
        }
        Some(_) => Ok(()),
    }
}
