/** A double click on the line after a head gives the column the width of what is in sight of it. */
import type { Row } from "@cyclesheet/client";
import type { GridApi } from "ag-grid-community";
import { type RefObject, useEffect } from "react";

export function useColumnFit(api: GridApi<Row> | null, root: RefObject<HTMLElement | null>) {
  useEffect(() => {
    const sheet = root.current;
    if (!api || !sheet) return;
    const fit = ({ target }: Event) => {
      const line = target instanceof Element ? target.closest(".ag-header-cell-resize") : null;
      const id = line?.closest(".ag-header-cell[col-id]")?.getAttribute("col-id");
      if (!id) return;
      const drawn = sheet.querySelectorAll<HTMLElement>(
        `.ag-cell[col-id="${id}"], .ag-header-cell[col-id="${id}"]`,
      );
      api.setColumnWidths([{ key: id, newWidth: Math.max(...[...drawn].map(naturalWidth)) }]);
    };
    sheet.addEventListener("dblclick", fit);
    return () => sheet.removeEventListener("dblclick", fit);
  }, [api, root]);
}

/** The width that an element would take if nothing limited it, pixels: that of a copy in the same place. */
function naturalWidth(element: HTMLElement): number {
  const copy = element.cloneNode(true) as HTMLElement;
  copy.style.cssText = "position: absolute; width: max-content; visibility: hidden";
  element.parentElement?.append(copy);
  const width = Math.ceil(copy.getBoundingClientRect().width);
  copy.remove();
  return width;
}
