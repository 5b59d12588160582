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
    /// The messages it cites: a Slack export (a folder or a zip), one day of it, or a file of JSON Lines
    #[arg(long)]
    messages: Option<PathBuf>,
    /// The week its dates are read against and whose messages it cites; the latest week with messages unless given, and
    /// without messages this week
    #[arg(long)]
    cycle: Option<Week>,
    /// The zone that days are read in
    #[arg(long, default_value = "UTC")]
    time_zone: String,
}

impl Parse {
    pub(crate) fn run(self) -> Done {
        let zone = time_zone(&self.time_zone)?;
        let now = (system_clock())();
        let options = Options { zone: Some(zone.clone()), ..Options::default() };
        let week = match (self.cycle, &self.messages) {
            (Some(week), _) => Some(week),
            (None, Some(path)) => source::load(path, &options)?.latest_week(now, &zone),
            (None, None) => None,
        };
        let week = week.map_or_else(|| Week::containing(now, &zone), Ok)?;
        let mut context = Context::new(week);
        if let Some(path) = &self.messages {
            // Numbers are given within a week: `m1` is the first message of this one, as in its sheet.
            let loaded = source::load(path, &Options { span: Some(week.span(&zone)?), ..options })?;
            for problem in &loaded.problems {
                eprintln!("{problem}");
            }
            if loaded.messages.is_empty() {
                eprintln!("{} holds no messages of {week}: {}", path.display(), loaded.coverage);
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
