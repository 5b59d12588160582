//! `$disconnect`: takes the socket out of its room and tells the room. Best effort: it may come late, twice or never.
#![warn(clippy::cast_possible_truncation)]
use platform::{
    Context, Identity,
    broadcast::{Broadcast, Endpoint},
    event::{SocketEvent, SocketResponse},
    room, telemetry,
};
use tracing::Instrument;

/// Forgets the socket.
pub async fn handle(context: &Context, event: &SocketEvent) -> SocketResponse {
    answer(context, event).instrument(telemetry::of_socket(event)).await
}

async fn answer(context: &Context, event: &SocketEvent) -> SocketResponse {
    let (id, endpoint) = (&event.request_context.connection_id, Endpoint::of(&event.request_context));
    let Ok((identity, key)) = Identity::of_event(event) else {
        // A socket that no authorizer let in has no rows.
        return SocketResponse::status(200);
    };
    let broadcast = Broadcast { context, endpoint: &endpoint, room: &key };
    match room::leave(&broadcast, &identity.user, id).await {
        Ok(()) => SocketResponse::status(200),
        Err(error) => {
            tracing::warn!(%error, "the rows of a closed socket stay until they expire");
            SocketResponse::status(503)
        }
    }
}
