//! One message a line: `{"id","channel","thread","author","at","text"}`.
//!
//! `id`, `thread` and `channel` may be absent; Slack's own names (`user`, `ts`, `thread_ts`, …) are understood.
use super::{
    Gathered, MAX_MESSAGE_CODE_POINTS, MAX_NAME_CODE_POINTS, Person, salvage::reason, slack_json::instant,
    tidy,
};
use crate::message::Unnumbered;
use jiff::Timestamp;
use serde_json::{Map, Value};
use sheet::TimestampMs;
use std::collections::{HashMap, HashSet};

/// The channel of a line that names none.
const NO_CHANNEL: &str = "messages";

/// Reads all lines into `out`. `file` names them in problems. A file that is one JSON array is read alike.
pub(crate) fn read(file: &str, text: &str, out: &mut Gathered) {
    let mut reader = Reader { file, out, ties: HashMap::new(), authors: HashSet::new() };
    if text.trim_start().starts_with('[') {
        let (elements, broken) = super::salvage::elements(text);
        for (line, reason) in broken {
            reader.out.problem(file, Some(line), reason);
        }
        elements.iter().for_each(|(line, element)| reader.line(*line, element));
        return;
    }
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        reader.line(i + 1, line);
    }
}

struct Reader<'a> {
    file: &'a str,
    out: &'a mut Gathered,
    /// How many messages of a channel share a moment: they still need keys of their own.
    ties: HashMap<(String, i64), u32>,
    authors: HashSet<String>,
}

impl Reader<'_> {
    fn line(&mut self, line: usize, json: &str) {
        let map = match serde_json::from_str::<Value>(json) {
            Ok(Value::Object(map)) => map,
            Ok(_) => {
                return self.out.problem(self.file, Some(line), "expected an object; the line was left out");
            }
            Err(e) => {
                return self.out.problem(
                    self.file,
                    Some(line),
                    format!("{}; the line was left out", reason(&e)),
                );
            }
        };
        let text = tidy(&word(&map, &["text", "message", "body"]), MAX_MESSAGE_CODE_POINTS);
        if text.is_empty() {
            self.out.skipped.empty += 1;
            return;
        }
        let Some(at) =
            ["at", "time", "timestamp", "date", "ts"].iter().find_map(|f| map.get(*f).and_then(moment))
        else {
            let reason =
                "no usable \"at\" (an ISO 8601 instant such as 2026-11-16T09:00:00Z); the line was left out";
            return self.out.problem(self.file, Some(line), reason);
        };
        let channel = tidy(
            word(&map, &["channel", "channel_name", "room"]).trim_start_matches('#'),
            MAX_NAME_CODE_POINTS,
        );
        let channel = if channel.is_empty() { NO_CHANNEL.to_owned() } else { channel };
        let author = tidy(
            &word(&map, &["author", "user", "user_name", "username", "name", "from"]),
            MAX_NAME_CODE_POINTS,
        );
        if self.authors.insert(author.clone()) && !author.is_empty() {
            self.out.people.push(Person::from(author.as_str()));
        }
        let given =
            |fields: &[&str]| Some(tidy(&word(&map, fields), MAX_NAME_CODE_POINTS)).filter(|w| !w.is_empty());
        let ts = given(&["ts"]).unwrap_or_else(|| self.made_ts(&channel, at));
        self.out.messages.push(Unnumbered {
            ts,
            thread: given(&["thread", "thread_ts", "thread_id"]),
            author: if author.is_empty() { "somebody".into() } else { author },
            at,
            text,
            given_id: given(&["id"]),
            channel,
        });
    }

    /// A key for a message that has none: the moment, and a count where several share it.
    fn made_ts(&mut self, channel: &str, at: TimestampMs) -> String {
        let tie = self.ties.entry((channel.to_owned(), at.0)).or_default();
        *tie += 1;
        format!("{}.{:03}{:03}", at.0.div_euclid(1000), at.0.rem_euclid(1000), *tie - 1)
    }
}

/// The first of these fields that holds a text or a number.
fn word(map: &Map<String, Value>, fields: &[&str]) -> String {
    let text = |v: &Value| match v {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        // {"user":{"name":"Ana"}}
        Value::Object(inner) => ["name", "display_name", "real_name"]
            .iter()
            .find_map(|f| inner.get(*f)?.as_str().map(str::to_owned)),
        _ => None,
    };
    fields.iter().filter_map(|f| map.get(*f)).find_map(text).unwrap_or_default()
}

/// An ISO instant, Slack's `1763974800.000100`, or a number of seconds or milliseconds.
fn moment(value: &Value) -> Option<TimestampMs> {
    /// Above this a number means milliseconds: as seconds it would be the year 5138.
    const MILLISECONDS_FROM: f64 = 1e11;
    match value {
        Value::String(text) => match text.trim().parse::<Timestamp>() {
            Ok(at) => Some(TimestampMs(at.as_millisecond())),
            Err(_) => instant(text.trim()),
        },
        Value::Number(n) => {
            let n = n.as_f64()?;
            let ms = if n.abs() >= MILLISECONDS_FROM { n } else { n * 1000.0 };
            Timestamp::from_millisecond(ms.round() as i64).ok().map(|at| TimestampMs(at.as_millisecond()))
        }
        _ => None,
    }
}
