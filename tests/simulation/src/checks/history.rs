//! One cycle as the table holds it, read by a second hand: raw items, a hash chain of its own, and what each change may
//! have been. The fold of `sheet` is held against it, not trusted.
use crate::{
    checks::{
        cells::{Cells, SYSTEM},
        texts::Texts,
    },
    table::{Rows, binary, number, text},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sheet::{CycleKey, LogEntry, State, canonical};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    sync::Arc,
};

/// A change as the log has it.
#[derive(Clone, Debug)]
pub struct Past {
    /// `<client>.<seq>`.
    pub id: String,
    /// The author's id.
    pub author: String,
    /// Its bytes.
    pub text: String,
    /// The names of its ops.
    pub ops: Vec<Value>,
    /// The time of the commit.
    pub at: i64,
    /// The task that put it there.
    pub by: usize,
}

/// A lease of an extraction.
#[derive(Clone, Debug, Default)]
pub struct Lease {
    /// The generation's number.
    pub generation: u64,
    /// The client of the run that took it.
    pub holder: String,
    /// The task that put it into the log.
    pub task: usize,
    /// Until when, by the log's time.
    pub until: i64,
    /// Whether the generation has ended.
    pub is_finished: bool,
}

/// The roles that tokens name, by user.
pub type Roles = BTreeMap<String, String>;

/// One cycle's past.
pub struct History {
    /// Which cycle.
    pub key: CycleKey,
    /// The changes, version 1 first.
    pub changes: Vec<Past>,
    /// The fold after each version, from 0 on.
    states: Vec<State>,
    canonical: BTreeMap<u64, Arc<str>>,
    /// The chain's hash after the version at which an entry ended.
    hashes: BTreeMap<u64, String>,
    /// (author, client, seq) → version.
    ids: BTreeMap<(String, String), u64>,
    cells: Cells,
    /// Its documents.
    pub texts: Texts,
    /// Members removed here.
    pub denied: BTreeSet<String>,
    roles: Roles,
    /// The last lease.
    pub lease: Option<Lease>,
    /// Generations that ended.
    pub generations: u64,
    /// The last record: its epoch and version.
    record: Option<(String, u64)>,
    /// When each version landed, the world's microseconds.
    pub landed: Vec<u64>,
    /// Whether a later release has written here: then this one must not write any more.
    pub is_newer: bool,
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// The chain's hash after an entry.
pub fn next_hash<T: AsRef<str>>(previous: &str, first: u64, texts: &[T]) -> String {
    let mut chain = format!("{previous}\n{first}\n{}\n", texts.len());
    for text in texts {
        chain.push_str(&sha256(text.as_ref()));
        chain.push('\n');
    }
    sha256(&chain)
}

impl History {
    /// Before the first entry.
    pub fn new(key: CycleKey) -> Self {
        let genesis = sha256(&format!("cyclesheet log 1\n{}\n{}\n{}\n", key.tenant, key.team, key.week));
        Self {
            states: vec![State::genesis(&key)],
            hashes: BTreeMap::from([(0, genesis)]),
            key,
            changes: Vec::new(),
            canonical: BTreeMap::new(),
            ids: BTreeMap::new(),
            cells: Cells::default(),
            texts: Texts::default(),
            denied: BTreeSet::new(),
            roles: Roles::new(),
            lease: None,
            generations: 0,
            record: None,
            landed: Vec::new(),
            is_newer: false,
        }
    }

    /// The last version.
    pub fn tip(&self) -> u64 {
        self.changes.len() as u64
    }

    /// The last version at a moment.
    pub fn tip_at(&self, us: u64) -> u64 {
        self.landed.partition_point(|landed| *landed <= us) as u64
    }

    /// The hash of the chain at its end.
    pub fn hash(&self) -> &str {
        &self.hashes[&self.tip()]
    }

    /// A change by its version.
    pub fn at(&self, version: u64) -> Option<&Past> {
        self.changes.get(version.checked_sub(1)? as usize)
    }

    /// Where a change stands, if it does.
    pub fn find(&self, author: &str, id: &str) -> Option<u64> {
        self.ids.get(&(author.to_owned(), id.to_owned())).copied()
    }

    /// The fold at a version.
    pub fn state(&self, version: u64) -> &State {
        &self.states[version as usize]
    }

    /// The sheet at a version as canonical JSON.
    pub fn canonical(&mut self, version: u64) -> Arc<str> {
        let state = &self.states[version as usize];
        let made = || canonical::to_string(&state.sheet).expect("a sheet is JSON").into();
        self.canonical.entry(version).or_insert_with(made).clone()
    }

