//! Where messages come from: Slack's Web API, the inbox, a Slack export as a folder or a zip, a file of JSON.
//!
//! Owns reading, bounds and what counts as a message. A broken file, line or channel is named in `problems`, what is left
//! out on purpose is counted in `coverage`, and the rest is used: one bad day never costs the week. A path that holds no
//! message in a form that is read is refused. Never writes to a source; only `slack_api` calls a network.
//!
//! ```text
//! gatherer       several sources as one week
//! slack_api      conversations.history and .replies, users.list; and the one message that is posted back
//! inbox          messages that were pushed to us, as they were stored
//! path           what a path is: an export, an archive of one, one day of it, JSON Lines, or something else
//! tree           the files of a folder; links and pipes are not followed
//! archive        the files of a zip, bounded                                     (feature `archives`)
//! layout         which of these files are the export's lists and days
//! slack_export   users.json, channels.json, channel/YYYY-MM-DD.json
//! slack_json     one Slack message as JSON: keep or leave out, and its text
//! blocks         the text of rich text and other blocks
//! attachments    forwarded messages and files
//! slack_user     one Slack user as JSON; who is who in a workspace
//! channel        edits and deletions meet what they are about
//! markup         Slack's <@U…>, <#C…|…>, <url|label> and entities → plain text
//! salvage        the entries of a JSON array, also of one that does not parse
//! json_lines     one message a line
//! other_dumps    what other programs' exports are called
//! text           bytes → text
//! coverage       what was used and what was left out, with counts
//! ```
#[cfg(feature = "archives")]
mod archive;
mod attachments;
mod blocks;
mod channel;
pub mod coverage;
mod gatherer;
mod inbox;
pub mod json_lines;
mod layout;
pub mod markup;
mod other_dumps;
mod path;
mod salvage;
pub mod slack_api;
mod slack_export;
pub mod slack_json;
pub mod slack_user;
mod text;
mod tree;

pub use coverage::Coverage;
pub use gatherer::{Gatherer, Unreadable};
pub use inbox::Pushed;
pub use slack_api::{ChannelRef, SlackApi, SlackError};

use crate::message::{KnownNumbers, Message, Unnumbered, number};
use coverage::{Kind, Left, Tally};
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use sheet::{TimestampMs, Week, WeekSpan};
use std::{fmt, io, path::Path};

/// Bytes of one file. A busy channel's day is well below 1 MB; a JSON Lines week of 50,000 messages is about 25 MB.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Day files of one export, the latest first: twenty years of ten channels, or a quarter of a year of a thousand.
pub const MAX_FILES: usize = 100_000;
/// Bytes of all files of one export, the latest days first: what is read is in memory until the week is cut out of it.
pub const MAX_SOURCE_BYTES: u64 = 1024 * 1024 * 1024;
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

/// A source, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Numbered, in order of time.
    pub messages: Vec<Message>,
    /// Everybody the source knows, bots and deleted accounts left out.
    pub people: Vec<Person>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// What was used and what was left out, with counts.
    pub coverage: Coverage,
}

impl Loaded {
    /// Returns the latest week with messages: what is opened where nobody named a week. `now` tells a clock that went
    /// wrong: a message dated more than a day after it decides nothing while there are others.
    pub fn latest_week(&self, now: TimestampMs, zone: &TimeZone) -> Option<Week> {
        let times = || self.messages.iter().map(|message| message.at);
        let latest = times().filter(|at| !is_ahead(*at, now)).max();
        latest.or_else(|| usual(times().collect())).and_then(|at| Week::containing(at, zone).ok())
    }

    /// Messages dated more than a day after `now`, each in a sentence; none if all are: then it is `now` that is wrong.
    pub fn ahead(&self, now: TimestampMs) -> Vec<String> {
        let ahead: Vec<&Message> = self.messages.iter().filter(|message| is_ahead(message.at, now)).collect();
        if ahead.len() == self.messages.len() {
            return Vec::new();
        }
        ahead
            .into_iter()
            .take(MAX_PROBLEMS)
            .map(|message| ahead_of(&message.id, &message.channel, &message.author, message.at))
            .collect()
    }
}

/// The latest time of those within a year of the median: where all times lie after `now`, one of them may still be off.
fn usual(mut times: Vec<TimestampMs>) -> Option<TimestampMs> {
    times.sort_unstable();
    let median = *times.get(times.len().checked_sub(1)? / 2)?;
    times.into_iter().rev().find(|at| at.0 - median.0 <= YEAR_MS)
}

fn is_ahead(at: TimestampMs, now: TimestampMs) -> bool {
    at.0 > now.0.saturating_add(DAY_MS)
}

