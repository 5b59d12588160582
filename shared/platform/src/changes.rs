//! A change's way: proposed → checked → written → announced. The same for a frame and for a request over HTTPS.
//!
//! What a change does beyond one cycle is here: a removal or a role concerns every cycle of the tenant, a mention
//! concerns people in other rooms.
use crate::{
    broadcast::Broadcast,
    commit::{Written, write},
    members,
    membership::{self, Begun},
    mentions,
    room::busy,
};
use protocol::{client::ProposedChange, server::Rejected};
use sheet::{Code, Name, Refusal, Verdict, check};
use std::collections::BTreeSet;
use store::StoreError;

pub use crate::commit::{Answer, Sender};

/// Commits a change and notifies the room; for a removal or a role, all rooms of the tenant; for a mention, the people
/// mentioned.
pub async fn commit(broadcast: &Broadcast<'_>, sender: &Sender, proposed: ProposedChange) -> Answer {
    let submission = Submission { broadcast, sender, proposed };
    let answer = submission.submit().await;
    // The log refuses a user whom it records as removed. A week that was closed when the user was re-admitted does not
    // have the re-admission yet.
    match answer {
        Err(rejected) if rejected.code == Code::Revoked => match submission.readmitted().await {
            Ok(true) => submission.submit().await,
            Ok(false) => Err(rejected),
            Err(refused) => Err(refused),
        },
        answer => answer,
    }
    .unwrap_or_else(Answer::Rejected)
}

/// A change on its way.
struct Submission<'a> {
    broadcast: &'a Broadcast<'a>,
    sender: &'a Sender,
    proposed: ProposedChange,
}

/// What a change does beyond its cycle.
struct Beyond {
    requests: Vec<membership::Request>,
    mentioned: BTreeSet<Name>,
}

/// The decisions about members that a checked change brings.
#[derive(Default)]
struct Decisions {
    /// Stored, and to be carried out in every cycle once the change is written.
    begun: Vec<Begun>,
    /// Members whose stored standing is what the change asks for already.
    unchanged: Vec<Name>,
}

impl Submission<'_> {
    /// Takes the change through its steps.
    async fn submit(&self) -> Result<Answer, Rejected> {
        let beyond = self.propose()?;
        let decisions = self.check(beyond).await?;
        let written = self.write().await;
        if let Ok(written) = &written {
            written.announce(self.broadcast, self.sender).await;
        }
        self.carry_out(decisions).await;
        written.map(Written::answer)
    }

    /// Returns what the change does beyond its cycle; a change about members does nothing else.
    fn propose(&self) -> Result<Beyond, Rejected> {
        let requests =
            membership::requested(&self.proposed.ops).map_err(|refusal| self.rejected(refusal, 0))?;
        Ok(Beyond { requests, mentioned: mentions::named(&self.proposed.ops) })
    }

    /// Checks what the log cannot, and stores the decisions about members. Whether the author may is the fold's to say,
    /// before the table is asked about anybody or anything is written.
    async fn check(&self, Beyond { requests, mentioned }: Beyond) -> Result<Decisions, Rejected> {
        let mut decisions = Decisions::default();
        if requests.is_empty() && mentioned.is_empty() {
            return Ok(decisions);
        }
        let Judged { repeats, version } = self.judge().await?;
        if !repeats {
            // A change that repeats is in the log since the people could still be mentioned.
            let refused = mentions::refused(self.broadcast, &mentioned).await;
            if let Some(refusal) = refused.map_err(|error| self.busy(&error))? {
                return Err(self.rejected(refusal, version));
            }
        }
        let (context, tenant) = (self.broadcast.context, &self.broadcast.room.tenant);
        for request in requests {
            let user = request.standing_of().cloned();
            match request.begin(context, tenant, repeats).await.map_err(|error| self.busy(&error))? {
                Some(begun) => decisions.begun.push(begun),
                None => decisions.unchanged.extend(user),
            }
        }
        Ok(decisions)
    }

    /// Judges the change at the tip.
    async fn judge(&self) -> Result<Judged, Rejected> {
        let context = self.broadcast.context;
        let tip = context.store.tip(self.broadcast.room).await.map_err(|error| self.busy(&error))?;
        let version = tip.state.version();
        let change = self.sender.proposal(self.proposed.clone(), context.now()).change(&tip.state);
        match check(&tip.state, &change, 0, context.store.policy()) {
            Verdict::Accept(_) => Ok(Judged { repeats: false, version }),
            Verdict::Duplicate { .. } => Ok(Judged { repeats: true, version }),
            Verdict::Refuse(refusal) => Err(self.rejected(refusal, version)),
        }
    }

    /// Writes the change into the log.
    async fn write(&self) -> Result<Written, Rejected> {
        write(self.broadcast, self.sender, self.proposed.clone()).await
    }

    /// Carries the decisions about members out in every cycle.
    async fn carry_out(&self, decisions: Decisions) {
        let Broadcast { context, endpoint, room } = *self.broadcast;
        for decision in decisions.begun {
            // If this fails or is interrupted, the sweep completes it: the stored decision says that it is not done.
            if let Err(error) = decision.finish(context, endpoint, &room.tenant).await {
                tracing::warn!(%error, "a decision about a member is not carried out in every cycle yet");
            }
        }
        for user in decisions.unchanged {
            // These members needed no update when we checked, but another decision may have been committed since. Check
            // again; the sweep repairs anything that fails here.
            if let Err(error) = members::is_removed(self.broadcast, &user).await {
                tracing::warn!(%error, "a member's removal may differ between the log and the directory");
            }
        }
    }

    /// Returns whether the sender may write after all, and first brings the log in line with that.
    async fn readmitted(&self) -> Result<bool, Rejected> {
        let removed = members::is_removed(self.broadcast, self.sender.user()).await;
        removed.map(|removed| !removed).map_err(|error| self.busy(&error))
    }

    fn busy(&self, error: &StoreError) -> Rejected {
        self.rejected(busy(error), 0)
    }

    fn rejected(&self, refusal: Refusal, version: u64) -> Rejected {
        Rejected::new(self.proposed.id.to_string(), refusal, version)
    }
}

/// How the log would judge a change that it accepts.
struct Judged {
    /// Whether the change is in the log already.
    repeats: bool,
    /// The tip it was judged at.
    version: u64,
}
