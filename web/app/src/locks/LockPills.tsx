/** Who holds which row and for how long still, in the row itself. Drawn over the cells; the row's head says it in words. */
import type { CSSProperties } from "react";
import { LockIcon } from "../chrome/icons";
import type { Geometry } from "../grid/geometry";
import { personColor } from "../model/people";
import { remaining } from "../model/time";
import { useClient, useController } from "../state/context";
import { useServerNow } from "../state/now";
import { heldRows } from "./locks";

export function LockPills({ geometry }: { geometry: Geometry }) {
  const isAny = useClient((state) => (state.sheet?.locks.length ?? 0) > 0);
  // Nobody holds anything most of the time, and then nothing ticks.
  return isAny ? <Pills geometry={geometry} /> : null;
}

function Pills({ geometry }: { geometry: Geometry }) {
  const sheet = useClient((state) => state.sheet);
  const own = useClient((state) => state.user?.id);
  const peers = useClient((state) => state.peers);
  const now = useServerNow(1_000);
  const { columns } = useController().view;
  return heldRows(sheet, own, now).map((held) => {
    const [first] = columns;
    const last = columns.at(-1);
    const left = first && geometry.cell({ taskId: held.taskId, column: first });
    const right = last && geometry.cell({ taskId: held.taskId, column: last });
    if (!left || !right) return null;
    const color = peers.find((peer) => peer.user.id === held.holder)?.user.color ?? "";
    return (
      <div
        key={held.taskId}
        className="locked"
        data-own={held.isOwn || undefined}
        data-testid={`lock:${held.taskId}`}
        style={
          {
            "--person": personColor(color, held.holder),
            "--first": `${left.width}px`,
            transform: `translate(${left.left}px, ${left.top}px)`,
            width: right.left + right.width - left.left,
            height: left.height,
          } as CSSProperties
        }
        aria-hidden="true"
      >
        <span className="locked-pill">
          <LockIcon size={12} />
          <bdi className="ellipsis">{held.isOwn ? "Yours" : held.name}</bdi>
          <span className="locked-left">{remaining(held.leftMs)}</span>
        </span>
      </div>
    );
  });
}
