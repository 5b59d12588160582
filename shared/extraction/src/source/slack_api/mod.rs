//! Slack's Web API: a week of some channels, and what is posted back: a summary, and mentions to those they are of.
//!
//! Reads `users.list`, `conversations.info`, `conversations.history` and, for every thread with replies in the week,
//! `conversations.replies`. The bot must be a member of each channel and needs `channels:read`, `channels:history` (for
//! private ones `groups:…`), `users:read` and, to join people by their email, `users:read.email`; `chat:write` to post;
//! `im:write` and `im:history` for mentions.
//!
//! Slack allows an app of one's own about 50 calls a minute and method, and says with `Retry-After` when it is too many.
//! What it asks to wait is waited, up to [`MAX_WAITED_S`] a run: then what is missing is named and the rest is used. A
//! busy team pushes its messages to the inbox instead.
mod client;
pub mod setup;

pub use client::{DEFAULT_BASE_URL, SlackApi, SlackError};

use super::{
    Gathered, MAX_MESSAGES, MAX_NAME_CODE_POINTS,
    channel::Channel,
    slack_json::{SlackMessage, instant},
    slack_user::{SlackUser, Workspace},
    tidy,
};
use crate::outside::Pause;
use serde_json::{Value, json};
use sheet::{TimestampMs, WeekSpan};

/// Messages or users a page: what Slack recommends at most.
const PAGE: usize = 200;
/// Pages of one channel, thread or list; a cursor that never ends ends here.
pub const MAX_PAGES: usize = 300;
/// Channels of one source.
pub const MAX_CHANNELS: usize = 50;
/// Threads whose replies are read, the most recently answered first: each costs a call.
pub const MAX_THREADS: usize = 400;
/// Seconds that all calls of one run wait for Slack's rate limit together.
pub const MAX_WAITED_S: u64 = 180;
/// How far before the week a thread may have begun whose replies in the week are read, milliseconds.
const LOOK_BACK_MS: i64 = 7 * 24 * 3600 * 1000;

/// How what is posted is marked, as Slack's metadata, so that a run that died after posting finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    event: &'static str,
    of: String,
}

impl Mark {
    /// Returns a week's summary.
    pub fn summary(cycle: String) -> Self {
        Self { event: "cyclesheet_summary", of: cycle }
    }

    /// Returns a mention, by its name in its cycle.
    pub fn mention(name: String) -> Self {
        Self { event: "cyclesheet_mention", of: name }
    }
}

/// A channel to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRef {
    /// `C…`
    pub id: String,
    /// Its name; asked for if it is not given.
    pub name: Option<String>,
}

/// Reads the channels' messages of `span` into `out`. What can be read is used; an error only if nothing can.
pub(super) async fn read<P: Pause>(
    api: &SlackApi<P>,
    channels: &[ChannelRef],
    span: WeekSpan,
    workspace: &mut Workspace,
    out: &mut Gathered,
) -> Result<(), SlackError> {
    match users(api, workspace).await {
        Ok(()) => out.people.extend(workspace.people()),
        Err(error) if error.ends_everything() => return Err(error),
        Err(error) => {
            out.problem("Slack", None, format!("users.list: {error}; authors are shown by their ids"))
        }
    }
    let mut failed = None;
    let mut read = 0;
    if channels.len() > MAX_CHANNELS {
        let beyond = channels.len() - MAX_CHANNELS;
        out.problem("Slack", None, format!("{beyond} channels beyond {MAX_CHANNELS} were not read"));
    }
    for channel in channels.iter().take(MAX_CHANNELS) {
        match one_channel(api, channel, span, workspace, out).await {
            Ok(()) => read += 1,
            Err(error) if error.ends_everything() => return Err(error),
            Err(error) => {
                out.problem("Slack", None, format!("channel {}: {error}; it was left out", channel.id));
                failed = Some(error);
            }
        }
    }
    match failed {
        Some(error) if read == 0 => Err(error),
        _ => Ok(()),
    }
}

async fn users<P: Pause>(api: &SlackApi<P>, workspace: &mut Workspace) -> Result<(), SlackError> {
    let mut pages = api.pages("users.list", vec![("limit", PAGE.to_string())], "members");
    while let Some(users) = pages.next().await? {
        users.iter().filter_map(SlackUser::read).for_each(|user| workspace.add(user));
    }
    Ok(())
}

