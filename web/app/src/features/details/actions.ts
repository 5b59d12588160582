/** The way to a cell's details. */
import type { Action } from "../../actions/action";
import { PanelIcon } from "../../ui/icons";

export const DETAIL_ACTIONS: readonly Action[] = [
  {
    id: "details",
    label: ({ screen }) =>
      screen.get().side === "details" ? "Hide where this came from" : "Where this came from",
    name: "Where a cell came from",
    group: "Rows",
    keys: ["Alt+Enter"],
    icon: PanelIcon,
    menu: "cell",
    perform: (controller) => controller.turnSide("details"),
  },
];
