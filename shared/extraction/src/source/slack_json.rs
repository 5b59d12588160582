//! One Slack message as JSON, as exports, the Web API and events carry it: keep or drop, and its text.
use super::{
    MAX_MESSAGE_CODE_POINTS, MAX_NAME_CODE_POINTS,
    markup::{self, Names},
    tidy,
};
use crate::message::Unnumbered;
use serde::Deserialize;
use serde_json::Value;
use sheet::TimestampMs;

/// A message. Fields that are absent, null or of another type are taken as absent: apps write odd things.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct SlackMessage {
    #[serde(default)]
    r#type: Value,
    #[serde(default)]
    subtype: Value,
    #[serde(default)]
    ts: Value,
    #[serde(default)]
    thread_ts: Value,
    #[serde(default)]
    user: Value,
    #[serde(default)]
    username: Value,
    #[serde(default)]
    user_profile: Value,
    #[serde(default)]
    bot_id: Value,
    #[serde(default)]
    text: Value,
    #[serde(default)]
    blocks: Value,
    #[serde(default)]
    edited: Value,
    #[serde(default)]
    hidden: Value,
    #[serde(default)]
    message: Option<Box<SlackMessage>>,
    #[serde(default)]
    deleted_ts: Value,
}

/// What to do with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Somebody wrote it. `edited` is the time of its last edit, `""` if there was none.
    Keep {
        /// The message.
        message: Unnumbered,
        /// Slack's `ts` of the edit; of two copies the later counts.
        edited: String,
    },
    /// The message of that `ts` was deleted.
    Deleted(String),
    /// A bot's or an app's.
    Bot,
    /// A join, a topic, a pin, …
    System,
    /// No text in it.
    Empty,
    /// Not a message at all; says why.
    Malformed(String),
}

/// Subtypes that a person writes. Every other one is a notice, also those Slack has yet to invent.
const WRITTEN_BY_PEOPLE: [&str; 4] = ["", "thread_broadcast", "file_share", "me_message"];

impl SlackMessage {
    /// Decides what becomes of it. `bots` are ids of users that are bots.
    pub fn judge(&self, channel: &str, names: &Names, is_bot: &dyn Fn(&str) -> bool) -> Verdict {
        let text_of = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let subtype = text_of(&self.subtype);
        match (subtype.as_str(), &self.message) {
            // The inner message carries its own `edited`, and its `ts` is the original's.
            ("message_changed", Some(inner)) => return inner.judge(channel, names, is_bot),
            ("message_deleted", _) => return Verdict::Deleted(text_of(&self.deleted_ts)),
            _ => {}
        }
        if !self.r#type.is_null() && self.r#type != "message" {
            return Verdict::System;
        }
        let user = text_of(&self.user);
        if !self.bot_id.is_null() || subtype == "bot_message" || user == "USLACKBOT" || is_bot(&user) {
            return Verdict::Bot;
        }
        if !WRITTEN_BY_PEOPLE.contains(&subtype.as_str()) || self.hidden == Value::Bool(true) {
            return Verdict::System;
        }
        let ts = text_of(&self.ts);
        let Some(at) = instant(&ts) else {
            return Verdict::Malformed("a message without a usable \"ts\" was left out".into());
        };
        let mut text =
            tidy(&markup::decode(self.text.as_str().unwrap_or_default(), names), MAX_MESSAGE_CODE_POINTS);
        if text.is_empty() {
            let mut found = String::new();
            blocks_text(&self.blocks, names, &mut found);
            text = tidy(&found, MAX_MESSAGE_CODE_POINTS);
        }
        if text.is_empty() {
            return Verdict::Empty;
        }
        let thread = text_of(&self.thread_ts);
        let message = Unnumbered {
            channel: channel.to_owned(),
            ts,
            thread: (!thread.is_empty()).then_some(thread),
            author: self.author(&user, names),
            at,
            text,
            given_id: None,
        };
        Verdict::Keep {
            message,
            edited: self.edited.get("ts").and_then(Value::as_str).unwrap_or_default().to_owned(),
        }
    }

    fn author(&self, user: &str, names: &Names) -> String {
        let profile = |field| self.user_profile.get(field).and_then(Value::as_str);
        let known = names.users.get(user).map(String::as_str);
        let choices =
            [known, profile("display_name"), profile("real_name"), self.username.as_str(), Some(user)];
        let name = choices.into_iter().flatten().map(str::trim).find(|n| !n.is_empty()).unwrap_or("somebody");
        tidy(name, MAX_NAME_CODE_POINTS)
    }
}

/// `1763974800.000100` → milliseconds. Only what lies between 1970 and 9999 is an instant.
pub fn instant(ts: &str) -> Option<TimestampMs> {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if seconds.is_empty()
        || seconds.len() > 12
        || fraction.len() > 12
        || !digits(seconds)
        || !digits(fraction)
    {
        return None;
    }
    let millis: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let at = seconds.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(millis)?;
    jiff::Timestamp::from_millisecond(at).ok().map(|_| TimestampMs(at))
}

