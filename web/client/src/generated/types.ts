/**
 * Every type of the wire, as the server writes it.
 * Made from docs/contract/types.schema.json by `make contract`: do not edit.
 */

/**
 * What somebody does.
 */
export type Activity = "active" | "typing" | "idle" | "away";
/**
 * Milliseconds since 1970-01-01T00:00:00Z.
 */
export type TimestampMs = number;
export type Name = string;
/**
 * `<client>.<seq>`: names a change for good.
 */
export type ChangeId = string;
/**
 * One step of a change. `op` names it in JSON.
 */
export type Op =
  | OpCellModify
  | OpBatchUpdate
  | OpRowInsert
  | OpRowRemove
  | OpRowMove
  | OpRowLock
  | OpRowUnlock
  | OpCommentAdd
  | OpCommentReply
  | OpCommentEdit
  | OpCommentDelete
  | OpCommentResolve
  | OpCommentReopen
  | OpTextUpdate
  | OpSavePointAdd
  | OpSavePointRemove
  | OpHealthSet
  | OpViewAdd
  | OpViewRemove
  | OpMemberRevoke
  | OpMemberRestore
  | OpMemberRole
  | OpGenerationStarted
  | OpGenerated
  | OpGenerationFailed
  | OpCycleStale
  | OpCycleSealed;
export type Column =
  | "title"
  | "description"
  | "status"
  | "priority"
  | "assignee"
  | "deadline"
  | "progress"
  | "blockers"
  | "source";
export type RowId = string;
export type CommentId = string;
export type ReplyId = string;
/**
 * A document's name: `summary`, or `notes:<taskId>`.
 */
export type DocName = string;
/**
 * Bytes as standard base64: a Yjs update (v1).
 */
export type Bytes = string;
/**
 * How a week is going, in one word.
 */
export type Health = "onTrack" | "atRisk" | "offTrack";
export type ViewId = string;
/**
 * What somebody may do in a room. The role × action table is in the protocol's SPEC.
 */
export type Role = "viewer" | "editor" | "admin" | "system";
/**
 * What the extraction found. `apply` merges it; people's words stay.
 */
export type OpGenerated = Generated & OpGenerated1;
/**
 * Where rows came from.
 */
export type Origin = "model" | "sample" | "fallback" | "empty";
/**
 * One way in which a row differs from the week before.
 */
export type Difference =
  | {
      kind: "new";
    }
  | {
      kind: "finished";
    }
  | {
      kind: "reopened";
    }
  | {
      kind: "blocked";
      /**
       * At least 1.
       */
      weeks: number;
    }
  | {
      kind: "unblocked";
    }
  | {
      /**
       * Days between the two, at least 1.
       */
      days: number;
      /**
       * The deadline of the week before, an ISO date.
       */
      from: string;
      kind: "slipped";
      /**
       * Weeks in which this row's deadline moved to a later day, this week included.
       */
      times: number;
      /**
       * The deadline now, an ISO date.
       */
      to: string;
    }
  | {
      /**
       * Days between the two, at least 1.
       */
      days: number;
      /**
       * The deadline of the week before, an ISO date.
       */
      from: string;
      kind: "broughtForward";
      /**
       * The deadline now, an ISO date.
       */
      to: string;
    }
  | {
      /**
       * The assignee before.
       */
      from: string;
      kind: "owner";
      /**
       * The assignee now.
       */
      to: string;
    }
  | {
      /**
       * Percent in the week before.
       */
      from: number;
      kind: "progress";
      /**
       * Percent now.
       */
      to: number;
    };
/**
 * By what two rows of two weeks were joined.
 */
export type JoinedBy = "lineage" | "title";
/**
 * A frame from a client.
 */
export type ClientFrame =
  | {
      /**
       * State vectors of the documents it has, base64; at most [`MAX_HELLO_DOCS`].
       */
      docs?: {
        [k: string]: string;
      };
      /**
       * The epoch that version belongs to.
       */
      epoch?: string | null;
      /**
       * The version it has; none: it has nothing.
       */
      since?: number | null;
      type: "hello";
    }
  | (ProposedChange & {
      type: "change";
    })
  | {
      /**
       * The state.
       */
      state: PresenceState;
      type: "presence";
    }
  | {
      /**
       * The version it has.
       */
      since: number;
      type: "replay";
    }
  | {
      type: "refresh";
    }
  | {
      type: "ping";
      /**
       * The version it has.
       */
      version?: number;
    };
