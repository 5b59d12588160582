//! One channel's messages as they are gathered: an edit or a deletion may come after, or before, what it is about.
use super::{
    Gathered,
    coverage::{Kind, Left},
    slack_json::Verdict,
};
use crate::message::Unnumbered;
use std::collections::{HashMap, HashSet};

/// A channel that is being read.
#[derive(Default)]
pub(crate) struct Channel {
    /// Messages by `ts`, in order of first sight, each with the time of its last edit.
    messages: Vec<(Unnumbered, String)>,
    by_ts: HashMap<String, usize>,
    deleted: HashSet<String>,
}

impl Channel {
    /// Notes one message; `file` and `line` name it should it be broken.
    pub(crate) fn take(&mut self, verdict: Verdict, file: &str, line: Option<usize>, out: &mut Gathered) {
        match verdict {
            Verdict::Keep { message, edited } => match self.by_ts.get(&message.ts) {
                Some(&i) => {
                    out.leave(Left::new(Kind::Repeated, Some(message.at)));
                    if let Some((kept, at)) = self.messages.get_mut(i)
                        && edited > *at
                    {
                        // Slack writes all of a channel's `ts` with ten digits before the dot, so text order is time's.
                        kept.text = message.text;
                        *at = edited;
                    }
                }
                None => {
                    self.by_ts.insert(message.ts.clone(), self.messages.len());
                    self.messages.push((message, edited));
                }
            },
            Verdict::Deleted(ts) => {
                self.deleted.insert(ts);
            }
            Verdict::LeftOut(left) => out.leave(left),
            Verdict::Malformed(reason) => out.unreadable(file, line, reason),
        }
    }

    /// Hands over what was gathered and begins again.
    pub(crate) fn flush(&mut self, out: &mut Gathered) {
        for (message, _) in self.messages.drain(..) {
            if self.deleted.contains(&message.ts) {
                out.leave(Left::new(Kind::Deleted, Some(message.at)));
            } else {
                out.messages.push(message);
            }
        }
        self.by_ts.clear();
        self.deleted.clear();
    }
}
