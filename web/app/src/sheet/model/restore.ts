/**
 * Makes the ops that restore an earlier cell or row: a new change like any other, guarded by the current value, so that
 * nobody's words are overwritten unseen. Nothing is ever taken out of the log.
 */
import { COLUMNS, type Column, type Op, type Row, type Sheet, type Update } from "@cyclesheet/client";

/** A removed row as it last stood, and the rows that stood above it, nearest first. */
export interface RemovedRowPlace {
  readonly row: Row;
  readonly above: readonly string[];
}

const rowIn = (sheet: Sheet, taskId: string) => sheet.tasks.find((row) => row.taskId === taskId);
const textOf = (row: Row, column: Column) => row.cells[column]?.value ?? "";

/** Empty when there is nothing to restore: the row is gone, the column cannot be written, or the text is the same. */
export function restoreCell(now: Sheet, taskId: string, column: Column, value: string): Op[] {
  const row = rowIn(now, taskId);
  if (row === undefined || column === "source" || textOf(row, column) === value) return [];
  return [{ op: "CELL_MODIFY", taskId, column, oldValue: textOf(row, column), newValue: value }];
}

/** Makes the row what it was in `then`: its cells, or, where it was removed since, the whole row with its origin. */
export function restoreRow(then: Sheet, now: Sheet, taskId: string, removed: RemovedRowPlace | null): Op[] {
  const old = rowIn(then, taskId);
  if (old === undefined) return [];
  const stands = rowIn(now, taskId);
  if (stands !== undefined) return rewrite(stands, old);
  const above = [...aboveIn(then, taskId), ...(removed?.above ?? [])];
  const after = above.find((id) => rowIn(now, id) !== undefined) ?? null;
  const plain = plainCells(old);
  if (removed === null) return [{ op: "ROW_INSERT", taskId, after, cells: plain }];
  return [
    { op: "ROW_INSERT", taskId, after, cells: plainCells(removed.row), restored: removed.row },
    ...rewrite(removed.row, old),
  ];
}

/** The rows above, nearest first. */
function aboveIn(sheet: Sheet, taskId: string): string[] {
  const at = sheet.tasks.findIndex((row) => row.taskId === taskId);
  return sheet.tasks
    .slice(0, Math.max(at, 0))
    .map((row) => row.taskId)
    .reverse();
}

function rewrite(stands: Row, old: Row): Op[] {
  const updates: { [C in Column]?: Update } = {};
  for (const column of COLUMNS) {
    const [oldValue, newValue] = [textOf(stands, column), textOf(old, column)];
    if (column !== "source" && oldValue !== newValue) updates[column] = { oldValue, newValue };
  }
  if (Object.keys(updates).length === 0) return [];
  return [{ op: "BATCH_UPDATE", taskId: old.taskId, updates }];
}

function plainCells(row: Row): { [C in Column]?: string } {
  const written = COLUMNS.filter((column) => column !== "source" && row.cells[column] !== undefined);
  return Object.fromEntries(written.map((column) => [column, textOf(row, column)]));
}
