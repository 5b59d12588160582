//! An update's structure (Yjs, encoding v1), read before anything is decoded.
//!
//! Nothing here allocates what the bytes merely claim: a count is believed as far as the bytes behind it go. Only what
//! an editor of rich text writes is let through; what it never writes (subdocuments, moves, weak links) is refused,
//! and so is a clock that a 32-bit library could overflow. The file is longer than most, because the format is one grammar
//! and its readers share a cursor.
use crate::limits::{MAX_ANY_DEPTH, MAX_UPDATE_STRUCTS};
use imbl::OrdMap;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

/// Clocks stay below this: `yrs` computes with 32-bit signed differences.
const MAX_CLOCK: u64 = 1 << 31;
/// Client ids are at most 53 bits, the whole numbers that JavaScript has.
const MAX_CLIENT: u64 = (1 << 53) - 1;

/// A place in a document: the `clock`-th element that `client` inserted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Id {
    /// The Yjs client.
    pub client: u64,
    /// Its clock.
    pub clock: u64,
}

/// How far each client's insertions are known, without a gap.
pub type Clocks = OrdMap<u64, u64>;

/// Why bytes are no update that may enter a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unfit {
    /// It ends too early, or something is where nothing of the kind may.
    #[error("it does not read as a Yjs update (v1)")]
    Malformed,
    /// A kind of content that a rich-text editor never writes.
    #[error("it holds content that rich text does not have")]
    Foreign,
    /// More parts than an update may have.
    #[error("it has more parts than one update may have")]
    TooMany,
}

/// One run of elements of one client.
#[derive(Clone, Copy, Debug)]
pub struct Struct {
    /// Its first clock.
    pub clock: u64,
    /// How many elements.
    pub len: u64,
    /// What it is.
    pub kind: Kind,
}

/// What a run is.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Deleted and forgotten.
    Gone,
    /// Left out: the update says nothing of it.
    Skip,
    /// Content.
    Item {
        /// The element it was typed behind.
        origin: Option<Id>,
        /// The element it was typed before.
        right: Option<Id>,
        /// The type it is in, if the update names it by an element; a root, and one taken from its neighbours, are none.
        parent: Option<Id>,
        /// Stands for the root's name and the key that the update names it by; 0 for neither.
        place: u64,
        /// Returns whether it is a type that contains other content.
        is_type: bool,
    },
}

/// What an update says, as far as its structure goes.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Each client's runs, in the order of their clocks.
    pub clients: Vec<(u64, Vec<Struct>)>,
    /// Deleted elements: client, first clock, count.
    pub deletes: Vec<(Id, u64)>,
}

struct Reader<'a> {
    bytes: &'a [u8],
    /// Where words are, if they are looked for.
    words: Option<Vec<Words>>,
}

