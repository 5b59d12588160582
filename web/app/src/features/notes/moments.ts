/** When a document was worked on: its past, in pieces that a person remembers. Pure. */
import { type Change, SYSTEM_ID } from "@cyclesheet/client";
import { fromBase64 } from "@cyclesheet/client/notes";
import * as Y from "yjs";
import { WRITING_PAUSE_MS } from "../../lib/time";

/** A stretch of writing. */
export interface Moment {
  /** The document as it was at the end of it. */
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Names, in the order in which they wrote. */
  readonly authors: readonly string[];
  /** The name somebody gave to it. */
  readonly name?: string;
}

/** One that goes on for this long is cut. */
const LONG_MS = 30 * 60_000;
/** Removing this many characters at once is more than a correction: the text before it is a moment. */
const MUCH = 20;

/** Whether a change takes a piece of the document away, or puts another in its place. */
function takesAway({ ops }: Change, doc: string): boolean {
  let count = 0;
  for (const op of ops ?? []) {
    const update = op.op === "TEXT_UPDATE" && op.doc === doc ? fromBase64(op.update) : null;
    if (update === null || update.length === 0) continue;
    for (const deleted of Y.decodeUpdate(update).ds.clients.values())
      for (const { len } of deleted) count += len;
  }
  return count >= MUCH;
}

/** A document's moments, the latest first; what an extraction wrote is one of its own. `changes` oldest first. */
export function momentsOf(changes: readonly Change[], doc: string): readonly Moment[] {
  const moments: (Moment & { readonly from: number; readonly isWritten: boolean })[] = [];
  for (const change of changes) {
    const { version, at, author, ops } = change;
    if (!ops?.some((op) => op.op === "TEXT_UPDATE" && op.doc === doc)) continue;
    const last = moments.at(-1);
    const isWritten = author.id !== SYSTEM_ID;
    const isSoon = last !== undefined && at - last.at < WRITING_PAUSE_MS && at - last.from < LONG_MS;
    const goesOn = isSoon && last.isWritten === isWritten && !takesAway(change, doc);
    if (goesOn) {
      const authors = last.authors.includes(author.name) ? last.authors : [...last.authors, author.name];
      moments[moments.length - 1] = { ...last, version, at, authors };
    } else moments.push({ version, at, from: at, authors: [author.name], isWritten });
  }
  return moments.reverse();
}

/** A version that somebody named. */
export interface Named {
  readonly name: string;
  readonly version: number;
  readonly at: number;
}

/** Moments and named versions as one list, the latest first. */
export function withNames(moments: readonly Moment[], named: readonly Named[]): readonly Moment[] {
  const points = named.map(({ name, version, at }): Moment => ({ name, version, at, authors: [] }));
  return [...moments, ...points].sort((a, b) => b.version - a.version);
}
