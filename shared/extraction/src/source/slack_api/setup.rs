//! Whether a Slack app is set up for what a team wants of it: the token, its scopes, and the channels it was invited to.
use super::{SlackApi, SlackError};
use crate::outside::Pause;
use serde_json::Value;

/// Scopes for reading public channels, and the people who write in them.
const READS: [&str; 4] = ["channels:history", "channels:read", "users:read", "users:read.email"];
/// Scopes for reading private channels.
const READS_PRIVATE: [&str; 2] = ["groups:history", "groups:read"];
/// The scope for announcing a sheet.
const POSTS: &str = "chat:write";
/// Scopes for mentions as direct messages, beside [`POSTS`].
const MENTIONS: [&str; 2] = ["im:history", "im:write"];

/// What a team wants of its app beside reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// A new sheet is announced.
    pub announces: bool,
    /// Mentions are sent as direct messages.
    pub mentions: bool,
}

/// What is missing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lack {
    /// The token does not work at all.
    #[error(
        "the token is refused ({0}): install the app in the workspace and give its bot token, xoxb-…, again"
    )]
    Token(SlackError),
    /// The token works and is no bot's.
    #[error("the token is none of a bot: give the \"Bot User OAuth Token\", xoxb-…")]
    NoBot,
    /// Scopes that the app was not given.
    #[error(
        "the app lacks {}: add them under \"OAuth & Permissions\", then reinstall it",
        .0.join(", ")
    )]
    Scopes(Vec<&'static str>),
    /// The bot was not invited.
    #[error("the bot is not in {name} ({id}): write /invite @Cyclesheet there")]
    NotInChannel {
        /// `C…`
        id: String,
        /// Its name.
        name: String,
    },
    /// The channel cannot be looked at.
    #[error(
        "the channel {id} cannot be looked at ({error}): is it of this workspace? A private one needs the bot invited first"
    )]
    Channel {
        /// `C…`
        id: String,
        /// What Slack answered.
        error: SlackError,
    },
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examined {
    /// The workspace's name.
    pub workspace: String,
    /// The channels that can be read, as `#name`.
    pub channels: Vec<String>,
    /// What is missing; nothing: the source works.
    pub lacks: Vec<Lack>,
}

/// Asks Slack whether a source works. It reads no message and writes nothing.
///
/// # Errors
/// [`SlackError`] if Slack could not be asked.
pub async fn examine<P: Pause>(
    api: &SlackApi<P>,
    channels: &[String],
    wanted: Wanted,
) -> Result<Examined, SlackError> {
    let mut examined = Examined::default();
    let (me, granted) = match api.get_with_scopes("auth.test").await {
        Ok(answer) => answer,
        Err(error @ (SlackError::Api(_) | SlackError::Status(401 | 403))) => {
            examined.lacks.push(Lack::Token(error));
            return Ok(examined);
        }
        Err(error) => return Err(error),
    };
    let text =
        |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    examined.workspace = text(&me, "/team").unwrap_or_default();
    if me.get("bot_id").is_none() {
        examined.lacks.push(Lack::NoBot);
    }
    let mut is_private = false;
    for id in channels {
        match api.get("conversations.info", &[("channel", id.clone())]).await {
            Ok(answer) => {
                let name =
                    text(&answer, "/channel/name").map_or_else(|| id.clone(), |name| format!("#{name}"));
                let says = |field: &str| answer.pointer(field).and_then(Value::as_bool);
                is_private |= says("/channel/is_private") == Some(true);
                if says("/channel/is_member") == Some(false) {
                    examined.lacks.push(Lack::NotInChannel { id: id.clone(), name });
                } else {
                    examined.channels.push(name);
                }
            }
            Err(error @ SlackError::Api(_)) => {
                examined.lacks.push(Lack::Channel { id: id.clone(), error });
            }
            Err(error) => return Err(error),
        }
    }
    // A token of another kind has no such header; then a call that is refused tells.
    if let Some(granted) = granted {
        let granted: Vec<&str> = granted.split(',').map(str::trim).collect();
        let private = READS_PRIVATE.into_iter().filter(|_| is_private);
        let posts = [POSTS].into_iter().filter(|_| wanted.announces || wanted.mentions);
        let mentions = MENTIONS.into_iter().filter(|_| wanted.mentions);
        let needed = READS.into_iter().chain(private).chain(posts).chain(mentions);
        let lacking: Vec<&'static str> = needed.filter(|scope| !granted.contains(scope)).collect();
        if !lacking.is_empty() {
            examined.lacks.push(Lack::Scopes(lacking));
        }
    }
    Ok(examined)
}
