//! Something is posted to Slack once.
//!
//! What Slack does and what the table remembers cannot be one step, so both sides of it are noted: `begun` before the
//! post and `done` after it. A run that finds `begun` without an answer looks for the post, which carries a mark, in
//! the channel. So a post is lost only if Slack loses it, and made twice only if Slack shows a post later than it made
//! it.
use crate::slack::Api;
use extraction::source::{SlackError, slack_api::Mark};
use platform::Context;
use sheet::TimestampMs;
use store::{
    StoreError,
    postings::{self, Claim, Posting},
};

/// How far before `begun` the channel is searched, milliseconds: two clocks are never one.
const SKEW_MS: i64 = 60_000;

/// Why something was not posted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PostError {
    /// Slack did not take it: it is tried again later.
    #[error(transparent)]
    Slack(#[from] SlackError),
    /// The table could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether the caller posts it.
pub(crate) enum Turn<'a> {
    /// It was posted.
    Done,
    /// Another caller is posting it.
    UnderWay,
    /// This caller posts it.
    Mine(Post<'a>),
}

/// A post that is this caller's to make.
pub(crate) struct Post<'a> {
    context: &'a Context,
    posting: Posting,
    /// When another caller began it who never stored that it was done.
    interrupted: Option<TimestampMs>,
}

/// Claims a posting, if nobody else has.
pub(crate) async fn begin(context: &Context, posting: Posting) -> Result<Turn<'_>, StoreError> {
    let interrupted = match postings::claim(context.store.table(), &posting, context.now()).await? {
        Claim::Done => return Ok(Turn::Done),
        Claim::UnderWay => return Ok(Turn::UnderWay),
        Claim::Mine => None,
        Claim::Interrupted(at) => Some(at),
    };
    Ok(Turn::Mine(Post { context, posting, interrupted }))
}

impl Post<'_> {
    /// Posts it, unless the channel has it from a caller that was interrupted before it could store that it was done.
    pub(crate) async fn send(
        &self,
        api: &Api,
        channel: &str,
        mark: &Mark,
        text: &str,
    ) -> Result<(), PostError> {
        let table = self.context.store.table();
        if let Some(begun) = self.interrupted {
            if api.was_posted(channel, begun.plus_ms(-SKEW_MS), mark).await?.is_some() {
                return Ok(postings::done(table, &self.posting, self.context.now()).await?);
            }
            postings::begun(table, &self.posting, self.context.now()).await?;
        }
        api.post_marked(channel, text, mark).await?;
        Ok(postings::done(table, &self.posting, self.context.now()).await?)
    }
}
