/** What somebody who opens a sheet for the first time should know, in three sentences, with what the marks mean. */
import { useState } from "react";
import { settings } from "../../session/settings";
import { useMayEdit } from "../../sheet/context";
import { CloseIcon } from "../../ui/icons";

export function FirstLine() {
  const mayEdit = useMayEdit();
  const [isGone, setGone] = useState(() => settings.get("welcomed") === "1");
  if (isGone) return null;
  return (
    <aside className="first-line" aria-label="Welcome" data-testid="first-line">
      <p>
        This is your team’s week, filled in once from its messages.{" "}
        {mayEdit
          ? "Click a cell and type: everyone sees it at once."
          : "You can read it and see every change."}{" "}
        <span className="first-marks">
          <span className="legend-corrected" aria-hidden="true" /> was corrected by a person, ↳ continues from
          last week.
        </span>{" "}
        <a href="guide.html" target="_blank" rel="noreferrer">
          Guide
        </a>
      </p>
      <button
        type="button"
        className="icon-button"
        aria-label="Close the welcome"
        title="Got it"
        onClick={() => {
          settings.set("welcomed", "1");
          setGone(true);
        }}
      >
        <CloseIcon size={14} />
      </button>
    </aside>
  );
}
