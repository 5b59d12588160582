//! What fits: an estimate of tokens, and the rule by which a week is trimmed.
use crate::{message::Message, talk::is_small_talk};
use serde::{Deserialize, Serialize};

/// Estimated tokens of one prompt. The model's window is 256,000; the estimate is high by a third for English, and a
/// call of this size costs about 0.40 USD.
pub const MAX_INPUT_TOKENS: usize = 200_000;
/// Code points of one message in a prompt. A pasted log of 40,000 says what it says in its beginning.
pub const MAX_MESSAGE_CODE_POINTS: usize = 4_000;

/// Returns estimated tokens of a text: a third of its ASCII characters, and one for every other. Real tokenizers stay
/// below.
pub fn estimate_tokens(text: &str) -> usize {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    ascii.div_ceil(3) + (text.chars().count() - ascii)
}

/// Messages that were not sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// Small talk, by the rule of [`crate::talk`].
    pub small_talk: usize,
    /// The oldest of the rest, after all small talk was gone.
    pub other: usize,
}

impl LeftOut {
    /// Both.
    pub fn total(self) -> usize {
        self.small_talk + self.other
    }

    /// Returns what the sheet says about them, `None` when all were sent.
    pub fn note(self) -> Option<String> {
        let Self { small_talk, other } = self;
        (self.total() > 0).then(|| format!("{} messages were not read: the oldest {small_talk} of small talk and the oldest {other} others, because the week is larger than the model's window.", self.total()))
    }
}

/// Which of `messages` (in order of time, with the tokens each costs) fit into `budget`.
///
/// The oldest small talk goes first; when none is left, the oldest messages. What starts a thread stays as long as
/// a reply to it does, because the reply is not understood without it – unless that alone is too much.
pub(crate) fn fit(messages: &[(&Message, usize)], budget: usize) -> (Vec<bool>, LeftOut) {
    let mut keep = vec![true; messages.len()];
    let mut left_out = LeftOut::default();
    let mut cost: usize = messages.iter().map(|(_, tokens)| tokens).sum();
    if cost <= budget {
        return (keep, left_out);
    }
    let answered: std::collections::HashSet<&str> =
        messages.iter().filter_map(|(m, _)| m.thread.as_deref()).collect();
    let small: Vec<bool> =
        messages.iter().map(|(m, _)| !answered.contains(m.id.as_str()) && is_small_talk(&m.text)).collect();
    for turn_is_small in [true, false] {
        for ((kept, (_, tokens)), small) in keep.iter_mut().zip(messages).zip(&small) {
            if cost <= budget {
                return (keep, left_out);
            }
            if *kept && *small == turn_is_small {
                *kept = false;
                cost -= tokens;
                if turn_is_small { left_out.small_talk += 1 } else { left_out.other += 1 }
            }
        }
    }
    (keep, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheet::TimestampMs;

    fn message(n: u32, thread: Option<&str>, text: &str) -> Message {
        Message {
            id: format!("m{n}"),
            channel: "ops".into(),
            thread: thread.map(str::to_owned),
            author: "Ana".into(),
            at: TimestampMs(i64::from(n)),
            text: text.into(),
            ts: n.to_string(),
        }
    }

    #[test]
    fn the_oldest_small_talk_goes_first_and_then_the_oldest() {
        let week = [
            message(1, None, "Fix the login"),
            message(2, None, "thanks!"),
            message(3, None, "lol"),
            message(4, None, "deploy on Friday"),
            message(5, None, "haha"),
            message(6, Some("m5"), "ok"),
        ];
        let costs: Vec<(&Message, usize)> = week.iter().map(|m| (m, 10)).collect();
        let kept = |budget| {
            fit(&costs, budget)
                .0
                .iter()
                .zip(&week)
                .filter(|(k, _)| **k)
                .map(|(_, m)| m.id.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(kept(60), "m1 m2 m3 m4 m5 m6");
        assert_eq!(kept(50), "m1 m3 m4 m5 m6");
        assert_eq!(kept(30), "m1 m4 m5", "what was answered is no small talk");
        assert_eq!(kept(15), "m5");
        assert_eq!(fit(&costs, 15).1, LeftOut { small_talk: 3, other: 2 });
        assert_eq!(kept(0), "");
    }

    #[test]
    fn the_estimate_counts_other_scripts_by_the_character() {
        assert_eq!(estimate_tokens("abcdef"), 2);
        assert_eq!(estimate_tokens("進行中"), 3);
    }
}
