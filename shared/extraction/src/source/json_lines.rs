//! One message a line: `{"id","channel","thread","author","at","text"}`.
//!
//! `id`, `thread` and `channel` may be absent; Slack's own names (`user`, `ts`, `thread_ts`, …) are understood. A file that
//! is one JSON array, or an object around one, is read alike, and what is a message of Slack's own shape is read as one.
use super::{
    Gathered, MAX_MESSAGE_CODE_POINTS, MAX_NAME_CODE_POINTS, Person,
    channel::Channel,
    coverage::{Kind, Left},
    salvage::{self, Found, reason},
    slack_json::{SlackMessage, instant},
    slack_user::Workspace,
    tidy,
};
use crate::message::Unnumbered;
use jiff::{Timestamp, civil, fmt::rfc2822, tz::TimeZone};
use serde_json::{Map, Value};
use sheet::TimestampMs;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The channel of a line that names none.
const NO_CHANNEL: &str = "messages";
/// Fields that may hold the time, in the order they are looked at.
const TIMES: [&str; 8] =
    ["at", "time", "timestamp", "date", "ts", "date_unixtime", "created_at", "create_at"];
const TEXTS: [&str; 3] = ["text", "message", "body"];
/// Pages of messages inside of a list, and slackdump's replies inside of a message.
const MAX_DEPTH: usize = 3;

/// What is known of a file beside its lines.
#[derive(Default)]
pub(crate) struct Setting {
    /// The names of users, for messages of Slack's own shape.
    pub(crate) workspace: Workspace,
    /// The channel of messages that name none.
    pub(crate) channel: Option<String>,
}

/// Reads all lines into `out`. `file` names them in problems.
pub(crate) fn read(file: &str, text: &str, out: &mut Gathered) {
    let mut setting = Setting::default();
    setting.workspace.names.zone = out.zone.clone();
    read_in(file, text, setting, out);
}

/// Reads all lines of a file of which something is known.
pub(crate) fn read_in(file: &str, text: &str, setting: Setting, out: &mut Gathered) {
    let from = out.messages.len();
    let Setting { workspace, channel } = setting;
    let mut reader = Reader {
        file,
        out,
        ties: HashMap::new(),
        authors: HashSet::new(),
        workspace,
        channels: BTreeMap::new(),
        beside: HashMap::new(),
        channel,
    };
    if is_one_value(text) {
        let Found { elements, broken, beside, .. } = salvage::elements(text, &salvage::is_message);
        reader.beside = beside;
        for (line, reason) in broken {
            reader.out.unreadable(file, Some(line), reason);
        }
        elements.iter().for_each(|(line, element)| reader.line(*line, element, 0));
    } else {
        for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
            reader.line(i + 1, line, 0);
        }
    }
    let Reader { mut workspace, channels, out, .. } = reader;
    channels.into_values().for_each(|mut channel| channel.flush(out));
    let met = workspace.introduce(out.messages.get_mut(from..).unwrap_or_default());
    out.people.extend(met);
}

/// Whether a text is an array, or objects that go over several lines, and not a value a line.
fn is_one_value(text: &str) -> bool {
    let text = text.trim_start();
    let first = text.lines().next().unwrap_or_default();
    let is_cut = || serde_json::from_str::<serde::de::IgnoredAny>(first).is_err_and(|error| error.is_eof());
    text.starts_with('[') || text.starts_with('{') && text.trim_end().contains('\n') && is_cut()
}

struct Reader<'a> {
    file: &'a str,
    out: &'a mut Gathered,
    /// How many messages of a channel share a moment: they still need keys of their own.
    ties: HashMap<(String, i64), u32>,
    authors: HashSet<String>,
    workspace: Workspace,
    /// Messages of Slack's own shape, by channel.
    channels: BTreeMap<String, Channel>,
    /// The fields beside the list that is read.
    beside: HashMap<String, String>,
    channel: Option<String>,
}

