/** Puts what is said about a cell where all of it is in sight. */
import { type RefObject, useLayoutEffect } from "react";

/** Between the cell and the bubble, CSS pixels. */
const GAP_PX = 5;
/** Kept free between the bubble and the sheet's edge, CSS pixels. */
const MARGIN_PX = 4;
/** The widest that a sentence still reads well, CSS pixels. */
const WIDEST_PX = 280;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** How wide a bubble may be between the sheet's edges. */
export const bubbleWidth = ({ left, right }: Box): number =>
  Math.max(0, Math.min(WIDEST_PX, right - left - 2 * MARGIN_PX));

/** Returns where a bubble of a size stands, from the cell's own corner. `sheet` is what is in sight of the cells. */
export function bubblePlace(
  { width, height }: { readonly width: number; readonly height: number },
  cell: Box,
  sheet: Box,
): { readonly left: number; readonly top: number } {
  const left = Math.max(sheet.left + MARGIN_PX, Math.min(cell.left, sheet.right - MARGIN_PX - width));
  const below = cell.bottom + GAP_PX;
  const above = cell.top - GAP_PX - height;
  const isBelow = below + height <= sheet.bottom - MARGIN_PX || above < sheet.top;
  return { left: left - cell.left, top: (isBelow ? below : above) - cell.top };
}

export function useBubblePlace(
  bubble: RefObject<HTMLElement | null>,
  root: RefObject<HTMLElement | null>,
): void {
  // At every rendering: the cell moves under it when the sheet scrolls or rows come.
  useLayoutEffect(() => {
    const element = bubble.current;
    const cell = element?.parentElement?.getBoundingClientRect();
    const viewport = root.current?.querySelector<HTMLElement>(".ag-grid-viewport");
    if (!element || !cell || !viewport) return;
    const { left, top } = viewport.getBoundingClientRect();
    const pinned = element.closest(".layer-scrolling")
      ? viewport.querySelector(".ag-header-cell-last-left-pinned")?.getBoundingClientRect().right
      : undefined;
    const head = viewport.querySelector(".ag-grid-pinned-top-rows")?.getBoundingClientRect();
    const sheet = {
      left: pinned ?? left,
      right: left + viewport.clientWidth,
      top: head?.bottom ?? top,
      bottom: top + viewport.clientHeight,
    };
    element.style.maxWidth = `${bubbleWidth(sheet)}px`;
    const place = bubblePlace(element.getBoundingClientRect(), cell, sheet);
    // The cell's frame is inside its box.
    const { clientLeft, clientTop } = element.parentElement as HTMLElement;
    element.style.left = `${place.left - clientLeft}px`;
    element.style.top = `${place.top - clientTop}px`;
  });
}
