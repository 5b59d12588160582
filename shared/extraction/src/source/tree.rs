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
        Self::within(root, MAX_ENTRIES, out)
    }

    /// Lists the files below `root`, of its first `limit` files and folders.
    fn within(root: &Path, limit: usize, out: &mut Gathered) -> Result<Self, SourceError> {
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
                if seen > limit {
                    out.problem(&name, None, format!("the files beyond {limit} were left out"));
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
                    Ok(meta) if meta.is_dir() => {
                        out.problem(
                            &path,
                            None,
                            format!("lies deeper than {MAX_DEPTH} folders; it was left out"),
                        );
                    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(root: &Path, limit: usize) -> (usize, String) {
        let mut out = Gathered::default();
        let folder = Folder::within(root, limit, &mut out).unwrap();
        let said = out.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("|");
        (folder.entries().len(), said)
    }

    #[test]
    fn of_a_folder_of_too_many_files_the_first_are_listed_and_the_rest_is_named() {
        let root = tempfile::tempdir().unwrap();
        for n in 0..30 {
            fs::write(root.path().join(format!("{n}.json")), "[]").unwrap();
        }
        assert_eq!(listed(root.path(), 30), (30, String::new()));
        let (files, said) = listed(root.path(), 29);
        assert!(files == 29 && said.contains("the files beyond 29 were left out"), "{files} {said}");
    }

    #[test]
    fn a_folder_too_deep_is_named() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b/c/d/e");
        fs::create_dir_all(deep.join("f")).unwrap();
        fs::write(deep.join("in.json"), "[]").unwrap();
        fs::write(deep.join("f/out.json"), "[]").unwrap();
        let (files, said) = listed(root.path(), MAX_ENTRIES);
        assert!(files == 1 && said.contains("a/b/c/d/e/f: lies deeper than 5 folders"), "{files} {said}");
    }
}
