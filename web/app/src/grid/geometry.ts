/** Where cells lie inside the grid's scrolling area, in CSS pixels, whether or not they are drawn at the moment. */
import type { Row } from "@cyclesheet/client";
import type { GridApi } from "ag-grid-community";
import type { Area } from "../model/block";
import type { Place } from "../state/screen";
import { ROW_COLUMN } from "./RowHead";

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Geometry {
  /** The rectangle of a cell; null when its row is filtered away or gone. */
  cell(place: Place): Rect | null;
  area(area: Area): Rect | null;
  /** Of all columns together. */
  readonly width: number;
}

export function geometryOf(api: GridApi<Row>): Geometry {
  const column = (id: string) => {
    const found = api.getColumn(id);
    const left = found?.getLeft();
    if (!found || left === null || left === undefined) return null;
    // Columns count from the first that scrolls; the area begins with the row numbers.
    return { left: left + (api.getColumn(ROW_COLUMN)?.getActualWidth() ?? 0), width: found.getActualWidth() };
  };
  const ids = () =>
    api
      .getAllDisplayedColumns()
      .filter((c) => !c.isPinned())
      .map((c) => c.getColId());
  return {
    width: api.getAllDisplayedColumns().reduce((sum, one) => sum + one.getActualWidth(), 0),
    cell(place) {
      const node = api.getRowNode(place.taskId);
      const x = column(place.column);
      if (!node || node.rowIndex === null || node.rowTop === null || !x) return null;
      return { ...x, top: node.rowTop, height: node.rowHeight ?? 0 };
    },
    area(area) {
      const first = api.getDisplayedRowAtIndex(area.top);
      const last = api.getDisplayedRowAtIndex(area.bottom);
      const columns = ids();
      const left = column(columns[area.left] ?? "");
      const right = column(columns[area.right] ?? "");
      if (!first || !last || !left || !right || first.rowTop === null || last.rowTop === null) return null;
      return {
        left: left.left,
        top: first.rowTop,
        width: right.left + right.width - left.left,
        height: last.rowTop + (last.rowHeight ?? 0) - first.rowTop,
      };
    },
  };
}
