/** One change of the log as the timeline tells it. */
import type { Author, Change, Column, Health, Row, Sheet } from "@cyclesheet/client";
import { WRITING_PAUSE_MS } from "../../lib/time";
import { HEALTH_WORDS } from "../model/health";
import { type CellChange, difference } from "./difference";

/** A row by the name it had. */
export interface RowName {
  readonly taskId: string;
  readonly title: string;
}

export interface Entry {
  readonly version: number;
  readonly author: Author;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly cells: readonly (CellChange & RowName)[];
  readonly added: readonly RowName[];
  readonly removed: readonly RowName[];
  readonly moved: readonly RowName[];
  /** What else it did, each a phrase that follows the author's name: `locked “Upgrade Postgres”`. */
  readonly events: readonly { readonly text: string; readonly taskId: string | null }[];
  /** The document in which somebody wrote, and did nothing else; null: anything else. */
  readonly writing: string | null;
}

/**
 * Leaves out the single keystrokes of a person who writes in a document: of each stretch the last is left. `entries`
 * newest first.
 */
export function inStretches(entries: readonly Entry[]): readonly Entry[] {
  const newer = new Map<string, number>();
  return entries.filter(({ author, writing, at }) => {
    if (writing === null) return true;
    const key = `${author.id} ${writing}`;
    const next = newer.get(key);
    newer.set(key, at);
    return next === undefined || next - at >= WRITING_PAUSE_MS;
  });
}

/** What `change` made of `before`. */
export function entryOf(before: Sheet, after: Sheet, change: Change): Entry {
  const { added, removed, moved, cells } = difference(before, after);
  const name = (taskId: string) => titleIn(after, taskId) ?? titleIn(before, taskId) ?? "a row";
  const named = (row: Row): RowName => ({ taskId: row.taskId, title: row.cells.title?.value ?? "" });
  const ops = change.ops as readonly LooseOp[];
  return {
    version: change.version,
    author: change.author,
    at: change.at,
    cells: cells.map((cell) => ({ ...cell, title: name(cell.taskId) })),
    added: added.map(named),
    removed: removed.map(named),
    moved: moved.map(named),
    events: ops.flatMap((op) => eventOf(op, after, name)),
    writing: writtenIn(ops),
  };
}

function writtenIn(ops: readonly LooseOp[]): string | null {
  const doc = ops[0]?.doc ?? null;
  return ops.every((op) => op.op === "TEXT_UPDATE" && op.doc === doc) ? doc : null;
}

function titleIn(sheet: Sheet, taskId: string): string | undefined {
  return sheet.tasks.find((row) => row.taskId === taskId)?.cells.title?.value;
}

/** An op as far as its words go; a newer server may send kinds that this page does not know. */
interface LooseOp {
  readonly op: string;
  readonly taskId?: string | null;
  readonly commentId?: string;
  readonly column?: string | null;
  readonly doc?: string | null;
  readonly name?: string;
  readonly text?: string;
  readonly userId?: string;
  readonly role?: string;
  readonly health?: Health | null;
  readonly reason?: string;
  readonly messages?: number;
  readonly origin?: string;
  readonly part?: number;
  readonly parts?: number;
  readonly version?: number;
}

/** Longest quotation in a phrase: characters. */
const MAX_QUOTE = 80;
const quote = (text = "") => `“${text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text}”`;

const SHOWN_IN_ROWS = new Set(["CELL_MODIFY", "BATCH_UPDATE", "ROW_INSERT", "ROW_REMOVE", "ROW_MOVE"]);

