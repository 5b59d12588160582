//! What the log holds, as this client learns it: strictly by version, early changes held, gaps replayed, and the whole
//! sheet taken where the changes are not to be had. The twin of `web/client/src/machine/inbox.ts`.
use crate::{
    frames::{Announced, Ops},
    times::{CHANGES_LIMIT, GAP_MS, GAP_TRIES, MAX_GAP_MS, MAX_HELD, RETRY_MS},
    types::{
        ChangesResult, ClientFrame, Effect, Fetch, Halted, InFlight, MachineState, Purpose, Timer, Turn,
    },
};
use sheet::{
    Author, Change, Op, Role, Sheet, TimestampMs,
    apply::{apply_op_to_sheet, apply_to_sheet},
    limits::MAX_TOMBSTONES,
};
use std::collections::BTreeSet;

/// Whether a replay was asked for, or has been in vain too often.
#[derive(PartialEq, Eq)]
pub(crate) enum Replay {
    Asked,
    Useless,
}

impl Turn<'_> {
    /// Changes were announced, in whatever order and however often.
    pub fn receive(&mut self, changes: Vec<Announced>) {
        let known = self.version();
        for change in changes {
            self.expect(change.version);
            self.recognise(&change);
            // An announcement without ops never replaces one with them.
            let better = change.ops != Ops::Omitted || !self.state.held.contains_key(&change.version);
            if change.version > known && better {
                self.state.held.insert(change.version, change);
            }
        }
        // Beyond the bound, what lies farthest ahead goes: a replay brings it again.
        while self.state.held.len() > MAX_HELD {
            self.state.held.pop_last();
        }
    }

    /// A version is known to exist.
    pub fn expect(&mut self, version: u64) {
        self.state.target = self.state.target.max(version);
    }

    /// Returns whether it is the change in flight. Its announcement settles it, at any version, and takes precedence
    /// over any refusal.
    fn recognise(&mut self, change: &Announced) {
        let version = change.version;
        // Names of clients are per author: somebody else may have the same one, by chance or on purpose.
        let is_ours = self.state.user.as_ref().is_none_or(|user| user.id.as_str() == change.author.id);
        let Some(in_flight) = &mut self.state.in_flight else { return };
        if is_ours && in_flight.id == change.id {
            if in_flight.committed.is_some() {
                return;
            }
            in_flight.committed = Some(version);
            in_flight.verdict = None;
            in_flight.due = false;
            let calls: Vec<i64> = in_flight.edits.iter().map(|edit| edit.call).collect();
            self.state.superseded = 0;
            self.settle(calls, version);
            self.clear(&[Timer::Echo]);
            if self.state.confirmed.as_ref().is_some_and(|sheet| version <= sheet.version) {
                self.arrived(version);
            }
        } else if version > in_flight.examined {
            in_flight.seen.insert(version);
            while in_flight.seen.remove(&(in_flight.examined + 1)) {
                in_flight.examined += 1;
            }
        }
    }

    /// The confirmed sheet holds everything up to `version`: what was on its way may have arrived with it.
    fn arrived(&mut self, version: u64) {
        let committed = self.state.in_flight.as_ref().and_then(|change| change.committed);
        if committed.is_some_and(|at| at <= version) {
            self.state.in_flight = None;
            self.stale = true;
        }
    }

    /// Folds what can be folded. Not while a `hello` is unanswered: only `welcome` tells whether the log is the same.
    pub fn advance(&mut self) {
        if !self.is_live() {
            return;
        }
        let Some(mut sheet) = self.state.confirmed.clone().filter(|_| !self.state.distrusted) else {
            self.fetch_sheet(None);
            return;
        };
        let before = sheet.version;
        while let Some(next) = self.state.held.get(&(sheet.version + 1)).cloned() {
            if next.ops == Ops::Omitted {
                self.fetch_changes(sheet.version);
                break;
            }
            let Some(change) = foldable(next) else {
                self.fetch_sheet(None);
                break;
            };
            self.bury(&sheet, &change);
            apply_to_sheet(&mut sheet, &change);
            self.membership(&change);
            self.pass(change);
        }
        if sheet.version != before {
            self.confirm(sheet);
        }
        if !self.is_behind() {
            self.calm();
        }
    }

    /// Nothing is missing, or somebody else is seeing to it.
    pub fn calm(&mut self) {
        self.state.gap_tries = 0;
        if self.state.gap_running {
            self.clear(&[Timer::Gap]);
        }
        self.state.gap_running = false;
    }

    fn confirm(&mut self, sheet: Sheet) {
        let version = sheet.version;
        self.state.confirmed = Some(sheet);
        self.state.gap_tries = 0;
        self.state.held.retain(|held, _| *held > version);
        self.expect(version);
        self.arrived(version);
        self.stale = true;
    }

    /// Own rows that are removed, unchanged: the server requires exactly these when they are restored.
    fn bury(&mut self, sheet: &Sheet, change: &Change) {
        let own = self.state.user.as_ref().is_some_and(|user| user.id == change.author.id);
        if !own || !change.ops.iter().any(|op| matches!(op, Op::RowRemove { .. })) {
            return;
        }
        let mut folded = sheet.clone();
        for op in &change.ops {
            if let Op::RowRemove { task_id } = op
                && let Some(row) = folded.row(task_id)
            {
                self.state.tombstones.retain(|(id, _)| id != task_id);
                self.state.tombstones.push((task_id.clone(), row.clone()));
            }
            apply_op_to_sheet(&mut folded, change, op);
        }
        let over = self.state.tombstones.len().saturating_sub(MAX_TOMBSTONES);
        self.state.tombstones.drain(..over);
    }

    /// The editor that shows a document keeps its content: the sheet holds its version alone.
    fn pass(&mut self, Change { version, ops, .. }: Change) {
        self.effects.extend(ops.into_iter().filter_map(|op| match op {
            Op::TextUpdate { doc, update, .. } => Some(Effect::DocumentCommitted { doc, update, version }),
            _ => None,
        }));
    }

    /// What a change says about this very person.
    fn membership(&mut self, change: &Change) {
        let Some(user) = &self.state.user else { return };
        for op in &change.ops {
            match op {
                Op::MemberRole { user_id, role } if *user_id == user.id => self.state.role = Some(*role),
                Op::MemberRevoke { user_id } if *user_id == user.id => {
                    self.state.halted = Some(Halted::Removed);
                }
                Op::MemberRestore { user_id } if *user_id == user.id => self.state.halted = None,
                _ => {}
            }
        }
    }

    /// The whole sheet, taken instead of changes. Returns whether it was newer than what was known.
    pub fn adopt(&mut self, epoch: Option<String>, sheet: Sheet) -> bool {
        let other = self.state.epoch.is_some() && epoch.is_some() && epoch != self.state.epoch;
        if other && !self.state.distrusted {
            self.distrust(epoch.clone(), sheet.version);
        }
        let newer = self.state.confirmed.as_ref().is_none_or(|known| sheet.version > known.version);
        if !newer && !self.state.distrusted {
            return false;
        }
        self.state.epoch = epoch.or_else(|| self.state.epoch.take());
        self.state.distrusted = false;
        self.effects.push(Effect::DocumentsSkipped);
        self.confirm(sheet);
        true
    }

    /// The log was restored or wiped: what was known of its versions is void, what is on its way is not.
    pub fn distrust(&mut self, epoch: Option<String>, version: u64) {
        self.effects.push(Effect::DocumentsVoid);
        let state: &mut MachineState = self.state;
        state.distrusted = true;
        state.epoch = epoch.or_else(|| state.epoch.take());
        state.held.clear();
        state.target = version;
        state.undo.clear();
        state.redo.clear();
        state.tombstones.clear();
        let anew = |change: &mut InFlight| {
            // Never raised: what this log may hold of it, and no longer remembers, has to be refused and searched for.
            change.base = change.base.min(version);
            change.examined = 0;
            change.seen = BTreeSet::new();
            // Its place was in a log that no longer exists: it is sent again, or every change behind it would wait
            // forever.
            change.committed = None;
            change.verdict = None;
        };
        state.backlog.iter_mut().for_each(anew);
        if let Some(in_flight) = &mut state.in_flight {
            anew(in_flight);
            in_flight.due = true;
        }
        self.rewritten = true;
    }

    /// Whether versions are known to exist that this client has not looked at, and needs to.
    fn is_behind(&self) -> bool {
        let Some(confirmed) = &self.state.confirmed else { return false };
        !self.state.distrusted && (confirmed.version < self.state.target || self.searches())
    }

    /// Returns whether the client still looks for a change that the log may already have.
    fn searches(&self) -> bool {
        let Some(in_flight) = &self.state.in_flight else { return false };
        let verdict = in_flight.verdict.as_ref();
        verdict.is_some_and(|verdict| verdict.code == "SUPERSEDED" && in_flight.examined < verdict.version)
    }

    /// Starts the wait for what is missing, unless it is running.
    pub fn watch_gap(&mut self) {
        if self.is_live() && !self.state.gap_running && self.is_behind() {
            self.state.gap_running = true;
            self.wait(Timer::Gap, GAP_MS);
        }
    }

    /// Asks for what is missing; after several answers that did not help, for everything.
    pub fn replay(&mut self) -> Replay {
        if !self.is_behind() {
            return Replay::Asked;
        }
        self.state.gap_tries += 1;
        self.state.gap_running = true;
        let wait = GAP_MS.saturating_mul(1 << self.state.gap_tries.min(30)).min(MAX_GAP_MS);
        self.wait(Timer::Gap, wait);
        let version = self.version();
        if self.searches() {
            let examined = self.state.in_flight.as_ref().map_or(0, |change| change.examined);
            // Alternate between the two ways to the log: one may be closed.
            if self.state.gap_tries.is_multiple_of(2) {
                self.fetch_changes(examined);
            }
            self.send(ClientFrame::Replay { since: version.min(examined) });
            return Replay::Asked;
        }
        if self.state.gap_tries > GAP_TRIES {
            return Replay::Useless;
        }
        self.send(ClientFrame::Replay { since: version });
        Replay::Asked
    }

    /// Asks for the sheet over HTTP, unless a request is under way. `url` none: the cycle's own address.
    pub fn fetch_sheet(&mut self, url: Option<String>) {
        if let Some(request) = self.new_request(Purpose::Sheet) {
            self.effects.push(Effect::FetchSnapshot { request, url, etag: None });
        }
    }

    fn fetch_changes(&mut self, since: u64) {
        if let Some(request) = self.new_request(Purpose::Changes) {
            self.effects.push(Effect::FetchChanges { request, since, limit: CHANGES_LIMIT });
        }
    }

    fn new_request(&mut self, purpose: Purpose) -> Option<u32> {
        if self.state.fetch.is_some() {
            return None;
        }
        let request = self.state.next_request;
        self.state.fetch = Some(Fetch { request, purpose });
        self.state.next_request += 1;
        Some(request)
    }

    /// Changes came over HTTP, or did not: then the sheet is asked for.
    pub fn fetched(&mut self, result: ChangesResult) {
        if let ChangesResult::Changes { version, changes } = result {
            self.expect(version);
            let due = self.version() + 1;
            let helps = changes.iter().any(|change| change.version == due && change.ops != Ops::Omitted);
            self.receive(changes);
            if helps {
                return;
            }
        }
        if !self.searches() {
            self.fetch_sheet(None);
        }
    }

    /// A request for the sheet failed: another one after a pause.
    pub fn pause(&mut self) {
        self.state.fetch = Some(Fetch { request: 0, purpose: Purpose::Pause });
        self.set_timer(Timer::Fetch, RETRY_MS as f64 * (2.0 + self.random));
    }
}

/// The change, if every op of it is one that this release folds.
fn foldable(Announced { version, id, author, at, ops }: Announced) -> Option<Change> {
    let Ops::Known(ops) = ops else { return None };
    Some(Change {
        version,
        id: id.parse().ok()?,
        author: Author { id: author.id.parse().ok()?, name: author.name },
        role: Role::Editor,
        at: TimestampMs(at),
        base: 0,
        ops,
    })
}
