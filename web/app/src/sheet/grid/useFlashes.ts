/** Cells that somebody else just changed, each for a moment. */
import { type Row, SYSTEM_ID } from "@cyclesheet/client";
import { useEffect, useState } from "react";
import { personColor } from "../../lib/people";
import { useController } from "../context";
import { COLUMN_LIST } from "../model/columns";
import type { Place } from "../screen";

/** How long a flash is drawn, in milliseconds; the style sheet fades it in the same time. */
export const FLASH_MS = 1_400;
/** Flashes at a time. More than a screenful says nothing, and a refresh may touch every row. */
const MAX_FLASHES = 80;

/** Marks that end at nearly the same time go together, milliseconds. */
const GONE_MS = 100;
/** Beyond so many they stand still instead of fading: each fade is a picture of its own, sixty times a second. */
export const FADING_FLASHES = 6;

export interface Flash {
  readonly id: number;
  readonly place: Place;
  readonly color: string;
}

/** Cells of `next` that somebody other than `own` wrote since `previous`. */
export function changedByOthers(
  previous: readonly Row[],
  next: readonly Row[],
  own: string | undefined,
): (Place & { author: string })[] {
  if (previous === next) return [];
  const before = new Map(previous.map((row) => [row.taskId, row]));
  const changed: (Place & { author: string })[] = [];
  for (const row of next) {
    const old = before.get(row.taskId);
    if (old === row) continue;
    for (const { id } of COLUMN_LIST) {
      const cell = row.cells[id];
      const was = old?.cells[id];
      if (!cell || cell === was || cell.author === own || cell.version <= (was?.version ?? 0)) continue;
      if (cell.value === (was?.value ?? "")) continue;
      changed.push({ taskId: row.taskId, column: id, author: cell.author });
    }
  }
  return changed;
}

/** `isDrawn`: whether a row is on the screen; a mark that nobody sees costs as much as one that is seen. */
export function useFlashes(isDrawn: (taskId: string) => boolean): readonly Flash[] {
  const { client } = useController();
  const [flashes, setFlashes] = useState<readonly Flash[]>([]);
  useEffect(() => {
    let previous = client.getState().sheet?.tasks ?? null;
    let counter = 0;
    let timer = 0;
    let alive: readonly (Flash & { readonly until: number })[] = [];
    // In a busy room the next that come take the old away with them: one drawing instead of two.
    const show = (fresh: typeof alive, now: number) => {
      alive = [...alive.filter(({ until }) => until > now), ...fresh].slice(-MAX_FLASHES);
      setFlashes(alive);
      clearTimeout(timer);
      const first = alive[0];
      if (first) timer = window.setTimeout(() => show([], Date.now()), Math.max(first.until - now, GONE_MS));
    };
    const stop = client.subscribe(() => {
      const { sheet, user, peers } = client.getState();
      const next = sheet?.tasks ?? null;
      if (next === previous) return;
      const changes = previous && next ? changedByOthers(previous, next, user?.id) : [];
      previous = next;
      const now = Date.now();
      const fresh = changes
        .filter(({ taskId }) => isDrawn(taskId))
        .slice(0, MAX_FLASHES)
        .map(({ author, ...place }) => {
          const peer = peers.find((p) => p.user.id === author);
          const color = author === SYSTEM_ID ? "var(--ai)" : personColor(peer?.user.color ?? "", author);
          return { id: ++counter, place, color, until: now + FLASH_MS };
        });
      if (fresh.length > 0) show(fresh, now);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client, isDrawn]);
  return flashes;
}
