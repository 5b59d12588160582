//! A local stand-in for an Amazon API Gateway WebSocket API, embeddable in any Rust program.
//!
//! It is for running and testing, on one machine, what will run behind the real service: it keeps the real one's
//! limits, its order of events, its event JSON and its callback API, on a clock that tests can move. The README
//! numbers the rules (G1, G2, …); every rule has a test that names it.
//!
//! It owns the sockets and what is known of each of them. It never knows what a message means, never stores
//! anything, never retries, and never calls anything but the [`Integration`] it was given.
//!
//! # Layout
//! - [`Gateway`] (`gateway.rs`): wires the parts: `router`, `post`, `disconnect`, `shutdown`.
//! - `inner.rs`: the register of open connections, on which every other part works. [`Integration`]: what is behind.
//! - `config.rs`: every limit, named, with its reason.
//! - `clock.rs`: the system clock and the one that tests move.
//! - `event.rs`, `authorizer.rs`, `context.rs`: what an integration receives and answers. `error.rs`: a bad configuration.
//! - `handshake.rs`: what makes a request one for a socket. `upgrade.rs`: from the HTTP request to the open socket: authorizer, `$connect`, 101.
//! - `socket.rs`: one task per open socket; `frames.rs` decodes what comes in, `outbound.rs` holds what goes out.
//! - `invoke.rs`: messages become invocations. `fair.rs`: who may use the processor. `sweep.rs`: idle time and lifetime, one task for all sockets.
//! - `management.rs`: `@connections` over HTTP. `body.rs`: the bodies of requests.
//! - `serve.rs`: a listener that slow clients cannot exhaust. `paced.rs`: a stream whose peer has to read.

mod authorizer;
mod body;
mod clock;
mod config;
mod context;
mod error;
mod event;
mod fair;
pub mod frames;
mod gateway;
mod handshake;
mod ids;
mod inner;
mod integration;
mod invoke;
mod management;
mod outbound;
mod paced;
mod route;
mod serve;
mod socket;
mod sweep;
mod upgrade;

pub use authorizer::{AuthorizerError, AuthorizerEvent, AuthorizerResponse, PolicyDocument, Statement};
pub use body::{BodyError, read_body};
pub use clock::{Clock, ManualClock, SystemClock};
pub use config::{
    BODY_TIMEOUT, CLOSE_LINGER, Config, DisconnectHook, FRAME_OVERHEAD_BYTES, HEAD_TIMEOUT, IdentitySource,
    MAX_AUTHORIZER_RESULT_BYTES, MAX_BACKLOG, MAX_FRAME_BYTES, MAX_HEAD_BYTES, MAX_INTEGRATION_TIMEOUT,
    MAX_MESSAGE_BYTES, MAX_SOCKET_INVOCATIONS, MAX_WAITING_CONNECTIONS, MESSAGE_TIMEOUT, WRITE_STALL,
};
pub use context::AuthorizerContext;
pub use error::ConfigError;
pub use event::{Event, EventType, Identity, ProxyResponse, RequestContext, RequestTime};
pub use futures_util::future::BoxFuture;
pub use gateway::Gateway;
pub use ids::{ConnectionId, Id, InvalidId};
pub use integration::{Integration, IntegrationError};
pub use outbound::PostError;
pub use route::{Route, RouteSelection};
pub use serve::serve;
pub use tungstenite::Utf8Bytes;
