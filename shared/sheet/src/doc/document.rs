//! A document's bytes in the folded state: what was merged, and the updates that came since.
//!
//! An update is appended as the log has it, so folding one costs its own bytes. When the appended updates outgrow the
//! merged ones, the library loads them all and writes them as one, which also drops deleted text. Two replicas may have
//! merged at different times: their bytes mean the same, and they are compared by the sheet's hash chain.
use super::{
    Bytes,
    depth::Runs,
    order::Order,
    scan::{self, Clocks, Scan, Unfit},
    yjs::{self, Broken},
};
use crate::{
    limits::{MAX_DOC_TAIL, MIN_DOC_MERGE_BYTES},
    name::Name,
};
use imbl::Vector;
use serde::{Deserialize, Serialize};

/// The Yjs client of generation 0: beyond the 32 bits that browsers choose theirs from.
const FIRST_SYSTEM_CLIENT: u64 = 1 << 40;

/// One document. Cloning shares everything.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "DocumentJson")]
pub struct Document {
    /// What was merged; empty until there was a merge.
    merged: Option<Bytes>,
    /// The updates since, as the log has them.
    tail: Vector<Bytes>,
    /// Bytes of `tail`.
    #[serde(skip)]
    tail_bytes: usize,
    /// Structs and deleted ranges of all of it.
    #[serde(skip)]
    structs: usize,
    /// How far each client's insertions are known; derived from the bytes.
    #[serde(skip)]
    clocks: Clocks,
}

#[derive(Deserialize)]
struct DocumentJson {
    merged: Option<Bytes>,
    tail: Vec<Bytes>,
}

impl From<DocumentJson> for Document {
    fn from(DocumentJson { merged, tail }: DocumentJson) -> Self {
        let mut document = Self { merged, ..Self::default() };
        document.index();
        for update in tail {
            document.append(update);
        }
        document
    }
}

/// What was merged when is each replica's own matter.
impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.clocks == other.clocks
    }
}

impl Document {
    fn index(&mut self) {
        let merged = self.merged.as_ref().map(|merged| Scan::within(&merged.0, usize::MAX));
        if let Some(Ok(scan)) = merged {
            self.structs += scan.parts();
            scan.advance(&mut self.clocks);
        }
    }

    fn append(&mut self, update: Bytes) {
        // A later release may accept an update that this one cannot read: it is kept unchanged.
        if let Ok(scan) = Scan::within(&update.0, usize::MAX) {
            self.structs += scan.parts();
            scan.advance(&mut self.clocks);
        }
        self.tail_bytes += update.0.len();
        self.tail.push_back(update);
    }

    /// Folds one update. Total.
    pub(crate) fn push(&mut self, update: Bytes) {
        self.append(update);
        let merged = self.merged.as_ref().map_or(0, |merged| merged.0.len());
        if self.tail.len() >= MAX_DOC_TAIL || self.tail_bytes > merged.max(MIN_DOC_MERGE_BYTES) {
            *self = self.compacted();
        }
    }

    fn updates(&self) -> impl Iterator<Item = &[u8]> {
        self.merged.iter().chain(self.tail.iter()).map(|update| &*update.0)
    }

    /// The same document in one piece, if the library can make one of it.
    #[must_use]
    pub fn compacted(&self) -> Self {
        if self.tail.is_empty() {
            return self.clone();
        }
        match yjs::merged(self.updates()) {
            Ok(bytes) => {
                let mut document = Self { merged: Some(bytes.into()), ..Self::default() };
                document.index();
                document
            }
            Err(_) => self.clone(),
        }
    }

    /// Returns whether the library makes a document of it, with nothing missing.
    ///
    /// # Errors
    /// [`Broken`] if the library makes no document of it, or something that it builds on is missing.
    pub fn verify(&self) -> Result<(), Broken> {
        yjs::verify(self.updates())
    }

    /// Returns whether it is in one piece.
    pub fn is_merged(&self) -> bool {
        self.tail.is_empty()
    }

    /// Bytes it takes.
    pub fn bytes(&self) -> usize {
        self.merged.as_ref().map_or(0, |merged| merged.0.len()) + self.tail_bytes
    }

    /// Structs and deleted ranges, those of updates that came twice counted twice.
    pub fn structs(&self) -> usize {
        self.structs
    }

    /// Its structure, and the order it was typed in.
    pub(crate) fn structure(&self) -> (Runs, Order) {
        let (mut runs, mut order) = (Runs::default(), Order::default());
        for stored in self.updates() {
            if let Ok(scan) = Scan::within(stored, usize::MAX) {
                runs.add(&scan);
                order.add(&scan);
            }
        }
        (runs, order)
    }

    /// Returns the steps that loading it takes to find the places of its insertions: in its present parts or merged,
    /// whichever is more.
    pub fn steps(&self) -> usize {
        let (runs, order) = self.structure();
        order.steps().max(merged_steps(&runs, &order))
    }

    /// How far each client's insertions are known.
    pub fn clocks(&self) -> &Clocks {
        &self.clocks
    }

    /// The same as the bytes of a Yjs state vector.
    pub fn state_vector(&self) -> Bytes {
        scan::state_vector(&self.clocks).into()
    }

    /// Exactly what a replica with this state vector (none: with nothing) lacks, as one update.
    ///
    /// # Errors
    /// [`SinceError`] if `state_vector` cannot be read, or the library makes no document of the bytes.
    pub fn since(&self, state_vector: Option<&[u8]>) -> Result<Bytes, SinceError> {
        let known = state_vector.map(scan::clocks).transpose()?.unwrap_or_default();
        Ok(yjs::since(self.updates(), &known)?.into())
    }
}

impl Document {
    /// Its text as Markdown.
    ///
    /// # Errors
    /// [`Broken`] if the library makes no document of the bytes.
    pub fn markdown(&self) -> Result<String, Broken> {
        yjs::markdown(self.updates())
    }

    /// Returns for each of `users` the words around their name, where the last mention of them stands. The document is
    /// loaded once.
    ///
    /// # Errors
    /// [`Broken`] if the library makes no document of the bytes.
    pub fn naming(&self, users: &[&Name]) -> Result<Vec<Option<String>>, Broken> {
        yjs::naming(self.updates(), users)
    }

    /// The update that replaces everything with paragraphs, one a line, in the name of a generation.
    pub(crate) fn rewritten(&self, generation: u32, text: &str) -> Result<Bytes, Broken> {
        Ok(yjs::rewritten(self.updates(), FIRST_SYSTEM_CLIENT + u64::from(generation), text)?.into())
    }
}

/// Steps that loading a document in one piece takes. Where none were taken in the order it was typed in, none are in any.
pub(crate) fn merged_steps(runs: &Runs, typed: &Order) -> usize {
    if typed.steps() == 0 {
        return 0;
    }
    let mut merged = Order::default();
    merged.add(&runs.merged());
    merged.steps()
}

/// Why a difference could not be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SinceError {
    /// The state vector is none.
    #[error("a state vector: {0}")]
    StateVector(#[from] Unfit),
    /// The document does not read.
    #[error("the document: {0}")]
    Document(#[from] Broken),
}