/// The text of Block Kit blocks: rich text, sections, headers, contexts. Depth is bounded by the JSON reader (128).
fn blocks_text(block: &Value, names: &Names, out: &mut String) {
    let Value::Object(map) = block else {
        if let Value::Array(items) = block {
            items.iter().for_each(|item| blocks_text(item, names, out));
        }
        return;
    };
    let word = |field: &str| map.get(field).and_then(Value::as_str).unwrap_or_default();
    let line_break = |out: &mut String| {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
    };
    match word("type") {
        "text" => out.push_str(word("text")),
        "link" => match (word("text"), word("url")) {
            ("", url) => out.push_str(url),
            (text, url) if text == url => out.push_str(url),
            (text, url) => out.push_str(&format!("{text} ({url})")),
        },
        "user" => out.push_str(&format!("@{}", names.user(word("user_id")))),
        "channel" => out.push_str(&format!("#{}", names.channel(word("channel_id")))),
        "usergroup" => out.push_str("@group"),
        "broadcast" => out.push_str(&format!("@{}", word("range"))),
        "emoji" => out.push_str(&format!(":{}:", word("name"))),
        "date" => out.push_str(word("fallback")),
        "mrkdwn" | "plain_text" => {
            line_break(out);
            out.push_str(&markup::decode(word("text"), names));
        }
        "rich_text_list" => {
            for item in map.get("elements").and_then(Value::as_array).into_iter().flatten() {
                line_break(out);
                out.push_str("- ");
                blocks_text(item, names, out);
            }
            line_break(out);
        }
        // A section in a list item follows its dash; everywhere else it begins a line.
        kind => {
            if !(kind == "rich_text_section" && out.ends_with("- ")) {
                line_break(out);
            }
            for field in ["text", "fields", "elements"] {
                if let Some(inner) = map.get(field).filter(|v| !v.is_string()) {
                    blocks_text(inner, names, out);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn judge(message: Value) -> Verdict {
        let mut names = Names::default();
        names.users.insert("U1".into(), "Ana".into());
        serde_json::from_value::<SlackMessage>(message).unwrap().judge("ops", &names, &|id| id == "UB")
    }

    fn text(message: Value) -> String {
        match judge(message) {
            Verdict::Keep { message, .. } => message.text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn bots_notices_and_empty_messages_are_told_apart() {
        let with = |field: &str, value: &str| {
            let mut m = json!({"type":"message","user":"U1","ts":"1763974800.000100","text":"hi"});
            m[field] = value.into();
            judge(m)
        };
        assert!(matches!(with("text", "hi"), Verdict::Keep { .. }));
        assert_eq!(with("bot_id", "B1"), Verdict::Bot);
        assert_eq!(with("subtype", "bot_message"), Verdict::Bot);
        assert_eq!(with("user", "UB"), Verdict::Bot);
        for notice in [
            "channel_join",
            "channel_leave",
            "channel_topic",
            "channel_purpose",
            "channel_name",
            "channel_archive",
            "pinned_item",
            "tombstone",
            "something_new",
        ] {
            assert_eq!(with("subtype", notice), Verdict::System, "{notice}");
        }
        assert!(matches!(with("subtype", "thread_broadcast"), Verdict::Keep { .. }));
        assert_eq!(with("text", "  \n"), Verdict::Empty);
        assert!(matches!(with("ts", "soon"), Verdict::Malformed(_)));
    }

    #[test]
    fn blocks_speak_when_the_text_is_empty() {
        let blocks = json!([
            {"type":"rich_text","elements":[
                {"type":"rich_text_section","elements":[{"type":"user","user_id":"U1"},{"type":"text","text":" please:"}]},
                {"type":"rich_text_list","style":"bullet","elements":[
                    {"type":"rich_text_section","elements":[{"type":"text","text":"one"}]},
                    {"type":"rich_text_section","elements":[{"type":"link","url":"https://x.io","text":"two"}]}]}]},
            {"type":"section","text":{"type":"mrkdwn","text":"a &amp; <@U1>"}}]);
        let m = json!({"type":"message","user":"U1","ts":"1.0","text":"","blocks":blocks});
        assert_eq!(text(m), "@Ana please:\n- one\n- two (https://x.io)\na & @Ana");
    }

    #[test]
    fn an_edit_carries_the_latest_text_under_the_first_ts() {
        let m = json!({"type":"message","subtype":"message_changed","ts":"2.0",
            "message":{"type":"message","user":"U1","ts":"1.0","text":"new","edited":{"user":"U1","ts":"2.0"}}});
        match judge(m) {
            Verdict::Keep { message, edited } => {
                assert_eq!((&*message.ts, &*message.text, &*edited), ("1.0", "new", "2.0"))
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn fields_of_the_wrong_type_never_stop_a_message() {
        assert_eq!(
            text(json!({"user":7,"ts":"1.0","text":"hi","blocks":"x","edited":true,"thread_ts":{}})),
            "hi"
        );
        assert_eq!(instant("1763974800.000100"), Some(TimestampMs(1_763_974_800_000)));
        assert_eq!(instant("1763974800.5"), Some(TimestampMs(1_763_974_800_500)));
        for bad in ["", ".5", "-1.0", "99999999999999.0", "1.2.3", "1e3"] {
            assert_eq!(instant(bad), None, "{bad}");
        }
    }
}
