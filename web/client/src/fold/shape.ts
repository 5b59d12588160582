/**
 * Is this JSON a change that this release can fold? A newer server may send ops that are unknown here: then the
 * client takes a snapshot instead of guessing.
 */
import { isColumn } from "./columns.js";
import { bytesOf, isDocName } from "./docs.js";
import type { Change, LogOp } from "./op.js";

type Check = (value: unknown) => boolean;

const string: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number" && Number.isFinite(value);
/** A cell's value: see `text`. */
const value: Check = (value) => value == null || string(value) || Number.isInteger(value);
const list =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item);
const optional =
  (check: Check): Check =>
  (value) =>
    value == null || check(value);
const record =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) && Object.entries(fields).every(([name, check]) => check(value[name]));
const byColumn =
  (item: Check): Check =>
  (value) =>
    isRecord(value) && Object.entries(value).every(([name, inside]) => isColumn(name) && item(inside));

const isHealth: Check = (value) => value === "onTrack" || value === "atRisk" || value === "offTrack";
const update = record({ oldValue: value, newValue: value });
const cell = record({ value: string, version: number, author: string, aiValue: optional(string) });
const row = record({
  taskId: string,
  cells: byColumn(cell),
  isManuallyEdited: (v) => typeof v === "boolean",
});
const words = {
  commentId: string,
  replyId: optional(string),
  text: string,
  mentions: optional(list(string)),
};

/** A check for every op that may be in a log; the compiler wants all of them. */
const OPS: Readonly<Record<LogOp["op"], Check>> = {
  CELL_MODIFY: record({ taskId: string, column: isColumn, oldValue: value, newValue: value }),
  BATCH_UPDATE: record({ taskId: string, updates: byColumn(update) }),
  ROW_INSERT: record({
    taskId: string,
    after: optional(string),
    cells: optional(byColumn(value)),
    restored: optional(row),
  }),
  ROW_REMOVE: record({ taskId: string }),
  ROW_MOVE: record({ taskId: string, after: optional(string) }),
  ROW_LOCK: record({ taskId: string, seconds: number }),
  ROW_UNLOCK: record({ taskId: string }),
  COMMENT_ADD: record({
    ...words,
    taskId: optional(string),
    column: optional(isColumn),
    doc: optional(string),
    anchor: optional(string),
  }),
  COMMENT_REPLY: record({ ...words, replyId: string }),
  COMMENT_EDIT: record(words),
  COMMENT_DELETE: record({ commentId: string, replyId: optional(string) }),
  COMMENT_RESOLVE: record({ commentId: string }),
  COMMENT_REOPEN: record({ commentId: string }),
  TEXT_UPDATE: record({
    doc: (doc) => typeof doc === "string" && isDocName(doc),
    update: (update) => typeof update === "string" && bytesOf(update) !== null,
    mentions: optional(list(string)),
  }),
  SAVE_POINT_ADD: record({ name: string }),
  SAVE_POINT_REMOVE: record({ version: number }),
  HEALTH_SET: record({ health: optional(isHealth) }),
  VIEW_ADD: record({ viewId: string, name: string, look: string }),
  VIEW_REMOVE: record({ viewId: string }),
  MEMBER_REVOKE: record({ userId: string }),
  MEMBER_RESTORE: record({ userId: string }),
  MEMBER_ROLE: record({ userId: string, role: string }),
  GENERATION_STARTED: record({ generation: number }),
  GENERATED: record({
    generation: number,
    part: number,
    parts: number,
    origin: string,
    model: optional(string),
    summary: optional(string),
    messages: optional(number),
    note: optional(string),
    rows: optional(list(record({ taskId: string, cells: byColumn(value), carriedFrom: optional(string) }))),
  }),
  GENERATION_FAILED: record({ reason: string }),
  CYCLE_STALE: record({ messages: number }),
  CYCLE_SEALED: () => true,
};

/** Whether every op of the change is one that `apply` knows, with the fields it needs. */
export function foldable(change: { readonly ops: readonly unknown[] }): change is Change {
  return change.ops.every((op) => {
    if (!isRecord(op) || typeof op.op !== "string" || !Object.hasOwn(OPS, op.op)) return false;
    return OPS[op.op as LogOp["op"]](op);
  });
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value looks like a sheet: what the fold and a screen rely on is there. */
export function isSheet(value: unknown): boolean {
  return isRecord(value) && SHEET(value);
}

const placed: Check = (value) => row(value) && isRecord(value) && string(value.position);
const doc = record({
  hash: (hash) => string(hash) && /^[0-9a-f]{64}$/.test(hash as string),
  version: number,
});
const SHEET = record({
  cycleId: string,
  version: number,
  tasks: list(placed),
  authors: isRecord,
  executiveSummary: string,
  removed: record({ sources: list(string), titles: list(string) }),
  comments: list(record({ commentId: string, version: number, replies: list(record({ replyId: string })) })),
  locks: list(record({ taskId: string, holder: string, expiresAt: number })),
  docs: (docs) => isRecord(docs) && Object.values(docs).every(doc),
  statedHealth: optional(record({ health: string, author: string, version: number, at: number })),
  views: optional(
    list(record({ viewId: string, name: string, look: string, author: string, version: number })),
  ),
  savePoints: optional(list(record({ name: string, version: number, author: string, at: number }))),
});
