//! What is done here and has not reached the log: applied at once, sent as one change at a time, taken back where it
//! is refused. The twin of `web/client/src/machine/outbox.ts`.
use crate::{
    calls::safe,
    coalesce::{gather, plain_insert},
    inverse::inverse,
    precheck::{check_op, name_of, provisional},
    rebase::{Contested, Dropped, Rebased, forced, rebase},
    times::{
        ECHO_MS, MAX_ATTEMPTS, MAX_CLIENT_FRAME_BYTES, MAX_RETRY_MS, MAX_UNDO, POST_MS, RETRY_MS,
        SEND_INTERVAL_MS,
    },
    types::{
        ClientFrame, Conflict, Edit, Effect, Halted, InFlight, MachineState, Rejection, Sent, Timer, Turn,
        UndoStep, Verdict, Who,
    },
};
use sheet::{Cell, Code, Column, DocName, Op, RowId, apply::apply_op_to_sheet, doc::Bytes};

/// Updates of a document that are on their way, oldest first.
pub fn pending_updates(state: &MachineState, doc: &DocName) -> Vec<Bytes> {
    let sent = state.in_flight.iter().chain(&state.backlog).flat_map(|change| &change.ops);
    let all = sent.chain(state.queue.iter().flat_map(|edit| &edit.ops));
    let of = |op: &Op| match op {
        Op::TextUpdate { doc: of, update, .. } if of == doc => Some(update.clone()),
        _ => None,
    };
    all.filter_map(of).collect()
}

/// Which stack the inverse of an edit goes to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Do,
    Undo,
    Redo,
}

