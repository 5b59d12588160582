/** Says in a row's head that somebody holds the row. */

import { useClient } from "../../sheet/context";
import { heldRow } from "../../sheet/model/locks";
import { useServerNow } from "../../sheet/now";
import { LockIcon } from "../../ui/icons";

export function LockMark({ taskId }: { taskId: string }) {
  const isAny = useClient((state) => state.sheet?.locks.some((lock) => lock.taskId === taskId) ?? false);
  return isAny ? <Mark taskId={taskId} /> : null;
}

function Mark({ taskId }: { taskId: string }) {
  const sheet = useClient((state) => state.sheet);
  const own = useClient((state) => state.user?.id);
  const held = heldRow(sheet, taskId, own, useServerNow(1_000));
  if (!held) return null;
  const words = held.isOwn ? "You hold this row" : `${held.name} holds this row`;
  return (
    <span className="rowhead-lock" title={words}>
      <LockIcon size={11} />
      <span className="sr-only">{words}</span>
    </span>
  );
}
