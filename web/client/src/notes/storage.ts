/** What a device keeps of documents, so that a reload without a network still shows them, and what was not yet sent. */

import { browserDatabase } from "../storage.js";

/** A document as it was last seen. */
export interface NoteRecord {
  readonly format: 1;
  /** What the log is known to hold: a Yjs update. */
  readonly confirmed: Uint8Array;
  /** Of the sheet's entry at that time; null: it had none. */
  readonly hash: string | null;
  /** Written here and not yet in the client's queue; null: nothing. */
  readonly unsent: Uint8Array | null;
  /** Ids of those whom `unsent` names. */
  readonly mentions?: readonly string[];
  /** Milliseconds since 1970. */
  readonly savedAt: number;
}

/** Keeps records by scope (cycle and user) and document. */
export interface NoteStorage {
  load(scope: string, doc: string): Promise<NoteRecord | null>;
  save(scope: string, doc: string, record: NoteRecord): Promise<void>;
}

export function memoryNoteStorage(): NoteStorage {
  const records = new Map<string, NoteRecord>();
  const key = (scope: string, doc: string) => JSON.stringify([scope, doc]);
  return {
    load: async (scope, doc) => records.get(key(scope, doc)) ?? null,
    save: async (scope, doc, record) => void records.set(key(scope, doc), record),
  };
}

const STORE = "notes";
/** Nobody comes back to a week's note after this: milliseconds. */
const KEPT_MS = 60 * 24 * 60 * 60_000;

/** A storage in the browser's IndexedDB; a database of its own, so that nobody has to upgrade another's. */
export function indexedDbNoteStorage(
  factory: IDBFactory = indexedDB,
  database = "cyclesheet-notes",
): NoteStorage {
  let opened: Promise<IDBDatabase> | null = null;
  const open = () => {
    opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = factory.open(database, 1);
      request.onupgradeneeded = () =>
        request.result.createObjectStore(STORE).createIndex("savedAt", "savedAt");
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("another page holds an older database"));
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
    });
    opened.catch(() => {
      opened = null;
    });
    return opened;
  };
  const finished = (transaction: IDBTransaction): Promise<void> =>
    new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  return {
    async load(scope, doc) {
      const transaction = (await open()).transaction(STORE, "readonly");
      const request = transaction.objectStore(STORE).get([scope, doc]);
      await finished(transaction);
      return isNoteRecord(request.result) ? request.result : null;
    },
    async save(scope, doc, record) {
      const idb = await open();
      const saving = idb.transaction(STORE, "readwrite");
      saving.objectStore(STORE).put(record, [scope, doc]);
      // A transaction that waits to commit by itself is aborted when the page is left before the request has answered.
      saving.commit();
      const cleaning = idb.transaction(STORE, "readwrite");
      const range = IDBKeyRange.upperBound(record.savedAt - KEPT_MS);
      const old = cleaning.objectStore(STORE).index("savedAt").openCursor(range);
      old.onsuccess = () => {
        old.result?.delete();
        old.result?.continue();
      };
      await Promise.all([finished(saving), finished(cleaning)]);
    },
  };
}

function isNoteRecord(value: unknown): value is NoteRecord {
  const record = value as Partial<NoteRecord> | null | undefined;
  return (
    record?.format === 1 &&
    record.confirmed instanceof Uint8Array &&
    (record.unsent === null || record.unsent instanceof Uint8Array) &&
    (record.hash === null || typeof record.hash === "string")
  );
}

/** Returns a storage in IndexedDB where there is one, else in memory. */
export function defaultNoteStorage(): NoteStorage {
  const factory = browserDatabase();
  return factory === null ? memoryNoteStorage() : indexedDbNoteStorage(factory);
}