impl Reader<'_> {
    fn line(&mut self, line: usize, json: &str, depth: usize) {
        let map = match serde_json::from_str::<Value>(json) {
            Ok(Value::Object(map)) => map,
            // An empty place in a list.
            Ok(Value::Null) => return,
            Ok(_) => {
                let reason = "expected an object; the line was left out";
                return self.out.unreadable(self.file, Some(line), reason);
            }
            Err(_) if is_slack_text(json) && SlackMessage::read(json).is_some() => {
                return self.slack(line, json, "", depth);
            }
            Err(e) => {
                let reason = format!("{}; the line was left out", reason(&e));
                return self.out.unreadable(self.file, Some(line), reason);
            }
        };
        if is_slack(&map) {
            let channel = word(&map, &["channel_name", "channel", "channel_id"]);
            return self.slack(line, json, &channel, depth);
        }
        // A page of a list, as an API answers.
        let list = ["messages", "matches"]
            .iter()
            .find(|list| map.get(**list).is_some_and(|list| list.is_array() || list.is_object()));
        if list.is_some() && depth < MAX_DEPTH {
            let Found { elements, beside, .. } = salvage::elements(json, &salvage::is_message);
            let outer = std::mem::replace(&mut self.beside, beside);
            elements.iter().for_each(|(below, element)| self.line(line + below - 1, element, depth + 1));
            self.beside = outer;
            return;
        }
        self.own(line, &map);
    }

    /// A message of Slack's own shape.
    fn slack(&mut self, line: usize, json: &str, channel: &str, depth: usize) {
        let Some(message) = SlackMessage::read(json) else {
            return self.out.unreadable(self.file, Some(line), "not a message; it was left out");
        };
        if let Some((id, name, real)) = message.introduces() {
            self.workspace.meet(id, name, real);
        }
        let beside = ["channel_name", "name", "channel", "channel_id"];
        let beside = beside.iter().find_map(|field| self.beside.get(*field)).map(String::as_str);
        let named = Some(channel).filter(|name| !name.is_empty()).or(beside);
        let named = named.or(self.channel.as_deref()).unwrap_or(NO_CHANNEL);
        let named = tidy(self.workspace.names.channel(named).trim_start_matches('#'), MAX_NAME_CODE_POINTS);
        let verdict = message.judge(&named, &self.workspace);
        self.channels.entry(named).or_default().take(verdict, self.file, Some(line), self.out);
        // slackdump keeps a thread's replies inside of its first message.
        if depth < MAX_DEPTH && json.contains("slackdump_thread_replies") {
            let value: Value = serde_json::from_str(json).unwrap_or_default();
            let replies = value.get("slackdump_thread_replies").and_then(Value::as_array);
            for reply in replies.into_iter().flatten() {
                self.slack(line, &reply.to_string(), channel, depth + 1);
            }
        }
    }

    fn own(&mut self, line: usize, map: &Map<String, Value>) {
        let text = tidy(&word(map, &TEXTS), MAX_MESSAGE_CODE_POINTS);
        if text.is_empty() && !TEXTS.iter().any(|field| map.contains_key(*field)) {
            return self.out.unreadable(self.file, Some(line), "no \"text\"; the line was left out");
        }
        let zone = self.out.zone.clone();
        let moments: Vec<Moment> = TIMES
            .iter()
            .filter_map(|field| map.get(*field))
            .map(|value| moment(value, zone.as_ref()))
            .collect();
        let at = moments.iter().find(|moment| matches!(moment, Moment::At(_)));
        let at = at.or_else(|| moments.iter().find(|moment| **moment != Moment::None));
        let at = match at {
            Some(Moment::At(at)) => *at,
            _ if text.is_empty() => return self.out.leave(Left::new(Kind::Empty, None)),
            Some(Moment::WithoutZone(time)) => {
                let reason = format!(
                    "the time {time} has no zone: write it with Z or an offset, or name the team's zone; the line was left out"
                );
                return self.out.unreadable(self.file, Some(line), reason);
            }
            _ => {
                let reason = "no usable \"at\" (an ISO 8601 instant such as 2026-11-16T09:00:00Z); the line was left out";
                return self.out.unreadable(self.file, Some(line), reason);
            }
        };
        if text.is_empty() {
            return self.out.leave(Left::new(Kind::Empty, Some(at)));
        }
        let channel = tidy(
            word(map, &["channel", "channel_name", "room"]).trim_start_matches('#'),
            MAX_NAME_CODE_POINTS,
        );
        let channel = if channel.is_empty() { NO_CHANNEL.to_owned() } else { channel };
        let author = tidy(
            &word(map, &["author", "user", "user_name", "username", "name", "from"]),
            MAX_NAME_CODE_POINTS,
        );
        if self.authors.insert(author.clone()) && !author.is_empty() {
            self.out.people.push(Person::from(author.as_str()));
        }
        let given =
            |fields: &[&str]| Some(tidy(&word(map, fields), MAX_NAME_CODE_POINTS)).filter(|w| !w.is_empty());
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

/// Whether an object is a message as Slack has it, and not one of our own shape with Slack's names.
fn is_slack(map: &Map<String, Value>) -> bool {
    let is_own = ["at", "author"].iter().any(|field| map.contains_key(*field));
    let is_id = |value: &Value| {
        value.as_str().is_some_and(|id| {
            let rest = id.strip_prefix(['U', 'W']);
            rest.is_some_and(|rest| {
                rest.len() >= 2 && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            })
        })
    };
    let is_message = map.get("type").is_some_and(|kind| kind == "message");
    let marked =
        ["subtype", "bot_id", "client_msg_id", "blocks", "user_profile"].iter().any(|f| map.contains_key(*f));
    map.contains_key("ts") && !is_own && (is_message || marked || map.get("user").is_some_and(is_id))
}

/// The same of JSON that serde does not make a value of (half of a surrogate pair).
fn is_slack_text(json: &str) -> bool {
    json.contains("\"ts\"") && (json.contains("\"message\"") || json.contains("\"client_msg_id\""))
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

/// A time as a line has it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Moment {
    At(TimestampMs),
    /// A day and a time that say no zone, and none is known.
    WithoutZone(String),
    None,
}

/// An ISO instant, an e-mail's date, Slack's `1763974800.000100`, or a number since 1970, also as text. A time without a
/// zone is read in `zone`.
fn moment(value: &Value, zone: Option<&TimeZone>) -> Moment {
    let at = |at: Timestamp| Moment::At(TimestampMs(at.as_millisecond()));
    match value {
        Value::String(text) => {
            let text = text.trim();
            let utc = text.strip_suffix(" UTC").or(text.strip_suffix(" GMT")).map(|text| format!("{text}Z"));
            if let Ok(instant) = utc.as_deref().unwrap_or(text).parse::<Timestamp>() {
                return at(instant);
            }
            if let Ok(zoned) = rfc2822::parse(text) {
                return at(zoned.timestamp());
            }
            if let Ok(number) = text.parse::<f64>()
                && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            {
                return instant(text).map(Moment::At).unwrap_or_else(|| of_number(number));
            }
            match (text.parse::<civil::DateTime>(), zone) {
                (Ok(time), Some(zone)) => match time.to_zoned(zone.clone()) {
                    Ok(zoned) => at(zoned.timestamp()),
                    Err(_) => Moment::None,
                },
                (Ok(_), None) => Moment::WithoutZone(tidy(text, MAX_NAME_CODE_POINTS)),
                (Err(_), _) => Moment::None,
            }
        }
        Value::Number(n) => n.as_f64().map_or(Moment::None, of_number),
        _ => Moment::None,
    }
}

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, whichever lies before the year 5138.
fn of_number(n: f64) -> Moment {
    let ms = match n.abs() {
        size if size >= 1e17 => n / 1e6,
        size if size >= 1e14 => n / 1e3,
        size if size >= 1e11 => n,
        _ => n * 1000.0,
    };
    let at = Timestamp::from_millisecond(ms.round() as i64);
    at.map_or(Moment::None, |at| Moment::At(TimestampMs(at.as_millisecond())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_moment_is_read_however_it_is_written() {
        let nine = Moment::At(TimestampMs(1_794_819_600_000));
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for value in [
            json!("2026-11-16T09:00:00Z"),
            json!("2026-11-16 10:00:00+01:00"),
            json!("2026-11-16 09:00:00 UTC"),
            json!("Mon, 16 Nov 2026 10:00:00 +0100"),
            json!("1794819600.000100"),
            json!("1794819600"),
            json!("1794819600000"),
            json!(1_794_819_600),
            json!(1_794_819_600_000_i64),
            json!("1794819600000000"),
            json!(1_794_819_600_000_000_000_i64),
            json!("2026-11-16T10:00:00"),
            json!("2026-11-16 10:00:00.000000"),
        ] {
            assert_eq!(moment(&value, Some(&berlin)), nine, "{value}");
        }
        assert_eq!(
            moment(&json!("2026-11-16T10:00:00"), None),
            Moment::WithoutZone("2026-11-16T10:00:00".into())
        );
        for value in [
            json!("yesterday"),
            json!(""),
            json!("1e12"),
            json!({}),
            json!(1e300),
            json!("999999999999999999999"),
        ] {
            assert_eq!(moment(&value, Some(&berlin)), Moment::None, "{value}");
        }
    }
}
