//! The commit.
//!
//! A commit folds the log up to the tip it knows, checks the change against that, and puts the entry at the next slot
//! on the condition that the slot is free. If it is not, DynamoDB hands back the winner: fold it, check again, try the
//! next. In the steady state that is one PutItem and nothing else.
//!
//! Changes that wait while a put is in flight go out together: the caller that gets the lock next takes all that wait,
//! checks them in order against the running state, and puts them as one entry. The caller that leads a group notifies
//! the room; the others only learn their version. A leader that is killed leaves its followers without an answer, and
//! they queue again: their ids find themselves if the put had landed.
use crate::{
    Recipient,
    cache::Cache,
    directory::{self, Team},
    log::{self, Limit, Put, Since},
    record, roles,
    room::{Committed, Failure, Folded, MAX_WAITING, Outcome, Proposal, Waiting, take},
    roster::Rosters,
    table::{StoreError, Table},
};
use sheet::{
    Author, Change, Code, CycleKey, LogEntry, Name, Op, Refusal, Role, State, TimestampMs, Verdict,
    check::{Policy, check},
    fail_point, invariant,
    limits::{MAX_CHANGE_BYTES, MAX_ENTRY_CHANGES, MAX_OPS},
    name::{ChangeId, ClientId},
};
use std::sync::{Arc, PoisonError};
use tokio::sync::oneshot;

/// Slots a commit may lose before it answers `BUSY`: a room where that happens has dozens of functions writing at once.
const MAX_LOST_SLOTS: usize = 24;
/// A random number from outside: the store makes up none itself.
pub type Random = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What a deployment may set.
#[derive(Clone)]
pub struct StoreConfig {
    /// Bytes of folded cycles to keep, estimated.
    pub max_cache_bytes: usize,
    /// Changes that may share one log entry; 1 turns group commit off.
    pub max_group: usize,
    /// The checks' settings.
    pub policy: Policy,
    /// Joined to every cycle's random epoch: a table restored under another name, or with another salt, has other
    /// epochs, and every client starts from a snapshot.
    pub epoch_salt: String,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            max_cache_bytes: 64 * 1024 * 1024,
            max_group: MAX_ENTRY_CHANGES,
            policy: Policy::default(),
            epoch_salt: String::new(),
        }
    }
}

/// The cycles of one table.
#[derive(Clone)]
pub struct Store {
    table: Table,
    config: Arc<StoreConfig>,
    cache: Arc<Cache>,
    directory: Arc<directory::Kept>,
    rosters: Arc<Rosters>,
    random: Random,
}

impl Store {
    /// The store on `table`.
    pub fn new(table: Table, config: StoreConfig, random: Random) -> Self {
        let cache = Arc::new(Cache::new(config.max_cache_bytes));
        Self {
            table,
            config: Arc::new(config),
            cache,
            directory: Arc::default(),
            rosters: Arc::default(),
            random,
        }
    }

    /// The table that this store is on, for the functions of this crate's modules.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Folded cycles kept, and their estimated bytes.
    pub fn cached(&self) -> (usize, usize) {
        self.cache.size()
    }

    /// Returns the sockets of a room to post to: a socket that joined before a change was committed is among them. Costs
    /// one GetItem, and a Query if a socket has joined or left since this process last asked.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Corrupt`] if an item cannot be understood.
    pub async fn recipients(&self, key: &CycleKey, now: TimestampMs) -> Result<Arc<[Recipient]>, StoreError> {
        self.rosters.recipients(&self.table, key, now).await
    }

    /// A team, as read within the last minute; none if the tenant has no such team.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an
    /// item cannot be understood.
    pub async fn team(
        &self,
        tenant: &Name,
        team: &Name,
        now: TimestampMs,
    ) -> Result<Option<Arc<Team>>, StoreError> {
        self.directory.team(&self.table, tenant, team, now).await
    }

    /// The checks' settings.
    pub fn policy(&self) -> &Policy {
        &self.config.policy
    }

    fn nonce(&self) -> String {
        format!("{:016x}", (self.random)())
    }