impl Turn<'_> {
    /// A person wants this: on the sheet at once, in the queue, and on the undo stack.
    pub fn request(&mut self, call: i64, ops: &[Op], kind: Kind) {
        let refusal = self.refusal_of(ops);
        self.open_call(call, 1);
        let (None, Some(before)) = (&refusal, self.state.sheet.clone()) else {
            let (code, message) = refusal.unwrap_or_else(not_yet);
            self.reject(vec![Dropped { call, code, message, ops: ops.to_vec() }]);
            self.settle([call], 0);
            return;
        };
        let asker = self.asker();
        let mut rebased = rebase(&before, vec![Edit::new(call, ops.to_vec())], &asker);
        self.state.sheet = Some(rebased.sheet.clone());
        let left = rebased.edits.pop().unwrap_or_else(|| Edit::new(call, Vec::new()));
        self.state.conflicts.retain(|conflict| !writes(&left.ops, conflict));
        // Documents have an undo of their own, per editor.
        if !ops.iter().all(|op| matches!(op, Op::TextUpdate { .. })) {
            self.remember(call, kind, inverse(&before, &left.ops, &asker));
        }
        self.report(&rebased);
        if left.ops.is_empty() {
            let version = self.version();
            self.settle([call], version);
        } else {
            self.state.queue.push(left);
            self.rewritten = true;
        }
    }

    /// Something else in place of a call that has not been sent yet; nothing, where it has.
    pub fn amend(&mut self, call: i64, ops: Vec<Op>) {
        let Some(at) = self.state.queue.iter().position(|waiting| waiting.call == call) else { return };
        if ops.is_empty() {
            let version = self.version();
            self.state.queue.remove(at);
            self.settle([call], version);
        } else {
            self.state.queue[at].ops = ops;
        }
        self.rewritten = true;
        self.stale = true;
    }

    /// None, or why the whole request is refused at once. A conflict is no reason: that is for the person to decide.
    fn refusal_of(&self, ops: &[Op]) -> Option<(String, String)> {
        if self.state.halted == Some(Halted::Removed) {
            return Some(("REVOKED".into(), "you have been removed from this workspace".into()));
        }
        // Over HTTP the sheet may come before the room has said who this is: nothing can be kept in nobody's name.
        let (Some(sheet), Some(_)) = (&self.state.sheet, &self.state.user) else { return Some(not_yet()) };
        if ops.is_empty() {
            return Some(("MALFORMED".into(), "a change holds at least one op".into()));
        }
        let who = self.asker();
        let mut folded = sheet.clone();
        let change = provisional(&folded, &who);
        for op in ops {
            match check_op(&folded, op, &who) {
                Some(refusal) if refusal.code != Code::Conflict => {
                    return Some((refusal.code.as_str().to_owned(), refusal.message));
                }
                _ => apply_op_to_sheet(&mut folded, &change, op),
            }
        }
        None
    }

    fn remember(&mut self, call: i64, kind: Kind, ops: Vec<Op>) {
        if kind == Kind::Do {
            self.state.redo.clear();
        }
        if ops.is_empty() {
            return;
        }
        let steps = if kind == Kind::Undo { &mut self.state.redo } else { &mut self.state.undo };
        steps.push(UndoStep { call, ops });
        if steps.len() > MAX_UNDO {
            steps.remove(0);
        }
    }

    /// Takes back the last step, or makes it again.
    pub fn undo(&mut self, call: i64, kind: Kind) {
        let steps = if kind == Kind::Undo { &mut self.state.undo } else { &mut self.state.redo };
        if let Some(step) = steps.pop() {
            self.request(call, &step.ops, kind);
        }
    }

    /// Writes one's own text over theirs.
    pub fn keep_mine(&mut self, call: i64, conflict_id: &str) {
        let Some(conflict) = self.state.conflicts.iter().find(|open| open.id == conflict_id).cloned() else {
            return;
        };
        self.keep_theirs(conflict_id);
        let Conflict { task_id, column, mine, theirs, .. } = conflict;
        let row = self.state.sheet.as_ref().and_then(|sheet| sheet.row(&task_id));
        let old_value = row.map_or(theirs, |row| row.value(column).to_owned());
        self.request(call, &[Op::CellModify { task_id, column, old_value, new_value: mine }], Kind::Do);
    }

    /// Lets theirs stand.
    pub fn keep_theirs(&mut self, conflict_id: &str) {
        self.state.conflicts.retain(|open| open.id != conflict_id);
    }

    /// Applies the changes on their way to the confirmed sheet again.
    pub fn rebuild(&mut self) {
        self.stale = false;
        let Some(confirmed) = self.state.confirmed.clone() else { return };
        let who = self.asker();
        let version = confirmed.version;
        let sent = self.state.backlog.iter().chain(&self.state.in_flight);
        let open = sent.filter(|change| change.committed.is_none_or(|at| at > version));
        let base = open.fold(confirmed, |sheet, change| forced(sheet, &change.ops, &who));
        let waiting = std::mem::take(&mut self.state.queue);
        let mut rebased = rebase(&base, waiting.clone(), &who);
        self.state.sheet = Some(rebased.sheet.clone());
        let (left, done): (Vec<_>, Vec<_>) =
            std::mem::take(&mut rebased.edits).into_iter().partition(|edit| !edit.ops.is_empty());
        // Others' changes are no reason to store an unchanged queue again.
        self.rewritten |= left != waiting;
        self.state.queue = left;
        self.report(&rebased);
        self.settle(done.into_iter().map(|edit| edit.call), version);
        self.follow_theirs();
    }

    /// Tells what a rebase came to: conflicts to decide, refusals, and what can no longer be undone.
    fn report(&mut self, rebased: &Rebased) {
        for cell in &rebased.contested {
            let conflict = self.conflict_of(cell);
            self.state.conflicts.retain(|open| open.id != conflict.id);
            self.state.conflicts.push(conflict.clone());
            let message = format!("{} was changed meanwhile", cell.clash.column);
            for call in &cell.calls {
                self.fail(*call, "CONFLICT", &message, std::slice::from_ref(&conflict));
                self.prune_undo(*call, |op| without_cell(op, &cell.clash.task_id, cell.clash.column));
            }
        }
        self.reject(rebased.dropped.clone());
    }

    fn conflict_of(&mut self, cell: &Contested) -> Conflict {
        let clash = &cell.clash;
        let mut open = self.state.conflicts.iter();
        let open = open
            .find(|other| other.task_id == clash.task_id && other.column == clash.column)
            .map(|open| (open.id.clone(), open.base.clone()));
        let (id, base) = open.unwrap_or_else(|| {
            self.state.next_conflict += 1;
            (format!("conflict-{}", self.state.next_conflict - 1), clash.base.clone())
        });
        Conflict {
            id,
            task_id: clash.task_id.clone(),
            column: clash.column,
            base,
            mine: clash.mine.clone(),
            theirs: clash.current.as_ref().map_or_else(String::new, |cell| cell.value.to_string()),
            their_author: self.author_of(clash.current.as_ref()),
            their_version: clash.current.as_ref().map_or(0, |cell| cell.version),
        }
    }

    fn author_of(&self, cell: Option<&Cell>) -> Who {
        let id = cell.map_or_else(String::new, |cell| cell.author.to_string());
        let name = self.state.confirmed.as_ref().map_or_else(|| id.clone(), |sheet| name_of(sheet, &id));
        Who { id, name }
    }

    fn reject(&mut self, dropped: Vec<Dropped>) {
        for Dropped { call, code, message, ops } in dropped {
            self.fail(call, &code, &message, &[]);
            let told = safe(&code).to_owned();
            for op in &ops {
                let Op::TextUpdate { doc, update, .. } = op else { continue };
                let (doc, update) = (doc.clone(), update.clone());
                let (code, message) = (told.clone(), message.clone());
                self.effects.push(Effect::DocumentRefused { doc, update, code, message });
            }
            for refused in &ops {
                self.prune_undo(call, |op| without_target(op, refused));
            }
            self.state.last_rejection = Some(Rejection { code: told, message, ops, at: self.now });
        }
    }

    /// Open conflicts show the current value; one that resolved itself is removed.
    fn follow_theirs(&mut self) {
        let Some(confirmed) = self.state.confirmed.clone() else { return };
        let mut conflicts = std::mem::take(&mut self.state.conflicts);
        conflicts.retain_mut(|conflict| {
            let Some(row) = confirmed.row(&conflict.task_id) else { return false };
            if row.value(conflict.column) == conflict.mine {
                return false;
            }
            let Some(cell) = row.cells.get(&conflict.column) else { return true };
            if cell.version != conflict.their_version {
                conflict.theirs = cell.value.to_string();
                conflict.their_author = self.author_of(Some(cell));
                conflict.their_version = cell.version;
            }
            true
        });
        self.state.conflicts = conflicts;
    }

    /// Sends what is due: the change in flight again, or the next one.
    pub fn flush(&mut self) {
        if !self.is_live() || self.state.confirmed.is_none() {
            return;
        }
        if self.state.in_flight.is_none() && !self.state.backlog.is_empty() {
            self.state.in_flight = Some(self.state.backlog.remove(0));
            self.rewritten = true;
        }
        if let Some(in_flight) = &self.state.in_flight {
            if in_flight.due {
                self.transmit();
            }
            return;
        }
        while !self.state.queue.is_empty() {
            let wait = self.state.last_sent_at + SEND_INTERVAL_MS - self.now;
            if wait > 0 {
                self.wait(Timer::Send, wait);
                return;
            }
            let gathered = gather(&self.state.queue, &self.state.tombstones);
            if let Some(first) = gathered.taken.first() {
                self.add_parts(first.call, gathered.added);
            }
            self.state.queue = gathered.rest;
            self.rewritten = true;
            let version = self.version();
            if gathered.ops.is_empty() {
                // They cancelled each other: the value is the earlier one, stamps included.
                self.settle(gathered.taken.into_iter().map(|edit| edit.call), version);
                self.stale = true;
                continue;
            }
            let id = format!("{}.{}", self.state.client_name, self.state.next_seq);
            self.state.next_seq += 1;
            let sent = Sent { id, base: version, edits: gathered.taken, ops: gathered.ops };
            self.state.in_flight = Some(InFlight::unsent(sent));
            self.transmit();
            return;
        }
    }

    fn transmit(&mut self) {
        let now = self.now;
        let Some(change) = &mut self.state.in_flight else { return };
        change.due = false;
        let frame = ClientFrame::Change { id: change.id.clone(), base: change.base, ops: change.ops.clone() };
        self.state.last_sent_at = now;
        if serde_json::to_vec(&frame).map_or(0, |json| json.len()) > MAX_CLIENT_FRAME_BYTES {
            // The socket is not to blame for what HTTP takes its time with: `tries` stays as it is.
            self.effects.push(Effect::Post { change: frame });
            return self.wait(Timer::Echo, POST_MS);
        }
        let echo = ECHO_MS[(change.tries as usize).min(ECHO_MS.len() - 1)];
        change.tries += 1;
        self.send(frame);
        self.wait(Timer::Echo, echo);
    }

    /// The change in flight may be sent again now.
    pub fn again(&mut self) {
        if let Some(in_flight) = &mut self.state.in_flight
            && in_flight.verdict.is_none()
            && in_flight.committed.is_none()
        {
            in_flight.due = true;
        }
    }

    /// The server answered that the change may succeed later, as it is.
    pub fn retry_later(&mut self) {
        let Some(in_flight) = &mut self.state.in_flight else { return };
        let wait = RETRY_MS.saturating_mul(1 << in_flight.answers.min(30)).min(MAX_RETRY_MS);
        in_flight.tries = 0;
        in_flight.answers += 1;
        self.set_timer(Timer::Echo, wait as f64 * (1.0 + self.random / 2.0));
    }

    /// Acts on a final refusal, once this client's sheet is at least what the server decided by.
    pub fn judge(&mut self) {
        let (Some(in_flight), Some(confirmed)) = (&self.state.in_flight, &self.state.confirmed) else {
            return;
        };
        let Some(verdict) = in_flight.verdict.clone() else { return };
        if confirmed.version < verdict.version {
            return;
        }
        let superseded = verdict.code == "SUPERSEDED";
        if superseded && in_flight.examined < verdict.version {
            return;
        }
        let edits = in_flight.edits.clone();
        let back = if superseded {
            self.renumber();
            edits
        } else {
            self.reconsidered(edits, verdict)
        };
        self.state.queue.splice(0..0, back);
        self.rewritten = true;
        self.state.in_flight = None;
        self.stale = true;
        self.clear(&[Timer::Echo]);
    }

    /// The log has passed this client's numbers: go on above them, or, if that was tried, under another name.
    fn renumber(&mut self) {
        self.state.superseded += 1;
        self.state.next_seq = self.state.next_seq.max(u64::try_from(self.now).unwrap_or(0));
        if self.state.superseded > 1 {
            self.state.client_name = base36((self.random * (1_u64 << 52) as f64).floor() as u64);
        }
    }

    /// What becomes of the edits of a refused change: the next rebase drops what the sheet shows to be impossible.
    fn reconsidered(&self, edits: Vec<Edit>, verdict: Verdict) -> Vec<Edit> {
        let mut tried = edits;
        tried.iter_mut().for_each(|edit| edit.attempts += 1);
        let seen = |sheet| rebase(sheet, tried.clone(), &self.asker()).altered;
        if self.state.confirmed.as_ref().is_some_and(seen) {
            return tried;
        }
        // Nothing to be seen from here. Of several edits, find the one by sending each alone.
        if let [edit] = &mut tried[..] {
            let restores = |op: &Op| matches!(op, Op::RowInsert { restored: Some(_), .. });
            if edit.ops.iter().any(restores) {
                edit.ops = edit.ops.iter().map(plain_insert).collect();
            } else if verdict.code != "CONFLICT" || edit.attempts >= MAX_ATTEMPTS {
                edit.refused = Some(verdict);
            }
        } else {
            tried.iter_mut().for_each(|edit| edit.solo = true);
        }
        tried
    }

    /// The member is out: nothing of this will ever be in the log.
    pub fn abandon(&mut self, code: &str, message: &str) {
        let in_flight = self.state.in_flight.take();
        let sent = std::mem::take(&mut self.state.backlog).into_iter().chain(in_flight);
        let mut all: Vec<Edit> = sent.flat_map(|change| change.edits).collect();
        all.append(&mut self.state.queue);
        self.rewritten = true;
        let calls: Vec<i64> = all.iter().map(|edit| edit.call).collect();
        let (code, message) = (code.to_owned(), message.to_owned());
        let refuse =
            |Edit { call, ops, .. }| Dropped { call, code: code.clone(), message: message.clone(), ops };
        self.reject(all.into_iter().map(refuse).collect());
        self.settle(calls, 0);
        self.stale = true;
    }
}

