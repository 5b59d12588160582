/** Selecting with the pointer: click, shift-click, drag over cells, drag on row numbers; a second tap edits. */
import { isColumn } from "@cyclesheet/client";
import { type MouseEvent, type PointerEvent, type RefObject, useRef } from "react";
import { flushSync } from "react-dom";

import type { Controller } from "../state/controller";
import type { Place } from "../state/screen";
import { ROW_COLUMN } from "./RowHead";

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

export function usePointer(controller: Controller, root: RefObject<HTMLElement | null>) {
  const drag = useRef<{ rows: boolean } | null>(null);
  const activeColumn = () => controller.screen.get().selection?.anchor.column ?? "title";

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
        controller.select(selection.anchor, found.place, found.rows || selection.rows);
        drag.current = { rows: selection.rows };
        event.stopPropagation();
        return;
      }
      if (editing?.taskId === found.place.taskId && editing.column === found.place.column) return;
      const again =
        selection?.anchor.taskId === found.place.taskId && selection.anchor.column === found.place.column;
      const onGrip = event.target instanceof Element && event.target.closest(".rowhead-grip");
      // Selected rows are dragged together.
      if (onGrip && controller.isSelected(found.place, true)) return;
      controller.select(found.place, undefined, found.rows);
      if (event.pointerType === "touch") {
        if (again && !found.rows && !editing && controller.mayEdit) {
          event.preventDefault();
          setTimeout(() => flushSync(() => controller.edit()));
        }
        return;
      }
      if (!onGrip) drag.current = { rows: found.rows };
    },
    // A shift-click extends; the focus stays where it is, and no text gets selected.
    onMouseDownCapture: keepFocus,
    onClickCapture(event: MouseEvent) {
      keepFocus(event);
      // A message's id leads to the message.
      if (!event.shiftKey && event.target instanceof Element && event.target.closest(".col-source .chip"))
        controller.screen.set({ side: "details" });
    },
    onPointerMove(event: PointerEvent) {
      if (!drag.current || event.buttons !== 1) return;
      const under = document.elementFromPoint(event.clientX, event.clientY);
      const found = cellAt(under, activeColumn());
      const { selection } = controller.screen.get();
      if (found && selection && root.current?.contains(under)) {
        if (found.place.taskId === selection.head.taskId && found.place.column === selection.head.column)
          return;
        const head = drag.current.rows ? { ...found.place, column: selection.anchor.column } : found.place;
        controller.select(selection.anchor, head, drag.current.rows);
      }
    },
    onPointerUp() {
      drag.current = null;
    },
    onPointerCancel() {
      drag.current = null;
    },
  };
}
