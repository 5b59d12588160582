//! A Slack export folder: `users.json`, `channels.json`, `<channel>/YYYY-MM-DD.json`.
use super::{
    Gathered, MAX_FILES, MAX_NAME_CODE_POINTS, Person, SourceError,
    markup::Names,
    read_text, salvage,
    slack_json::{SlackMessage, Verdict},
    tidy,
};
use serde_json::Value;
use std::{
    collections::{HashMap, HashSet},
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
    let (mut names, mut bots) = (Names::default(), HashSet::new());
    let has_users = read_users(folder, &mut names, &mut bots, out);
    let has_channels = read_channels(folder, &mut names, out);
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
    let mut channel = Channel::default();
    for (name, path) in files {
        if channel.name != name {
            channel.flush(out);
            channel.name = name;
        }
        channel.read_day(&path, &names, &bots, out);
    }
    channel.flush(out);
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// One channel, gathered over its days, because an edit or a deletion may stand in a later file.
#[derive(Default)]
struct Channel {
    name: String,
    /// Messages by `ts`, in order of first sight; `None` for one that was deleted.
    messages: Vec<Option<(crate::message::Unnumbered, String)>>,
    by_ts: HashMap<String, usize>,
    deleted: HashSet<String>,
}

impl Channel {
    fn read_day(&mut self, path: &Path, names: &Names, bots: &HashSet<String>, out: &mut Gathered) {
        let file = format!("{}/{}", self.name, file_name(path));
        let json = match read_text(path) {
            Ok(json) => json,
            Err(error) => return out.problem(&file, None, error.to_string()),
        };
        let (elements, broken) = salvage::elements(&json);
        for (line, reason) in broken {
            out.problem(&file, Some(line), reason);
        }
        for (line, element) in elements {
            match serde_json::from_str::<SlackMessage>(element) {
                Ok(message) => {
                    let verdict = message
                        .judge(&tidy(&self.name, MAX_NAME_CODE_POINTS), names, &|id| bots.contains(id));
                    self.take(verdict, &file, line, out);
                }
                Err(_) => out.problem(&file, Some(line), "not a message; it was left out"),
            }
        }
    }

    fn take(&mut self, verdict: Verdict, file: &str, line: usize, out: &mut Gathered) {
        match verdict {
            Verdict::Keep { message, edited } => match self.by_ts.get(&message.ts) {
                Some(&i) => {
                    out.skipped.repeated += 1;
                    if let Some(Some((kept, at))) = self.messages.get_mut(i)
                        && edited > *at
                    {
                        // Slack writes all of a channel's `ts` with ten digits before the dot, so text order is time's.
                        kept.text = message.text;
                        *at = edited;
                    }
                }
                None => {
                    self.by_ts.insert(message.ts.clone(), self.messages.len());
                    self.messages.push(Some((message, edited)));
                }
            },
            Verdict::Deleted(ts) => {
                self.deleted.insert(ts);
            }
            Verdict::Bot => out.skipped.bots += 1,
            Verdict::System => out.skipped.system += 1,
            Verdict::Empty => out.skipped.empty += 1,
            Verdict::Malformed(reason) => out.problem(file, Some(line), reason),
        }
    }

    fn flush(&mut self, out: &mut Gathered) {
        for (message, _) in self.messages.drain(..).flatten() {
            if self.deleted.contains(&message.ts) {
                out.skipped.system += 1;
            } else {
                out.messages.push(message);
            }
        }
        self.by_ts.clear();
        self.deleted.clear();
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

fn read_users(folder: &Path, names: &mut Names, bots: &mut HashSet<String>, out: &mut Gathered) -> bool {
    let mut people = Vec::new();
    let found = read_list(folder, "users.json", out, &mut |user| {
        let word = |v: Option<&Value>| {
            v.and_then(Value::as_str).map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned)
        };
        let profile = |field: &str| word(user.get("profile").and_then(|p| p.get(field)));
        let Some(id) = word(user.get("id")) else { return };
        let (display, real) =
            (profile("display_name"), profile("real_name").or_else(|| word(user.get("real_name"))));
        let handle = word(user.get("name"));
        let name = display.or_else(|| real.clone()).or_else(|| handle.clone()).unwrap_or_else(|| id.clone());
        let name = tidy(&name, MAX_NAME_CODE_POINTS);
        let is = |field: &str| user.get(field) == Some(&Value::Bool(true));
        if is("is_bot") || id == "USLACKBOT" {
            bots.insert(id.clone());
        } else if !is("deleted") {
            let aliases = [real, handle, profile("email"), Some(id.clone())];
            let aliases = aliases.into_iter().flatten().filter(|a| *a != name).collect();
            people.push(Person { name: name.clone(), aliases });
        }
        names.users.insert(id, name);
    });
    if !found {
        out.problem("users.json", None, "is missing: authors are shown by their ids");
    }
    out.people.extend(people);
    found
}

fn read_channels(folder: &Path, names: &mut Names, out: &mut Gathered) -> bool {
    let mut found = false;
    // Private channels stand in groups.json; both are read alike, and neither is required.
    for file in ["channels.json", "groups.json"] {
        found |= read_list(folder, file, out, &mut |channel| {
            let word = |field: &str| channel.get(field).and_then(Value::as_str);
            if let (Some(id), Some(name)) = (word("id"), word("name")) {
                names.channels.insert(id.to_owned(), tidy(name, MAX_NAME_CODE_POINTS));
            }
        });
    }
    found
}
