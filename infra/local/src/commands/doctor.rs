//! `cyclesheet doctor`: looks at a stage, says what is wrong and what to do about it.
//!
//! It goes from the outside in: the page's address, the functions, the queues, the table, the teams, their last weeks. It
//! writes nothing. What could not be looked at, because a right is missing, is said and is nothing wrong.
mod stage;
mod weeks;

use super::{
    Done, NotWell,
    at::{At, Missing},
    print,
};
use serde_json::json;
use sheet::week::time_zone;
use std::time::Duration;
use store::{directory, roles};

/// An answer of the page or the API takes less, or nobody gets through.
const PATIENCE: Duration = Duration::from_secs(8);
/// Seconds by which this machine's clock may differ from the server's before tokens seem to be expired.
const MAX_SKEW_S: i64 = 60;

#[derive(clap::Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    at: At,
    /// The page's address, to look at it from outside: https://sheet.example.com
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

/// What a look at one thing came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Health {
    Well,
    Wrong,
    /// It could not be looked at.
    Unknown,
}

/// Collects what was found.
pub(super) struct Findings {
    json: bool,
    wrong: usize,
}

impl Findings {
    fn well(&mut self, what: impl Into<String>) -> Done {
        self.add(Health::Well, what.into(), None)
    }

    fn wrong(&mut self, what: impl Into<String>, to_do: impl Into<String>) -> Done {
        self.wrong += 1;
        self.add(Health::Wrong, what.into(), Some(to_do.into()))
    }

    fn unknown(&mut self, what: impl Into<String>) -> Done {
        self.add(Health::Unknown, what.into(), None)
    }

    fn add(&mut self, health: Health, what: String, to_do: Option<String>) -> Done {
        if self.json {
            let health = format!("{health:?}").to_lowercase();
            return print(&format!("{}\n", json!({"health": health, "what": what, "toDo": to_do})));
        }
        let mark = match health {
            Health::Well => "ok     ",
            Health::Wrong => "WRONG  ",
            Health::Unknown => "?      ",
        };
        let to_do = to_do.map(|to_do| format!("\n       → {to_do}")).unwrap_or_default();
        print(&format!("{mark}{what}{to_do}\n"))
    }
}

impl Doctor {
    pub(crate) async fn run(self) -> Done {
        let mut findings = Findings { json: self.at.json, wrong: 0 };
        if let Some(url) = &self.url {
            page(&mut findings, url.trim_end_matches('/')).await?;
        }
        let place = self.at.open(Missing::Refused).await?;
        if let Some(aws) = &place.aws {
            stage::look(&mut findings, &self.at, aws, &place).await?;
        }
        match place.table.probe().await {
            Ok(()) => findings.well(format!("the table {} answers", place.name))?,
            Err(error) => {
                findings.wrong(
                    format!("the table {} does not answer: {error}", place.name),
                    "`make output STAGE=… NAME=TableName` prints its name; look whether it is in this region and account, and whether these credentials may read it",
                )?;
                return findings.end();
            }
        }
        self.tenant(&mut findings, &place).await?;
        findings.end()
    }

    async fn tenant(&self, findings: &mut Findings, place: &super::at::Place) -> Done {
        let tenant = &self.at.tenant;
        let teams = directory::teams(&place.table, tenant).await?;
        if teams.is_empty() {
            findings.wrong(
                format!("the tenant {tenant} has no team: no sheet begins"),
                "`cyclesheet team add`, or another --tenant",
            )?;
        }
        for team in &teams {
            let name = format!("the team {tenant}/{}", team.team);
            match time_zone(&team.time_zone) {
                Ok(_) if team.sources.is_empty() => findings.wrong(
                    format!("{name} has no source: its sheets stay empty"),
                    format!("`cyclesheet source add --team {} --slack …`, or --inbox", team.team),
                )?,
                Ok(_) => findings.well(format!(
                    "{name} has {} sources, and weeks of {}",
                    team.sources.len(),
                    team.time_zone
                ))?,
                Err(error) => findings.wrong(
                    format!("{name} has a time zone that does not read: {error}"),
                    format!("`cyclesheet team set --team {} --time-zone Europe/Berlin`", team.team),
                )?,
            }
            weeks::look(findings, place, tenant, team).await?;
        }
        let denied = directory::denied(&place.table, tenant).await?;
        let unfinished = denied.iter().filter(|denied| !denied.done).count()
            + roles::all(&place.table, tenant).await?.iter().filter(|set| !set.done).count();
        if unfinished > 0 {
            let to_do = "the sweep carries them out: if they stay for a quarter of an hour, look at the log of `extract`";
            findings
                .wrong(format!("{unfinished} decisions about members are not in every week yet"), to_do)?;
        }
        Ok(())
    }
}

impl Findings {
    fn end(self) -> Done {
        match self.wrong {
            0 => Ok(()),
            1 => Err(NotWell("one thing is wrong".into()).into()),
            some => Err(NotWell(format!("{some} things are wrong")).into()),
        }
    }
}

/// What a browser would meet: the page, its configuration, the API, and the time.
async fn page(findings: &mut Findings, url: &str) -> Done {
    let client = reqwest::Client::builder().timeout(PATIENCE).build()?;
    let answer = match client.get(format!("{url}/config.json")).send().await {
        Ok(answer) => answer,
        Err(error) => {
            let why = if error.is_timeout() { "it does not answer in time" } else { "it cannot be reached" };
            return findings.wrong(
                format!("{url}: {why}"),
                "look at its DNS record, its certificate and the distribution; `make output STAGE=… NAME=PageUrl` prints its address",
            );
        }
    };
    if let Some(skew) = skew(&answer).filter(|skew| skew.abs() > MAX_SKEW_S) {
        findings.wrong(
            format!("this machine's clock is {skew} s off the server's"),
            "set it by NTP: tokens seem to be expired or not valid yet to one of them",
        )?;
    }
    let status = answer.status();
    if !status.is_success() {
        return findings.wrong(
            format!("{url}/config.json is answered {status}"),
            "publish the page again: `make deploy STAGE=…`",
        );
    }
    findings.well(format!("{url} serves the page's configuration"))?;
    match client.get(format!("{url}/api/me")).send().await {
        Ok(answer) if answer.status() == reqwest::StatusCode::UNAUTHORIZED => {
            findings.well(format!("{url}/api asks for a sign-in"))
        }
        Ok(answer) if answer.status().is_server_error() => findings.wrong(
            format!("{url}/api is answered {}", answer.status()),
            "the log of `http` says why: see Busy and HttpFailures in docs/runbook.md",
        ),
        Ok(answer) => findings.unknown(format!(
            "{url}/api is answered {}: with `sameOriginApi` false the API has an address of its own",
            answer.status()
        )),
        Err(_) => findings.wrong(format!("{url}/api does not answer"), "see HttpFailures in docs/runbook.md"),
    }
}

/// Returns by how many seconds the server's clock is ahead of this one's, as far as its answer says.
fn skew(answer: &reqwest::Response) -> Option<i64> {
    let date = answer.headers().get(reqwest::header::DATE)?.to_str().ok()?;
    let server = jiff::fmt::rfc2822::parse(date).ok()?.timestamp().as_millisecond();
    Some((server - (platform::context::system_clock())().0) / 1000)
}
