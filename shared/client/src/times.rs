//! Every wait and bound of the client: the protocol's own.
pub use protocol::{
    limits::{MAX_CLIENT_FRAME_BYTES, MAX_PRESENCE_BYTES},
    times::*,
};
