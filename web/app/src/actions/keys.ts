/** From keys to actions: one table for each reach, read by the grid on its cells and by the window for the page. */
import { isWrittenIn } from "../lib/fields";
import type { Controller } from "../sheet/controller";
import { returnToSheet } from "../sheet/parts";
import { type Action, type Reach, run } from "./action";
import { chordOf, writes } from "./chord";

/** Actions by chord. */
export type KeyMap = ReadonlyMap<string, Action>;

export function keyMap(actions: readonly Action[], ...reaches: readonly Reach[]): KeyMap {
  const map = new Map<string, Action>();
  for (const action of actions) {
    if (!reaches.includes(action.reach ?? "cell")) continue;
    for (const chord of action.keys ?? []) map.set(chord, action);
  }
  return map;
}

/** Performs what a key on a cell stands for; false if it stands for nothing. */
export function actOnCell(event: KeyboardEvent, controller: Controller, map: KeyMap): boolean {
  const action = map.get(chordOf(event));
  if (!action) return false;
  run(action, controller);
  return true;
}

/** Listens for the keys that count beyond the cells; returns how to stop. */
export function followKeys(controller: Controller, actions: readonly Action[]): () => void {
  const [everywhere, page] = [keyMap(actions, "everywhere"), keyMap(actions, "page")];
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const chord = chordOf(event);
    const action = everywhere.get(chord) ?? (isPageFree(controller) ? page.get(chord) : undefined);
    const isText = isWrittenIn(event.target) && (action?.reach === "page" || writes(chord));
    if (!action && event.target === document.body && LEADS_IN.has(chord) && isPageFree(controller)) {
      event.preventDefault();
      returnToSheet(controller);
      return;
    }
    if (!action || isText) return;
    event.preventDefault();
    run(action, controller);
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}

/** Keys that lead into the sheet while the focus is nowhere, as after the page has opened. */
const LEADS_IN: ReadonlySet<string> = new Set([
  "ArrowDown",
  "ArrowUp",
  "ArrowLeft",
  "ArrowRight",
  "Enter",
  "F2",
]);

/** Behind a dialog, and behind an earlier version of the sheet, nobody sees what an undo does. */
const isPageFree = (controller: Controller): boolean =>
  controller.screen.get().editing === null &&
  document.querySelector("dialog[open], .main-live[inert]") === null;
