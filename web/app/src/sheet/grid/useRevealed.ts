/** Keeps the selected cell in sight when the sheet gets narrower or lower, as when a panel opens beside it. */
import type { Row } from "@cyclesheet/client";
import type { GridApi } from "ag-grid-community";
import { type RefObject, useEffect } from "react";
import type { Controller } from "../controller";

export function useRevealed(
  api: GridApi<Row> | null,
  controller: Controller,
  root: RefObject<HTMLElement | null>,
): void {
  useEffect(() => {
    const sheet = root.current;
    if (!api || !sheet || typeof ResizeObserver === "undefined") return;
    let [width, height] = [sheet.clientWidth, sheet.clientHeight];
    let frame = 0;
    const observer = new ResizeObserver(() => {
      const isSmaller = sheet.clientWidth < width || sheet.clientHeight < height;
      [width, height] = [sheet.clientWidth, sheet.clientHeight];
      const { selection } = controller.screen.get();
      if (!isSmaller || !selection) return;
      cancelAnimationFrame(frame);
      // The grid measures itself in this turn, too, and must have done so before it scrolls.
      frame = requestAnimationFrame(() => {
        const index = api.getRowNode(selection.anchor.taskId)?.rowIndex;
        if (index != null) api.ensureIndexVisible(index);
        api.ensureColumnVisible(selection.anchor.column);
      });
    });
    observer.observe(sheet);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
    };
  }, [api, controller, root]);
}
