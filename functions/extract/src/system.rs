//! Changes of the system that no lease is needed for.
use crate::{ExtractError, Extractor};
use platform::{
    Context,
    broadcast::Telling,
    changes::{self, Answer, Sender},
};
use protocol::{client::ProposedChange, server::Rejected};
use sheet::{ChangeId, CycleKey, NameError, Op, TaskId};

/// Commits one op on top of version `base` and tells the room.
pub(crate) async fn commit(
    extractor: &Extractor,
    context: &Context,
    room: &CycleKey,
    base: u64,
    op: Op,
) -> Result<(), ExtractError> {
    let unnamed = |error: NameError| ExtractError::Team(error.to_string());
    let client = TaskId::new(&format!("system-{}", context.unique())).map_err(unnamed)?;
    let sender = Sender::system().ok_or_else(|| ExtractError::Team("the system has no author".into()))?;
    let proposed = ProposedChange { id: ChangeId::new(client, 1), base, ops: vec![op] };
    let telling = Telling { context, endpoint: &extractor.endpoint, room };
    match changes::commit(&telling, &sender, proposed).await {
        Answer::Committed { .. } => Ok(()),
        Answer::Rejected(Rejected { code, message, .. }) => Err(ExtractError::Refused { code, message }),
    }
}
