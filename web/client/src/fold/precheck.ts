/**
 * The server's checks, as far as the sheet alone decides them: so that a screen refuses at once what the log would
 * refuse later. The server's answer counts; this may be laxer, never stricter.
 */

import * as limits from "../generated/limits.js";
import { SYSTEM_ID } from "../generated/names.js";
import * as sentences from "../generated/sentences.js";
import { applyOp } from "./apply.js";
import { cellText, objection } from "./columns.js";
import type { CommentOp } from "./comments.js";
import { bytesOf, hasPlace, isDocName, noteOf } from "./docs.js";
import type { Cell, Column, Role, Row, Sheet } from "./model.js";
import type {
  Author,
  Change,
  Op,
  RowInsert,
  SavePointAdd,
  SavePointRemove,
  TextUpdate,
  ViewAdd,
  ViewRemove,
} from "./op.js";
import { rowOf } from "./row.js";
import { entries } from "./rows.js";
import { codePoints, text } from "./text.js";

/** A cell that holds something else than the op expected. */
export interface Clash {
  readonly taskId: string;
  readonly column: Column;
  readonly base: string;
  readonly mine: string;
  /** The current cell; undefined if it was never written. */
  readonly current: Cell | undefined;
}

/** Why an op would be refused. */
export interface Refusal {
  readonly code:
    | "CONFLICT"
    | "LOCKED"
    | "FORBIDDEN"
    | "INVALID_VALUE"
    | "UNKNOWN_TARGET"
    | "PAYLOAD_TOO_LARGE"
    | "MALFORMED";
  /** A sentence for people. */
  readonly message: string;
  /** Of `CONFLICT`: each cell concerned. */
  readonly clashes: readonly Clash[];
}

/** The user, and the time (milliseconds since 1970, by the server's clock as far as known). */
export interface Asker {
  readonly author: Author;
  readonly role: Role;
  readonly at: number;
}

/** Null if the server would take these ops on this sheet, as far as one can tell; else the first objection. */
export function precheck(
  sheet: Sheet,
  ops: readonly Op[],
  asker: Asker,
): (Refusal & { readonly index: number }) | null {
  if (ops.length === 0 || ops.length > limits.MAX_OPS) {
    return { ...refusal("MALFORMED", sentences.opsOfAChange(limits.MAX_OPS)), index: 0 };
  }
  let folded = sheet;
  for (const [index, op] of ops.entries()) {
    const refused = checkOp(folded, op, asker);
    if (refused !== null) return { ...refused, index };
    folded = applyOp(folded, provisional(folded, ops, asker), op);
  }
  return null;
}

/** Ops as the change they would become if the log took them next. */
export function provisional(sheet: Sheet, ops: readonly Op[], { author, role, at }: Asker): Change {
  return { version: sheet.version + 1, id: "local.0", author, role, at, ops };
}

/** Null if the server would take this op on this sheet, as far as one can tell. */
export function checkOp(sheet: Sheet, op: Op, asker: Asker): Refusal | null {
  const member = op.op === "MEMBER_REVOKE" || op.op === "MEMBER_RESTORE" || op.op === "MEMBER_ROLE";
  if (member && asker.role !== "admin") return refusal("FORBIDDEN", sentences.adminsManageMembers());
  if (asker.role === "viewer") return refusal("FORBIDDEN", sentences.viewersRead());
  switch (op.op) {
    case "CELL_MODIFY":
      return onRow(sheet, op.taskId, asker, (row) => checkCells(row, [[op.column, op]]));
    case "BATCH_UPDATE":
      return onRow(sheet, op.taskId, asker, (row) => checkCells(row, entries(op.updates)));
    case "ROW_INSERT":
      return checkInsert(sheet, op);
    case "ROW_REMOVE":
      return onRow(sheet, op.taskId, asker, () => null);
    case "ROW_MOVE":
      return onRow(sheet, op.taskId, asker, () => afterExists(sheet, op.after));
    case "ROW_LOCK":
      return onRow(sheet, op.taskId, asker, () => {
        const good = Number.isInteger(op.seconds) && op.seconds >= 1 && op.seconds <= limits.MAX_LOCK_SECONDS;
        return good ? null : refusal("INVALID_VALUE", sentences.lockSeconds(limits.MAX_LOCK_SECONDS));
      });
    case "ROW_UNLOCK":
      if (asker.role === "admin" && rowOf(sheet, op.taskId) !== undefined) return null;
      return onRow(sheet, op.taskId, asker, () => null);
    case "TEXT_UPDATE":
      return checkText(sheet, op, asker);
    case "SAVE_POINT_ADD":
    case "SAVE_POINT_REMOVE":
      return checkSavePoint(sheet, op, asker);
    case "HEALTH_SET":
      return null;
    case "VIEW_ADD":
    case "VIEW_REMOVE":
      return checkView(sheet, op, asker);
    case "MEMBER_REVOKE":
    case "MEMBER_RESTORE":
    case "MEMBER_ROLE":
      if (op.userId === SYSTEM_ID) return refusal("INVALID_VALUE", sentences.idOfTheSystem());
      return null;
    default:
      return checkComment(sheet, op, asker);
  }
}

