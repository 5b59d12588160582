//! `cyclesheet messages`: what a source holds, normalised.
use super::{Done, print};
use extraction::source::{self, Options};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Messages {
    /// A Slack export folder, or a file of JSON Lines
    path: PathBuf,
}

impl Messages {
    pub(crate) fn run(self) -> Done {
        let loaded = source::load(&self.path, &Options::default())?;
        // What is broken is named, and the rest is used.
        for problem in &loaded.problems {
            eprintln!("{problem}");
        }
        let mut lines = String::new();
        for message in &loaded.messages {
            lines.push_str(&serde_json::to_string(message)?);
            lines.push('\n');
        }
        print(&lines)
    }
}
