//! Mentions: who may be mentioned, and how they learn of it.
//!
//! A mention of somebody who may not enter the room is refused before anything is committed. After the commit the
//! mention is kept first and delivered then, to every socket the person has open in whatever room; what was delivered
//! is no longer kept. A repeated delivery carries the same name (team, cycle, version, place).
use crate::{
    broadcast::{Broadcast, Posted},
    invoke::ExtractRequest,
};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use protocol::server::notification;
use sheet::{Change, Code, CommentId, DocName, Name, Op, Refusal, RowId};
use std::collections::BTreeSet;
use store::{
    Folded, StoreError, connections,
    direct::{self, Direct},
    directory,
    mentions::{self, Mention},
};

/// People who are looked up, or notified, at once.
const AT_ONCE: usize = 8;
/// Code points of a text that a notification shows.
const MAX_EXCERPT: usize = 200;

/// Where somebody is named.
enum Place<'a> {
    /// In a comment, with its words and the row it is about.
    Thread { id: &'a CommentId, row: Option<&'a RowId>, text: &'a str },
    /// In a document; its words are the document's.
    Document(&'a DocName),
}

fn of(op: &Op) -> Option<(Place<'_>, &[Name])> {
    match op {
        Op::CommentAdd { comment_id: id, task_id, text, mentions, .. } => {
            Some((Place::Thread { id, row: task_id.as_ref(), text }, mentions))
        }
        Op::CommentReply { comment_id: id, text, mentions, .. }
        | Op::CommentEdit { comment_id: id, text, mentions, .. } => {
            Some((Place::Thread { id, row: None, text }, mentions))
        }
        Op::TextUpdate { doc, mentions, .. } => Some((Place::Document(doc), mentions)),
        _ => None,
    }
}

/// Everyone whom a change mentions.
pub(crate) fn named(ops: &[Op]) -> BTreeSet<Name> {
    ops.iter().flat_map(Op::mentions).cloned().collect()
}

/// Returns whether somebody may enter the room.
async fn enters(broadcast: &Broadcast<'_>, user: &Name) -> Result<bool, StoreError> {
    let (table, room) = (broadcast.context.store.table(), broadcast.room);
    let member = directory::member(table, &room.tenant, user).await?;
    let is_member = member.is_some_and(|member| member.teams.contains(&room.team));
    Ok(is_member && !directory::is_denied(table, &room.tenant, user).await?)
}

/// Returns why a change that names these people is refused, if one of them may not enter the room. To be asked about a
/// change that the log would take: then they are at most as many as a change may mention.
pub(crate) async fn refused(
    broadcast: &Broadcast<'_>,
    named: &BTreeSet<Name>,
) -> Result<Option<Refusal>, StoreError> {
    // Boxed: the compiler cannot name what borrows from a set inside of a stream.
    let asked: Vec<BoxFuture<'_, _>> = named.iter().map(|user| enters(broadcast, user).boxed()).collect();
    let mut answers = stream::iter(named).zip(stream::iter(asked).buffered(AT_ONCE));
    while let Some((user, enters)) = answers.next().await {
        if !enters? {
            let message = format!("{user} cannot enter this room, so a mention would not reach them");
            return Ok(Some(Refusal::new(Code::UnknownTarget, message)));
        }
    }
    Ok(None)
}

/// Delivers a committed change's mentions. A user without an open socket gets a Slack message as well if their team
/// wants it: this function records the message, and `extract` sends it.
pub(crate) async fn deliver(broadcast: &Broadcast<'_>, change: &Change) {
    let mut unread = Vec::new();
    for op in &change.ops {
        let Some((place, mentions)) = of(op) else { continue };
        let others: Vec<&Name> = mentions.iter().filter(|user| **user != change.author.id).collect();
        // One read and one loading of the document, however many are named; none where nobody is, which is nearly always.
        let words = match place {
            Place::Document(doc) if !others.is_empty() => around(tip(broadcast).await.as_ref(), doc, &others),
            _ => Vec::new(),
        };
        for (number, user) in others.into_iter().enumerate() {
            let (thread, doc, row, text) = match place {
                Place::Thread { id, row, text } => (Some(id), None, row.cloned(), text),
                Place::Document(doc) => {
                    (None, Some(doc), doc.task_id(), words.get(number).map_or("", String::as_str))
                }
            };
            let mention = Mention {
                team: broadcast.room.team.clone(),
                cycle: broadcast.room.week,
                version: change.version,
                comment_id: thread.cloned(),
                doc: doc.cloned(),
                task_id: row,
                by: change.author.id.clone(),
                name: change.author.name.clone(),
                text: text.chars().take(MAX_EXCERPT).collect(),
                at: change.at,
            };
            unread.push((user, mention));
        }
    }
    let notified: Vec<BoxFuture<'_, _>> =
        unread.iter().map(|(user, mention)| notify(broadcast, user, mention).boxed()).collect();
    let mut notified = stream::iter(notified).buffer_unordered(AT_ONCE);
    let mut is_to_be_sent = false;
    while let Some(done) = notified.next().await {
        match done {
            Ok(sends) => is_to_be_sent |= sends,
            Err(error) => tracing::warn!(%error, "a mention waits to be delivered"),
        }
    }
    if is_to_be_sent {
        // Not asked, or asked in vain: the sweep sends it.
        broadcast
            .context
            .invoke
            .extract(&ExtractRequest::Mentions { tenant: broadcast.room.tenant.clone() })
            .await;
    }
}

/// The cycle at its tip, for the texts of its documents.
async fn tip(broadcast: &Broadcast<'_>) -> Option<Folded> {
    let tip = broadcast.context.store.tip(broadcast.room).await;
    tip.inspect_err(|error| tracing::warn!(%error, "mentions are sent without the text around them")).ok()
}

/// The words around each one's name in a document; nothing where they cannot be had: the mention says where it stands.
fn around(tip: Option<&Folded>, doc: &DocName, users: &[&Name]) -> Vec<String> {
    let document = tip.and_then(|tip| tip.state.document(doc));
    let words = document.and_then(|document| document.naming(users).ok()).unwrap_or_default();
    words.into_iter().map(Option::unwrap_or_default).collect()
}

/// Notifies one person. Returns whether the mention is to be sent as a direct message.
async fn notify(broadcast: &Broadcast<'_>, user: &Name, mention: &Mention) -> Result<bool, StoreError> {
    let (context, tenant) = (broadcast.context, &broadcast.room.tenant);
    let table = context.store.table();
    mentions::keep(table, tenant, user, mention).await?;
    let frame = notification(mention);
    let mut delivered = false;
    for socket in connections::of_user(table, tenant, user, context.now()).await? {
        match context.callback.post(broadcast.endpoint, &socket.connection_id, frame.clone().into()).await {
            Posted::Delivered => delivered = true,
            Posted::Gone => connections::close(table, tenant, user, &socket.connection_id).await?,
            Posted::Failed => {}
        }
    }
    if delivered {
        mentions::delivered(table, tenant, user, mention).await?;
        return Ok(false);
    }
    let team = context.store.team(tenant, &mention.team, context.now()).await?;
    if team.is_none_or(|team| team.mention_secret.is_none()) {
        return Ok(false);
    }
    direct::want(table, tenant, &Direct { user: user.clone(), mention: mention.clone() }).await?;
    Ok(true)
}