/**
 * A stable code of a refusal.
 */
export type Code =
  | "CONFLICT"
  | "LOCKED"
  | "FORBIDDEN"
  | "REVOKED"
  | "RATE_LIMITED"
  | "SUPERSEDED"
  | "INVALID_VALUE"
  | "UNKNOWN_TARGET"
  | "PAYLOAD_TOO_LARGE"
  | "MALFORMED"
  | "UNSUPPORTED"
  | "TOKEN_EXPIRED"
  | "NOT_FOUND"
  | "UNCHANGED"
  | "BUSY";
/**
 * How far an extraction is.
 */
export type GenerationState = "started" | "generated" | "failed";
/**
 * A frame to a client.
 */
export type ServerFrame =
  | (Welcome & {
      type: "welcome";
    })
  | (Rejected & {
      type: "rejected";
    })
  | {
      /**
       * The id of the user's socket.
       */
      connectionId: string;
      /**
       * The state.
       */
      state: PresenceState;
      type: "presence";
      /**
       * The user; set by the server.
       */
      user: User;
    }
  | (Peer & {
      type: "joined";
    })
  | {
      /**
       * The id of the socket.
       */
      connectionId: string;
      type: "left";
      /**
       * The user whose socket it was.
       */
      user: User;
    }
  | {
      /**
       * The cycle's epoch.
       */
      epoch: string;
      type: "pong";
      /**
       * The log's tip, read strongly consistently.
       */
      version: number;
    }
  | {
      /**
       * The stable code.
       */
      code: Code;
      /**
       * What was wrong and what would be right.
       */
      message: string;
      /**
       * Whether the same frame, sent again, can succeed.
       */
      retryable: boolean;
      type: "error";
    };
/**
 * Whether the week is closed.
 */
export type Status = "open" | "sealed";
/**
 * An ISO week: `2026-W47`.
 */
export type Week = string;

/**
 * A change as the room receives it.
 */
export interface Announced {
  /**
   * When it was committed.
   */
  at: TimestampMs;
  /**
   * The person who made it, or the system.
   */
  author: Author;
  /**
   * The version its author had seen.
   */
  base: number;
  /**
   * `<client>.<seq>`.
   */
  id: ChangeId;
  /**
   * What it does; null where that does not fit a frame: the client asks for it over HTTP.
   */
  ops: Op[] | null;
  /**
   * The role that the author had.
   */
  role: Role;
  /**
   * Its place in the total order, from 1.
   */
  version: number;
}
/**
 * The author of a change. The committing function takes it from the connection; a client cannot name one.
 */
export interface Author {
  /**
   * The user's id within the tenant.
   */
  id: Name;
  /**
   * The author's name at that time.
   */
  name: string;
}
/**
 * One cell, guarded by what its author saw in it.
 */
export interface OpCellModify {
  /**
   * The column.
   */
  column: Column;
  /**
   * The new text.
   */
  newValue: string;
  /**
   * What its author saw there; anything else is `CONFLICT`.
   */
  oldValue: string;
  op: "CELL_MODIFY";
  /**
   * The row.
   */
  taskId: RowId;
}
/**
 * Several cells of one row, all or nothing.
 */
export interface OpBatchUpdate {
  op: "BATCH_UPDATE";
  /**
   * The row.
   */
  taskId: RowId;
  /**
   * Each column's guard and new value.
   */
  updates: {
    assignee?: Update;
    blockers?: Update;
    deadline?: Update;
    description?: Update;
    priority?: Update;
    progress?: Update;
    source?: Update;
    status?: Update;
    title?: Update;
  };
}
/**
 * A cell's guard and its new value.
 */
export interface Update {
  /**
   * The new text.
   */
  newValue: string;
  /**
   * What its author saw there.
   */
  oldValue: string;
}
/**
 * A new row.
 */
