//! Documents on a client: what the log holds of each, apart from what was written here and has not come back yet.
//!
//! People write words, each `w<intent>;` and once in the world, between the words of others or in a paragraph of their
//! own, and now and then strike one out. So the text itself says which of them it holds.
use super::{Client, Intent, Purpose};
use crate::random::Random;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Map, Value, json};
use sheet::{DocName, Op, RowId, doc::Bytes};
use std::collections::BTreeMap;
use yrs::{
    Doc, GetString, Options, ReadTxn, StateVector, Text, Transact, Update, XmlElementPrelim, XmlFragment,
    XmlOut, XmlTextPrelim, XmlTextRef,
    updates::{decoder::Decode, encoder::Encode},
};

/// Documents that a `hello` may name (D5).
const MAX_HELLO_DOCS: usize = 8;
/// Where the editor's text is rooted.
const ROOT: &str = "default";

/// An empty document, in which `writer` writes.
fn empty(writer: u64) -> Doc {
    Doc::with_options(Options::with_guid_and_client_id("a document".into(), yrs::ClientID::new(writer)))
}

/// Takes an update in. What waits for others is integrated once they come.
pub fn take(doc: &Doc, update: &[u8]) -> Result<(), String> {
    let update = Update::decode_v1(update).map_err(|error| format!("D1: {error}"))?;
    doc.transact_mut().apply_update(update).map_err(|error| format!("D1: {error}"))
}

/// What a document says, how far it knows whom, and whether anything in it waits for what it lacks.
pub fn read(doc: &Doc) -> (String, StateVector, bool) {
    let root = doc.get_or_insert_xml_fragment(ROOT);
    let reading = doc.transact();
    (root.get_string(&reading), reading.state_vector(), reading.has_missing_updates())
}

/// The document of some updates.
pub fn document<'a>(updates: impl IntoIterator<Item = &'a [u8]>) -> Result<Doc, String> {
    let doc = empty(1);
    updates.into_iter().try_for_each(|update| take(&doc, update))?;
    Ok(doc)
}

/// One document, as a client has it.
pub struct Replica {
    /// What the log holds of it.
    pub confirmed: Doc,
    /// Not everything up to this version was received: it has to be requested.
    pub lacks: Option<u64>,
    /// What it showed before the log was replaced: what is built on it may have to go in once more (D3).
    before: Option<Vec<u8>>,
}

impl Replica {
    fn new(lacks: Option<u64>) -> Self {
        Self { confirmed: empty(1), lacks, before: None }
    }

    fn state_vector(&self) -> Vec<u8> {
        self.confirmed.transact().state_vector().encode_v1()
    }

    /// What it shows: what the log holds, with what is on its way on top.
    fn shown<'a>(&self, pending: impl Iterator<Item = &'a Bytes>, writer: u64) -> Result<Doc, String> {
        let doc = empty(writer);
        let held = self.confirmed.transact().encode_state_as_update_v1(&StateVector::default());
        take(&doc, &held)?;
        pending.map(|update| &*update.0).try_for_each(|update| take(&doc, update))?;
        Ok(doc)
    }
}

/// A text of nothing but people's words, and where a word may begin in it.
fn words(text: &str) -> Option<Vec<usize>> {
    let ends = text.match_indices(';').map(|(at, _)| at + 1);
    text.ends_with(';').then(|| std::iter::once(0).chain(ends).collect())
}

impl Client {
    /// Writes into a document, or strikes a word out; that word.
    pub fn write(&mut self, number: u64, random: &mut Random) -> Option<(Intent, DocName, Option<String>)> {
        let sheet = &self.state.as_ref()?.sheet;
        let rows: Vec<RowId> = sheet.rows().map(|row| row.task_id.clone()).collect();
        let doc = match random.pick(&rows).filter(|_| random.chance(5_000)) {
            Some(row) => DocName::notes(row),
            None => DocName::summary(),
        };
        let lacks = sheet.docs.contains_key(&doc).then_some(sheet.version);
        let replica = self.docs.entry(doc.clone()).or_insert_with(|| Replica::new(lacks));
        if replica.lacks.is_some() {
            return None;
        }
        let (update, struck) = {
            let replica = &self.docs[&doc];
            let shown = replica.shown(self.pending(&doc), self.writer).ok()?;
            typed(&shown, number, random)
        };
        let op = Op::TextUpdate { doc: doc.clone(), update: update.into(), mentions: Vec::new() };
        Some((Intent { number, ops: vec![op] }, doc, struck))
    }