/// A part of an update that holds words: bytes left before and behind it, and the bytes that replace it.
struct Words {
    before: usize,
    behind: usize,
    veiled: Vec<u8>,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, words: None }
    }

    /// Notes that the bytes from `before` bytes before the end up to here are to become `veiled`.
    fn words(&mut self, before: usize, veiled: impl FnOnce() -> Vec<u8>) {
        let behind = self.bytes.len();
        if let Some(words) = &mut self.words {
            words.push(Words { before, behind, veiled: veiled() });
        }
    }

    fn byte(&mut self) -> Result<u8, Unfit> {
        let (first, rest) = self.bytes.split_first().ok_or(Unfit::Malformed)?;
        self.bytes = rest;
        Ok(*first)
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], Unfit> {
        let count = usize::try_from(count).map_err(|_| Unfit::Malformed)?;
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(Unfit::Malformed)?;
        self.bytes = rest;
        Ok(taken)
    }

    /// A variable-length number of at most 53 bits.
    fn number(&mut self) -> Result<u64, Unfit> {
        let (mut number, mut shift) = (0u64, 0);
        loop {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift).ok_or(Unfit::Malformed)?;
            if byte < 0x80 {
                return if number <= MAX_CLIENT { Ok(number) } else { Err(Unfit::Malformed) };
            }
            shift += 7;
            if shift > 49 {
                return Err(Unfit::Malformed);
            }
        }
    }

    fn clock(&mut self) -> Result<u64, Unfit> {
        self.number().and_then(|clock| if clock < MAX_CLOCK { Ok(clock) } else { Err(Unfit::Malformed) })
    }

    /// A count of things that take a byte each at least.
    fn count(&mut self) -> Result<u64, Unfit> {
        let count = self.number()?;
        if count <= self.bytes.len() as u64 { Ok(count) } else { Err(Unfit::Malformed) }
    }

    fn id(&mut self) -> Result<Id, Unfit> {
        Ok(Id { client: self.number()?, clock: self.clock()? })
    }

    fn text(&mut self) -> Result<&'a str, Unfit> {
        let count = self.number()?;
        std::str::from_utf8(self.take(count)?).map_err(|_| Unfit::Malformed)
    }

    /// A JSON-like value.
    fn any(&mut self, depth: usize) -> Result<(), Unfit> {
        if depth > MAX_ANY_DEPTH {
            return Err(Unfit::TooMany);
        }
        match self.byte()? {
            127 | 126 | 121 | 120 => Ok(()),
            // A signed number of variable length: the last of its bytes has no upper bit.
            125 => {
                for _ in 0..8 {
                    if self.byte()? < 0x80 {
                        return Ok(());
                    }
                }
                Err(Unfit::Malformed)
            }
            124 => self.take(4).map(drop),
            123 | 122 => self.take(8).map(drop),
            119 => self.text().map(drop),
            118 => {
                for _ in 0..self.count()? {
                    self.text()?;
                    self.any(depth + 1)?;
                }
                Ok(())
            }
            117 => {
                for _ in 0..self.count()? {
                    self.any(depth + 1)?;
                }
                Ok(())
            }
            116 => {
                let count = self.number()?;
                self.take(count).map(drop)
            }
            _ => Err(Unfit::Malformed),
        }
    }

    /// The content of an item: its length in elements, and whether it is a type.
    fn content(&mut self, kind: u8) -> Result<(u64, bool), Unfit> {
        match kind {
            1 => Ok((self.clock()?, false)),
            4 => {
                let before = self.bytes.len();
                let len = self.text()?.encode_utf16().count();
                self.words(before, || written(&"*".repeat(len)));
                Ok((len as u64, false))
            }
            5 => {
                let before = self.bytes.len();
                self.text()?;
                self.words(before, || written("null"));
                Ok((1, false))
            }
            6 => {
                self.text()?;
                let before = self.bytes.len();
                // `true` and `{}` say that a mark is on, and no more.
                if !matches!(self.text()?, "true" | "null" | "{}") {
                    self.words(before, || written("null"));
                }
                Ok((1, false))
            }
            7 => match self.byte()? {
                // Array, map, text, XML fragment, XML text.
                0..=2 | 4 | 6 => Ok((1, true)),
                // An XML element has a name.
                3 => self.text().map(|_| (1, true)),
                _ => Err(Unfit::Foreign),
            },
            8 => {
                let count = self.count()?;
                for _ in 0..count {
                    let (before, kind) = (self.bytes.len(), self.bytes.first().copied());
                    self.any(0)?;
                    match kind {
                        // Text becomes an empty text; a map, a list or bytes become null.
                        Some(119) => self.words(before, || vec![119, 0]),
                        Some(116..=118) => self.words(before, || vec![126]),
                        _ => {}
                    }
                }
                Ok((count, false))
            }
            2 | 3 | 9 | 11 => Err(Unfit::Foreign),
            _ => Err(Unfit::Malformed),
        }
    }

    fn block(&mut self, clock: u64) -> Result<Struct, Unfit> {
        const HAS_ORIGIN: u8 = 0x80;
        const HAS_RIGHT: u8 = 0x40;
        const HAS_KEY: u8 = 0x20;
        let info = self.byte()?;
        let (len, kind) = match info {
            0 => (self.number()?, Kind::Gone),
            10 => (self.number()?, Kind::Skip),
            info => {
                let origin = if info & HAS_ORIGIN == 0 { None } else { Some(self.id()?) };
                let right = if info & HAS_RIGHT == 0 { None } else { Some(self.id()?) };
                let (mut parent, mut place) = (None, 0);
                if origin.is_none() && right.is_none() {
                    match self.number()? {
                        1 => place = hashed(place, self.text()?),
                        _ => parent = Some(self.id()?),
                    }
                    if info & HAS_KEY != 0 {
                        place = hashed(place, self.text()?);
                    }
                }
                let (len, is_type) = self.content(info & 0x1f)?;
                (len, Kind::Item { origin, right, parent, place, is_type })
            }
        };
        if len == 0 || clock + len >= MAX_CLOCK {
            return Err(Unfit::Malformed);
        }
        Ok(Struct { clock, len, kind })
    }
}

