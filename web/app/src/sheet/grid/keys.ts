/** Keys on a cell that is not being edited. One table, so the help and the page cannot disagree for long. */

import type { Column } from "@cyclesheet/client";
import { flushSync } from "react-dom";
import { commentOnCell } from "../../features/comments/open";
import type { Controller } from "../controller";
import { turnNote } from "../docs";

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

/** Deals with a key on a cell; false leaves it to the grid, which moves the focus. */
export function onCellKey(event: KeyboardEvent, controller: Controller): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  const { key, shiftKey, altKey } = event;
  const mod = event.ctrlKey || event.metaKey;
  const handled = () => {
    event.preventDefault();
    return true;
  };
  const { selection } = controller.screen.get();
  if (!selection) return false;

  // The page opens its help (`shell/Help`).
  if (key === "?" && !mod) return true;

  const arrow = ARROWS[key];
  if (arrow) {
    const [dy, dx] = arrow;
    if (altKey && dy !== 0 && !mod) {
      controller.moveRows(dy < 0 ? "up" : "down");
      return handled();
    }
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

  // On a Mac, Alt makes a letter of its own; the key's place is the same.
  if (mod && altKey && event.code === "KeyM") {
    commentOnCell(controller);
    return handled();
  }

  if (mod && altKey && event.code === "KeyN") {
    turnNote(controller);
    return handled();
  }

  if (mod && !altKey) {
    switch (key.toLowerCase()) {
      case "z":
        if (shiftKey) controller.redo();
        else controller.undo();
        return handled();
      case "y":
        controller.redo();
        return handled();
      case "a":
        controller.selectAll();
        return handled();
      case "d":
        controller.fillSelection("down");
        return handled();
      case "r":
        if (shiftKey) return false;
        controller.fillSelection("right");
        return handled();
      case "enter":
        controller.insertRow(shiftKey ? "above" : "below");
        return handled();
      case "delete":
      case "backspace":
        controller.removeRows();
        return handled();
      default:
        // Copy, cut and paste come as clipboard events; everything else is the browser's.
        return true;
    }
  }

  switch (key) {
    case "Tab":
      // At either end the focus leaves the sheet, so that it holds nobody.
      return !altKey && controller.step(0, shiftKey ? -1 : 1) ? handled() : false;
    case "F2":
    case "Enter":
      if (altKey) controller.turnSide("details");
      else if (shiftKey && key === "F2") commentOnCell(controller);
      else if (shiftKey && key === "Enter") controller.step(-1, 0);
      else flushSync(() => controller.edit());
      return handled();
    case "Delete":
    case "Backspace":
      controller.clear();
      return handled();
    case "Escape":
      controller.screen.set({ issues: new Map(), side: null });
      controller.select(selection.anchor);
      return handled();
    case " ":
      if (shiftKey) {
        controller.selectRows();
        return handled();
      }
      break;
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
