/**
 * The holder of a lock and the remaining time, in the row itself. Drawn over the cells; the row's head says it in
 * words.
 */
import type { CSSProperties } from "react";
import { personColor } from "../../lib/people";
import { remaining } from "../../lib/time";
import { useClient } from "../../sheet/context";
import type { Geometry } from "../../sheet/grid/geometry";
import { heldRows } from "../../sheet/model/locks";
import { useServerNow } from "../../sheet/now";
import { LockIcon } from "../../ui/icons";

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
  return heldRows(sheet, own, now).map((held) => {
    const row = geometry.row(held.taskId);
    if (!row) return null;
    // The title is always there; the pill is at its end.
    const title = geometry.cell({ taskId: held.taskId, column: "title" });
    const color = peers.find((peer) => peer.user.id === held.holder)?.user.color ?? "";
    return (
      <div
        key={held.taskId}
        className="locked"
        data-own={held.isOwn || undefined}
        data-testid={title ? `lock:${held.taskId}` : undefined}
        style={
          {
            "--person": personColor(color, held.holder),
            "--first": `${title?.width ?? 0}px`,
            transform: `translate(${row.left}px, ${row.top}px)`,
            width: row.width,
            height: row.height,
          } as CSSProperties
        }
        aria-hidden="true"
      >
        {title && (
          <span className="locked-pill">
            <LockIcon size={12} />
            <bdi className="ellipsis">{held.isOwn ? "Yours" : held.name}</bdi>
            <span className="locked-left">{remaining(held.leftMs)}</span>
          </span>
        )}
      </div>
    );
  });
}
