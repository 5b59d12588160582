/** The screen's own state: where one is, what is being edited, what is open. Nothing here is shared or stored on a server. */
import type { Client, Column } from "@cyclesheet/client";
import { createStore, type Store } from "../lib/store";
import { settings } from "../session/settings";
import { type Arrangement, load } from "./model/arrangement";
import type { Area, View } from "./model/block";
import type { Rescue } from "./model/rescue";
import type { Target } from "./model/threads";

/** A place that survives other people's inserts and moves. */
export interface Place {
  readonly taskId: string;
  readonly column: Column;
}

export interface Selection {
  /** The cell that typing goes to. */
  readonly anchor: Place;
  /** The corner opposite to it. */
  readonly head: Place;
  /** Whether whole rows are meant, as after a click on a row's number. */
  readonly rows: boolean;
  /** Rows beside those between the corners, by their ids: Ctrl and a click on a row's number. Only of whole rows. */
  readonly more?: readonly string[];
}

export interface Editing extends Place {
  /** The value when the editor opened: the guard of the coming change. */
  readonly base: string;
  /** Text to begin with instead of `base`, when typing opened the editor. */
  readonly initial: string | null;
  /** Whether an input method composes the text in a field of its own, which keeps the focus. */
  readonly isComposing?: boolean;
  /** The conflict that what is written here settles. */
  readonly settles?: string;
  /** The cells that were selected when the editor opened, if several: Ctrl+Enter fills them. */
  readonly fills?: Selection;
}

export interface Notice {
  readonly text: string;
  readonly tone: "info" | "good" | "bad";
  /** Whether Undo takes back what it tells of. */
  readonly isUndoable: boolean;
  /** Tells one notice from the next with the same words. */
  readonly id: number;
}

/** The panel beside the sheet, one at a time, so that the sheet keeps its room. */
export type Side = "row" | "comments" | "note" | "details" | "history" | "members" | "audit" | "since";

/** How much the history tells: of everything, or of where one is in the sheet. */
export type Scope = "all" | "row" | "cell";

/** Which menu is open, and where: CSS pixels from the window's corner. */
export type OpenMenu = { readonly x: number; readonly y: number } & (
  | { readonly kind: "row" | "view" }
  | { readonly kind: "column"; readonly column: Column }
);

export interface Screen {
  readonly selection: Selection | null;
  readonly editing: Editing | null;
  /** Why a cell did not take a value, by `cellKey`. */
  readonly issues: ReadonlyMap<string, string>;
  readonly notice: Notice | null;
  readonly side: Side | null;
  /** The thread that was asked for; `asked` tells one asking from the next. */
  readonly thread: { readonly id: string; readonly answering: boolean; readonly asked: number } | null;
  /** What a new thread that is being written is about. */
  readonly draft: Target | null;
  /** Whether a comment is being written. */
  readonly composing: boolean;
  readonly scope: Scope;
  readonly menu: OpenMenu | null;
  /** Words whose row was removed while they were written. */
  readonly rescued: readonly Rescue[];
  /** How this person looks at the sheet. Change it with `Controller.arrange`, which remembers it. */
  readonly arrangement: Arrangement;
  /** Rows on the screen, filtered as they are. */
  readonly shown: number;
  /** The row whose note the panel shows; `focus`: it was opened to be written in. */
  readonly note: { readonly taskId: string; readonly focus: boolean } | null;
  /** The document that is being written in right now. */
  readonly writing: string | null;
  /** Whether the summary was asked for as a document. */
  readonly summary: boolean;
  readonly help: boolean;
  /** Whether the board stands in the place of the sheet. */
  readonly board: boolean;
  /** Whether the command palette is open. */
  readonly palette: boolean;
  /** Whether the connection is being looked into. */
  readonly diagnosis: boolean;
  readonly roomy: boolean;
  readonly find: string;
}

/** The sheet that is open: its client and what the screen shows of it. */
export interface OpenSheet {
  readonly client: Client;
  readonly screen: Store<Screen>;
}

export const cellKey = (taskId: string, column: Column): string => `${taskId}:${column}`;

export const createScreen = (): Store<Screen> =>
  createStore<Screen>({
    selection: null,
    editing: null,
    issues: new Map(),
    notice: null,
    side: null,
    thread: null,
    draft: null,
    composing: false,
    writing: null,
    scope: "all",
    menu: null,
    rescued: [],
    arrangement: load(),
    shown: 0,
    note: null,
    summary: false,
    help: false,
    board: false,
    palette: false,
    diagnosis: false,
    roomy: settings.get("roomy") === "1",
    find: "",
  });

/** Where the selection lies in what is shown; null when a corner is not shown any more. */
export function areaOf(view: View, selection: Selection | null): Area | null {
  if (!selection) return null;
  const row = (id: string) => view.rows.findIndex((r) => r.taskId === id);
  const y0 = row(selection.anchor.taskId);
  const y1 = row(selection.head.taskId);
  if (y0 < 0 || y1 < 0) return null;
  const x0 = selection.rows ? 0 : view.columns.indexOf(selection.anchor.column);
  const x1 = selection.rows ? view.columns.length - 1 : view.columns.indexOf(selection.head.column);
  if (x0 < 0 || x1 < 0) return null;
  return { top: Math.min(y0, y1), bottom: Math.max(y0, y1), left: Math.min(x0, x1), right: Math.max(x0, x1) };
}
