/** The way to what has changed since last week. */
import type { Action } from "../../actions/action";
import { FlagIcon } from "../../ui/icons";

export const SINCE_ACTIONS: readonly Action[] = [
  {
    id: "since",
    label: "What changed since last week",
    group: "Page",
    icon: FlagIcon,
    perform: ({ screen }) => screen.set({ side: "since" }),
  },
];