    /// Makes sure that the cycle exists.
    ///
    /// The index first, then the denials and the roles that were set, then the first entry that carries them, then the
    /// record, without which nobody reads the cycle. A removal lists the cycles after it has denied: either it finds this
    /// one in the index, or this one finds the denial. Killed in between, the next call goes on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call
    /// again is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
    pub async fn create(&self, key: &CycleKey, now: TimestampMs) -> Result<(), StoreError> {
        directory::index_cycle(&self.table, key, now).await?;
        let mut ops = Vec::new();
        for listed in directory::denied(&self.table, &key.tenant).await? {
            // The list names users who may be removed; the denial decides.
            if directory::is_denied(&self.table, &key.tenant, &listed.user).await? {
                ops.push(Op::MemberRevoke { user_id: listed.user });
            }
        }
        let set = roles::all(&self.table, &key.tenant).await?;
        ops.extend(set.into_iter().map(|set| Op::MemberRole { user_id: set.user, role: set.role }));
        if !ops.is_empty() {
            let genesis = State::genesis(key);
            let cut = ops.chunks(MAX_OPS).zip(1u64..);
            let changes = cut.map(|(ops, version)| Change {
                version,
                id: ChangeId::new(standing_client(), version),
                author: Author::system(),
                role: Role::System,
                at: now,
                base: 0,
                ops: ops.to_vec(),
            });
            let entry = LogEntry::build(&genesis, changes.collect())
                .map_err(|error| StoreError::Corrupt(format!("a change does not write: {error}")))?;
            // Taken: a call before this one was killed here, or the cycle is older. Both have the decisions of their
            // time.
            let (Put::Stored | Put::Taken(_)) = log::put(&self.table, key, &entry).await?;
        }
        record::create(&self.table, key, &self.nonce()).await.map(drop)
    }

    /// The cycle's state at the log's tip, after a strongly consistent read in this call.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the cycle does not exist. [`StoreError::Unavailable`] if the table cannot be
    /// reached: a write may have been applied, and the same call again is safe. [`StoreError::Newer`] or
    /// [`StoreError::Corrupt`] if an item cannot be understood.
    pub async fn tip(&self, key: &CycleKey) -> Result<Folded, StoreError> {
        let room = self.cache.room(key);
        let mut kept = room.folded.lock().await;
        fail_point!(StalePong, {
            if let Some(stale) = kept.as_ref() {
                return Ok(stale.clone());
            }
        });
        self.refresh(key, &mut kept).await
    }

    /// Brings the kept fold to the tip: a Query of what came after it, or everything from the record.
    async fn refresh(&self, key: &CycleKey, kept: &mut Option<Folded>) -> Result<Folded, StoreError> {
        if let Some(folded) = kept.take() {
            match self.catch_up(key, folded).await {
                Ok(folded) => return Ok(self.keep(key, kept, folded)),
                // A fold that the log does not continue is not of this log: begin again from the record.
                Err(StoreError::Corrupt(reason)) => {
                    tracing::warn!(cycle = %key, reason, "a cached fold was dropped")
                }
                Err(error) => return Err(error),
            }
        }
        let Some((record, state)) = record::load(&self.table, key).await? else {
            return Err(StoreError::NotFound);
        };
        let folded = Folded {
            state: Arc::new(state),
            epoch: format!("{}{}", record.epoch, self.config.epoch_salt).into(),
            stored_epoch: record.epoch.into(),
            record_bytes: usize::try_from(record.bytes).unwrap_or(usize::MAX),
            log_bytes: 0,
        };
        let folded = self.catch_up(key, folded).await?;
        Ok(self.keep(key, kept, folded))
    }

    fn keep(&self, key: &CycleKey, kept: &mut Option<Folded>, folded: Folded) -> Folded {
        self.cache.weigh(key, folded.state.weight());
        kept.insert(folded).clone()
    }

