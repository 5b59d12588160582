/**
 * What this person has looked at, thread by thread: kept in this browser and told nobody. Tabs of one browser share it.
 */
import { useSyncExternalStore } from "react";
import { type SettingKey, settings } from "../../session/settings";
import { useClient } from "../../sheet/context";
import { newIn, threadIndex } from "../../sheet/model/threads";

/** When each thread was last looked at: the time of the latest words that were on the screen. */
export type Seen = { readonly [commentId: string]: number };

const NOTHING: Seen = {};
type SeenKey = Extract<SettingKey, `seen:${string}`>;
const read = new Map<string, { readonly text: string | null; readonly seen: Seen }>();

function load(key: SeenKey): Seen {
  const text = settings.get(key);
  const known = read.get(key);
  if (known && known.text === text) return known.seen;
  let seen = NOTHING;
  try {
    const json: unknown = JSON.parse(text ?? "{}");
    if (json && typeof json === "object") seen = json as Seen;
  } catch {
    // Somebody else's words under our name count as nothing seen.
  }
  read.set(key, { text, seen });
  return seen;
}

/** The drawer of one person and one week. */
export const seenKey = (user: string, cycleId: string): SeenKey => `seen:${user}:${cycleId}`;

/** Notes that a thread's words up to `at` were on the screen. Never goes back. */
export function markSeen(key: SeenKey, commentId: string, at: number): void {
  const seen = load(key);
  if ((seen[commentId] ?? 0) >= at) return;
  settings.set(key, JSON.stringify({ ...seen, [commentId]: at }));
}

const subscribe = (listener: () => void): (() => void) => settings.subscribe("seen:", listener);

/** The drawer's key, "" until it is known who looks. */
export function useSeenKey(): SeenKey | "" {
  const user = useClient((state) => state.user?.id);
  const cycleId = useClient((state) => state.sheet?.cycleId);
  return user && cycleId ? seenKey(user, cycleId) : "";
}

export function useSeen(): Seen {
  const key = useSeenKey();
  return useSyncExternalStore(subscribe, () => (key ? load(key) : NOTHING));
}

/** How much others said in open threads since this person last looked. */
export function useUnread(): number {
  const seen = useSeen();
  const user = useClient((state) => state.user?.id);
  const comments = useClient((state) => state.sheet?.comments);
  return (comments ?? [])
    .filter((thread) => thread.resolved === null)
    .reduce((sum, thread) => sum + newIn(thread, user, seen[thread.commentId] ?? 0), 0);
}

/** The open threads of a cell (or of a row, `column` null), and how much in them is new. */
export function useThreadsAt(taskId: string, column: string | null): { open: number; fresh: number } {
  const seen = useSeen();
  const user = useClient((state) => state.user?.id);
  const threads = useClient((state) => threadIndex(state.sheet?.comments).get(`${taskId}:${column ?? ""}`));
  if (!threads) return { open: 0, fresh: 0 };
  const fresh = threads.reduce((sum, thread) => sum + newIn(thread, user, seen[thread.commentId] ?? 0), 0);
  return { open: threads.length, fresh };
}