export interface OpRowInsert {
  /**
   * The row above it; without one it is the first.
   */
  after: RowId | null;
  /**
   * The texts of its cells.
   */
  cells: {
    assignee?: string;
    blockers?: string;
    deadline?: string;
    description?: string;
    priority?: string;
    progress?: string;
    source?: string;
    status?: string;
    title?: string;
  };
  op: "ROW_INSERT";
  /**
   * The removed row that comes back with its origin, exactly as it was. `cells` is then ignored.
   */
  restored?: Row;
  /**
   * Its id, made by the client.
   */
  taskId: RowId;
}
/**
 * One row.
 */
export interface Row {
  /**
   * The row of an earlier cycle that it continues: `2026-W46/g1-2`.
   */
  carriedFrom: string | null;
  /**
   * Its cells.
   */
  cells: {
    assignee?: Cell;
    blockers?: Cell;
    deadline?: Cell;
    description?: Cell;
    priority?: Cell;
    progress?: Cell;
    source?: Cell;
    status?: Cell;
    title?: Cell;
  };
  /**
   * The number of the generation that last wrote or matched it.
   */
  generation: number | null;
  /**
   * Whether a person has written in it.
   */
  isManuallyEdited: boolean;
  /**
   * Its place: keys compare as text.
   */
  position: string;
  /**
   * Its id for good.
   */
  taskId: RowId;
}
/**
 * One cell. A cell never written is absent from its row.
 */
export interface Cell {
  /**
   * What the model wrote, if it ever did: differs from `value` where a person knew better.
   */
  aiValue?: string;
  /**
   * The id of the user who wrote it; text of the model has the system's id.
   */
  author: Name;
  /**
   * The text.
   */
  value: string;
  /**
   * The version that wrote it.
   */
  version: number;
}
/**
 * A row leaves the sheet.
 */
export interface OpRowRemove {
  op: "ROW_REMOVE";
  /**
   * The row.
   */
  taskId: RowId;
}
/**
 * A row moves below another.
 */
export interface OpRowMove {
  /**
   * The row above its new place; without one it becomes the first.
   */
  after: RowId | null;
  op: "ROW_MOVE";
  /**
   * The row.
   */
  taskId: RowId;
}
/**
 * A lease on a row: until it ends, others' ops on the row are refused.
 */
export interface OpRowLock {
  op: "ROW_LOCK";
  /**
   * For how long, 1 to 300.
   */
  seconds: number;
  /**
   * The row.
   */
  taskId: RowId;
}
/**
 * The lease ends.
 */
export interface OpRowUnlock {
  op: "ROW_UNLOCK";
  /**
   * The row.
   */
  taskId: RowId;
}
/**
 * A new thread on a row, a cell or a document's selection.
 */
export interface OpCommentAdd {
  /**
   * Yjs relative positions of the selection, as the client encodes them.
   */
  anchor?: string;
  /**
   * The cell it is about.
   */
  column?: Column;
  /**
   * Its id, made by the client.
   */
  commentId: CommentId;
  /**
   * The document it is about.
   */
  doc?: string;
  /**
   * The users to mention.
   */
  mentions: Name[];
  op: "COMMENT_ADD";
  /**
   * The row it is about.
   */
  taskId?: RowId;
  /**
   * What it says.
   */
  text: string;
}
/**
 * An answer in a thread.
 */
export interface OpCommentReply {
  /**
   * The thread.
   */
  commentId: CommentId;
  /**
   * The users to mention.
   */
  mentions: Name[];
  op: "COMMENT_REPLY";
  /**
   * The reply's id, made by the client.
   */
  replyId: ReplyId;
  /**
   * What it says.
   */
  text: string;
}
/**
 * Other words for one's own comment or reply.
 */
export interface OpCommentEdit {
  /**
   * The thread.
   */
  commentId: CommentId;
  /**
   * The users to mention.
   */
  mentions: Name[];
  op: "COMMENT_EDIT";
  /**
   * The reply; none: the thread's first comment.
   */
  replyId?: ReplyId;
  /**
   * What it is to say.
   */
  text: string;
}
/**
 * One's own comment or reply loses its words; its place stays.
 */
