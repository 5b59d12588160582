//! A socket, as the gateway knows it.
use serde_json::{Map, Value};

/// How far a socket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// `$connect` has not answered yet.
    Opening,
    /// Open.
    Open,
    /// Gone.
    Closed,
}

/// A socket.
pub struct Socket {
    /// The client.
    pub client: usize,
    /// How far it is.
    pub state: State,
    /// What the authorizer learned.
    pub authorizer: Option<Map<String, Value>>,
    /// Whether it ever opened.
    pub was_open: bool,
    /// Whether a function has tried to close it.
    pub was_closed_by_server: bool,
    /// Whether it has answered 410 while it lived. Then the table may know nothing of it.
    pub was_disowned: bool,
    /// When the `welcome` that let it into the room left its function, unless it has answered 410 since.
    pub entered: Option<u64>,
    /// The table under which it was opened.
    pub era: u64,
    /// Whether its client still receives and sends. A broken socket is open for the gateway for a while.
    pub is_cut: bool,
}
