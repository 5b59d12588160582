/** Everything that can be done on the page. A feature that is left out takes its line with it. */
import type { Action } from "../actions/action";
import { SHEET_ACTIONS } from "../actions/sheet";
import { ADMIN_ACTIONS } from "../features/admin/actions";
import { COMMENT_ACTIONS } from "../features/comments/actions";
import { DETAIL_ACTIONS } from "../features/details/actions";
import { HISTORY_ACTIONS } from "../features/history/actions";
import { LOCK_ACTIONS } from "../features/locks/actions";
import { NOTE_ACTIONS } from "../features/notes/actions";
import { SINCE_ACTIONS } from "../features/since/actions";
import { FilterIcon, HelpIcon, PlugIcon, PrintIcon, SearchIcon } from "../ui/icons";

/** The search field of the tools. */
export const FIND_FIELD = "find";

const PAGE_ACTIONS: readonly Action[] = [
  {
    id: "find",
    label: "Find in the sheet",
    group: "Move and select",
    keys: ["Ctrl+F"],
    reach: "everywhere",
    icon: SearchIcon,
    perform() {
      const field = document.getElementById(FIND_FIELD);
      if (!(field instanceof HTMLInputElement)) return;
      field.focus();
      field.select();
    },
  },
  {
    id: "palette",
    label: "Commands: find anything",
    group: "Page",
    keys: ["Ctrl+K"],
    reach: "everywhere",
    icon: SearchIcon,
    perform: ({ screen }) => screen.set({ palette: true }),
  },
  {
    id: "board",
    label: ({ screen }) => (screen.get().board ? "Back to the sheet" : "Board by status"),
    group: "Page",
    perform: ({ screen }) => screen.set({ board: !screen.get().board }),
  },
  {
    id: "view",
    label: "Filter and sort",
    group: "Page",
    icon: FilterIcon,
    perform({ screen }) {
      const { left = 8, bottom = 8 } =
        document.querySelector("[data-testid='view-more']")?.getBoundingClientRect() ?? {};
      screen.set({ menu: { kind: "view", x: left, y: bottom + 4 } });
    },
  },
  {
    id: "help",
    label: "All keys",
    group: "Page",
    keys: ["?", "F1", "Ctrl+/"],
    reach: "everywhere",
    icon: HelpIcon,
    perform: ({ screen }) => screen.set({ help: true }),
  },
  {
    id: "print",
    label: "Print, or save as PDF",
    group: "Page",
    icon: PrintIcon,
    perform: () => window.print(),
  },
  {
    id: "diagnosis",
    label: "Check the connection",
    group: "Page",
    icon: PlugIcon,
    perform: ({ screen }) => screen.set({ diagnosis: true }),
  },
];

export const ACTIONS: readonly Action[] = [
  ...SHEET_ACTIONS,
  ...COMMENT_ACTIONS,
  ...NOTE_ACTIONS,
  ...DETAIL_ACTIONS,
  ...HISTORY_ACTIONS,
  ...LOCK_ACTIONS,
  ...SINCE_ACTIONS,
  ...PAGE_ACTIONS,
  ...ADMIN_ACTIONS,
];
