//! `cyclesheet extract --now`: asks a deployed stage for a team's sheet without waiting for the schedule.
use super::{Done, print, tenant::Where};
use platform::{
    clients,
    context::system_clock,
    invoke::{ExtractRequest, Invoke, LambdaInvoke},
};
use sheet::{CycleKey, Name, Week, week::time_zone};

#[derive(clap::Args)]
pub(crate) struct Extract {
    #[command(flatten)]
    at: Where,
    /// The team
    #[arg(long)]
    team: Name,
    /// Begin the sheet of the team's current week; one that is there already stays as it is
    #[arg(long, required = true)]
    now: bool,
    /// The stage whose function is asked
    #[arg(long, default_value = "dev")]
    stage: Name,
}

impl Extract {
    pub(crate) async fn run(self) -> Done {
        let Some(name) = self.at.deployed() else {
            return Err("extract asks a deployed stage: name its table with --table. A local stack extracts when its sheet is opened".into());
        };
        let table = self.at.table().await?;
        let team = self.at.team(&table, &self.team).await?;
        let team = team.ok_or_else(|| {
            format!("there is no team {} in {name}: add it with `cyclesheet team add`", self.team)
        })?;
        let week = Week::containing((system_clock())(), &time_zone(&team.time_zone)?)?;
        let key = CycleKey { tenant: self.at.tenant().clone(), team: self.team, week };
        let function = format!("cyclesheet-{}-extract:live", self.stage);
        let lambda = LambdaInvoke::of(&clients::load()?, function.clone());
        if !lambda.extract(&ExtractRequest::cycle(&key, false)).await {
            return Err(format!(
                "{function} could not be asked: is the stage {} deployed in this region, and may you invoke it?",
                self.stage
            )
            .into());
        }
        print(&format!("asked for {key}: the sheet fills itself in within a minute or two\n"))
    }
}
