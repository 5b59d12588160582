//! One message of a week, and its number.
//!
//! Owns what a message is and how it is numbered. Numbers are what a model cites and what the `source`
//! column holds, so a message keeps its number for good: a refresh numbers only what is new.
//! Never reads anything: sources do.
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Serialize, Serializer, ser::Error as _};
use sheet::TimestampMs;
use std::collections::{HashMap, HashSet};

/// What names a message for good: its channel and Slack's `ts`, which is unique in its channel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageKey {
    /// The channel's name, without `#`.
    pub channel: String,
    /// `1763974800.000100`; for sources without one, made from the time.
    pub ts: String,
}

/// Numbers that were given before: they stay.
pub type KnownNumbers = HashMap<MessageKey, u32>;

/// A message as people, the prompt and the sheet see it.
///
/// Serialises to exactly `{"id","channel","thread","author","at","text"}`; `ts` is kept beside them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// `m1`, `m2`, …
    pub id: String,
    /// The channel's name, without `#`.
    pub channel: String,
    /// `None` for a message that stands alone or begins a thread. In a reply: the id of the thread's
    /// first message; its `ts` where that message is not of this week.
    pub thread: Option<String>,
    /// The display name.
    pub author: String,
    /// When it was written. In JSON an ISO 8601 instant in UTC, `2026-11-16T09:00:00Z`.
    #[serde(serialize_with = "as_instant")]
    pub at: TimestampMs,
    /// Plain text: markup decoded, entities unescaped.
    pub text: String,
    /// The second half of its key.
    #[serde(skip)]
    pub ts: String,
}

impl Message {
    /// Returns what names it for good.
    pub fn key(&self) -> MessageKey {
        MessageKey { channel: self.channel.clone(), ts: self.ts.clone() }
    }

    /// Returns the id of the thread it belongs to: its own when it begins one or stands alone.
    pub fn thread_id(&self) -> &str {
        self.thread.as_deref().unwrap_or(&self.id)
    }

    /// Returns its number; 0 if the id was made elsewhere.
    pub fn number(&self) -> u32 {
        parse_id(&self.id).unwrap_or(0)
    }

    /// The day it was written for somebody in `zone`.
    pub fn day(&self, zone: &TimeZone) -> Option<Date> {
        Timestamp::from_millisecond(self.at.0).ok().map(|at| at.to_zoned(zone.clone()).date())
    }

    /// Returns one line of JSON with the six fields and `ts`, as it is stored beside a cycle.
    /// [`crate::source::json_lines`] reads it back with its number and its key.
    ///
    /// # Errors
    /// If the message does not serialise, which no message that was read does.
    pub fn stored_line(&self) -> Result<String, serde_json::Error> {
        #[derive(Serialize)]
        struct Stored<'a> {
            #[serde(flatten)]
            message: &'a Message,
            ts: &'a str,
        }
        serde_json::to_string(&Stored { message: self, ts: &self.ts })
    }
}

fn as_instant<S: Serializer>(at: &TimestampMs, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&Timestamp::from_millisecond(at.0).map_err(S::Error::custom)?)
}

/// A message before it has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unnumbered {
    /// The channel's name, without `#`.
    pub channel: String,
    /// Unique in its channel.
    pub ts: String,
    /// The `ts` or the id (as the source gave it) of the first message of its thread.
    pub thread: Option<String>,
    /// The display name.
    pub author: String,
    /// When it was written.
    pub at: TimestampMs,
    /// Plain text.
    pub text: String,
    /// The id the source gave it. Kept if it is of the form `m3` and free.
    pub given_id: Option<String>,
}

/// Returns the numbers of these messages, to be handed to [`number`] at the next refresh.
pub fn known_numbers(messages: &[Message]) -> KnownNumbers {
    messages.iter().filter(|m| m.number() > 0).map(|m| (m.key(), m.number())).collect()
}

