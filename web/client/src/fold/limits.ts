/** The bounds of a cycle that a client can check early. The same numbers stand in the Rust crate `sheet`. */

/** Code points in one cell. */
export const MAX_CELL_CODE_POINTS = 2_000;
/** Rows in one sheet. */
export const MAX_ROWS = 500;
/** Ops in one change. */
export const MAX_OPS = 500;
/** Names of authors kept in the sheet; beyond, a screen shows the id. */
export const MAX_AUTHORS = 1_000;
/** Seconds a row lock may be asked for. */
export const MAX_LOCK_SECONDS = 300;
/** Threads in one cycle. */
export const MAX_COMMENTS = 2_000;
/** Replies in one thread. */
export const MAX_REPLIES = 200;
/** Code points of one comment or reply. */
export const MAX_COMMENT_CODE_POINTS = 4_000;
/** People one comment, or one update of a document, may mention. */
export const MAX_MENTIONS = 20;
/** Longest position key before the rows are numbered anew. */
export const MAX_POSITION_BYTES = 32;
/** Removed rows the server remembers, so that undo brings them back whole. */
export const MAX_TOMBSTONES = 200;
/** The author of what the system itself commits, the model's cells included. */
export const SYSTEM_ID = "cyclesheet";
/** Bytes of one update of a document. */
export const MAX_UPDATE_BYTES = 65_536;
/** Bytes of one document, merged. */
export const MAX_DOC_BYTES = 1_048_576;
/** Structs and deleted ranges of one document, merged. */
export const MAX_DOC_STRUCTS = 32_768;
/** Notes of removed rows that are remembered, so that undo brings them back. */
export const MAX_REMOVED_DOCS = 200;
/** Bytes of their updates; the last removed one is remembered in any case. */
export const MAX_REMOVED_DOC_BYTES = 2_097_152;
/** Save points of one cycle. */
export const MAX_SAVE_POINTS = 100;
/** Code points of a save point's name. */
export const MAX_SAVE_POINT_CODE_POINTS = 80;
