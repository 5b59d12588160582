/** Keeps the keyboard focus with the task it was on while rows come, go and move. */
import type { Row } from "@cyclesheet/client";
import type { GridApi } from "ag-grid-community";
import { type RefObject, useCallback, useRef } from "react";
import type { Controller } from "../controller";
import type { Place } from "../screen";
import { ROW_COLUMN } from "./geometry";

export function useKeptFocus(
  api: GridApi<Row> | null,
  controller: Controller,
  root: RefObject<HTMLElement | null>,
) {
  /** A place to focus as soon as its row is drawn. */
  const pending = useRef<Place | null>(null);
  /** Whether the focus was on a cell when it was last seen; a removed row takes the focus with it. */
  const hadFocus = useRef(false);
  /** Where the selected row was last seen: what is nearest to it once it is removed. */
  const lastIndex = useRef(0);

  const focusCell = useCallback(
    (place: Place, rowsMeant: boolean) => {
      const node = api?.getRowNode(place.taskId);
      if (!api || !node || node.rowIndex === null) {
        pending.current = place;
        return;
      }
      pending.current = null;
      lastIndex.current = node.rowIndex;
      const column = rowsMeant ? ROW_COLUMN : place.column;
      api.ensureIndexVisible(node.rowIndex);
      api.ensureColumnVisible(place.column);
      api.setFocusedCell(node.rowIndex, column);
    },
    [api],
  );

  /** After rows came, went or moved, the focus stays with the task it was on. `force`: it is lost, whatever was seen. */
  const keepFocus = useCallback(
    (force = false) => {
      if (!api) return;
      const { selection, editing } = controller.screen.get();
      if (pending.current) return focusCell(pending.current, false);
      if (!selection) return;
      const focused = api.getFocusedCell();
      const node = api.getRowNode(selection.anchor.taskId);
      if (node?.rowIndex != null) lastIndex.current = node.rowIndex;
      if (editing) return;
      const lost =
        force ||
        (hadFocus.current &&
          (document.activeElement === document.body || root.current?.contains(document.activeElement)));
      if (node?.rowIndex != null) {
        if (lost && focused?.rowIndex !== node.rowIndex)
          api.setFocusedCell(node.rowIndex, selection.rows ? ROW_COLUMN : selection.anchor.column);
        if (!api.getRowNode(selection.head.taskId)) controller.select(selection.anchor);
        return;
      }
      const near = api.getDisplayedRowAtIndex(
        Math.min(focused?.rowIndex ?? lastIndex.current, api.getDisplayedRowCount() - 1),
      );
      if (!near?.data) {
        controller.screen.set({ selection: null });
        return;
      }
      const place = { taskId: near.data.taskId, column: selection.anchor.column };
      controller.select(place);
      if (lost) focusCell(place, false);
    },
    [api, controller, focusCell, root],
  );
  return { focusCell, keepFocus, hadFocus };
}
