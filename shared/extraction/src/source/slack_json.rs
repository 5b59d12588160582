//! One Slack message as JSON, as exports, the Web API and events carry it: keep or leave out, and its text.
use super::{
    MAX_MESSAGE_CODE_POINTS, MAX_NAME_CODE_POINTS, attachments, blocks,
    coverage::{Kind, Left},
    markup,
    slack_user::Workspace,
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
    bot_profile: Value,
    #[serde(default)]
    text: Value,
    #[serde(default)]
    blocks: Value,
    #[serde(default)]
    attachments: Value,
    #[serde(default)]
    files: Value,
    /// One file, as exports of before 2018 have it.
    #[serde(default)]
    file: Value,
    /// A comment on a file, of the same time.
    #[serde(default)]
    comment: Value,
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
    /// A bot's, a notice, or nothing to read.
    LeftOut(Left),
    /// Not a message at all; says why.
    Malformed(String),
}

/// Subtypes that a person writes. Every other one is a notice, also those Slack has yet to invent.
const WRITTEN_BY_PEOPLE: [&str; 5] = ["", "thread_broadcast", "file_share", "me_message", "file_comment"];
const JOINS: [&str; 6] =
    ["channel_join", "channel_leave", "group_join", "group_leave", "bot_add", "bot_remove"];