/// A number for a word behind others. Two words that share one make a count of steps too high, never a document wrong.
fn hashed(before: u64, word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (before, word).hash(&mut hasher);
    hasher.finish()
}

impl Scan {
    /// Reads an update's structure. What reads is bounded: it has at most [`MAX_UPDATE_STRUCTS`] parts.
    ///
    /// # Errors
    /// [`Unfit`] if the bytes are no update, exceed a bound, or hold content that rich text does not have.
    pub fn of(update: &[u8]) -> Result<Self, Unfit> {
        Self::within(update, MAX_UPDATE_STRUCTS)
    }

    /// The same with another bound: for updates that are in a log already.
    pub(crate) fn within(update: &[u8], max_structs: usize) -> Result<Self, Unfit> {
        Self::read(&mut Reader::new(update), max_structs)
    }

    fn read(from: &mut Reader<'_>, max_structs: usize) -> Result<Self, Unfit> {
        let (mut scan, mut known, mut structs) = (Self::default(), HashSet::new(), 0);
        for _ in 0..from.count()? {
            let count = from.count()?;
            let client = from.number()?;
            let mut clock = from.clock()?;
            structs += count as usize + 1;
            if structs > max_structs {
                return Err(Unfit::TooMany);
            }
            if !known.insert(client) {
                return Err(Unfit::Malformed);
            }
            let mut runs = Vec::new();
            for _ in 0..count {
                let run = from.block(clock)?;
                clock += run.len;
                runs.push(run);
            }
            scan.clients.push((client, runs));
        }
        for _ in 0..from.count()? {
            let client = from.number()?;
            let count = from.count()?;
            structs += count as usize + 1;
            if structs > max_structs {
                return Err(Unfit::TooMany);
            }
            for _ in 0..count {
                let (clock, len) = (from.clock()?, from.number()?);
                if len == 0 || clock + len >= MAX_CLOCK {
                    return Err(Unfit::Malformed);
                }
                scan.deletes.push((Id { client, clock }, len));
            }
        }
        if from.bytes.is_empty() { Ok(scan) } else { Err(Unfit::Malformed) }
    }

    /// Returns how many parts it has.
    pub fn parts(&self) -> usize {
        self.clients.iter().map(|(_, runs)| runs.len()).sum::<usize>() + self.deletes.len()
    }

    /// Returns whether it inserts types that contain other content.
    pub fn has_types(&self) -> bool {
        let is_type = |run: &Struct| matches!(run.kind, Kind::Item { is_type: true, .. });
        self.clients.iter().any(|(_, runs)| runs.iter().any(is_type))
    }

    /// Moves `clocks` on by what the update brings without a gap.
    pub fn advance(&self, clocks: &mut Clocks) {
        for (client, runs) in &self.clients {
            let before = clocks.get(client).copied().unwrap_or(0);
            let known = runs.iter().fold(before, |known, run| match run.kind {
                Kind::Skip => known,
                _ if run.clock <= known => known.max(run.clock + run.len),
                _ => known,
            });
            if known > before {
                clocks.insert(*client, known);
            }
        }
    }

