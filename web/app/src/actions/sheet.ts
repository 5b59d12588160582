/** What can be done to the sheet itself: its cells, its rows, the way it is looked at. */
import { flushSync } from "react-dom";
import { settings } from "../session/settings";
import type { Controller } from "../sheet/controller";
import { copyLink } from "../sheet/copyLink";
import { COLUMN_INFO } from "../sheet/model/columns";
import {
  DownIcon,
  EditIcon,
  FillIcon,
  MinusIcon,
  PlusIcon,
  RedoIcon,
  UndoIcon,
  UpIcon,
  WrapIcon,
} from "../ui/icons";
import type { Action } from "./action";

const mayEdit = (controller: Controller) => controller.mayEdit;

/** Rows that are meant: those of the selection, by id, from the top. */
export function chosenRows({ area, screen, selectedRows }: Controller): readonly string[] {
  if (area) return selectedRows.map((row) => row.taskId);
  const { selection } = screen.get();
  return selection ? [selection.anchor.taskId] : [];
}

/** "the row", or "3 rows". */
export function rowsWord(controller: Controller): string {
  const { length } = chosenRows(controller);
  return length > 1 ? `${length} rows` : "the row";
}

/** The column that is meant, as a person reads it in mid-sentence. */
export function columnWord({ screen }: Controller): string {
  return COLUMN_INFO[screen.get().selection?.anchor.column ?? "title"].title.toLowerCase();
}

const needsCell = ({ screen }: Controller): true | string =>
  screen.get().selection === null ? "Select a cell first." : true;

/** Rows that somebody else holds are neither edited, moved nor removed. */
function needsFreeRows(controller: Controller): true | string {
  const { sheet } = controller.client.getState();
  const needs = needsCell(controller);
  if (needs !== true || !sheet || sheet.locks.length === 0) return needs;
  return (
    chosenRows(controller)
      .map((id) => controller.lockOf(id))
      .find((why) => why !== null) ?? true
  );
}

function needsMovableRows(controller: Controller): true | string {
  const free = needsFreeRows(controller);
  return free === true ? (controller.barToMoving ?? true) : free;
}

/** Source is read, not edited: nobody's lock is in the way. */
const isSource = ({ screen }: Controller) => screen.get().selection?.anchor.column === "source";

/** Without a key press the browser gives the clipboard only if it may be asked. */
async function copyBlock(controller: Controller): Promise<void> {
  const text = controller.copy();
  if (text === null) return;
  await navigator.clipboard
    .writeText(text)
    .catch(() => controller.say("The browser did not let the page copy. Press Ctrl+C.", "bad"));
}

async function pasteBlock(controller: Controller): Promise<void> {
  const text = await navigator.clipboard.readText().catch(() => null);
  if (text === null)
    controller.say("The browser did not let the page read the clipboard. Press Ctrl+V.", "bad");
  else controller.paste(text);
}

