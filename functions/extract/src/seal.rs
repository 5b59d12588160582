//! Last week is closed: one change in its log and one mark in the index. Nothing is deleted, and edits go on.
use crate::{ExtractError, Extractor};
use platform::{
    Context,
    broadcast::Telling,
    changes::{self, Answer, Sender},
};
use protocol::{client::ProposedChange, server::Rejected};
use sheet::{ChangeId, CycleKey, Op, TaskId, model::Status};
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
        let team = |error: sheet::NameError| ExtractError::Team(error.to_string());
        let client = TaskId::new(&format!("seal-{}", context.unique())).map_err(team)?;
        let sender = Sender::system().ok_or_else(|| ExtractError::Team("the system has no author".into()))?;
        let base = tip.state.version();
        let proposed = ProposedChange { id: ChangeId::new(client, 1), base, ops: vec![Op::CycleSealed {}] };
        let telling = Telling { context, endpoint: &extractor.endpoint, room: &last };
        match changes::commit(&telling, &sender, proposed).await {
            Answer::Committed { .. } => {}
            Answer::Rejected(Rejected { code, message, .. }) => {
                return Err(ExtractError::Refused { code, message });
            }
        }
    }
    directory::index_sealed(&context.store.table, &last).await?;
    Ok(())
}