fn not_yet() -> (String, String) {
    ("BUSY".into(), "the sheet has not arrived yet".into())
}

fn writes(ops: &[Op], conflict: &Conflict) -> bool {
    ops.iter().any(|op| match op {
        Op::CellModify { task_id, column, .. } => *task_id == conflict.task_id && *column == conflict.column,
        Op::BatchUpdate { task_id, updates } => {
            *task_id == conflict.task_id && updates.contains_key(&conflict.column)
        }
        _ => false,
    })
}

fn without_cell(op: &Op, row: &RowId, cell: Column) -> Option<Op> {
    match op {
        Op::CellModify { task_id, column, .. } if task_id == row && *column == cell => None,
        Op::BatchUpdate { task_id, updates } if task_id == row => {
            let mut updates = updates.clone();
            updates.remove(&cell);
            (!updates.is_empty()).then(|| Op::BatchUpdate { task_id: task_id.clone(), updates })
        }
        _ => Some(op.clone()),
    }
}

/// What is left of an inverse when `refused` never happened.
fn without_target(op: &Op, refused: &Op) -> Option<Op> {
    let same = matches!((op.row(), refused.row()), (Some(a), Some(b)) if a == b);
    if !same {
        return Some(op.clone());
    }
    match refused {
        Op::CellModify { task_id, column, .. } => without_cell(op, task_id, *column),
        Op::BatchUpdate { task_id, updates } => {
            let mut left = Some(op.clone());
            for column in updates.keys() {
                left = left.and_then(|op| without_cell(&op, task_id, *column));
            }
            left
        }
        _ => None,
    }
}

/// As JavaScript's `toString(36)` of a whole number.
fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(number % 36).unwrap_or(0);
        digits.extend(char::from_digit(digit, 36));
        number /= 36;
        if number == 0 {
            break;
        }
    }
    digits.iter().rev().collect()
}
