//! `cyclesheet team`, `source` and `member`: what a tenant is made of, in the table.
use super::{Done, print};
use local::database::{Embedded, TABLE};
use platform::{clients, context::system_clock};
use serde_json::json;
use sheet::{Name, Role, week::time_zone};
use std::path::PathBuf;
use store::{
    Table,
    directory::{self, Announce, Member, Profile, SlackChannel, Source, StaleRule, Team},
    roles::{self, SetRole},
    teams,
};

/// Days that messages are kept at the least: a week's refreshes and its carry-over need them.
const MIN_RETENTION_DAYS: u32 = 15;
/// The colour of a member who never connected.
const NO_COLOR: &str = "#4a5a68";

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Whose, and in which table.
#[derive(clap::Args)]
pub(crate) struct Where {
    /// The data folder of `cyclesheet dev`, which must not be running on it
    #[arg(long, value_name = "DIR", required_unless_present = "table", conflicts_with = "table")]
    data: Option<PathBuf>,
    /// A DynamoDB table, with the region and credentials of the environment
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// The tenant
    #[arg(long, default_value = local::sample::TENANT)]
    tenant: Name,
}

impl Where {
    /// The name of the deployed table, if it is one.
    pub(crate) fn deployed(&self) -> Option<&str> {
        self.table.as_deref()
    }

    /// Returns the tenant.
    pub(crate) fn tenant(&self) -> &Name {
        &self.tenant
    }

    pub(crate) async fn table(&self) -> Result<Table, Failed> {
        match (&self.data, &self.table) {
            (Some(folder), _) => Ok(Table::new(Embedded::in_folder(folder)?.client(), TABLE)),
            (None, Some(name)) => {
                environment()?;
                let aws = clients::load()?;
                Ok(Table::new(aws_sdk_dynamodb::Client::new(&aws), name))
            }
            (None, None) => Err("name a table: --data DIR or --table NAME".into()),
        }
    }

    pub(crate) async fn team(&self, table: &Table, team: &Name) -> Result<Option<Team>, Failed> {
        let all = directory::teams(table, &self.tenant).await?;
        Ok(all.into_iter().find(|found| found.team == *team))
    }
}

/// What the functions find in their environment, and nothing else is looked for: profiles and roles are not.
fn environment() -> Result<(), Failed> {
    let is_set = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    if !is_set("AWS_REGION") && !is_set("AWS_DEFAULT_REGION") {
        return Err("--table needs the table's region: export AWS_REGION=…".into());
    }
    if !is_set("AWS_ACCESS_KEY_ID") || !is_set("AWS_SECRET_ACCESS_KEY") {
        let profile = r#"of a profile: eval "$(aws configure export-credentials --format env)""#;
        return Err(format!("--table needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; {profile}").into());
    }
    Ok(())
}

#[derive(clap::Subcommand)]
pub(crate) enum Teams {
    /// Add a team, or change what is said of one; its sources stay
    Add(TeamAdd),
    /// Print the teams, one as JSON a line
    List(Where),
}

#[derive(clap::Args)]
pub(crate) struct TeamAdd {
    #[command(flatten)]
    at: Where,
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
            Self::Add(add) => add.run().await,
            Self::List(at) => {
                let table = at.table().await?;
                lines(directory::teams(&table, &at.tenant).await?.iter().map(serde_json::to_string))
            }
        }
    }
}

impl TeamAdd {
    async fn run(self) -> Done {
        let table = self.at.table().await?;
        let known = self.at.team(&table, &self.team).await?;
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
        directory::put_team(&table, &self.at.tenant, &team).await?;
        print(&format!("{}\n", serde_json::to_string(&team)?))
    }
}

#[derive(clap::Subcommand)]
pub(crate) enum Sources {
    /// Add a source to a team; one of the same kind and secret or path is replaced
    Add(SourceAdd),
    /// Print a team's sources, one as JSON a line
    List(SourceList),
}

#[derive(clap::Args)]
pub(crate) struct SourceList {
    #[command(flatten)]
    at: Where,
    /// The team
    #[arg(long)]
    team: Name,
}

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("kind").required(true).args(["slack", "inbox", "path"]))]
pub(crate) struct SourceAdd {
    #[command(flatten)]
    at: Where,
    /// The team
    #[arg(long)]
    team: Name,
    /// Slack's Web API: the secret that holds {"botToken":"xoxb-…"}
    #[arg(long, value_name = "SECRET", requires = "channels")]
    slack: Option<String>,
    /// A channel to read, C… or C…=name; may be repeated
    #[arg(long = "channel", value_name = "CHANNEL", requires = "slack")]
    channels: Vec<String>,
    /// The inbox: the secret that holds {"signingSecret":"…"} or {"bearer":"…"}
    #[arg(long, value_name = "SECRET")]
    inbox: Option<String>,
    /// A Slack export folder, or a file of JSON Lines, that the function can read
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
}

impl Sources {
    pub(crate) async fn run(self) -> Done {
        match self {
            Self::Add(add) => add.run().await,
            Self::List(list) => {
                let table = list.at.table().await?;
                let team = list.at.team(&table, &list.team).await?;
                let team = team.ok_or_else(|| no_team(&list.at.tenant, &list.team))?;
                lines(team.sources.iter().map(serde_json::to_string))
            }
        }
    }
}

fn no_team(tenant: &Name, team: &Name) -> String {
    format!("there is no team {tenant}/{team}: add it with `cyclesheet team add`")
}

