//! A refresh looks at the messages before it takes the lease: where they say what they said, it asks nobody, commits
//! nothing, and does not count as an extraction.
//!
//! What comes without a lease may come at once from many, so a week is looked at once a minute at most: reading is what a
//! refresh costs others, Slack's limits above all.
use crate::{
    ExtractError,
    read::{Gathered, Read, Reading},
};
use extraction::source::Unreadable;
use platform::{Context, broadcast::Endpoint};
use protocol::ServerFrame;
use sheet::{Code, Refusal};
use store::looks;

/// What a look came to.
pub(crate) enum Look {
    /// There is something new: what was read, so that it is not read again.
    New(Box<Read>),
    /// Every message is as the last result read it.
    Unchanged,
    /// Somebody has looked a moment ago.
    TooSoon,
    /// No source could be read.
    Unread(Unreadable),
}

/// Looks, unless somebody has a moment ago.
pub(crate) async fn look(reading: &Reading<'_>) -> Result<Look, ExtractError> {
    let context = reading.context;
    if !looks::claim(context.store.table(), reading.key, reading.generation, context.now()).await? {
        return Ok(Look::TooSoon);
    }
    Ok(match reading.gather().await? {
        Gathered::Read(read) if read.same_as.is_some() => Look::Unchanged,
        Gathered::Read(read) => Look::New(read),
        Gathered::Unreadable(reason) => Look::Unread(reason),
    })
}

/// Notifies the user who asked for a refresh that there is none, on the socket that they asked on.
pub(crate) async fn tell(context: &Context, endpoint: &Endpoint, connection_id: &str, why: Refusal) {
    context.callback.post(endpoint, connection_id, ServerFrame::error(why).to_text().into()).await;
}

/// Why there is none, for the person who asked.
pub(crate) fn unchanged() -> Refusal {
    Refusal::new(
        Code::Unchanged,
        "No message is new or changed since the extraction: nothing was asked, and none of the week's extractions is used.",
    )
}

/// The same, for a refresh that comes too soon.
pub(crate) fn too_soon() -> Refusal {
    Refusal::new(Code::Unchanged, "Somebody has asked within this minute: ask again in a minute.")
}

/// The same, where no source could be read.
pub(crate) fn unread(reason: &str) -> Refusal {
    Refusal::new(
        Code::Unchanged,
        format!("The messages could not be read: {reason} The sheet stays as it is."),
    )
}
