//! Every wait and bound of the client; the reasons stand in `web/client/src/machine/times.ts`, and recorded rooms hold the
//! two together. Milliseconds unless the name says otherwise.

/// A change frame's bound: bytes.
pub const MAX_FRAME_BYTES: usize = 28 * 1024;
/// A presence frame's state: bytes.
pub const MAX_PRESENCE_BYTES: usize = 2 * 1024;
/// Least distance between two changes sent.
pub const SEND_INTERVAL_MS: i64 = 110;
/// A change without an echo is sent again after these waits; then the socket is suspected.
pub const ECHO_MS: [i64; 3] = [3_000, 6_000, 12_000];
/// A change sent over HTTP is answered within this, or asked about again.
pub const POST_MS: i64 = 20_000;
/// First wait after a retryable code; doubles.
pub const RETRY_MS: i64 = 1_000;
/// No wait for a retry is longer.
pub const MAX_RETRY_MS: i64 = 10_000;
/// A gap older than this is a loss.
pub const GAP_MS: i64 = 250;
/// Longest wait between two replays that brought nothing.
pub const MAX_GAP_MS: i64 = 10_000;
/// After so many replays that brought nothing, the whole sheet is asked for.
pub const GAP_TRIES: u32 = 4;
/// Early changes kept until the gap before them closes.
pub const MAX_HELD: usize = 1_000;
/// After this much silence, a ping.
pub const QUIET_PING_MS: i64 = 2_000;
/// The ping of a room where nothing happens.
pub const IDLE_PING_MS: i64 = 5 * 60_000;
/// The ping of a room that never falls silent.
pub const BUSY_PING_MS: i64 = 30_000;
/// An answer to `hello` or `ping` takes less.
pub const ANSWER_MS: i64 = 10_000;
/// First pause before a reconnect; doubles.
pub const RECONNECT_MS: i64 = 3_000;
/// Longest pause before a reconnect.
pub const MAX_RECONNECT_MS: i64 = 60_000;
/// Spread of the pauses, until `welcome` says another.
pub const RECONNECT_JITTER_MS: i64 = 2_000;
/// Pause after a first attempt that failed.
pub const FIRST_RETRY_MS: i64 = 500;
/// Age at which a socket's successor is opened …
pub const ROLLOVER_MS: i64 = 110 * 60_000;
/// … or up to this much earlier.
pub const ROLLOVER_JITTER_MS: i64 = 5 * 60_000;
/// Pause before a failed roll-over is tried again.
pub const ROLLOVER_RETRY_MS: i64 = 60_000;
/// Least distance between two presence frames, until `welcome` says another.
pub const PRESENCE_MS: i64 = 250;
/// Without a movement for this long one is idle …
pub const IDLE_MS: i64 = 60_000;
/// … and for this long, away.
pub const AWAY_MS: i64 = 5 * 60_000;
/// A change refused as a conflict that the sheet does not show is tried this often.
pub const MAX_ATTEMPTS: u32 = 3;
/// Steps that can be undone.
pub const MAX_UNDO: usize = 200;
/// Notices kept until they are dismissed.
pub const MAX_NOTIFICATIONS: usize = 100;
/// Changes asked for over HTTP at once.
pub const CHANGES_LIMIT: u32 = 100;
