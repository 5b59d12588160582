/**
 * The page's parts in the order in which F6 goes round them, Shift+F6 backwards: the tools, the sheet, the cards
 * that wait, the panel. The sheet uses Tab itself, so this is the way out of it and into everything else.
 */
import type { Controller } from "./controller";

/** Where each part is, in its order; a part that is not on the page is passed over. */
const PARTS = [
  ".topbar",
  ".toolbar, .versionbar",
  ".grid, .version-view",
  ".rescues",
  ".conflicts",
  ".panel",
] as const;

const FOCUSABLE =
  "a[href], button:not([disabled]), input:not([disabled]), select, textarea, summary, [tabindex]:not([tabindex='-1']), [contenteditable='true']";

/** What had the focus in a part when it was last left. */
const left = new WeakMap<Element, WeakRef<HTMLElement>>();

const isSeen = (element: Element) => element.getClientRects().length > 0 && !element.closest("[inert]");

function partsOnPage(): HTMLElement[] {
  return PARTS.flatMap((part) =>
    [...document.querySelectorAll<HTMLElement>(part)].filter(isSeen).slice(0, 1),
  );
}

/** What to focus in a part: where one was, else what is written in, else the first that takes the focus. */
function entryOf(part: HTMLElement): HTMLElement | undefined {
  const before = left.get(part)?.deref();
  if (before && part.contains(before) && isSeen(before)) return before;
  const all = [...part.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (one) => isSeen(one) && one.tabIndex >= 0,
  );
  return all.find((one) => one.isContentEditable) ?? all[0];
}

/** Puts the focus into a part; false if nothing in it takes it. */
function enter(part: HTMLElement, controller: Controller): boolean {
  if (part.matches(".grid")) {
    const { selection } = controller.screen.get();
    const [first] = controller.view.rows;
    const place = selection?.anchor ?? (first ? { taskId: first.taskId, column: "title" as const } : null);
    if (!place) return false;
    if (selection) controller.refocus();
    else controller.go(place);
    return true;
  }
  const entry = entryOf(part);
  entry?.focus();
  return entry !== undefined;
}

/** Puts the focus back into the sheet, where one was in it, when what had it goes away. */
export function returnToSheet(controller: Controller): void {
  const [sheet] = partsOnPage().filter((part) => part.matches(".grid, .version-view"));
  if (sheet) enter(sheet, controller);
}

/** Starts listening for F6; returns how to stop. */
export function followF6(controller: Controller): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "F6" || event.ctrlKey || event.altKey || event.metaKey) return;
    // A dialog holds the focus until it is closed.
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    const parts = partsOnPage();
    const active = document.activeElement as HTMLElement | null;
    const now = parts.findIndex((part) => part.contains(active));
    const here = parts[now];
    if (here && active) left.set(here, new WeakRef(active));
    const step = event.shiftKey ? -1 : 1;
    // From nowhere the first way is into the sheet.
    const from = now < 0 ? parts.findIndex((part) => part.matches(".grid")) - step : now;
    for (let n = 1; n <= parts.length; n++) {
      const next = parts[(((from + n * step) % parts.length) + parts.length) % parts.length];
      if (next && enter(next, controller)) return;
    }
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}
