/** What may be asked of a sheet. The names and fields are the wire's. */
import type { PERSON_OPS } from "../generated/names.js";
import type * as wire from "../generated/types.js";
import type { Immutable } from "../immutable.js";

/** Whatever may be in a log and this release can fold. */
export type LogOp = Immutable<wire.Op>;
/** What a person may ask for. */
export type Op = Extract<LogOp, { op: (typeof PERSON_OPS)[number] }>;
/** What only the system commits. */
export type SystemOp = Exclude<LogOp, Op>;

/** One cell's old and new text: the old one guards against overwriting what one has not seen. */
export type Update = Immutable<wire.Update>;
export type CellModify = Immutable<wire.OpCellModify>;
export type BatchUpdate = Immutable<wire.OpBatchUpdate>;
export type RowInsert = Immutable<wire.OpRowInsert>;
export type RowRemove = Immutable<wire.OpRowRemove>;
export type RowMove = Immutable<wire.OpRowMove>;
export type RowLock = Immutable<wire.OpRowLock>;
export type RowUnlock = Immutable<wire.OpRowUnlock>;
export type CommentAdd = Immutable<wire.OpCommentAdd>;
export type CommentReply = Immutable<wire.OpCommentReply>;
export type CommentEdit = Immutable<wire.OpCommentEdit>;
export type CommentDelete = Immutable<wire.OpCommentDelete>;
export type CommentResolve = Immutable<wire.OpCommentResolve>;
export type CommentReopen = Immutable<wire.OpCommentReopen>;
export type TextUpdate = Immutable<wire.OpTextUpdate>;
export type SavePointAdd = Immutable<wire.OpSavePointAdd>;
export type SavePointRemove = Immutable<wire.OpSavePointRemove>;
export type HealthSet = Immutable<wire.OpHealthSet>;
export type ViewAdd = Immutable<wire.OpViewAdd>;
export type ViewRemove = Immutable<wire.OpViewRemove>;
export type MemberAccess = Immutable<wire.OpMemberRevoke | wire.OpMemberRestore>;
export type MemberRole = Immutable<wire.OpMemberRole>;
export type GenerationStarted = Immutable<wire.OpGenerationStarted>;
/** A row as an extraction found it. */
export type GeneratedRow = Immutable<wire.GeneratedRow>;
export type Generated = Immutable<wire.OpGenerated>;
export type GenerationFailed = Immutable<wire.OpGenerationFailed>;
export type CycleStale = Immutable<wire.OpCycleStale>;
export type CycleSealed = Immutable<wire.OpCycleSealed>;

/** The author of a change. */
export type Author = Immutable<wire.Author>;
/** A change as the log holds it and the room hears it. An export of an old release may lack its role and base. */
export type Change = Omit<Immutable<wire.Change>, "role" | "base" | "ops"> & {
  readonly role?: wire.Role;
  readonly base?: number;
  readonly ops: readonly LogOp[];
};
