/** What may be asked of a sheet. The names and fields are the wire's. */
import type { Column, Role, Row } from "./model.js";

/** One cell's old and new text: the old one guards against overwriting what one has not seen. */
export interface Update {
  readonly oldValue: string;
  readonly newValue: string;
}

export interface CellModify extends Update {
  readonly op: "CELL_MODIFY";
  readonly taskId: string;
  readonly column: Column;
}

export interface BatchUpdate {
  readonly op: "BATCH_UPDATE";
  readonly taskId: string;
  readonly updates: { readonly [C in Column]?: Update };
}

export interface RowInsert {
  readonly op: "ROW_INSERT";
  /** `[A-Za-z0-9-]{1,36}`, made by the client: see `newId`. */
  readonly taskId: string;
  /** The row it follows; null puts it first. */
  readonly after: string | null;
  readonly cells: { readonly [C in Column]?: string };
  /** The removed row that comes back with its origin, exactly as it stood; `cells` is then ignored. */
  readonly restored?: Row;
}

export interface RowRemove {
  readonly op: "ROW_REMOVE";
  readonly taskId: string;
}

export interface RowMove {
  readonly op: "ROW_MOVE";
  readonly taskId: string;
  readonly after: string | null;
}

export interface RowLock {
  readonly op: "ROW_LOCK";
  readonly taskId: string;
  /** At most 300. */
  readonly seconds: number;
}

export interface RowUnlock {
  readonly op: "ROW_UNLOCK";
  readonly taskId: string;
}

export interface CommentAdd {
  readonly op: "COMMENT_ADD";
  readonly commentId: string;
  readonly taskId?: string | null;
  readonly column?: Column | null;
  readonly doc?: string | null;
  readonly anchor?: string | null;
  readonly text: string;
  readonly mentions: readonly string[];
}

export interface CommentReply {
  readonly op: "COMMENT_REPLY";
  readonly commentId: string;
  readonly replyId: string;
  readonly text: string;
  readonly mentions: readonly string[];
}

export interface CommentEdit {
  readonly op: "COMMENT_EDIT";
  readonly commentId: string;
  /** Absent: the thread's first comment. */
  readonly replyId?: string | null;
  readonly text: string;
  readonly mentions: readonly string[];
}

export interface CommentDelete {
  readonly op: "COMMENT_DELETE";
  readonly commentId: string;
  readonly replyId?: string | null;
}

export interface CommentResolve {
  readonly op: "COMMENT_RESOLVE";
  readonly commentId: string;
}

export interface CommentReopen {
  readonly op: "COMMENT_REOPEN";
  readonly commentId: string;
}

export interface TextUpdate {
  readonly op: "TEXT_UPDATE";
  /** `summary` or `notes:<taskId>`. */
  readonly doc: string;
  /** A Yjs update (v1) of at most 64 KiB, as standard base64. */
  readonly update: string;
  /** Who is named in what was typed, and is to be told; at most 20. Absent: nobody. */
  readonly mentions?: readonly string[];
}

export interface SavePointAdd {
  readonly op: "SAVE_POINT_ADD";
  /** 1 to 80 characters. */
  readonly name: string;
}

export interface SavePointRemove {
  readonly op: "SAVE_POINT_REMOVE";
  readonly version: number;
}

export interface MemberAccess {
  readonly op: "MEMBER_REVOKE" | "MEMBER_RESTORE";
  readonly userId: string;
}

export interface MemberRole {
  readonly op: "MEMBER_ROLE";
  readonly userId: string;
  readonly role: Role;
}

/** What a person may ask for. */
export type Op =
  | CellModify
  | BatchUpdate
  | RowInsert
  | RowRemove
  | RowMove
  | RowLock
  | RowUnlock
  | CommentAdd
  | CommentReply
  | CommentEdit
  | CommentDelete
  | CommentResolve
  | CommentReopen
  | TextUpdate
  | SavePointAdd
  | SavePointRemove
  | MemberAccess
  | MemberRole;

export interface GenerationStarted {
  readonly op: "GENERATION_STARTED";
  readonly generation: number;
  readonly leaseMs: number;
}

/** A row as an extraction found it. */
export interface GeneratedRow {
  readonly taskId: string;
  readonly cells: { readonly [C in Column]?: string };
  readonly carriedFrom?: string | null;
}

export interface Generated {
  readonly op: "GENERATED";
  readonly generation: number;
  readonly part: number;
  readonly parts: number;
  readonly origin: "model" | "sample" | "fallback" | "empty";
  readonly model: string | null;
  readonly summary: string;
  readonly messages: number;
  readonly note: string | null;
  readonly rows: readonly GeneratedRow[];
}

export interface GenerationFailed {
  readonly op: "GENERATION_FAILED";
  readonly generation: number;
  readonly reason: string;
}

export interface CycleStale {
  readonly op: "CYCLE_STALE";
  readonly messages: number;
}

export interface CycleSealed {
  readonly op: "CYCLE_SEALED";
}

/** What only the system commits. */
export type SystemOp = GenerationStarted | Generated | GenerationFailed | CycleStale | CycleSealed;

/** Whatever may stand in a log and this release can fold. */
export type LogOp = Op | SystemOp;

/** Who made a change. */
export interface Author {
  readonly id: string;
  readonly name: string;
}

/** A change as the log holds it and the room hears it. */
export interface Change {
  /** Its place in the log: 1, 2, 3 … without a gap. */
  readonly version: number;
  /** `<client>.<seq>` */
  readonly id: string;
  readonly author: Author;
  readonly role?: Role | "system";
  /** Milliseconds since 1970, stamped by the server. */
  readonly at: number;
  readonly base?: number;
  readonly ops: readonly LogOp[];
}
