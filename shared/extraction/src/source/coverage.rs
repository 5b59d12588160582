//! What of a source was used, and what was left out on purpose or because it does not read, by kind with a count.
use serde::{Deserialize, Serialize};
use sheet::{TimestampMs, WeekSpan};
use std::{collections::BTreeMap, fmt};

/// Apps that are named one by one in a coverage; the messages of the rest are counted together.
pub const MAX_APPS: usize = 20;
/// How finely left-out messages are counted by time, milliseconds. Every zone's midnight is a multiple of it.
const SLOT_MS: i64 = 15 * 60 * 1000;
/// The name of apps beyond [`MAX_APPS`].
const OTHER_APPS: &str = "others";

/// Why a message was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Written by an app or a bot.
    App,
    /// Somebody joined or left.
    Join,
    /// A topic, a pin, a call or any other notice.
    Notice,
    /// Deleted, or a deleted message's tombstone.
    Deleted,
    /// Files without a word beside them.
    File,
    /// Without any text.
    Empty,
    /// A direct message.
    Direct,
    /// An entry that is no canvas message: the description of a canvas or a list.
    Canvas,
    /// The same message again.
    Repeated,
    /// It does not read; a problem names it.
    Unreadable,
    /// Beyond the number of messages that a week may have.
    Beyond,
}

/// One message that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The reason.
    pub kind: Kind,
    /// When it was written; `None` where that is not known, and it then counts in every week.
    pub at: Option<TimestampMs>,
    /// The app that wrote it.
    pub app: Option<String>,
}

impl Left {
    /// Left out for this reason, at a time if it is known.
    pub fn new(kind: Kind, at: Option<TimestampMs>) -> Self {
        Self { kind, at, app: None }
    }
}

/// What of a source is in the week, and what is not. Counts of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Coverage {
    /// Used.
    pub messages: usize,
    /// Written by apps and bots.
    pub apps: usize,
    /// The same by the app's name, at most [`MAX_APPS`] names.
    pub by_app: BTreeMap<String, usize>,
    /// Joins and leaves.
    pub joins: usize,
    /// Topics, pins, calls and other notices.
    pub notices: usize,
    /// Deleted by their authors.
    pub deleted: usize,
    /// Files without a word beside them.
    pub files: usize,
    /// Without any text.
    pub empty: usize,
    /// Direct messages: they are nobody else's business.
    pub direct: usize,
    /// Descriptions of canvases and lists.
    pub canvases: usize,
    /// The same message again (a thread reply that was also sent to the channel, an edit).
    pub repeated: usize,
    /// Lines and messages that do not read; each is a problem as well.
    pub unreadable: usize,
    /// The oldest beyond [`super::MAX_MESSAGES`].
    pub beyond: usize,
    /// Outside of the week asked for.
    pub outside: usize,
}

impl Coverage {
    /// Returns what was left out, in words with counts: `["3 messages by apps (CI 2, Standup 1)", "1 unreadable
    /// line"]`. Empty if nothing was. Not among them are messages of other weeks, copies of messages that are used, and
    /// what describes a canvas: nobody misses them in a week.
    pub fn left_out(&self) -> Vec<String> {
        let apps: Vec<String> = self.by_app.iter().map(|(app, n)| format!("{app} {n}")).collect();
        let apps = if apps.is_empty() { String::new() } else { format!(" ({})", apps.join(", ")) };
        let kinds = [
            (self.apps, format!("message{} by apps{apps}", plural(self.apps))),
            (self.joins, format!("join{} or leave{}", plural(self.joins), plural(self.joins))),
            (self.notices, format!("notice{}", plural(self.notices))),
            (self.deleted, format!("deleted message{}", plural(self.deleted))),
            (self.files, format!("message{} with files and no words", plural(self.files))),
            (self.empty, format!("message{} without text", plural(self.empty))),
            (self.direct, format!("direct message{}", plural(self.direct))),
            (self.unreadable, format!("unreadable line{}", plural(self.unreadable))),
            (self.beyond, format!("older message{} beyond the limit", plural(self.beyond))),
        ];
        kinds.into_iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}")).collect()
    }

    /// Returns whether anything of the source is not among the messages that are used.
    pub fn is_partial(&self) -> bool {
        !self.left_out().is_empty() || self.canvases + self.repeated + self.outside > 0 || self.messages == 0
    }

    /// Returns one sentence for people: `Left out: 2 joins or leaves, 4 direct messages.`; none if nothing was.
    pub fn note(&self) -> Option<String> {
        let left_out = self.left_out();
        (!left_out.is_empty()).then(|| format!("Left out: {}.", left_out.join(", ")))
    }
}