export interface OpCommentDelete {
  /**
   * The thread.
   */
  commentId: CommentId;
  op: "COMMENT_DELETE";
  /**
   * The reply; none: the thread's first comment.
   */
  replyId?: ReplyId;
}
/**
 * The thread is settled.
 */
export interface OpCommentResolve {
  /**
   * The thread.
   */
  commentId: CommentId;
  op: "COMMENT_RESOLVE";
}
/**
 * The thread is open again.
 */
export interface OpCommentReopen {
  /**
   * The thread.
   */
  commentId: CommentId;
  op: "COMMENT_REOPEN";
}
/**
 * Text typed into a document. Yjs merges what is typed at once; nothing here ever conflicts.
 */
export interface OpTextUpdate {
  /**
   * The document.
   */
  doc: DocName;
  /**
   * The users whom the update newly mentions.
   */
  mentions?: Name[];
  op: "TEXT_UPDATE";
  /**
   * A Yjs update (v1), as base64.
   */
  update: Bytes;
}
/**
 * This version gets a name.
 */
export interface OpSavePointAdd {
  /**
   * What people call it.
   */
  name: string;
  op: "SAVE_POINT_ADD";
}
/**
 * A version loses its name.
 */
export interface OpSavePointRemove {
  op: "SAVE_POINT_REMOVE";
  /**
   * The version.
   */
  version: number;
}
/**
 * A person says how the week is going.
 */
export interface OpHealthSet {
  /**
   * The word; without one, the derived word counts again.
   */
  health: Health | null;
  op: "HEALTH_SET";
}
/**
 * A way to look at the sheet gets a name, for everyone.
 */
export interface OpViewAdd {
  /**
   * The filters, the order and the groups, as the page writes them into its address.
   */
  look: string;
  /**
   * What people call it.
   */
  name: string;
  op: "VIEW_ADD";
  /**
   * Its id, made by the client.
   */
  viewId: ViewId;
}
/**
 * A named view leaves the sheet.
 */
export interface OpViewRemove {
  op: "VIEW_REMOVE";
  /**
   * The view.
   */
  viewId: ViewId;
}
/**
 * A member leaves the tenant: everything of theirs after this change is refused.
 */
export interface OpMemberRevoke {
  op: "MEMBER_REVOKE";
  /**
   * The user.
   */
  userId: Name;
}
/**
 * A removed member is back.
 */
export interface OpMemberRestore {
  op: "MEMBER_RESTORE";
  /**
   * The user.
   */
  userId: Name;
}
/**
 * A member's role from here on, whatever their token says.
 */
export interface OpMemberRole {
  op: "MEMBER_ROLE";
  /**
   * Viewer, editor or admin.
   */
  role: Role;
  /**
   * The user.
   */
  userId: Name;
}
/**
 * The author of this change takes the lease of an extraction.
 */
export interface OpGenerationStarted {
  /**
   * 1, 2, 3: a run that died is resumed under its number.
   */
  generation: number;
  /**
   * How long the lease lasts, milliseconds; longer than the function that holds it can live.
   */
  leaseMs: number;
  op: "GENERATION_STARTED";
}
/**
 * The result of an extraction, or one numbered part of it.
 */
export interface Generated {
  /**
   * The number of the lease.
   */
  generation: number;
  /**
   * How many messages were read.
   */
  messages: number;
  /**
   * The model's name, if one was asked.
   */
  model: string | null;
  /**
   * What people should know about this result.
   */
  note: string | null;
  /**
   * Where the rows came from.
   */
  origin: Origin;
  /**
   * 1 to `parts`, in order.
   */
  part: number;
  /**
   * How many changes the result takes.
   */
  parts: number;
  /**
   * The rows.
   */
  rows: GeneratedRow[];
  /**
   * The executive summary.
   */
  summary: string;
}
/**
 * One extracted row.
 */
