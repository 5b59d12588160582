/**
 * What is done here and has not reached the log: applied at once, sent as one change at a time, taken back where it
 * is refused. Never decides what the log holds; `inbox` does.
 */

import { applyOp } from "../fold/apply.js";
import { cellText } from "../fold/columns.js";
import { inverse } from "../fold/inverse.js";
import type { Column } from "../fold/model.js";
import type { Op } from "../fold/op.js";
import { checkOp, nameOf, provisional } from "../fold/precheck.js";
import { rowOf } from "../fold/row.js";
import { entries } from "../fold/rows.js";
import { MAX_CLIENT_FRAME_BYTES } from "../generated/limits.js";
import {
  ECHO_MS,
  MAX_ATTEMPTS,
  MAX_RETRY_MS,
  MAX_UNDO,
  POST_MS,
  RETRY_MS,
  SEND_INTERVAL_MS,
} from "../generated/times.js";
import type { Conflict } from "../state.js";
import { addParts, fail, openCall, pruneUndo, safe, settle } from "./calls.js";
import { bytes, gather, plainInsert } from "./coalesce.js";
import { type Contested, type Dropped, forced, type Rebased, rebase } from "./rebase.js";
import { asker, clearTimer, send, setTimer } from "./turn.js";
import type { Edit, InFlight, MachineState, Turn } from "./types.js";

/** A change before its first journey. */
export const UNSENT = {
  tries: 0,
  answers: 0,
  due: true,
  seen: new Set<number>(),
  committed: null,
  verdict: null,
};

const NOT_YET = { code: "BUSY", message: "the sheet has not arrived yet" };

/** Which stack the inverse of an edit goes to. */
type Kind = "do" | "undo" | "redo";

/** A person wants this: on the sheet at once, in the queue, and on the undo stack. */
export function request(turn: Turn, call: number, ops: readonly Op[], kind: Kind = "do"): void {
  const { state } = turn;
  const refusal = refusalOf(turn, ops);
  openCall(turn, call, 1);
  const edit: Edit = { call, ops };
  if (refusal !== null || state.sheet === null) {
    const { code, message } = refusal ?? NOT_YET;
    reject(turn, [{ call, code, message, ops }]);
    settle(turn, [edit], 0);
    return;
  }
  const before = state.sheet;
  const rebased = rebase(before, [edit], asker(turn));
  state.sheet = rebased.sheet;
  const [left] = rebased.edits;
  const done = left?.ops ?? [];
  state.conflicts = state.conflicts.filter((conflict) => !writes(done, conflict));
  // Documents have an undo of their own, per editor.
  if (!ops.every(({ op }) => op === "TEXT_UPDATE"))
    remember(turn, call, kind, inverse(before, done, asker(turn)));
  report(turn, rebased);
  if (left !== undefined && done.length > 0) state.queue = [...state.queue, left];
  else settle(turn, [edit], state.confirmed?.version ?? 0);
}

/** Something else in place of a call that has not been sent yet; nothing, where it has. */
export function amend(turn: Turn, call: number, ops: readonly Op[]): void {
  const { state } = turn;
  const edit = state.queue.find((waiting) => waiting.call === call);
  if (edit === undefined) return;
  if (ops.length > 0)
    state.queue = state.queue.map((waiting) => (waiting === edit ? { ...edit, ops } : waiting));
  else {
    state.queue = state.queue.filter((waiting) => waiting !== edit);
    settle(turn, [edit], state.confirmed?.version ?? 0);
  }
  turn.stale = true;
}

/** Updates of a document that are on their way, oldest first. */
export function pendingUpdates({ backlog, inFlight, queue }: MachineState, doc: string): string[] {
  const sent = [...(inFlight ? [inFlight] : []), ...backlog].flatMap(({ ops }) => ops);
  const all = [...sent, ...queue.flatMap(({ ops }) => ops)];
  return all.flatMap((op) => (op.op === "TEXT_UPDATE" && op.doc === doc ? op.update : []));
}

