/** Selecting with the pointer: click, shift-click, drag over cells, drag on row numbers; a second tap edits. */
import { isColumn } from "@cyclesheet/client";
import { type MouseEvent, type PointerEvent, type RefObject, useEffect, useRef } from "react";
import { flushSync } from "react-dom";

import type { Controller } from "../controller";
import type { Place } from "../screen";
import { edgeScroll } from "./edgeScroll";
import { ROW_COLUMN } from "./geometry";

interface Hit {
  readonly place: Place;
  readonly rows: boolean;
}

/** The cell that an element belongs to, read from the grid's own attributes; `column` is the one meant on a row number. */
export function cellAt(target: EventTarget | null, column: Place["column"]): Hit | null {
  if (!(target instanceof Element)) return null;
  const cell = target.closest(".ag-cell");
  const taskId = cell?.closest(".ag-row")?.getAttribute("row-id");
  const id = cell?.getAttribute("col-id");
  if (!taskId || !id) return null;
  if (id === ROW_COLUMN) return { place: { taskId, column }, rows: true };
  return isColumn(id) ? { place: { taskId, column: id }, rows: false } : null;
}

/** A finger that rests this long asks for the menu, milliseconds: as long as phones themselves wait. */
const LONG_PRESS_MS = 500;
/** A finger that rests still moves so much, CSS pixels. */
const REST_PX = 10;

/** Calls `open` where a finger rests; a finger that moves, scrolls or is lifted asked for nothing. */
function longPress(
  { pointerId, clientX, clientY }: globalThis.PointerEvent,
  open: (x: number, y: number) => void,
): void {
  const stop = () => {
    clearTimeout(timer);
    for (const name of ["pointerup", "pointercancel", "contextmenu"])
      window.removeEventListener(name, stop, true);
    window.removeEventListener("pointermove", onMove, true);
  };
  const onMove = (event: globalThis.PointerEvent) => {
    if (
      event.pointerId !== pointerId ||
      Math.hypot(event.clientX - clientX, event.clientY - clientY) > REST_PX
    )
      stop();
  };
  const timer = setTimeout(() => {
    stop();
    open(clientX, clientY);
  }, LONG_PRESS_MS);
  for (const name of ["pointerup", "pointercancel", "contextmenu"]) window.addEventListener(name, stop, true);
  window.addEventListener("pointermove", onMove, true);
}

/** Lets the second press of a double click do nothing: what the first one opened may lie under it. */
function passOver(event: globalThis.MouseEvent): void {
  if (event.detail > 1) event.preventDefault();
}

export function usePointer(controller: Controller, root: RefObject<HTMLElement | null>) {
  /** Ends the drag that goes on. */
  const endDrag = useRef<() => void>(() => {});
  useEffect(() => () => endDrag.current(), []);
  const activeColumn = () => controller.screen.get().selection?.anchor.column ?? "title";

  /** Extends the selection to wherever the pointer goes, also beyond the sheet's edge, until it is let go. */
  const beginDrag = (rows: boolean) => {
    endDrag.current();
    const scroll = edgeScroll(root);
    const extend = (x: number, y: number) => {
      const under = document.elementFromPoint(x, y);
      const found = cellAt(under, activeColumn());
      const { selection, editing } = controller.screen.get();
      if (!found || !selection || editing || !root.current?.contains(under)) return;
      const head = rows ? { ...found.place, column: selection.anchor.column } : found.place;
      if (head.taskId === selection.head.taskId && head.column === selection.head.column) return;
      controller.select(selection.anchor, head, rows, selection.more);
    };
    const onMove = (event: globalThis.PointerEvent) => {
      if (event.buttons === 1) scroll.move(event.clientX, event.clientY, extend);
      else endDrag.current();
    };
    const end = () => {
      scroll.stop();
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
    };
    endDrag.current = end;
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
  };

  const keepFocus = (event: MouseEvent) => {
    if (!event.shiftKey || !cellAt(event.target, activeColumn()) || !controller.screen.get().selection)
      return;
    event.preventDefault();
    event.stopPropagation();
  };

  return {
    onPointerDownCapture(event: PointerEvent) {
      if (event.button !== 0) return;
      const found = cellAt(event.target, activeColumn());
      if (!found) return;
      const { selection, editing } = controller.screen.get();
      if (event.shiftKey && selection && !editing) {
        controller.select(selection.anchor, found.place, found.rows || selection.rows, selection.more);
        beginDrag(selection.rows);
        event.stopPropagation();
        return;
      }
      if (editing?.taskId === found.place.taskId && editing.column === found.place.column) return;
      if ((event.ctrlKey || event.metaKey) && found.rows && selection && !editing) {
        controller.toggleRow({ ...found.place, column: selection.anchor.column });
        return;
      }
      const again =
        selection?.anchor.taskId === found.place.taskId && selection.anchor.column === found.place.column;
      const onGrip = event.target instanceof Element && event.target.closest(".rowhead-grip");
      // Selected rows are dragged together.
      if (onGrip && controller.isSelected(found.place, true)) return;
      controller.select(found.place, undefined, found.rows);
      if (event.pointerType === "touch") {
        if (!again)
          longPress(event.nativeEvent, (x, y) => controller.screen.set({ menu: { kind: "row", x, y } }));
        if (again && !found.rows && !editing && controller.mayEdit) {
          event.preventDefault();
          setTimeout(() => flushSync(() => controller.edit()));
        }
        return;
      }
      if (!onGrip) beginDrag(found.rows);
    },
    // A shift-click extends; the focus stays where it is, and no text gets selected.
    onMouseDownCapture: keepFocus,
    onClickCapture(event: MouseEvent) {
      keepFocus(event);
      // A message's id leads to the message.
      if (!event.shiftKey && event.target instanceof Element && event.target.closest(".col-source .chip")) {
        controller.screen.set({ side: "details" });
        window.addEventListener("mousedown", passOver, { capture: true, once: true });
      }
    },
  };
}
