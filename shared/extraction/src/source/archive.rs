//! The files of a zip, as Slack hands an export out. Nothing is written to disk; every read is bounded, because an
//! archive of a few kilobytes can hold terabytes.
use super::{
    Gathered, MAX_SOURCE_BYTES, ReadError, SourceError, text,
    tree::{Entry, MAX_ENTRIES, Tree, is_hidden},
};
use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::Path,
};
use zip::{ZipArchive, result::ZipError};

/// Bytes of an archive: far more than what is read of one.
const MAX_ARCHIVE_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Bytes an entry may hold for each byte it takes in the archive. JSON of messages comes to 5 to 30; a bomb to 1,000.
const MAX_RATIO: u64 = 250;
/// Entries below this are read whatever their ratio: a day of a hundred equal lines is small.
const RATIO_FROM_BYTES: u64 = 1024 * 1024;
/// What the end of an archive's directory takes at most: its record, and a comment of 64 KB.
const END_BYTES: u64 = 22 + 65_535;

/// An archive that is being read.
pub(crate) struct Archive {
    zip: ZipArchive<BufReader<File>>,
    entries: Vec<Entry>,
    /// The index of each entry in the archive.
    indexes: Vec<usize>,
    /// Bytes that may still be read of it.
    left: u64,
}

impl Archive {
    /// Lists an archive. Entries that lead out of it, links and encrypted ones are named in `out` and passed over.
    pub(crate) fn open(path: &Path, out: &mut Gathered) -> Result<Self, SourceError> {
        let shown = path.display().to_string();
        let refused = |reason: String| SourceError::NotMessages { path: shown.clone(), reason };
        let unreadable = |error| SourceError::Unreadable { path: shown.clone(), error };
        let mut file = File::open(path).map_err(unreadable)?;
        let bytes = file.metadata().map_err(unreadable)?.len();
        if bytes > MAX_ARCHIVE_BYTES {
            let limit = MAX_ARCHIVE_BYTES / 1024 / 1024 / 1024;
            return Err(refused(format!("is larger than {limit} GB: unpack it and name the folder")));
        }
        if stated_entries(&mut file, bytes).map_err(unreadable)? > MAX_ENTRIES as u64 {
            return Err(refused(format!(
                "holds more than {MAX_ENTRIES} files: unpack it and name the folder"
            )));
        }
        let zip = ZipArchive::new(BufReader::new(file));
        let mut zip =
            zip.map_err(|error| refused(format!("is a zip archive that does not read: {error}")))?;
        let mut entries: Vec<(Entry, usize)> = Vec::new();
        for index in 0..zip.len() {
            let Ok(raw) = zip.by_index_raw(index) else {
                out.problem(&format!("entry {index}"), None, "does not read; it was left out");
                continue;
            };
            // Windows writes backslashes; names are UTF-8 whether the archive says so or not.
            let name = String::from_utf8(raw.name_raw().to_vec());
            let name = name.unwrap_or_else(|error| match raw.name() {
                Ok(name) => name.into_owned(),
                Err(_) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            });
            let name = name.replace('\\', "/");
            if raw.is_dir()
                || name.ends_with('/')
                || name.split('/').any(|part| !matches!(part, "." | "..") && is_hidden(part))
            {
                continue;
            }
            let leads_out = name.starts_with('/')
                || name.as_bytes().get(1) == Some(&b':')
                || name.split('/').any(|part| part == "..");
            let is_link = raw.unix_mode().is_some_and(|mode| mode & 0o170_000 == 0o120_000);
            let problem = match (leads_out, is_link, raw.encrypted()) {
                (true, ..) => Some("has a name that leads out of the archive; it was left out"),
                (_, true, _) => Some("is a symbolic link, which is not followed; it was left out"),
                (.., true) => Some("is encrypted; it was left out"),
                _ => None,
            };
            match problem {
                Some(problem) => out.problem(&name, None, problem),
                None => {
                    let path = name.split('/').filter(|part| !part.is_empty() && *part != ".");
                    let path = path.collect::<Vec<_>>().join("/");
                    entries.push((Entry { path, bytes: raw.size() }, index));
                }
            }
        }
        entries.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        let (entries, indexes) = entries.into_iter().unzip();
        Ok(Self { zip, entries, indexes, left: MAX_SOURCE_BYTES })
    }
}

