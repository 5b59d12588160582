/**
 * Every bound of a cycle and of the wire, with the reason for its number.
 * Made from shared/sheet/src/limits.rs and shared/protocol/src/limits.rs by `make contract`: do not edit.
 */
/** Code points in one cell. */
export const MAX_CELL_CODE_POINTS = 2000;
/** Rows in one sheet: what a browser grid keeps in hand and a model's answer cannot exceed. */
export const MAX_ROWS = 500;
/** Bytes of one change as JSON. A log entry holds 300 KB, a DynamoDB item 400 KB. */
export const MAX_CHANGE_BYTES = 262144;
/** Ops in one change: a pasted block of 500 rows is one op a row. */
export const MAX_OPS = 500;
/** Bytes of the changes of one log entry; with keys and hashes it stays below DynamoDB's 400 KB an item. */
export const MAX_ENTRY_BYTES = 307200;
/** Changes in one log entry: bounds the time a reader spends on one item. */
export const MAX_ENTRY_CHANGES = 256;
/** Estimated bytes of a cycle's canonical JSON, documents included: one snapshot stays loadable in a browser. */
export const MAX_CYCLE_BYTES = 4194304;
/** Clients whose last sequence the fold remembers; older ones are forgotten and raise `floor`. */
export const MAX_CLIENTS = 4096;
/** Names of authors kept in the sheet; beyond, a screen shows the id. */
export const MAX_AUTHORS = 1000;
/** Changes an author may commit in [`RATE_WINDOW_MS`] unless configured otherwise. */
export const DEFAULT_RATE_PER_WINDOW = 100;
/** The window of the rate limit, in milliseconds. */
export const RATE_WINDOW_MS = 10000;
/** Seconds a row lock may be asked for. */
export const MAX_LOCK_SECONDS = 300;
/** Threads in one cycle. */
export const MAX_COMMENTS = 2000;
/** Replies in one thread. */
export const MAX_REPLIES = 200;
/** Code points of one comment or reply. */
export const MAX_COMMENT_CODE_POINTS = 4000;
/** People one comment, or one update of a document, may mention: each is a delivery. */
export const MAX_MENTIONS = 20;
/**
 * People that one change may mention in all its comments and updates: each costs two reads before the change and a
 * write, a read and posts after it. Ten comments that name everybody they may, joined by a client that was offline.
 */
export const MAX_CHANGE_MENTIONS = 200;
/** Generations (extractions and refreshes) of one cycle: each costs a model call. */
export const MAX_GENERATIONS = 3;
/** Runs that may take the lease of one generation before only a fallback may finish it. */
export const MAX_ATTEMPTS = 5;
/** How long a run holds the lease of an extraction, in milliseconds: the function's own limit of ten minutes, and one. */
export const EXTRACTION_LEASE_MS = 660000;
/** Longest lease a run may take, in milliseconds: a Lambda lives 15 minutes. */
export const MAX_LEASE_MS = 900000;
/** Code points of the executive summary. */
export const MAX_SUMMARY_CODE_POINTS = 8000;
/** Longest position key, in bytes; beyond, all rows get new keys. */
export const MAX_POSITION_BYTES = 32;
/** Removed rows whose origin is remembered, so that undo brings them back whole. */
export const MAX_TOMBSTONES = 200;
/** Bytes of one update of a document: an hour's typing, or a large paste. Larger ones go in pieces. */
export const MAX_UPDATE_BYTES = 65536;
/** Structs and deleted ranges of one update: bounds the time that integrating it takes. */
export const MAX_UPDATE_STRUCTS = 8192;
/** Levels of arrays and objects in an attribute of a document: the reader recurses. */
export const MAX_ANY_DEPTH = 16;
/** Levels of types inside each other in a document: both libraries walk them by recursion. */
export const MAX_DOC_DEPTH = 64;
/** Structs and deleted ranges of one document, merged: bounds the time that loading it takes. */
export const MAX_DOC_STRUCTS = 32768;
/**
 * Steps that loading a document may take to find where insertions belong that were made at one place at the same
 * time. Merging n of them takes n²/2 steps of about 0.1 µs, for every replica and at every load. A forged document
 * could exploit that; this caps the sum over the document's life. Fifty people who each type twenty words into one
 * spot while they are offline stay below half of it.
 */
