/** Threads as a screen needs them: what was said in order, which belong to a cell, what is new. Pure. */
import { type Column, type Comment, isColumn, type Sheet } from "@cyclesheet/client";

/** What a new thread is about. */
export type Target =
  | { readonly taskId: string; readonly column: Column | null }
  | { readonly doc: string; readonly anchor: string | null };

/** One person's words in a thread; `replyId` null: those that began it. */
export interface Said {
  readonly replyId: string | null;
  readonly author: string;
  readonly text: string;
  readonly mentions: readonly string[];
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number;
  readonly editedAt: number | null;
  readonly deleted: boolean;
}

/** Everything said in a thread, oldest first. */
export function saidIn(thread: Comment): readonly Said[] {
  const { author, text, mentions, at, editedAt, deleted } = thread;
  return [{ replyId: null, author, text, mentions, at, editedAt, deleted }, ...thread.replies];
}

/** Whether anything in it can still be read; a thread of deleted words is nothing to show. */
export const isAlive = (thread: Comment): boolean => saidIn(thread).some((said) => !said.deleted);

/** When something was last said. */
export const lastAt = (thread: Comment): number => Math.max(...saidIn(thread).map((said) => said.at));

/** What others said since `seenAt`. */
export function newIn(thread: Comment, own: string | undefined, seenAt: number): number {
  return saidIn(thread).filter((said) => !said.deleted && said.author !== own && said.at > seenAt).length;
}

export type Filter = "open" | "resolved";

/** Threads of one kind, the one with the latest words first. */
export function filtered(threads: readonly Comment[], filter: Filter): readonly Comment[] {
  return threads
    .filter((thread) => isAlive(thread) && (thread.resolved !== null) === (filter === "resolved"))
    .sort((a, b) => lastAt(b) - lastAt(a) || b.version - a.version);
}

/** Open threads by what they are about: `<taskId>:<column>`, and `<taskId>:` for those of whole rows. */
export type ThreadIndex = ReadonlyMap<string, readonly Comment[]>;

const indexes = new WeakMap<readonly Comment[], ThreadIndex>();
const NONE: ThreadIndex = new Map();

/** The index of a sheet's threads; made once per list, because every cell asks. */
export function threadIndex(comments: readonly Comment[] | undefined): ThreadIndex {
  if (!comments || comments.length === 0) return NONE;
  const known = indexes.get(comments);
  if (known) return known;
  const index = new Map<string, Comment[]>();
  for (const thread of comments) {
    if (thread.taskId === null || thread.resolved !== null || !isAlive(thread)) continue;
    const key = `${thread.taskId}:${thread.column ?? ""}`;
    const others = index.get(key);
    if (others) others.push(thread);
    else index.set(key, [thread]);
  }
  indexes.set(comments, index);
  return index;
}

/** What a thread or a draft is about, in two short texts; `gone` when its row no longer exists. */
export function placeOf(
  about: { readonly taskId?: string | null; readonly column?: string | null; readonly doc?: string | null },
  tasks: Sheet["tasks"],
  titleOf: (column: Column) => string,
): { readonly what: string; readonly where: string; readonly gone: boolean } {
  const titled = (taskId: string) => tasks.find((task) => task.taskId === taskId);
  if (about.doc) {
    const taskId = /^notes:(.+)$/.exec(about.doc)?.[1];
    if (!taskId) return { what: "Summary", where: "", gone: false };
    const row = titled(taskId);
    return { what: "Notes", where: row?.cells.title?.value || "Untitled row", gone: !row };
  }
  const row = about.taskId ? titled(about.taskId) : undefined;
  const what = isColumn(about.column) ? titleOf(about.column) : "Row";
  return {
    what,
    where: row ? row.cells.title?.value || "Untitled row" : "a row that was removed",
    gone: !row,
  };
}

/** The part of a document that a thread is about, as it was when the thread began. */
export function quoteOf(anchor: string | null): string {
  if (!anchor) return "";
  try {
    const { quote } = JSON.parse(anchor) as { quote?: unknown };
    return typeof quote === "string" ? quote : "";
  } catch {
    return "";
  }
}

/** Returns the other users who commented between two states of the threads; once for each comment. */
export function commentsByOthers(
  before: readonly Comment[],
  after: readonly Comment[],
  own: string | undefined,
): string[] {
  if (before === after) return [];
  const known = new Map(before.map((thread) => [thread.commentId, thread]));
  return after.flatMap((thread) => {
    const old = known.get(thread.commentId);
    if (old === thread) return [];
    const had = old ? saidIn(old).length : 0;
    return saidIn(thread)
      .slice(had)
      .filter((said) => said.author !== own)
      .map((said) => said.author);
  });
}
