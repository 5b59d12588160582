//! Which table a command works on, and how the command says what it did: the options that every word about tables shares.
use super::{Done, Failed, print};
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sqs::config::ProvideCredentials;
use local::{
    database::{Embedded, TABLE},
    sample,
};
use platform::{
    broadcast::{Callback, Endpoint, Posted},
    context::{Context, system_clock, system_random},
    invoke::{ExtractRequest, Invoke, LambdaInvoke, NoInvoke},
    metrics::Metrics,
    secrets::Secrets,
};
use protocol::limits::{DEFAULT_EXPECTED_CONNECTIONS, PresencePace};
use serde_json::Value;
use sheet::{CycleKey, Name, Week};
use std::{collections::BTreeMap, fmt::Display, path::PathBuf, str::FromStr, sync::Arc};
use store::{
    Store, StoreConfig, Table,
    directory::{self, Team},
};

/// Whose data, in which table, and how it is said.
#[derive(clap::Args, Clone)]
pub(crate) struct At {
    /// The data folder of `cyclesheet dev` or `serve`, which must not be running on it
    #[arg(long, value_name = "DIR", conflicts_with = "table")]
    data: Option<PathBuf>,
    /// A DynamoDB table, with the usual AWS region and credentials: environment, profile, SSO
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
    /// The stage that uses the table: its functions and queues
    #[arg(long, default_value = "dev")]
    pub(crate) stage: Name,
    /// The tenant
    #[arg(long, default_value = sample::TENANT)]
    pub(crate) tenant: Name,
    /// Say what would be done, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print JSON, one value a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// A cycle as people write it: `team/2026-W47`, or `tenant/team/2026-W47`.
#[derive(Clone, Debug)]
pub(crate) struct CyclePath {
    tenant: Option<Name>,
    team: Name,
    week: Week,
}

impl FromStr for CyclePath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let (tenant, team, week) = match parts.as_slice() {
            [team, week] => (None, *team, *week),
            [tenant, team, week] => (Some(*tenant), *team, *week),
            _ => return Err("a cycle is team/2026-W47, or tenant/team/2026-W47".into()),
        };
        let name = |word: &str| Name::new(word).map_err(|error| error.to_string());
        Ok(Self {
            tenant: tenant.map(name).transpose()?,
            team: name(team)?,
            week: week.parse().map_err(|error: sheet::week::WeekError| error.to_string())?,
        })
    }
}

impl CyclePath {
    /// Returns the cycle, of `tenant` unless the path names another one.
    pub(crate) fn key(&self, tenant: &Name) -> CycleKey {
        let tenant = self.tenant.as_ref().unwrap_or(tenant).clone();
        CycleKey { tenant, team: self.team.clone(), week: self.week }
    }
}

/// Whether a folder without data is one that the command begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It is made.
    Made,
    /// It is refused, because a mistyped name is no folder.
    Refused,
}

/// An open table, and AWS where it is deployed.
pub(crate) struct Place {
    /// The table.
    pub(crate) table: Table,
    /// The client under it.
    pub(crate) client: aws_sdk_dynamodb::Client,
    /// What the table is called in sentences: its name, or its folder.
    pub(crate) name: String,
    /// AWS's configuration, of a deployed table alone.
    pub(crate) aws: Option<SdkConfig>,
}

impl At {
    /// Opens the table.
    pub(crate) async fn open(&self, missing: Missing) -> Result<Place, Failed> {
        if let Some(name) = &self.table {
            let aws = aws().await?;
            let client = aws_sdk_dynamodb::Client::new(&aws);
            let table = Table::new(client.clone(), name);
            return Ok(Place { table, client, name: name.clone(), aws: Some(aws) });
        }
        let folder = self.data.as_ref().ok_or("name a table: --data DIR or --table TABLE")?;
        let embedded = match missing {
            Missing::Made => Embedded::in_folder(folder)?,
            Missing::Refused => Embedded::existing(folder)?,
        };
        let client = embedded.client();
        let table = Table::new(client.clone(), TABLE);
        Ok(Place { table, client, name: folder.display().to_string(), aws: None })
    }

    /// Returns whether a table is named at all.
    pub(crate) fn is_named(&self) -> bool {
        self.data.is_some() || self.table.is_some()
    }

    /// Returns the data folder, where that is what the command works on.
    pub(crate) fn folder(&self) -> Option<&PathBuf> {
        self.data.as_ref()
    }

