/** What changed between two readings of a sheet, told by the identity of rows. Pure. */
import type { Row } from "@cyclesheet/client";

/** A row that differs, before and after. */
export type ChangedRow = readonly [before: Row, after: Row];

/**
 * Rows that differ, if they are the same rows in the same order; else null. The fold keeps the identity of rows that a
 * change left alone: those cost one comparison.
 */
export function changedInPlace(before: readonly Row[], after: readonly Row[]): readonly ChangedRow[] | null {
  if (before.length !== after.length) return null;
  const changed: ChangedRow[] = [];
  for (const [place, row] of after.entries()) {
    const was = before[place];
    if (was === row) continue;
    if (was?.taskId !== row.taskId) return null;
    changed.push([was, row]);
  }
  return changed;
}
