/** Keys that mean the same wherever the focus is, as long as no text is being written: undo and redo. */
import { isWrittenIn } from "../lib/fields";
import type { Controller } from "../sheet/controller";

/** Starts listening; returns how to stop. */
export function followKeys(controller: Controller): () => void {
  const onKey = (event: KeyboardEvent) => {
    const { key, shiftKey, altKey } = event;
    if (event.defaultPrevented || event.isComposing || altKey || !(event.ctrlKey || event.metaKey)) return;
    const letter = key.toLowerCase();
    if ((letter !== "z" && letter !== "y") || isWrittenIn(event.target)) return;
    // Behind a dialog, and behind an earlier version of the sheet, nobody sees what an undo does.
    if (controller.screen.get().editing || document.querySelector("dialog[open], .main-live[inert]")) return;
    event.preventDefault();
    if (letter === "y" || shiftKey) controller.redo();
    else controller.undo();
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}
