/** The way to a row's note. */
import type { Action } from "../../actions/action";
import { turnNote } from "../../sheet/docs";
import { NoteIcon } from "../../ui/noteIcons";

export const NOTE_ACTIONS: readonly Action[] = [
  {
    id: "note",
    label: "Note of the row",
    group: "Rows",
    keys: ["Ctrl+Alt+N"],
    icon: NoteIcon,
    menu: "cell",
    isEnabled: ({ screen }) =>
      screen.get().selection === null && screen.get().side !== "note" ? "Select a row first." : true,
    perform: turnNote,
  },
];