export const SHEET_ACTIONS: readonly Action[] = [
  {
    id: "edit",
    label: (controller) => `Edit ${columnWord(controller)}`,
    name: "Edit the cell",
    group: "Edit",
    keys: ["Enter", "F2"],
    icon: EditIcon,
    menu: "cell",
    isOffered: (controller) => controller.mayEdit && !isSource(controller),
    isEnabled: (controller) => (isSource(controller) ? needsCell(controller) : needsFreeRows(controller)),
    perform: (controller) => flushSync(() => controller.edit()),
  },
  {
    id: "copy",
    label: "Copy",
    group: "Blocks",
    menu: "clipboard",
    isEnabled: needsCell,
    perform: (controller) => void copyBlock(controller),
  },
  {
    id: "paste",
    label: "Paste",
    group: "Blocks",
    menu: "clipboard",
    isOffered: mayEdit,
    isEnabled: needsCell,
    perform: (controller) => void pasteBlock(controller),
  },
  {
    id: "copy-link",
    label: "Copy a link to this cell",
    group: "Page",
    menu: "clipboard",
    isEnabled: needsCell,
    perform(controller) {
      const place = controller.screen.get().selection?.anchor;
      if (place) void copyLink(controller, place.taskId, place.column);
    },
  },
  {
    id: "clear",
    label: "Clear the selected cells",
    group: "Edit",
    keys: ["Delete", "Backspace"],
    menu: "clipboard",
    isOffered: mayEdit,
    isEnabled: needsCell,
    perform: (controller) => controller.clear(),
  },
  {
    id: "undo",
    label: "Undo",
    group: "Edit",
    keys: ["Ctrl+Z"],
    reach: "page",
    icon: UndoIcon,
    isOffered: mayEdit,
    perform: (controller) => controller.undo(),
  },
  {
    id: "redo",
    label: "Redo",
    group: "Edit",
    keys: ["Ctrl+Shift+Z", "Ctrl+Y"],
    reach: "page",
    icon: RedoIcon,
    isOffered: mayEdit,
    perform: (controller) => controller.redo(),
  },
  {
    id: "select-rows",
    label: "Select whole rows",
    group: "Move and select",
    keys: ["Shift+Space"],
    isEnabled: needsCell,
    perform: (controller) => controller.selectRows(),
  },
  {
    id: "select-all",
    label: "Select everything",
    group: "Move and select",
    keys: ["Ctrl+A"],
    perform: (controller) => controller.selectAll(),
  },
  {
    id: "fill-down",
    label: "Fill down",
    group: "Blocks",
    keys: ["Ctrl+D"],
    icon: FillIcon,
    isOffered: mayEdit,
    isEnabled: needsCell,
    perform: (controller) => controller.fillSelection("down"),
  },
  {
    id: "fill-right",
    label: "Fill right",
    group: "Blocks",
    keys: ["Ctrl+R"],
    isOffered: mayEdit,
    isEnabled: needsCell,
    perform: (controller) => controller.fillSelection("right"),
  },
  {
    id: "above",
    label: "Add a row above",
    group: "Rows",
    keys: ["Ctrl+Shift+Enter"],
    icon: PlusIcon,
    menu: "row",
    isOffered: mayEdit,
    perform: (controller) => controller.insertRow("above"),
  },
  {
    id: "below",
    label: "Add a row below",
    group: "Rows",
    keys: ["Ctrl+Enter"],
    icon: PlusIcon,
    menu: "row",
    isOffered: mayEdit,
    perform: (controller) => controller.insertRow("below"),
  },
  {
    id: "duplicate",
    label: (controller) => `Duplicate ${rowsWord(controller)}`,
    group: "Rows",
    menu: "row",
    isOffered: mayEdit,
    isEnabled: needsCell,
    perform: (controller) => controller.duplicateRows(),
  },
  {
    id: "row-page",
    label: ({ screen }) => (screen.get().side === "row" ? "Close the row’s page" : "Open the row as a page"),
    group: "Rows",
    keys: ["Ctrl+Alt+Enter"],
    menu: "clipboard",
    isEnabled: needsCell,
    perform: (controller) => controller.turnSide("row"),
  },
  {
    id: "up",
    label: (controller) => `Move ${rowsWord(controller)} up`,
    name: "Move the row up",
    group: "Rows",
    keys: ["Alt+ArrowUp"],
    icon: UpIcon,
    menu: "row",
    isOffered: mayEdit,
    isEnabled: needsMovableRows,
    perform: (controller) => controller.moveRows("up"),
  },
  {
    id: "down",
    label: (controller) => `Move ${rowsWord(controller)} down`,
    name: "Move the row down",
    group: "Rows",
    keys: ["Alt+ArrowDown"],
    icon: DownIcon,
    menu: "row",
    isOffered: mayEdit,
    isEnabled: needsMovableRows,
    perform: (controller) => controller.moveRows("down"),
  },
  {
    id: "remove",
    label: (controller) => `Remove ${rowsWord(controller)}`,
    name: "Remove the row",
    group: "Rows",
    keys: ["Ctrl+Delete", "Ctrl+Backspace"],
    icon: MinusIcon,
    menu: "row",
    isDestructive: true,
    isOffered: mayEdit,
    isEnabled: needsFreeRows,
    perform: (controller) => controller.removeRows(),
  },
  {
    id: "roomy",
    label: ({ screen }) => (screen.get().roomy ? "Row height: tall" : "Row height: normal"),
    group: "Page",
    icon: WrapIcon,
    perform({ screen }) {
      const { roomy } = screen.get();
      settings.set("roomy", roomy ? "0" : "1");
      screen.set({ roomy: !roomy });
    },
  },
];
