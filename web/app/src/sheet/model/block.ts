/**
 * Edits of many cells planned as one change: paste, fill, clear. Pure: takes the present rows, returns ops. A cell that
 * already holds the text is left out; a value that cannot be in its column is left out and explained.
 */
import { type Column, MAX_ROWS, type Op, type Row, type Update } from "@cyclesheet/client";
import type { IsoDate } from "../../lib/dates";
import { isUndated, normalise } from "./values";

/** A rectangle of the sheet as shown: indexes into its rows and columns, both ends included. */
export interface Area {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** What is on the screen, in its order. */
export interface View {
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  /** Why a row takes nothing at the moment; null if it does. */
  lockOf?(taskId: string): string | null;
}

/** Why one cell was not written. */
export interface Problem {
  readonly taskId: string;
  readonly column: Column;
  readonly problem: string;
}

export interface Plan {
  readonly ops: readonly Op[];
  /** Cells that change. */
  readonly cells: number;
  readonly problems: readonly Problem[];
  /** What the person should see selected afterwards. */
  readonly area: Area;
  /** Cells of the read-only source that a block would have written. */
  readonly skipped: number;
  /** Deadlines among what was written that are no dates. */
  readonly undated: number;
  /** Text that had no place: columns beyond the last, rows beyond the sheet's limit. */
  readonly dropped: number;
}

export const valueAt = (row: Row, column: Column): string => row.cells[column]?.value ?? "";

/** The ops for new texts of one row: one cell as itself, several as a batch. */
function rowOps(row: Row, updates: { [C in Column]?: Update }): Op[] {
  const entries = Object.entries(updates) as [Column, Update][];
  const [first] = entries;
  if (!first) return [];
  if (entries.length === 1) return [{ op: "CELL_MODIFY", taskId: row.taskId, column: first[0], ...first[1] }];
  return [{ op: "BATCH_UPDATE", taskId: row.taskId, updates }];
}

type Written = Pick<Plan, "cells" | "skipped" | "undated"> & { ops: Op[]; problems: Problem[] };

/** Writes `textAt` into every cell of an area that lies within the view. */
function write(
  view: View,
  area: Area,
  today: IsoDate,
  textAt: (y: number, x: number) => string | undefined,
): Written {
  const ops: Op[] = [];
  const problems: Problem[] = [];
  let [cells, skipped, undated] = [0, 0, 0];
  for (let y = area.top; y <= Math.min(area.bottom, view.rows.length - 1); y++) {
    const row = view.rows[y];
    if (!row) continue;
    const updates: { [C in Column]?: Update } = {};
    const lock = view.lockOf?.(row.taskId) ?? null;
    for (let x = area.left; x <= area.right; x++) {
      const column = view.columns[x];
      const text = textAt(y - area.top, x - area.left);
      if (!column || text === undefined) continue;
      const oldValue = valueAt(row, column);
      if (text === oldValue) continue;
      if (column === "source") {
        skipped++;
        continue;
      }
      if (lock) {
        problems.push({ taskId: row.taskId, column, problem: lock });
        continue;
      }
      const result = normalise(column, text, today);
      if (!result.ok) problems.push({ taskId: row.taskId, column, problem: result.problem });
      else if (result.value !== oldValue) {
        updates[column] = { oldValue, newValue: result.value };
        cells++;
        if (column === "deadline" && isUndated(result.value)) undated++;
      }
    }
    ops.push(...rowOps(row, updates));
  }
  return { ops, cells, problems, skipped, undated };
}

/**
 * A pasted block at the selection. One cell fills a larger selection, and a block is repeated over a selection that
 * is a whole multiple of it; otherwise it keeps its size. Rows beyond the last are new rows.
 */
export function planPaste(
  view: View,
  selection: Area,
  block: readonly (readonly string[])[],
  today: IsoDate,
  newId: () => string,
  mayGrow = true,
): Plan {
  const height = block.length;
  const width = Math.max(1, ...block.map((row) => row.length));
  const tall = selection.bottom - selection.top + 1;
  const wide = selection.right - selection.left + 1;
  const repeats = tall % height === 0 && wide % width === 0;
  const area: Area = {
    top: selection.top,
    left: selection.left,
    bottom: selection.top + (repeats ? tall : height) - 1,
    right: Math.min(selection.left + (repeats ? wide : width), view.columns.length) - 1,
  };
  const cut = Math.max(0, selection.left + width - view.columns.length) * height;
  const textAt = (y: number, x: number) => block[y % height]?.[x % width];
  const { ops, cells, problems, ...counts } = write(view, area, today, textAt);
  let { skipped, undated } = counts;

  let added = 0;
  let dropped = repeats ? 0 : cut;
  let grown = view.rows.length;
  let after = view.rows.at(-1)?.taskId ?? null;
  for (let y = Math.max(0, view.rows.length - area.top); y <= area.bottom - area.top; y++) {
    if (!mayGrow || grown >= MAX_ROWS) {
      dropped += area.right - area.left + 1;
      continue;
    }
    const taskId = newId();
    const values: { [C in Column]?: string } = {};
    for (let x = area.left; x <= area.right; x++) {
      const column = view.columns[x];
      const text = textAt(y, x - area.left);
      if (!column || !text) continue;
      if (column === "source") {
        skipped++;
        continue;
      }
      const result = normalise(column, text, today);
      if (!result.ok) problems.push({ taskId, column, problem: result.problem });
      else if (result.value !== "") {
        values[column] = result.value;
        added++;
        if (column === "deadline" && isUndated(result.value)) undated++;
      }
    }
    ops.push({ op: "ROW_INSERT", taskId, after, cells: values });
    after = taskId;
    grown++;
  }
  return {
    ops,
    cells: cells + added,
    problems,
    skipped,
    undated,
    dropped,
    area: { ...area, bottom: Math.min(area.bottom, grown - 1) },
  };
}

/** Empties an area; read-only columns are passed over in silence, unless there is nothing else. */
export function planClear(view: View, area: Area, today: IsoDate): Plan {
  const written = write(view, area, today, (_, x) =>
    view.columns[area.left + x] === "source" ? undefined : "",
  );
  const onlySource = area.left === area.right && view.columns[area.left] === "source";
  const row = view.rows[area.top];
  const refusal = normalise("source", "", today);
  const problems: Problem[] =
    onlySource && row && !refusal.ok
      ? [{ taskId: row.taskId, column: "source", problem: refusal.problem }]
      : written.problems;
  return { ...written, problems, skipped: 0, area, dropped: 0 };
}

/** Repeats the source area over the target that contains it, downwards, upwards or to a side. */
export function planFill(view: View, from: Area, to: Area, today: IsoDate): Plan {
  const height = from.bottom - from.top + 1;
  const width = from.right - from.left + 1;
  const wrap = (n: number, size: number) => ((n % size) + size) % size;
  const written = write(view, to, today, (y, x) => {
    const row = view.rows[from.top + wrap(to.top + y - from.top, height)];
    const column = view.columns[from.left + wrap(to.left + x - from.left, width)];
    const inside =
      to.top + y >= from.top &&
      to.top + y <= from.bottom &&
      to.left + x >= from.left &&
      to.left + x <= from.right;
    if (!row || !column || inside || view.columns[to.left + x] === "source") return undefined;
    return valueAt(row, column);
  });
  return { ...written, area: to, dropped: 0 };
}

/** The texts of an area. */
export function readArea(view: View, area: Area): string[][] {
  return view.rows
    .slice(area.top, area.bottom + 1)
    .map((row) => view.columns.slice(area.left, area.right + 1).map((column) => valueAt(row, column)));
}