function refusal(code: Refusal["code"], message: string, clashes: readonly Clash[] = []): Refusal {
  return { code, message, clashes };
}

/** The row must be there, and nobody else may hold its lock. */
function onRow(
  sheet: Sheet,
  taskId: string,
  asker: Asker,
  check: (row: Row) => Refusal | null,
): Refusal | null {
  const row = rowOf(sheet, taskId);
  if (row === undefined) return refusal("UNKNOWN_TARGET", sentences.rowGone(taskId));
  const lock = sheet.locks.find((held) => held.taskId === taskId && held.expiresAt > asker.at);
  if (lock !== undefined && lock.holder !== asker.author.id) {
    return refusal("LOCKED", sentences.rowLocked(nameOf(sheet, lock.holder)));
  }
  return check(row);
}

/** The display name of a user, or the id where none is known. */
export function nameOf(sheet: Sheet, userId: string): string {
  return (Object.hasOwn(sheet.authors, userId) ? sheet.authors[userId] : undefined) ?? userId;
}

type Updates = readonly (readonly [Column, { readonly oldValue: string; readonly newValue: string }])[];

function checkCells(row: Row, updates: Updates): Refusal | null {
  if (updates.length === 0) return refusal("MALFORMED", sentences.noColumns());
  for (const [column, { newValue }] of updates) {
    const objected = writable(column, newValue);
    if (objected !== null) return objected;
  }
  const clashes = updates
    .filter(([column, { oldValue }]) => cellText(row, column) !== text(oldValue))
    .map(([column, { oldValue, newValue }]) => {
      return { taskId: row.taskId, column, base: oldValue, mine: newValue, current: row.cells[column] };
    });
  const names = clashes.map((clash) => clash.column).join(", ");
  return clashes.length === 0 ? null : refusal("CONFLICT", sentences.changedMeanwhile(names), clashes);
}

function writable(column: Column, value: string): Refusal | null {
  if (column === "source") {
    return refusal("INVALID_VALUE", sentences.sourceIsReadOnly());
  }
  const message = objection(column, text(value));
  return message === null ? null : refusal("INVALID_VALUE", message);
}

function afterExists(sheet: Sheet, after: string | null): Refusal | null {
  if (after == null || rowOf(sheet, after) !== undefined) return null;
  return refusal("UNKNOWN_TARGET", sentences.noRowAbove(after));
}

function checkInsert(sheet: Sheet, op: RowInsert): Refusal | null {
  if (!/^[A-Za-z0-9-]{1,36}$/.test(op.taskId))
    return refusal("MALFORMED", "a row's id is 1 to 36 of A-Z a-z 0-9 -");
  if (rowOf(sheet, op.taskId) !== undefined) {
    return refusal("UNKNOWN_TARGET", sentences.idTaken(op.taskId));
  }
  if (sheet.tasks.length >= limits.MAX_ROWS) {
    return refusal("PAYLOAD_TOO_LARGE", sentences.rowsOfASheet(limits.MAX_ROWS));
  }
  const nowhere = afterExists(sheet, op.after);
  if (nowhere !== null || op.restored !== undefined) return nowhere;
  for (const [column, value] of entries(op.cells)) {
    const objected = writable(column, value);
    if (objected !== null) return objected;
  }
  return null;
}

function checkText(sheet: Sheet, { doc, update, mentions = [] }: TextUpdate, asker: Asker): Refusal | null {
  const bytes = bytesOf(update);
  if (!isDocName(doc) || bytes === null)
    return refusal("MALFORMED", "doc is summary or notes:<taskId>, update is base64");
  if (bytes.length > limits.MAX_UPDATE_BYTES)
    return refusal("PAYLOAD_TOO_LARGE", sentences.updateBytes(limits.MAX_UPDATE_BYTES));
  if (mentions.length > limits.MAX_MENTIONS)
    return refusal("INVALID_VALUE", sentences.mentionsAtOnce(limits.MAX_MENTIONS));
  return doc === "summary" ? null : onRow(sheet, doc.slice(noteOf("").length), asker, () => null);
}

