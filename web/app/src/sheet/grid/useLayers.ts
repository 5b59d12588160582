/** The places of the layers over the cells: one scrolls with the cells, one stays with the pinned columns. */
import type { Row } from "@cyclesheet/client";
import type { GridApi } from "ag-grid-community";
import { type RefObject, useEffect, useState } from "react";
import { type Part, pinnedWidth } from "./geometry";

/** Events after which cells may lie elsewhere. */
const MOVES = [
  "modelUpdated",
  "columnResized",
  "columnMoved",
  "displayedColumnsChanged",
  "gridSizeChanged",
] as const;

export interface Layers {
  readonly hosts: { readonly [P in Part]: HTMLElement } | null;
  /** Changes whenever cells may lie elsewhere. */
  readonly moved: number;
  move(): void;
}

function host(part: Part, within: HTMLElement): HTMLElement {
  const element = document.createElement("div");
  element.className = `layer layer-${part}`;
  element.setAttribute("role", "presentation");
  within.append(element);
  return element;
}

export function useLayers(api: GridApi<Row> | null, root: RefObject<HTMLElement | null>): Layers {
  const [hosts, setHosts] = useState<Layers["hosts"]>(null);
  const [moved, setMoved] = useState(0);
  useEffect(() => {
    const viewport = root.current?.querySelector<HTMLElement>(".ag-grid-viewport");
    const rowsArea = root.current?.querySelector<HTMLElement>(".ag-grid-scrolling-rows");
    if (!api || !viewport || !rowsArea) return;
    // As wide as the columns, so that what sticks in it stays in sight over all of them.
    const rail = document.createElement("div");
    rail.className = "layer-rail";
    rail.setAttribute("role", "presentation");
    rowsArea.append(rail);
    const scrolling = host("scrolling", rowsArea);
    const pinned = host("pinned", rail);
    setHosts({ scrolling, pinned });
    // The scrolling layer is cut off where it would lie over what is pinned.
    const cut = () => scrolling.style.setProperty("--cut", `${viewport.scrollLeft + pinnedWidth(api)}px`);
    const follow = () => {
      cut();
      setMoved((n) => n + 1);
    };
    cut();
    for (const event of MOVES) api.addEventListener(event, follow);
    viewport.addEventListener("scroll", cut, { passive: true });
    return () => {
      viewport.removeEventListener("scroll", cut);
      scrolling.remove();
      rail.remove();
      if (api.isDestroyed()) return;
      for (const event of MOVES) api.removeEventListener(event, follow);
    };
  }, [api, root]);
  return { hosts, moved, move: () => setMoved((n) => n + 1) };
}
