//! Changes of the system that no lease is needed for.
use crate::{ExtractError, Extractor};
use platform::{
    Context,
    broadcast::Broadcast,
    changes::{self, Answer, Sender},
};
use protocol::{client::ProposedChange, server::Rejected};
use sheet::{ChangeId, ClientId, CycleKey, Op};

/// Commits one op on top of version `base` and tells the room.
pub(crate) async fn commit(
    extractor: &Extractor,
    context: &Context,
    room: &CycleKey,
    base: u64,
    op: Op,
) -> Result<(), ExtractError> {
    let client = ClientId::new(&format!("system-{}", context.unique()))?;
    let sender = Sender::system();
    let proposed = ProposedChange { id: ChangeId::new(client, 1), base, ops: vec![op] };
    let broadcast = Broadcast { context, endpoint: &extractor.endpoint, room };
    match changes::commit(&broadcast, &sender, proposed).await {
        Answer::Committed { .. } => Ok(()),
        Answer::Rejected(Rejected { code, message, .. }) => Err(ExtractError::Refused { code, message }),
    }
}
