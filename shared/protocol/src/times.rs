//! Every wait and bound of a client, with its reason; the client of every language imports these. Milliseconds unless the name
//! says otherwise.

sheet::constants! {
    /// Changes a person may commit are limited to 100 in 10 s: a steady typist stays below.
    SEND_INTERVAL_MS: i64 = 110;
    /// A change without an echo is sent again after these waits; then the socket is suspected.
    ECHO_MS: [i64; 3] = [3_000, 6_000, 12_000];
    /// A change sent over HTTP is answered within this, or asked about again.
    POST_MS: i64 = 20_000;
    /// First wait before a change answered with a retryable code is sent again; doubles.
    RETRY_MS: i64 = 1_000;
    /// The rate limit's window: no wait for a retry is longer.
    MAX_RETRY_MS: i64 = 10_000;
    /// Broadcasts overtake each other by less than this: a gap older than it is a loss.
    GAP_MS: i64 = 250;
    /// Longest wait between two replays that brought nothing.
    MAX_GAP_MS: i64 = 10_000;
    /// After so many replays that brought nothing, the whole sheet is asked for.
    GAP_TRIES: u32 = 4;
    /// Early changes kept until the gap before them closes; what lies beyond is replayed.
    MAX_HELD: usize = 1_000;
    /// After the room fell silent for this long, a ping asks whether its last word was heard.
    QUIET_PING_MS: i64 = 2_000;
    /// The gateway closes a socket after 10 idle minutes.
    IDLE_PING_MS: i64 = 5 * 60_000;
    /// In a room that never falls silent, or only points and moves, a ping goes out this often at most.
    BUSY_PING_MS: i64 = 30_000;
    /// An answer to `hello` or `ping` takes less, or the socket is dead.
    ANSWER_MS: i64 = 10_000;
    /// First pause before a reconnect; doubles.
    RECONNECT_MS: i64 = 3_000;
    /// Longest pause before a reconnect.
    MAX_RECONNECT_MS: i64 = 60_000;
    /// Spread of the pauses, so that a room does not return as one; `welcome` may widen it.
    RECONNECT_JITTER_MS: i64 = 2_000;
    /// A first attempt that failed is looked into almost at once: somebody is waiting for the page.
    FIRST_RETRY_MS: i64 = 500;
    /// The gateway closes a socket after 2 hours: 10 minutes earlier the next one is opened …
    ROLLOVER_MS: i64 = 110 * 60_000;
    /// … or up to this much earlier still.
    ROLLOVER_JITTER_MS: i64 = 5 * 60_000;
    /// Pause before a roll-over that failed is tried again.
    ROLLOVER_RETRY_MS: i64 = 60_000;
    /// Presence frames of one client are at least this far apart, until `welcome` says how far.
    PRESENCE_MS: i64 = 250;
    /// Without a movement for this long one is idle …
    IDLE_MS: i64 = 60_000;
    /// … and for this long, away.
    AWAY_MS: i64 = 5 * 60_000;
    /// A change refused as a conflict that the sheet does not show is tried this often.
    MAX_ATTEMPTS: u32 = 3;
    /// Steps that can be undone.
    MAX_UNDO: usize = 200;
    /// Notices kept until they are dismissed.
    MAX_NOTIFICATIONS: usize = 100;
    /// Changes asked for over HTTP at once.
    CHANGES_LIMIT: u32 = 100;
}
