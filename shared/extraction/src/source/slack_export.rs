//! A Slack export: `users.json`, `channels.json`, `<channel>/YYYY-MM-DD.json`, in a folder or an archive.
//!
//! Direct messages (`dms.json`, `mpims.json`, folders `D…`) are nobody else's business: they are counted and stay out.
use super::{
    Gathered, MAX_FILES, MAX_NAME_CODE_POINTS, MAX_SOURCE_BYTES, ReadError, SourceError,
    channel::Channel,
    coverage::{Kind, Left},
    layout::{Day, Layout, NoLayout},
    salvage::{self, Found},
    slack_json::{SlackMessage, Verdict},
    slack_user::{SlackUser, Workspace},
    text, tidy,
    tree::Tree,
};
use serde_json::Value;
use std::collections::HashSet;

/// Hints of a refusal name this many files.
const MAX_HINTS: usize = 3;

/// Reads the whole export into `out`. `shown` is the path as given; `own_name` the folder's own name.
pub(crate) fn read(
    shown: &str,
    own_name: &str,
    tree: &mut dyn Tree,
    out: &mut Gathered,
) -> Result<(), SourceError> {
    let layout = match Layout::of(tree.entries(), own_name) {
        Ok(layout) => layout,
        Err(NoLayout::None) => {
            return Err(SourceError::NotAnExport { path: shown.to_owned(), hint: hint(tree) });
        }
        Err(NoLayout::Several(roots)) => {
            let roots = roots.iter().take(MAX_HINTS).cloned().collect::<Vec<_>>().join(", ");
            let reason = format!("holds several Slack exports ({roots}): name one of them");
            return Err(SourceError::NotMessages { path: shown.to_owned(), reason });
        }
    };
    let (problems, understood) = (out.problems_so_far(), out.understood());
    let mut export = Export { tree, root: layout.root.clone(), workspace: Workspace::default(), out };
    export.workspace.names.zone = export.out.zone.clone();
    export.users(&layout);
    export.channels(&layout);
    let direct = export.direct(&layout);
    let from = export.out.messages.len();
    export.days(&layout, &direct);
    let Export { mut workspace, out, tree, .. } = export;
    for (entry, reason) in &layout.strays {
        let path = tree.entries().get(*entry).map_or("", |entry| entry.path.as_str());
        out.unreadable(path, None, format!("{reason}; it was left out"));
    }
    let met = workspace.introduce(out.messages.get_mut(from..).unwrap_or_default());
    out.people.extend(met);
    match out.problem_at(problems) {
        Some(first) if out.understood() == understood && layout.has_files() => {
            let reason = format!("holds no message that could be read ({first})");
            Err(SourceError::NotMessages { path: shown.to_owned(), reason })
        }
        _ => Ok(()),
    }
}

impl Layout {
    fn has_files(&self) -> bool {
        !self.days.is_empty() || !self.others.is_empty() || !self.strays.is_empty()
    }
}

/// What in a tree without an export could be meant.
fn hint(tree: &dyn Tree) -> String {
    let ends = |path: &str| {
        let path = path.to_ascii_lowercase();
        [".zip", ".json", ".jsonl", ".ndjson", ".gz", ".tar"].iter().any(|end| path.ends_with(end))
    };
    let found: Vec<&str> =
        tree.entries().iter().map(|entry| entry.path.as_str()).filter(|path| ends(path)).collect();
    match found.as_slice() {
        [] => String::new(),
        [one] => format!("; it holds {one}: name that file if it is meant"),
        several => {
            let named = several.iter().take(MAX_HINTS).copied().collect::<Vec<_>>().join(", ");
            format!("; it holds {} other files ({named}): name the one that is meant", several.len())
        }
    }
}

struct Export<'a> {
    tree: &'a mut dyn Tree,
    root: String,
    workspace: Workspace,
    out: &'a mut Gathered,
}