function checkSavePoint(sheet: Sheet, op: SavePointAdd | SavePointRemove, asker: Asker): Refusal | null {
  const points = sheet.savePoints ?? [];
  if (op.op === "SAVE_POINT_ADD") {
    const most = limits.MAX_SAVE_POINT_CODE_POINTS;
    if (op.name.trim() === "" || codePoints(op.name) > most || /\p{Cc}|\p{Surrogate}/u.test(op.name))
      return refusal("INVALID_VALUE", sentences.nameOfASavePoint(most));
    return points.length < limits.MAX_SAVE_POINTS
      ? null
      : refusal("PAYLOAD_TOO_LARGE", sentences.savePointsOfACycle(limits.MAX_SAVE_POINTS));
  }
  const point = points.find((other) => other.version === op.version);
  if (point === undefined) return refusal("UNKNOWN_TARGET", sentences.noSavePoint(op.version));
  return point.author === asker.author.id || asker.role === "admin"
    ? null
    : refusal("FORBIDDEN", sentences.savePointOfAnother());
}

function checkView(sheet: Sheet, op: ViewAdd | ViewRemove, asker: Asker): Refusal | null {
  const views = sheet.views ?? [];
  const view = views.find((one) => one.viewId === op.viewId);
  if (op.op === "VIEW_ADD") {
    const most = limits.MAX_VIEW_NAME_CODE_POINTS;
    if (op.name.trim() === "" || codePoints(op.name) > most || /\p{Cc}|\p{Surrogate}/u.test(op.name)) {
      return refusal("INVALID_VALUE", sentences.nameOfAView(most));
    }
    const bytes = new TextEncoder().encode(op.look).length;
    if (bytes > limits.MAX_VIEW_LOOK_BYTES || /\p{Cc}|\p{Surrogate}/u.test(op.look)) {
      return refusal("INVALID_VALUE", sentences.lookOfAView(limits.MAX_VIEW_LOOK_BYTES));
    }
    if (view !== undefined) return refusal("UNKNOWN_TARGET", sentences.idTaken(op.viewId));
    return views.length < limits.MAX_VIEWS
      ? null
      : refusal("PAYLOAD_TOO_LARGE", sentences.viewsOfACycle(limits.MAX_VIEWS));
  }
  if (view === undefined) return refusal("UNKNOWN_TARGET", sentences.noView(op.viewId));
  return view.author === asker.author.id || asker.role === "admin"
    ? null
    : refusal("FORBIDDEN", sentences.viewOfAnother());
}

function checkComment(sheet: Sheet, op: CommentOp, { author }: Asker): Refusal | null {
  if ("text" in op) {
    if (
      op.text.trim() === "" ||
      codePoints(op.text) > limits.MAX_COMMENT_CODE_POINTS ||
      /\p{Surrogate}/u.test(op.text)
    ) {
      return refusal("INVALID_VALUE", sentences.commentLength(limits.MAX_COMMENT_CODE_POINTS));
    }
    if (op.mentions.length > limits.MAX_MENTIONS) {
      return refusal("INVALID_VALUE", sentences.mentionsAtOnce(limits.MAX_MENTIONS));
    }
  }
  const thread = sheet.comments.find((other) => other.commentId === op.commentId);
  if (op.op === "COMMENT_ADD") {
    if (thread !== undefined) return refusal("UNKNOWN_TARGET", sentences.idTaken(op.commentId));
    if (sheet.comments.length >= limits.MAX_COMMENTS) {
      return refusal("PAYLOAD_TOO_LARGE", sentences.threadsOfACycle(limits.MAX_COMMENTS));
    }
    if (op.taskId != null && rowOf(sheet, op.taskId) === undefined) {
      return refusal("UNKNOWN_TARGET", sentences.noRow(op.taskId));
    }
    if (op.doc != null && !hasPlace(sheet, op.doc))
      return refusal("UNKNOWN_TARGET", sentences.noRowOfTheDocument(op.doc));
    return null;
  }
  if (thread === undefined) return refusal("UNKNOWN_TARGET", sentences.noComment(op.commentId));
  if (op.op === "COMMENT_REPLY") {
    if (thread.replies.length >= limits.MAX_REPLIES) {
      return refusal("PAYLOAD_TOO_LARGE", sentences.repliesOfAThread(limits.MAX_REPLIES));
    }
    const taken = thread.replies.some((reply) => reply.replyId === op.replyId);
    return taken ? refusal("UNKNOWN_TARGET", sentences.idTaken(op.replyId)) : null;
  }
  if (op.op === "COMMENT_RESOLVE" || op.op === "COMMENT_REOPEN") return null;
  const said = op.replyId == null ? thread : thread.replies.find((reply) => reply.replyId === op.replyId);
  if (said === undefined) return refusal("UNKNOWN_TARGET", sentences.noReply());
  return said.author === author.id ? null : refusal("FORBIDDEN", sentences.commentOfAnother());
}
