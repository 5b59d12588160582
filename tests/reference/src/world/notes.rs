//! Documents on a page: what the log holds of each, what is shown on top of it, and who writes. The driver's part of
//! them, as small as the rules allow (`SPEC.md`, D1 to D5).
use base64::{Engine, engine::general_purpose::STANDARD};
use cyclesheet_client::{Machine, frames::DocumentUpdate, pending_updates};
use sheet::{DocName, doc::Bytes};
use std::collections::BTreeMap;
use yrs::{
    Doc, GetString, Options, ReadTxn, StateVector, Text, Transact, Update, XmlElementPrelim, XmlFragment,
    XmlTextPrelim,
    updates::{decoder::Decode, encoder::Encode},
};

/// Where an editor's text is rooted.
const ROOT: &str = "default";

/// An empty document, in which `writer` writes.
fn empty(writer: u64) -> Doc {
    Doc::with_options(Options::with_guid_and_client_id("a document".into(), yrs::ClientID::new(writer)))
}

fn take(doc: &Doc, update: &[u8]) {
    if let Ok(update) = Update::decode_v1(update) {
        // What does not apply is the server's to refuse.
        let _ = doc.transact_mut().apply_update(update);
    }
}

/// What a document says and how far it knows whom; what it waits for counts as said.
pub fn read(updates: &[&[u8]]) -> (String, StateVector) {
    let doc = empty(1);
    updates.iter().for_each(|update| take(&doc, update));
    let root = doc.get_or_insert_xml_fragment(ROOT);
    let reading = doc.transact();
    (root.get_string(&reading), reading.state_vector())
}

/// One document.
pub struct Note {
    confirmed: Doc,
    /// Everything up to this version was received.
    is_synced: bool,
}

impl Default for Note {
    fn default() -> Self {
        Self { confirmed: empty(1), is_synced: false }
    }
}

impl Note {
    fn whole(&self) -> Vec<u8> {
        self.confirmed.transact().encode_state_as_update_v1(&StateVector::default())
    }
}

/// The documents of one page.
pub struct Notes {
    notes: BTreeMap<DocName, Note>,
    /// The Yjs client of the writer: a new one after a refusal.
    writer: u64,
    writers: u64,
}

impl Notes {
    /// Those of the `page`-th page of the `person`-th person.
    pub fn new(person: usize, page: u32) -> Self {
        let writer = ((person as u64 + 1) << 24) + (u64::from(page) << 12);
        Self { notes: BTreeMap::new(), writer, writers: 0 }
    }

    /// What is known of open documents, for a `hello`.
    pub fn vectors(&self) -> BTreeMap<String, Bytes> {
        let synced = self.notes.iter().filter(|(_, note)| note.is_synced).take(8);
        let vector = |note: &Note| note.confirmed.transact().state_vector().encode_v1().into();
        synced.map(|(doc, note)| (doc.to_string(), vector(note))).collect()
    }

    /// Words into a document, as an update; none while the document is not here. It is opened by that.
    pub fn write(&mut self, machine: &Machine, doc: &DocName, words: &str, at: usize) -> Option<Vec<u8>> {
        let note = self.notes.entry(doc.clone()).or_default();
        if !note.is_synced {
            return None;
        }
        let shown = empty(self.writer + self.writers);
        take(&shown, &note.whole());
        pending_updates(machine.state(), doc).iter().for_each(|update| take(&shown, &update.0));
        let root = shown.get_or_insert_xml_fragment(ROOT);
        let mut typing = shown.transact_mut();
        let place = u32::try_from(at).unwrap_or(0) % (root.len(&typing) + 1);
        if at % 4 == 3 && place < root.len(&typing) {
            root.remove_range(&mut typing, place, 1);
        } else {
            let paragraph = root.insert(&mut typing, place, XmlElementPrelim::empty("paragraph"));
            paragraph.push_back(&mut typing, XmlTextPrelim::new("")).insert(&mut typing, 0, words);
        }
        Some(typing.encode_update_v1())
    }

    /// The log holds an update.
    pub fn committed(&mut self, doc: &DocName, update: &Bytes) {
        if let Some(note) = self.notes.get(doc) {
            take(&note.confirmed, &update.0);
        }
    }

    /// An own update will never be in the log: what is written next is somebody else's, by Yjs's count.
    pub fn refused(&mut self) {
        self.writers += 1;
    }

    /// What came in place of changes did not tell of documents.
    pub fn skipped(&mut self) {
        self.notes.values_mut().for_each(|note| note.is_synced = false);
    }

    /// Another log: nothing is known.
    pub fn voided(&mut self) {
        self.writers += 1;
        self.notes.values_mut().for_each(|note| *note = Note::default());
    }

    /// What `welcome` told. Of a log that was replaced meanwhile, it is about something else.
    pub fn welcomed(&mut self, docs: &BTreeMap<String, Option<DocumentUpdate>>) {
        for (doc, told) in docs {
            let (Ok(doc), Some(told)) = (DocName::new(doc), told) else { continue };
            let (Some(note), Ok(update)) = (self.notes.get_mut(&doc), STANDARD.decode(&told.update)) else {
                continue;
            };
            take(&note.confirmed, &update);
        }
    }

    /// A document that is to be fetched.
    pub fn lacking(&self) -> Option<&DocName> {
        self.notes.iter().find(|(_, note)| !note.is_synced).map(|(doc, _)| doc)
    }

    /// It came, as far as the log holds it at this moment; none: there is no such document.
    pub fn fetched(&mut self, doc: &DocName, whole: Option<&Bytes>) {
        match (whole, self.notes.get_mut(doc)) {
            (Some(whole), Some(note)) => {
                take(&note.confirmed, &whole.0);
                note.is_synced = true;
            }
            _ => drop(self.notes.remove(doc)),
        }
    }

    /// Every document that is here in full: what the log holds of it.
    pub fn held(&self) -> impl Iterator<Item = (&DocName, Vec<u8>)> {
        self.notes.iter().filter(|(_, note)| note.is_synced).map(|(doc, note)| (doc, note.whole()))
    }
}