impl SlackMessage {
    /// Reads one from its JSON. What serde's own types refuse (a field twice, half of a surrogate pair) is read all the
    /// same; `None` if it is no JSON object.
    pub fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok().or_else(|| {
            let value: Value = serde_json::from_str(json)
                .or_else(|_| serde_json::from_str(&without_lone_surrogates(json)))
                .ok()?;
            serde_json::from_value(value).ok()
        })
    }

    /// Decides what becomes of it in a workspace whose people and bots are known.
    pub fn judge(&self, channel: &str, workspace: &Workspace) -> Verdict {
        let text_of = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let subtype = text_of(&self.subtype);
        match (subtype.as_str(), &self.message) {
            // The inner message carries its own `edited`, and its `ts` is the original's.
            ("message_changed", Some(inner)) => return inner.judge(channel, workspace),
            ("message_deleted", _) => return Verdict::Deleted(text_of(&self.deleted_ts)),
            _ => {}
        }
        let ts = match &self.ts {
            Value::Number(number) => number.to_string(),
            other => text_of(other),
        };
        let at = instant(&ts);
        let left = |kind| Verdict::LeftOut(Left::new(kind, at));
        if !self.r#type.is_null() && self.r#type != "message" {
            return left(Kind::Notice);
        }
        let user = match self.comment.get("user").and_then(Value::as_str) {
            Some(user) if subtype == "file_comment" => user.to_owned(),
            _ => text_of(&self.user),
        };
        let writer = self.writer(&subtype, &user, workspace);
        if writer == Writer::App {
            return Verdict::LeftOut(Left {
                app: Some(self.app(&user, workspace)),
                ..Left::new(Kind::App, at)
            });
        }
        let is_form = writer == Writer::Workflow && subtype == "bot_message";
        if !is_form && !WRITTEN_BY_PEOPLE.contains(&subtype.as_str()) {
            return left(match subtype.as_str() {
                subtype if JOINS.contains(&subtype) => Kind::Join,
                "tombstone" => Kind::Deleted,
                _ => Kind::Notice,
            });
        }
        if self.hidden == Value::Bool(true) {
            return left(Kind::Notice);
        }
        let Some(at) = at else {
            return Verdict::Malformed("a message without a usable \"ts\" was left out".into());
        };
        let text = self.words(&writer, workspace);
        if text.is_empty() {
            let has_files = [&self.files, &self.file].iter().any(|files| !files.is_null());
            return left(if has_files { Kind::File } else { Kind::Empty });
        }
        let thread = text_of(&self.thread_ts);
        let message = Unnumbered {
            channel: channel.to_owned(),
            ts,
            thread: (!thread.is_empty()).then_some(thread),
            author: match writer {
                Writer::Workflow => self.app(&user, workspace),
                _ => self.author(&user, workspace),
            },
            at,
            text,
            given_id: None,
        };
        Verdict::Keep {
            message,
            edited: self.edited.get("ts").and_then(Value::as_str).unwrap_or_default().to_owned(),
        }
    }

    /// Slack sets `bot_id` on whatever a person sends through an app, too: a `user` who is known and no bot wrote it.
    fn writer(&self, subtype: &str, user: &str, workspace: &Workspace) -> Writer {
        let is_person = !user.is_empty()
            && user != "USLACKBOT"
            && !workspace.bots.contains(user)
            && (workspace.names.users.contains_key(user) || self.profile("real_name").is_some());
        let is_workflow = self.bot_profile.get("is_workflow_bot") == Some(&Value::Bool(true))
            || workspace.workflows.contains(user);
        let is_app = (!self.bot_id.is_null() && !is_person)
            || subtype == "bot_message"
            || user == "USLACKBOT"
            || workspace.bots.contains(user);
        match (is_workflow, is_app) {
            (true, _) => Writer::Workflow,
            (_, true) => Writer::App,
            _ => Writer::Person,
        }
    }

    fn words(&self, writer: &Writer, workspace: &Workspace) -> String {
        let names = &workspace.names;
        let own = match self.comment.get("comment").and_then(Value::as_str) {
            Some(comment) if self.subtype == "file_comment" => comment,
            _ => self.text.as_str().unwrap_or_default(),
        };
        let own = if attachments::is_placeholder(own) { "" } else { own };
        let mut text = tidy(&markup::decode(own, names), MAX_MESSAGE_CODE_POINTS);
        // A workflow's text is a summary of its blocks.
        if text.is_empty() || *writer == Writer::Workflow {
            let found = tidy(&blocks::text(&self.blocks, names), MAX_MESSAGE_CODE_POINTS);
            text = if found.is_empty() { text } else { found };
        }
        let mut parts = vec![attachments::forwards(&self.attachments, names)];
        if text.is_empty() || *writer == Writer::Workflow {
            parts.push(attachments::of_app(&self.attachments, names));
        }
        let one = Value::Array(vec![self.file.clone()]);
        let files = if self.files.is_array() { &self.files } else { &one };
        match text.is_empty() && parts.iter().all(String::is_empty) {
            true => parts.push(attachments::file_words(files)),
            false => parts.push(attachments::file_names(files)),
        }
        for part in parts.iter().filter(|part| !part.is_empty()) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(part);
        }
        tidy(&text, MAX_MESSAGE_CODE_POINTS)
    }

    fn profile(&self, field: &str) -> Option<&str> {
        self.user_profile.get(field).and_then(Value::as_str).map(str::trim).filter(|word| !word.is_empty())
    }

    /// Returns the author's id and names as the message itself has them: exports do not list people of other
    /// workspaces.
    pub fn introduces(&self) -> Option<(&str, &str, Option<&str>)> {
        let user = self.user.as_str().filter(|user| !user.is_empty())?;
        let real = self.profile("real_name");
        let name = self.profile("display_name").or(real).or_else(|| self.profile("name"))?;
        Some((user, name, real.filter(|real| *real != name)))
    }

    fn author(&self, user: &str, workspace: &Workspace) -> String {
        let known = workspace.names.users.get(user).map(String::as_str);
        let profile = self.profile("display_name").or_else(|| self.profile("real_name"));
        let choices = [known, profile, self.username.as_str(), Some(user)];
        let name = choices.into_iter().flatten().map(str::trim).find(|n| !n.is_empty()).unwrap_or("somebody");
        tidy(name, MAX_NAME_CODE_POINTS)
    }

    /// What the app or the workflow is called.
    fn app(&self, user: &str, workspace: &Workspace) -> String {
        let choices = [
            self.username.as_str(),
            self.bot_profile.get("name").and_then(Value::as_str),
            workspace.names.users.get(user).map(String::as_str),
            Some(user),
            self.bot_id.as_str(),
        ];
        let name = choices.into_iter().flatten().map(str::trim).find(|n| !n.is_empty()).unwrap_or("an app");
        tidy(name, MAX_NAME_CODE_POINTS).replace('\n', " ")
    }
}

/// The author of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writer {
    Person,
    /// A workflow: a form that a person filled in.
    Workflow,
    App,
}

