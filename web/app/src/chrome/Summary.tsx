/** The executive summary: read-only text above the sheet, folded to one line when a person wants the room. */
import { useState } from "react";
import { useClient } from "../state/context";
import { ChevronIcon } from "./icons";

const KEY = "cyclesheet.summary";
/** Below this width the summary begins folded. */
const NARROW_PX = 720;

export function Summary() {
  const text = useClient((state) => state.sheet?.executiveSummary ?? "");
  const [open, setOpen] = useState(() => {
    const saved = localStorage.getItem(KEY);
    return saved ? saved === "open" : window.innerWidth >= NARROW_PX;
  });
  const toggle = () => {
    localStorage.setItem(KEY, open ? "closed" : "open");
    setOpen(!open);
  };
  if (text.trim() === "") return null;
  return (
    <section className="summary" data-open={open || undefined} aria-label="Executive summary">
      <button type="button" className="summary-toggle" aria-expanded={open} onClick={toggle}>
        <ChevronIcon /> Summary
      </button>
      <p tabIndex={open ? 0 : undefined} className="summary-text" dir="auto" data-testid="summary">
        {text}
      </p>
    </section>
  );
}