export interface GeneratedRow {
  /**
   * The row of last week that it continues: `2026-W46/g1-2`.
   */
  carriedFrom?: string;
  /**
   * Its cells; each stands by its column's rules.
   */
  cells: {
    assignee?: string;
    blockers?: string;
    deadline?: string;
    description?: string;
    priority?: string;
    progress?: string;
    source?: string;
    status?: string;
    title?: string;
  };
  /**
   * The id it gets if it matches no row of the sheet.
   */
  taskId: RowId;
}
export interface OpGenerated1 {
  op: "GENERATED";
}
/**
 * The extraction ended without a result.
 */
export interface OpGenerationFailed {
  /**
   * The number of the lease.
   */
  generation: number;
  op: "GENERATION_FAILED";
  /**
   * Why, for people.
   */
  reason: string;
}
/**
 * Messages arrived that the sheet does not know.
 */
export interface OpCycleStale {
  /**
   * The number of messages.
   */
  messages: number;
  op: "CYCLE_STALE";
}
/**
 * The week is closed: carry-over is done. Edits go on.
 */
export interface OpCycleSealed {
  op: "CYCLE_SEALED";
}
/**
 * Where somebody is in a document: both ends of what they have selected. Whose caret it is, is the server's word alone.
 */
export interface Caret {
  /**
   * Where the selection began: a relative position of Yjs; 1 to [`MAX_CARET_BYTES`] bytes.
   */
  anchor: Bytes;
  /**
   * Where it ends now; the same place for a caret that selects nothing.
   */
  head: Bytes;
}
/**
 * A change as the log stores it and as the room receives it.
 */
export interface Change {
  /**
   * When it was committed; never lower than the previous change's.
   */
  at: TimestampMs;
  /**
   * The author.
   */
  author: Author;
  /**
   * The version its author had seen.
   */
  base: number;
  /**
   * `<client>.<seq>`.
   */
  id: ChangeId;
  /**
   * What it does, in order, all or nothing.
   */
  ops: Op[];
  /**
   * The role they had.
   */
  role: Role;
  /**
   * Its place in the total order, from 1.
   */
  version: number;
}
/**
 * A row of the week with its differences from the week before.
 */
export interface ChangedRow {
  /**
   * The assignee in the week of the report.
   */
  assignee: string;
  /**
   * The id of the row of the week before, if there is one.
   */
  before: RowId | null;
  /**
   * The differences, in the order of [`Difference`]; never empty.
   */
  differences: Difference[];
  /**
   * By what the two rows were joined.
   */
  joinedBy: JoinedBy | null;
  /**
   * The row.
   */
  taskId: RowId;
  /**
   * Its title in the week that is looked at.
   */
  title: string;
}
/**
 * A change as a client proposes it: without author, time and version, which are the server's to stamp.
 */
export interface ProposedChange {
  /**
   * The version its author had seen.
   */
  base: number;
  /**
   * `<client>.<seq>`, `seq` from 1.
   */
  id: ChangeId;
  /**
   * What it does.
   */
  ops: Op[];
}
/**
 * Where somebody is and what they do there.
 */
export interface PresenceState {
  /**
   * The cell they are in.
   */
  cursor?: Cursor | null;
  /**
   * Carets in documents; at most [`MAX_PRESENCE_DOCS`].
   */
  docs?: {
    [k: string]: Caret;
  };
  /**
   * What they do.
   */
  status?: Activity & string;
}
/**
 * A cell, or a row as a whole.
 */
export interface Cursor {
  /**
   * The column.
   */
  column: Column | null;
  /**
   * The row.
   */
  taskId: RowId;
}
/**
 * A thread.
 */
export interface Comment {
  /**
   * The selection it is about.
   */
  anchor: string | null;
  /**
   * When it was committed.
   */
  at: TimestampMs;
  /**
   * The author of its first comment.
   */
  author: Name;
  /**
   * The cell it is about.
   */
  column: Column | null;
  /**
   * Its id.
   */
  commentId: CommentId;
  /**
   * Whether its author has deleted it.
   */
  deleted: boolean;
  /**
   * The document it is about.
   */
  doc: string | null;
  /**
   * When its words last changed.
   */
  editedAt: TimestampMs | null;
  /**
   * The users who were mentioned.
   */
  mentions: Name[];
  /**
   * The answers.
   */
  replies: Reply[];
  /**
   * Whether it is settled.
   */
  resolved: Resolved | null;
  /**
   * The row it is about.
   */
  taskId: RowId | null;
  /**
   * What it says; empty once deleted.
   */
  text: string;
  /**
   * The version that began it: threads are listed in this order.
   */
  version: number;
}
/**
 * An answer in a thread.
 */