    async fn catch_up(&self, key: &CycleKey, mut folded: Folded) -> Result<Folded, StoreError> {
        let state = Arc::make_mut(&mut folded.state);
        let mut next = Some(Since::Entry(state.version()));
        while let Some(since) = next {
            let page = log::page(&self.table, key, since, Limit::PAGE).await?;
            for stored in page.entries {
                let entry = stored.entry()?;
                entry.fold(state)?;
                folded.log_bytes += size(&entry);
            }
            next = page.next;
        }
        Ok(folded)
    }

    /// Commits a change, or says why not. An error means that it is not known: the same again finds out.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the cycle does not exist. [`StoreError::Unavailable`] if the table cannot be
    /// reached: a write may have been applied, and the same call again is safe. [`StoreError::Newer`] or
    /// [`StoreError::Corrupt`] if an item cannot be understood.
    pub async fn commit(&self, key: &CycleKey, proposal: Proposal) -> Result<Outcome, StoreError> {
        let bytes = serde_json::to_string(&proposal.ops).map_or(usize::MAX, |ops| ops.len());
        if bytes > MAX_CHANGE_BYTES {
            let refusal = Refusal::new(
                Code::PayloadTooLarge,
                format!("a change is at most {MAX_CHANGE_BYTES} bytes of JSON"),
            );
            return Ok(Outcome::Refused { refusal, version: self.tip(key).await?.state.version() });
        }
        loop {
            let room = self.cache.room(key);
            let (reply, mut answer) = oneshot::channel();
            {
                let mut waiting = room.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                if waiting.len() >= MAX_WAITING {
                    return Err(StoreError::Unavailable {
                        operation: "commit",
                        reason: "too many changes wait".into(),
                    });
                }
                waiting.push(Waiting { proposal: proposal.clone(), bytes, reply });
            }
            let mut kept = room.folded.lock().await;
            loop {
                match answer.try_recv() {
                    Ok(outcome) => return outcome.map_err(StoreError::from),
                    // The leader that had taken this change was killed: queue again.
                    Err(oneshot::error::TryRecvError::Closed) => break,
                    Err(oneshot::error::TryRecvError::Empty) => {
                        let group = take(&room, self.config.max_group);
                        self.lead(key, &mut kept, group).await;
                    }
                }
            }
        }
    }

    /// Takes a group through the log and answers each of its members.
    async fn lead(&self, key: &CycleKey, kept: &mut Option<Folded>, group: Vec<Waiting>) {
        let proposals: Vec<(&Proposal, usize)> = group.iter().map(|w| (&w.proposal, w.bytes)).collect();
        match self.decide(key, kept, &proposals).await {
            Ok(outcomes) => {
                for (waiting, outcome) in group.into_iter().zip(outcomes) {
                    let _ = waiting.reply.send(Ok(outcome));
                }
            }
            Err(error) => {
                let failure = Failure(Arc::new(error));
                for waiting in group {
                    let _ = waiting.reply.send(Err(failure.clone()));
                }
            }
        }
    }

