//! What has changed since last week, from the sheets of the weeks.
use crate::answer::Reply;
use platform::{Context, room};
use sheet::{
    Code, CycleKey, Refusal, Week,
    report::{compare, since::MAX_WEEKS},
    week::time_zone,
};
use store::{Folded, StoreError, directory};

/// Compares the week with the weeks before it that have a sheet, [`MAX_WEEKS`] at most.
///
/// # Errors
/// `NOT_FOUND` for a week that has not begun, `BUSY` when the table does not answer.
pub(crate) async fn comparison(context: &Context, key: &CycleKey) -> Result<Reply, Refusal> {
    let folded = weeks(context, key).await.map_err(|error| room::busy(&error))?;
    let sheets: Vec<_> = folded.iter().map(|week| &week.state.sheet).collect();
    let today = today(context, key).await.map_err(|error| room::busy(&error))?;
    let comparison = compare(&sheets, today)
        .ok_or_else(|| Refusal::new(Code::NotFound, format!("the week {} has not begun", key.week)))?;
    let body = serde_json::to_string(&comparison).map_err(crate::unwritable)?;
    Ok(Reply::json(body))
}

/// Reads the sheets of the week and of those before it, oldest first: one list, and a record with its tail for each week.
async fn weeks(context: &Context, key: &CycleKey) -> Result<Vec<Folded>, StoreError> {
    let store = &context.store;
    let listed = directory::cycles(&store.table, &key.tenant, &key.team).await?;
    let mut weeks: Vec<Week> =
        listed.iter().map(|cycle| cycle.cycle).filter(|week| *week < key.week).collect();
    weeks.sort_unstable();
    let mut folded = vec![store.tip(key).await?];
    for week in weeks.into_iter().rev().take(MAX_WEEKS - 1) {
        folded.push(store.tip(&CycleKey { week, ..key.clone() }).await?);
    }
    folded.reverse();
    Ok(folded)
}

/// Returns the team's date. A team that the directory does not hold lives by UTC.
async fn today(context: &Context, key: &CycleKey) -> Result<jiff::civil::Date, StoreError> {
    let now = context.now();
    let team = context.store.team(&key.tenant, &key.team, now).await?;
    let zone = team.and_then(|team| time_zone(&team.time_zone).ok()).unwrap_or(jiff::tz::TimeZone::UTC);
    let instant = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
    Ok(instant.to_zoned(zone).date())
}
