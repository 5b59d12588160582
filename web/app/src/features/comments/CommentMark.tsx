/** The sign of open threads in a cell or beside a row's number; leads to them. */
import { useClient, useController } from "../../sheet/context";
import { threadIndex } from "../../sheet/model/threads";
import { openThread } from "../../sheet/openThread";
import { useThreadsAt } from "./seen";

interface Props {
  readonly taskId: string;
  /** Null: threads about the whole row. */
  readonly column: string | null;
}

/** Stands in every cell, so it watches one thing only until there is something to show. */
export function CommentMark(props: Props) {
  const isAny = useClient((state) =>
    threadIndex(state.sheet?.comments).has(`${props.taskId}:${props.column ?? ""}`),
  );
  return isAny ? <Mark {...props} /> : null;
}

function Mark({ taskId, column }: Props) {
  const controller = useController();
  const { open, fresh } = useThreadsAt(taskId, column);
  const words = `${open} ${open === 1 ? "comment" : "comments"}${fresh ? `, ${fresh} new` : ""}`;
  return (
    <button
      type="button"
      className="comment-mark"
      // The cell has the focus; Ctrl+Alt+M on it does the same.
      tabIndex={-1}
      data-testid={`mark:${taskId}:${column ?? ""}`}
      data-new={fresh > 0 || undefined}
      aria-label={words}
      title={words}
      onDoubleClick={(event) => event.stopPropagation()}
      onClick={() => {
        const thread = threadIndex(controller.client.getState().sheet?.comments)
          .get(`${taskId}:${column ?? ""}`)
          ?.at(-1);
        if (thread) openThread(controller, thread.commentId);
      }}
    >
      {open > 1 ? open : ""}
    </button>
  );
}