    /// An item was put into a slot of the log by `task`.
    pub fn put(&mut self, slot: &str, item: &Value, task: usize, roles: &Roles) -> Result<(), String> {
        if self.is_newer {
            return Err(format!(
                "a release that does not know the ops in the log of {} wrote {slot}",
                self.key.cycle_id()
            ));
        }
        let first = number(&item["first"]);
        if first != self.tip() + 1 || slot != format!("LOG#{first:012}") {
            return Err(format!("I1: {slot} holds version {first}, after version {}", self.tip()));
        }
        let texts: Vec<String> = item["changes"]["L"].as_array().into_iter().flatten().map(text).collect();
        if texts.is_empty() || texts.len() as u64 != number(&item["count"]) {
            return Err(format!(
                "I1: {slot} holds {} changes and says {}",
                texts.len(),
                number(&item["count"])
            ));
        }
        let hash = next_hash(self.hash(), first, &texts);
        if hash != text(&item["hash"]) {
            return Err(format!("I1: the chain breaks at {slot}"));
        }
        // The fold under test, read as a function reads it.
        let shared = texts.iter().map(|text| text.as_str().into()).collect();
        let entry =
            LogEntry::read(first, shared, hash.clone()).map_err(|error| format!("{slot}: {error}"))?;
        for (text, change) in texts.iter().zip(&entry.changes) {
            self.change(text, task, roles)?;
            let mut state = self.states.last().expect("genesis").clone();
            sheet::apply::apply(&mut state, change);
            self.states.push(state);
            self.judge_refresh(self.tip())?;
        }
        self.hashes.insert(self.tip(), hash);
        Ok(())
    }

    fn change(&mut self, text: &str, by: usize, roles: &Roles) -> Result<(), String> {
        let change: Value = serde_json::from_str(text).map_err(|error| format!("I1: {error} in {text}"))?;
        let version = self.tip() + 1;
        if change["version"].as_u64() != Some(version) {
            return Err(format!("I1: version {} stands at {version}", change["version"]));
        }
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (id, author, role) = (word(&change["id"]), word(&change["author"]["id"]), word(&change["role"]));
        let at = change["at"].as_i64().unwrap_or_default();
        if self.changes.last().is_some_and(|last| last.at > at) {
            return Err(format!("K7: the time falls at version {version}"));
        }
        let ops: Vec<Value> = change["ops"].as_array().cloned().unwrap_or_default();
        let earlier = self.ids.insert((author.clone(), id.clone()), version);
        // Two tabs under one name, against the rules, may give one id to two changes once the first is forgotten.
        if let Some(earlier) = earlier.filter(|earlier| self.changes[*earlier as usize - 1].ops == ops) {
            return Err(format!("I2: {author}'s {id} stands at version {earlier} and at {version}"));
        }
        self.judge_author(&author, &role, &ops, version, roles)?;
        self.cells
            .fold(&author, &role, at, &ops)
            .map_err(|what| format!("{what} (version {version}, {id})"))?;
        for op in &ops {
            self.note(op, &id, by, at, version)?;
            self.texts.fold(op, version);
        }
        self.changes.push(Past { id, author, text: text.to_owned(), ops, at, by });
        Ok(())
    }

    /// I5: nobody writes who was removed, and nobody more than their role lets them.
    fn judge_author(
        &self,
        author: &str,
        role: &str,
        ops: &[Value],
        version: u64,
        roles: &Roles,
    ) -> Result<(), String> {
        if author == SYSTEM {
            return if role == "system" {
                Ok(())
            } else {
                Err(format!("I5: the system as {role} at {version}"))
            };
        }
        if self.denied.contains(author) {
            return Err(format!("I5: {author} was removed and wrote version {version}"));
        }
        let token = roles.get(author).ok_or_else(|| format!("I5: nobody is called {author}"))?;
        if token != role {
            return Err(format!("K7: {author} is {token} and stamped {role}"));
        }
        let counts = self.roles.get(author).unwrap_or(token).as_str();
        let wants = |op: &Value| match op["op"].as_str().unwrap_or_default() {
            "MEMBER_REVOKE" | "MEMBER_RESTORE" | "MEMBER_ROLE" => counts == "admin",
            "GENERATION_STARTED" | "GENERATED" | "GENERATION_FAILED" | "CYCLE_STALE" | "CYCLE_SEALED" => {
                false
            }
            _ => counts != "viewer",
        };
        match ops.iter().find(|op| !wants(op)) {
            Some(op) => Err(format!("I5: {author}, {counts}, committed {} at {version}", op["op"])),
            None => Ok(()),
        }
    }

