/** Filters that are one click away, and groups. Pure: who asks, the day and what is new come in. */
import { type Column, type Row, STATUSES } from "@cyclesheet/client";
import { valueAt } from "./block";
import type { Directory } from "./directory";
import { isBlocked, isLate } from "./health";

export const QUICKS = ["mine", "blocked", "late", "changed"] as const;
export type Quick = (typeof QUICKS)[number];

export const QUICK_WORDS: { readonly [Q in Quick]: string } = {
  mine: "Mine",
  blocked: "Blocked",
  late: "Late",
  changed: "Changed since I was here",
};

export interface Viewer {
  readonly id: string;
  readonly name: string;
  readonly directory: Directory;
  /** The day at which deadlines are judged. */
  readonly asOf: string;
  /** The version at which this person last left the week; null if they were never here. */
  readonly left: number | null;
}

/** Returns whether others changed the row since this person left; nothing has changed for somebody who comes first. */
function isChanged(row: Row, { id, left }: Viewer): boolean {
  if (left === null) return false;
  return Object.values(row.cells).some((cell) => cell.version > left && cell.author !== id);
}

export function isQuick(row: Row, quick: Quick, viewer: Viewer): boolean {
  switch (quick) {
    case "mine": {
      const face = viewer.directory.face(valueAt(row, "assignee"));
      return face.id === viewer.id || (face.id === null && viewer.name !== "" && face.name === viewer.name);
    }
    case "blocked":
      return isBlocked(row);
    case "late":
      return isLate(row, viewer.asOf);
    case "changed":
      return isChanged(row, viewer);
  }
}

/** Columns by which rows can be grouped. */
export const GROUPS = ["status", "assignee"] as const satisfies readonly Column[];
export type GroupBy = (typeof GROUPS)[number];

export interface RowGroup {
  /** The text of the heading. */
  readonly name: string;
  /** The value to store in a row that is put into the group. */
  readonly value: string;
  readonly rows: readonly Row[];
}

/** Returns the rows in groups: statuses in their own order, people by name, rows without a value last. Rows keep their order. */
export function groupsOf(rows: readonly Row[], by: GroupBy, directory: Directory): readonly RowGroup[] {
  const groups = new Map<string, { name: string; value: string; rows: Row[] }>();
  if (by === "status") for (const name of STATUSES) groups.set(name, { name, value: name, rows: [] });
  for (const row of rows) {
    const value = valueAt(row, by);
    const name = by === "assignee" && value !== "" ? directory.face(value).name : value;
    const group = groups.get(name) ?? { name, value: name, rows: [] };
    group.rows.push(row);
    groups.set(name, group);
  }
  const all = [...groups.values()];
  const filled = all.filter(({ name }) => name !== "");
  if (by === "assignee") filled.sort((a, b) => a.name.localeCompare(b.name));
  const empty = groups.get("");
  const none = { name: by === "status" ? "No status" : "Nobody", value: "" };
  return [...filled, ...(empty ? [{ ...none, rows: empty.rows }] : [])];
}
