/** Ways to the history. */
import type { Action } from "../../actions/action";
import { columnWord } from "../../actions/sheet";
import { HistoryIcon } from "../../ui/icons";

export const HISTORY_ACTIONS: readonly Action[] = [
  {
    id: "history-cell",
    label: (controller) => `History of ${columnWord(controller)}`,
    group: "Rows",
    icon: HistoryIcon,
    menu: "cell",
    perform: (controller) => controller.openHistory("cell"),
  },
  {
    id: "history-row",
    label: "History of the row",
    group: "Rows",
    menu: "cell",
    perform: (controller) => controller.openHistory("row"),
  },
  {
    id: "history",
    label: "History: who changed what",
    group: "Page",
    icon: HistoryIcon,
    perform(controller) {
      if (controller.screen.get().side === "history") controller.turnSide("history");
      else controller.openHistory();
    },
  },
];
