/** The note of one row, beside the sheet. It follows the selection, unless one is writing in it. */
import { useEffect } from "react";
import { CloseIcon } from "../chrome/icons";
import { Later } from "../chrome/Later";
import { useClient, useController, useScreen } from "../state/context";
import { NoteEditor } from "./lazy";
import { noteName } from "./names";

/** Who walks through rows does not want each one's note: milliseconds at rest. */
const REST_MS = 250;

export function NotePanel() {
  const note = useScreen((screen) => screen.note);
  return note && <Panel taskId={note.taskId} focus={note.focus} />;
}

function Panel({ taskId, focus }: { taskId: string; focus: boolean }) {
  const controller = useController();
  const row = useClient((state) => state.sheet?.tasks.find((task) => task.taskId === taskId));
  const selected = useScreen((screen) => screen.selection?.anchor.taskId ?? null);
  const title = row?.cells.title?.value || "Untitled row";

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a selection that moves takes the note along
  useEffect(() => {
    if (selected === null || selected === taskId) return;
    const timer = window.setTimeout(() => {
      if (!document.activeElement?.closest(".note-panel"))
        controller.screen.set({ note: { taskId: selected, focus: false } });
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [selected]);

  const close = () => {
    controller.screen.set({ note: null });
    const { selection } = controller.screen.get();
    if (selection) controller.go(selection.anchor);
  };
  return (
    <aside className="details note-panel" aria-label="Note" data-testid="note-panel">
      <header className="details-head">
        <h2 className="note-panel-title">
          Note <bdi className="muted ellipsis">{row ? title : ""}</bdi>
        </h2>
        <button type="button" className="icon-button" aria-label="Close the note" onClick={close}>
          <CloseIcon />
        </button>
      </header>
      {row ? (
        <Later key={taskId}>
          <NoteEditor
            name={noteName(taskId)}
            label={`Note on ${title}`}
            placeholder="What the cells have no room for. @ names somebody."
            autoFocus={focus}
            onLeave={() => {
              const { selection } = controller.screen.get();
              controller.go({ taskId, column: selection?.anchor.column ?? "title" });
            }}
          />
        </Later>
      ) : (
        <p className="muted note-waiting">This row was removed. If it comes back, so does its note.</p>
      )}
    </aside>
  );
}