/// JSON in which `\uD800`–`\uDFFF` without their other half are `\uFFFD`: a text that was cut in the middle of an emoji.
fn without_lone_surrogates(json: &str) -> String {
    let unit = |at: usize| -> Option<u16> {
        let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut out = String::with_capacity(json.len());
    let mut at = 0;
    while let Some(next) = json.get(at..).and_then(|rest| rest.find('\\')).map(|i| at + i) {
        out.push_str(json.get(at..next).unwrap_or_default());
        let (kept, len) = match (unit(next), unit(next + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (json.get(next..next + 12), 12),
            (Some(0xd800..=0xdfff), _) => (Some("\\ufffd"), 6),
            _ => {
                // The sign that is escaped may be a backslash itself.
                let len =
                    1 + json.get(next + 1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                (json.get(next..next + len), len)
            }
        };
        out.push_str(kept.unwrap_or_default());
        at = next + len;
    }
    out.push_str(json.get(at..).unwrap_or_default());
    out
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn judge(message: Value) -> Verdict {
        let mut workspace = Workspace::default();
        workspace.names.users.insert("U1".into(), "Ana".into());
        workspace.names.users.insert("UB".into(), "Deploy Bot".into());
        workspace.names.channels.insert("C02".into(), "ops".into());
        workspace.bots.insert("UB".into());
        SlackMessage::read(&message.to_string()).unwrap().judge("ops", &workspace)
    }

    fn kind(verdict: Verdict) -> Option<Kind> {
        match verdict {
            Verdict::LeftOut(left) => Some(left.kind),
            _ => None,
        }
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
        assert_eq!(kind(with("subtype", "bot_message")), Some(Kind::App));
        assert_eq!(kind(with("user", "UB")), Some(Kind::App));
        assert_eq!(kind(with("user", "USLACKBOT")), Some(Kind::App));
        for (notice, right) in [
            ("channel_join", Kind::Join),
            ("group_leave", Kind::Join),
            ("channel_topic", Kind::Notice),
            ("channel_purpose", Kind::Notice),
            ("channel_name", Kind::Notice),
            ("channel_archive", Kind::Notice),
            ("pinned_item", Kind::Notice),
            ("huddle_thread", Kind::Notice),
            ("tombstone", Kind::Deleted),
            ("something_new", Kind::Notice),
        ] {
            assert_eq!(kind(with("subtype", notice)), Some(right), "{notice}");
        }
        assert!(matches!(with("subtype", "thread_broadcast"), Verdict::Keep { .. }));
        assert_eq!(kind(with("text", "  \n")), Some(Kind::Empty));
        assert!(matches!(with("ts", "soon"), Verdict::Malformed(_)));
    }

    #[test]
    fn what_a_person_sends_through_an_app_is_theirs_and_what_nobody_sent_is_the_apps() {
        let sent = |user: &str| json!({"type":"message","user":user,"bot_id":"B9","app_id":"A9","ts":"1.0","text":"hi"});
        assert_eq!(text(sent("U1")), "hi");
        assert_eq!(kind(judge(sent("UB"))), Some(Kind::App));
        // Nobody knows whether that is a person.
        assert_eq!(kind(judge(sent("U404"))), Some(Kind::App));
        let mut known = sent("U404");
        known["user_profile"] = json!({"real_name": "Carla Diaz"});
        assert_eq!(text(known), "hi");
    }

    #[test]
    fn a_workflows_form_is_read_and_an_app_is_named() {
        let form = json!({"type":"message","subtype":"bot_message","bot_id":"B1","ts":"1.0","text":"A form",
            "bot_profile":{"name":"Weekly status","is_workflow_bot":true},
            "blocks":[{"type":"section","text":{"type":"mrkdwn","text":"*<@U1>*: migration is finished"}}]});
        match judge(form) {
            Verdict::Keep { message, .. } => {
                assert_eq!(
                    (&*message.author, &*message.text),
                    ("Weekly status", "*@Ana*: migration is finished")
                )
            }
            other => panic!("{other:?}"),
        }
        let app = json!({"type":"message","subtype":"bot_message","bot_id":"B1","username":"CI","ts":"1.0","text":"x"});
        let Verdict::LeftOut(left) = judge(app) else { panic!("an app's message is left out") };
        assert_eq!(left.app.as_deref(), Some("CI"));
    }

    #[test]
    fn a_forwarded_message_is_read_with_and_without_a_comment() {
        let with = |text: &str, attachment: Value| json!({"type":"message","user":"U1","ts":"1.0","text":text,"attachments":[attachment]});
        let said = json!({"is_share":true,"author_name":"Carla","channel_id":"C02","text":"by &lt;Friday&gt;","ts":"0.5"});
        assert_eq!(text(with("", said.clone())), "Forwarded from Carla in #ops: by <Friday>");
        assert_eq!(text(with("look", said)), "look\nForwarded from Carla in #ops: by <Friday>");
        let blocks = json!({"is_msg_unfurl":true,"author_id":"U1","text":"This content can't be displayed.",
            "message_blocks":[{"team":"T","message":{"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"x"}}]}}]});
        assert_eq!(
            text(with("<https://a.slack.com/p1>", blocks)),
            "https://a.slack.com/p1\nForwarded from Ana: x"
        );
        let preview = json!({"from_url":"https://x.io","title":"A page","text":"words of a page"});
        assert_eq!(text(with("<https://x.io>", preview.clone())), "https://x.io");
        assert_eq!(kind(judge(with("", preview))), Some(Kind::Empty));
        let empty = json!({"is_share":true,"fallback":"[no preview available]"});
        assert_eq!(kind(judge(with("", empty))), Some(Kind::Empty));
        let file = json!({"is_share":true,"author_name":"Carla","files":[{"filetype":"email","subject":"Offer","plain_text":"100 EUR"}]});
        assert_eq!(text(with("", file)), "Forwarded from Carla: Offer: 100 EUR");
    }

    #[test]
    fn files_are_named_beside_words_read_where_they_hold_words_and_counted_alone() {
        let with = |text: &str, file: Value| json!({"type":"message","user":"U1","ts":"1.0","text":text,"subtype":"file_share","files":[file]});
        let plan = json!({"name":"plan.pdf","mimetype":"application/pdf"});
        assert_eq!(text(with("please read", plan.clone())), "please read\n[file: plan.pdf]");
        assert_eq!(kind(judge(with("", plan))), Some(Kind::File));
        let picture = json!({"name":"IMG_1234.jpg","mimetype":"image/jpeg"});
        assert_eq!(text(with("look", picture)), "look");
        let clip = json!({"title":"Clip","mimetype":"audio/mp4","transcription":{"preview":{"content":"I take PLAT-7"}}});
        assert_eq!(text(with("", clip)), "Clip: I take PLAT-7");
        let old = json!({"type":"message","subtype":"file_comment","ts":"1.0","text":"<@U1> commented on a file",
            "comment":{"user":"U1","comment":"looks good"},"file":{"name":"plan.pdf"}});
        assert_eq!(text(old), "looks good\n[file: plan.pdf]");
    }

    #[test]
    fn half_an_emoji_and_a_field_that_is_there_twice_cost_no_message() {
        let read = |json: &str| SlackMessage::read(json).unwrap().judge("ops", &Workspace::default());
        for (json, right) in [
            (r#"{"ts":"1.0","user":"U1","text":"cut \ud83d"}"#, "cut \u{fffd}"),
            (r#"{"ts":"1.0","user":"U1","text":"\ud83d\ude00 \\ud83d \udc00"}"#, "😀 \\ud83d \u{fffd}"),
            (r#"{"ts":"1.0","user":"U1","text":"a","text":"b"}"#, "b"),
        ] {
            match read(json) {
                Verdict::Keep { message, .. } => assert_eq!(message.text, right),
                other => panic!("{json}: {other:?}"),
            }
        }
        assert!(SlackMessage::read("[1]").is_none_or(|read| read.user.is_null()));
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
            text(
                json!({"user":7,"ts":"1.0","text":"hi","blocks":"x","edited":true,"thread_ts":{},"files":3,"attachments":"x","bot_profile":[]})
            ),
            "hi"
        );
        assert_eq!(instant("1763974800.000100"), Some(TimestampMs(1_763_974_800_000)));
        assert_eq!(instant("1763974800.5"), Some(TimestampMs(1_763_974_800_500)));
        for bad in ["", ".5", "-1.0", "99999999999999.0", "1.2.3", "1e3"] {
            assert_eq!(instant(bad), None, "{bad}");
        }
    }
}