/** Null, or why the whole request is refused at once. A conflict is no reason: that is for the person to decide. */
function refusalOf(turn: Turn, ops: readonly Op[]): { code: string; message: string } | null {
  const { sheet, halted, user } = turn.state;
  if (halted === "removed") return { code: "REVOKED", message: "you have been removed from this workspace" };
  // Over HTTP the sheet may come before the room has said who this is: nothing can be kept in nobody's name.
  if (sheet === null || user === null) return NOT_YET;
  if (ops.length === 0) return { code: "MALFORMED", message: "a change holds at least one op" };
  const who = asker(turn);
  let folded = sheet;
  for (const op of ops) {
    const refusal = checkOp(folded, op, who);
    if (refusal !== null && refusal.code !== "CONFLICT") return refusal;
    folded = applyOp(folded, provisional(folded, ops, who), op);
  }
  return null;
}

function writes(ops: readonly Op[], { taskId, column }: Conflict): boolean {
  return ops.some(
    (op) =>
      (op.op === "CELL_MODIFY" && op.taskId === taskId && op.column === column) ||
      (op.op === "BATCH_UPDATE" && op.taskId === taskId && op.updates[column] !== undefined),
  );
}

function remember({ state }: Turn, call: number, kind: Kind, ops: readonly Op[]): void {
  const push = (steps: typeof state.undo) => [...steps, { call, ops }].slice(-MAX_UNDO);
  if (kind === "do") state.redo = [];
  if (ops.length === 0) return;
  if (kind === "undo") state.redo = push(state.redo);
  else state.undo = push(state.undo);
}

/** Takes back the last step, or makes it again. */
export function undo(turn: Turn, call: number, which: "undo" | "redo"): void {
  const step = turn.state[which].at(-1);
  if (step === undefined) return;
  turn.state[which] = turn.state[which].slice(0, -1);
  request(turn, call, step.ops, which);
}

/** Writes one's own text over theirs. */
export function keepMine(turn: Turn, call: number, conflictId: string): void {
  const { state } = turn;
  const conflict = state.conflicts.find((open) => open.id === conflictId);
  const row = conflict && state.sheet ? rowOf(state.sheet, conflict.taskId) : undefined;
  if (conflict === undefined) return;
  keepTheirs(turn, conflictId);
  const { taskId, column, mine } = conflict;
  const oldValue = row ? cellText(row, column) : conflict.theirs;
  request(turn, call, [{ op: "CELL_MODIFY", taskId, column, oldValue, newValue: mine }]);
}

export function keepTheirs({ state }: Turn, conflictId: string): void {
  state.conflicts = state.conflicts.filter((open) => open.id !== conflictId);
}

/** Applies the changes on their way to the confirmed sheet again. */
export function rebuild(turn: Turn): void {
  const { state } = turn;
  turn.stale = false;
  if (state.confirmed === null) return;
  const who = asker(turn);
  const sent = [...state.backlog, ...(state.inFlight ? [state.inFlight] : [])];
  const version = state.confirmed.version;
  const open = sent.filter(({ committed }) => committed === null || committed > version);
  const base = open.reduce((sheet, { ops }) => forced(sheet, ops, who), state.confirmed);
  const rebased = rebase(base, state.queue, who);
  state.sheet = rebased.sheet;
  const queue = rebased.edits.filter(({ ops }) => ops.length > 0);
  // What waits keeps its identity where nothing became of it: others' changes are no reason to write it down again.
  const isSame = queue.length === state.queue.length && queue.every((edit, i) => edit === state.queue[i]);
  if (!isSame) state.queue = queue;
  report(turn, rebased);
  settle(
    turn,
    rebased.edits.filter(({ ops }) => ops.length === 0),
    version,
  );
  followTheirs(turn);
}

/** Tells what a rebase came to: conflicts to decide, refusals, and what can no longer be undone. */
function report(turn: Turn, { contested, dropped }: Rebased): void {
  for (const cell of contested) {
    const conflict = conflictOf(turn, cell);
    const others = turn.state.conflicts.filter((open) => open.id !== conflict.id);
    turn.state.conflicts = [...others, conflict];
    const message = `${cell.column} was changed meanwhile`;
    for (const call of cell.calls) {
      fail(turn, call, "CONFLICT", message, [conflict]);
      pruneUndo(turn, call, (op) => withoutCell(op, cell));
    }
  }
  reject(turn, dropped);
}

