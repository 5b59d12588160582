//! `cyclesheet cycles` and `cyclesheet seal`: the weeks of a tenant, and closing one.
use super::{
    Done,
    at::{At, CyclePath, Missing},
};
use serde_json::json;
use sheet::{
    Author, ChangeId, CycleKey, Name, Op, Role,
    model::{GenerationState, Status},
    name::ClientId,
};
use store::{Outcome, Proposal, Store, StoreError, directory};

#[derive(clap::Args)]
pub(crate) struct Cycles {
    #[command(flatten)]
    at: At,
    /// Only this team's
    #[arg(long)]
    team: Option<Name>,
}

#[derive(clap::Args)]
pub(crate) struct Seal {
    #[command(flatten)]
    at: At,
    /// The cycle: team/2026-W47, or tenant/team/2026-W47
    #[arg(long, value_name = "CYCLE")]
    cycle: CyclePath,
}

impl Cycles {
    pub(crate) async fn run(self) -> Done {
        let place = self.at.open(Missing::Refused).await?;
        let store = place.store();
        let mut cycles = directory::all_cycles(&place.table, &self.at.tenant).await?;
        cycles.retain(|(key, _)| self.team.as_ref().is_none_or(|team| key.team == *team));
        for (key, indexed) in cycles {
            let tip = match store.tip(&key).await {
                Ok(tip) => tip,
                Err(StoreError::NotFound) => {
                    let json = json!({"team": key.team, "cycle": key.week, "begun": false});
                    self.at.say(format!("{}  not begun", key.cycle_id()), json)?;
                    continue;
                }
                // One week that cannot be read must not hide the others.
                Err(error) => {
                    let json = json!({"team": key.team, "cycle": key.week, "error": error.to_string()});
                    self.at.say(format!("{}  cannot be read: {error}", key.cycle_id()), json)?;
                    continue;
                }
            };
            let sheet = &tip.state.sheet;
            let made = sheet.generation.as_ref();
            let filled = made.map_or("not filled in".to_owned(), |made| match (made.state, made.origin) {
                (GenerationState::Started, _) => format!("generation {} runs", made.number),
                (GenerationState::Failed, _) => format!("generation {} failed", made.number),
                (GenerationState::Generated, origin) => {
                    let origin = origin.map(|origin| format!("{origin:?}").to_lowercase());
                    format!("generation {} from the {}", made.number, origin.unwrap_or_default())
                }
            });
            let status = if indexed.sealed { "sealed" } else { "open" };
            let said = format!(
                "{}  {status}  version {}  {} rows  {filled}",
                key.cycle_id(),
                sheet.version,
                sheet.row_count()
            );
            let json = json!({
                "team": key.team, "cycle": key.week, "sealed": indexed.sealed, "version": sheet.version,
                "rows": sheet.row_count(), "updatedAt": sheet.updated_at, "generation": made,
            });
            self.at.say(said, json)?;
        }
        Ok(())
    }
}

impl Seal {
    pub(crate) async fn run(self) -> Done {
        let place = self.at.open(Missing::Refused).await?;
        let (store, key) = (place.store(), self.cycle.key(&self.at.tenant));
        let tip = store.tip(&key).await.map_err(|error| not_there(&key, error))?;
        let json = json!({"team": key.team, "cycle": key.week, "sealed": true});
        let is_sealed = tip.state.sheet.status == Status::Sealed;
        if !self.at.dry_run {
            if !is_sealed {
                commit(&store, &key, Op::CycleSealed {}, &place.context().unique()).await?;
            }
            // The log first: a command that died in between finds the sheet sealed, and marks the index.
            directory::index_sealed(&place.table, &key).await?;
        }
        let said = if is_sealed {
            "was sealed already"
        } else {
            "is sealed: edits go on, and nothing else of the week does"
        };
        self.at.say(format!("{key} {said}"), json)
    }
}

/// Says which cycle is not there.
pub(crate) fn not_there(key: &CycleKey, error: StoreError) -> super::Failed {
    match error {
        StoreError::NotFound => {
            super::NotWell(format!("there is no cycle {key}: `cyclesheet cycles` lists those that there are"))
                .into()
        }
        error => error.into(),
    }
}

/// Commits one op of the system. Sockets are not told: clients learn of it by their next ping.
async fn commit(store: &Store, key: &CycleKey, op: Op, unique: &str) -> Done {
    let proposal = Proposal {
        id: ChangeId::new(ClientId::made_of("command-", unique), 1),
        author: Author::system(),
        role: Role::System,
        base: store.tip(key).await?.state.version(),
        ops: vec![op],
        now: (platform::context::system_clock())(),
    };
    match store.commit(key, proposal).await? {
        Outcome::Committed(_) | Outcome::Duplicate { .. } => Ok(()),
        Outcome::Refused { refusal, .. } => Err(refusal.to_string().into()),
    }
}
