/** Keys on a cell that is not being edited: those that move about, and those that begin a text. What else a key does is an action. */

import type { Column } from "@cyclesheet/client";
import { flushSync } from "react-dom";
import type { Controller } from "../controller";

const ARROWS: { readonly [key: string]: readonly [dy: number, dx: number] } = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Rows that a page key passes: about a screen. */
const PAGE_ROWS = 15;
const PAGES: { readonly [key: string]: readonly [dy: number, dx: number] } = {
  PageUp: [-PAGE_ROWS, 0],
  PageDown: [PAGE_ROWS, 0],
  Home: [0, -1],
  End: [0, 1],
};

/**
 * Deals with a key on a cell; false leaves it to the grid, which moves the focus. `act` performs the action of a key, and
 * returns false if it has none.
 */
export function onCellKey(
  event: KeyboardEvent,
  controller: Controller,
  act: (event: KeyboardEvent) => boolean,
): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  const { key, shiftKey, altKey } = event;
  const mod = event.ctrlKey || event.metaKey;
  const handled = () => {
    event.preventDefault();
    return true;
  };
  const { selection } = controller.screen.get();
  if (!selection) return false;
  if (act(event)) return handled();

  // The whole page's: it opens the help.
  if (key === "?" && !mod) return true;

  const arrow = ARROWS[key];
  if (arrow) {
    const [dy, dx] = arrow;
    if (shiftKey) controller.extend(dy, dx, mod);
    else controller.jump(dy, dx, mod);
    return handled();
  }

  const page = PAGES[key];
  if (page) {
    const [dy, dx] = page;
    // Home and End go to the row's ends, with Ctrl to the sheet's.
    const toEdge = dx !== 0;
    const down = toEdge && mod ? dx : dy;
    if (shiftKey) controller.extend(down, dx, toEdge);
    else controller.jump(down, dx, toEdge);
    return handled();
  }

  // Copy, cut and paste come as clipboard events, undo is the whole page's, everything else the browser's.
  if (mod && !altKey) return true;

  switch (key) {
    case "Tab":
      // At either end the focus leaves the sheet, so that it holds nobody.
      return !altKey && controller.step(0, shiftKey ? -1 : 1) ? handled() : false;
    case "Enter":
      if (shiftKey) controller.step(-1, 0);
      return handled();
    case "Escape":
      controller.screen.set({ issues: new Map(), side: null });
      controller.select(selection.anchor);
      return handled();
    default:
  }

  // A printable key, or the first of a composition: the editor opens with the focus, and the key lands in it.
  if (!altKey && ([...key].length === 1 || key === "Process")) {
    let opened = false;
    flushSync(() => {
      opened = controller.edit("");
    });
    if (!opened) event.preventDefault();
    return true;
  }
  return false;
}

/** Keys on a column's head: Alt+↓ opens its menu, as a list in a field would. */
export function onHeadKey(event: KeyboardEvent, column: Column, controller: Controller): boolean {
  if (event.type !== "keydown" || !event.altKey || event.key !== "ArrowDown") return false;
  const head = event.target instanceof Element ? event.target.closest(".ag-header-cell") : null;
  if (!head) return false;
  event.preventDefault();
  const { left, bottom } = head.getBoundingClientRect();
  controller.screen.set({ menu: { kind: "column", column, x: left, y: bottom } });
  return true;
}