export interface Reply {
  /**
   * When it was committed.
   */
  at: TimestampMs;
  /**
   * The user.
   */
  author: Name;
  /**
   * Whether its author has deleted it.
   */
  deleted: boolean;
  /**
   * When its words last changed.
   */
  editedAt: TimestampMs | null;
  /**
   * The users who were mentioned.
   */
  mentions: Name[];
  /**
   * Its id.
   */
  replyId: ReplyId;
  /**
   * What it says; empty once deleted.
   */
  text: string;
}
/**
 * The user who settled a thread, and when.
 */
export interface Resolved {
  /**
   * When it was committed.
   */
  at: TimestampMs;
  /**
   * The user.
   */
  by: Name;
}
/**
 * The weeks of one team, compared.
 */
export interface Comparison {
  /**
   * The week that it is compared with: the last one before it that has a sheet. `None`: there is none.
   */
  before: string | null;
  /**
   * The rows that differ from the week before, in the order of the sheet.
   */
  rows: ChangedRow[];
  /**
   * The weeks in their order, the one that is looked at last.
   */
  trend: TrendPoint[];
  /**
   * Rows of the week before that were not done and have no row in this week, in their order.
   */
  vanished: VanishedRow[];
  /**
   * The week that is looked at, `2026-W47`.
   */
  week: string;
}
/**
 * One week of a trend.
 */
export interface TrendPoint {
  /**
   * Rows that continue one of the week before.
   */
  carriedOver: number;
  /**
   * The week's word; `None` without rows.
   */
  health: Health | null;
  /**
   * The week's numbers, judged on the week's own last day, or today while it runs.
   */
  numbers: Numbers;
  /**
   * Rows whose deadline moved to a later day since the week before.
   */
  slipped: number;
  /**
   * `2026-W47`.
   */
  week: string;
}
/**
 * Counts of a week's rows. A row without any value is not counted.
 */
export interface Numbers {
  /**
   * Rows of status Blocked.
   */
  blocked: number;
  /**
   * Rows of status Done.
   */
  done: number;
  /**
   * Rows that are blocked or late: a row that is both counts once.
   */
  inTrouble: number;
  /**
   * Rows that are not done and whose deadline is a date that has passed.
   */
  late: number;
  /**
   * Rows.
   */
  rows: number;
  /**
   * Rows that are blocked or late and of priority Urgent.
   */
  urgentInTrouble: number;
}
/**
 * A row of the week before that this week does not have.
 */
export interface VanishedRow {
  /**
   * The assignee before.
   */
  assignee: string;
  /**
   * The row in the week before.
   */
  taskId: RowId;
  /**
   * Its title there.
   */
  title: string;
}
/**
 * What the sheet says of a document.
 */
export interface DocEntry {
  /**
   * How many bytes they had.
   */
  bytes: number;
  /**
   * A chain over the updates: `sha256(the hash before, 32 zero bytes at first || the update)`, lower-case hex.
   */
  hash: string;
  /**
   * Whether a person has written in it.
   */
  isManuallyEdited: boolean;
  /**
   * How many updates there were.
   */
  updates: number;
  /**
   * The version of the last update.
   */
  version: number;
}
/**
 * Where a cycle's extraction stands.
 */
export interface Generation {
  /**
   * When it ended.
   */
  finishedAt: TimestampMs | null;
  /**
   * How many messages were read.
   */
  messages: number;
  /**
   * The model's name, if one was asked.
   */
  model: string | null;
  /**
   * What people should know about it.
   */
  note: string | null;
  /**
   * 1, 2, 3.
   */
  number: number;
  /**
   * Where the rows came from.
   */
  origin: Origin | null;
  /**
   * When it began.
   */
  startedAt: TimestampMs;
  /**
   * How far it is.
   */
  state: GenerationState;
}
/**
 * A row's lease.
 */