    async fn decide(
        &self,
        key: &CycleKey,
        kept: &mut Option<Folded>,
        group: &[(&Proposal, usize)],
    ) -> Result<Vec<Outcome>, StoreError> {
        let mut fresh = kept.is_none();
        fail_point!(StaleRejection, { fresh = true });
        let mut folded = match kept.take() {
            Some(folded) => folded,
            None => self.refresh(key, kept).await?,
        };
        for lost in 0..MAX_LOST_SLOTS {
            let judged = self.judge(&folded.state, group);
            if !fresh && judged.verdicts.iter().any(|verdict| !matches!(verdict, Judged::Accepted(_))) {
                // A stale fold may put; it may never answer.
                *kept = Some(folded);
                folded = self.refresh(key, kept).await?;
                fresh = true;
                continue;
            }
            if judged.changes.is_empty() {
                let outcomes = self.answer(key, &judged, &folded, None).await;
                self.keep(key, kept, folded);
                return outcomes;
            }
            let entry = LogEntry::build(&folded.state, judged.changes.clone())
                .map_err(|error| StoreError::Corrupt(format!("a change does not write: {error}")))?;
            // Killed or failed from here to the answer, what is kept is the fold before this entry or none: both are harmless,
            // because the next put meets a taken slot.
            match log::put(&self.table, key, &entry).await? {
                Put::Stored => {
                    let entry = Arc::new(entry);
                    let state = Arc::make_mut(&mut folded.state);
                    *state = judged.state.clone();
                    state.ledger.hash.clone_from(&entry.hash);
                    folded.log_bytes += size(&entry);
                    let compaction_due = folded.claim_compaction();
                    let outcomes =
                        self.answer(key, &judged, &folded, Some(((entry, lost), compaction_due))).await;
                    self.keep(key, kept, folded);
                    return outcomes;
                }
                Put::Taken(winner) => {
                    winner.fold(Arc::make_mut(&mut folded.state))?;
                    folded.log_bytes += size(&winner);
                    fresh = false;
                    if lost > 0 {
                        // Far behind: read the rest in one go instead of losing slot after slot.
                        folded = self.catch_up(key, folded).await?;
                        fresh = true;
                    }
                }
            }
        }
        Err(StoreError::Unavailable {
            operation: "commit",
            reason: format!("lost {MAX_LOST_SLOTS} slots in a row"),
        })
    }

    /// Checks a group in order against the running state.
    fn judge(&self, state: &Arc<State>, group: &[(&Proposal, usize)]) -> JudgedGroup {
        let mut judged =
            JudgedGroup { state: State::clone(state), changes: Vec::new(), verdicts: Vec::new() };
        for (proposal, bytes) in group {
            let running = &judged.state;
            let change = proposal.change(running);
            judged.verdicts.push(match check(running, &change, *bytes, &self.config.policy) {
                Verdict::Accept(next) => {
                    invariant!(
                        I5,
                        !running.ledger.denials.contains(&change.author.id)
                            && running.ledger.role_of(&change.author.id, change.role).edits(),
                        "nobody who is removed or only reads gets a change into the log"
                    );
                    judged.state = *next;
                    judged.changes.push(change);
                    Judged::Accepted(judged.state.version())
                }
                Verdict::Duplicate { version } => Judged::Duplicate(version),
                Verdict::Refuse(refusal) => Judged::Refused(refusal),
            });
        }
        judged
    }

    /// The outcomes of a group whose entry, if it has one, stands in the log.
    async fn answer(
        &self,
        key: &CycleKey,
        judged: &JudgedGroup,
        folded: &Folded,
        put: Option<((Arc<LogEntry>, usize), bool)>,
    ) -> Result<Vec<Outcome>, StoreError> {
        let (entry, compaction_due) = put.unzip();
        let (entry, lost_slots) = entry.unzip();
        let mut leads = true;
        let mut outcomes = Vec::with_capacity(judged.verdicts.len());
        for verdict in &judged.verdicts {
            outcomes.push(match (verdict, &entry) {
                (Judged::Accepted(version), Some(entry)) => {
                    let leads = std::mem::take(&mut leads);
                    let (change, text) = standing_at(entry, *version).ok_or_else(|| {
                        StoreError::Corrupt(format!("version {version} is missing from its entry"))
                    })?;
                    Outcome::Committed(Committed {
                        version: *version,
                        change: change.clone(),
                        text: text.clone(),
                        entry: entry.clone(),
                        leads,
                        compaction_due: leads && compaction_due == Some(true),
                        lost_slots: lost_slots.unwrap_or_default(),
                    })
                }
                (Judged::Duplicate(version), _) => {
                    self.duplicate(key, *version, folded, entry.as_ref()).await?
                }
                (Judged::Refused(refusal), _) => {
                    Outcome::Refused { refusal: refusal.clone(), version: folded.state.version() }
                }
                (Judged::Accepted(_), None) => {
                    return Err(StoreError::Corrupt("accepted without an entry".into()));
                }
            });
        }
        Ok(outcomes)
    }

