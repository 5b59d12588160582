/** Rows that one person holds for a while: who holds what, and for how long still. Pure. */
import type { Lock, Sheet } from "@cyclesheet/client";
import { isolated } from "../../lib/bidi";
import { remaining } from "../../lib/time";

/** A lock that still counts, as a screen tells it. Times in milliseconds by the server's clock. */
export interface Held {
  readonly taskId: string;
  readonly holder: string;
  readonly name: string;
  readonly isOwn: boolean;
  readonly leftMs: number;
}

function told(lock: Lock, sheet: Sheet, own: string | undefined, now: number): Held {
  const { taskId, holder, expiresAt } = lock;
  const name = sheet.authors[holder] ?? holder;
  return { taskId, holder, name, isOwn: holder === own, leftMs: expiresAt - now };
}

/** The locks that count at `now`, one's own among them. */
export function heldRows(sheet: Sheet | null, own: string | undefined, now: number): readonly Held[] {
  if (!sheet) return [];
  return sheet.locks.filter((lock) => lock.expiresAt > now).map((lock) => told(lock, sheet, own, now));
}

/** Returns the user who holds a row; null when nobody does. */
export function heldRow(
  sheet: Sheet | null,
  taskId: string,
  own: string | undefined,
  now: number,
): Held | null {
  return heldRows(sheet, own, now).find((held) => held.taskId === taskId) ?? null;
}

/** Why an edit of a held row is not taken. */
export const refusal = ({ name, leftMs }: Held): string =>
  `${isolated(name)} holds this row for another ${remaining(leftMs)}. You can comment on it meanwhile.`;
