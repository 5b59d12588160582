/** Ways to the comments. */
import type { Action } from "../../actions/action";
import { columnWord } from "../../actions/sheet";
import { beginThread } from "../../sheet/openThread";
import { CommentIcon } from "../../ui/icons";
import { commentOnCell } from "./open";

export const COMMENT_ACTIONS: readonly Action[] = [
  {
    id: "comment-cell",
    label: (controller) => `Comment on ${columnWord(controller)}`,
    name: "Comment on the cell",
    group: "Rows",
    keys: ["Ctrl+Alt+M", "Shift+F2"],
    icon: CommentIcon,
    menu: "cell",
    isOffered: (controller) => controller.mayEdit,
    perform: (controller) => commentOnCell(controller),
  },
  {
    id: "comment-row",
    label: "Comment on the row",
    group: "Rows",
    menu: "cell",
    isOffered: (controller) => controller.mayEdit,
    perform(controller) {
      const { selection } = controller.screen.get();
      if (selection) beginThread(controller, { taskId: selection.anchor.taskId, column: null });
    },
  },
  {
    id: "comments",
    label: "Comments",
    group: "Page",
    icon: CommentIcon,
    perform: (controller) => controller.turnSide("comments"),
  },
];
