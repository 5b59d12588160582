//! A week compared with the weeks before it.
use crate::{Folded, Store, StoreError, directory};
use jiff::civil::Date;
use sheet::{
    CycleKey, Week,
    report::{Comparison, compare, since::MAX_WEEKS},
};

impl Store {
    /// Compares the week with the weeks before it; `today` is the team's date. Reads one list, and a record with its tail for
    /// each week.
    ///
    /// # Errors
    /// `NotFound` if the week itself has not begun, and whatever the table answers.
    pub async fn comparison(&self, key: &CycleKey, today: Date) -> Result<Option<Comparison>, StoreError> {
        let weeks = self.weeks(key).await?;
        let sheets: Vec<_> = weeks.iter().map(|week| &week.state.sheet).collect();
        Ok(compare(&sheets, today))
    }

    /// Reads the sheets of the week and of those before it that have one, oldest first, [`MAX_WEEKS`] at most.
    async fn weeks(&self, key: &CycleKey) -> Result<Vec<Folded>, StoreError> {
        let mut folded = vec![self.tip(key).await?];
        let listed = directory::cycles(self.table(), &key.tenant, &key.team).await?;
        let mut earlier: Vec<Week> =
            listed.iter().map(|cycle| cycle.cycle).filter(|week| *week < key.week).collect();
        earlier.sort_unstable();
        for week in earlier.into_iter().rev().take(MAX_WEEKS - 1) {
            folded.push(self.tip(&CycleKey { week, ..key.clone() }).await?);
        }
        folded.reverse();
        Ok(folded)
    }
}
