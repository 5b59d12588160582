//! `cyclesheet messages`: what a source holds, normalised.
use super::{Done, print};
use extraction::source::{self, Options};
use platform::context::system_clock;
use sheet::{Week, week::time_zone};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Messages {
    /// A Slack export (a folder or a zip), one day of it, or a file of JSON Lines
    path: PathBuf,
    /// Only the messages of this week, numbered as its sheet cites them; all unless given
    #[arg(long, value_name = "WEEK")]
    cycle: Option<Week>,
    /// The team's zone: what a week is, and how times without a zone are read
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
}

impl Messages {
    pub(crate) fn run(self) -> Done {
        let zone = self.time_zone.as_deref().map(time_zone).transpose()?;
        let utc = time_zone("UTC")?;
        let span = self.cycle.map(|week| week.span(zone.as_ref().unwrap_or(&utc))).transpose()?;
        let loaded = source::load(&self.path, &Options { span, zone, ..Options::default() })?;
        // What is broken is named, and the rest is used.
        for problem in &loaded.problems {
            eprintln!("{problem}");
        }
        for ahead in loaded.ahead((system_clock())()) {
            eprintln!("{ahead}");
        }
        let mut lines = String::new();
        for message in &loaded.messages {
            lines.push_str(&serde_json::to_string(message)?);
            lines.push('\n');
        }
        print(&lines)?;
        if loaded.coverage.is_partial() {
            eprintln!("{}", loaded.coverage);
        }
        Ok(())
    }
}
