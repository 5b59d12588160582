//! `cyclesheet team`: the teams of a tenant.
use super::{
    Done,
    at::{At, Missing},
    lines, print,
};
use serde_json::json;
use sheet::{Name, week::time_zone};
use store::directory::{self, Announce, StaleRule, Team};

/// Days that messages are kept at the least: a week's refreshes and its carry-over need them.
const MIN_RETENTION_DAYS: u32 = 15;

#[derive(clap::Subcommand)]
pub(crate) enum Teams {
    /// Add a team, or change what is said of one; its sources stay
    Add(TeamAdd),
    /// Change what is said of a team that there is
    Set(TeamAdd),
    /// Take a team from the schedule; its weeks stay in the table
    Remove(TeamRemove),
    /// Print the teams, one as JSON a line
    List(At),
}

#[derive(clap::Args)]
pub(crate) struct TeamRemove {
    #[command(flatten)]
    at: At,
    /// The team's id
    #[arg(long)]
    team: Name,
}

#[derive(clap::Args)]
pub(crate) struct TeamAdd {
    #[command(flatten)]
    at: At,
    /// The team's id
    #[arg(long)]
    team: Name,
    /// Its name on a screen
    #[arg(long)]
    name: Option<String>,
    /// Its IANA time zone: what a week is for it
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Days after which messages and what was sent to the model are deleted; they are kept unless given
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(i64::from(MIN_RETENTION_DAYS)..=3650))]
    retention_days: Option<u32>,
    /// How many new messages of high priority make the sheet stale; 0: none do
    #[arg(long, value_name = "N")]
    stale_threshold: Option<u32>,
    /// A word that makes a message one of high priority; may be repeated
    #[arg(long = "stale-word", value_name = "WORD")]
    stale_words: Vec<String>,
    /// The Slack channel (C…) in which a new sheet is announced
    #[arg(long, value_name = "CHANNEL", requires = "announce_secret")]
    announce_channel: Option<String>,
    /// The secret with the token that announces
    #[arg(long, value_name = "SECRET", requires = "announce_channel")]
    announce_secret: Option<String>,
    /// The secret with the token that sends mentions as direct messages to users who are away
    #[arg(long, value_name = "SECRET")]
    mention_secret: Option<String>,
}

impl Teams {
    pub(crate) async fn run(self) -> Done {
        match self {
            Self::Add(add) => add.run(Missing::Made).await,
            Self::Set(set) => set.run(Missing::Refused).await,
            Self::Remove(remove) => remove.run().await,
            Self::List(at) => {
                let table = at.open(Missing::Refused).await?.table;
                lines(directory::teams(&table, &at.tenant).await?.iter().map(serde_json::to_string))
            }
        }
    }
}

impl TeamAdd {
    /// Writes the team. What is not said again stays; a new one is made only where the folder would be as well.
    async fn run(self, missing: Missing) -> Done {
        let table = self.at.open(missing).await?.table;
        let known = match missing {
            Missing::Made => self.at.team(&table, &self.team).await?,
            Missing::Refused => Some(self.at.existing_team(&table, &self.team).await?),
        };
        let zone = match (self.time_zone, &known) {
            (Some(zone), _) => zone,
            (None, Some(known)) => known.time_zone.clone(),
            (None, None) => return Err("a new team needs --time-zone, such as Europe/Berlin".into()),
        };
        time_zone(&zone)?;
        let name = self.name.or_else(|| known.as_ref().map(|known| known.name.clone()));
        let mut team =
            known.unwrap_or_else(|| Team::new(self.team.clone(), self.team.as_str(), zone.as_str()));
        team.time_zone = zone;
        team.name = name.unwrap_or(team.name);
        team.retention_days = self.retention_days.or(team.retention_days);
        if self.stale_threshold.is_some() || !self.stale_words.is_empty() {
            let threshold = self.stale_threshold.unwrap_or(team.stale.threshold);
            team.stale = StaleRule { threshold, words: self.stale_words };
        }
        if let (Some(channel), Some(secret)) = (self.announce_channel, self.announce_secret) {
            team.announce = Some(Announce { secret, channel });
        }
        team.mention_secret = self.mention_secret.or(team.mention_secret);
        if !self.at.dry_run {
            directory::put_team(&table, &self.at.tenant, &team).await?;
        }
        print(&format!("{}\n", serde_json::to_string(&team)?))
    }
}

impl TeamRemove {
    async fn run(self) -> Done {
        let table = self.at.open(Missing::Refused).await?.table;
        let team = self.at.existing_team(&table, &self.team).await?;
        let weeks = directory::cycles(&table, &self.at.tenant, &self.team).await?.len();
        if !self.at.dry_run {
            directory::remove_team(&table, &self.at.tenant, &self.team).await?;
        }
        let said = format!(
            "remove the team {}/{}: no new week of it begins, and its {weeks} weeks stay",
            self.at.tenant, self.team
        );
        self.at.say(said, json!({"removed": team, "weeks": weeks}))
    }
}
