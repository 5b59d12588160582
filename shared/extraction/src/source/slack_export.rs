//! A Slack export folder: `users.json`, `channels.json`, `<channel>/YYYY-MM-DD.json`.
use super::{
    Gathered, MAX_FILES, MAX_NAME_CODE_POINTS, SourceError,
    channel::Channel,
    read_text, salvage,
    slack_json::SlackMessage,
    slack_user::{SlackUser, Workspace},
    tidy,
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Reads the whole export into `out`.
pub(crate) fn read(folder: &Path, out: &mut Gathered) -> Result<(), SourceError> {
    let shown = folder.display().to_string();
    let listing =
        fs::read_dir(folder).map_err(|error| SourceError::Unreadable { path: shown.clone(), error })?;
    let mut channels: Vec<PathBuf> = listing.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
    channels.sort();
    let mut workspace = Workspace::default();
    let has_users = read_users(folder, &mut workspace, out);
    let has_channels = read_channels(folder, &mut workspace, out);
    let mut files = Vec::new();
    for channel in channels {
        for entry in fs::read_dir(&channel).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|e| e == "json") {
                files.push((file_name(&channel), path));
            }
        }
    }
    if !has_users && !has_channels && files.is_empty() {
        return Err(SourceError::NotAnExport(shown));
    }
    files.sort();
    if files.len() > MAX_FILES {
        out.problem(&shown, None, format!("holds {} files; the first {MAX_FILES} were read", files.len()));
        files.truncate(MAX_FILES);
    }
    let (mut channel, mut open) = (Channel::default(), String::new());
    for (name, path) in files {
        if open != name {
            channel.flush(out);
            open = name;
        }
        read_day(&open, &path, &workspace, &mut channel, out);
    }
    channel.flush(out);
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Reads one day of a channel.
fn read_day(name: &str, path: &Path, workspace: &Workspace, channel: &mut Channel, out: &mut Gathered) {
    let file = format!("{name}/{}", file_name(path));
    let json = match read_text(path) {
        Ok(json) => json,
        Err(error) => return out.problem(&file, None, error.to_string()),
    };
    let (elements, broken) = salvage::elements(&json);
    for (line, reason) in broken {
        out.problem(&file, Some(line), reason);
    }
    let shown = tidy(name, MAX_NAME_CODE_POINTS);
    for (line, element) in elements {
        match serde_json::from_str::<SlackMessage>(element) {
            Ok(message) => {
                let verdict = message.judge(&shown, &workspace.names, &|id| workspace.bots.contains(id));
                channel.take(verdict, &file, Some(line), out);
            }
            Err(_) => out.problem(&file, Some(line), "not a message; it was left out"),
        }
    }
}

/// A JSON array of objects beside the channels; whether the file is there.
fn read_list(folder: &Path, file: &str, out: &mut Gathered, each: &mut dyn FnMut(&Value)) -> bool {
    let path = folder.join(file);
    if !path.exists() {
        return false;
    }
    match read_text(&path) {
        Ok(json) => {
            let (elements, broken) = salvage::elements(&json);
            for (line, reason) in broken {
                out.problem(file, Some(line), reason);
            }
            elements.iter().filter_map(|(_, e)| serde_json::from_str::<Value>(e).ok()).for_each(|v| each(&v));
        }
        Err(error) => out.problem(file, None, error.to_string()),
    }
    true
}

fn read_users(folder: &Path, workspace: &mut Workspace, out: &mut Gathered) -> bool {
    let found = read_list(folder, "users.json", out, &mut |user| {
        SlackUser::read(user).into_iter().for_each(|user| workspace.add(user));
    });
    if !found {
        out.problem("users.json", None, "is missing: authors are shown by their ids");
    }
    out.people.extend(workspace.people());
    found
}

fn read_channels(folder: &Path, workspace: &mut Workspace, out: &mut Gathered) -> bool {
    let mut found = false;
    // Private channels stand in groups.json; both are read alike, and neither is required.
    for file in ["channels.json", "groups.json"] {
        found |= read_list(folder, file, out, &mut |channel| {
            let word = |field: &str| channel.get(field).and_then(Value::as_str);
            if let (Some(id), Some(name)) = (word("id"), word("name")) {
                workspace.add_channel(id, name);
            }
        });
    }
    found
}
