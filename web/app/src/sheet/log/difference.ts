/** What differs between two sheets of one log, as a person would tell it: rows that came, went or moved, and cells. */
import { COLUMNS, type Column, type Row, type Sheet } from "@cyclesheet/client";
import { changedInPlace } from "../model/change";

export interface CellChange {
  readonly taskId: string;
  readonly column: Column;
  readonly before: string;
  readonly after: string;
}

export interface Difference {
  readonly added: readonly Row[];
  readonly removed: readonly Row[];
  /** Rows that stand elsewhere among the rows that both sheets have. */
  readonly moved: readonly Row[];
  /** Cells of rows that both sheets have. */
  readonly cells: readonly CellChange[];
}

const NONE: Difference = { added: [], removed: [], moved: [], cells: [] };

/** The fold keeps the identity of rows that a change left alone: those cost one comparison. */
export function difference(before: Sheet, after: Sheet): Difference {
  if (before.tasks === after.tasks) return NONE;
  const inPlace = changedInPlace(before.tasks, after.tasks);
  if (inPlace !== null) return { ...NONE, cells: inPlace.flatMap(([was, row]) => cellsOf(was, row)) };
  const was = new Map(before.tasks.map((row, i) => [row.taskId, { row, i }]));
  const is = new Set(after.tasks.map((row) => row.taskId));
  const stayed = after.tasks.filter((row) => was.has(row.taskId));
  const kept = longestRise(stayed.map((row) => was.get(row.taskId)?.i ?? 0));
  return {
    added: after.tasks.filter((row) => !was.has(row.taskId)),
    removed: before.tasks.filter((row) => !is.has(row.taskId)),
    moved: stayed.filter((_, i) => !kept.has(i)),
    cells: stayed.flatMap((row) => cellsOf(was.get(row.taskId)?.row, row)),
  };
}

function cellsOf(before: Row | undefined, after: Row): CellChange[] {
  if (before === undefined || before === after) return [];
  const { taskId } = after;
  return COLUMNS.flatMap((column) => {
    const [was, is] = [before.cells[column]?.value ?? "", after.cells[column]?.value ?? ""];
    return was === is ? [] : { taskId, column, before: was, after: is };
  });
}

/** Indexes of a longest rising run of numbers: what need not have moved for the rest to be in its place. */
function longestRise(numbers: readonly number[]): ReadonlySet<number> {
  const ends: number[] = [];
  const previous: number[] = [];
  numbers.forEach((number, i) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[ends[middle] ?? 0] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    previous[i] = ends[low - 1] ?? -1;
    ends[low] = i;
  });
  const rise = new Set<number>();
  for (let at = ends.at(-1) ?? -1; at >= 0; at = previous[at] ?? -1) rise.add(at);
  return rise;
}

/** How many things differ, for a heading. */
export function countOf({ added, removed, moved, cells }: Difference): number {
  return added.length + removed.length + moved.length + cells.length;
}
