/** What features draw into the grid, and what its keys do. */
import { actOnCell, keyMap } from "../actions/keys";
import { CommentMark } from "../features/comments/CommentMark";
import { LockMark } from "../features/locks/LockMark";
import { LockPills } from "../features/locks/LockPills";
import { NoteMark } from "../features/notes/NoteMark";
import type { Controller } from "../sheet/controller";
import type { Slots } from "../sheet/grid/slots";
import { ACTIONS } from "./actions";

const RowCommentMark = ({ taskId }: { taskId: string }) => <CommentMark taskId={taskId} column={null} />;
const CELL_KEYS = keyMap(ACTIONS, "cell");

export const slotsFor = (controller: Controller): Slots => ({
  cellMarks: [CommentMark],
  rowMarks: [LockMark, RowCommentMark, NoteMark],
  layers: [LockPills],
  onKey: (event) => actOnCell(event, controller, CELL_KEYS),
});
