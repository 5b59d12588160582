/**
 * Dragging rows by their numbers. The grid library tells where the pointer is; the sheet's own order changes by the log
 * alone, so a move that is refused leaves nothing on the screen that nobody else has.
 */
import type { Row } from "@cyclesheet/client";
import type { IRowDragItem, RowDragEvent } from "ag-grid-community";
import { useMemo, useState } from "react";
import type { Controller } from "../controller";
import { dropAfter } from "../model/order";

/** Rows that move when `taskId` is dragged: all selected rows if it is one of them, else it alone. In the sheet's order. */
export function rowsToMove(controller: Controller, taskId: string): readonly string[] {
  const { selection } = controller.screen.get();
  if (!selection?.rows || !controller.isSelected({ taskId, column: selection.anchor.column }, true))
    return [taskId];
  return controller.selectedRows.map((row) => row.taskId);
}

/** What the pointer carries: "3 rows", or the row's title. */
export function dragText(controller: Controller, row: Row | undefined): string {
  const rows = row ? rowsToMove(controller, row.taskId) : [];
  return rows.length > 1 ? `${rows.length} rows` : row?.cells.title?.value || "1 row";
}

function gapOf({ api, overNode, y }: RowDragEvent<Row>): number {
  if (y <= 0) return 0;
  if (overNode?.rowIndex == null) return api.getDisplayedRowCount();
  const isLower = y > (overNode.rowTop ?? 0) + (overNode.rowHeight ?? 0) / 2;
  return overNode.rowIndex + (isLower ? 1 : 0);
}

/** The grid's handlers, and where the line lies that shows the gap: CSS pixels from the first row's top, or null. */
export function useRowDrag(controller: Controller) {
  const [line, setLine] = useState<number | null>(null);
  const handlers = useMemo(() => {
    const end = () => setLine(null);
    return {
      onRowDragMove(event: RowDragEvent<Row>) {
        if (controller.barToMoving) return end();
        const gap = gapOf(event);
        const below = event.api.getDisplayedRowAtIndex(gap);
        const last = event.api.getDisplayedRowAtIndex(gap - 1);
        setLine(below?.rowTop ?? (last?.rowTop ?? 0) + (last?.rowHeight ?? 0));
      },
      onRowDragLeave: end,
      onRowDragCancel: end,
      onRowDragEnd(event: RowDragEvent<Row>) {
        end();
        const row = event.node.data;
        if (!row) return;
        // Sorted while it was being dragged: the place under the pointer is nobody else's.
        if (controller.barToMoving) return controller.say(controller.barToMoving, "bad");
        const moving = rowsToMove(controller, row.taskId);
        const order = controller.view.rows.map(({ taskId }) => taskId);
        const after = dropAfter(order, moving, gapOf(event));
        if (after !== undefined) controller.place(moving, after);
      },
      rowDragText: ({ rowNode }: IRowDragItem) => dragText(controller, rowNode?.data),
    };
  }, [controller]);
  return { handlers, line };
}
