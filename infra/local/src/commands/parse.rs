//! `cyclesheet parse`: the rows in a model's answer.
use super::{Done, print};
use extraction::{
    answer::{self, Context},
    source::{self, Options},
};
use platform::context::system_clock;
use sheet::{Week, week::time_zone};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Parse {
    /// The answer's text; `-` reads standard input
    file: PathBuf,
    /// The messages it cites: a Slack export folder, or a file of JSON Lines
    #[arg(long)]
    messages: Option<PathBuf>,
    /// The week its dates are read against; this week unless given
    #[arg(long)]
    cycle: Option<Week>,
    /// The zone that days are read in
    #[arg(long, default_value = "UTC")]
    time_zone: String,
}

impl Parse {
    pub(crate) fn run(self) -> Done {
        let zone = time_zone(&self.time_zone)?;
        let week = match self.cycle {
            Some(week) => week,
            None => Week::containing((system_clock())(), &zone)?,
        };
        let mut context = Context::new(week);
        if let Some(path) = &self.messages {
            let loaded = source::load(path, &Options::default())?;
            for problem in &loaded.problems {
                eprintln!("{problem}");
            }
            context = context.with_messages(&loaded.messages, &zone).with_people(loaded.people);
        }
        let bytes = if self.file.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)?;
            bytes
        } else {
            std::fs::read(&self.file)
                .map_err(|error| format!("cannot read {}: {error}", self.file.display()))?
        };
        let parsed = answer::parse(&String::from_utf8_lossy(&bytes), &context);
        print(&format!("{}\n", serde_json::to_string_pretty(&parsed)?))
    }
}