impl Export<'_> {
    /// A file's name below the export.
    fn name(&self, entry: usize) -> String {
        let path = self.tree.entries().get(entry).map_or("", |entry| entry.path.as_str());
        path.strip_prefix(self.root.as_str()).unwrap_or(path).to_owned()
    }

    /// A file's text; what is wrong with its bytes is named.
    fn text(&mut self, entry: usize, file: &str) -> Option<String> {
        let read = self.tree.read(entry).and_then(|bytes| uncompressed(bytes, file));
        match read {
            Ok(bytes) => {
                let decoded = text::decode(bytes);
                if let Some(line) = decoded.bad_line {
                    self.out.problem(file, Some(line), "holds bytes that are not UTF-8; they were replaced");
                }
                Some(decoded.text)
            }
            Err(error) => {
                self.out.unreadable(file, None, error.to_string());
                None
            }
        }
    }

    /// The entries of a list; none if the file is not there. What is broken is named.
    fn list(&mut self, layout: &Layout, name: &str) -> Option<Vec<Value>> {
        let entry = *layout.lists.get(name)?;
        let Some(json) = self.text(entry, name) else { return Some(Vec::new()) };
        let is_entry = |value: &Value| value.get("id").is_some() && value.get("mimetype").is_none();
        let Found { elements, broken, is_object, .. } = salvage::elements(&json, &is_entry);
        for (line, reason) in broken {
            self.out.problem(name, Some(line), reason);
        }
        let values = elements.iter().filter_map(|(_, json)| serde_json::from_str::<Value>(json).ok());
        // `{"U01": {…}}`: a list by its ids.
        let values = values.flat_map(|value| match value {
            Value::Object(map) if is_object && !map.contains_key("id") => {
                map.into_iter().map(|(_, v)| v).collect()
            }
            value => vec![value],
        });
        Some(values.filter(is_entry).collect())
    }

    fn users(&mut self, layout: &Layout) {
        let mut lists = Vec::new();
        for name in ["users.json", "org_users.json"] {
            lists.extend(self.list(layout, name));
        }
        let missing = match lists.iter().map(Vec::len).sum::<usize>() {
            _ if lists.is_empty() => Some("is missing: authors are shown by their ids"),
            0 => Some("holds no list of users: authors are shown by their ids"),
            _ => None,
        };
        if let Some(missing) = missing {
            self.out.problem("users.json", None, missing);
        }
        for user in lists.iter().flatten() {
            SlackUser::read(user).into_iter().for_each(|user| self.workspace.add(user));
        }
        self.out.people.extend(self.workspace.people());
    }

    /// Private channels are in `groups.json`; both are read alike, and neither is required.
    fn channels(&mut self, layout: &Layout) {
        for list in ["channels.json", "groups.json"] {
            for channel in self.list(layout, list).unwrap_or_default() {
                let word = |field: &str| channel.get(field).and_then(Value::as_str);
                if let (Some(id), Some(name)) = (word("id"), word("name")) {
                    self.workspace.add_channel(id, name);
                }
            }
        }
    }

    /// Names of the folders of direct messages.
    fn direct(&mut self, layout: &Layout) -> HashSet<String> {
        let mut direct = HashSet::new();
        for list in ["dms.json", "mpims.json"] {
            for conversation in self.list(layout, list).unwrap_or_default() {
                let word = |field: &str| conversation.get(field).and_then(Value::as_str).map(str::to_owned);
                direct.extend([word("id"), word("name")].into_iter().flatten());
            }
        }
        direct
    }

    fn days(&mut self, layout: &Layout, direct: &HashSet<String>) {
        let (mut channel, mut open) = (Channel::default(), String::new());
        let mut files: Vec<(String, usize, bool)> = self.affordable(&layout.days);
        files.extend(layout.others.iter().map(|(folder, entry)| (folder.clone(), *entry, false)));
        files.sort();
        for (folder, entry, is_day) in files {
            if open != folder {
                channel.flush(self.out);
                open.clone_from(&folder);
            }
            let file = self.name(entry);
            let Some(json) = self.text(entry, &file) else { continue };
            if is_direct(&folder, direct) {
                self.direct_messages(&json);
            } else {
                self.day(&folder, &file, &json, is_day, &mut channel);
            }
        }
        channel.flush(self.out);
    }

    /// The days that are read: all, or the latest where they are too many or too large.
    fn affordable(&mut self, days: &[Day]) -> Vec<(String, usize, bool)> {
        let mut latest: Vec<&Day> = days.iter().collect();
        latest.sort_by(|a, b| (&b.date, &a.folder, a.entry).cmp(&(&a.date, &b.folder, b.entry)));
        let mut bytes = 0u64;
        let fits = |day: &&&Day| {
            bytes = bytes.saturating_add(self.tree.entries().get(day.entry).map_or(0, |entry| entry.bytes));
            bytes <= MAX_SOURCE_BYTES
        };
        let taken: Vec<&Day> = latest.iter().take(MAX_FILES).take_while(fits).copied().collect();
        let left = latest.len() - taken.len();
        if left > 0 {
            let oldest = taken.last().map_or("", |day| day.date.as_str()).to_owned();
            let reason = format!(
                "{left} of {} day files, those before {oldest}, were left out: {MAX_FILES} files of {} MB in all are read",
                latest.len(),
                MAX_SOURCE_BYTES / 1024 / 1024
            );
            self.out.problem("the export", None, reason);
        }
        taken.into_iter().map(|day| (day.folder.clone(), day.entry, true)).collect()
    }

    /// One day of a channel; or a file beside the days, which may hold messages or something else.
    fn day(&mut self, folder: &str, file: &str, json: &str, is_day: bool, channel: &mut Channel) {
        let Found { elements, broken, .. } = salvage::elements(json, &salvage::is_message);
        let is_message =
            |json: &str| serde_json::from_str(json).is_ok_and(|value| salvage::is_message(&value));
        if !is_day && !elements.iter().any(|(_, json)| is_message(json)) {
            let is_described = |json: &str| json.contains("\"mimetype\"") || json.contains("\"filetype\"");
            if elements.is_empty() && broken.is_empty() || elements.iter().any(|(_, json)| is_described(json))
            {
                return self.out.leave_many(Left::new(Kind::Canvas, None), elements.len());
            }
            return self.out.unreadable(file, None, "holds no messages; it was left out");
        }
        for (line, reason) in broken {
            let line = Some(line).filter(|_| !json.trim().is_empty());
            self.out.unreadable(file, line, reason);
        }
        // A folder may be named by the channel's id.
        let shown = tidy(self.workspace.names.channel(folder), MAX_NAME_CODE_POINTS);
        for (line, element) in elements {
            match SlackMessage::read(element) {
                Some(message) => {
                    if let Some((id, name, real)) = message.introduces() {
                        self.workspace.meet(id, name, real);
                    }
                    channel.take(message.judge(&shown, &self.workspace), file, Some(line), self.out);
                }
                None => self.out.unreadable(file, Some(line), "not a message; it was left out"),
            }
        }
    }

    fn direct_messages(&mut self, json: &str) {
        for (_, element) in salvage::elements(json, &salvage::is_message).elements {
            let verdict = SlackMessage::read(element).map(|message| message.judge("", &self.workspace));
            if let Some(Verdict::Keep { message, .. }) = verdict {
                self.out.leave(Left::new(Kind::Direct, Some(message.at)));
            }
        }
    }
}

/// Whether a folder holds direct messages: named so in a list, or as Slack names them. Channels' names have no capitals.
fn is_direct(folder: &str, direct: &HashSet<String>) -> bool {
    let is_id = folder.len() >= 9
        && folder.starts_with('D')
        && folder.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    direct.contains(folder) || is_id || folder.starts_with("mpdm-")
}

/// A compressed file's content.
fn uncompressed(bytes: Vec<u8>, file: &str) -> Result<Vec<u8>, ReadError> {
    if !file.to_ascii_lowercase().ends_with(".gz") {
        return Ok(bytes);
    }
    #[cfg(feature = "archives")]
    return super::archive::gunzip(&bytes);
    #[cfg(not(feature = "archives"))]
    Err(ReadError::Io(std::io::Error::other("compressed files are not read here")))
}
