//! The folder that holds a database: private to its owner, used by one process at a time, and on the disk under its name.
use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

/// The file that a process holds locked for as long as it uses the folder. It stays when the process has ended.
const LOCK: &str = "cyclesheet.lock";
/// A sheet says who does what, and its log who wrote what: nobody else on the machine reads either.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// Bytes of the lock file that are read: a process id has at most ten digits.
const MAX_PID_BYTES: u64 = 10;

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process has it.
    #[error(
        "the data folder {} is in use by another cyclesheet{}: stop that one first, or name another folder",
        folder.display(),
        pid.as_ref().map(|pid| format!(" (process {pid})")).unwrap_or_default()
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The id of the process that has it, as far as its lock file says.
        pid: Option<String>,
    },
    /// A call of the operating system failed.
    #[error("cannot {what} {}: {error}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// How it failed.
        error: io::Error,
    },
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |error| FolderError::Io { what, path, error }
}

/// A folder that this process has to itself until the last clone is dropped, or the process ends in whatever way.
#[derive(Debug, Clone)]
pub(crate) struct DataFolder {
    path: PathBuf,
    /// The operating system gives the lock back when this closes.
    _lock: Arc<File>,
}

impl DataFolder {
    /// Takes a folder, which is made if it does not exist.
    pub fn take(path: &Path) -> Result<Self, FolderError> {
        make(path)?;
        let lock_path = path.join(LOCK);
        let mut lock = private_file(&lock_path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _ = lock.take(MAX_PID_BYTES).read_to_string(&mut pid);
                let is_pid = !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit());
                return Err(FolderError::InUse { folder: path.to_owned(), pid: is_pid.then_some(pid) });
            }
            Err(TryLockError::Error(error)) => return Err(failed("lock", &lock_path)(error)),
        }
        // The refusal names the id; nothing depends on it.
        let _ = lock.set_len(0).and_then(|()| lock.write_all(std::process::id().to_string().as_bytes()));
        Ok(Self { path: path.to_owned(), _lock: Arc::new(lock) })
    }

    /// Returns the path of a file of the folder, which exists from then on, empty if it did not, and is private. The files
    /// that SQLite puts beside a database take its mode.
    pub fn file(&self, name: &str) -> Result<PathBuf, FolderError> {
        let path = self.path.join(name);
        private_file(&path)?.sync_all().map_err(failed("sync", &path))?;
        sync_folder(&self.path)?;
        Ok(path)
    }
}

/// Opens a file for its owner alone, creating it if it does not exist.
fn private_file(path: &Path) -> Result<File, FolderError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(FILE_MODE);
    let file = options.open(path).map_err(failed("open", path))?;
    // One from an earlier release may be readable for others.
    let mode = file.metadata().map_err(failed("look at", path))?.permissions().mode();
    if mode & 0o777 & !FILE_MODE != 0 {
        file.set_permissions(Permissions::from_mode(FILE_MODE)).map_err(failed("make private", path))?;
    }
    Ok(file)
}

/// Makes a folder and those above it that do not exist, and syncs the names of all that it made: a file that is on the
/// disk in a folder whose name is not is lost with the machine's power.
fn make(path: &Path) -> Result<(), FolderError> {
    let missing: Vec<&Path> = path
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && matches!(folder.try_exists(), Ok(false)))
        .collect();
    for folder in missing.iter().rev() {
        match DirBuilder::new().mode(FOLDER_MODE).create(folder) {
            Ok(()) => {}
            // Another process was faster, and it syncs too.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed("make", folder)(error)),
        }
        sync_folder(folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    }
    let found = fs::metadata(path).map_err(failed("look at", path))?;
    if !found.is_dir() {
        return Err(failed("use", path)(io::ErrorKind::NotADirectory.into()));
    }
    Ok(())
}

/// Puts the names in a folder on the disk.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), FolderError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("sync", folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn new_folders_and_files_are_their_owners_alone() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b/c");
        let folder = DataFolder::take(&path).unwrap();
        let file = folder.file("cyclesheet.db").unwrap();
        for made in [root.path().join("a"), root.path().join("a/b"), path.clone()] {
            assert_eq!(mode(&made), 0o700, "{}", made.display());
        }
        assert_eq!((mode(&file), mode(&path.join(LOCK))), (0o600, 0o600));
    }

    #[test]
    fn files_of_an_earlier_release_become_private_and_keep_what_is_in_them() {
        let root = tempfile::tempdir().unwrap();
        let old = root.path().join("cyclesheet.db");
        fs::write(&old, "kept").unwrap();
        fs::set_permissions(&old, Permissions::from_mode(0o644)).unwrap();
        DataFolder::take(root.path()).unwrap().file("cyclesheet.db").unwrap();
        assert_eq!((mode(&old), fs::read_to_string(&old).unwrap().as_str()), (0o600, "kept"));
    }

    #[test]
    fn a_folder_is_one_users_at_a_time_and_free_again_when_the_last_handle_is_gone() {
        let root = tempfile::tempdir().unwrap();
        let folder = DataFolder::take(root.path()).unwrap();
        let clone = folder.clone();
        drop(folder);
        let refusal = DataFolder::take(root.path()).unwrap_err();
        let pid = std::process::id().to_string();
        assert!(
            matches!(&refusal, FolderError::InUse { pid: Some(named), .. } if *named == pid),
            "{refusal:?}"
        );
        assert!(refusal.to_string().contains("stop that one first"), "{refusal}");
        drop(clone);
        DataFolder::take(root.path()).unwrap();
    }

    #[test]
    fn what_is_no_folder_is_refused_by_name() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("sheet");
        fs::write(&file, "").unwrap();
        for path in [file.clone(), file.join("below")] {
            let refusal = DataFolder::take(&path).unwrap_err().to_string();
            assert!(refusal.contains("sheet"), "{refusal}");
        }
    }
}
