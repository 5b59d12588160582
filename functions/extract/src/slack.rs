//! Calls of Slack's Web API on behalf of a team.
use crate::Extractor;
use extraction::{
    outside::{SecretString, TokioPause},
    source::{SlackApi, SlackError},
};
use platform::{Context, secrets::SecretError};
use sheet::{Name, Week};

/// Chance of the outside, as a pause takes it.
pub(crate) type Chance = Box<dyn Fn() -> f64 + Send + Sync>;

/// The API, as the functions call it.
pub(crate) type Api = SlackApi<TokioPause<Chance>>;

/// Why Slack cannot be called for a team.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The secret could not be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The secret holds no token of a bot.
    #[error("the secret {0} has no botToken")]
    NoToken(String),
    /// The client could not be made.
    #[error(transparent)]
    Client(#[from] SlackError),
}

/// The API with the bot's token of this secret.
pub(crate) async fn api(context: &Context, base_url: &str, secret: &str) -> Result<Api, ApiError> {
    let found = context.secrets.of_team(secret, context.now()).await?;
    let token = found.bot_token.ok_or_else(|| ApiError::NoToken(secret.to_owned()))?;
    let random = context.random.clone();
    let chance: Chance = Box::new(move || random() as f64 / u64::MAX as f64);
    Ok(SlackApi::new(base_url, SecretString::from(token), TokioPause(chance))?)
}

/// As Slack wants text: three signs are its own. What a message says cannot mention anybody or forge a link.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A link to a team's week, under these words; none where it is not known where the page is.
pub(crate) fn link(extractor: &Extractor, team: &Name, week: Week, words: &str) -> Option<String> {
    let page = extractor.page_url.as_deref()?.trim_end_matches('/');
    Some(format!("<{page}/?team={team}&cycle={week}|{words}>"))
}
