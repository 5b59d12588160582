/**
 * What a committed change does to the sheet. The Rust function of the same name is the reference; the vectors under
 * `tests/vectors` hold both to the same bytes.
 *
 * Total for every op this release knows; `foldable` says whether it knows them all.
 */

import { MAX_AUTHORS } from "../generated/limits.js";
import { comment } from "./comments.js";
import { addSavePoint, removeSavePoint, textUpdate } from "./docs.js";
import { merge } from "./merge.js";
import type { Generation, Sheet } from "./model.js";
import type { Author, Change, Generated, LogOp } from "./op.js";
import { entries, insertRow, lockRow, moveRow, removeRow, withoutLock, writeCells } from "./rows.js";
import { addView, removeView, setHealth } from "./stated.js";
import { text } from "./text.js";

/** The sheet after `change`, whose version is the sheet's plus one. Never alters what it was given. */
export function apply(sheet: Sheet, change: Change): Sheet {
  const pruned = sheet.locks.some((lock) => lock.expiresAt <= change.at)
    ? { ...sheet, locks: sheet.locks.filter((lock) => lock.expiresAt > change.at) }
    : sheet;
  const done = change.ops.reduce((folded, op) => applyOp(folded, change, op), pruned);
  return {
    ...done,
    version: change.version,
    createdAt: sheet.version === 0 ? change.at : sheet.createdAt,
    updatedAt: change.at,
    lastModifiedBy: change.author.id,
    authors: withName(sheet.authors, change.author),
  };
}

/** One op's part of a change. */
export function applyOp(sheet: Sheet, change: Change, op: LogOp): Sheet {
  switch (op.op) {
    case "CELL_MODIFY":
      return writeCells(sheet, change, op.taskId, [[op.column, text(op.newValue)]]);
    case "BATCH_UPDATE": {
      const values = entries(op.updates).map(([column, to]) => [column, text(to.newValue)] as const);
      return writeCells(sheet, change, op.taskId, values);
    }
    case "ROW_INSERT":
      return insertRow(sheet, change, op);
    case "ROW_REMOVE":
      return removeRow(sheet, change, op.taskId);
    case "ROW_MOVE":
      return moveRow(sheet, op.taskId, op.after ?? null);
    case "ROW_LOCK":
      return lockRow(sheet, change, op.taskId, op.seconds);
    case "ROW_UNLOCK":
      return { ...sheet, locks: withoutLock(sheet, op.taskId) };
    case "COMMENT_ADD":
    case "COMMENT_REPLY":
    case "COMMENT_EDIT":
    case "COMMENT_DELETE":
    case "COMMENT_RESOLVE":
    case "COMMENT_REOPEN":
      return comment(sheet, change, op);
    case "TEXT_UPDATE":
      return textUpdate(sheet, change, op);
    case "SAVE_POINT_ADD":
      return addSavePoint(sheet, change, op);
    case "SAVE_POINT_REMOVE":
      return removeSavePoint(sheet, op);
    case "HEALTH_SET":
      return setHealth(sheet, change, op);
    case "VIEW_ADD":
      return addView(sheet, change, op);
    case "VIEW_REMOVE":
      return removeView(sheet, op);
    case "MEMBER_REVOKE":
    case "MEMBER_RESTORE":
    case "MEMBER_ROLE":
      // The ledger's matter, which no client sees.
      return sheet;
    case "GENERATION_STARTED":
      return { ...sheet, generation: started(op.generation, change.at) };
    case "GENERATED":
      return generatedPart(sheet, change, op);
    case "GENERATION_FAILED": {
      const failed = { state: "failed", note: op.reason, finishedAt: change.at } as const;
      return sheet.generation === null ? sheet : { ...sheet, generation: { ...sheet.generation, ...failed } };
    }
    case "CYCLE_STALE":
      return { ...sheet, stale: { messages: op.messages, at: change.at } };
    case "CYCLE_SEALED":
      return { ...sheet, status: "sealed" };
  }
}

function started(number: number, at: number): Generation {
  return {
    number,
    state: "started",
    origin: null,
    model: null,
    messages: 0,
    note: null,
    startedAt: at,
    finishedAt: null,
  };
}

function generatedPart(sheet: Sheet, change: Change, op: Generated): Sheet {
  let merged = merge(sheet, change, op);
  if (op.part === 1 && op.summary) merged = { ...merged, executiveSummary: op.summary };
  if (op.part < op.parts) return merged;
  const done = {
    state: "generated",
    origin: op.origin,
    model: op.model ?? null,
    messages: op.messages ?? 0,
    note: op.note ?? null,
    finishedAt: change.at,
  } as const;
  const generation = merged.generation === null ? null : { ...merged.generation, ...done };
  return { ...merged, stale: null, generation };
}

/** Names are user ids, and `__proto__` may be one: never assign them as properties. */
function withName(authors: Sheet["authors"], { id, name }: Author): Sheet["authors"] {
  const known = Object.hasOwn(authors, id);
  if (known ? authors[id] === name : Object.keys(authors).length >= MAX_AUTHORS) return authors;
  return { ...authors, [id]: name };
}
