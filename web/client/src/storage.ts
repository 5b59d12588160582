/** Where unsent changes survive a reload. */

/** Keeps records of unsent changes by scope (cycle and user) and client name. */
export interface QueueStorage {
  /** The client names that left something in this scope. */
  names(scope: string): Promise<readonly string[]>;
  /** The record, or undefined. */
  load(scope: string, name: string): Promise<unknown>;
  save(scope: string, name: string, record: unknown): Promise<void>;
  remove(scope: string, name: string): Promise<void>;
}

/** A storage that lasts as long as this object: for tests, scripts, and browsers that keep nothing. */
export function memoryStorage(): QueueStorage {
  const records = new Map<string, string>();
  const key = (scope: string, name: string) => JSON.stringify([scope, name]);
  return {
    async names(scope) {
      const keys = [...records.keys()].map((text) => JSON.parse(text) as [string, string]);
      return keys.flatMap(([in_, name]) => (in_ === scope ? [name] : []));
    },
    async load(scope, name) {
      const record = records.get(key(scope, name));
      return record === undefined ? undefined : JSON.parse(record);
    },
    async save(scope, name, record) {
      records.set(key(scope, name), JSON.stringify(record));
    },
    async remove(scope, name) {
      records.delete(key(scope, name));
    },
  };
}

const STORE = "unsent";

/** A storage in the browser's IndexedDB. Every operation opens what it needs and fails rather than waits forever. */
export function indexedDbStorage(factory: IDBFactory = indexedDB, database = "cyclesheet"): QueueStorage {
  let opened: Promise<IDBDatabase> | null = null;
  const open = () => {
    opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = factory.open(database, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("another page holds an older database"));
      request.onsuccess = () => {
        // A page that wants to upgrade or delete the database must not wait for this one.
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
    });
    opened.catch(() => {
      opened = null;
    });
    return opened;
  };
  const run = async <T>(
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> => {
    const transaction = (await open()).transaction(STORE, mode);
    const request = ask(transaction.objectStore(STORE));
    // A transaction that waits to commit by itself is aborted when the page is left before the request has answered.
    if (mode === "readwrite") transaction.commit();
    return new Promise((resolve, reject) => {
      // What is written counts when its transaction is complete, not when its request is.
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  return {
    async names(scope) {
      const keys = await run("readonly", (store) =>
        store.getAllKeys(IDBKeyRange.bound([scope, ""], [scope, "\uffff"])),
      );
      return keys.map((key) => (key as [string, string])[1]);
    },
    load: (scope, name) => run("readonly", (store) => store.get([scope, name])),
    save: async (scope, name, record) => {
      await run("readwrite", (store) => store.put(record, [scope, name]));
    },
    remove: async (scope, name) => {
      await run("readwrite", (store) => store.delete([scope, name]));
    },
  };
}

/** Returns the browser's IndexedDB; null where there is none, or where asking for it throws because site data is blocked. */
export function browserDatabase(): IDBFactory | null {
  try {
    return typeof indexedDB === "undefined" ? null : indexedDB;
  } catch {
    return null;
  }
}

/** Returns a storage in IndexedDB where there is one, else in memory. */
export function defaultStorage(): QueueStorage {
  const factory = browserDatabase();
  return factory === null ? memoryStorage() : indexedDbStorage(factory);
}