export interface Lock {
  /**
   * When it ends by itself.
   */
  expiresAt: TimestampMs;
  /**
   * The user who holds it.
   */
  holder: Name;
  /**
   * The row.
   */
  taskId: RowId;
}
/**
 * What a replica of a document lacks.
 */
export interface Missed {
  /**
   * Everything that its state vector does not cover, as one Yjs update.
   */
  update: Bytes;
  /**
   * The version that it brings the replica to.
   */
  version: number;
}
/**
 * A socket in the room.
 */
export interface Peer {
  /**
   * Its id.
   */
  connectionId: string;
  /**
   * The user's role.
   */
  role: Role;
  /**
   * The user whose socket it is.
   */
  user: User;
}
/**
 * A user, as others see them.
 */
export interface User {
  /**
   * Their colour, `#rrggbb`.
   */
  color: string;
  /**
   * Their id within the tenant.
   */
  id: string;
  /**
   * Their name.
   */
  name: string;
}
/**
 * The refusal of a change.
 */
export interface Rejected {
  /**
   * The stable code.
   */
  code: Code;
  /**
   * The current value, where that helps to decide.
   */
  current: {
    [k: string]: unknown;
  };
  /**
   * The change.
   */
  id: string;
  /**
   * What was wrong and what would be right.
   */
  message: string;
  /**
   * Whether the same frame, sent again, can succeed.
   */
  retryable: boolean;
  /**
   * The tip it was judged at.
   */
  version: number;
}
/**
 * What removed rows leave behind: so that no refresh brings those of the model back, and undo brings a row's note.
 */
export interface Removed {
  /**
   * Notes that come back with their rows, of the model's and of people's.
   */
  docs: {
    [k: string]: RemovedDoc;
  };
  /**
   * Message ids they came from.
   */
  sources: string[];
  /**
   * Their normalised titles.
   */
  titles: string[];
}
/**
 * The note of a removed row: it comes back with its row, as long as it is remembered.
 */
export interface RemovedDoc {
  /**
   * How many bytes they had.
   */
  bytes: number;
  /**
   * A chain over the updates: `sha256(the hash before, 32 zero bytes at first || the update)`, lower-case hex.
   */
  hash: string;
  /**
   * Whether a person has written in it.
   */
  isManuallyEdited: boolean;
  /**
   * The version that removed its row.
   */
  removedAt: number;
  /**
   * How many updates there were.
   */
  updates: number;
  /**
   * The version of the last update.
   */
  version: number;
}
/**
 * A named version of the cycle.
 */
export interface SavePoint {
  /**
   * When it was added.
   */
  at: TimestampMs;
  /**
   * The user who added it.
   */
  author: Name;
  /**
   * What people call it.
   */
  name: string;
  /**
   * The version that it names: that of the change which added it.
   */
  version: number;
}
/**
 * Everything a client needs to begin, or to go on from where it was.
 */
export interface Welcome {
  /**
   * The server's time.
   */
  at: TimestampMs;
  /**
   * The changes after `since`, if those are enough.
   */
  changes: Announced[];
  /**
   * This socket.
   */
  connectionId: string;
  /**
   * Everybody in the room, this socket included.
   */
  connections: Peer[];
  /**
   * What the documents that `hello` named lack; none: it does not fit here and is to be fetched.
   */
  docs: {
    [k: string]: Missed | null;
  };
  /**
   * Random per cycle; another epoch is another history.
   */
  epoch: string;
  /**
   * Unread mentions.
   */
  notifications: {
    [k: string]: unknown;
  }[];
  /**
   * How often presence may be sent now, milliseconds.
   */
  presenceIntervalMs: number;
  /**
   * The protocol's version.
   */
  protocol: number;
  /**
   * The jitter to add before a reconnect, milliseconds.
   */
  reconnectJitterMs: number;
  /**
   * The user's role.
   */
  role: Role;
  /**
   * The whole sheet, if it is needed and fits.
   */
  snapshot: Sheet | null;
  /**
   * Where to fetch the sheet, if it is needed and does not fit.
   */
  snapshotUrl: string | null;
  /**
   * The user, as the server identified them.
   */
  user: User;
  /**
   * The log's tip.
   */
  version: number;
}
/**
 * The sheet of one cycle. Cloning shares everything: a change copies only what it touches.
 */
