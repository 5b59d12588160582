/**
 * Rich-text documents of a cycle for editors that speak Yjs: `createNotes(client).open("notes:<taskId>")` gives a
 * `Y.Doc` that follows the log, and an awareness for the carets of others. Needs `yjs` beside it.
 *
 * - `note` one open document: what the log has, what is shown, what is on its way;
 * - `awareness` who is in it; `storage` what a device keeps of it; `text` its words.
 *
 * Owns no connection and no timer of its own while nobody types: everything travels in the client's one queue, and
 * places in its presence.
 */
import type { Client, Clock } from "../client.js";
import { fromBase64 } from "./base64.js";
import { Note, type NoteState, type Refused } from "./note.js";
import { defaultNoteStorage, type NoteStorage } from "./storage.js";

export { NoteAwareness, type PersonState, type Place } from "./awareness.js";
export { fromBase64, toBase64 } from "./base64.js";
export type { Lost, NoteState } from "./note.js";
export {
  defaultNoteStorage,
  indexedDbNoteStorage,
  memoryNoteStorage,
  type NoteRecord,
  type NoteStorage,
} from "./storage.js";
export { blocks, FIELD, namedIn, plainText } from "./text.js";

/** An open document, as its user holds it. */
export interface OpenNote {
  readonly name: string;
  getState(): NoteState;
  subscribe(listener: () => void): () => void;
  /** Forgets words that the server refused. */
  dismiss(): void;
  /** Adds a user, by id, who was just named in the text: the update that names them mentions them. */
  mention(userId: string): void;
  /** Sends now what was written, instead of in a moment. */
  flush(): void;
  /** Releases it. It closes when everyone who opened it has released it. */
  close(): void;
}

export interface Notes {
  /** Opens a document; every `open` wants its `close`. */
  open(name: string): OpenNote;
  /** The document as it was at a version of the log: a Yjs update; null when it cannot be had. */
  at(name: string, version: number): Promise<Uint8Array | null>;
  /** Closes every document. */
  close(): void;
}

export interface NotesOptions {
  /** Where documents survive a reload; default: IndexedDB in a browser, memory elsewhere. */
  readonly storage?: NoteStorage;
  readonly clock?: Clock;
}

const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

/** The documents of a client's cycle. One per client. */
export function createNotes(client: Client, options: NotesOptions = {}): Notes {
  const around = {
    client,
    storage: options.storage ?? defaultNoteStorage(),
    clock: options.clock ?? SYSTEM_CLOCK,
  };
  /** In the order in which they were opened, the latest last. */
  const open = new Map<string, { note: Note; users: number }>();
  const refused = new Map<string, Refused>();

  const detach = client.documents.attach({
    vectors: () =>
      [...open].reverse().flatMap(([name, { note }]) => {
        const vector = note.stateVector();
        return vector === null ? [] : [[name, vector] as const];
      }),
    committed(name, update, version) {
      const bytes = fromBase64(update);
      if (bytes !== null) open.get(name)?.note.committed(bytes, version);
    },
    refused(name, update, { code, message }) {
      const bytes = fromBase64(update);
      if (bytes === null) return;
      const note = open.get(name)?.note;
      if (note !== undefined) return note.refused(bytes, { code, message });
      const known = refused.get(name)?.updates ?? [];
      refused.set(name, { updates: [...known, bytes], why: { code, message } });
    },
    skipped() {
      for (const { note } of open.values()) note.skipped();
    },
    welcomed(docs) {
      for (const [name, lacked] of Object.entries(docs)) open.get(name)?.note.welcomed(lacked);
    },
    voided() {
      for (const { note } of open.values()) note.voided();
    },
  });

  // A page that goes away, or into the background of a phone, gets no other chance.
  const leave = () => {
    for (const { note } of open.values()) {
      note.flush();
      void note.save();
    }
  };
  const { window, document } = globalThis as Partial<typeof globalThis>;
  window?.addEventListener("pagehide", leave);
  document?.addEventListener("visibilitychange", leave);

  const release = (name: string) => {
    const held = open.get(name);
    if (held === undefined) return;
    held.users -= 1;
    if (held.users > 0) return;
    open.delete(name);
    held.note.close();
  };

  return {
    open(name) {
      let held = open.get(name);
      if (held === undefined) {
        held = { note: new Note(around, name, refused.get(name) ?? null), users: 0 };
        refused.delete(name);
        open.set(name, held);
      }
      held.users += 1;
      const { note } = held;
      let isOpen = true;
      return {
        name,
        getState: () => note.getState(),
        subscribe: (listener) => note.subscribe(listener),
        dismiss: () => note.dismiss(),
        mention: (userId) => note.mention(userId),
        flush: () => note.flush(),
        close() {
          if (isOpen) release(name);
          isOpen = false;
        },
      };
    },
    async at(name, version) {
      const result = await client.documents.fetch(name, { version });
      return result.kind === "document" ? fromBase64(result.update) : null;
    },
    close() {
      for (const { note } of open.values()) note.close();
      open.clear();
      detach();
      window?.removeEventListener("pagehide", leave);
      document?.removeEventListener("visibilitychange", leave);
    },
  };
}
