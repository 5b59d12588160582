//! Where messages come from: Slack's Web API, the inbox, a Slack export folder, a JSON Lines file.
//!
//! Owns reading, bounds and what counts as a message. A broken file, line or channel is named in `problems` and the rest
//! is used: one bad day never costs the week. Never writes to a source; only `slack_api` calls a network.
//!
//! ```text
//! gatherer       several sources as one week
//! slack_api      conversations.history and .replies, users.list; and the one message that is posted back
//! inbox          messages that were pushed to us, as they were stored
//! slack_export   the folder: users.json, channels.json, channel/YYYY-MM-DD.json
//! slack_json     one Slack message as JSON: keep or drop, and its text
//! slack_user     one Slack user as JSON; who is who in a workspace
//! channel        edits and deletions meet what they are about
//! markup         Slack's <@U…>, <#C…|…>, <url|label> and entities → plain text
//! salvage        the whole messages of a JSON array that does not parse
//! json_lines     one message a line
//! ```
mod channel;
mod gatherer;
mod inbox;
pub mod json_lines;
pub mod markup;
mod salvage;
pub mod slack_api;
pub mod slack_export;
pub mod slack_json;
pub mod slack_user;

pub use gatherer::Gatherer;
pub use inbox::Pushed;
pub use slack_api::{ChannelRef, SlackApi, SlackError};

use crate::message::{KnownNumbers, Message, Unnumbered, number};
use serde::Serialize;
use sheet::TimestampMs;
use std::{
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
};

/// Bytes of one file. A busy channel's day is well below 1 MB; a JSON Lines week of 50,000 messages is about 25 MB.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Day files of one export.
pub const MAX_FILES: usize = 20_000;
/// Messages of one week. Far beyond what a model's window holds (about 5,000): the prompt trims by its own rule.
pub const MAX_MESSAGES: usize = 50_000;
/// Code points of one message: Slack's own limit of a message's text. What is longer is cut.
pub const MAX_MESSAGE_CODE_POINTS: usize = 40_000;
/// Code points of a channel's or a person's name (Slack's own limit is 80).
pub const MAX_NAME_CODE_POINTS: usize = 100;
/// Problems that are named one by one; the rest are counted.
pub const MAX_PROBLEMS: usize = 200;

/// Something that could not be read. Shows as `file: line N: reason`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file, relative to the source.
    pub file: String,
    /// The line, from 1; `None` when the whole file is meant.
    pub line: Option<usize>,
    /// What is wrong and what was done.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}: line {line}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}

/// Somebody who can be an assignee.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The name the sheet shows.
    pub name: String,
    /// What else people call them: full name, user name, Slack id, email.
    pub aliases: Vec<String>,
}

impl From<&str> for Person {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), aliases: Vec::new() }
    }
}

/// What was read and left out on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Written by bots and apps.
    pub bots: usize,
    /// Joins, leaves, topics, pins and other notices.
    pub system: usize,
    /// Without any text.
    pub empty: usize,
    /// The same message again (a thread reply that was also sent to the channel, an edit).
    pub repeated: usize,
    /// Outside of the week asked for.
    pub outside: usize,
}

/// A source, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Numbered, in order of time.
    pub messages: Vec<Message>,
    /// Everybody the source knows, bots and deleted accounts left out.
    pub people: Vec<Person>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What was left out on purpose.
    pub skipped: Skipped,
}

/// How to read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only messages from the first moment on and before the second: [`sheet::Week::span`].
    pub span: Option<(TimestampMs, TimestampMs)>,
    /// Numbers given at an earlier reading.
    pub known: KnownNumbers,
}

/// A source that cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing at that path, or no right to read it.
    #[error("cannot read {path}: {error}")]
    Unreadable {
        /// The path as given.
        path: String,
        /// The system's word for it.
        error: io::Error,
    },
    /// A folder without `users.json`, `channels.json` and channel folders.
    #[error(
        "{0} is no Slack export: expected users.json, channels.json and one folder a channel with YYYY-MM-DD.json files"
    )]
    NotAnExport(String),
}

/// Reads a folder as a Slack export and a file as JSON Lines.
pub fn load(path: &Path, options: &Options) -> Result<Loaded, SourceError> {
    let mut gathered = Gathered::default();
    read_path(path, &mut gathered)?;
    Ok(gathered.finish(options))
}

fn read_path(path: &Path, gathered: &mut Gathered) -> Result<(), SourceError> {
    let shown = path.display().to_string();
    let meta =
        std::fs::metadata(path).map_err(|error| SourceError::Unreadable { path: shown.clone(), error })?;
    if meta.is_dir() {
        return slack_export::read(path, gathered);
    }
    let file = path.file_name().map_or(shown.clone(), |n| n.to_string_lossy().into_owned());
    match read_text(path) {
        Ok(text) => json_lines::read(&file, &text, gathered),
        Err(ReadError::Io(error)) => return Err(SourceError::Unreadable { path: shown, error }),
        Err(other) => gathered.problem(&file, None, other.to_string()),
    }
    Ok(())
}

/// The messages of JSON Lines that are already in memory; `file` names them in problems.
pub fn from_json_lines(file: &str, text: &str, options: &Options) -> Loaded {
    let mut gathered = Gathered::default();
    json_lines::read(file, text, &mut gathered);
    gathered.finish(options)
}

/// What sources fill.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) messages: Vec<Unnumbered>,
    pub(crate) people: Vec<Person>,
    pub(crate) skipped: Skipped,
    problems: Vec<Problem>,
    problems_beyond: usize,
}

impl Gathered {
    pub(crate) fn problem(&mut self, file: &str, line: Option<usize>, reason: impl Into<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem { file: file.to_owned(), line, reason: reason.into() });
        } else {
            self.problems_beyond += 1;
        }
    }

    fn finish(mut self, options: &Options) -> Loaded {
        if let Some((from, to)) = options.span {
            let before = self.messages.len();
            self.messages.retain(|m| from <= m.at && m.at < to);
            self.skipped.outside += before - self.messages.len();
        }
        if self.messages.len() > MAX_MESSAGES {
            // The most recent are the ones a status sheet is about.
            self.messages.sort_by_key(|m| std::cmp::Reverse(m.at));
            let beyond = self.messages.len() - MAX_MESSAGES;
            self.messages.truncate(MAX_MESSAGES);
            self.problem(
                "messages",
                None,
                format!("the oldest {beyond} beyond {MAX_MESSAGES} were left out"),
            );
        }
        if self.problems_beyond > 0 {
            let reason = format!("{} more problems were not listed", self.problems_beyond);
            self.problems.push(Problem { file: "problems".into(), line: None, reason });
        }
        let read = self.messages.len();
        let messages = number(self.messages, &options.known);
        self.skipped.repeated += read - messages.len();
        Loaded { messages, people: self.people, problems: self.problems, skipped: self.skipped }
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("is larger than {MAX_FILE_BYTES} bytes and was left out")]
    TooLarge,
}

/// A file's text. Bytes that are not UTF-8 become `U+FFFD`: one bad byte must not cost a day.
pub(crate) fn read_text(path: &Path) -> Result<String, ReadError> {
    let mut bytes = Vec::new();
    // The bound holds for what is read, not for what the directory says: a pipe has no size.
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge);
    }
    let text =
        String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// A text without control characters (tab and newline stay), trimmed and cut to `max` code points.
pub(crate) fn tidy(text: &str, max: usize) -> String {
    let clean: String =
        text.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let clean = clean.trim();
    match clean.char_indices().nth(max) {
        Some((end, _)) => clean.get(..end).unwrap_or_default().to_owned(),
        None => clean.to_owned(),
    }
}
