//! The state at an earlier version: the log folded from its beginning, up to there.
use crate::{
    cycle::Store,
    log::{self, Limit, Since},
    table::StoreError,
};
use sheet::{CycleKey, State, apply::apply};

impl Store {
    /// Returns the cycle as it was at `version`, which must not lie beyond the tip. The log is folded a page at a time.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the cycle does not exist. [`StoreError::Unavailable`] if the table cannot be
    /// reached: a write may have been applied, and the same call again is safe. [`StoreError::Newer`] or
    /// [`StoreError::Corrupt`] if an item cannot be understood.
    pub async fn at(&self, key: &CycleKey, version: u64) -> Result<State, StoreError> {
        let mut state = State::genesis(key);
        let mut next = (version > 0).then_some(Since::Entry(0));
        while let Some(since) = next {
            let page = log::page(self.table(), key, since, Limit { until: version, ..Limit::PAGE }).await?;
            for stored in page.entries {
                let entry = stored.entry()?;
                // The last entry may go on beyond the version; its hash is that of the whole.
                if entry.last() > version {
                    let until = entry.changes.iter().filter(|change| change.version <= version);
                    until.for_each(|change| apply(&mut state, change));
                } else {
                    entry.fold(&mut state)?;
                }
            }
            next = page.next;
        }
        Ok(state)
    }
}
