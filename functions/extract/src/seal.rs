//! Last week is closed: one change in its log and one mark in the index. Nothing is deleted, and edits go on.
use crate::{ExtractError, Extractor, metrics, system};
use platform::Context;
use sheet::{
    CycleKey, Op,
    model::{GenerationState, Status},
};
use store::{StoreError, directory};

/// Seals the week before `key`'s, if it exists and is open. The log first: the index follows it, and a run that died
/// in between finds the sheet sealed and marks the index.
pub(crate) async fn last_week(
    extractor: &Extractor,
    context: &Context,
    key: &CycleKey,
) -> Result<(), ExtractError> {
    let Ok(week) = key.week.plus(-1) else { return Ok(()) };
    let last = CycleKey { week, ..key.clone() };
    let tip = match context.store.tip(&last).await {
        Ok(tip) => tip,
        Err(StoreError::NotFound) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if tip.state.sheet.status == Status::Open {
        let made = tip.state.sheet.generation.as_ref();
        if made.is_none_or(|made| made.state != GenerationState::Generated) {
            tracing::warn!(cycle = %last, "a week has ended without a sheet");
            metrics::missed(&extractor.metrics, context.now());
        }
        system::commit(extractor, context, &last, tip.state.version(), Op::CycleSealed {}).await?;
    }
    directory::index_sealed(context.store.table(), &last).await?;
    Ok(())
}
