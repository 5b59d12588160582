/** Scrolls the sheet while a pointer that drags is held beyond one of its edges. */
import type { RefObject } from "react";

/** Scrolled in one frame, CSS pixels: at the edge itself, and at most. */
const SLOWEST_PX = 4;
const FASTEST_PX = 40;
/** At the sides the window often ends with the sheet: there the edge begins a little inside. */
const SIDE_PX = 10;

/** Returns how far to scroll in one frame for a pointer at `at`: nothing between the edges, faster the farther beyond. */
export function speed(at: number, from: number, to: number): number {
  const beyond = at < from ? at - from : at > to ? at - to : 0;
  if (beyond === 0) return 0;
  const px = Math.min(FASTEST_PX, Math.max(SLOWEST_PX, Math.abs(beyond) * 0.6));
  return Math.sign(beyond) * px;
}

export interface EdgeScroll {
  /** Tells where the pointer is; `reach` is called with the nearest point over the cells, now and with every scroll. */
  move(x: number, y: number, reach: (x: number, y: number) => void): void;
  stop(): void;
}

export function edgeScroll(root: RefObject<HTMLElement | null>): EdgeScroll {
  let frame = 0;
  let [x, y] = [0, 0];
  let reach: (x: number, y: number) => void = () => {};
  const parts = () => {
    const viewport = root.current?.querySelector<HTMLElement>(".ag-grid-viewport");
    const head = root.current?.querySelector(".ag-grid-pinned-top-rows")?.getBoundingClientRect();
    if (!viewport || !head) return null;
    const { left, top } = viewport.getBoundingClientRect();
    const [right, bottom] = [left + viewport.clientWidth, top + viewport.clientHeight];
    return { viewport, left, right, top: head.bottom, bottom };
  };
  const step = () => {
    frame = 0;
    const edges = parts();
    if (!edges) return;
    const { viewport, left, right, top, bottom } = edges;
    const dy = speed(y, top, bottom);
    const dx = speed(x, left + SIDE_PX, right - SIDE_PX);
    viewport.scrollTop += dy;
    viewport.scrollLeft += dx;
    const clamp = (n: number, from: number, to: number) => Math.max(from, Math.min(to, n));
    reach(clamp(x, left + 2, right - 3), clamp(y, top + 2, bottom - 3));
    if (dx !== 0 || dy !== 0) frame = requestAnimationFrame(step);
  };
  return {
    move(nextX, nextY, next) {
      [x, y, reach] = [nextX, nextY, next];
      if (frame === 0) step();
    },
    stop() {
      cancelAnimationFrame(frame);
      frame = 0;
    },
  };
}
