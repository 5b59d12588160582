//! `cyclesheet source`: where a team's messages come from.
use super::{
    Done, Failed, NotWell,
    at::{At, Missing},
    dev, lines,
};
use extraction::{
    outside::{SecretString, TokioPause},
    source::{
        SlackApi,
        slack_api::{
            DEFAULT_BASE_URL,
            setup::{Wanted, examine},
        },
    },
};
use platform::{context::system_clock, secrets::Secrets};
use sheet::Name;
use std::path::PathBuf;
use store::directory::{self, SlackChannel, Source, Team};

#[derive(clap::Subcommand)]
pub(crate) enum Sources {
    /// Add a source to a team; one of the same kind and secret or path is replaced
    Add(SourceAdd),
    /// Change a source that there is: the channels of --slack, or the secret of --inbox
    Set(SourceAdd),
    /// Take a source from a team
    Remove(SourceRemove),
    /// Print a team's sources, one as JSON a line
    List(SourceList),
}

#[derive(clap::Args)]
pub(crate) struct SourceList {
    #[command(flatten)]
    at: At,
    /// The team
    #[arg(long)]
    team: Name,
}

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("kind").required(true).args(["slack", "inbox", "path"]))]
pub(crate) struct SourceAdd {
    #[command(flatten)]
    at: At,
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
    /// Do not look whether the secret is there and Slack takes it
    #[arg(long)]
    no_check: bool,
    /// The secrets of a data folder, to look at: a JSON file of their names and values
    #[arg(long, value_name = "FILE")]
    secrets: Option<PathBuf>,
    /// Where Slack's Web API is
    #[arg(long, env = "SLACK_BASE_URL", value_name = "URL", default_value = DEFAULT_BASE_URL)]
    slack_base_url: String,
    /// The stage's API, to print where Slack sends events to: https://sheet.example.com
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl Sources {
    pub(crate) async fn run(self) -> Done {
        match self {
            Self::Add(add) => add.run(false).await,
            Self::Set(set) => set.run(true).await,
            Self::Remove(remove) => remove.run().await,
            Self::List(list) => {
                let table = list.at.open(Missing::Refused).await?.table;
                let team = list.at.existing_team(&table, &list.team).await?;
                lines(team.sources.iter().map(serde_json::to_string))
            }
        }
    }
}

impl SourceAdd {
    /// Writes the source in the place of one of the same kind and secret or path, which there must be if it `replaces`.
    async fn run(self, replaces: bool) -> Done {
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
        let place = self.at.open(Missing::Refused).await?;
        let mut team = self.at.existing_team(&place.table, &self.team).await?;
        if replaces && !team.sources.iter().any(|known| is_same(known, &source)) {
            return Err(
                format!("{} has no such source: add it with `cyclesheet source add`", self.team).into()
            );
        }
        // A data folder without a file of secrets has nothing to look at.
        if !self.no_check && (place.aws.is_some() || self.secrets.is_some()) {
            let secrets = place.secrets(dev::secrets(self.secrets.as_deref())?);
            let checked = check(&secrets, &source, &team, &self.slack_base_url).await?;
            eprintln!("{checked}");
        }
        if let (Source::Inbox { .. }, Some(url)) = (&source, &self.url) {
            eprintln!("{}", inbox_steps(url.trim_end_matches('/'), &self.at.tenant, &self.team));
        }
        team.sources.retain(|known| !is_same(known, &source));
        team.sources.push(source);
        if !self.at.dry_run {
            directory::put_team(&place.table, &self.at.tenant, &team).await?;
        }
        lines(team.sources.iter().map(serde_json::to_string))
    }
}

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("which").required(true).args(["slack", "inbox", "path"]))]
pub(crate) struct SourceRemove {
    #[command(flatten)]
    at: At,
    /// The team
    #[arg(long)]
    team: Name,
    /// Slack's Web API with this secret
    #[arg(long, value_name = "SECRET")]
    slack: Option<String>,
    /// The inbox
    #[arg(long)]
    inbox: bool,
    /// The export or file at this path
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
}

impl SourceRemove {
    async fn run(self) -> Done {
        let table = self.at.open(Missing::Refused).await?.table;
        let mut team = self.at.existing_team(&table, &self.team).await?;
        let is_it = |known: &Source| match known {
            Source::Slack { secret, .. } => self.slack.as_ref() == Some(secret),
            Source::Inbox { .. } => self.inbox,
            Source::Path { path } => self.path.as_ref() == Some(path),
        };
        let before = team.sources.len();
        team.sources.retain(|known| !is_it(known));
        if team.sources.len() == before {
            return Err(
                format!("{} has no such source: `cyclesheet source list` prints them", self.team).into()
            );
        }
        if !self.at.dry_run {
            directory::put_team(&table, &self.at.tenant, &team).await?;
        }
        lines(team.sources.iter().map(serde_json::to_string))
    }
}

/// Looks whether a source's secret is there and holds what it needs, and whether Slack takes it for these channels. It reads
/// no message and writes nothing.
async fn check(secrets: &Secrets, source: &Source, team: &Team, slack: &str) -> Result<String, Failed> {
    let now = (system_clock())();
    match source {
        Source::Path { path } => {
            Ok(format!("{path} is read when a sheet is made; `cyclesheet messages` tries it here"))
        }
        Source::Inbox { secret } => {
            let found = secrets.of_team(secret, now).await?;
            match (found.signing_secret.is_some(), found.bearer.is_some()) {
                (false, false) => Err(format!("the secret {secret} holds neither \"signingSecret\" (Slack's events) nor \"bearer\" (scripts): give one of them").into()),
                (true, false) => Ok("the secret has a signing secret: Slack's events are taken".to_owned()),
                (false, true) => Ok("the secret has a bearer: scripts may push messages".to_owned()),
                (true, true) => Ok("the secret has a signing secret and a bearer: Slack's events and scripts are taken".to_owned()),
            }
        }
        Source::Slack { secret, channels } => {
            let token = secrets.of_team(secret, now).await?.bot_token;
            let token = token.ok_or_else(|| {
                format!("the secret {secret} holds no \"botToken\": give it as {{\"botToken\":\"xoxb-…\"}}")
            })?;
            let api = SlackApi::new(slack, SecretString::from(token), TokioPause(|| 0.5))?;
            let channels: Vec<String> = channels.iter().map(|channel| channel.id.clone()).collect();
            let wanted =
                Wanted { announces: team.announce.is_some(), mentions: team.mention_secret.is_some() };
            let examined = examine(&api, &channels, wanted).await?;
            if examined.lacks.is_empty() {
                return Ok(format!(
                    "Slack takes the token of {}, and the bot reads {}",
                    examined.workspace,
                    examined.channels.join(", ")
                ));
            }
            let lacks: Vec<String> = examined.lacks.iter().map(|lack| format!("\n  - {lack}")).collect();
            Err(NotWell(format!(
                "the source does not work yet, and is not added (--no-check adds it):{}",
                lacks.concat()
            ))
            .into())
        }
    }
}

/// Returns what is left to do outside for an inbox.
fn inbox_steps(api: &str, tenant: &Name, team: &Name) -> String {
    let url = format!("{api}/api/inbox/{tenant}/{team}");
    format!(
        "Slack: Event Subscriptions → Request URL {url}, bot events message.channels (message.groups for private channels)\n\
         scripts: curl -H 'authorization: Bearer …' -d @messages.jsonl {url}"
    )
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
