//! Mentions: who may be mentioned, and how they learn of it.
//!
//! A mention of somebody who may not enter the room is refused before anything is committed. After the commit the
//! mention is kept first and delivered then, to every socket the person has open in whatever room; what was delivered
//! is no longer kept. A repeated delivery carries the same name (team, cycle, version, place).
use crate::{
    broadcast::{Posted, Telling},
    invoke::ExtractRequest,
};
use protocol::server::notification;
use sheet::{Change, Code, DocName, Name, Op, Refusal, TaskId};
use std::collections::BTreeSet;
use store::{
    Folded, StoreError, connections,
    direct::{self, Direct},
    directory,
    notes::{self, Note},
};

/// Code points of a text that a notification shows.
const MAX_EXCERPT: usize = 200;

/// Where somebody is named.
enum Place<'a> {
    /// In a comment, with its words and the row it is about.
    Thread { id: &'a TaskId, row: Option<&'a TaskId>, text: &'a str },
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

/// Refuses a change that mentions somebody who may not enter the room.
pub(crate) async fn allowed(telling: &Telling<'_>, ops: &[Op]) -> Result<Result<(), Refusal>, StoreError> {
    let table = &telling.context.store.table;
    let everybody: BTreeSet<&Name> = ops.iter().filter_map(of).flat_map(|(_, mentions)| mentions).collect();
    for user in everybody {
        let member = directory::member(table, &telling.room.tenant, user).await?;
        let enters = member.is_some_and(|member| member.teams.contains(&telling.room.team));
        if !enters || directory::is_denied(table, &telling.room.tenant, user).await? {
            let message = format!("{user} cannot enter this room, so a mention would not reach them");
            return Ok(Err(Refusal::new(Code::UnknownTarget, message)));
        }
    }
    Ok(Ok(()))
}

/// Tells everybody whom a committed change mentions. Those whom no socket could be told are written to in Slack as well,
/// where their team wants it: that is noted here, and done by whoever is asked for it.
pub(crate) async fn deliver(telling: &Telling<'_>, change: &Change) {
    let mut is_to_be_sent = false;
    for op in &change.ops {
        let Some((place, mentions)) = of(op) else { continue };
        let others: Vec<&Name> = mentions.iter().filter(|user| **user != change.author.id).collect();
        // One read, however many are named; none where nobody is, which is nearly always.
        let tip = match place {
            Place::Document(_) if !others.is_empty() => tip(telling).await,
            _ => None,
        };
        for user in others {
            let (thread, doc, row, text) = match place {
                Place::Thread { id, row, text } => (Some(id), None, row.cloned(), text.to_owned()),
                Place::Document(doc) => (None, Some(doc), doc.task_id(), around(tip.as_ref(), doc, user)),
            };
            let note = Note {
                team: telling.room.team.clone(),
                cycle: telling.room.week,
                version: change.version,
                comment_id: thread.cloned(),
                doc: doc.cloned(),
                task_id: row,
                by: change.author.id.clone(),
                name: change.author.name.clone(),
                text: text.chars().take(MAX_EXCERPT).collect(),
                at: change.at,
            };
            match tell(telling, user, &note).await {
                Ok(sends) => is_to_be_sent |= sends,
                Err(error) => tracing::warn!(%error, "a mention waits to be delivered"),
            }
        }
    }
    if is_to_be_sent {
        // Not asked, or asked in vain: the sweep sends it.
        telling
            .context
            .invoke
            .extract(&ExtractRequest::Mentions { tenant: telling.room.tenant.clone() })
            .await;
    }
}

/// The cycle as it stands, for the words of its documents.
async fn tip(telling: &Telling<'_>) -> Option<Folded> {
    let tip = telling.context.store.tip(telling.room).await;
    tip.inspect_err(|error| tracing::warn!(%error, "mentions go without their words")).ok()
}

/// The words around somebody's name in a document; nothing where they cannot be had: the mention says where it stands.
fn around(tip: Option<&Folded>, doc: &DocName, user: &Name) -> String {
    let document = tip.and_then(|tip| tip.state.document(doc));
    document.and_then(|document| document.naming(user).ok().flatten()).unwrap_or_default()
}

/// Tells one person; true if it is to be sent as a direct message.
async fn tell(telling: &Telling<'_>, user: &Name, note: &Note) -> Result<bool, StoreError> {
    let (context, tenant) = (telling.context, &telling.room.tenant);
    let table = &context.store.table;
    notes::keep(table, tenant, user, note).await?;
    let frame = notification(note);
    let mut delivered = false;
    for socket in connections::of_user(table, tenant, user, context.now()).await? {
        match context.callback.post(telling.endpoint, &socket.connection_id, frame.clone().into()).await {
            Posted::Delivered => delivered = true,
            Posted::Gone => connections::close(table, tenant, user, &socket.connection_id).await?,
            Posted::Failed => {}
        }
    }
    if delivered {
        notes::told(table, tenant, user, note).await?;
        return Ok(false);
    }
    let team = context.store.team(tenant, &note.team, context.now()).await?;
    if team.is_none_or(|team| team.mention_secret.is_none()) {
        return Ok(false);
    }
    direct::want(table, tenant, &Direct { user: user.clone(), note: note.clone() }).await?;
    Ok(true)
}
