//! What must be found in the log, and what must not.
use crate::client::{Asked, Tabs};
use cyclesheet_client::{Outcome, types::Done};
use serde_json::Value;
use sheet::{Change, CycleKey, Op, State, apply, canonical, chain::Audited};
use std::collections::{BTreeMap, BTreeSet};

/// A cycle's log as the command prints it.
pub struct Log {
    key: CycleKey,
    changes: Vec<Change>,
    /// The id of a row or thread → the versions that made it.
    made: BTreeMap<String, Vec<u64>>,
}

impl Log {
    /// Reads `cyclesheet log --json`.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = |error: serde_json::Error| format!("the log does not read: {error}");
        let mut lines = text.lines();
        let heading: Value = serde_json::from_str(lines.next().unwrap_or_default()).map_err(wrong)?;
        let word = |field: &str| heading[field].as_str().unwrap_or_default();
        let (Ok(tenant), Ok(team), Ok(week)) =
            (word("tenant").parse(), word("team").parse(), word("cycle").parse())
        else {
            return Err("the log does not say whose it is".to_owned());
        };
        let (mut changes, mut made) = (Vec::new(), BTreeMap::<String, Vec<u64>>::new());
        for line in lines {
            let entry: Audited = serde_json::from_str(line).map_err(wrong)?;
            for stored in &entry.changes {
                changes.push(serde_json::from_str::<Change>(stored).map_err(wrong)?);
            }
        }
        let mut removed = BTreeSet::new();
        for change in &changes {
            for op in &change.ops {
                match op {
                    // A row that comes back after a removal is not made again.
                    Op::RowInsert { task_id, restored: None, .. } if !removed.contains(task_id) => {
                        made.entry(task_id.to_string()).or_default().push(change.version);
                    }
                    Op::CommentAdd { comment_id, .. } => {
                        made.entry(comment_id.to_string()).or_default().push(change.version);
                    }
                    Op::RowRemove { task_id } => drop(removed.insert(task_id)),
                    _ => {}
                }
            }
        }
        Ok(Self { key: CycleKey { tenant, team, week }, changes, made })
    }

    /// What it folds to, in canonical JSON.
    pub fn sheet(&self) -> Result<String, String> {
        let mut state = State::genesis(&self.key);
        for change in &self.changes {
            apply::apply(&mut state, change);
        }
        canonical::to_string(&state.sheet).map_err(|error| error.to_string())
    }
}

/// The frames that clients received.
#[derive(Default)]
pub struct Evidence {
    /// Id → the version at which it was acknowledged.
    acknowledged: BTreeMap<String, u64>,
    /// Ids that were refused.
    refused: BTreeSet<String>,
    /// Acknowledged edits of other kinds, and the highest version that they received.
    others: usize,
    highest: u64,
    /// Asked for, and open when last looked at.
    open: usize,
    /// Where the chain stood at the kill before: `VERSION:HASH`.
    pub head: Option<String>,
}

impl Evidence {
    /// Asks every tab what became of its calls.
    pub async fn gather(&mut self, tabs: &Tabs) -> Result<(), String> {
        self.open = tabs.reports().await?.iter().map(|report| report.open).sum();
        for Asked { made, outcome } in tabs.settled().await? {
            match (made, outcome) {
                (Some(id), Outcome::Done(Done { version, .. })) => {
                    self.highest = self.highest.max(version);
                    self.acknowledged.insert(id, version);
                }
                (Some(id), Outcome::Failed(_)) => drop(self.refused.insert(id)),
                (None, Outcome::Done(Done { version, .. })) => {
                    self.highest = self.highest.max(version);
                    self.others += 1;
                }
                (None, Outcome::Failed(_)) => {}
            }
        }
        Ok(())
    }

