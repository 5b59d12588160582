/** The note of one row, beside the sheet. It follows the selection, unless one is writing in it. */
import { useEffect, useRef } from "react";
import { useClient, useController, useScreen } from "../../sheet/context";
import { noteName } from "../../sheet/docs";
import { Later } from "../../ui/Later";
import { NoteEditor } from "./lazy";

/** A person who walks through rows does not want each one's note: milliseconds at rest. */
const REST_MS = 250;

export function NotePanel() {
  const note = useScreen((screen) => screen.note);
  return note ? (
    <Panel taskId={note.taskId} focus={note.focus} />
  ) : (
    <p className="note-panel note-waiting muted">Select a row to write its note.</p>
  );
}

/** The user who removed the row while its note was open here; null while the row exists, or if this user did. */
function useRemovedBy(taskId: string): string | null {
  const controller = useController();
  const isThere = useClient((state) => state.sheet?.tasks.some((task) => task.taskId === taskId) ?? true);
  const by = useRef<string | null>(null);
  const was = useRef(isThere);
  if (isThere) by.current = null;
  else if (was.current) {
    const { confirmedSheet, user } = controller.client.getState();
    // One's own removal is on its way while the log still has the row.
    const isOwn = confirmedSheet?.tasks.some((task) => task.taskId === taskId) ?? false;
    const author = confirmedSheet?.lastModifiedBy ?? "";
    if (!isOwn && author !== user?.id) by.current = confirmedSheet?.authors[author] || "Someone";
  }
  was.current = isThere;
  return by.current;
}

function Panel({ taskId, focus }: { taskId: string; focus: boolean }) {
  const controller = useController();
  const row = useClient((state) => state.sheet?.tasks.find((task) => task.taskId === taskId));
  const selected = useScreen((screen) => screen.selection?.anchor.taskId ?? null);
  const removedBy = useRemovedBy(taskId);
  const known = useRef("");
  if (row) known.current = row.cells.title?.value ?? "";
  const title = known.current || "Untitled row";
  // What somebody else took away must not turn into the next row's note under one's hands.
  const stays = useRef(false);
  stays.current = removedBy !== null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a selection that moves takes the note along
  useEffect(() => {
    if (selected === null || selected === taskId) return;
    const timer = window.setTimeout(() => {
      if (!stays.current && !document.activeElement?.closest(".note-panel"))
        controller.screen.set({ note: { taskId: selected, focus: false } });
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [selected]);

  return (
    <div className="note-panel" data-testid="note-panel">
      <p className="note-panel-title muted">
        <bdi className="ellipsis">{title}</bdi>
      </p>
      {row || removedBy !== null ? (
        <Later key={taskId}>
          <NoteEditor
            name={noteName(taskId)}
            label={`Note on ${title}`}
            placeholder="Write a note… Type @ to mention someone."
            autoFocus={focus}
            removedBy={removedBy}
            onLeave={() => {
              const { selection } = controller.screen.get();
              if (removedBy === null) controller.go({ taskId, column: selection?.anchor.column ?? "title" });
              else if (selection) controller.go(selection.anchor);
            }}
          />
        </Later>
      ) : (
        <p className="muted note-waiting">This row was removed. If it comes back, so does its note.</p>
      )}
    </div>
  );
}
