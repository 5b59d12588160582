//! `cyclesheet erase --user`: what a tenant knows of a person goes; what they changed stays, without words or name.
use super::{
    Done, Failed,
    at::{At, Missing},
};
use serde_json::json;
use sheet::{Name, erase::Person};
use store::{
    directory,
    erase::{self, Erased, Erasure},
};

#[derive(clap::Args)]
pub(crate) struct Erase {
    #[command(flatten)]
    at: At,
    /// Whom: the id that they had as an author
    #[arg(long)]
    user: Name,
    /// A name by which cells and messages call them, beside the one that the directory has; may be repeated
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
}

impl Erase {
    pub(crate) async fn run(self) -> Done {
        let place = self.at.open(Missing::Refused).await?;
        let (table, tenant, user) = (&place.table, &self.at.tenant, &self.user);
        if !directory::is_denied(table, tenant, user).await? {
            let first = "they could still write, and be in what was erased again: remove them first with `cyclesheet member remove`";
            return Err(format!("{user} is not removed from {tenant}: {first}").into());
        }
        let erasure = self.erasure(table, &place.context().unique()).await?;
        let cycles = directory::all_cycles(table, tenant).await?;
        let (mut sum, all) = (Erased::default(), cycles.len());
        let nonce = || place.context().unique();
        for (number, (key, _)) in cycles.iter().enumerate() {
            let erased = erase::in_cycle(table, key, &erasure, nonce).await?;
            self.at.progress(format!(
                "{} of {all}: {}: {} changes, {} rows of messages",
                number + 1,
                key.cycle_id(),
                erased.changes,
                erased.messages
            ));
            sum += erased;
        }
        // Last: their names and handles come from there, and an erasure that was interrupted needs them again.
        sum += erase::in_directory(table, tenant, &erasure).await?;
        let follows = match &place.aws {
            Some(_) => {
                "\nnow deploy the stage with another `epochSalt`, so that no function and no page keeps what they had, and delete the person in the pool or at the issuer; backups and point-in-time recovery keep the table as it was for 35 days"
            }
            None => "\npages that are open show the words until they are loaded again",
        };
        let said = format!(
            "erase {user}: {} changes in {} weeks, {} rows of messages, {} rows of the directory{follows}",
            sum.changes, sum.records, sum.messages, sum.rows
        );
        self.at.say(said, json!({"user": user, "alias": erasure.person.alias, "erased": sum}))
    }

    async fn erasure(&self, table: &store::Table, unique: &str) -> Result<Erasure, Failed> {
        let (tenant, user) = (&self.at.tenant, &self.user);
        let member = directory::member(table, tenant, user).await?;
        let profile = directory::profile(table, tenant, user).await?;
        let (name, email) = member.map_or((None, None), |member| (Some(member.name), member.email));
        let names = name.into_iter().chain(self.names.iter().cloned()).collect();
        let person = Person { user: user.clone(), names, alias: Name::new(&format!("erased-{unique}"))? };
        Ok(Erasure { person, handles: erase::handles(profile, email), is_dry: self.at.dry_run })
    }
}
