/**
 * The executive summary above the sheet. The model's words are shown as they are; once somebody wants to write, or has,
 * it is a document that several people edit at once.
 */
import { Suspense, useEffect, useState } from "react";
import { settings } from "../../session/settings";
import { useClient, useController, useMayEdit, useScreen } from "../../sheet/context";
import { SUMMARY } from "../../sheet/docs";
import { CheckIcon, ChevronIcon, EditIcon } from "../../ui/icons";
import { Later } from "../../ui/Later";
import { NoteEditor, Proposal, prepare } from "./lazy";

export function Summary() {
  const controller = useController();
  const mayEdit = useMayEdit();
  const text = useClient((state) => state.sheet?.executiveSummary ?? "");
  const isTouched = useClient((state) => state.sheet?.docs[SUMMARY]?.isManuallyEdited ?? false);
  const isAsked = useScreen((screen) => screen.summary);
  const [editing, setEditing] = useState(false);
  const [turned, setTurned] = useState(() => settings.get("summary"));
  const isDocument = isTouched || isAsked || editing;
  // Two lines of the model's words say what it is about; what people wrote is read where nobody folded it.
  const open = turned === "open" || (turned !== "closed" && isDocument);
  const turn = (to: boolean) => {
    const state = to ? "open" : "closed";
    settings.set("summary", state);
    setTurned(state);
    if (!to) {
      setEditing(false);
      controller.screen.set({ summary: false });
    }
  };
  useEffect(() => {
    if (isAsked) setTurned("open");
  }, [isAsked]);

  const isEmpty = text.trim() === "" && !isTouched;
  if (isEmpty && !mayEdit) return null;
  return (
    <section
      className="summary"
      data-open={open || undefined}
      data-editing={editing || undefined}
      aria-label="Executive summary"
    >
      <button type="button" className="summary-toggle" aria-expanded={open} onClick={() => turn(!open)}>
        <ChevronIcon /> Summary
      </button>
      <div className="summary-body" data-testid="summary">
        {open && isDocument ? (
          <Later>
            <NoteEditor
              name={SUMMARY}
              label="Executive summary"
              placeholder="Summary of the week"
              seed={text}
              readOnly={!editing}
              autoFocus={editing}
              onLeave={() => setEditing(false)}
            />
            {/* Apart: while it loads it would hide the editor, and take the focus of a person who has begun to write. */}
            <Suspense>{isTouched && <Proposal />}</Suspense>
          </Later>
        ) : isDocument ? (
          <p className="summary-text muted">Written by people. Unfold it to read it.</p>
        ) : (
          <p tabIndex={open ? 0 : undefined} className="summary-text" dir="auto">
            {isEmpty ? <span className="muted">Nobody has written one yet.</span> : text}
          </p>
        )}
      </div>
      {mayEdit && (
        <button
          type="button"
          className="button button-quiet button-small summary-edit"
          aria-pressed={editing}
          data-testid="summary-edit"
          onPointerEnter={prepare}
          onClick={() => {
            if (!open) turn(true);
            setEditing(!editing);
          }}
        >
          {editing ? <CheckIcon size={14} /> : <EditIcon size={14} />} {editing ? "Done" : "Edit"}
        </button>
      )}
    </section>
  );
}