    /// Returns the first element that the update builds on and that neither `clocks` nor the update itself holds; none:
    /// it can be integrated as a whole.
    pub fn missing(&self, clocks: &Clocks) -> Option<Id> {
        let mut known: HashMap<u64, u64> = HashMap::new();
        let at: BTreeMap<u64, usize> = self.clients.iter().enumerate().map(|(n, (c, _))| (*c, n)).collect();
        let stands = |known: &HashMap<u64, u64>, client: u64| {
            known.get(&client).or_else(|| clocks.get(&client)).copied().unwrap_or(0)
        };
        let mut next = vec![0; self.clients.len()];
        let mut waiting: HashMap<u64, Vec<usize>> = HashMap::new();
        let mut work: Vec<usize> = (0..self.clients.len()).collect();
        let mut lacking = None;
        while let Some(n) = work.pop() {
            let Some((client, runs)) = self.clients.get(n) else { continue };
            let before = stands(&known, *client);
            while let Some(run) = next.get(n).and_then(|next| runs.get(*next)) {
                let stood = stands(&known, *client);
                let end = run.clock + run.len;
                if end > stood && !matches!(run.kind, Kind::Skip) {
                    if run.clock > stood {
                        return Some(Id { client: *client, clock: stood });
                    }
                    let needs = match run.kind {
                        Kind::Item { origin, right, parent, .. } => [origin, right, parent],
                        _ => [None; 3],
                    };
                    let lacks = needs.into_iter().flatten().find(|id| id.clock >= stands(&known, id.client));
                    if let Some(id) = lacks {
                        if id.client == *client || !at.contains_key(&id.client) {
                            return Some(id);
                        }
                        lacking = Some(id);
                        waiting.entry(id.client).or_default().push(n);
                        break;
                    }
                    known.insert(*client, end);
                }
                next[n] += 1;
            }
            if stands(&known, *client) > before {
                work.extend(waiting.remove(client).unwrap_or_default());
            }
        }
        // What still waits, waits for what never comes: for each other, or for a place beyond the other's end.
        if self.clients.iter().zip(&next).any(|((_, runs), next)| *next < runs.len()) {
            return lacking;
        }
        let beyond = |(id, len): &(Id, u64)| id.clock + len > stands(&known, id.client);
        self.deletes.iter().find(|delete| beyond(delete)).map(|(id, _)| *id)
    }
}

/// Returns an update with the same structure and no words: each UTF-16 unit of text becomes an asterisk, and what else may
/// hold words becomes nothing. What others typed next to it stays where it is.
///
/// # Errors
/// [`Unfit`] if the bytes are no update.
pub fn veiled(update: &[u8]) -> Result<Vec<u8>, Unfit> {
    let mut from = Reader { bytes: update, words: Some(Vec::new()) };
    Scan::read(&mut from, usize::MAX)?;
    let (mut veiled, mut at) = (Vec::with_capacity(update.len()), 0);
    for words in from.words.into_iter().flatten() {
        let (begin, end) = (update.len() - words.before, update.len() - words.behind);
        veiled.extend_from_slice(&update[at..begin]);
        veiled.extend_from_slice(&words.veiled);
        at = end;
    }
    veiled.extend_from_slice(&update[at..]);
    Ok(veiled)
}

/// Appends a number in the variable length that updates use.
fn append_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number as u8) | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// A text as updates hold it: its length in bytes, then the bytes.
fn written(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 2);
    append_number(&mut bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// Returns a state vector as its bytes: how far each client's insertions are known.
pub fn state_vector(clocks: &Clocks) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2 + clocks.len() * 8);
    let mut number = |number: u64| append_number(&mut bytes, number);
    number(clocks.len() as u64);
    for (client, clock) in clocks {
        number(*client);
        number(*clock);
    }
    bytes
}

/// Returns a state vector from bytes, which may have come from anywhere.
///
/// # Errors
/// [`Unfit`] if the bytes are no state vector, or exceed a bound.
pub fn clocks(bytes: &[u8]) -> Result<Clocks, Unfit> {
    let mut from = Reader::new(bytes);
    let mut clocks = Clocks::new();
    for _ in 0..from.count()? {
        let (client, clock) = (from.number()?, from.clock()?);
        clocks.insert(client, clock);
    }
    if from.bytes.is_empty() { Ok(clocks) } else { Err(Unfit::Malformed) }
}
