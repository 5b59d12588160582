//! One channel's messages as they are gathered: an edit or a deletion may come after, or before, what it is about.
use super::{Gathered, slack_json::Verdict};
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
                    out.skipped.repeated += 1;
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
            Verdict::Bot => out.skipped.bots += 1,
            Verdict::System => out.skipped.system += 1,
            Verdict::Empty => out.skipped.empty += 1,
            Verdict::Malformed(reason) => out.problem(file, line, reason),
        }
    }

    /// Hands over what was gathered and begins anew.
    pub(crate) fn flush(&mut self, out: &mut Gathered) {
        for (message, _) in self.messages.drain(..) {
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
