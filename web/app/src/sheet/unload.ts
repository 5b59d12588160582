/** Asks before a page is left whose edits are not stored yet, whose editor is open, or whose conflicts or rescued words wait. */
import type { Controller } from "./controller";

export function hasUnsavedWork({ client, screen }: Controller): boolean {
  const { unsaved, conflicts } = client.getState();
  const { editing, rescued } = screen.get();
  return unsaved > 0 || conflicts.length > 0 || editing !== null || rescued.length > 0;
}

export function guardUnload(controller: Controller): () => void {
  const onLeave = (event: BeforeUnloadEvent) => {
    if (hasUnsavedWork(controller)) event.preventDefault();
  };
  window.addEventListener("beforeunload", onLeave);
  return () => window.removeEventListener("beforeunload", onLeave);
}