export const MAX_DOC_STEPS = 100000;
/** Bytes of one document, merged: a book's chapter, with its history of edits. */
export const MAX_DOC_BYTES = 1048576;
/** Updates of a document that a state holds unmerged: each is read again when the next is checked. */
export const MAX_DOC_TAIL = 128;
/** Bytes of updates that a state holds unmerged, if what is merged is smaller. */
export const MIN_DOC_MERGE_BYTES = 16384;
/** Notes of removed rows that are remembered, so that undo brings them back. */
export const MAX_REMOVED_DOCS = 200;
/** Bytes of their updates; the last removed one is remembered in any case. */
export const MAX_REMOVED_DOC_BYTES = 2097152;
/** Save points of one cycle. */
export const MAX_SAVE_POINTS = 100;
/** Code points of a save point's name. */
export const MAX_SAVE_POINT_CODE_POINTS = 80;
/** Named views of one cycle: a menu that people still read. */
export const MAX_VIEWS = 20;
/** Code points of a view's name. */
export const MAX_VIEW_NAME_CODE_POINTS = 60;
/** Bytes of what a view names: a filter of forty values a column, as the page writes it into its address. */
export const MAX_VIEW_LOOK_BYTES = 4096;
/** Bytes of a comment's anchor: two places in a document and the words between them, cut to 200 characters. */
export const MAX_ANCHOR_BYTES = 1024;
/**
 * Bytes of one client frame. API Gateway closes a socket that sends a frame over 32 KB, and a browser cannot
 * fragment; the rest is room for what a proxy may add.
 */
export const MAX_CLIENT_FRAME_BYTES = 28672;
/** Bytes of one server frame. API Gateway refuses to post more than 128 KB. */
export const MAX_SERVER_FRAME_BYTES = 102400;
/** Bytes of one presence state: it is posted to everybody in the room. */
export const MAX_PRESENCE_BYTES = 2048;
/** Documents that a hello may name: as many as somebody has open, and the time to load each. */
export const MAX_HELLO_DOCS = 8;
/** Documents that a presence state may have a caret in: as many as a hello may name. */
export const MAX_PRESENCE_DOCS = 8;
/** Bytes of one end of a caret. A relative position of Yjs is an id, or a root's name, and a side: about 20. */
export const MAX_CARET_BYTES = 64;
/** Changes in one page of the log over HTTPS: about what a history panel shows at once. */
export const MAX_PAGE_CHANGES = 1000;
/**
 * Posts of presence a second that one room may cost, unless the stage sets it. Posts are the bill of a busy room:
 * a room in which everyone moves all the time costs 0.27 USD an hour at this rate.
 */
export const PRESENCE_POSTS_PER_SECOND = 75;
/**
 * The shortest presence interval, milliseconds, unless the stage sets it: one movement a second shows where somebody
 * works, and a cursor that crosses ten cells costs one frame and not four.
 */
export const MIN_PRESENCE_INTERVAL_MS = 1000;
/** The least jitter that `welcome` asks for before a reconnect, milliseconds. */
export const MIN_RECONNECT_JITTER_MS = 2000;
/**
 * New connections a second that everybody's return at once may come to: API Gateway allows an account 500, and the
 * worst second of a random spread has more than the mean.
 */
export const RECONNECTS_PER_SECOND = 250;
/**
 * Sockets that a deployment expects at once, unless it sets another number: as many as the least jitter is enough
 * for.
 */
export const DEFAULT_EXPECTED_CONNECTIONS = 500;
