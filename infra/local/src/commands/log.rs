//! `cyclesheet log` and `cyclesheet audit verify`: a cycle's log, as people and as auditors read it.
use super::{Done, print};
use local::{
    database::{Embedded, TABLE},
    sample,
};
use serde::{Deserialize, Serialize};
use sheet::{
    Change, CycleKey, Name, Week,
    chain::{self, Audited, Head},
};
use std::path::{Path, PathBuf};
use store::{
    Table,
    log::{self, Limit, Since},
    record,
};

/// The first line of a log as JSON Lines: whose it is, and where its record says it stood.
#[derive(Serialize, Deserialize)]
struct Heading {
    tenant: Name,
    team: Name,
    cycle: Week,
    #[serde(default)]
    head: Option<(u64, String)>,
}

#[derive(clap::Args)]
pub(crate) struct Cycle {
    /// The data folder of `cyclesheet dev`, which must not be running on it
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The cycle: team/2026-W47, or tenant/team/2026-W47
    #[arg(long, value_name = "CYCLE", value_parser = cycle)]
    cycle: CycleKey,
}

#[derive(clap::Args)]
pub(crate) struct Log {
    #[command(flatten)]
    cycle: Cycle,
    /// JSON Lines, as `audit verify` reads them, instead of the human-readable form
    #[arg(long)]
    json: bool,
}

#[derive(clap::Subcommand)]
pub(crate) enum Audit {
    /// Name the first missing, altered or reordered entry, and a cut tail
    Verify(Verify),
}

#[derive(clap::Args)]
pub(crate) struct Verify {
    /// A log as `cyclesheet log --json` prints it
    #[arg(required_unless_present = "data")]
    file: Option<PathBuf>,
    /// A data folder, instead of a file
    #[arg(long, value_name = "DIR", requires = "cycle", conflicts_with = "file")]
    data: Option<PathBuf>,
    /// The cycle in the data folder: team/2026-W47, or tenant/team/2026-W47
    #[arg(long, value_name = "CYCLE", value_parser = cycle)]
    cycle: Option<CycleKey>,
    /// The head that the log must reach: VERSION:HASH, as an earlier verification printed it
    #[arg(long, value_name = "HEAD", value_parser = head)]
    head: Option<Head>,
}

fn cycle(text: &str) -> Result<CycleKey, String> {
    let parts: Vec<&str> = text.split('/').collect();
    let (tenant, team, week) = match parts.as_slice() {
        [team, week] => (sample::TENANT, *team, *week),
        [tenant, team, week] => (*tenant, *team, *week),
        _ => return Err("a cycle is team/2026-W47, or tenant/team/2026-W47".into()),
    };
    let name = |word: &str| Name::new(word).map_err(|error| error.to_string());
    Ok(CycleKey {
        tenant: name(tenant)?,
        team: name(team)?,
        week: week.parse::<Week>().map_err(|error| error.to_string())?,
    })
}

fn head(text: &str) -> Result<Head, String> {
    let (version, hash) = text.split_once(':').ok_or("a head is VERSION:HASH")?;
    let version = version.parse().map_err(|_| "a head is VERSION:HASH")?;
    Ok(Head { version, hash: hash.to_owned() })
}

/// A log and the head its record states.
async fn read(
    data: &Path,
    key: &CycleKey,
) -> Result<(Vec<Audited>, Option<Head>), Box<dyn std::error::Error + Send + Sync>> {
    if !data.is_dir() {
        return Err(format!("{} is no data folder", data.display()).into());
    }
    let table = Table::new(Embedded::existing(data)?.client(), TABLE);
    let head = record::head(&table, key)
        .await?
        .ok_or_else(|| format!("there is no cycle {key} in {}", data.display()))?;
    let (mut entries, mut next) = (Vec::new(), Some(Since::Entry(0)));
    while let Some(since) = next {
        let page = log::page(&table, key, since, Limit::PAGE).await?;
        entries.extend(page.entries.into_iter().map(Audited::from));
        next = page.next;
    }
    Ok((entries, Some(head)))
}

impl Log {
    pub(crate) async fn run(self) -> Done {
        let Cycle { data, cycle: key } = self.cycle;
        let (log, head) = read(&data, &key).await?;
        let mut text = String::new();
        if self.json {
            // The record lags behind its log. A log that holds is printed with where it ends, so that a cut file shows;
            // one that does not, with what the record says of it.
            let tip = chain::verify(&key, &log, head.as_ref()).ok();
            let head = tip.or(head).map(|head| (head.version, head.hash));
            let heading = Heading { tenant: key.tenant, team: key.team, cycle: key.week, head };
            text.push_str(&format!("{}\n", serde_json::to_string(&heading)?));
            for entry in &log {
                text.push_str(&format!("{}\n", serde_json::to_string(entry)?));
            }
            return print(&text);
        }
        for (entry, stored) in
            log.iter().flat_map(|entry| entry.changes.iter().map(move |change| (entry, change)))
        {
            match serde_json::from_str::<Change>(stored) {
                Ok(change) => {
                    let at = jiff::Timestamp::from_millisecond(change.at.0)?;
                    for line in protocol::human::lines(&change) {
                        text.push_str(&format!("{}  {at:.3}  {line}\n", change.version));
                    }
                }
                Err(_) => text.push_str(&format!("{}+  (erased, or of a later release)\n", entry.first)),
            }
        }
        print(&text)
    }
}

impl Audit {
    pub(crate) async fn run(self) -> Done {
        let Self::Verify(verify) = self;
        let (key, log, known) = match (verify.file, verify.data, verify.cycle) {
            (Some(file), _, _) => from_file(&file)?,
            (None, Some(data), Some(key)) => {
                let (log, head) = read(&data, &key).await?;
                (key, log, head)
            }
            _ => return Err("name a file, or --data with --cycle".into()),
        };
        // The record's head lies inside a log that went on; a given head is where it must reach.
        chain::verify(&key, &log, known.as_ref())?;
        let tip = chain::verify(&key, &log, verify.head.as_ref())?;
        print(&format!(
            "{key}: {} entries, {} changes, whole and in order\nhead {}:{}\n",
            log.len(),
            tip.version,
            tip.version,
            tip.hash
        ))
    }
}

type LogOf = (CycleKey, Vec<Audited>, Option<Head>);

fn from_file(file: &Path) -> Result<LogOf, Box<dyn std::error::Error + Send + Sync>> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let mut lines = text.lines();
    let shown = file.display();
    let heading: Heading = serde_json::from_str(lines.next().unwrap_or_default())
        .map_err(|error| format!("{shown}: line 1 does not say whose log it is: {error}"))?;
    let mut log = Vec::new();
    for (number, line) in lines.enumerate() {
        log.push(
            serde_json::from_str(line).map_err(|error| format!("{shown}: line {}: {error}", number + 2))?,
        );
    }
    let head = heading.head.map(|(version, hash)| Head { version, hash });
    Ok((CycleKey { tenant: heading.tenant, team: heading.team, week: heading.cycle }, log, head))
}
