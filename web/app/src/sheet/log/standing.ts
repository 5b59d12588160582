/** What this week's log says about people: who was removed and let back, and whose role was set. */
import type { Change, Role } from "@cyclesheet/client";

export interface Standing {
  readonly removed: null | { readonly by: string; readonly at: number };
  /** The role set for this week; null: the one they sign in with. */
  readonly role: Role | null;
}

export type Standings = ReadonlyMap<string, Standing>;

const UNTOUCHED: Standing = { removed: null, role: null };

/** The standings after one more change; the same map when it is about nobody. */
export function standingsAfter(before: Standings, change: Change): Standings {
  let after: Map<string, Standing> | null = null;
  for (const op of change.ops) {
    if (op.op !== "MEMBER_REVOKE" && op.op !== "MEMBER_RESTORE" && op.op !== "MEMBER_ROLE") continue;
    after ??= new Map(before);
    const known = after.get(op.userId) ?? UNTOUCHED;
    if (op.op === "MEMBER_ROLE") {
      if (op.role !== "system") after.set(op.userId, { ...known, role: op.role });
    } else {
      const removed = op.op === "MEMBER_REVOKE" ? { by: change.author.name, at: change.at } : null;
      after.set(op.userId, { ...known, removed });
    }
  }
  return after ?? before;
}