    /// Updates of a document on their way, or in the log and not folded yet, oldest first.
    fn pending<'a>(&'a self, doc: &'a DocName) -> impl Iterator<Item = &'a Bytes> {
        let intents = self.in_flight.iter().map(|flying| &flying.intent).chain(&self.queue);
        let ahead = self.ahead.iter().map(|(_, op)| op);
        ahead.chain(intents.flat_map(|intent| &intent.ops)).filter_map(move |op| match op {
            Op::TextUpdate { doc: of, update, .. } if of == doc => Some(update),
            _ => None,
        })
    }

    /// The part of a `hello` that is about documents.
    pub(super) fn vectors(&self) -> Map<String, Value> {
        let named = self.docs.iter().take(MAX_HELLO_DOCS);
        named
            .map(|(doc, replica)| (doc.to_string(), STANDARD.encode(replica.state_vector()).into()))
            .collect()
    }

    /// An update is in the log, and this client has folded as far.
    pub(super) fn committed(&self, op: &Op) -> Result<(), String> {
        match op {
            Op::TextUpdate { doc, update, .. } => {
                self.docs.get(doc).map_or(Ok(()), |replica| take(&replica.confirmed, &update.0))
            }
            _ => Ok(()),
        }
    }

    /// A whole sheet came in place of changes: what those did to documents was not told.
    pub(super) fn skipped(&mut self, version: u64) {
        for replica in self.docs.values_mut() {
            replica.lacks = Some(version);
        }
    }

    /// Another log: the known documents are void, and the writer gets a new Yjs client.
    pub(super) fn voided(&mut self) {
        let shown: Vec<Option<Vec<u8>>> = (self.docs.iter())
            .map(|(doc, replica)| {
                let shown = replica.shown(self.pending(doc), self.writer).ok()?;
                Some(shown.transact().encode_state_as_update_v1(&StateVector::default()))
            })
            .collect();
        for (replica, before) in self.docs.values_mut().zip(shown) {
            *replica = Replica { before, ..Replica::new(Some(0)) };
        }
        self.writer += 1;
        self.ahead.clear();
        self.has_named = false;
        if self.is_fetching == Some(Purpose::Doc) {
            self.is_fetching = None;
        }
    }

    /// What `welcome` told of the documents that `hello` named.
    pub(super) fn told(&mut self, docs: &Value) -> Result<(), String> {
        for (doc, told) in docs.as_object().into_iter().flatten().filter(|(_, told)| !told.is_null()) {
            let Ok(doc) = DocName::new(doc) else { return Err(format!("D5: a document is called {doc}")) };
            self.lacked(&doc, told)?;
        }
        Ok(())
    }

    /// What a document lacked, up to a version.
    pub(super) fn lacked(&mut self, doc: &DocName, told: &Value) -> Result<(), String> {
        let update = STANDARD.decode(told["update"].as_str().unwrap_or_default());
        let update = update.map_err(|error| format!("D5: {error}"))?;
        let version = told["version"].as_u64().unwrap_or_default();
        let Some(replica) = self.docs.get_mut(doc) else { return Ok(()) };
        take(&replica.confirmed, &update)?;
        if replica.lacks.is_some_and(|lacks| lacks <= version) {
            replica.lacks = None;
        }
        if replica.lacks.is_none() && replica.confirmed.transact().has_missing_updates() {
            return Err(format!("D5: the update of {doc} at {version} does not join the known ones"));
        }
        Ok(())
    }

    /// Asks for a document that lacks something (W11), if nothing else is being asked for.
    pub(super) fn catch_up(&mut self) {
        if self.is_fetching.is_some() || self.phase != super::Phase::Live || self.is_outdated {
            return;
        }
        let lacking = self.docs.iter().find(|(_, replica)| replica.lacks.is_some());
        if let Some((doc, replica)) = lacking {
            let vector = URL_SAFE_NO_PAD.encode(replica.state_vector());
            let path = format!("{}/docs/{doc}?sv={vector}", self.path());
            self.fetches_doc = Some(doc.clone());
            self.fetch(Purpose::Doc, path);
        }
    }

    /// A document came over HTTPS, or there is none.
    pub(super) fn fetched_doc(&mut self, status: u16, body: &Value) -> Result<(), String> {
        let Some(doc) = self.fetches_doc.take() else { return Ok(()) };
        match status {
            200 => self.lacked(&doc, body)?,
            // Its row is gone.
            404 => drop(self.docs.remove(&doc)),
            _ => {
                self.is_fetching = Some(Purpose::Doc);
                self.timer(super::Timer::Fetch, 2_000);
            }
        }
        Ok(())
    }

