//! The state of a cycle: the sheet that clients see and the ledger that only the fold sees.
use crate::{
    chain,
    doc::{Broken, Bytes, DocName, Document, document::SinceError},
    ledger::Ledger,
    limits::MAX_GENERATIONS,
    model::{GenerationState, Origin, Sheet},
    name::CycleKey,
    refusal::{Code, Refusal},
    time::TimestampMs,
};
use imbl::OrdMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The format of a stored state. A function that reads a higher number than its own must not decide.
pub const STATE_FORMAT: u32 = 2;

/// What a log folds to. Cloning shares everything.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(from = "StateJson")]
pub struct State {
    /// What clients see.
    pub sheet: Sheet,
    /// What the fold remembers beside it.
    pub ledger: Ledger,
    /// The bytes of the documents that the sheet names, and of those that would come back with their rows.
    pub(crate) documents: OrdMap<DocName, Arc<Document>>,
}

#[derive(Deserialize)]
struct StateJson {
    sheet: Sheet,
    ledger: Ledger,
    // Format 1 has none.
    #[serde(default)]
    documents: OrdMap<DocName, Arc<Document>>,
}

impl From<StateJson> for State {
    fn from(StateJson { sheet, mut ledger, documents }: StateJson) -> Self {
        ledger.index();
        Self { sheet, ledger, documents }
    }
}

impl State {
    /// Returns the state before a cycle's first change.
    pub fn genesis(key: &CycleKey) -> Self {
        let sheet = Sheet::new(key.cycle_id(), key.week.fiscal_period());
        let mut ledger = Ledger::default();
        ledger.hash = chain::genesis(key);
        Self { sheet, ledger, documents: OrdMap::new() }
    }

    /// Returns a sheet alone, as a client folds it: without what decides about changes, and without the documents'
    /// bytes.
    pub fn of_sheet(sheet: Sheet) -> Self {
        Self { sheet, ledger: Ledger::default(), documents: OrdMap::new() }
    }

    /// Returns the number of changes folded.
    pub fn version(&self) -> u64 {
        self.sheet.version
    }

    /// Returns whether an extraction is due: there has been none, or the run that began it was interrupted.
    pub fn wants_extraction(&self, now: TimestampMs) -> bool {
        self.ledger.lease.as_ref().is_none_or(|lease| !lease.finished && lease.expires_at <= now)
    }

    /// Returns the number of the generation that a run should begin or resume: the first, the one that a dead run left,
    /// or the next if a refresh is asked for. None: it is done. Whether the lease is free is `check`'s to say.
    pub fn due_generation(&self, refresh: bool) -> Option<u32> {
        match &self.ledger.lease {
            None => Some(1),
            Some(lease) if !lease.finished => Some(lease.generation),
            Some(lease) => refresh.then_some(lease.generation + 1),
        }
    }

    /// Returns whether a refresh could have the present result again. If so, the refresh first compares the messages,
    /// because a generation that asks nobody would count as one of the week's. Not where it is a fallback, which the
    /// same messages may better, and not where the sheet is stale, which only the next result takes back.
    pub fn may_stand(&self) -> bool {
        let generation = self.sheet.generation.as_ref();
        self.sheet.stale.is_none()
            && generation.is_some_and(|made| {
                made.state == GenerationState::Generated && made.origin != Some(Origin::Fallback)
            })
    }

    /// Decides whether a refresh may begin: not beyond the budget, and not during an extraction.
    ///
    /// # Errors
    /// [`Refusal`] `RATE_LIMITED` beyond the budget, `LOCKED` while an extraction runs.
    pub fn may_refresh(&self, now: TimestampMs) -> Result<(), Refusal> {
        match &self.ledger.lease {
            Some(lease) if !lease.finished && lease.expires_at > now => {
                Err(Refusal::new(Code::Locked, "an extraction is running"))
            }
            Some(lease) if lease.finished && lease.generation >= MAX_GENERATIONS => {
                let message = format!("this week's {MAX_GENERATIONS} extractions are used up");
                Err(Refusal::new(Code::RateLimited, message))
            }
            _ => Ok(()),
        }
    }

    /// Returns estimated bytes in memory, for a cache bounded by bytes.
    pub fn weight(&self) -> usize {
        let documents = self.documents.values().map(|document| 2 * document.bytes() + 200).sum::<usize>();
        2 * self.sheet.weight() + self.ledger.weight() + documents
    }

    /// Returns a document that the sheet names.
    pub fn document(&self, doc: &DocName) -> Option<&Arc<Document>> {
        self.sheet.docs.get(doc).and_then(|_| self.documents.get(doc))
    }

    /// Returns what a replica of a document with this state vector (none: with nothing) lacks. A document that has a
    /// place but in which nobody has written lacks nothing: the empty update.
    ///
    /// # Errors
    /// [`Refusal`] if the sheet has no such document, or the state vector cannot be read.
    pub fn doc_since(&self, doc: &DocName, state_vector: Option<&[u8]>) -> Result<Bytes, Refusal> {
        let refused = |error: SinceError| match error {
            SinceError::StateVector(error) => {
                Refusal::new(Code::Malformed, format!("a state vector: {error}"))
            }
            SinceError::Document(error) => Refusal::new(Code::Busy, format!("the document: {error}")),
        };
        match self.document(doc) {
            Some(document) => document.since(state_vector).map_err(refused),
            None if self.sheet.has_place(doc) => Document::default().since(state_vector).map_err(refused),
            None => Err(Refusal::new(Code::NotFound, format!("there is no document {doc}"))),
        }
    }

    /// Returns the update by which the system replaces the content of a document with paragraphs, one a line, in the
    /// name of a generation. It is the same on the same state, in every process.
    ///
    /// # Errors
    /// [`Broken`] if the library makes no document of the stored bytes.
    pub fn rewritten(&self, doc: &DocName, generation: u32, text: &str) -> Result<Bytes, Broken> {
        let nothing = Document::default();
        self.document(doc).map_or(&nothing, |document| document.as_ref()).rewritten(generation, text)
    }

    /// Bytes of what counts against a cycle's budget: the sheet and the documents it names.
    pub(crate) fn cycle_bytes(&self) -> usize {
        let named = |(doc, document): (&DocName, &Arc<Document>)| {
            if self.sheet.docs.contains_key(doc) { document.bytes() } else { 0 }
        };
        self.sheet.weight() + self.documents.iter().map(named).sum::<usize>()
    }

    /// Returns the same state with every document in one piece: what a record holds.
    #[must_use]
    pub fn compacted(&self) -> Self {
        let documents = self.documents.iter().map(|(doc, document)| {
            let settled =
                if document.is_merged() { document.clone() } else { Arc::new(document.compacted()) };
            (doc.clone(), settled)
        });
        Self { documents: documents.collect(), ..self.clone() }
    }
}
