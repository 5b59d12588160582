//! Messages that were pushed to the inbox, as they were stored: a Slack message as it came, or one of our own shape.
use super::{Gathered, channel::Channel, json_lines, slack_json::SlackMessage, slack_user::Workspace};
use std::collections::BTreeMap;

/// A stored message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The channel's id in Slack, or its name.
    pub channel: String,
    /// Slack's message as JSON; otherwise a line as JSON Lines have it.
    pub is_slack: bool,
    /// The JSON.
    pub json: String,
}

/// Reads what was pushed into `out`. Ids become names where `workspace` knows them.
pub(crate) fn read(pushed: &[Pushed], workspace: &Workspace, out: &mut Gathered) {
    let mut channels: BTreeMap<&str, Channel> = BTreeMap::new();
    let mut lines = String::new();
    for message in pushed {
        if !message.is_slack {
            lines.push_str(&message.json);
            lines.push('\n');
            continue;
        }
        match SlackMessage::read(&message.json) {
            Some(read) => {
                let name = workspace.names.channel(&message.channel);
                let verdict = read.judge(name, workspace);
                let channel = channels.entry(message.channel.as_str()).or_default();
                channel.take(verdict, "inbox", None, out);
            }
            None => out.unreadable("inbox", None, "a message that does not read was left out"),
        }
    }
    channels.into_values().for_each(|mut channel| channel.flush(out));
    json_lines::read("inbox", &lines, out);
}
