//! The files of a folder, as names below it. Links are not followed, and what is no file is not opened.
use super::{Gathered, ReadError, SourceError, text};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders below the one that was named: an export one or two folders too high, its channels, their days.
const MAX_DEPTH: usize = 5;
/// Files and folders that are looked at.
pub(crate) const MAX_ENTRIES: usize = 200_000;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its name below the source, with `/` between folders.
    pub(crate) path: String,
    /// What the listing says of its size.
    pub(crate) bytes: u64,
}

/// Files that can be listed and read: a folder's, or an archive's.
pub(crate) trait Tree {
    /// All files, sorted by name.
    fn entries(&self) -> &[Entry];
    /// The bytes of the file with this index in [`Tree::entries`].
    fn read(&mut self, entry: usize) -> Result<Vec<u8>, ReadError>;
}

/// Whether a file or folder of this name is the operating system's own: macOS's resource forks, hidden files.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name == "__MACOSX"
}

/// A folder.
pub(crate) struct Folder {
    entries: Vec<Entry>,
    paths: Vec<PathBuf>,
}

impl Folder {
    /// Lists the files below `root`. Links and what is neither file nor folder are named in `out` and passed over.
    pub(crate) fn open(root: &Path, out: &mut Gathered) -> Result<Self, SourceError> {
        fs::read_dir(root)
            .map_err(|error| SourceError::Unreadable { path: root.display().to_string(), error })?;
        let mut files: Vec<(Entry, PathBuf)> = Vec::new();
        let mut seen = 0;
        let mut folders = vec![(root.to_owned(), String::new(), 0)];
        while let Some((folder, name, depth)) = folders.pop() {
            let listing = match fs::read_dir(&folder) {
                Ok(listing) => listing,
                Err(error) => {
                    out.problem(&name, None, format!("cannot be read: {error}"));
                    continue;
                }
            };
            for entry in listing.flatten() {
                seen += 1;
                if seen > MAX_ENTRIES {
                    out.problem(&name, None, format!("the files beyond {MAX_ENTRIES} were left out"));
                    folders.clear();
                    break;
                }
                let own = entry.file_name().to_string_lossy().into_owned();
                if is_hidden(&own) {
                    continue;
                }
                let path = if name.is_empty() { own } else { format!("{name}/{own}") };
                // Of the entry itself, not of what a link points at.
                match entry.metadata() {
                    Ok(meta) if meta.is_file() => {
                        files.push((Entry { path, bytes: meta.len() }, entry.path()))
                    }
                    Ok(meta) if meta.is_dir() && depth < MAX_DEPTH => {
                        folders.push((entry.path(), path, depth + 1));
                    }
                    Ok(meta) if meta.is_dir() => {}
                    Ok(meta) if meta.is_symlink() => {
                        out.problem(
                            &path,
                            None,
                            "is a symbolic link, which is not followed; it was left out",
                        );
                    }
                    Ok(_) => out.problem(&path, None, ReadError::NotRegular.to_string()),
                    Err(error) => out.problem(&path, None, format!("cannot be read: {error}")),
                }
            }
        }
        files.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        let (entries, paths) = files.into_iter().unzip();
        Ok(Self { entries, paths })
    }
}

impl Tree for Folder {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&mut self, entry: usize) -> Result<Vec<u8>, ReadError> {
        let path = self.paths.get(entry).ok_or(ReadError::NotRegular)?;
        // It may have become a link since it was listed.
        if fs::symlink_metadata(path)?.is_symlink() {
            return Err(ReadError::NotRegular);
        }
        text::read_file(path)
    }
}
