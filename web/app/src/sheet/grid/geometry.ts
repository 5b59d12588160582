/** Where cells lie on a layer over the grid, in CSS pixels, whether or not they are drawn at the moment. */
import type { Column, Row } from "@cyclesheet/client";
import type { GridApi } from "ag-grid-community";
import type { Area } from "../model/block";
import type { Place } from "../screen";
import { headingOf } from "./heights";

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The columns that stay in sight, with a layer that stays with them, and those that scroll. */
export type Part = "pinned" | "scrolling";

/** The id of the row-number column. */
export const ROW_COLUMN = "row";

/** The part of an area that lies on one layer, and whether it goes on over that layer's edge. */
export interface PartOfArea extends Rect {
  readonly goesOn: "left" | "right" | null;
}

export interface Geometry {
  /** The rectangle of a cell; null when its row is filtered away or gone, or when it lies on the other layer. */
  cell(place: Place): Rect | null;
  area(area: Area): PartOfArea | null;
  /** All cells of a row that lie on this layer. */
  row(taskId: string): Rect | null;
  holds(column: Column | undefined): boolean;
  /** Of everything up to this layer's last column. */
  readonly width: number;
}

/** The width of what stays in sight: row numbers and pinned columns. */
export const pinnedWidth = (api: GridApi<Row>): number =>
  api.getAllDisplayedColumns().reduce((sum, one) => sum + (one.isPinned() ? one.getActualWidth() : 0), 0);

export function geometryOf(api: GridApi<Row>, part: Part): Geometry {
  // Columns that scroll count from the first of them; the layer begins with what is pinned.
  const offset = part === "pinned" ? 0 : pinnedWidth(api);
  const shown = api.getAllDisplayedColumns().filter((one) => one.getColId() !== ROW_COLUMN);
  const isHere = (one: (typeof shown)[number]) => one.isPinned() === (part === "pinned");
  const column = (id: string | undefined) => {
    const found = shown.find((one) => one.getColId() === id);
    const left = found?.getLeft();
    if (!found || !isHere(found) || left === null || left === undefined) return null;
    return { left: left + offset, width: found.getActualWidth() };
  };
  const span = (ids: readonly string[]) => {
    const there = ids.flatMap((id) => column(id) ?? []);
    const [first] = there;
    const last = there.at(-1);
    return first && last ? { left: first.left, width: last.left + last.width - first.left } : null;
  };
  const all = shown.map((one) => one.getColId());
  const line = (taskId: string) => {
    const node = api.getRowNode(taskId);
    if (!node || node.rowIndex === null || node.rowTop === null) return null;
    const lift = headingOf(node.rowHeight);
    return { top: node.rowTop + lift, height: (node.rowHeight ?? 0) - lift };
  };
  const together = (x: ReturnType<typeof span>, y: ReturnType<typeof line>) =>
    x && y ? { ...x, ...y } : null;
  const whole = span(all);
  return {
    width: whole ? whole.left + whole.width : offset,
    holds: (id) => column(id) !== null,
    cell: ({ taskId, column: id }) => together(column(id), line(taskId)),
    row: (taskId) => together(whole, line(taskId)),
    area(area) {
      const first = api.getDisplayedRowAtIndex(area.top);
      const last = api.getDisplayedRowAtIndex(area.bottom);
      const ids = all.slice(area.left, area.right + 1);
      const x = span(ids);
      if (!first || !last || !x || first.rowTop === null || last.rowTop === null) return null;
      const isPart = ids.some((id) => column(id) === null);
      return {
        ...x,
        top: first.rowTop + headingOf(first.rowHeight),
        height: last.rowTop + (last.rowHeight ?? 0) - first.rowTop - headingOf(first.rowHeight),
        goesOn: isPart ? (part === "pinned" ? "right" : "left") : null,
      };
    },
  };
}
