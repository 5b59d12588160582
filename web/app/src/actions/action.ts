/**
 * What a person can do on the page, each thing once: keys, tools, the context menu, the palette and the help all read the
 * same list. A feature brings actions of its own; `shell/actions.ts` puts the list together.
 */
import type { ComponentType } from "react";
import type { Controller } from "../sheet/controller";

/** Under which heading the help shows an action. */
export type Group = "Edit" | "Move and select" | "Blocks" | "Rows" | "Page";

/** The sections of the context menu of a cell, in their order. */
export const MENU_SECTIONS = ["cell", "clipboard", "locks", "row"] as const;
export type MenuSection = (typeof MENU_SECTIONS)[number];

/**
 * Where the keys of an action count: on a cell that is not being edited; on the whole page as long as no text is being
 * written and no dialog is open; or everywhere, except that a key which writes a character is left to a text.
 */
export type Reach = "cell" | "page" | "everywhere";

export interface Action {
  /** Unique in the list. */
  readonly id: string;
  /** What it does, as a command: "Fill down". */
  readonly label: string | ((controller: Controller) => string);
  /** What the help calls it, where the label speaks of what is selected. */
  readonly name?: string;
  readonly group: Group;
  /** Chords such as `Ctrl+Shift+Z`; the first is the one that menus show. Ctrl is ⌘ on a Mac. */
  readonly keys?: readonly string[];
  /** Absent: `cell`. */
  readonly reach?: Reach;
  readonly icon?: ComponentType<{ readonly size?: number }>;
  /** Its section in the context menu; absent: it is not there. */
  readonly menu?: MenuSection;
  /** Whether it is hard to take back. */
  readonly isDestructive?: boolean;
  /** Whether menus show it at all, as for a role or a state in which it means nothing. Absent: always. */
  isOffered?(controller: Controller): boolean;
  /** Returns true, or the reason why it cannot be done now, as a sentence. Absent: always true. */
  isEnabled?(controller: Controller): true | string;
  perform(controller: Controller): void;
}

export const labelOf = ({ label }: Action, controller: Controller): string =>
  typeof label === "string" ? label : label(controller);

/** Returns why an action cannot be done now; null if it can. */
export function barTo(action: Action, controller: Controller): string | null {
  const enabled = action.isEnabled?.(controller) ?? true;
  return enabled === true ? null : enabled;
}

export const isOffered = (action: Action, controller: Controller): boolean =>
  action.isOffered?.(controller) ?? true;

/** Performs an action, or says why it cannot be done now. */
export function run(action: Action, controller: Controller): void {
  const bar = barTo(action, controller);
  if (bar === null) action.perform(controller);
  else controller.say(bar, "bad");
}
