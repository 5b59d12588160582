/**
 * How an extraction's rows meet the sheet: people's words stay, removed rows stay removed.
 *
 * Rows match one to one: by a shared source and the same title, then by a shared source, then by the title.
 */

import { MAX_ROWS } from "../generated/limits.js";
import { SYSTEM_ID } from "../generated/names.js";
import { cellText } from "./columns.js";
import type { Cell, Column, Row, Sheet } from "./model.js";
import type { Change, Generated, GeneratedRow } from "./op.js";
import { placeBelow, withRow } from "./position.js";
import { rowOf } from "./row.js";
import { entries } from "./rows.js";
import { normalised, sources, text } from "./text.js";

/** The sheet with the rows of `generated` in it. */
export function merge(sheet: Sheet, change: Change, generated: Generated): Sheet {
  const found = matches(sheet, generated);
  let merged = sheet;
  (generated.rows ?? []).forEach((row, i) => {
    const match = found[i];
    const existing = match === undefined ? undefined : rowOf(merged, match);
    if (existing !== undefined) {
      const updated = refreshed(existing, row, change, generated.generation);
      if (updated !== existing) merged = { ...merged, tasks: withRow(merged.tasks, updated) };
    } else if (
      !isGone(merged, row) &&
      rowOf(merged, row.taskId) === undefined &&
      merged.tasks.length < MAX_ROWS
    ) {
      merged = insert(merged, row, change, generated.generation);
    }
  });
  return merged;
}

function matches(sheet: Sheet, generated: Generated): (string | undefined)[] {
  // A row that this generation already wrote, in an earlier part, is spoken for.
  const free = sheet.tasks
    .filter((row) => row.generation !== generated.generation)
    .map((row) => ({
      taskId: row.taskId,
      title: normalised(cellText(row, "title")),
      sources: new Set(sources(cellText(row, "source"))),
    }));
  const rows = (generated.rows ?? []).map((row) => ({
    title: normalised(text(row.cells.title)),
    sources: sources(text(row.cells.source)),
  }));
  const found: (string | undefined)[] = rows.map(() => undefined);
  for (const pass of [0, 1, 2]) {
    rows.forEach((row, i) => {
      if (found[i] !== undefined) return;
      const at = free.findIndex((candidate) => {
        const shared = row.sources.some((id) => candidate.sources.has(id));
        const same = row.title !== "" && candidate.title === row.title;
        return pass === 0 ? same && shared : pass === 1 ? shared : same;
      });
      if (at >= 0) found[i] = free.splice(at, 1)[0]?.taskId;
    });
  }
  return found;
}

function isGone(sheet: Sheet, row: GeneratedRow): boolean {
  return (
    sources(text(row.cells.source)).some((id) => sheet.removed.sources.includes(id)) ||
    sheet.removed.titles.includes(normalised(text(row.cells.title)))
  );
}

function insert(sheet: Sheet, row: GeneratedRow, change: Change, generation: number): Sheet {
  const place = placeBelow(sheet.tasks, sheet.tasks.at(-1)?.taskId ?? null, null);
  if (place === null) return sheet;
  const cells: { [C in Column]?: Cell } = {};
  for (const [column, raw] of entries(row.cells)) {
    const value = text(raw);
    if (value !== "") cells[column] = written(value, change);
  }
  const { taskId, carriedFrom = null } = row;
  const { position } = place;
  const made: Row = { taskId, position, cells, isManuallyEdited: false, carriedFrom, generation };
  return { ...sheet, tasks: withRow(place.rows, made) };
}

function written(value: string, change: Change): Cell {
  return { value, version: change.version, author: SYSTEM_ID, aiValue: value };
}

/** The row after a refresh; the same object when nothing about it changes. */
function refreshed(existing: Row, row: GeneratedRow, change: Change, generation: number): Row {
  const cells: { [C in Column]?: Cell } = { ...existing.cells };
  let changed = existing.generation !== generation;
  for (const [column, raw] of entries(row.cells)) {
    const value = text(raw);
    const cell = cells[column];
    if (cell === undefined) {
      if (value === "") continue;
      cells[column] = written(value, change);
    } else if (cell.author === SYSTEM_ID) {
      if (cell.value === value) continue;
      cells[column] = written(value, change);
    } else {
      // A person's word stays; what the model now says is beside it.
      if (cell.aiValue === value) continue;
      cells[column] = { ...cell, aiValue: value };
    }
    changed = true;
  }
  const carriedFrom = existing.carriedFrom ?? row.carriedFrom ?? null;
  changed ||= carriedFrom !== existing.carriedFrom;
  return changed ? { ...existing, cells, carriedFrom, generation } : existing;
}