    /// Looks for it in the log; says what was found.
    pub fn check(&self, log: &Log) -> Result<String, String> {
        for (at, change) in log.changes.iter().enumerate() {
            if change.version != at as u64 + 1 {
                return Err(format!("version {} stands where {} should", change.version, at + 1));
            }
        }
        let mut ids = BTreeSet::new();
        for Change { id, author, version, .. } in &log.changes {
            if id.seq > 0 && !ids.insert(format!("{} {id}", author.id)) {
                return Err(format!(
                    "{id} of {} stands twice, the second time at version {version}",
                    author.id
                ));
            }
        }
        if self.highest > log.changes.len() as u64 {
            let tip = log.changes.len();
            return Err(format!("version {} was acknowledged, and the log ends at {tip}", self.highest));
        }
        for (id, version) in &self.acknowledged {
            let found = log.made.get(id).map_or(&[][..], Vec::as_slice);
            if found != [*version] {
                return Err(format!("{id} was acknowledged at version {version} and was made at {found:?}"));
            }
        }
        if let Some((id, found)) = log.made.iter().find(|(_, found)| found.len() > 1) {
            return Err(format!("{id} was made twice: at {found:?}"));
        }
        if let Some(id) = self.refused.iter().find(|id| log.made.contains_key(*id)) {
            return Err(format!("{id} was refused, and was made at {:?}", log.made[id]));
        }
        let (acknowledged, open) = (self.acknowledged.len() + self.others, self.open);
        Ok(format!("{acknowledged:>5} acknowledged, {open:>3} open, log at {:>5}", log.changes.len()))
    }

    /// The whole run in a few words.
    pub fn summary(&self, log: &Log) -> String {
        format!(
            "{} changes in the log, {} edits acknowledged ({} of them looked up by id), {} refused",
            log.changes.len(),
            self.acknowledged.len() + self.others,
            self.acknowledged.len(),
            self.refused.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A log of changes, each with one op, as the command prints it.
    fn log(ops: &[Value]) -> Log {
        let mut text = json!({"tenant": "acme", "team": "platform", "cycle": "2026-W47"}).to_string();
        for (op, version) in ops.iter().zip(1..) {
            let change = json!({"version": version, "id": format!("tab.{version}"), "author": {"id": "ana", "name": "Ana"},
                "role": "editor", "at": version, "base": 0, "ops": [op]});
            let entry = json!({"first": version, "hash": "", "changes": [change.to_string()]});
            text += &format!("\n{entry}");
        }
        Log::read(&text).unwrap()
    }

    fn insert(id: &str) -> Value {
        json!({"op": "ROW_INSERT", "taskId": id, "cells": {}})
    }

    fn told(id: &str, version: u64) -> Evidence {
        Evidence { acknowledged: [(id.to_owned(), version)].into(), highest: version, ..Evidence::default() }
    }

    #[test]
    fn what_was_acknowledged_and_is_there_once_is_found() {
        assert!(told("a", 2).check(&log(&[insert("b"), insert("a")])).is_ok());
    }

    #[test]
    fn what_was_acknowledged_and_is_missing_or_elsewhere_is_named() {
        for ops in [vec![insert("b"), insert("c")], vec![insert("a"), insert("b")]] {
            assert!(
                told("a", 2).check(&log(&ops)).unwrap_err().starts_with("a was acknowledged at version 2")
            );
        }
        let cut = Evidence { highest: 2, ..Evidence::default() };
        assert!(cut.check(&log(&[insert("a")])).unwrap_err().contains("the log ends at 1"));
    }

    #[test]
    fn what_stands_twice_is_named_unless_it_was_removed_in_between() {
        let none = Evidence::default();
        let remove = json!({"op": "ROW_REMOVE", "taskId": "a"});
        assert!(none.check(&log(&[insert("a"), insert("a")])).unwrap_err().contains("made twice"));
        assert!(none.check(&log(&[insert("a"), remove, insert("a")])).is_ok());
        let mut twin = log(&[insert("a"), insert("b")]);
        twin.changes[1].id = twin.changes[0].id.clone();
        assert!(none.check(&twin).unwrap_err().contains("stands twice"));
    }

    #[test]
    fn what_was_refused_and_is_there_is_named() {
        let refused = Evidence { refused: ["a".to_owned()].into(), ..Evidence::default() };
        assert!(refused.check(&log(&[insert("a")])).unwrap_err().contains("was refused"));
    }
}