/// `12 messages; left out: 3 messages by apps (CI 3), 2 joins or leaves; 40 of other weeks`
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} message{}", self.messages, plural(self.messages))?;
        let left_out = self.left_out();
        if !left_out.is_empty() {
            write!(f, "; left out: {}", left_out.join(", "))?;
        }
        if self.canvases > 0 {
            write!(f, "; {} canvas{}", self.canvases, if self.canvases == 1 { "" } else { "es" })?;
        }
        if self.repeated > 0 {
            write!(f, "; {} cop{}", self.repeated, if self.repeated == 1 { "y" } else { "ies" })?;
        }
        if self.outside > 0 {
            write!(f, "; {} of other weeks", self.outside)?;
        }
        Ok(())
    }
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// Counts what is left out while sources are read; the week is known only at the end.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    left: BTreeMap<(Kind, Option<i64>, String), usize>,
}

impl Tally {
    pub(crate) fn add(&mut self, left: Left) {
        self.add_many(left, 1);
    }

    pub(crate) fn add_many(&mut self, left: Left, n: usize) {
        let app = left.app.unwrap_or_default();
        let slot = left.at.map(|at| at.0.div_euclid(SLOT_MS));
        *self.left.entry((left.kind, slot, app)).or_default() += n;
    }

    /// Messages that were understood and left out all the same.
    pub(crate) fn understood(&self) -> usize {
        let is_understood = |kind: &Kind| !matches!(kind, Kind::Unreadable | Kind::Beyond);
        self.left.iter().filter(|((kind, ..), _)| is_understood(kind)).map(|(_, n)| n).sum()
    }

    /// Counts what lies in the week, or everything if no week is asked for.
    pub(crate) fn coverage(&self, span: Option<WeekSpan>) -> Coverage {
        let mut coverage = Coverage::default();
        let mut by_app: BTreeMap<&str, usize> = BTreeMap::new();
        for ((kind, slot, app), n) in &self.left {
            let at = slot.map(|slot| slot * SLOT_MS);
            if let (Some((from, to)), Some(at)) = (span, at)
                && !(from.0 <= at && at < to.0)
            {
                coverage.outside += n;
                continue;
            }
            *match kind {
                Kind::App => &mut coverage.apps,
                Kind::Join => &mut coverage.joins,
                Kind::Notice => &mut coverage.notices,
                Kind::Deleted => &mut coverage.deleted,
                Kind::File => &mut coverage.files,
                Kind::Empty => &mut coverage.empty,
                Kind::Direct => &mut coverage.direct,
                Kind::Canvas => &mut coverage.canvases,
                Kind::Repeated => &mut coverage.repeated,
                Kind::Unreadable => &mut coverage.unreadable,
                Kind::Beyond => &mut coverage.beyond,
            } += n;
            if *kind == Kind::App && !app.is_empty() {
                *by_app.entry(app).or_default() += n;
            }
        }
        // The apps that wrote most are named.
        let mut apps: Vec<(&str, usize)> = by_app.into_iter().collect();
        apps.sort_by_key(|(app, n)| (std::cmp::Reverse(*n), *app));
        for (rank, (app, n)) in apps.into_iter().enumerate() {
            let name = if rank < MAX_APPS - 1 { app } else { OTHER_APPS };
            *coverage.by_app.entry(name.to_owned()).or_default() += n;
        }
        coverage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_counted_by_kind_in_the_week_alone() {
        let mut tally = Tally::default();
        let app =
            |name: &str, at| Left { app: Some(name.into()), ..Left::new(Kind::App, Some(TimestampMs(at))) };
        tally.add(app("CI", 0));
        tally.add(app("CI", SLOT_MS));
        tally.add(app("Standup", SLOT_MS));
        tally.add(Left::new(Kind::Join, Some(TimestampMs(SLOT_MS))));
        tally.add(Left::new(Kind::Unreadable, None));
        let week = tally.coverage(Some((TimestampMs(SLOT_MS), TimestampMs(2 * SLOT_MS))));
        assert_eq!(
            week.note().as_deref(),
            Some("Left out: 2 messages by apps (CI 1, Standup 1), 1 join or leave, 1 unreadable line.")
        );
        assert_eq!(week.outside, 1);
        assert_eq!(tally.coverage(None).apps, 3);
        assert_eq!(Coverage::default().note(), None);
    }

    #[test]
    fn the_apps_that_wrote_least_are_counted_together() {
        let mut tally = Tally::default();
        for n in 0..100 {
            tally.add_many(Left { app: Some(format!("app {n:03}")), ..Left::new(Kind::App, None) }, 100 - n);
        }
        let coverage = tally.coverage(None);
        assert_eq!(coverage.by_app.len(), MAX_APPS);
        assert_eq!(coverage.by_app.get("app 000"), Some(&100));
        assert_eq!(coverage.by_app.values().sum::<usize>(), coverage.apps);
    }
}