impl Tree for Archive {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&mut self, entry: usize) -> Result<Vec<u8>, ReadError> {
        let index = self.indexes.get(entry).copied().ok_or(ReadError::NotRegular)?;
        let file = self.zip.by_index(index).map_err(|error| match error {
            ZipError::Io(error) => ReadError::Io(error),
            other => ReadError::Entry(format!("cannot be read: {other}; it was left out")),
        })?;
        let may_hold = (file.compressed_size().saturating_mul(MAX_RATIO)).max(RATIO_FROM_BYTES);
        // One byte more than it may hold tells that it holds more, without reading the rest.
        let bytes = text::bounded(file.take(may_hold.saturating_add(1).min(self.left.saturating_add(1))))?;
        let read = bytes.len() as u64;
        if read > self.left {
            return Err(ReadError::Entry(format!(
                "was left out: {} MB of an archive are read",
                MAX_SOURCE_BYTES / 1024 / 1024
            )));
        }
        self.left -= read;
        if read > may_hold {
            return Err(ReadError::Entry(format!(
                "holds more than {MAX_RATIO} bytes for each that it takes in the archive; it was left out"
            )));
        }
        Ok(bytes)
    }
}

/// How many entries the archive says it has: its directory is read into memory as a whole, so this is asked first.
fn stated_entries(file: &mut File, bytes: u64) -> std::io::Result<u64> {
    let from = bytes.saturating_sub(END_BYTES + 20);
    file.seek(SeekFrom::Start(from))?;
    let mut end = Vec::new();
    file.take(END_BYTES + 20).read_to_end(&mut end)?;
    let number = |bytes: Option<&[u8]>| {
        bytes.map_or(0, |bytes| bytes.iter().rev().fold(0u64, |number, b| number << 8 | u64::from(*b)))
    };
    let Some(at) = end.windows(4).rposition(|four| four == b"PK\x05\x06") else { return Ok(0) };
    let stated = number(end.get(at + 10..at + 12));
    // More than 65,534 are stated in another record, which a locator leads to.
    let locator = at.checked_sub(20).filter(|at| end.get(*at..*at + 4) == Some(b"PK\x06\x07"));
    let stated = match locator {
        Some(locator) => {
            let record = number(end.get(locator + 8..locator + 16));
            let mut head = Vec::new();
            file.seek(SeekFrom::Start(record.min(bytes)))?;
            file.take(56).read_to_end(&mut head)?;
            stated.max(number(head.get(32..40)))
        }
        None => stated,
    };
    file.seek(SeekFrom::Start(0))?;
    Ok(stated)
}

/// The content of a gzip file, [`super::MAX_FILE_BYTES`] at most.
pub(crate) fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, ReadError> {
    text::bounded(flate2::read::MultiGzDecoder::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn opened(path: &Path) -> Result<Archive, String> {
        Archive::open(path, &mut Gathered::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn of_an_archive_no_more_is_read_than_a_source_may_hold() {
        let here = tempfile::tempdir().unwrap();
        let path = here.path().join("export.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        for name in ["a.json", "b.json", "c.json"] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&[b'x'; 100]).unwrap();
        }
        zip.finish().unwrap();
        let mut archive = opened(&path).unwrap();
        assert_eq!(archive.left, MAX_SOURCE_BYTES);
        archive.left = 250;
        assert_eq!(archive.read(0).unwrap().len(), 100);
        assert_eq!(archive.read(1).unwrap().len(), 100);
        let refused = archive.read(2).unwrap_err().to_string();
        assert!(refused.contains("MB of an archive are read"), "{refused}");
        // What is left is not used up by what was refused.
        archive.left = 100;
        assert_eq!(archive.read(2).unwrap().len(), 100);
    }

    /// The end of an archive that says it has so many entries: APPNOTE 4.3.14 to 4.3.16.
    fn ends_with(entries: u64) -> Vec<u8> {
        let mut end = b"PK\x06\x06".to_vec();
        end.extend(44u64.to_le_bytes());
        end.extend([0; 12]);
        end.extend(entries.to_le_bytes());
        end.extend(entries.to_le_bytes());
        end.extend([0; 16]);
        end.extend(b"PK\x06\x07\0\0\0\0");
        end.extend(0u64.to_le_bytes());
        end.extend(1u32.to_le_bytes());
        end.extend(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff");
        end.extend([0xff; 8]);
        end.extend([0; 2]);
        end
    }

    #[test]
    fn an_archive_that_states_too_many_files_is_refused_before_its_directory_is_read() {
        let here = tempfile::tempdir().unwrap();
        let path = here.path().join("export.zip");
        for (entries, refused) in
            [(MAX_ENTRIES as u64 + 1, true), (u64::MAX, true), (MAX_ENTRIES as u64, false)]
        {
            std::fs::write(&path, ends_with(entries)).unwrap();
            let said = opened(&path).err().unwrap_or_default();
            assert_eq!(said.contains("holds more than 200000 files"), refused, "{entries}: {said}");
        }
    }
}