export interface Sheet {
  /**
   * Display names of everyone whose change is in the log, by user id.
   */
  authors: {
    [k: string]: string;
  };
  /**
   * The threads, in the order in which they were begun.
   */
  comments: Comment[];
  /**
   * When the first change was committed.
   */
  createdAt: TimestampMs;
  /**
   * `platform/2026-W47`.
   */
  cycleId: string;
  /**
   * Documents that somebody has written in: `summary`, `notes:<taskId>`.
   */
  docs: {
    [k: string]: DocEntry;
  };
  /**
   * The week in a few sentences.
   */
  executiveSummary: string;
  /**
   * `2026-Q4`.
   */
  fiscalPeriod: string;
  /**
   * Where the extraction stands.
   */
  generation: Generation | null;
  /**
   * The user who changed it last.
   */
  lastModifiedBy: Name | null;
  /**
   * Row leases that have not ended.
   */
  locks: Lock[];
  /**
   * What removed rows leave behind.
   */
  removed: Removed;
  /**
   * Named versions, oldest first.
   */
  savePoints: SavePoint[];
  /**
   * Messages that the sheet does not know yet.
   */
  stale: Stale | null;
  /**
   * The health word that a person chose in place of the derived one.
   */
  statedHealth?: StatedHealth;
  /**
   * Whether the week is closed.
   */
  status: Status;
  /**
   * The rows, in their order.
   */
  tasks: Row[];
  /**
   * When the last one was.
   */
  updatedAt: TimestampMs;
  /**
   * The number of changes folded.
   */
  version: number;
  /**
   * Views with a name, oldest first.
   */
  views?: View[];
}
/**
 * Messages that the sheet does not know yet.
 */
export interface Stale {
  /**
   * Since when.
   */
  at: TimestampMs;
  /**
   * The number of messages.
   */
  messages: number;
}
/**
 * The health word that a person chose in place of the derived one.
 */
export interface StatedHealth {
  /**
   * When it was chosen.
   */
  at: TimestampMs;
  /**
   * The user who chose it.
   */
  author: Name;
  /**
   * The word.
   */
  health: Health;
  /**
   * The version that wrote it.
   */
  version: number;
}
/**
 * A way to look at the sheet, with a name, for everyone in the room.
 */
export interface View {
  /**
   * When it was added.
   */
  at: TimestampMs;
  /**
   * The user who added it.
   */
  author: Name;
  /**
   * The filters, the order and the groups, as the page writes them into its address. The server does not read it.
   */
  look: string;
  /**
   * What people call it.
   */
  name: string;
  /**
   * The version that added it: views are listed in this order.
   */
  version: number;
  /**
   * Its id.
   */
  viewId: ViewId;
}
/**
 * The shape of a `committed` frame, which is put together from texts that are in the log.
 */
export interface Committed {
  /**
   * The changes, in the log's order.
   */
  changes: Announced[];
}
/**
 * The shape of a `notification` frame: a mention.
 */
export interface Notification {
  /**
   * When it was committed.
   */
  at: TimestampMs;
  /**
   * The id of the person who mentions the reader.
   */
  by: Name;
  /**
   * The thread that names the reader …
   */
  commentId?: CommentId;
  /**
   * The week.
   */
  cycle: Week;
  /**
   * … or the document.
   */
  doc?: DocName;
  /**
   * That person's name.
   */
  name: string;
  /**
   * The row it is about, if it is about one.
   */
  taskId: RowId | null;
  /**
   * The team.
   */
  team: Name;
  /**
   * The words, cut; of a document, the block that names the reader.
   */
  text: string;
  /**
   * The change that mentions the reader.
   */
  version: number;
}
