//! Something is posted to Slack once.
//!
//! What Slack does and what the table remembers cannot be one step, so both sides of it are noted: `begun` before the
//! post and `done` after it. A run that finds `begun` without an answer looks for the post, which carries a mark, in
//! the channel. So a post is lost only if Slack loses it, and made twice only if Slack shows a post later than it made
//! it.
use crate::slack::Api;
use extraction::source::{SlackError, slack_api::Mark};
use platform::Context;
use serde::{Deserialize, Serialize};
use sheet::TimestampMs;
use store::StoreError;

/// How long somebody else's `begun` is left alone, milliseconds: longer than a function lives.
const UNDER_WAY_MS: i64 = 11 * 60_000;
/// How far before `begun` the channel is searched, milliseconds: two clocks are never one.
const SKEW_MS: i64 = 60_000;

#[derive(Serialize, Deserialize)]
struct Row {
    pk: String,
    sk: String,
    is_done: bool,
    at: TimestampMs,
}

/// Whose turn it is.
pub(crate) enum Turn<'a> {
    /// It was posted.
    Done,
    /// Somebody else is at it.
    UnderWay,
    /// This caller's.
    Mine(Posting<'a>),
}

/// A post that is this caller's to make.
pub(crate) struct Posting<'a> {
    context: &'a Context,
    pk: String,
    sk: String,
    /// When somebody began it who has not said that it is done.
    begun: Option<TimestampMs>,
}

/// Takes the turn, if it is free. What is remembered is under this key.
pub(crate) async fn begin(context: &Context, pk: String, sk: String) -> Result<Turn<'_>, StoreError> {
    let (table, now) = (&context.store.table, context.now());
    let begun = match table.get::<Row>(&pk, &sk).await? {
        Some(found) if found.is_done => return Ok(Turn::Done),
        Some(found) if now.since(found.at) < UNDER_WAY_MS => return Ok(Turn::UnderWay),
        Some(found) => Some(found.at),
        None => {
            let row = Row { pk: pk.clone(), sk: sk.clone(), is_done: false, at: now };
            if !table.put_new(&row).await? {
                return Ok(Turn::UnderWay);
            }
            None
        }
    };
    Ok(Turn::Mine(Posting { context, pk, sk, begun }))
}

impl Posting<'_> {
    /// Posts it, unless the channel has it from somebody who died before they could say so. Whether it is done.
    pub(crate) async fn post(
        &self,
        api: &Api,
        channel: &str,
        mark: &Mark,
        text: &str,
    ) -> Result<Result<(), SlackError>, StoreError> {
        if let Some(begun) = self.begun {
            match api.was_posted(channel, begun.plus_ms(-SKEW_MS), mark).await {
                Ok(Some(_)) => return self.note(true).await.map(Ok),
                Ok(None) => self.note(false).await?,
                Err(error) => return Ok(Err(error)),
            }
        }
        match api.post_marked(channel, text, mark).await {
            Ok(_) => self.note(true).await.map(Ok),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn note(&self, is_done: bool) -> Result<(), StoreError> {
        let row = Row { pk: self.pk.clone(), sk: self.sk.clone(), is_done, at: self.context.now() };
        self.context.store.table.put(&row).await
    }
}
