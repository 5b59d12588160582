//! REQUEST authorizer of `$connect`: who is this, and may they enter this room?
//!
//! What it learns travels in `requestContext.authorizer` of every later event of the socket, so that no other
//! function reads a row to know its sender. It touches no table, unless membership stands in the directory: then it reads two
//! rows of it.
#![warn(clippy::cast_possible_truncation)]
use platform::{
    Context, Identity,
    event::{SocketEvent, policy},
    identity::{TokenError, Verifier},
    room, telemetry,
};
use protocol::BEARER_SUBPROTOCOL;
use serde_json::{Map, Value};
use sheet::CycleKey;
use tracing::Instrument;

/// Authorizes sockets.
#[derive(Clone)]
pub struct Authorizer {
    /// Verifies their tokens.
    pub verifier: Verifier,
    /// The pages that may open them.
    pub origins: Vec<String>,
}

/// The principal of a policy for a bearer that could not be named.
const NOBODY: &str = "nobody";

impl Authorizer {
    /// Returns a policy that lets the socket in, or one that does not: the gateway answers 403 to that. A token that does not
    /// verify is an answer and no error of this function, so that its errors are what is broken here: the one error is that
    /// the issuer's keys cannot be read, which the gateway answers with 500 and a client tries again.
    pub async fn handle(&self, context: &Context, event: &SocketEvent) -> Result<Value, &'static str> {
        self.answer(context, event).instrument(telemetry::of_socket(event)).await
    }

    async fn answer(&self, context: &Context, event: &SocketEvent) -> Result<Value, &'static str> {
        let arn = event.method_arn.as_deref().unwrap_or("*");
        let refused = |principal: &str| Ok(policy(false, principal, arn, Map::new()));
        let Some(token) = token(event) else {
            tracing::info!("refused: no token");
            return refused(NOBODY);
        };
        let identity = match self.verifier.identify(context, token).await {
            Ok(identity) => identity,
            Err(error @ (TokenError::Keys(_) | TokenError::Directory(_))) => {
                tracing::error!(%error, "tokens cannot be verified: no socket is let in");
                return Err("it cannot be known who this is");
            }
            Err(error) => {
                tracing::info!(%error, "refused");
                return refused(NOBODY);
            }
        };
        match self.enters(&identity, event) {
            Some(room) => {
                let mut carried = identity.to_context(&room);
                // What the client calls itself goes with each later event, for its log lines.
                let client = event.query("client").and_then(telemetry::client);
                carried.extend(client.map(|client| ("client".to_owned(), client.into())));
                Ok(policy(true, identity.user.as_str(), arn, carried))
            }
            None => refused(identity.user.as_str()),
        }
    }

    /// The room they may enter: of their tenant, of a team of theirs, from a page that may.
    fn enters(&self, identity: &Identity, event: &SocketEvent) -> Option<CycleKey> {
        // The gateway checks no origin. A browser always sends one; a script that sends none holds a token all the same.
        let origin = event.header("Origin");
        if origin.is_some_and(|origin| !self.origins.iter().any(|allowed| allowed == origin)) {
            tracing::info!("refused: the origin is not allowed");
            return None;
        }
        let room = room::key(&identity.tenant, event.query("team"), event.query("cycle")).ok()?;
        identity.enters(&room.team).then_some(room)
    }
}

/// The token among the subprotocols; `?token=` for tools that cannot offer any.
fn token(event: &SocketEvent) -> Option<&str> {
    event.subprotocols().find_map(|p| p.strip_prefix(BEARER_SUBPROTOCOL)).or_else(|| event.query("token"))
}
