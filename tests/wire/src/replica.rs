//! A client's fold: a snapshot, then `committed` strictly by version.
use serde_json::Value;
use sheet::{Change, Sheet, State, canonical};
use std::collections::BTreeMap;

/// The sheet as one client sees it, and every change that it received.
#[derive(Default)]
pub struct Replica {
    state: Option<State>,
    /// Told too early: a change before it is missing.
    early: BTreeMap<u64, Change>,
    /// Version → the change as received. A version that is received twice must be the same change.
    pub told: BTreeMap<u64, Value>,
    /// How often each version was received.
    pub times: BTreeMap<u64, usize>,
}

impl Replica {
    /// Starts from a snapshot.
    pub fn start(&mut self, snapshot: &Value) {
        let sheet: Sheet = serde_json::from_value(snapshot.clone()).expect("a snapshot is a sheet");
        let reads_back = canonical::to_string(&sheet).unwrap();
        assert_eq!(reads_back, canonical::to_string(snapshot).unwrap(), "a snapshot is read without loss");
        self.early.retain(|version, _| *version > sheet.version);
        self.state = Some(State::of_sheet(sheet));
        self.fold();
    }

    /// Takes the changes of a `committed` or a `welcome`.
    pub fn told(&mut self, changes: &Value) {
        for change in changes.as_array().expect("changes is a list") {
            let version = change["version"].as_u64().expect("a change has its version");
            *self.times.entry(version).or_default() += 1;
            if let Some(before) =
                self.told.get(&version).filter(|before| !before["ops"].is_null() && !change["ops"].is_null())
            {
                assert_eq!(before, change, "version {version} has a twin");
            }
            if change["ops"].is_null() {
                self.told.entry(version).or_insert_with(|| change.clone());
                continue;
            }
            self.told.insert(version, change.clone());
            if version > self.version() {
                self.early.insert(
                    version,
                    serde_json::from_value(change.clone()).expect("a committed change reads"),
                );
            }
        }
        self.fold();
    }

    fn fold(&mut self) {
        let Some(state) = &mut self.state else { return };
        while let Some(change) = self.early.remove(&(state.version() + 1)) {
            sheet::apply::apply(state, &change);
        }
    }

    /// The version it is at.
    pub fn version(&self) -> u64 {
        self.state.as_ref().map_or(0, State::version)
    }

    /// Returns whether a change is missing before the received ones.
    pub fn has_gap(&self) -> bool {
        !self.early.is_empty()
    }

    /// The sheet.
    pub fn sheet(&self) -> &Sheet {
        &self.state.as_ref().expect("a snapshot has come").sheet
    }

    /// The bytes in which replicas are compared.
    pub fn bytes(&self) -> String {
        canonical::to_string(self.sheet()).unwrap()
    }

    /// Returns the value of a cell.
    pub fn cell(&self, task: &str, column: &str) -> String {
        let task = task.parse().unwrap();
        self.sheet().row(&task).map(|row| row.value(column.parse().unwrap()).to_owned()).unwrap_or_default()
    }
}
