//! `cyclesheet backup` and `cyclesheet restore`: a data folder's database as one file, and back.
use super::{Done, print};
use local::backup;
use platform::context::{system_clock, system_random};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Backup {
    /// The data folder; a server may be using it
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The file to write, which must not exist yet
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

impl Backup {
    pub(crate) fn run(self) -> Done {
        let bytes = backup::backup(&self.data, &self.to)?;
        print(&format!("{}: {bytes} bytes, whole\n", self.to.display()))
    }
}

#[derive(clap::Args)]
pub(crate) struct Restore {
    /// The data folder to make; it must not hold data yet
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// A file that `cyclesheet backup` wrote
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
}

impl Restore {
    pub(crate) fn run(self) -> Done {
        // Two restorings of one backup differ: changes may have been made on either.
        let salt = format!("{:x}-{:x}", system_clock()().0, system_random()());
        backup::restore(&self.from, &self.data, &salt)?;
        print(&format!(
            "{} is restored. Members that were removed, and roles that were changed, after the backup was made have to be \
             removed and changed again.\n",
            self.data.display()
        ))
    }
}
