/**
 * Own edits meet a sheet that has moved on: what still fits is kept, what others overtook becomes a conflict, what
 * cannot be done any more is dropped. Works op by op, so that one contested cell does not take a pasted block along.
 */
import { applyOp } from "../fold/apply.js";
import { cellText } from "../fold/columns.js";
import type { Column, Sheet } from "../fold/model.js";
import type { Op, TextUpdate, Update } from "../fold/op.js";
import { type Asker, type Clash, checkOp, provisional } from "../fold/precheck.js";
import { rowOf } from "../fold/row.js";
import { entries } from "../fold/rows.js";
import type { Edit } from "./types.js";

/** An edit's ops that were dropped, and why. */
export interface Dropped {
  readonly call: number;
  readonly code: string;
  readonly message: string;
  readonly ops: readonly Op[];
}

export interface Contested extends Clash {
  /** The calls that wrote the cell, the last one last. */
  readonly calls: readonly number[];
}

export interface Rebased {
  /** The edits that are left, with the ops that are left of them; an edit without ops is done with. */
  readonly edits: readonly Edit[];
  /** The sheet with them on it. */
  readonly sheet: Sheet;
  readonly contested: readonly Contested[];
  readonly dropped: readonly Dropped[];
  /** Whether any op was dropped, contested or found done already. */
  readonly altered: boolean;
}

/** A cell's name in a map. */
export function cellKey(taskId: string, column: Column): string {
  return `${taskId} ${column}`;
}

/** Puts `edits`, in order, on `sheet`. */
export function rebase(sheet: Sheet, edits: readonly Edit[], asker: Asker): Rebased {
  const walk = new Walk(sheet, asker);
  const left = edits.map((edit) => walk.edit(edit));
  return {
    edits: left,
    sheet: walk.sheet,
    contested: [...walk.contested.values()],
    dropped: walk.dropped,
    altered: walk.altered,
  };
}

class Walk {
  readonly contested = new Map<string, Contested>();
  readonly dropped: Dropped[] = [];
  altered = false;
  /** Of dropped writes: the old value that a later edit assumes, and the actual one. */
  private readonly undone = new Map<string, Map<string, string>>();

  /** Documents of which an update was dropped, and why. */
  private readonly broken = new Map<string, { code: string; message: string }>();

  constructor(
    public sheet: Sheet,
    private readonly asker: Asker,
  ) {}

  edit(edit: Edit): Edit {
    const ops: Op[] = [];
    for (const op of edit.ops) {
      const kept = edit.refused ? this.drop(edit, op, edit.refused) : this.op(edit, op);
      if (kept !== op) this.altered = true;
      if (kept === null) continue;
      ops.push(kept);
      this.sheet = applyOp(this.sheet, provisional(this.sheet, edit.ops, this.asker), kept);
    }
    const same = ops.length === edit.ops.length && ops.every((op, i) => op === edit.ops[i]);
    return same ? edit : { ...edit, ops };
  }

  /** What is left of the op; null: nothing. */
  private op(edit: Edit, op: Op): Op | null {
    switch (op.op) {
      case "CELL_MODIFY": {
        const left = this.write(edit, op.taskId, op.column, op);
        return left === null
          ? null
          : this.checked(edit, left === op ? op : { ...op, oldValue: left.oldValue });
      }
      case "BATCH_UPDATE": {
        const updates: { [C in Column]?: Update } = {};
        let changed = false;
        for (const [column, update] of entries(op.updates)) {
          const left = this.write(edit, op.taskId, column, update);
          changed ||= left !== update;
          if (left !== null) updates[column] = left;
        }
        if (changed && Object.keys(updates).length === 0) return null;
        return this.checked(edit, changed ? { ...op, updates } : op);
      }
      case "ROW_INSERT":
        // Ids are made once: a row of this id is this very row.
        return this.has(op.taskId) ? null : this.checked(edit, this.placed(op));
      case "ROW_REMOVE":
        return this.has(op.taskId) ? this.checked(edit, op) : null;
      case "COMMENT_ADD":
        return this.sheet.comments.some((c) => c.commentId === op.commentId) ? null : this.checked(edit, op);
      case "COMMENT_REPLY": {
        const thread = this.sheet.comments.find((c) => c.commentId === op.commentId);
        return thread?.replies.some((r) => r.replyId === op.replyId) ? null : this.checked(edit, op);
      }
      case "TEXT_UPDATE":
        return this.text(edit, op);
      default:
        return this.checked(edit, "after" in op ? this.placed(op) : op);
    }
  }

