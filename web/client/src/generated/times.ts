/**
 * Every wait and bound of a client, with its reason. Milliseconds unless the name says otherwise.
 * Made from shared/protocol/src/times.rs by `make contract`: do not edit.
 */
/** Changes a person may commit are limited to 100 in 10 s: a steady typist stays below. */
export const SEND_INTERVAL_MS = 110;
/** A change without an echo is sent again after these waits; then the socket is suspected. */
export const ECHO_MS = [3000,6000,12000] as const;
/** A change sent over HTTP is answered within this, or asked about again. */
export const POST_MS = 20000;
/** First wait before a change answered with a retryable code is sent again; doubles. */
export const RETRY_MS = 1000;
/** The rate limit's window: no wait for a retry is longer. */
export const MAX_RETRY_MS = 10000;
/** Broadcasts overtake each other by less than this: a gap older than it is a loss. */
export const GAP_MS = 250;
/** Longest wait between two replays that brought nothing. */
export const MAX_GAP_MS = 10000;
/** After so many replays that brought nothing, the whole sheet is asked for. */
export const GAP_TRIES = 4;
/** Early changes kept until the gap before them closes; what lies beyond is replayed. */
export const MAX_HELD = 1000;
/** After the room fell silent for this long, a ping asks whether its last word was heard. */
export const QUIET_PING_MS = 2000;
/** The gateway closes a socket after 10 idle minutes. */
export const IDLE_PING_MS = 300000;
/** In a room that never falls silent, or only points and moves, a ping goes out this often at most. */
export const BUSY_PING_MS = 30000;
/** An answer to `hello` or `ping` takes less, or the socket is dead. */
export const ANSWER_MS = 10000;
/** First pause before a reconnect; doubles. */
export const RECONNECT_MS = 3000;
/** Longest pause before a reconnect. */
export const MAX_RECONNECT_MS = 60000;
/** Spread of the pauses, so that a room does not return as one; `welcome` may widen it. */
export const RECONNECT_JITTER_MS = 2000;
/** A first attempt that failed is looked into almost at once: somebody is waiting for the page. */
export const FIRST_RETRY_MS = 500;
/** The gateway closes a socket after 2 hours: 10 minutes earlier the next one is opened … */
export const ROLLOVER_MS = 6600000;
/** … or up to this much earlier still. */
export const ROLLOVER_JITTER_MS = 300000;
/** Pause before a roll-over that failed is tried again. */
export const ROLLOVER_RETRY_MS = 60000;
/** Presence frames of one client are at least this far apart, until `welcome` says how far. */
export const PRESENCE_MS = 250;
/** Without a movement for this long one is idle … */
export const IDLE_MS = 60000;
/** … and for this long, away. */
export const AWAY_MS = 300000;
/** A change refused as a conflict that the sheet does not show is tried this often. */
export const MAX_ATTEMPTS = 3;
/** Steps that can be undone. */
export const MAX_UNDO = 200;
/** Notices kept until they are dismissed. */
export const MAX_NOTIFICATIONS = 100;
/** Changes asked for over HTTP at once. */
export const CHANGES_LIMIT = 100;
