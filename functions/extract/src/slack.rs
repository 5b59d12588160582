//! Calls of Slack's Web API on behalf of a team.
use extraction::{
    cohere::{SecretString, TokioPause},
    source::{SlackApi, SlackError},
};
use platform::Context;

/// Chance of the outside, as a pause takes it.
pub(crate) type Chance = Box<dyn Fn() -> f64 + Send + Sync>;

/// The API with the bot's token of this secret; in words, why not.
pub(crate) async fn api(
    context: &Context,
    base_url: &str,
    secret: &str,
) -> Result<SlackApi<TokioPause<Chance>>, String> {
    let found = context.secrets.of_team(secret, context.now()).await.map_err(|error| error.to_string())?;
    let token = found.bot_token.ok_or_else(|| format!("the secret {secret} has no botToken"))?;
    let random = context.random.clone();
    let chance: Chance = Box::new(move || random() as f64 / u64::MAX as f64);
    SlackApi::new(base_url, SecretString::from(token), TokioPause(chance))
        .map_err(|error: SlackError| error.to_string())
}
