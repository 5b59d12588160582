//! The fate of calls; the twin of `web/client/src/machine/calls.ts`.
use crate::types::{Call, Conflict, Done, Effect, Failed, Outcome, Turn, UndoStep};
use sheet::{Op, refusal::Code};

impl Turn<'_> {
    /// Opens a call of `open` edits.
    pub fn open_call(&mut self, call: i64, open: i64) {
        self.state.calls.insert(call, Call { open, version: 0, failure: None });
    }

    /// A call's edit was cut into more.
    pub fn add_parts(&mut self, call: i64, parts: usize) {
        if let Some(known) = self.state.calls.get_mut(&call) {
            known.open += i64::try_from(parts).unwrap_or(0);
        }
    }

    /// These edits are done with: in the log at `version`, or without anything left to do.
    pub fn settle(&mut self, calls: impl IntoIterator<Item = i64>, version: u64) {
        for call in calls {
            let Some(known) = self.state.calls.get_mut(&call) else { continue };
            known.open -= 1;
            known.version = known.version.max(version);
            if known.open > 0 {
                continue;
            }
            let Some(Call { version, failure, .. }) = self.state.calls.remove(&call) else { continue };
            let outcome = failure.map_or(Outcome::Done(Done { ok: true, version }), Outcome::Failed);
            self.effects.push(Effect::Settle { call, outcome });
        }
    }

    /// A part of the call failed; the outcome is reported when the rest is known.
    pub fn fail(&mut self, call: i64, code: &str, message: &str, conflicts: &[Conflict]) {
        let Some(known) = self.state.calls.get_mut(&call) else { return };
        let failure = known.failure.get_or_insert_with(|| Failed {
            ok: false,
            code: safe(code).to_owned(),
            message: message.to_owned(),
            conflicts: Vec::new(),
        });
        failure.conflicts.extend_from_slice(conflicts);
    }

    /// Removes the inverse of ops that a call did not achieve from its undo step.
    pub fn prune_undo(&mut self, call: i64, gone: impl Fn(&Op) -> Option<Op>) {
        for steps in [&mut self.state.undo, &mut self.state.redo] {
            if !steps.iter().any(|step| step.call == call) {
                continue;
            }
            let pruned = |step: &mut UndoStep| {
                if step.call == call {
                    step.ops = step.ops.iter().filter_map(&gone).collect();
                }
                !step.ops.is_empty()
            };
            steps.retain_mut(pruned);
        }
    }
}

/// Returns a code of the registry; what is unknown reads as the vaguest one.
pub fn safe(code: &str) -> &str {
    if Code::ALL.iter().any(|known| known.as_str() == code) { code } else { "UNSUPPORTED" }
}
