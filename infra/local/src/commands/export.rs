//! `cyclesheet export`: a sheet as a file, or all of a tenant's weeks with their logs.
use super::{
    Done, Failed,
    at::{At, CyclePath, Missing},
    cycles::not_there,
    log, print,
};
use serde_json::json;
use sheet::export::{Format, export};
use std::path::PathBuf;
use store::{StoreError, directory};

#[derive(clap::Args)]
pub(crate) struct Export {
    #[command(flatten)]
    at: At,
    /// The cycle to print: team/2026-W47, or tenant/team/2026-W47
    #[arg(long, value_name = "CYCLE", required_unless_present = "to", conflicts_with = "to")]
    cycle: Option<CyclePath>,
    /// A folder for every week of the tenant: TEAM-WEEK.FORMAT, and TEAM-WEEK.log.jsonl, which `audit verify` reads
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// csv, markdown or json
    #[arg(long, default_value = "csv", value_parser = format)]
    format: Format,
}

fn format(word: &str) -> Result<Format, String> {
    Format::of(word).ok_or_else(|| "a format is one of csv, markdown, json".to_owned())
}

impl Export {
    pub(crate) async fn run(self) -> Done {
        let place = self.at.open(Missing::Refused).await?;
        let store = place.store();
        if let Some(path) = &self.cycle {
            let key = path.key(&self.at.tenant);
            let tip = store.tip(&key).await.map_err(|error| not_there(&key, error))?;
            return print(&export(&tip.state, self.format)?);
        }
        let folder = self.to.as_ref().ok_or("name a cycle with --cycle, or a folder with --to")?;
        let written = |error: std::io::Error| -> Failed {
            format!("cannot write to {}: {error}", folder.display()).into()
        };
        if !self.at.dry_run {
            std::fs::create_dir_all(folder).map_err(written)?;
        }
        let cycles = directory::all_cycles(&place.table, &self.at.tenant).await?;
        let (mut exported, all) = (0, cycles.len());
        for (number, (key, _)) in cycles.into_iter().enumerate() {
            let tip = match store.tip(&key).await {
                Err(StoreError::NotFound) => continue,
                found => found?,
            };
            if !self.at.dry_run {
                let file = |ending: &str| folder.join(format!("{}-{}.{ending}", key.team, key.week));
                std::fs::write(file(self.format.ending()), export(&tip.state, self.format)?)
                    .map_err(written)?;
                let (entries, head) = log::read(&place, &key).await?;
                std::fs::write(file("log.jsonl"), log::as_json_lines(&key, &entries, head)?)
                    .map_err(written)?;
            }
            exported += 1;
            self.at.progress(format!("{} of {all}: {}", number + 1, key.cycle_id()));
        }
        let said = format!("{exported} weeks are in {}", folder.display());
        self.at.say(said, json!({"cycles": exported, "folder": folder.to_string_lossy()}))
    }
}
