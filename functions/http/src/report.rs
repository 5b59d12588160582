//! What has changed since last week, from the sheets of the weeks.
use crate::answer::Reply;
use platform::{Context, room};
use sheet::{
    Code, CycleKey, Refusal,
    report::Comparison,
    week::{date, time_zone},
};
use store::StoreError;

/// Answers with the comparison of the week with the weeks before it that have a sheet.
///
/// # Errors
/// `NOT_FOUND` for a week that has not begun, `BUSY` when the table does not answer.
pub(crate) async fn comparison(context: &Context, key: &CycleKey) -> Result<Reply, Refusal> {
    let comparison = compared(context, key).await.map_err(|error| room::busy(&error))?;
    let comparison = comparison
        .ok_or_else(|| Refusal::new(Code::NotFound, format!("the week {} has not begun", key.week)))?;
    Ok(Reply::json(serde_json::to_string(&comparison).map_err(crate::unwritable)?))
}

/// A team that the directory does not hold lives by UTC.
async fn compared(context: &Context, key: &CycleKey) -> Result<Option<Comparison>, StoreError> {
    let now = context.now();
    let team = context.store.team(&key.tenant, &key.team, now).await?;
    let zone = team.and_then(|team| time_zone(&team.time_zone).ok()).unwrap_or(jiff::tz::TimeZone::UTC);
    context.store.comparison(key, date(now, &zone)).await
}
