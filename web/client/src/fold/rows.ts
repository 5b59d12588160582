/** What the ops on rows and cells do. Total: an op whose target is gone does nothing. */

import { SYSTEM_ID } from "../generated/names.js";
import { cellText, isColumn } from "./columns.js";
import { buryNote, unburyNote } from "./docs.js";
import type { Cell, Column, Row, Sheet } from "./model.js";
import type { Change, RowInsert } from "./op.js";
import { placeBelow, withRow } from "./position.js";
import { rowOf } from "./row.js";
import { including, normalised, sources, text } from "./text.js";

/** Writes cells of one row; what the model once wrote there stays beside it. */
export function writeCells(
  sheet: Sheet,
  change: Change,
  taskId: string,
  values: Iterable<readonly [Column, string]>,
): Sheet {
  const row = rowOf(sheet, taskId);
  if (row === undefined) return sheet;
  const cells: { [C in Column]?: Cell } = { ...row.cells };
  for (const [column, value] of values) {
    const aiValue = cells[column]?.aiValue;
    cells[column] = aiValue === undefined ? cell(value, change) : { ...cell(value, change), aiValue };
  }
  const isManuallyEdited = row.isManuallyEdited || change.author.id !== SYSTEM_ID;
  return { ...sheet, tasks: withRow(sheet.tasks, { ...row, cells, isManuallyEdited }) };
}

function cell(value: string, change: Change): Cell {
  return { value, version: change.version, author: change.author.id };
}

/** A new row, or a removed one exactly as it was. */
export function insertRow(sheet: Sheet, change: Change, op: RowInsert): Sheet {
  if (rowOf(sheet, op.taskId) !== undefined) return sheet;
  const place = placeBelow(sheet.tasks, op.after ?? null, null);
  if (place === null) return sheet;
  const row = op.restored ? restored(op.restored) : fresh(change, op);
  const tasks = withRow(place.rows, { ...row, taskId: op.taskId, position: place.position });
  return unburyNote({ ...sheet, tasks }, op.taskId, op.restored != null);
}

function fresh(change: Change, op: RowInsert): Row {
  const cells: { [C in Column]?: Cell } = {};
  for (const [column, value] of entries(op.cells)) cells[column] = cell(text(value), change);
  const isManuallyEdited = change.author.id !== SYSTEM_ID;
  return { taskId: op.taskId, position: "", cells, isManuallyEdited, carriedFrom: null, generation: null };
}

/** Only what a row has, whatever else a client sent along. */
function restored(row: Row): Row {
  const cells: { [C in Column]?: Cell } = {};
  for (const [column, { value, version, author, aiValue }] of entries(row.cells)) {
    cells[column] = { value, version, author, ...(aiValue == null ? {} : { aiValue }) };
  }
  const { taskId, position, isManuallyEdited, carriedFrom = null, generation = null } = row;
  return { taskId, position, cells, isManuallyEdited, carriedFrom, generation };
}

/** The columns of an object and the value of each. */
export function entries<T>(cells: { readonly [C in Column]?: T } | null | undefined): [Column, T][] {
  return Object.entries(cells ?? {}).filter((entry): entry is [Column, T] => isColumn(entry[0]));
}

/** A row leaves; what the model wrote leaves its trace, so that no refresh brings it back. */
export function removeRow(sheet: Sheet, change: Change, taskId: string): Sheet {
  const row = rowOf(sheet, taskId);
  if (row === undefined) return sheet;
  const tasks = sheet.tasks.filter((other) => other !== row);
  const left = buryNote({ ...sheet, tasks, locks: withoutLock(sheet, taskId) }, change, taskId);
  if (row.generation === null) return left;
  const titles = [cellText(row, "title"), row.cells.title?.aiValue ?? ""].map(normalised);
  const removed = {
    ...left.removed,
    sources: including(sheet.removed.sources, sources(cellText(row, "source"))),
    titles: including(
      sheet.removed.titles,
      titles.filter((title) => title !== ""),
    ),
  };
  return { ...left, removed };
}

/** The locks without that row's. */
export function withoutLock(sheet: Sheet, taskId: string): Sheet["locks"] {
  return sheet.locks.some((lock) => lock.taskId === taskId)
    ? sheet.locks.filter((lock) => lock.taskId !== taskId)
    : sheet.locks;
}

/** A row moves below another. */
export function moveRow(sheet: Sheet, taskId: string, after: string | null): Sheet {
  if (after === taskId || rowOf(sheet, taskId) === undefined) return sheet;
  const place = placeBelow(sheet.tasks, after, taskId);
  if (place === null) return sheet;
  const row = place.rows.find((other) => other.taskId === taskId);
  if (row === undefined) return sheet;
  return { ...sheet, tasks: withRow(place.rows, { ...row, position: place.position }) };
}

/** A lease on a row, in the place of the one it had. */
export function lockRow(sheet: Sheet, change: Change, taskId: string, seconds: number): Sheet {
  const lock = { taskId, holder: change.author.id, expiresAt: change.at + seconds * 1000 };
  const others = sheet.locks.filter((other) => other.taskId !== taskId);
  return { ...sheet, locks: [...others, lock].sort((a, b) => (a.taskId < b.taskId ? -1 : 1)) };
}
