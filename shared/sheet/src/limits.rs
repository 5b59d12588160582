//! Every bound of a cycle, with the reason for its number. What lies beyond is refused with a code, never cut.

crate::constants! {
    /// Code points in one cell.
    MAX_CELL_CODE_POINTS: usize = 2_000;
    /// Rows in one sheet: what a browser grid keeps in hand and a model's answer cannot exceed.
    MAX_ROWS: usize = 500;
    /// Bytes of one change as JSON. A log entry holds 300 KB, a DynamoDB item 400 KB.
    MAX_CHANGE_BYTES: usize = 256 * 1024;
    /// Ops in one change: a pasted block of 500 rows is one op a row.
    MAX_OPS: usize = 500;
    /// Bytes of the changes of one log entry; with keys and hashes it stays below DynamoDB's 400 KB an item.
    MAX_ENTRY_BYTES: usize = 300 * 1024;
    /// Changes in one log entry: bounds the time a reader spends on one item.
    MAX_ENTRY_CHANGES: usize = 256;
    /// Estimated bytes of a cycle's canonical JSON, documents included: one snapshot stays loadable in a browser.
    MAX_CYCLE_BYTES: usize = 4 * 1024 * 1024;
    /// Clients whose last sequence the fold remembers; older ones are forgotten and raise `floor`.
    MAX_CLIENTS: usize = 4_096;
    /// Names of authors kept in the sheet; beyond, a screen shows the id.
    MAX_AUTHORS: usize = 1_000;
    /// Changes an author may commit in [`RATE_WINDOW_MS`] unless configured otherwise.
    DEFAULT_RATE_PER_WINDOW: u32 = 100;
    /// The window of the rate limit, in milliseconds.
    RATE_WINDOW_MS: i64 = 10_000;
    /// Seconds a row lock may be asked for.
    MAX_LOCK_SECONDS: u32 = 300;
    /// Threads in one cycle.
    MAX_COMMENTS: usize = 2_000;
    /// Replies in one thread.
    MAX_REPLIES: usize = 200;
    /// Code points of one comment or reply.
    MAX_COMMENT_CODE_POINTS: usize = 4_000;
    /// People one comment, or one update of a document, may mention: each is a delivery.
    MAX_MENTIONS: usize = 20;
    /// People that one change may mention in all its comments and updates: each costs two reads before the change and a
    /// write, a read and posts after it. Ten comments that name everybody they may, joined by a client that was offline.
    MAX_CHANGE_MENTIONS: usize = 200;
    /// Generations (extractions and refreshes) of one cycle: each costs a model call.
    MAX_GENERATIONS: u32 = 3;
    /// Runs that may take the lease of one generation before only a fallback may finish it.
    MAX_ATTEMPTS: u32 = 5;
    /// How long a run holds the lease of an extraction, in milliseconds: the function's own limit of ten minutes, and one.
    EXTRACTION_LEASE_MS: i64 = 11 * 60 * 1000;
    /// Longest lease a run may take, in milliseconds: a Lambda lives 15 minutes.
    MAX_LEASE_MS: i64 = 15 * 60 * 1000;
    /// Code points of the executive summary.
    MAX_SUMMARY_CODE_POINTS: usize = 8_000;
    /// Longest position key, in bytes; beyond, all rows get new keys.
    MAX_POSITION_BYTES: usize = 32;
    /// Removed rows whose origin is remembered, so that undo brings them back whole.
    MAX_TOMBSTONES: usize = 200;
    /// Bytes of one update of a document: an hour's typing, or a large paste. Larger ones go in pieces.
    MAX_UPDATE_BYTES: usize = 65_536;
    /// Structs and deleted ranges of one update: bounds the time that integrating it takes.
    MAX_UPDATE_STRUCTS: usize = 8_192;
    /// Levels of arrays and objects in an attribute of a document: the reader recurses.
    MAX_ANY_DEPTH: usize = 16;
    /// Levels of types inside each other in a document: both libraries walk them by recursion.
    MAX_DOC_DEPTH: usize = 64;
    /// Structs and deleted ranges of one document, merged: bounds the time that loading it takes.
    MAX_DOC_STRUCTS: usize = 32_768;
    /// Steps that loading a document may take to find where insertions belong that were made at one place at the same
    /// time. Merging n of them takes n²/2 steps of about 0.1 µs, for every replica and at every load. A forged document
    /// could exploit that; this caps the sum over the document's life. Fifty people who each type twenty words into one
    /// spot while they are offline stay below half of it.
    MAX_DOC_STEPS: usize = 100_000;
    /// Bytes of one document, merged: a book's chapter, with its history of edits.
    MAX_DOC_BYTES: usize = 1024 * 1024;
    /// Updates of a document that a state holds unmerged: each is read again when the next is checked.
    MAX_DOC_TAIL: usize = 128;
    /// Bytes of updates that a state holds unmerged, if what is merged is smaller.
    MIN_DOC_MERGE_BYTES: usize = 16 * 1024;
    /// Notes of removed rows that are remembered, so that undo brings them back.
    MAX_REMOVED_DOCS: usize = 200;
    /// Bytes of their updates; the last removed one is remembered in any case.
    MAX_REMOVED_DOC_BYTES: u64 = 2_097_152;
    /// Save points of one cycle.
    MAX_SAVE_POINTS: usize = 100;
    /// Code points of a save point's name.
    MAX_SAVE_POINT_CODE_POINTS: usize = 80;
    /// Named views of one cycle: a menu that people still read.
    MAX_VIEWS: usize = 20;
    /// Code points of a view's name.
    MAX_VIEW_NAME_CODE_POINTS: usize = 60;
    /// Bytes of what a view names: a filter of forty values a column, as the page writes it into its address.
    MAX_VIEW_LOOK_BYTES: usize = 4_096;
    /// Bytes of a comment's anchor: two places in a document and the words between them, cut to 200 characters.
    MAX_ANCHOR_BYTES: usize = 1_024;
}