impl SourceAdd {
    async fn run(self) -> Done {
        let source = match (self.slack, self.inbox, self.path) {
            (Some(secret), ..) => {
                let channel = |text: &String| match text.split_once('=') {
                    Some((id, name)) => SlackChannel { id: id.to_owned(), name: Some(name.to_owned()) },
                    None => SlackChannel { id: text.clone(), name: None },
                };
                Source::Slack { secret, channels: self.channels.iter().map(channel).collect() }
            }
            (_, Some(secret), _) => Source::Inbox { secret },
            (_, _, Some(path)) => Source::Path { path },
            _ => return Err("name a source: --slack, --inbox or --path".into()),
        };
        let table = self.at.table().await?;
        let team = self.at.team(&table, &self.team).await?;
        let mut team = team.ok_or_else(|| no_team(&self.at.tenant, &self.team))?;
        team.sources.retain(|known| !is_same(known, &source));
        team.sources.push(source);
        directory::put_team(&table, &self.at.tenant, &team).await?;
        lines(team.sources.iter().map(serde_json::to_string))
    }
}

/// Returns whether it is another word for the same source.
fn is_same(a: &Source, b: &Source) -> bool {
    match (a, b) {
        (Source::Slack { secret: a, .. }, Source::Slack { secret: b, .. }) => a == b,
        (Source::Inbox { .. }, Source::Inbox { .. }) => true,
        (Source::Path { path: a }, Source::Path { path: b }) => a == b,
        _ => false,
    }
}

#[derive(clap::Subcommand)]
pub(crate) enum Members {
    /// Add somebody to the directory, or what is known of them
    Add(MemberAdd),
    /// Give somebody teams or a role: theirs from then on, whatever their token says of a role
    Set(MemberSet),
    /// Print everybody, one as JSON a line
    List(Where),
}

#[derive(clap::Args)]
pub(crate) struct MemberSet {
    #[command(flatten)]
    at: Where,
    /// Their id: the `sub` of their token
    #[arg(long)]
    user: Name,
    /// Their teams, and no others; they count where membership stands in the directory (MEMBERSHIP=directory)
    #[arg(long, value_delimiter = ',', required_unless_present = "role")]
    teams: Option<Vec<Name>>,
    /// viewer, editor or admin
    #[arg(long, value_parser = role)]
    role: Option<Role>,
}

#[derive(clap::Args)]
pub(crate) struct MemberAdd {
    #[command(flatten)]
    at: Where,
    /// Their id: the `sub` of their token
    #[arg(long)]
    user: Name,
    /// Their name on a screen, until a token says another
    #[arg(long)]
    name: String,
    /// Their email, by which they are found in Slack
    #[arg(long)]
    email: Option<String>,
    /// Their id in Slack, U…
    #[arg(long, value_name = "ID")]
    slack_id: Option<String>,
    /// The teams they belong to, until a token says others
    #[arg(long, value_delimiter = ',', required = true)]
    teams: Vec<Name>,
    /// viewer, editor or admin, until a token says another
    #[arg(long, default_value = "editor", value_parser = role)]
    role: Role,
}

fn role(word: &str) -> Result<Role, String> {
    Role::of_person(word).ok_or_else(|| "a role is one of viewer, editor, admin".to_owned())
}

impl Members {
    pub(crate) async fn run(self) -> Done {
        match self {
            Self::Add(add) => add.run().await,
            Self::Set(set) => set.run().await,
            Self::List(at) => {
                let table = at.table().await?;
                let known = directory::everybody(&table, &at.tenant).await?;
                lines(known.iter().map(|known| {
                    let Member { user, name, role, teams, .. } = &known.member;
                    let line = json!({"user": user, "name": name, "email": known.email, "slackId": known.slack_id, "role": role, "teams": teams});
                    serde_json::to_string(&line)
                }))
            }
        }
    }
}

impl MemberSet {
    async fn run(self) -> Done {
        let (table, tenant) = (self.at.table().await?, &self.at.tenant);
        if let Some(role) = self.role {
            let before = roles::of(&table, tenant, &self.user).await?;
            let count = before.map_or(0, |before| before.count) + 1;
            // Begun, and not done: the stage's sweep tells every open week of it, as after a change in the page.
            let set = SetRole { user: self.user.clone(), role, count, done: false };
            if !roles::put(&table, tenant, &set).await? {
                return Err("somebody else has just set their role: look, and say it again".into());
            }
        }
        if let Some(given) = &self.teams {
            teams::put(&table, tenant, &self.user, given).await?;
        }
        print(&format!("{}: set; it counts from their next connection on\n", self.user))
    }
}

impl MemberAdd {
    async fn run(self) -> Done {
        let table = self.at.table().await?;
        let member = Member {
            user: self.user.clone(),
            name: self.name,
            color: NO_COLOR.to_owned(),
            role: self.role,
            teams: self.teams,
            seen_at: (system_clock())(),
            email: None,
        };
        let is_new = directory::put_new_member(&table, &self.at.tenant, &member).await?;
        if self.email.is_some() || self.slack_id.is_some() {
            let profile = Profile { user: self.user.clone(), email: self.email, slack_id: self.slack_id };
            directory::put_profile(&table, &self.at.tenant, &profile).await?;
        }
        let said = if is_new {
            "added"
        } else {
            "known already by their own sign-in; what you said beside it is noted"
        };
        print(&format!("{}: {said}\n", self.user))
    }
}

fn lines(lines: impl Iterator<Item = serde_json::Result<String>>) -> Done {
    let mut text = String::new();
    for line in lines {
        text.push_str(&line?);
        text.push('\n');
    }
    print(&text)
}
