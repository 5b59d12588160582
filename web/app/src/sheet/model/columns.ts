/**
 * The nine columns as a person meets them: names, widths, and which editor a cell opens.
 * Owns no data. What may be in a cell is `values.ts`.
 */
import { COLUMNS, type Column } from "@cyclesheet/client";

/** The editor that a column's cells open. */
export type EditorKind = "text" | "status" | "priority" | "person" | "date" | "progress" | "readonly";

export interface ColumnInfo {
  readonly id: Column;
  readonly title: string;
  readonly editor: EditorKind;
  /** Width in CSS pixels before a person drags it. */
  readonly width: number;
  readonly minWidth: number;
}

export const COLUMN_INFO: { readonly [C in Column]: ColumnInfo } = {
  title: { id: "title", title: "Title", editor: "text", width: 230, minWidth: 120 },
  description: { id: "description", title: "Description", editor: "text", width: 220, minWidth: 120 },
  status: { id: "status", title: "Status", editor: "status", width: 122, minWidth: 90 },
  priority: { id: "priority", title: "Priority", editor: "priority", width: 100, minWidth: 80 },
  assignee: { id: "assignee", title: "Assignee", editor: "person", width: 148, minWidth: 90 },
  deadline: { id: "deadline", title: "Deadline", editor: "date", width: 124, minWidth: 90 },
  progress: { id: "progress", title: "Progress", editor: "progress", width: 112, minWidth: 84 },
  blockers: { id: "blockers", title: "Blockers", editor: "text", width: 180, minWidth: 100 },
  source: { id: "source", title: "Source", editor: "readonly", width: 108, minWidth: 80 },
};

export const COLUMN_LIST: readonly ColumnInfo[] = COLUMNS.map((id) => COLUMN_INFO[id]);