    /// What an op means for members and leases.
    fn note(&mut self, op: &Value, id: &str, by: usize, at: i64, version: u64) -> Result<(), String> {
        let (user, client) =
            (op["userId"].as_str().unwrap_or_default(), id.split('.').next().unwrap_or_default());
        match op["op"].as_str().unwrap_or_default() {
            "MEMBER_REVOKE" => drop(self.denied.insert(user.to_owned())),
            "MEMBER_RESTORE" => drop(self.denied.remove(user)),
            "MEMBER_ROLE" => {
                self.roles.insert(user.to_owned(), op["role"].as_str().unwrap_or_default().to_owned());
            }
            "GENERATION_STARTED" => {
                let generation = op["generation"].as_u64().unwrap_or_default();
                let due = match &self.lease {
                    None => 1,
                    Some(lease) if lease.is_finished => lease.generation + 1,
                    Some(lease) if lease.until <= at => lease.generation,
                    Some(lease) => return Err(format!("I6: two leases at version {version}: {lease:?}")),
                };
                if generation != due || generation > 3 {
                    return Err(format!(
                        "I6: generation {generation} begins at version {version}; {due} is due"
                    ));
                }
                let until = at + op["leaseMs"].as_i64().unwrap_or_default();
                self.lease = Some(Lease {
                    generation,
                    holder: client.to_owned(),
                    task: by,
                    until,
                    is_finished: false,
                });
            }
            name @ ("GENERATED" | "GENERATION_FAILED") => {
                let generation = op["generation"].as_u64().unwrap_or_default();
                let lease = self.lease.as_mut().filter(|lease| {
                    lease.generation == generation
                        && lease.holder == client
                        && !lease.is_finished
                        && lease.until > at
                });
                let Some(lease) = lease else {
                    return Err(format!(
                        "I6: {id} ends generation {generation} without its lease at version {version}"
                    ));
                };
                lease.is_finished = name == "GENERATION_FAILED" || op["part"] == op["parts"];
                self.generations += u64::from(lease.is_finished);
            }
            _ => {}
        }
        Ok(())
    }

    /// I7, where a version holds an extraction's rows.
    fn judge_refresh(&mut self, version: u64) -> Result<(), String> {
        let change = &self.changes[version as usize - 1];
        let generation =
            change.ops.iter().find(|op| op["op"] == "GENERATED").map(|op| op["generation"].as_u64());
        if let Some(generation) = generation {
            let sheet = serde_json::to_value(&self.states[version as usize].sheet).expect("a sheet is JSON");
            self.cells.refreshed(&sheet, generation.unwrap_or_default())?;
        }
        Ok(())
    }

    /// I4: the fold says what the second hand says.
    pub fn agrees(&self) -> Result<(), String> {
        let sheet = serde_json::to_value(&self.states[self.tip() as usize].sheet).expect("a sheet is JSON");
        self.cells.agrees(&sheet)?;
        self.texts.agree(self.state(self.tip()))
    }

    /// The record was put. Its chunks are in `rows`.
    pub fn record(&mut self, item: &Value, rows: &Rows, pk: &str) -> Result<(), String> {
        let (epoch, version) = (text(&item["epoch"]), number(&item["version"]));
        let name = format!("the record of {} at version {version}", self.key.cycle_id());
        if let Some((was, before)) = &self.record
            && (*was != epoch || *before >= version)
        {
            return Err(format!("I3: {name}, epoch {epoch}, replaces version {before}, epoch {was}"));
        }
        match self.hashes.get(&version) {
            None => return Err(format!("I3: {name}, where no entry of the log ends (tip {})", self.tip())),
            Some(hash) if *hash != text(&item["hash"]) => {
                return Err(format!("I3: {name} has another hash than the log"));
            }
            Some(_) => {}
        }
        let packed = packed(item, rows, pk).map_err(|what| format!("I3: {name}: {what}"))?;
        let mut json = String::new();
        flate2::read::GzDecoder::new(&packed[..])
            .read_to_string(&mut json)
            .map_err(|error| format!("I3: {name} does not unpack: {error}"))?;
        let state: State = serde_json::from_str(&json).map_err(|error| format!("I3: {name}: {error}"))?;
        let stored = canonical::to_string(&state.sheet).expect("a sheet is JSON");
        if *stored != *self.canonical(version) {
            return Err(format!("I4: {name} is not what the log folds to"));
        }
        self.texts.agree(&state).map_err(|what| format!("{what} ({name})"))?;
        self.record = Some((epoch, version));
        Ok(())
    }
}

/// The bytes of a record's state, from the item or from the chunks that it names.
pub fn packed(item: &Value, rows: &Rows, pk: &str) -> Result<Vec<u8>, String> {
    let chunks = &item["chunks"]["M"];
    let packed = if chunks.is_object() {
        let mut whole = Vec::new();
        for sk in chunk_keys(item) {
            let chunk =
                rows.get(&(pk.to_owned(), sk.clone())).ok_or_else(|| format!("the chunk {sk} is missing"))?;
            whole.extend(binary(&chunk["bytes"]));
        }
        whole
    } else {
        binary(&item["state"])
    };
    let digest = hex::encode(Sha256::digest(&packed));
    if digest == text(&item["sha256"]) {
        Ok(packed)
    } else {
        Err("its bytes are not what was written".into())
    }
}

/// The sort keys of the chunks that a record names.
pub fn chunk_keys(record: &Value) -> Vec<String> {
    let chunks = &record["chunks"]["M"];
    let (version, nonce) = (number(&chunks["version"]), text(&chunks["nonce"]));
    (0..number(&chunks["count"])).map(|n| format!("RECORD#{version}#{nonce}#{n:02}")).collect()
}
