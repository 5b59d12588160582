/** What waits becomes one change: as many edits as fit, several writes of one cell as one. */

import { plainCells } from "../fold/inverse.js";
import type { Column, Row } from "../fold/model.js";
import type { BatchUpdate, Op, RowInsert, Update } from "../fold/op.js";
import { entries } from "../fold/rows.js";
import { MAX_CLIENT_FRAME_BYTES, MAX_OPS } from "../generated/limits.js";
import { cellKey } from "./rebase.js";

import type { Edit } from "./types.js";

/** Bytes of a text as UTF-8. */
export function bytes(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    // Each half of a surrogate pair counts two of its four bytes.
    count += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return count;
}

/** Room for the ops in a frame: what is left beside type, id and base at their longest, and the brackets. */
const OPS_BYTES = MAX_CLIENT_FRAME_BYTES - 160;

function sizeOf(op: Op): number {
  return bytes(JSON.stringify(op)) + 1;
}

/** Whether the ops fit one change. */
function fits(ops: readonly Op[]): boolean {
  return ops.length <= MAX_OPS && ops.reduce((sum, op) => sum + sizeOf(op), 0) <= OPS_BYTES;
}

/** Several writes of one cell as one: the old value of the first, the new value of the last. */
class Change {
  private readonly out: (Op | null)[] = [];
  /** Where each cell was last written; under the row's id alone, where the row was made. */
  private readonly where = new Map<string, number>();
  private bytes = 0;
  private count = 0;

  constructor(ops: readonly Op[]) {
    this.add(ops);
  }

  get ops(): Op[] {
    return this.out.filter((op): op is Op => op !== null);
  }

  get fits(): boolean {
    return this.count <= MAX_OPS && this.bytes <= OPS_BYTES;
  }

  add(ops: readonly Op[]): this {
    for (const op of ops) this.addOne(op);
    return this;
  }

  private addOne(op: Op): void {
    if (op.op === "CELL_MODIFY") {
      if (!this.merged(op.taskId, op.column, op.newValue)) {
        this.where.set(cellKey(op.taskId, op.column), this.push(op));
      }
    } else if (op.op === "BATCH_UPDATE") {
      const fresh = entries(op.updates).filter(
        ([column, to]) => !this.merged(op.taskId, column, to.newValue),
      );
      if (fresh.length === 0) return;
      const at = this.push({ ...op, updates: Object.fromEntries(fresh) });
      for (const [column] of fresh) this.where.set(cellKey(op.taskId, column), at);
    } else {
      const at = this.push(op);
      if (op.op === "ROW_INSERT" || op.op === "ROW_REMOVE") {
        for (const key of this.where.keys()) if (key.split(" ")[0] === op.taskId) this.where.delete(key);
      }
      // A new row takes the words that follow it; one that comes back must be what it was.
      if (op.op === "ROW_INSERT" && op.restored === undefined) this.where.set(op.taskId, at);
    }
  }

  private push(op: Op): number {
    this.bytes += sizeOf(op);
    this.count += 1;
    return this.out.push(op) - 1;
  }

  /** Writes the value into the op that wrote the cell before; false when none did. */
  private merged(taskId: string, column: Column, newValue: string): boolean {
    const key = cellKey(taskId, column);
    const at = this.where.get(key) ?? this.where.get(taskId);
    const before = at === undefined ? null : this.out[at];
    if (at === undefined || before == null) return false;
    const after = withValue(before, column, newValue);
    this.out[at] = after;
    this.bytes += (after === null ? 0 : sizeOf(after)) - sizeOf(before);
    if (after === null) this.count -= 1;
    if (after === null || !writes(after, column)) this.where.delete(key);
    return true;
  }
}

/** Several writes of one cell as one: the old value of the first, the new value of the last. */
export function coalesce(ops: readonly Op[]): Op[] {
  return new Change(ops).ops;
}

function writes(op: Op, column: Column): boolean {
  return op.op !== "BATCH_UPDATE" || op.updates[column] !== undefined;
}

