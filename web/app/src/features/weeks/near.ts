/** The weeks on either side of one. Pure. */
import type { Weeks } from "../../session/places";

export interface Near {
  readonly before: string | null;
  readonly after: string | null;
  /** The week that it is for the team. */
  readonly current: string | null;
}

/** Returns the nearest weeks that have a sheet. The current week counts as one: entering it begins it. */
export function nearTo(cycle: string, { cycles, current }: Weeks): Near {
  const all = [...new Set([...cycles.map((info) => info.cycle), ...(current ? [current] : [])])].sort();
  return {
    before: all.filter((week) => week < cycle).at(-1) ?? null,
    after: all.find((week) => week > cycle) ?? null,
    current,
  };
}

/** The sheet comes first: milliseconds before its neighbours are asked for. */
export const ASK_AFTER_MS = 600;
