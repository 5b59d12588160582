//! `$connect`: notes the socket with its user, and lets nobody in who has been removed.
//!
//! The row is written first and the denial read after, so that the race with a removal has no gap: either the removal
//! finds the row and closes the socket, or this finds the denial and refuses it. Nothing is posted here: the socket is
//! not open yet.
#![warn(clippy::cast_possible_truncation)]
use platform::{
    Context, Identity,
    broadcast::Endpoint,
    event::{SocketEvent, SocketResponse},
    metrics::Count,
    room, telemetry,
};
use protocol::SUBPROTOCOL;
use sheet::{Code, CycleKey, Name, Refusal, fail_point};
use std::collections::HashMap;
use store::{
    StoreError, UserConnection, connections,
    directory::{self, Member},
};
use tracing::Instrument;

/// Sockets one user may have open. The eleventh closes the oldest: a forgotten tab, not the one in use.
pub const MAX_CONNECTIONS_PER_USER: usize = 10;

/// Lets the socket open, or says with a status why not.
pub async fn handle(context: &Context, event: &SocketEvent) -> SocketResponse {
    answer(context, event).instrument(telemetry::of_socket(event)).await
}

async fn answer(context: &Context, event: &SocketEvent) -> SocketResponse {
    let known = Identity::of_event(event);
    let admitted = match &known {
        Ok((identity, key)) => admit(context, event, identity, key).await,
        Err(refusal) => Ok(Admission::Refused(refusal.clone())),
    };
    match admitted {
        Ok(Admission::Open) => {
            context.metrics.count(Count::Connections);
            accepted(event)
        }
        Ok(Admission::Refused(refusal)) => {
            context.metrics.refused(refusal.code);
            tracing::info!(code = %refusal.code, "refused");
            // Also for a token whose time ended since it was verified.
            SocketResponse::status(403)
        }
        Err(error) => {
            tracing::error!(%error, cause = room::cause(&error), "the store failed");
            context.metrics.count(Count::Busy);
            // The socket will not open. A row that stays all the same names nobody, and expires.
            if let Ok((identity, _)) = &known {
                let (table, id) = (context.store.table(), &event.request_context.connection_id);
                let _ = connections::close(table, &identity.tenant, &identity.user, id).await;
            }
            SocketResponse::status(503)
        }
    }
}

/// What becomes of a socket that is being opened.
enum Admission {
    /// It opens.
    Open,
    /// It does not.
    Refused(Refusal),
}

async fn admit(
    context: &Context,
    event: &SocketEvent,
    identity: &Identity,
    key: &CycleKey,
) -> Result<Admission, StoreError> {
    let (table, now, id) = (context.store.table(), context.now(), &event.request_context.connection_id);
    let (tenant, user): (&Name, &Name) = (&identity.tenant, &identity.user);
    if identity.expired(now) {
        return Ok(Admission::Refused(Refusal::new(Code::TokenExpired, "the token has expired")));
    }
    let row = UserConnection::new(id, key, now);
    fail_point!(DenialBeforeConnection, {
        let denied = directory::is_denied(table, tenant, user).await?;
        connections::open(table, tenant, user, &row, now).await?;
        return if denied {
            turn_away(context, event, identity).await
        } else {
            record(context, event, identity).await
        };
    });
    connections::open(table, tenant, user, &row, now).await?;
    if directory::is_denied(table, tenant, user).await? {
        return turn_away(context, event, identity).await;
    }
    record(context, event, identity).await
}

/// Takes back the row of a socket whose user has been removed.
async fn turn_away(
    context: &Context,
    event: &SocketEvent,
    identity: &Identity,
) -> Result<Admission, StoreError> {
    let (table, id) = (context.store.table(), &event.request_context.connection_id);
    connections::close(table, &identity.tenant, &identity.user, id).await?;
    Ok(Admission::Refused(Refusal::new(Code::Revoked, "removed from this workspace")))
}

/// Records the member as their token has them, and closes the sockets beyond the most that one user may have.
async fn record(
    context: &Context,
    event: &SocketEvent,
    identity: &Identity,
) -> Result<Admission, StoreError> {
    let (table, now) = (context.store.table(), context.now());
    let member = Member {
        user: identity.user.clone(),
        name: identity.name.clone(),
        color: identity.color.clone(),
        role: identity.role,
        teams: identity.teams.clone(),
        seen_at: now,
        email: identity.email.clone(),
    };
    directory::put_member(table, &identity.tenant, &member).await?;
    let open = connections::of_user(table, &identity.tenant, &identity.user, now).await?;
    let endpoint = Endpoint::of(&event.request_context);
    for oldest in open.iter().take(open.len().saturating_sub(MAX_CONNECTIONS_PER_USER)) {
        context.callback.close(&endpoint, &oldest.connection_id).await;
        connections::close(table, &identity.tenant, &identity.user, &oldest.connection_id).await?;
    }
    Ok(Admission::Open)
}

/// The one subprotocol that is ours, if it was offered: a browser fails a socket that answers none of its offers.
fn accepted(event: &SocketEvent) -> SocketResponse {
    let mut response = SocketResponse::status(200);
    if event.subprotocols().any(|offered| offered == SUBPROTOCOL) {
        response.headers = HashMap::from([("Sec-WebSocket-Protocol".to_owned(), SUBPROTOCOL.to_owned())]);
    }
    response
}
