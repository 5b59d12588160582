//! A change's way: into the log, then to the room. The same for a frame and for a request over HTTPS.
//!
//! What it takes beyond one cycle is here: a removal or a role concerns every cycle of the tenant, a mention people in other
//! rooms.
use crate::{broadcast::Telling, commit::commit_one, members, membership, mentions, room::busy};
use protocol::{client::ProposedChange, server::Rejected};
use sheet::{Code, Refusal, Verdict, check};

pub use crate::commit::{Answer, Sender};

/// Commits a change and tells the room; a removal or a role, all rooms of the tenant; a mention, whom it names.
pub async fn commit(telling: &Telling<'_>, sender: &Sender, proposed: ProposedChange) -> Answer {
    let answer = attempt(telling, sender, proposed.clone()).await;
    match &answer {
        // The log refuses a user whom it records as removed. A week that was closed when the user was re-admitted does
        // not have the re-admission yet.
        Answer::Rejected(rejected) if rejected.code == Code::Revoked => {}
        _ => return answer,
    }
    match members::is_removed(telling, sender.user()).await {
        Ok(true) => answer,
        Ok(false) => attempt(telling, sender, proposed).await,
        Err(error) => Answer::Rejected(Rejected::new(proposed.id.to_string(), busy(&error), 0)),
    }
}

async fn attempt(telling: &Telling<'_>, sender: &Sender, proposed: ProposedChange) -> Answer {
    let id = proposed.id.to_string();
    let refused = |refusal| Answer::Rejected(Rejected::new(id.clone(), refusal, 0));
    let wishes = match membership::wanted(&proposed.ops) {
        Err(refusal) => return refused(refusal),
        Ok(wishes) => wishes,
    };
    let (context, tenant) = (telling.context, &telling.room.tenant);
    let named = mentions::named(&proposed.ops);
    let (mut begun, mut stood) = (Vec::new(), Vec::new());
    if !wishes.is_empty() || !named.is_empty() {
        // Whether they may is the fold's to say, before the table is asked about anybody or anything is written.
        let judged = match judged(telling, sender, &proposed).await {
            Ok(judged) => judged,
            Err(rejected) => return Answer::Rejected(rejected),
        };
        if !judged.repeats {
            // One that repeats is in the log since they could still be mentioned.
            match mentions::refused(telling, &named).await {
                Ok(None) => {}
                Ok(Some(refusal)) => return Answer::Rejected(Rejected::new(id, refusal, judged.version)),
                Err(error) => return refused(busy(&error)),
            }
        }
        for wish in wishes {
            let user = wish.standing_of().cloned();
            match wish.begin(context, tenant, judged.repeats).await {
                Ok(Some(step)) => begun.push(step),
                Ok(None) => stood.extend(user),
                Err(error) => return refused(busy(&error)),
            }
        }
    }
    let answer = commit_one(telling, sender, proposed).await;
    for step in begun {
        // If this fails or is interrupted, the sweep completes it: the stored decision says that it is not done.
        if let Err(error) = step.finish(context, telling.endpoint, tenant).await {
            tracing::warn!(%error, "a decision about a member is not carried out in every cycle yet");
        }
    }
    for user in stood {
        // These members needed no update when we checked, but another decision may have been committed since. Check
        // again; the sweep repairs anything that fails here.
        if let Err(error) = members::is_removed(telling, &user).await {
            tracing::warn!(%error, "a member's removal may differ between the log and the directory");
        }
    }
    answer
}

/// How the log would judge a change that it accepts.
struct Judged {
    /// Whether the change is in the log already.
    repeats: bool,
    /// The tip it was judged at.
    version: u64,
}

/// Would the change be let through at the tip?
async fn judged(
    telling: &Telling<'_>,
    sender: &Sender,
    proposed: &ProposedChange,
) -> Result<Judged, Rejected> {
    let rejected = |refusal: Refusal, version| Rejected::new(proposed.id.to_string(), refusal, version);
    let store = &telling.context.store;
    let tip = store.tip(telling.room).await.map_err(|error| rejected(busy(&error), 0))?;
    let version = tip.state.version();
    let change = sender.proposal(proposed.clone(), telling.context.now()).change(&tip.state);
    match check(&tip.state, &change, 0, store.policy()) {
        Verdict::Accept(_) => Ok(Judged { repeats: false, version }),
        Verdict::Duplicate { .. } => Ok(Judged { repeats: true, version }),
        Verdict::Refuse(refusal) => Err(rejected(refusal, version)),
    }
}
