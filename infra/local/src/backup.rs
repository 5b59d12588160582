//! Copies of a data folder's database, made while it is in use, and the way back from one.
use crate::{
    database::FILE,
    folder::{DataFolder, FolderError, sync_folder},
};
use rusqlite::{Connection, OpenFlags};
use std::{
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

/// The file that says which restoring of a folder this is. Clients that have seen another one start from a snapshot.
const EPOCH: &str = "cyclesheet.epoch";
/// How long a copy waits for a writer that has the database.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why there is no copy, or no way back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no database there.
    #[error("there is no data in {}", .0.display())]
    NoData(PathBuf),
    /// Nothing is overwritten.
    #[error("{} exists, and nothing is overwritten: name another, or move it away first", .0.display())]
    Exists(PathBuf),
    /// The file is no whole database of ours.
    #[error("{} is not a whole backup of cyclesheet: {why}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database refused.
    #[error("the database cannot be copied: {0}")]
    Database(#[from] rusqlite::Error),
    /// The operating system refused.
    #[error("cannot write {}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// How it failed.
        error: std::io::Error,
    },
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::Io { path, error }
}

/// Writes a copy of the database in the folder `data` to the new file `to`, as of one moment, and returns its size in bytes.
/// A server may use the folder meanwhile. The copy is its owner's alone, whole, and on the disk when this returns.
pub fn backup(data: &Path, to: &Path) -> Result<u64, BackupError> {
    let database = data.join(FILE);
    if !database.is_file() {
        return Err(BackupError::NoData(data.to_owned()));
    }
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Under another name until it is whole: a copy that was interrupted is never taken for one. The folder is private from
    // the beginning, because the database writes its file readable for everybody.
    let draft = tempfile::Builder::new().prefix(".cyclesheet-").tempdir_in(folder).map_err(io(folder))?;
    let file = draft.path().join(FILE);
    let source = Connection::open_with_flags(&database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(PATIENCE)?;
    source.execute("VACUUM INTO ?1", [file.to_string_lossy()])?;
    drop(source);
    check(&file)?;
    fs::set_permissions(&file, Permissions::from_mode(0o600)).map_err(io(&file))?;
    let written = File::open(&file).and_then(|file| file.sync_all().and_then(|()| file.metadata()));
    let bytes = written.map_err(io(&file))?.len();
    // A link, unlike a rename, never replaces what another process has put there meanwhile.
    fs::hard_link(&file, to).map_err(io(to))?;
    sync_folder(folder)?;
    Ok(bytes)
}

/// Makes the folder `data` from the backup `from`. The folder must not hold data yet, and no server may use it. Clients that
/// have seen changes which the backup does not have start from its snapshot, because the folder's epoch becomes `salt`, which
/// must be new.
pub fn restore(from: &Path, data: &Path, salt: &str) -> Result<(), BackupError> {
    check(from)?;
    if data.join(FILE).exists() {
        return Err(BackupError::Exists(data.join(FILE)));
    }
    let folder = DataFolder::take(data)?;
    let epoch = folder.file(EPOCH)?;
    fs::write(&epoch, salt).and_then(|()| File::open(&epoch)?.sync_all()).map_err(io(&epoch))?;
    let draft = data.join(format!("{FILE}.restoring"));
    fs::copy(from, &draft).and_then(|_| File::open(&draft)?.sync_all()).map_err(io(&draft))?;
    fs::set_permissions(&draft, Permissions::from_mode(0o600)).map_err(io(&draft))?;
    fs::rename(&draft, data.join(FILE)).map_err(io(&draft))?;
    sync_folder(data)?;
    Ok(())
}

/// Returns which restoring of the folder this is; nothing for a folder that never was restored.
pub fn epoch(data: &Path) -> Result<String, BackupError> {
    let path = data.join(EPOCH);
    match fs::read_to_string(&path) {
        Ok(salt) => Ok(salt.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(io(&path)(error)),
    }
}

/// Fails unless the file is a database that is whole and has our table.
fn check(path: &Path) -> Result<(), BackupError> {
    let broken = |why: String| BackupError::Broken { path: path.to_owned(), why };
    let read = || -> Result<(String, bool), rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let database = Connection::open_with_flags(path, flags)?;
        let state = database.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0))?;
        let tables = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name LIKE '%cyclesheet%'";
        Ok((state, database.query_row(tables, [], |row| row.get::<_, i64>(0))? > 0))
    };
    match read() {
        Ok((state, true)) if state == "ok" => Ok(()),
        Ok((state, true)) => Err(broken(state)),
        Ok((_, false)) => Err(broken("it has no table of cyclesheet's".into())),
        Err(error) => Err(broken(error.to_string())),
    }
}