    /// An own update will never be in the log: neither will those written on top of it, and the next writer is somebody
    /// new, because a late copy may be committed all the same. Returns what goes in instead, if anything (D3).
    pub(super) fn unwritten(&mut self, ops: &[Op], frame: &Value) -> Option<Intent> {
        let Some(Op::TextUpdate { doc, .. }) = ops.first() else { return None };
        let again = self.beyond(doc, frame);
        self.writer += 1;
        let code = frame["code"].as_str().unwrap_or_default().to_owned();
        let builds =
            |intent: &Intent| matches!(intent.ops.first(), Some(Op::TextUpdate { doc: of, .. }) if of == doc);
        let (gone, stay): (Vec<Intent>, Vec<Intent>) = self.queue.drain(..).partition(builds);
        self.queue = stay.into();
        for intent in gone {
            let refused = super::Outcome::Refused { id: String::new(), code: code.clone() };
            self.outcomes.insert(intent.number, refused);
        }
        again
    }

    /// Everything that a document showed before its log was replaced, beyond what the log holds now.
    fn beyond(&mut self, doc: &DocName, frame: &Value) -> Option<Intent> {
        let vector = STANDARD.decode(frame["current"]["stateVector"].as_str()?).ok()?;
        let vector = StateVector::decode_v1(&vector).ok()?;
        let replica = self.docs.get_mut(doc)?;
        let whole = document([&*replica.before.take()?]).ok()?;
        let update = whole.transact().encode_state_as_update_v1(&vector);
        self.again += 1;
        let op = Op::TextUpdate { doc: doc.clone(), update: update.into(), mentions: Vec::new() };
        // Another change, not the same once more: a late copy of the first may still be committed.
        Some(Intent { number: super::AGAIN + self.again, ops: vec![op] })
    }
}

/// What a person does to a text: the update, and the word it strikes out.
fn typed(doc: &Doc, number: u64, random: &mut Random) -> (Vec<u8>, Option<String>) {
    let root = doc.get_or_insert_xml_fragment(ROOT);
    let mut typing = doc.transact_mut();
    let paragraphs: Vec<XmlTextRef> = (root.children(&typing))
        .filter_map(|child| match child {
            XmlOut::Element(element) => match element.get(&typing, 0) {
                Some(XmlOut::Text(text)) => Some(text),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let word = format!("w{number};");
    let mut struck = None;
    match random.pick(&paragraphs).map(|text| (text, text.get_string(&typing))) {
        Some((text, said)) if words(&said).is_some() && random.chance(7_000) => {
            let begins = words(&said).unwrap_or_default();
            let at = random.below(begins.len() as u64) as usize;
            match begins.get(at + 1).filter(|_| random.chance(2_500)) {
                Some(end) => {
                    let begin = begins[at];
                    struck = Some(said[begin..*end].to_owned());
                    text.remove_range(&mut typing, begin as u32, (end - begin) as u32);
                }
                None => text.insert(&mut typing, begins[at] as u32, &word),
            }
        }
        _ => {
            let at = random.below(u64::from(root.len(&typing)) + 1) as u32;
            let paragraph = root.insert(&mut typing, at, XmlElementPrelim::empty("paragraph"));
            paragraph.push_back(&mut typing, XmlTextPrelim::new(&*word));
        }
    }
    (typing.encode_update_v1(), struck)
}

/// What a person wrote, by intent; and what anybody struck out.
#[derive(Default)]
pub struct Written {
    /// Where each word was written.
    pub words: BTreeMap<u64, DocName>,
    /// Words that are gone, or may be.
    pub struck: std::collections::BTreeSet<String>,
}

impl Written {
    /// Notes an intent.
    pub fn note(&mut self, number: u64, doc: DocName, struck: Option<String>) {
        match struck {
            Some(word) => drop(self.struck.insert(word)),
            None => drop(self.words.insert(number, doc)),
        }
    }
}

/// A `hello`, with what is known of documents.
pub(super) fn hello(known: Option<(u64, String)>, docs: Map<String, Value>) -> Value {
    let mut hello = json!({"type": "hello"});
    if let Some((since, epoch)) = known {
        hello["since"] = since.into();
        hello["epoch"] = epoch.into();
    }
    if !docs.is_empty() {
        hello["docs"] = docs.into();
    }
    hello
}
