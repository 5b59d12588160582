/**
 * Client names. The log tells retries by (author, client name, number), so a name belongs to one tab: a Web Lock holds
 * it, and a tab that cannot have one makes its own. What a closed tab left unsent is taken over with its lock.
 */
import { isRecord } from "./fold/shape.js";
import type { QueueRecord } from "./machine/types.js";
import type { QueueStorage } from "./storage.js";

/** A name, and what was found under it and others that nobody holds any more. */
export interface Claim {
  readonly name: string;
  readonly records: readonly { readonly name: string; readonly record: QueueRecord }[];
  /** Releases every lock. */
  release(): void;
}

/** A new id for a row, a comment or a client: 16 of `0-9a-z`, unique for all practical purposes. */
export function newId(random: () => number = secureRandom): string {
  return Array.from({ length: 16 }, () => Math.floor(random() * 36).toString(36)).join("");
}

function secureRandom(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}

/**
 * Claims a name in `scope`. `wanted`: the caller answers for its being unique, and gets back what it left. Without
 * locks nothing of other tabs is touched, because nobody can tell whether they are gone.
 */
export async function claim(
  scope: string,
  storage: QueueStorage,
  locks: LockManager | undefined,
  wanted: string | undefined,
): Promise<Claim> {
  const releases: (() => void)[] = [];
  const release = () => {
    for (const free of releases) free();
  };
  if (wanted !== undefined) {
    const record = await read(storage, scope, wanted);
    return { name: wanted, records: record ? [{ name: wanted, record }] : [], release };
  }
  const found: { name: string; record: QueueRecord }[] = [];
  for (const name of locks === undefined ? [] : await namesIn(storage, scope)) {
    const free = await hold(locks, `cyclesheet ${scope} ${name}`);
    if (free === null) continue;
    const record = await read(storage, scope, name);
    if (record === null) free();
    else {
      releases.push(free);
      found.push({ name, record });
    }
  }
  const name = found[0]?.name ?? newId();
  if (found.length === 0) releases.push((await hold(locks, `cyclesheet ${scope} ${name}`)) ?? (() => {}));
  return { name, records: found, release };
}

async function namesIn(storage: QueueStorage, scope: string): Promise<readonly string[]> {
  try {
    return await storage.names(scope);
  } catch {
    return [];
  }
}

/** Holds a lock until the returned function is called; null when somebody else holds it. */
function hold(locks: LockManager | undefined, name: string): Promise<(() => void) | null> {
  if (locks === undefined) return Promise.resolve(null);
  return new Promise((resolve) => {
    const granted = (lock: Lock | null): Promise<void> | undefined => {
      if (lock === null) {
        resolve(null);
        return undefined;
      }
      return new Promise((free) => resolve(free));
    };
    locks.request(name, { ifAvailable: true }, granted).catch(() => resolve(null));
  });
}

async function read(storage: QueueStorage, scope: string, name: string): Promise<QueueRecord | null> {
  try {
    const record = await storage.load(scope, name);
    return isQueueRecord(record) ? record : null;
  } catch {
    return null;
  }
}

function isQueueRecord(value: unknown): value is QueueRecord {
  return (
    isRecord(value) &&
    value.format === 1 &&
    typeof value.user === "string" &&
    typeof value.nextSeq === "number" &&
    Array.isArray(value.sent) &&
    value.sent.every((sent) => isRecord(sent) && typeof sent.id === "string" && Array.isArray(sent.ops)) &&
    Array.isArray(value.queue) &&
    value.queue.every((edit) => isRecord(edit) && Array.isArray(edit.ops))
  );
}
