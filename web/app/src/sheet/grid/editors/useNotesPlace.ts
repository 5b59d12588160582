/** Puts what is said at an open editor where it is in sight: above, or, where the heads are, below the field and its list. */
import { type RefObject, useLayoutEffect } from "react";

/** Between the notes and the field, CSS pixels. */
const GAP_PX = 3;

/** Returns the top edge of notes of a height, between `from` and `to`: above the field if they fit, else below, else at the end. */
export function notesTop(
  height: number,
  field: { readonly top: number; readonly bottom: number },
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const above = field.top - GAP_PX - height;
  if (above >= from) return above;
  const below = field.bottom + GAP_PX;
  return below + height <= to ? below : Math.max(from, to - height);
}

export function useNotesPlace(
  notes: RefObject<HTMLElement | null>,
  box: RefObject<HTMLElement | null>,
  root: RefObject<HTMLElement | null>,
): void {
  useLayoutEffect(() => {
    const [element, editor] = [notes.current, box.current];
    const viewport = root.current?.querySelector<HTMLElement>(".ag-grid-viewport");
    if (!element || !editor || !viewport || typeof ResizeObserver === "undefined") return;
    const place = () => {
      const sheet = viewport.getBoundingClientRect();
      const head = viewport.querySelector(".ag-grid-pinned-top-rows")?.getBoundingClientRect();
      const parts = [...editor.querySelectorAll(".field, .popup")].map((part) =>
        part.getBoundingClientRect(),
      );
      const own = editor.getBoundingClientRect();
      const { width, height } = element.getBoundingClientRect();
      const field = {
        top: Math.min(own.top, ...parts.map(({ top }) => top)),
        bottom: Math.max(own.top, ...parts.map(({ bottom }) => bottom)),
      };
      const to = sheet.top + viewport.clientHeight - 4;
      const top = notesTop(height, field, { from: head?.bottom ?? sheet.top, to });
      const right = sheet.left + viewport.clientWidth - 4;
      const left = Math.max(sheet.left + 2, Math.min(own.left, right - width));
      element.style.top = `${top - own.top}px`;
      element.style.left = `${left - own.left}px`;
    };
    // The field grows with its text, the list with what matches, the notes with what is said.
    const observer = new ResizeObserver(place);
    for (const part of editor.querySelectorAll(".field, .popup")) observer.observe(part);
    observer.observe(element);
    place();
    return () => observer.disconnect();
  }, [notes, box, root]);
}
