//! Several sources as one week: numbered together, each message once.
use super::{Gathered, Loaded, Options, read_path};
use std::path::Path;

/// Reads one source after the other. A source that cannot be read is a problem of the week; only when none can be read
/// is there no week.
#[derive(Default)]
pub struct Gatherer {
    pub(crate) gathered: Gathered,
    read: usize,
    failed: Vec<String>,
}

impl Gatherer {
    /// A Slack export folder, or a file of JSON Lines.
    pub fn path(&mut self, path: &Path) {
        let read = read_path(path, &mut self.gathered).map_err(|error| error.to_string());
        self.done("source", read);
    }

    /// Notes how reading a source ended.
    pub(crate) fn done(&mut self, name: &str, read: Result<(), String>) {
        match read {
            Ok(()) => self.read += 1,
            Err(reason) => {
                self.gathered.problem(name, None, reason.clone());
                self.failed.push(reason);
            }
        }
    }

    /// The week; in words, why there is none.
    pub fn finish(self, options: &Options) -> Result<Loaded, String> {
        match self.failed.first() {
            Some(reason) if self.read == 0 => Err(reason.clone()),
            _ => Ok(self.gathered.finish(options)),
        }
    }
}