  /** Yjs numbers what one page writes: later updates would build on a refused one and wait forever. */
  private text(edit: Edit, op: TextUpdate): Op | null {
    const broken = this.broken.get(op.doc);
    if (broken !== undefined) return this.drop(edit, op, broken);
    const refusal = checkOp(this.sheet, op, this.asker);
    if (refusal === null) return op;
    return this.drop(edit, op, refusal);
  }

  private has(taskId: string): boolean {
    return rowOf(this.sheet, taskId) !== undefined;
  }

  /** The op below a row that is there: where its neighbour went, the end is next best. */
  private placed<T extends { readonly after: string | null }>(op: T): T {
    if (op.after === null || this.has(op.after)) return op;
    return { ...op, after: this.sheet.tasks.at(-1)?.taskId ?? null };
  }

  /** One cell's write as it now has to read; null when it is contested or done already. */
  private write(edit: Edit, taskId: string, column: Column, update: Update): Update | null {
    const row = rowOf(this.sheet, taskId);
    if (row === undefined) return update;
    const key = cellKey(taskId, column);
    const open = this.contested.get(key);
    if (open !== undefined) {
      this.contested.set(key, { ...open, mine: update.newValue, calls: [...open.calls, edit.call] });
      return null;
    }
    const stands = cellText(row, column);
    if (stands === update.oldValue) return update;
    if (stands === update.newValue) return null;
    if (this.undone.get(key)?.get(update.oldValue) === stands) return { ...update, oldValue: stands };
    this.contested.set(key, {
      taskId,
      column,
      base: update.oldValue,
      mine: update.newValue,
      current: row.cells[column],
      calls: [edit.call],
    });
    return null;
  }

  private checked(edit: Edit, op: Op): Op | null {
    const refusal = checkOp(this.sheet, op, this.asker);
    return refusal === null ? op : this.drop(edit, op, refusal);
  }

  private drop(edit: Edit, op: Op, { code, message }: { code: string; message: string }): null {
    const last = this.dropped.at(-1);
    if (last?.call === edit.call && last.code === code) {
      this.dropped[this.dropped.length - 1] = { ...last, ops: [...last.ops, op] };
    } else {
      this.dropped.push({ call: edit.call, code, message, ops: [op] });
    }
    if (op.op === "TEXT_UPDATE") this.broken.set(op.doc, { code, message });
    if (op.op === "CELL_MODIFY") this.forget(op.taskId, op.column, op);
    if (op.op === "BATCH_UPDATE") {
      for (const [column, update] of entries(op.updates)) this.forget(op.taskId, column, update);
    }
    return null;
  }

  /** Later edits of the cell were made on top of a value that never came to be. */
  private forget(taskId: string, column: Column, { oldValue, newValue }: Update): void {
    const key = cellKey(taskId, column);
    const values = this.undone.get(key) ?? new Map<string, string>();
    this.undone.set(key, values.set(newValue, values.get(oldValue) ?? oldValue));
  }
}

/**
 * Returns the sheet with ops applied without checking old values: they are on their way, and the server decides about
 * them.
 */
export function forced(sheet: Sheet, ops: readonly Op[], asker: Asker): Sheet {
  const change = provisional(sheet, ops, asker);
  return ops.reduce((folded, op) => applyOp(folded, change, op), sheet);
}