/// `m17` → 17. `m0`, `m017` and anything else are no ids.
pub fn parse_id(id: &str) -> Option<u32> {
    let digits = id.strip_prefix('m')?;
    let plain = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

/// Numbers messages by time over all channels (ties by channel, then `ts`).
///
/// A number in `known` is kept; then a number the source gave, if free; the rest continue after the
/// highest. Of two messages with one key the first is used. The result is in order of time.
pub fn number(mut messages: Vec<Unnumbered>, known: &KnownNumbers) -> Vec<Message> {
    messages.sort_by(|a, b| (a.at, &a.channel, &a.ts).cmp(&(b.at, &b.channel, &b.ts)));
    let key = |m: &Unnumbered| MessageKey { channel: m.channel.clone(), ts: m.ts.clone() };
    let mut seen = HashSet::new();
    messages.retain(|m| seen.insert(key(m)));

    let mut taken: HashSet<u32> = known.values().copied().collect();
    let mut numbers: Vec<Option<u32>> = messages.iter().map(|m| known.get(&key(m)).copied()).collect();
    for (message, number) in messages.iter().zip(&mut numbers) {
        if let (None, Some(given)) = (*number, message.given_id.as_deref().and_then(parse_id)) {
            *number = taken.insert(given).then_some(given);
        }
    }
    let mut next = taken.iter().max().copied().unwrap_or(0);
    let ids: Vec<String> = numbers
        .into_iter()
        .map(|n| n.unwrap_or_else(|| (next = next.saturating_add(1), next).1))
        .map(|n| format!("m{n}"))
        .collect();

    let by_ts: HashMap<(&str, &str), usize> =
        messages.iter().enumerate().map(|(i, m)| ((m.channel.as_str(), m.ts.as_str()), i)).collect();
    // Two sources may both call a message `m1`: the one of the same channel is meant before any other.
    let mut by_given: HashMap<(Option<&str>, &str), usize> = HashMap::new();
    for (i, m) in messages.iter().enumerate() {
        if let Some(given) = m.given_id.as_deref() {
            by_given.entry((Some(m.channel.as_str()), given)).or_insert(i);
            by_given.entry((None, given)).or_insert(i);
        }
    }
    let threads: Vec<Option<String>> = messages
        .iter()
        .enumerate()
        .map(|(i, m)| {
            let root = m.thread.as_deref()?;
            let given = || by_given.get(&(Some(m.channel.as_str()), root)).or(by_given.get(&(None, root)));
            match by_ts.get(&(m.channel.as_str(), root)).or_else(given) {
                Some(&first) if first == i => None,
                Some(&first) => ids.get(first).cloned(),
                None => Some(root.to_owned()),
            }
        })
        .collect();
    messages
        .into_iter()
        .zip(ids)
        .zip(threads)
        .map(|((m, id), thread)| {
            let Unnumbered { channel, ts, author, at, text, .. } = m;
            Message { id, channel, thread, author, at, text, ts }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(channel: &str, ts: &str, thread: Option<&str>) -> Unnumbered {
        let at = TimestampMs((ts.parse::<f64>().unwrap() * 1000.0) as i64);
        let (channel, ts) = (channel.to_owned(), ts.to_owned());
        let thread = thread.map(str::to_owned);
        Unnumbered { channel, ts, thread, author: "Ana".into(), at, text: "hi".into(), given_id: None }
    }

    fn ids(messages: &[Message]) -> Vec<(&str, &str, Option<&str>)> {
        messages.iter().map(|m| (m.id.as_str(), m.channel.as_str(), m.thread.as_deref())).collect()
    }

    #[test]
    fn messages_are_numbered_by_time_and_replies_name_the_first_of_their_thread() {
        let week = vec![
            message("b", "30.0", Some("10.0")),
            message("b", "10.0", Some("10.0")),
            message("a", "10.0", None),
        ];
        let numbered = number(week, &KnownNumbers::new());
        assert_eq!(ids(&numbered), [("m1", "a", None), ("m2", "b", None), ("m3", "b", Some("m2"))]);
    }

    #[test]
    fn a_refresh_keeps_known_numbers_and_continues_after_the_highest() {
        let first =
            number(vec![message("a", "10.0", None), message("a", "30.0", None)], &KnownNumbers::new());
        let known = known_numbers(&first);
        let later = vec![message("a", "10.0", None), message("a", "20.0", None), message("a", "30.0", None)];
        assert_eq!(ids(&number(later, &known)), [("m1", "a", None), ("m3", "a", None), ("m2", "a", None)]);
    }

    #[test]
    fn a_thread_that_began_before_the_week_keeps_its_ts() {
        let numbered = number(vec![message("a", "30.0", Some("10.0"))], &KnownNumbers::new());
        assert_eq!(numbered[0].thread.as_deref(), Some("10.0"));
    }

    #[test]
    fn the_output_has_exactly_six_fields() {
        let json = serde_json::to_string(&number(vec![message("a", "10.0", None)], &KnownNumbers::new())[0])
            .unwrap();
        assert_eq!(
            json,
            r#"{"id":"m1","channel":"a","thread":null,"author":"Ana","at":"1970-01-01T00:00:10Z","text":"hi"}"#
        );
    }

    #[test]
    fn an_id_has_one_spelling() {
        assert_eq!(parse_id("m17"), Some(17));
        for bad in ["m", "m0", "m01", "17", "M17", "m-1", "m99999999999"] {
            assert_eq!(parse_id(bad), None, "{bad}");
        }
    }
}
