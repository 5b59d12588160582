//! Decides whether a user may enter a room, and which room it is.
use crate::{Context, broadcast::Broadcast, identity::peer};
use protocol::ServerFrame;
use sheet::{Code, CycleKey, Name, Refusal, Week, week::time_zone};
use store::{Folded, StoreError, connections};

/// The room that a query names, if its words are words.
///
/// # Errors
/// [`Refusal`] `MALFORMED` if the query lacks a team or a week, or one of them is none.
pub fn key(tenant: &Name, team: Option<&str>, cycle: Option<&str>) -> Result<CycleKey, Refusal> {
    let not_found = |message: &str| Refusal::new(Code::NotFound, message);
    let team = team.ok_or_else(|| not_found("the query names a team: ?team=platform&cycle=2026-W47"))?;
    let cycle = cycle.ok_or_else(|| not_found("the query names a cycle: ?team=platform&cycle=2026-W47"))?;
    Ok(CycleKey {
        tenant: tenant.clone(),
        team: Name::new(team).map_err(|error| not_found(&error.to_string()))?,
        week: cycle.parse::<Week>().map_err(|error| not_found(&error.to_string()))?,
    })
}

/// The cycle at its tip, strongly consistent. A cycle of this week or the next comes to be by being entered; an
/// earlier one must exist.
///
/// # Errors
/// [`EnterError::Refused`] if the cycle does not exist and may not begin now; [`EnterError::Store`] if the table
/// failed.
pub async fn enter(context: &Context, room: &CycleKey) -> Result<Folded, EnterError> {
    match context.store.tip(room).await {
        Err(StoreError::NotFound) => {}
        found => return Ok(found?),
    }
    let now = context.now();
    let team = context.store.team(&room.tenant, &room.team, now).await?;
    let not_found = |message: String| Err(EnterError::Refused(Refusal::new(Code::NotFound, message)));
    let Some(team) = team else { return not_found(format!("there is no team {}", room.team)) };
    let zone = match time_zone(&team.time_zone) {
        Ok(zone) => zone,
        Err(error) => {
            return Err(EnterError::Store(StoreError::Corrupt(format!("team {}: {error}", team.team))));
        }
    };
    if !room.week.may_begin(now, &zone) {
        return not_found(format!(
            "{} has no cycle {}: only this week's and next week's begin",
            room.team, room.week
        ));
    }
    context.store.create(room, now).await?;
    Ok(context.store.tip(room).await?)
}

/// Takes a socket out of its room and from its user, and tells the room if it was there. `$disconnect` is best effort:
/// it may come late, twice or never, and a row that is gone already tells nobody anything.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn leave(broadcast: &Broadcast<'_>, user: &Name, connection_id: &str) -> Result<(), StoreError> {
    connections::close(broadcast.context.store.table(), &broadcast.room.tenant, user, connection_id).await?;
    step_out(broadcast, connection_id).await
}

/// Takes a socket from its room alone, and tells the room if it was there. The socket stays open and stays its user's:
/// it counts among theirs, and a removal closes it.
///
/// # Errors
/// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call again
/// is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
pub async fn step_out(broadcast: &Broadcast<'_>, connection_id: &str) -> Result<(), StoreError> {
    let table = broadcast.context.store.table();
    if let Some(gone) = connections::leave(table, broadcast.room, connection_id).await? {
        let peer = peer(&gone);
        let left = ServerFrame::Left { connection_id: &peer.connection_id, user: &peer.user }.to_text();
        broadcast.send(&[left], Some(connection_id)).await?;
    }
    Ok(())
}

/// Why somebody does not enter.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// There is no such room.
    #[error("{0}")]
    Refused(Refusal),
    /// It is not known: the same again finds out.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Returns the answer to a client when the store failed. The cause goes to the log.
pub fn busy(error: &StoreError) -> Refusal {
    match error {
        StoreError::NotFound => Refusal::new(Code::NotFound, "there is no such cycle"),
        error => {
            tracing::error!(%error, cause = cause(error), "the store failed");
            Refusal::new(Code::Busy, "the sheet cannot be reached right now: it is sent again automatically")
        }
    }
}

/// Returns the stable word for why the store failed, by which logs are counted: the operation, or what was read.
pub fn cause(error: &StoreError) -> &'static str {
    match error {
        StoreError::Unavailable { operation, .. } => operation,
        StoreError::Newer(_) => "newer",
        StoreError::Corrupt(_) => "corrupt",
        StoreError::NotFound => "none",
    }
}

impl EnterError {
    /// Returns the answer to the client.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Refused(refusal) => refusal.clone(),
            Self::Store(error) => busy(error),
        }
    }
}
