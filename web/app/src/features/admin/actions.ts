/** Ways to the people of a team and to what the model was told. */
import type { Action } from "../../actions/action";
import { MembersIcon, SparkIcon } from "../../ui/icons";

export const ADMIN_ACTIONS: readonly Action[] = [
  {
    id: "members",
    label: "People and roles",
    group: "Page",
    icon: MembersIcon,
    perform: ({ screen }) => screen.set({ side: "members" }),
  },
  {
    id: "audit",
    label: "What the model was told",
    group: "Page",
    icon: SparkIcon,
    isOffered: ({ client }) => client.getState().role === "admin",
    perform: ({ screen }) => screen.set({ side: "audit" }),
  },
];
