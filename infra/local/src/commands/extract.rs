//! `cyclesheet extract --now` and `--replay`: a team's sheet without waiting for the schedule.
use super::{
    Done,
    at::{At, CyclePath, Missing, Place},
    dev,
};
use cyclesheet_extract::Event;
use extraction::cohere::{DEFAULT_BASE_URL, DEFAULT_MODEL};
use local::{Options, Stack, database::Embedded};
use platform::{context::system_clock, invoke::ExtractRequest};
use serde_json::json;
use sheet::{CycleKey, Name, Week, week::time_zone};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["now", "replay"]))]
pub(crate) struct Extract {
    #[command(flatten)]
    at: At,
    /// Begin the sheet of the team's current week; one that is there already stays as it is
    #[arg(long, requires = "team")]
    now: bool,
    /// Read a week's messages again and ask the model again: another of the three generations of the week
    #[arg(long, requires = "cycle")]
    replay: bool,
    /// The team, for --now
    #[arg(long)]
    team: Option<Name>,
    /// The cycle, for --replay: team/2026-W47, or tenant/team/2026-W47
    #[arg(long, value_name = "CYCLE")]
    cycle: Option<CyclePath>,
    /// Cohere's key, for a data folder; without it the sheet is made straight from the messages
    #[arg(long, env = "COHERE_API_KEY", hide_env_values = true, value_name = "KEY")]
    cohere_api_key: Option<String>,
    /// What teams share with Slack, for a data folder: a JSON file of secrets' names and values
    #[arg(long, value_name = "FILE")]
    secrets: Option<PathBuf>,
}

impl Extract {
    pub(crate) async fn run(self) -> Done {
        let place = self.at.open(Missing::Refused).await?;
        let key = self.key(&place).await?;
        let request = ExtractRequest::cycle(&key, self.replay);
        let json = json!({"team": key.team, "cycle": key.week, "replay": self.replay});
        if self.at.dry_run {
            return self.at.say(format!("ask for {key}"), json);
        }
        if let Some(folder) = self.at.folder().cloned() {
            // The folder has one user at a time.
            drop(place);
            return self.here(&folder, request).await;
        }
        if !self.at.ask(&place, &request).await {
            return Err(format!(
                "{} could not be asked: is the stage {} deployed in this region, and may you invoke it?",
                self.at.extract_function(),
                self.at.stage
            )
            .into());
        }
        self.at.say(format!("asked for {key}: the sheet fills itself in within a minute or two"), json)
    }

    /// Returns the cycle: the one that is named, or the team's current one.
    async fn key(&self, place: &Place) -> Result<CycleKey, super::Failed> {
        if let Some(cycle) = self.cycle.as_ref().filter(|_| self.replay) {
            let key = cycle.key(&self.at.tenant);
            self.at.existing_team(&place.table, &key.team).await?;
            return Ok(key);
        }
        let team = self.team.as_ref().ok_or("name the team: --team TEAM")?;
        let team = self.at.existing_team(&place.table, team).await?;
        let week = Week::containing((system_clock())(), &time_zone(&team.time_zone)?)?;
        Ok(CycleKey { tenant: self.at.tenant.clone(), team: team.team, week })
    }

    /// Extracts in this process, on a data folder.
    async fn here(self, folder: &Path, request: ExtractRequest) -> Done {
        let key = self.cohere_api_key.clone().filter(|key| !key.trim().is_empty());
        let model = key.map(|key| dev::ask(DEFAULT_BASE_URL, key, DEFAULT_MODEL)).transpose()?;
        let secrets = dev::secrets(self.secrets.as_deref())?;
        let options = Options { model, secrets, ..Options::new(Embedded::existing(folder)?) };
        let stack = Stack::start(options).await?;
        let done = stack.extractor.handle(&stack.context, Event::Request(request)).await;
        stack.shutdown().await;
        for extracted in done? {
            let result = format!("{:?}", extracted.result).to_lowercase();
            let said = format!(
                "{}: {result}, {} rows of {} messages",
                extracted.cycle, extracted.rows, extracted.messages
            );
            self.at.say(said, serde_json::to_value(&extracted)?)?;
        }
        Ok(())
    }
}
