/** What has just happened, over the sheet's lower edge for a while, with the way back. Read out as it comes. */
import { useEffect, useState } from "react";
import { useClient, useController, useScreen } from "../sheet/context";

/** How long a toast stays, milliseconds: a sentence is read in four seconds; what went wrong is worth more. */
const STAY_MS = { info: 6_000, good: 6_000, bad: 12_000 } as const;

export function Toast() {
  const controller = useController();
  const notice = useScreen((screen) => screen.notice);
  const canUndo = useClient((state) => state.canUndo);
  const [goneId, setGone] = useState<number | null>(null);
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    // Under the pointer, or with the focus in it, it waits.
    if (!notice || isHeld) return;
    const timer = window.setTimeout(() => setGone(notice.id), STAY_MS[notice.tone]);
    return () => clearTimeout(timer);
  }, [notice, isHeld]);
  const isGone = notice === null || goneId === notice.id;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is under the pointer must not go away; nothing is done by it
    <div
      className="toast"
      data-gone={isGone || undefined}
      data-tone={notice?.tone}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span role="status" data-testid="notice">
        {notice && <span key={notice.id}>{notice.text}</span>}
      </span>
      {notice?.isUndoable && canUndo && !isGone && (
        <button
          type="button"
          className="button button-small"
          data-testid="toast-undo"
          onClick={() => {
            controller.undo();
            controller.refocus();
          }}
        >
          Undo
        </button>
      )}
    </div>
  );
}
