//! A mention of somebody who has no socket open goes to them in Slack as well, where their team wants it.
//!
//! The commit records the mentioned users and asks for this run without waiting for it. The sweep sends the mentions
//! that an interrupted run, or one that never began, has left. A user who has read the mention in the app meanwhile
//! gets no message.
use crate::{
    ExtractError, Extractor,
    posting::{self, PostError, Turn},
    slack::{self, escaped},
};
use extraction::source::slack_api::Mark;
use platform::Context;
use sheet::Name;
use store::{
    StoreError,
    direct::{self, Direct},
    directory, mentions,
    postings::Posting,
};

/// Messages of one run: Slack takes about one a second, and the sweep comes again.
const MAX_A_RUN: usize = 50;

/// Sends what a tenant has to send. That one could not be sent is no failure: the sweep tries again.
pub(crate) async fn send_all(
    extractor: &Extractor,
    context: &Context,
    tenant: &Name,
) -> Result<(), ExtractError> {
    let wanted = direct::wanted(context.store.table(), tenant, context.now()).await?;
    for direct in wanted.iter().take(MAX_A_RUN) {
        if send(extractor, context, tenant, direct).await? {
            direct::settled(context.store.table(), tenant, direct).await?;
        }
    }
    Ok(())
}

/// Sends one. True if nothing is left to do about it.
async fn send(
    extractor: &Extractor,
    context: &Context,
    tenant: &Name,
    direct: &Direct,
) -> Result<bool, StoreError> {
    let table = context.store.table();
    let team = context.store.team(tenant, &direct.mention.team, context.now()).await?;
    let Some(secret) = team.as_ref().and_then(|team| team.mention_secret.as_deref()) else { return Ok(true) };
    let Some(slack_id) = directory::profile(table, tenant, &direct.user).await?.and_then(|p| p.slack_id)
    else {
        return Ok(true);
    };
    let is_read = !mentions::waits(table, tenant, &direct.user, &direct.mention).await?;
    if is_read || directory::is_denied(table, tenant, &direct.user).await? {
        return Ok(true);
    }
    let key = direct.cycle(tenant);
    let post = match posting::begin(context, Posting::mention(&key, direct)).await? {
        Turn::Done => return Ok(true),
        Turn::UnderWay => return Ok(false),
        Turn::Mine(post) => post,
    };
    let api = match slack::api(context, &extractor.slack_base_url, secret).await {
        Ok(api) => api,
        Err(error) => {
            tracing::warn!(cycle = %key, %error, "a mention is not sent");
            return Ok(false);
        }
    };
    let mark = Mark::mention(format!("{}#{}", key.cycle_id(), direct.name()));
    let sent = match api.open_direct(&slack_id).await {
        Ok(channel) => post.send(&api, &channel, &mark, &text(extractor, direct)).await,
        Err(error) => Err(error.into()),
    };
    match sent {
        Ok(()) => Ok(true),
        Err(PostError::Slack(error)) => {
            tracing::warn!(cycle = %key, %error, "a mention is not sent yet");
            Ok(false)
        }
        Err(PostError::Store(error)) => Err(error),
    }
}

fn text(extractor: &Extractor, direct: &Direct) -> String {
    let mention = &direct.mention;
    let place = format!("{}, week {}", mention.team, mention.cycle);
    let place = slack::link(extractor, &mention.team, mention.cycle, &place).unwrap_or(place);
    let quoted = escaped(&mention.text).replace('\n', "\n> ");
    format!("{} mentioned you in {place}:\n> {quoted}", escaped(&mention.name))
}