/** An earlier op with another value for one of its cells; null when nothing is left to do. */
function withValue(op: Op, column: Column, newValue: string): Op | null {
  if (op.op === "CELL_MODIFY") return op.oldValue === newValue ? null : { ...op, newValue };
  if (op.op === "ROW_INSERT") return { ...op, cells: { ...op.cells, [column]: newValue } };
  if (op.op !== "BATCH_UPDATE") return op;
  const { [column]: update, ...rest } = op.updates;
  if (update === undefined) return op;
  if (update.oldValue !== newValue)
    return { ...op, updates: { ...op.updates, [column]: { ...update, newValue } } };
  return Object.keys(rest).length === 0 ? null : { ...op, updates: rest };
}

export interface Gathered {
  /** The edits that go out now, the first of the queue. */
  readonly taken: readonly Edit[];
  readonly rest: readonly Edit[];
  /** What they come to; may be nothing. */
  readonly ops: readonly Op[];
  /** Parts that a too large edit was cut into, beyond the first. */
  readonly added: number;
}

/** The next change of a queue that is not empty. */
export function gather(queue: readonly Edit[], tombstones: ReadonlyMap<string, Row>): Gathered {
  const [head, ...others] = queue;
  if (head === undefined) return { taken: [], rest: [], ops: [], added: 0 };
  const first = { ...head, ops: head.ops.map((op) => asRemoved(op, tombstones)) };
  if (!fits(first.ops)) {
    const [part, ...parts] = cut(first);
    return { taken: [part], rest: [...parts, ...others], ops: part.ops, added: parts.length };
  }
  const taken = [first];
  let change = new Change(first.ops);
  for (const edit of first.solo ? [] : others) {
    if (edit.solo || restores(edit, taken)) break;
    const filled = { ...edit, ops: edit.ops.map((op) => asRemoved(op, tombstones)) };
    if (!change.add(filled.ops).fits) {
      change = new Change(taken.flatMap((fitting) => fitting.ops));
      break;
    }
    taken.push(filled);
  }
  return { taken, rest: others.slice(taken.length - 1), ops: change.ops, added: 0 };
}

/**
 * Returns whether it restores a row that `taken` removes. The removed row is known only when the log has its removal.
 */
function restores(edit: Edit, taken: readonly Edit[]): boolean {
  const removes = (taskId: string) => (op: Op) => op.op === "ROW_REMOVE" && op.taskId === taskId;
  return edit.ops.some(
    (op) =>
      op.op === "ROW_INSERT" &&
      op.restored !== undefined &&
      taken.some((before) => before.ops.some(removes(op.taskId))),
  );
}

/** A row that comes back, exactly as the log saw it go, as far as this page saw that; else as its author knows it. */
function asRemoved(op: Op, tombstones: ReadonlyMap<string, Row>): Op {
  if (op.op !== "ROW_INSERT" || op.restored === undefined) return op;
  return { ...op, restored: tombstones.get(op.taskId) ?? op.restored };
}

/** An insertion that does not claim to be what was removed. */
export function plainInsert({ op, taskId, after }: RowInsert, row: Row): RowInsert {
  return { op, taskId, after, cells: plainCells(row) };
}

/** Cuts an edit at the boundaries of its ops; an op that is itself too large, at those of its cells. */
function cut(edit: Edit): [Edit, ...Edit[]] {
  const parts: Op[][] = [[]];
  for (const op of edit.ops.flatMap((whole) => (fits([whole]) ? [whole] : cells(whole)))) {
    const last = parts.at(-1) ?? [];
    if (last.length > 0 && !fits([...last, op])) parts.push([op]);
    else last.push(op);
  }
  const edits = parts.map((ops) => ({ ...edit, ops }));
  return [edits[0] ?? edit, ...edits.slice(1)];
}

function cells(op: Op): Op[] {
  if (op.op === "BATCH_UPDATE") {
    return entries(op.updates).map(([column, update]) => single(op.taskId, column, update));
  }
  if (op.op === "ROW_INSERT") {
    const plain = op.restored === undefined ? op : plainInsert(op, op.restored);
    const writes = entries(plain.cells).map(([column, newValue]) => {
      return single(op.taskId, column, { oldValue: "", newValue });
    });
    return [{ ...plain, cells: {} }, ...writes];
  }
  return [op];
}

function single(taskId: string, column: Column, update: Update): BatchUpdate {
  return { op: "BATCH_UPDATE", taskId, updates: { [column]: update } };
}
