//! A change's way: into the log, then to the room. The same for a frame and for a request over HTTPS.
//!
//! What it takes beyond one cycle stands here: a removal concerns every cycle of the tenant, a mention people in other
//! rooms.
use crate::{broadcast::Telling, commit::commit_one, members, mentions, room::busy};
use protocol::{client::ProposedChange, server::Rejected};
use sheet::{Refusal, Verdict, check, check::Policy};

pub use crate::commit::{Answer, Sender};

/// Commits a change and tells the room; a removal, all rooms of the tenant; a mention, whom it names.
pub async fn commit(telling: &Telling<'_>, sender: &Sender, proposed: ProposedChange) -> Answer {
    let id = proposed.id.to_string();
    let refused = |refusal| Answer::Rejected(Rejected::new(id.clone(), refusal, 0));
    let steps = match members::wanted(&proposed.ops) {
        None => Vec::new(),
        Some(Err(refusal)) => return refused(refusal),
        Some(Ok(steps)) => steps,
    };
    let (context, tenant) = (telling.context, &telling.room.tenant);
    let mut begun = Vec::new();
    if !steps.is_empty() {
        // Whether they may is the fold's to say, before anybody is denied anything.
        if let Err(refusal) = may(telling, sender, &proposed).await {
            return refused(refusal);
        }
        for (user, standing) in steps {
            match members::begin(context, tenant, &user, standing).await {
                Ok(step) => begun.extend(step),
                Err(error) => return refused(busy(&error)),
            }
        }
    }
    let answer = match mentions::allowed(telling, &proposed.ops).await {
        Ok(Ok(())) => commit_one(telling, sender, proposed).await,
        Ok(Err(refusal)) => return refused(refusal),
        Err(error) => return refused(busy(&error)),
    };
    for step in begun {
        // What fails here, or dies, is gone on with by the sweep: the denial says that it is not done.
        if let Err(error) = members::finish(context, telling.endpoint, tenant, &step).await {
            tracing::warn!(%error, "a member's standing is not carried out everywhere yet");
        }
    }
    answer
}

/// Would the change be let through at the tip?
async fn may(telling: &Telling<'_>, sender: &Sender, proposed: &ProposedChange) -> Result<(), Refusal> {
    let tip = telling.context.store.tip(telling.room).await.map_err(|error| busy(&error))?;
    let at = telling.context.now().max(tip.state.sheet.updated_at);
    let change = sender.change(proposed, tip.state.version() + 1, at);
    match check(&tip.state, &change, 0, &Policy::default()) {
        Verdict::Accept(_) | Verdict::Duplicate { .. } => Ok(()),
        Verdict::Refuse(refusal) => Err(refusal),
    }
}