    /// Returns a team of the tenant.
    pub(crate) async fn team(&self, table: &Table, team: &Name) -> Result<Option<Team>, Failed> {
        let all = directory::teams(table, &self.tenant).await?;
        Ok(all.into_iter().find(|found| found.team == *team))
    }

    /// Returns a team of the tenant, or the error that there is none.
    pub(crate) async fn existing_team(&self, table: &Table, team: &Name) -> Result<Team, Failed> {
        let found = self.team(table, team).await?;
        let none =
            || format!("there is no team {}/{team}: add it with `cyclesheet team add`", self.tenant).into();
        found.ok_or_else(none)
    }

    /// Prints what was done, as a sentence or as JSON. What a dry run only would have done is marked.
    pub(crate) fn say(&self, sentence: impl Display, mut json: Value) -> Done {
        if !self.json {
            let would = if self.dry_run { "would: " } else { "" };
            return print(&format!("{would}{sentence}\n"));
        }
        if self.dry_run && json.is_object() {
            json["dryRun"] = true.into();
        }
        print(&format!("{json}\n"))
    }

    /// Says on standard error how far a long command is.
    pub(crate) fn progress(&self, step: impl Display) {
        if !self.json {
            eprintln!("{step}");
        }
    }

    /// Asks the stage's extraction for something, without waiting for it. Returns whether it could be asked.
    pub(crate) async fn ask(&self, place: &Place, request: &ExtractRequest) -> bool {
        match &place.aws {
            Some(aws) => LambdaInvoke::of(aws, self.extract_function()).extract(request).await,
            None => false,
        }
    }

    /// Returns the name of the stage's extraction.
    pub(crate) fn extract_function(&self) -> String {
        format!("cyclesheet-{}-extract:live", self.stage)
    }
}

/// Returns AWS's configuration as every tool of AWS finds it, with the timeouts that the functions have.
///
/// # Errors
/// If there is no region, or there are no credentials.
pub(crate) async fn aws() -> Result<SdkConfig, Failed> {
    let aws = aws_config::defaults(BehaviorVersion::latest())
        .retry_config(platform::clients::retries())
        .load()
        .await;
    if aws.region().is_none() {
        return Err("AWS needs a region: export AWS_REGION=…, or name a profile that has one".into());
    }
    // Asked for once before anything else: a call without credentials fails with words about the call.
    let known = match aws.credentials_provider() {
        Some(provider) => provider.provide_credentials().await.is_ok(),
        None => false,
    };
    if !known {
        let ways = "export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile (AWS_PROFILE) and sign in to it";
        return Err(format!("AWS needs credentials: {ways}").into());
    }
    Ok(aws)
}

/// No way to the sockets: a command has none, and clients learn what changed by their next ping.
struct NoSockets;

impl Callback for NoSockets {
    fn post<'a>(
        &'a self,
        _: &'a Endpoint,
        _: &'a str,
        _: bytes::Bytes,
    ) -> futures::future::BoxFuture<'a, Posted> {
        Box::pin(std::future::ready(Posted::Failed))
    }

    fn close<'a>(&'a self, _: &'a Endpoint, _: &'a str) -> futures::future::BoxFuture<'a, Posted> {
        Box::pin(std::future::ready(Posted::Failed))
    }
}

impl Place {
    /// Returns a store on the table.
    pub(crate) fn store(&self) -> Store {
        Store::new(self.table.clone(), StoreConfig::default(), system_random())
    }

    /// Returns what the functions' own code needs to work on this table without sockets.
    pub(crate) fn context(&self) -> Context {
        Context {
            store: self.store(),
            callback: Arc::new(NoSockets),
            invoke: Arc::new(NoInvoke),
            clock: system_clock(),
            random: system_random(),
            rates: Arc::default(),
            secrets: self.secrets(BTreeMap::new()),
            expected_connections: DEFAULT_EXPECTED_CONNECTIONS,
            presence_pace: PresencePace::default(),
            metrics: Metrics::default(),
        }
    }

    /// Returns the secrets of the stage, or `local` ones of a data folder.
    pub(crate) fn secrets(&self, local: BTreeMap<String, String>) -> Secrets {
        match &self.aws {
            Some(aws) => Secrets::new(aws_sdk_secretsmanager::Client::new(aws)),
            None => Secrets::new(local),
        }
    }
}
