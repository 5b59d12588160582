/** The frozen title shares the room of a wide screen with the description, which takes what is left by itself. */
import type { Row } from "@cyclesheet/client";
import type { GridApi } from "ag-grid-community";
import { type RefObject, useEffect } from "react";
import { titleFor } from "./columnDefs";

export function useTitleWidth(api: GridApi<Row> | null, root: RefObject<HTMLElement | null>) {
  useEffect(() => {
    const sheet = root.current;
    if (!api || !sheet) return;
    const follow = () => {
      const width = titleFor(sheet.clientWidth);
      if (width !== null && !api.isDestroyed()) api.setColumnWidths([{ key: "title", newWidth: width }]);
    };
    follow();
    if (typeof ResizeObserver === "undefined") return;
    const watch = new ResizeObserver(follow);
    watch.observe(sheet);
    return () => watch.disconnect();
  }, [api, root]);
}
