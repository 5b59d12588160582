/** The order of rows: keys that compare as text, with always room for one more between two of them. */
import { generateKeyBetween } from "fractional-indexing";
import { MAX_POSITION_BYTES } from "../generated/limits.js";
import type { Row } from "./model.js";

/** A key between two (null: open); null if they are not two such keys in order. */
export function between(lower: string | null, upper: string | null): string | null {
  if (lower !== null && upper !== null && lower >= upper) return null;
  try {
    return generateKeyBetween(lower, upper);
  } catch {
    return null;
  }
}

/** Returns `count` keys in order, evenly spaced: the new keys of all rows. */
function evenly(count: number): string[] {
  const keys: string[] = [];
  let last: string | null = null;
  for (let i = 0; i < count; i += 1) {
    last = between(last, null);
    if (last !== null) keys.push(last);
  }
  return keys;
}

/** Returns the key for a place, and the rows around it: all with new keys if keys had grown too long. */
export interface Place {
  readonly rows: readonly Row[];
  readonly position: string;
}

/** A key for the place below `after`, the top when null. An unknown `after` means the end. */
export function placeBelow(rows: readonly Row[], after: string | null, moving: string | null): Place | null {
  const position = keyBelow(rows, after, moving);
  if (position !== null && position.length <= MAX_POSITION_BYTES) return { rows, position };
  const keys = evenly(rows.length);
  const renumbered = rows.map((row, i) => ({ ...row, position: keys[i] ?? row.position }));
  const key = keyBelow(renumbered, after, moving);
  return key === null ? null : { rows: renumbered, position: key };
}

function keyBelow(rows: readonly Row[], after: string | null, moving: string | null): string | null {
  let next = 0;
  let lower: string | null = null;
  if (after !== null) {
    const at = rows.findIndex((row) => row.taskId === after);
    if (at < 0) return between(rows.at(-1)?.position ?? null, null);
    lower = rows[at]?.position ?? null;
    next = at + 1;
  }
  if (moving !== null && rows[next]?.taskId === moving) next += 1;
  return between(lower, rows[next]?.position ?? null);
}

/** The rows with one more (or in place of the one with its id), in order. */
export function withRow(rows: readonly Row[], row: Row): readonly Row[] {
  const old = rows.findIndex((other) => other.taskId === row.taskId);
  const copy = [...rows];
  if (old >= 0 && rows[old]?.position === row.position) {
    copy[old] = row;
    return copy;
  }
  if (old >= 0) copy.splice(old, 1);
  // Most rows are added at the end: look from there.
  let at = copy.length;
  while (at > 0 && (copy[at - 1]?.position ?? "") > row.position) at -= 1;
  copy.splice(at, 0, row);
  return copy;
}
