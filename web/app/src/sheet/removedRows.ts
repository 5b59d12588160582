/** Rows that were removed while this page was open, as they last stood, so that they can be brought back whole. */
import type { Row, Sheet } from "@cyclesheet/client";
import type { RemovedRowPlace } from "./model/restore";
import type { OpenSheet } from "./screen";

export interface RemovedRow extends RemovedRowPlace {
  /** The name of the user who removed it; null if it is not known. */
  readonly by: string | null;
}

/** Removed rows that are remembered: more than one person writes in at a time, and few enough to be found. */
const MAX_REMOVED = 100;

const remembered = new WeakMap<OpenSheet, Map<string, RemovedRow>>();

/** Returns rows of `before` that `after` lacks, each with the rows that stood above it, nearest first. */
export function removedRows(before: Sheet, after: Sheet): readonly RemovedRow[] {
  if (before.tasks === after.tasks) return [];
  const left = new Set(after.tasks.map(({ taskId }) => taskId));
  const by = after.lastModifiedBy;
  const name = by ? (after.authors[by] ?? by) : null;
  return before.tasks.flatMap((row: Row, place) =>
    left.has(row.taskId)
      ? []
      : {
          row,
          above: before.tasks
            .slice(0, place)
            .reverse()
            .map(({ taskId }) => taskId),
          by: name,
        },
  );
}

/** Starts remembering; returns how to stop. */
export function followRemovals(open: OpenSheet): () => void {
  const rows = new Map<string, RemovedRow>();
  remembered.set(open, rows);
  const { client } = open;
  let before = client.getState().confirmedSheet;
  return client.subscribe(() => {
    const { confirmedSheet: after } = client.getState();
    if (before && after && before !== after && before.cycleId === after.cycleId)
      for (const removed of removedRows(before, after)) {
        rows.delete(removed.row.taskId);
        rows.set(removed.row.taskId, removed);
        const oldest = rows.keys().next().value;
        if (rows.size > MAX_REMOVED && oldest !== undefined) rows.delete(oldest);
      }
    before = after;
  });
}

/** Returns a removed row; undefined if it was not removed while this page was open. */
export const removedRow = (open: OpenSheet, taskId: string): RemovedRow | undefined =>
  remembered.get(open)?.get(taskId);
