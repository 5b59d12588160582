//! The state at an earlier version: the log folded from its beginning, up to there.
use crate::{cycle::Store, log, table::StoreError};
use sheet::{CycleKey, State, apply::apply};

impl Store {
    /// The cycle as it stood at `version`, which must not lie beyond the tip. The log is folded a page at a time.
    pub async fn at(&self, key: &CycleKey, version: u64) -> Result<State, StoreError> {
        let mut state = State::genesis(key);
        log::each_until(&self.table, key, version, |entry| {
            // The last entry may go on beyond the version; its hash is that of the whole.
            if entry.last() > version {
                entry
                    .changes
                    .iter()
                    .filter(|change| change.version <= version)
                    .for_each(|change| apply(&mut state, change));
                return Ok(());
            }
            Ok(entry.fold(&mut state)?)
        })
        .await?;
        Ok(state)
    }
}