function conflictOf(turn: Turn, cell: Contested): Conflict {
  const { state } = turn;
  const { taskId, column, current, mine } = cell;
  const open = state.conflicts.find((other) => other.taskId === taskId && other.column === column);
  if (open === undefined) state.nextConflict += 1;
  return {
    id: open?.id ?? `conflict-${state.nextConflict - 1}`,
    taskId,
    column,
    base: open?.base ?? cell.base,
    mine,
    theirs: current?.value ?? "",
    theirAuthor: authorOf(turn, current?.author),
    theirVersion: current?.version ?? 0,
  };
}

function authorOf({ state }: Turn, id = ""): { id: string; name: string } {
  return { id, name: state.confirmed ? nameOf(state.confirmed, id) : id };
}

function withoutCell(op: Op, { taskId, column }: { taskId: string; column: Column }): Op | null {
  if (op.op === "CELL_MODIFY" && op.taskId === taskId && op.column === column) return null;
  if (op.op !== "BATCH_UPDATE" || op.taskId !== taskId) return op;
  const { [column]: _, ...updates } = op.updates;
  return Object.keys(updates).length === 0 ? null : { ...op, updates };
}

/** What is left of an inverse when `refused` never happened. */
function withoutTarget(op: Op, refused: Op): Op | null {
  if (!("taskId" in op && "taskId" in refused) || op.taskId !== refused.taskId) return op;
  if (refused.op === "CELL_MODIFY") return withoutCell(op, refused);
  if (refused.op !== "BATCH_UPDATE") return null;
  const { taskId } = refused;
  const without = (left: Op | null, [column]: [Column, unknown]) =>
    left && withoutCell(left, { taskId, column });
  return entries(refused.updates).reduce<Op | null>(without, op);
}

function reject(turn: Turn, dropped: readonly Dropped[]): void {
  for (const { call, code, message, ops } of dropped) {
    turn.state.lastRejection = { code: safe(code), message, ops, at: turn.now };
    fail(turn, call, code, message, []);
    for (const op of ops) {
      if (op.op !== "TEXT_UPDATE") continue;
      const { doc, update } = op;
      turn.effects.push({ type: "documentRefused", doc, update, code: safe(code), message });
    }
    for (const refused of ops) pruneUndo(turn, call, (op) => withoutTarget(op, refused));
  }
}

/** Open conflicts show the current value; one that resolved itself is removed. */
function followTheirs(turn: Turn): void {
  const { confirmed, conflicts } = turn.state;
  if (confirmed === null || conflicts.length === 0) return;
  turn.state.conflicts = conflicts.flatMap((conflict) => {
    const row = rowOf(confirmed, conflict.taskId);
    const cell = row?.cells[conflict.column];
    if (row === undefined || (cell?.value ?? "") === conflict.mine) return [];
    if (cell === undefined || cell.version === conflict.theirVersion) return conflict;
    const theirAuthor = authorOf(turn, cell.author);
    return { ...conflict, theirs: cell.value, theirAuthor, theirVersion: cell.version };
  });
}

/** Sends what is due: the change in flight again, or the next one. */
export function flush(turn: Turn): void {
  const { state } = turn;
  if (state.link?.phase !== "live" || state.confirmed === null) return;
  if (state.inFlight === null && state.backlog[0] !== undefined) {
    state.inFlight = state.backlog[0];
    state.backlog = state.backlog.slice(1);
  }
  if (state.inFlight !== null) {
    if (state.inFlight.due) transmit(turn, state.inFlight);
    return;
  }
  while (state.queue.length > 0) {
    const wait = state.lastSentAt + SEND_INTERVAL_MS - turn.now;
    if (wait > 0) {
      setTimer(turn, "send", wait);
      return;
    }
    const { taken, rest, ops, added } = gather(state.queue, state.tombstones);
    const [first] = taken;
    if (first !== undefined) addParts(turn, first.call, added);
    state.queue = rest;
    const { version } = state.confirmed;
    if (ops.length === 0) {
      // They cancelled each other: the value is the earlier one, stamps included.
      settle(turn, taken, version);
      turn.stale = true;
      continue;
    }
    const id = `${state.clientName}.${state.nextSeq}`;
    state.nextSeq += 1;
    transmit(turn, { id, base: version, examined: version, edits: taken, ops, ...UNSENT });
    return;
  }
}