fn ahead_of(id: &str, channel: &str, author: &str, at: TimestampMs) -> String {
    let day =
        Timestamp::from_millisecond(at.0).map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    format!(
        "{id}: a message of {author} in #{channel} is dated {day}, which is to come: the clock that wrote it was wrong"
    )
}

const DAY_MS: i64 = 24 * 3600 * 1000;
const YEAR_MS: i64 = 366 * DAY_MS;

/// How to read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only messages from the first moment on and before the second: [`sheet::Week::span`].
    pub span: Option<WeekSpan>,
    /// Numbers given at an earlier reading.
    pub known: KnownNumbers,
    /// The team's zone: times without one are read in it, and days are its days. Without it such a time is a problem.
    pub zone: Option<TimeZone>,
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
    /// A folder or an archive without `users.json`, `channels.json` and channel folders.
    #[error(
        "{path} is no Slack export: expected users.json, channels.json and one folder a channel with YYYY-MM-DD.json files{hint}"
    )]
    NotAnExport {
        /// The path as given.
        path: String,
        /// What else there is, and what to do: empty, or a clause that begins with `; `.
        hint: String,
    },
    /// Anything else that holds no messages in a form that is read: says what it is and what to do.
    #[error("{path} {reason}")]
    NotMessages {
        /// The path as given.
        path: String,
        /// A sentence without its subject: `is a tar archive: unpack it and name the folder`.
        reason: String,
    },
}

/// Reads a folder or a zip as a Slack export, and a file as one day of it or as JSON Lines.
///
/// # Errors
/// [`SourceError`] if `path` cannot be read, or holds no messages in a known form.
pub fn load(path: &Path, options: &Options) -> Result<Loaded, SourceError> {
    let mut gathered = Gathered { zone: options.zone.clone(), ..Gathered::default() };
    path::read(path, &mut gathered)?;
    Ok(gathered.finish(options))
}

/// Returns the messages of JSON Lines that are already in memory; `file` names them in problems.
pub fn from_json_lines(file: &str, text: &str, options: &Options) -> Loaded {
    let mut gathered = Gathered { zone: options.zone.clone(), ..Gathered::default() };
    json_lines::read(file, text, &mut gathered);
    gathered.finish(options)
}

/// What sources fill.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) messages: Vec<Unnumbered>,
    pub(crate) people: Vec<Person>,
    pub(crate) zone: Option<TimeZone>,
    tally: Tally,
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

    /// A line or a message that does not read: named, and counted.
    pub(crate) fn unreadable(&mut self, file: &str, line: Option<usize>, reason: impl Into<String>) {
        self.problem(file, line, reason);
        self.tally.add(Left::new(Kind::Unreadable, None));
    }

    /// A message that is left out on purpose.
    pub(crate) fn leave(&mut self, left: Left) {
        self.tally.add(left);
    }

    pub(crate) fn leave_many(&mut self, left: Left, n: usize) {
        self.tally.add_many(left, n);
    }

    /// Problems so far: what a source adds to them is known by the difference.
    pub(crate) fn problems_so_far(&self) -> usize {
        self.problems.len() + self.problems_beyond
    }

    /// The first problem from this number on.
    pub(crate) fn problem_at(&self, number: usize) -> Option<&Problem> {
        self.problems.get(number)
    }

    /// Messages that were understood so far, used or left out on purpose.
    pub(crate) fn understood(&self) -> usize {
        self.messages.len() + self.tally.understood()
    }

    fn finish(mut self, options: &Options) -> Loaded {
        let mut outside = 0;
        if let Some((from, to)) = options.span {
            let before = self.messages.len();
            self.messages.retain(|m| from <= m.at && m.at < to);
            outside = before - self.messages.len();
        }
        if self.messages.len() > MAX_MESSAGES {
            // The most recent are the ones a status sheet is about.
            self.messages.sort_by_key(|m| std::cmp::Reverse(m.at));
            let beyond = self.messages.len() - MAX_MESSAGES;
            self.messages.truncate(MAX_MESSAGES);
            self.leave_many(Left::new(Kind::Beyond, None), beyond);
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
        let mut coverage = self.tally.coverage(options.span);
        coverage.messages = messages.len();
        coverage.outside += outside;
        coverage.repeated += read - messages.len();
        Loaded { messages, people: self.people, problems: self.problems, coverage }
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("is larger than {MAX_FILE_BYTES} bytes and was left out")]
    TooLarge,
    #[error("is no regular file (a folder, a pipe, a socket or a device) and was left out")]
    NotRegular,
    /// An archive's entry: a sentence without its subject.
    #[error("{0}")]
    #[cfg_attr(not(feature = "archives"), expect(dead_code, reason = "archives alone have it"))]
    Entry(String),
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