    async fn duplicate(
        &self,
        key: &CycleKey,
        version: u64,
        folded: &Folded,
        entry: Option<&Arc<LogEntry>>,
    ) -> Result<Outcome, StoreError> {
        // Twice in one group: its first copy is in the entry that was just put.
        let own = entry.filter(|entry| (entry.first..=entry.last()).contains(&version));
        let text = match own {
            Some(entry) => text_of(entry, version),
            None => self.replay(key, version - 1, 1, usize::MAX).await?.into_iter().next(),
        };
        let text = text.ok_or_else(|| {
            StoreError::Corrupt(format!("version {version} is missing from the log of {key}"))
        })?;
        Ok(Outcome::Duplicate { version, text, tip: folded.state.version() })
    }

    /// Returns the stored texts of the changes after `since`; strongly consistent. Oldest first, as many whole changes
    /// as `max_bytes` and `max_changes` hold, at least one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the cycle does not exist. [`StoreError::Unavailable`] if the table cannot be
    /// reached: a write may have been applied, and the same call again is safe. [`StoreError::Newer`] or
    /// [`StoreError::Corrupt`] if an item cannot be understood.
    pub async fn replay(
        &self,
        key: &CycleKey,
        since: u64,
        max_changes: usize,
        max_bytes: usize,
    ) -> Result<Vec<Arc<str>>, StoreError> {
        let limit = Limit::new(max_changes, max_bytes);
        let page = log::page(&self.table, key, Since::Version(since), limit).await?;
        let (mut texts, mut bytes) = (Vec::new(), 0);
        for stored in page.entries {
            stored.is_known()?;
            for (text, version) in stored.texts.into_iter().zip(stored.first..) {
                if version <= since {
                    continue;
                }
                bytes += text.len();
                if !texts.is_empty() && (texts.len() >= max_changes || bytes > max_bytes) {
                    return Ok(texts);
                }
                texts.push(text);
            }
        }
        Ok(texts)
    }

    /// Rewrites the record from the kept fold, if it is further than the one that stands.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call
    /// again is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
    pub async fn compact(&self, key: &CycleKey) -> Result<bool, StoreError> {
        let room = self.cache.room(key);
        let folded = match &*room.folded.lock().await {
            Some(folded) => folded.clone(),
            None => return Ok(false),
        };
        // Documents are loaded and written as one: merging their updates alone would keep deleted text.
        let state = Arc::new(folded.state.compacted());
        invariant!(
            I4,
            state.version() == folded.state.version() && state.ledger == folded.state.ledger,
            "a compaction changes neither the version nor the ledger"
        );
        let written = record::replace(&self.table, key, &state, &folded.stored_epoch, &self.nonce()).await?;
        fail_point!(ReuseSlot, {
            if written.is_some() {
                let slot = crate::keys::slot(folded.state.version());
                self.table.delete(&crate::keys::cycle(key), &slot).await?;
            }
        });
        if let Some(kept) = &mut *room.folded.lock().await {
            kept.log_bytes = kept.log_bytes.saturating_sub(folded.log_bytes);
            kept.record_bytes = written.unwrap_or(kept.record_bytes);
            if kept.state.version() == state.version() {
                kept.state = state;
            }
        }
        Ok(written.is_some())
    }
}

/// The client of a cycle's first entry.
fn standing_client() -> ClientId {
    ClientId::of_system("standing")
}

struct JudgedGroup {
    state: State,
    changes: Vec<Change>,
    verdicts: Vec<Judged>,
}

enum Judged {
    Accepted(u64),
    Duplicate(u64),
    Refused(Refusal),
}

/// Returns the change of a version, parsed, with its text in the log.
fn standing_at(entry: &LogEntry, version: u64) -> Option<(&Change, &Arc<str>)> {
    let at = usize::try_from(version.checked_sub(entry.first)?).ok()?;
    Some((entry.changes.get(at)?, entry.texts.get(at)?))
}

fn text_of(entry: &LogEntry, version: u64) -> Option<Arc<str>> {
    standing_at(entry, version).map(|(_, text)| text.clone())
}

fn size(entry: &LogEntry) -> usize {
    entry.texts.iter().map(|text| text.len()).sum()
}