function eventOf(
  op: LooseOp,
  sheet: Sheet,
  title: (taskId: string) => string,
): { text: string; taskId: string | null }[] {
  // What these did is seen in the rows.
  if (SHOWN_IN_ROWS.has(op.op)) return [];
  const thread = sheet.comments.find((comment) => comment.commentId === op.commentId);
  const taskId = op.taskId ?? thread?.taskId ?? docRow(op.doc) ?? null;
  const person = (id = "") => sheet.authors[id] ?? id;
  const of = taskId === null ? "" : ` on ${quote(title(taskId))}`;
  const said = (text: string) => [{ text, taskId }];
  switch (op.op) {
    case "ROW_LOCK":
      return said(`locked ${quote(title(op.taskId ?? ""))}`);
    case "ROW_UNLOCK":
      return said(`unlocked ${quote(title(op.taskId ?? ""))}`);
    case "COMMENT_ADD":
      return said(`commented${of}: ${quote(op.text)}`);
    case "COMMENT_REPLY":
      return said(`answered${of}: ${quote(op.text)}`);
    case "COMMENT_EDIT":
      return said(`edited a comment${of}`);
    case "COMMENT_DELETE":
      return said(`deleted a comment${of}`);
    case "COMMENT_RESOLVE":
      return said(`resolved a comment${of}`);
    case "COMMENT_REOPEN":
      return said(`reopened a comment${of}`);
    case "TEXT_UPDATE":
      return said(op.doc === "summary" ? "edited the summary" : `edited the notes${of}`);
    case "HEALTH_SET":
      return said(
        op.health
          ? `said that the week is ${HEALTH_WORDS[op.health].toLowerCase()}`
          : "let the rows say how the week stands",
      );
    case "VIEW_ADD":
      return said(`saved the view ${quote(op.name)}`);
    case "VIEW_REMOVE":
      return said("removed a view");
    case "MEMBER_REVOKE":
      return said(`removed ${person(op.userId)} from the workspace`);
    case "MEMBER_RESTORE":
      return said(`let ${person(op.userId)} back in`);
    case "MEMBER_ROLE":
      return said(`made ${person(op.userId)} ${op.role === "viewer" ? "a" : "an"} ${op.role} of this week`);
    case "SAVE_POINT_ADD":
      return said(`saved this version as ${quote(op.name)}`);
    case "SAVE_POINT_REMOVE":
      return said(`removed the name of version ${op.version}`);
    case "GENERATION_STARTED":
      return said("began to read the week’s messages");
    case "GENERATED":
      return said(op.part === op.parts ? generated(op) : "filled in a part of the sheet");
    case "GENERATION_FAILED":
      return said(`could not fill in the sheet: ${op.reason ?? "no reason given"}`);
    case "CYCLE_STALE":
      return said(`noticed ${op.messages === 1 ? "1 new message" : `${op.messages} new messages`}`);
    case "CYCLE_SEALED":
      return said("closed the week");
    default:
      return said("did something that this page does not know; reload it to see more");
  }
}

function docRow(doc: string | null | undefined): string | null {
  return doc?.startsWith("notes:") ? doc.slice("notes:".length) : null;
}

function generated({ messages = 0, origin }: LooseOp): string {
  const from = messages === 1 ? "1 message" : `${messages} messages`;
  return origin === "empty"
    ? "found no messages this week"
    : `filled in the sheet from ${from}${origin === "fallback" ? ", without the model" : ""}`;
}

/** What a timeline is narrowed to. */
export interface Filter {
  /** User id. */
  readonly person: string | null;
  readonly taskId: string | null;
  /** Only with a row. */
  readonly column: Column | null;
}

/** Whether the entry tells anything about what is looked for; of a cell, also that its row came or went. */
export function concerns(entry: Entry, { person, taskId, column }: Filter): boolean {
  if (person !== null && entry.author.id !== person) return false;
  if (taskId === null) return true;
  const is = (row: { readonly taskId: string | null }) => row.taskId === taskId;
  if (entry.added.some(is) || entry.removed.some(is)) return true;
  if (column !== null) return entry.cells.some((cell) => is(cell) && cell.column === column);
  return entry.cells.some(is) || entry.moved.some(is) || entry.events.some(is);
}

/** The entry as far as it is about what is looked for. */
export function narrowed(entry: Entry, { taskId, column }: Filter): Entry {
  if (taskId === null) return entry;
  const is = (row: { readonly taskId: string | null }) => row.taskId === taskId;
  return {
    ...entry,
    cells: entry.cells.filter((cell) => is(cell) && (column === null || cell.column === column)),
    added: entry.added.filter(is),
    removed: entry.removed.filter(is),
    moved: column === null ? entry.moved.filter(is) : [],
    events: column === null ? entry.events.filter(is) : [],
  };
}
