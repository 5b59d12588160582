//! What a path is: an export's folder, an archive of one, a day of one, JSON Lines, or something that is not read.
//!
//! A file is known by what is in it, not by its name. What is not read is refused in a sentence that says what it is.
use super::{
    Gathered, ReadError, SourceError, json_lines, layout, other_dumps, salvage, slack_export,
    slack_user::{SlackUser, Workspace},
    text,
    tree::Folder,
};
use serde_json::Value;
use std::{fs, path::Path};

/// Reads what `path` holds into `out`. An error if nothing of it was understood.
pub(crate) fn read(path: &Path, out: &mut Gathered) -> Result<(), SourceError> {
    let shown = path.display().to_string();
    let unreadable = |error| SourceError::Unreadable { path: shown.clone(), error };
    let refused = |reason: &str| SourceError::NotMessages { path: shown.clone(), reason: reason.to_owned() };
    let meta = fs::metadata(path).map_err(unreadable)?;
    let own = path.canonicalize().ok().and_then(|path| name_of(&path)).or_else(|| name_of(path));
    let own = own.unwrap_or_else(|| shown.clone());
    if meta.is_dir() {
        let mut folder = Folder::open(path, out)?;
        return slack_export::read(&shown, &own, &mut folder, out);
    }
    if !meta.is_file() {
        return Err(refused("is a pipe, a socket or a device: write it into a file and name that"));
    }
    if is_zip(path).map_err(unreadable)? {
        return read_zip(path, &shown, &own, out);
    }
    let bytes = match text::read_file(path).and_then(uncompressed) {
        Ok(bytes) => bytes,
        Err(ReadError::Io(error)) => return Err(unreadable(error)),
        Err(ReadError::TooLarge) => {
            return Err(refused(&format!("is larger than {} MB", super::MAX_FILE_BYTES / 1024 / 1024)));
        }
        Err(other) => return Err(refused(&other.to_string())),
    };
    if let Some(what) = other_dumps::binary(&bytes) {
        return Err(refused(what));
    }
    let decoded = text::decode(bytes);
    if decoded.text.trim().is_empty() {
        return Err(refused("is empty: expected messages as JSON"));
    }
    if let Some(what) = other_dumps::text(&decoded.text) {
        return Err(refused(what));
    }
    let (problems, understood) = (out.problems_so_far(), out.understood());
    if let Some(line) = decoded.bad_line {
        out.problem(&own, Some(line), "holds bytes that are not UTF-8; they were replaced");
    }
    let setting = json_lines::Setting { workspace: beside(path, out), channel: channel_of(path) };
    json_lines::read_in(&own, &decoded.text, setting, out);
    if out.understood() > understood {
        return Ok(());
    }
    let reason = match out.problem_at(problems) {
        Some(first) => format!("holds no message that could be read ({first}): {}", other_dumps::EXPECTED),
        None => format!("holds no messages: {}", other_dumps::EXPECTED),
    };
    Err(refused(&reason))
}

fn name_of(path: &Path) -> Option<String> {
    path.file_name().map(|name| name.to_string_lossy().into_owned())
}

fn is_zip(path: &Path) -> std::io::Result<bool> {
    use std::io::Read;
    let mut head = Vec::new();
    fs::File::open(path)?.take(4).read_to_end(&mut head)?;
    Ok(head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06"))
}

#[cfg(feature = "archives")]
fn read_zip(path: &Path, shown: &str, own: &str, out: &mut Gathered) -> Result<(), SourceError> {
    let mut archive = super::archive::Archive::open(path, out)?;
    slack_export::read(shown, own.trim_end_matches(".zip"), &mut archive, out)
}

#[cfg(not(feature = "archives"))]
fn read_zip(_: &Path, shown: &str, _: &str, _: &mut Gathered) -> Result<(), SourceError> {
    let reason = "is a zip archive: unpack it and name the folder".to_owned();
    Err(SourceError::NotMessages { path: shown.to_owned(), reason })
}

#[cfg(feature = "archives")]
fn uncompressed(bytes: Vec<u8>) -> Result<Vec<u8>, ReadError> {
    if bytes.starts_with(&[0x1f, 0x8b]) { super::archive::gunzip(&bytes) } else { Ok(bytes) }
}

#[cfg(not(feature = "archives"))]
fn uncompressed(bytes: Vec<u8>) -> Result<Vec<u8>, ReadError> {
    Ok(bytes)
}

/// The channel of a day file: its folder's name, if the file is named like a day.
fn channel_of(path: &Path) -> Option<String> {
    let name = name_of(path)?;
    let is_day = layout::is_json(&name) && layout::date_of(&name).is_some();
    is_day.then(|| path.canonicalize().ok()?.parent().and_then(name_of)).flatten()
}

/// The names of users for a day file that is still in its export: the export's own lists are two folders up.
fn beside(path: &Path, out: &mut Gathered) -> Workspace {
    let mut workspace = Workspace::default();
    workspace.names.zone = out.zone.clone();
    let export = path.canonicalize().ok().filter(|_| channel_of(path).is_some());
    let Some(export) = export.as_deref().and_then(Path::parent).and_then(Path::parent) else {
        return workspace;
    };
    let list = |name: &str| -> Vec<Value> {
        let file = export.join(name);
        let is_own = fs::symlink_metadata(&file).is_ok_and(|meta| meta.is_file());
        let bytes = if is_own { text::read_file(&file).unwrap_or_default() } else { Vec::new() };
        let text = text::decode(bytes).text;
        let found = salvage::elements(&text, &|value| value.get("id").is_some());
        found.elements.iter().filter_map(|(_, json)| serde_json::from_str(json).ok()).collect()
    };
    list("users.json").iter().filter_map(SlackUser::read).for_each(|user| workspace.add(user));
    for channel in list("channels.json") {
        let word = |field: &str| channel.get(field).and_then(Value::as_str);
        if let (Some(id), Some(name)) = (word("id"), word("name")) {
            workspace.add_channel(id, name);
        }
    }
    out.people.extend(workspace.people());
    workspace
}
