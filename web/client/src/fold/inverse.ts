/** What takes a change back: built from the old values it carries and from where its rows stood. */
import { applyOp } from "./apply.js";
import { cellText } from "./columns.js";
import type { Column, Row, Sheet } from "./model.js";
import type { Op, Update } from "./op.js";
import { type Asker, provisional } from "./precheck.js";
import { rowOf } from "./row.js";
import { entries } from "./rows.js";

/**
 * The ops that undo `ops`, which are about to be applied to `sheet`; in the order in which to apply them. Locks,
 * comments and memberships are not undone: others have seen and answered them.
 */
export function inverse(sheet: Sheet, ops: readonly Op[], asker: Asker): Op[] {
  const back: Op[] = [];
  let folded = sheet;
  for (const op of ops) {
    const undo = inverseOf(folded, op);
    if (undo !== null) back.unshift(undo);
    folded = applyOp(folded, provisional(sheet, ops, asker), op);
  }
  return back;
}

function inverseOf(sheet: Sheet, op: Op): Op | null {
  switch (op.op) {
    case "CELL_MODIFY":
      return { ...op, oldValue: op.newValue, newValue: op.oldValue };
    case "BATCH_UPDATE": {
      const updates: { [C in Column]?: Update } = {};
      for (const [column, { oldValue, newValue }] of entries(op.updates)) {
        updates[column] = { oldValue: newValue, newValue: oldValue };
      }
      return { ...op, updates };
    }
    case "ROW_INSERT":
      return { op: "ROW_REMOVE", taskId: op.taskId };
    case "ROW_REMOVE": {
      const row = rowOf(sheet, op.taskId);
      return row === undefined ? null : reinsertion(row, above(sheet, op.taskId));
    }
    case "ROW_MOVE":
      return { op: "ROW_MOVE", taskId: op.taskId, after: above(sheet, op.taskId) };
    default:
      return null;
  }
}

/** Restores a removed row exactly as it was. */
export function reinsertion(row: Row, after: string | null): Op {
  return { op: "ROW_INSERT", taskId: row.taskId, after, cells: plainCells(row), restored: row };
}

/** What a person could have typed of a row: everything but its source. */
export function plainCells(row: Row): { [C in Column]?: string } {
  const cells: { [C in Column]?: string } = {};
  for (const [column] of entries(row.cells)) if (column !== "source") cells[column] = cellText(row, column);
  return cells;
}

function above(sheet: Sheet, taskId: string): string | null {
  const at = sheet.tasks.findIndex((row) => row.taskId === taskId);
  return sheet.tasks[at - 1]?.taskId ?? null;
}
