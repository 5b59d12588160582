/**
 * Watches whether this browser keeps unsent edits. The client goes on without (an edit is sent all the same), but a
 * person who is offline must know that closing the tab would lose it.
 */
import type { QueueStorage } from "@cyclesheet/client";
import { createStore, type Store } from "../lib/store";

export interface Keeping {
  /** Whether what is unsent outlives the tab, as far as is known. */
  readonly isLasting: boolean;
}

/** A storage that has not answered by then counts as one that keeps nothing, until it answers. Milliseconds. */
const PATIENCE_MS = 3_000;

/**
 * Returns the storage with each answer noted in `keeping`. A read that fails tells as much as a write: both need the
 * database open.
 */
export function watchedStorage(
  storage: QueueStorage,
  keeping: Store<Keeping>,
  isLasting = true,
): QueueStorage {
  keeping.set({ isLasting });
  const watched = async <T>(answer: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => keeping.set({ isLasting: false }), PATIENCE_MS);
    try {
      const value = await answer;
      keeping.set({ isLasting });
      return value;
    } catch (error) {
      keeping.set({ isLasting: false });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    names: (scope) => watched(storage.names(scope)),
    load: (scope, name) => watched(storage.load(scope, name)),
    save: (scope, name, record) => watched(storage.save(scope, name, record)),
    remove: (scope, name) => watched(storage.remove(scope, name)),
  };
}

/** Whether this page's unsent edits are kept. */
export const keeping: Store<Keeping> = createStore<Keeping>({ isLasting: true });