function transmit(turn: Turn, change: InFlight): void {
  const { id, base, ops, tries } = change;
  const frame = { type: "change", id, base, ops } as const;
  turn.state.lastSentAt = turn.now;
  if (bytes(JSON.stringify(frame)) > MAX_CLIENT_FRAME_BYTES) {
    // The socket is not to blame for what HTTP takes its time with: `tries` stays as it is.
    turn.effects.push({ type: "post", change: frame });
    turn.state.inFlight = { ...change, due: false };
    setTimer(turn, "echo", POST_MS);
    return;
  }
  send(turn, frame);
  turn.state.inFlight = { ...change, due: false, tries: tries + 1 };
  setTimer(turn, "echo", ECHO_MS[Math.min(tries, ECHO_MS.length - 1)] ?? ECHO_MS[0]);
}

/** The change in flight may be sent again now. */
export function again(turn: Turn): void {
  const { inFlight } = turn.state;
  if (inFlight !== null && inFlight.verdict === null && inFlight.committed === null) {
    turn.state.inFlight = { ...inFlight, due: true };
  }
}

/** The server answered that the change may succeed later, as it is. */
export function retryLater(turn: Turn): void {
  const { inFlight } = turn.state;
  if (inFlight === null) return;
  const wait = Math.min(RETRY_MS * 2 ** inFlight.answers, MAX_RETRY_MS);
  turn.state.inFlight = { ...inFlight, tries: 0, answers: inFlight.answers + 1 };
  setTimer(turn, "echo", wait * (1 + turn.random / 2));
}

/** Acts on a final refusal, once this client's sheet is at least what the server decided by. */
export function judge(turn: Turn): void {
  const { state } = turn;
  const { inFlight, confirmed } = state;
  if (inFlight?.verdict == null || confirmed === null || confirmed.version < inFlight.verdict.version) return;
  const { verdict, edits } = inFlight;
  if (verdict.code === "SUPERSEDED") {
    if (inFlight.examined < verdict.version) return;
    renumber(turn);
    state.queue = [...edits, ...state.queue];
  } else {
    state.queue = [...reconsidered(turn, edits, verdict), ...state.queue];
  }
  state.inFlight = null;
  turn.stale = true;
  clearTimer(turn, "echo");
}

/** The log has passed this client's numbers: go on above them, or, if that was tried, under another name. */
function renumber({ state, now, random }: Turn): void {
  state.superseded += 1;
  state.nextSeq = Math.max(state.nextSeq, Math.floor(now));
  if (state.superseded > 1) state.clientName = Math.floor(random * 2 ** 52).toString(36);
}

/** What becomes of the edits of a refused change: the next rebase drops what the sheet shows to be impossible. */
function reconsidered(
  turn: Turn,
  edits: readonly Edit[],
  verdict: { code: string; message: string },
): Edit[] {
  const { confirmed } = turn.state;
  const tried = edits.map((edit) => ({ ...edit, attempts: (edit.attempts ?? 0) + 1 }));
  if (confirmed !== null && rebase(confirmed, tried, asker(turn)).altered) return tried;
  // Nothing to be seen from here. Of several edits, find the one by sending each alone.
  if (tried.length > 1) return tried.map((edit) => ({ ...edit, solo: true }));
  return tried.map((edit) => {
    const plain = edit.ops.map((op) =>
      op.op === "ROW_INSERT" && op.restored !== undefined ? plainInsert(op, op.restored) : op,
    );
    if (plain.some((op, i) => op !== edit.ops[i])) return { ...edit, ops: plain };
    if (verdict.code === "CONFLICT" && edit.attempts < MAX_ATTEMPTS) return edit;
    return { ...edit, refused: verdict };
  });
}

/** The member is out: nothing of this will ever be in the log. */
export function abandon(turn: Turn, code: string, message: string): void {
  const { state } = turn;
  const edits = [...state.backlog, ...(state.inFlight ? [state.inFlight] : [])].flatMap((sent) => sent.edits);
  const all = [...edits, ...state.queue];
  reject(
    turn,
    all.map(({ call, ops }) => ({ call, code, message, ops })),
  );
  state.backlog = [];
  state.inFlight = null;
  state.queue = [];
  settle(turn, all, 0);
  turn.stale = true;
}
