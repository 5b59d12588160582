/** The sign of a row that has a note; leads to it. */
import { useClient, useController } from "../../sheet/context";
import { noteName } from "../../sheet/docs";
import { NoteIcon } from "../../ui/noteIcons";
import { prepare } from "./lazy";

export function NoteMark({ taskId }: { taskId: string }) {
  const controller = useController();
  const hasNote = useClient((state) => state.sheet?.docs[noteName(taskId)] !== undefined);
  if (!hasNote) return null;
  return (
    <button
      type="button"
      className="note-mark"
      // The row has the focus; Ctrl+Alt+N on it does the same.
      tabIndex={-1}
      data-testid={`note-mark:${taskId}`}
      aria-label="Note"
      title="Note (Ctrl+Alt+N)"
      onPointerEnter={prepare}
      onClick={() => controller.screen.set({ side: "note", note: { taskId, focus: true } })}
    >
      <NoteIcon size={11} />
    </button>
  );
}
