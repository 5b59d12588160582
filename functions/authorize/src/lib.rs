//! REQUEST authorizer of `$connect`: who is this, and may they enter this room?
//!
//! What it learns travels in `requestContext.authorizer` of every later event of the socket, so that no other
//! function reads a row to know its sender. It touches no table.
use platform::{
    Context, Identity,
    event::{SocketEvent, policy},
    identity::{TokenError, Verifier},
    room,
};
use protocol::BEARER_SUBPROTOCOL;
use serde_json::{Map, Value};
use sheet::CycleKey;

/// Authorizes sockets.
#[derive(Clone)]
pub struct Authorizer {
    /// Verifies their tokens.
    pub verifier: Verifier,
    /// The pages that may open them.
    pub origins: Vec<String>,
}

/// The answer that API Gateway turns into 401; everything else that is no policy becomes 500.
pub const UNAUTHORIZED: &str = "Unauthorized";

impl Authorizer {
    /// A policy that lets the socket in or does not; `Unauthorized` for whoever cannot be named.
    pub async fn handle(&self, context: &Context, event: &SocketEvent) -> Result<Value, &'static str> {
        let arn = event.method_arn.as_deref().unwrap_or("*");
        let Some(token) = token(event) else { return Err(UNAUTHORIZED) };
        let identity = match self.verifier.verify(token, context.now()).await {
            Ok(identity) => identity,
            Err(error @ TokenError::Keys(_)) => {
                tracing::error!(%error, "nobody can be let in");
                return Err("the issuer's keys cannot be read");
            }
            Err(error) => {
                tracing::info!(%error, "refused");
                return Err(UNAUTHORIZED);
            }
        };
        match self.enters(&identity, event) {
            Some(room) => Ok(policy(true, identity.user.as_str(), arn, identity.to_context(&room))),
            None => Ok(policy(false, identity.user.as_str(), arn, Map::new())),
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
