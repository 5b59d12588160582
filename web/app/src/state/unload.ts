/** Asks before a page is left whose edits are not stored yet, whose editor is open, or whose conflicts wait. */
import type { Controller } from "./controller";

export function hasUnsavedWork({ client, screen }: Controller): boolean {
  const { unsaved, conflicts } = client.getState();
  return unsaved > 0 || conflicts.length > 0 || screen.get().editing !== null;
}

export function guardUnload(controller: Controller): () => void {
  const onLeave = (event: BeforeUnloadEvent) => {
    if (hasUnsavedWork(controller)) event.preventDefault();
  };
  window.addEventListener("beforeunload", onLeave);
  return () => window.removeEventListener("beforeunload", onLeave);
}