async fn one_channel<P: Pause>(
    api: &SlackApi<P>,
    channel: &ChannelRef,
    (from, to): WeekSpan,
    workspace: &mut Workspace,
    out: &mut Gathered,
) -> Result<(), SlackError> {
    let name = match &channel.name {
        Some(name) => name.clone(),
        None => channel_name(api, &channel.id).await?,
    };
    let name = tidy(&name, MAX_NAME_CODE_POINTS);
    workspace.add_channel(&channel.id, &name);
    let file = format!("#{name}");
    let span = |from: TimestampMs| {
        let bounds = [("oldest", seconds(from)), ("latest", seconds(to)), ("limit", PAGE.to_string())];
        [("channel", channel.id.clone()), ("inclusive", "true".to_owned())].into_iter().chain(bounds)
    };
    let mut gathered = Channel::default();
    let mut threads: Vec<(String, String)> = Vec::new();
    let mut take = |message: &Value, out: &mut Gathered| {
        let read = serde_json::from_value::<SlackMessage>(message.clone()).unwrap_or_default();
        let verdict = read.judge(&name, workspace);
        gathered.take(verdict, &file, None, out);
    };
    let mut seen = 0;
    let mut pages =
        api.pages("conversations.history", span(from.plus_ms(-LOOK_BACK_MS)).collect(), "messages");
    while let Some(messages) = pages.next().await? {
        for message in &messages {
            let word =
                |field: &str| message.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
            let ts = word("ts");
            if instant(&ts).is_some_and(|at| from <= at) {
                take(message, out);
                seen += 1;
            }
            let (replies, latest) =
                (message.get("reply_count").and_then(Value::as_u64), word("latest_reply"));
            // Without a time of the latest reply the thread is read rather than lost.
            if replies.is_some_and(|n| n > 0) && instant(&latest).is_none_or(|at| from <= at) {
                threads.push((latest, ts));
            }
        }
        if seen > MAX_MESSAGES {
            out.problem(&file, None, format!("the oldest beyond {MAX_MESSAGES} messages were not read"));
            break;
        }
    }
    threads.sort();
    threads.reverse();
    if threads.len() > MAX_THREADS {
        let beyond = threads.len() - MAX_THREADS;
        out.problem(&file, None, format!("the replies of {beyond} older threads were not read"));
        threads.truncate(MAX_THREADS);
    }
    let all = threads.len();
    for (n, (_, ts)) in threads.into_iter().enumerate() {
        let parameters = span(from).chain([("ts", ts)]).collect();
        let mut pages = api.pages("conversations.replies", parameters, "messages");
        let read = loop {
            match pages.next().await {
                Ok(Some(messages)) => {
                    // The first message of a thread comes with every page, also from before the week.
                    let in_week = |m: &&Value| {
                        m.get("ts").and_then(Value::as_str).and_then(instant).is_some_and(|at| from <= at)
                    };
                    messages.iter().filter(in_week).for_each(|message| take(message, out));
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        match read {
            Ok(()) => {}
            Err(error) if error.ends_everything() => return Err(error),
            Err(error @ SlackError::RateLimited) => {
                out.problem(&file, None, format!("{error}: the replies of {} threads are missing", all - n));
                break;
            }
            Err(error) => out.problem(&file, None, format!("the replies of a thread are missing: {error}")),
        }
    }
    gathered.flush(out);
    Ok(())
}

async fn channel_name<P: Pause>(api: &SlackApi<P>, id: &str) -> Result<String, SlackError> {
    let parameters = vec![("channel", id.to_owned())];
    match api.get("conversations.info", &parameters).await {
        Ok(answer) => {
            let name = answer.pointer("/channel/name").and_then(Value::as_str);
            Ok(name.unwrap_or(id).to_owned())
        }
        // A name is a comfort; only what would stop the messages as well stops here.
        Err(SlackError::Api(code)) if code == "missing_scope" => Ok(id.to_owned()),
        Err(error) => Err(error),
    }
}

/// A moment as Slack's `ts` has it.
fn seconds(at: TimestampMs) -> String {
    let at = at.0.max(0);
    format!("{}.{:03}000", at / 1000, at % 1000)
}

impl<P: Pause> SlackApi<P> {
    /// Returns the channel of direct messages to a user, opened if there is none.
    ///
    /// # Errors
    /// [`SlackError`] if Slack refuses, or did not answer after all attempts.
    pub async fn open_direct(&self, user: &str) -> Result<String, SlackError> {
        let answer = self.post("conversations.open", &json!({"users": user})).await?;
        let id = answer.pointer("/channel/id").and_then(Value::as_str);
        id.map(str::to_owned).ok_or(SlackError::Malformed("the channel is missing"))
    }

    /// Posts a text with a mark by which [`SlackApi::was_posted`] finds it. Its `ts`.
    ///
    /// # Errors
    /// [`SlackError`] if Slack refuses. If the answer was lost, the text may have been posted: ask
    /// [`SlackApi::was_posted`].
    pub async fn post_marked(&self, channel: &str, text: &str, mark: &Mark) -> Result<String, SlackError> {
        let metadata = json!({"event_type": mark.event, "event_payload": {"of": mark.of}});
        let body = json!({"channel": channel, "text": text, "unfurl_links": false, "metadata": metadata});
        let answer = self.post("chat.postMessage", &body).await?;
        Ok(answer.get("ts").and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    /// Returns the `ts` of what was posted with this mark since `since`.
    ///
    /// # Errors
    /// [`SlackError`] if Slack refuses, or did not answer after all attempts.
    pub async fn was_posted(
        &self,
        channel: &str,
        since: TimestampMs,
        mark: &Mark,
    ) -> Result<Option<String>, SlackError> {
        let parameters = vec![
            ("channel", channel.to_owned()),
            ("oldest", seconds(since)),
            ("include_all_metadata", "true".to_owned()),
            ("limit", PAGE.to_string()),
        ];
        let mut pages = self.pages("conversations.history", parameters, "messages");
        while let Some(messages) = pages.next().await? {
            let is_it = |message: &&Value| {
                message.pointer("/metadata/event_type").and_then(Value::as_str) == Some(mark.event)
                    && message.pointer("/metadata/event_payload/of").and_then(Value::as_str) == Some(&mark.of)
            };
            if let Some(found) = messages.iter().find(is_it) {
                return Ok(Some(found.get("ts").and_then(Value::as_str).unwrap_or_default().to_owned()));
            }
        }
        Ok(None)
    }
}
