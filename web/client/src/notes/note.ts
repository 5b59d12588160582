/**
 * One open document. What the log holds (`confirmed`) is kept apart from what is shown (`doc`): the second is the first
 * with everything on top that was written here and is not in the log yet. So a refusal takes back exactly what was
 * refused, and a log that was restored is followed, without guessing from a merged text what belongs to whom.
 */
import * as Y from "yjs";
import type { Client, Clock } from "../client.js";
import type { Sending } from "../documents.js";
import type { DocumentUpdate } from "../frames.js";
import { MAX_DOC_BYTES, MAX_DOC_STRUCTS, MAX_MENTIONS, MAX_UPDATE_BYTES } from "../generated/limits.js";
import { NoteAwareness } from "./awareness.js";
import { fromBase64, toBase64 } from "./base64.js";
import { parts, structsIn } from "./parts.js";
import type { NoteRecord, NoteStorage } from "./storage.js";
import { namedIn, wordsOnlyIn } from "./text.js";

/** Keystrokes of one person become a change at most this often … */
export const GATHER_MS = 150;
/** … and in a full room less often: every change goes to everybody. */
export const GATHER_MS_PER_PERSON = 10;
/** After a change, a document is written to the device's storage once it rests for this long. */
const SAVE_MS = 500;
/** A storage that does not answer is not waited for. */
const STORAGE_MS = 2_000;
/** First pause before a document that could not be fetched is asked for again; doubles. */
const RETRY_MS = 2_000;
const MAX_RETRY_MS = 60_000;

/**
 * Bytes written in one go that are sent: half of what a document may hold, in some thirty changes. More is refused as
 * one, so that nobody finds half of a paste in the sheet.
 */
export const MAX_AT_ONCE_BYTES = 512 * 1024;

/** Marks what came from elsewhere: it is not sent back. */
const REMOTE = Symbol("remote");

/** Words that the server refused, so that nobody has to type them again. */
export interface Lost extends Why {
  readonly words: string;
}

/** What a screen gets to see; a new object when something in it changed. */
export interface NoteState {
  /** `cached`: what this device kept, not yet compared with the log. */
  readonly status: "loading" | "cached" | "ready";
  /** The document to show. Another object after a refusal: an editor has to be bound again. */
  readonly doc: Y.Doc;
  readonly awareness: NoteAwareness;
  readonly lost: Lost | null;
}

/** What a note works with. */
export interface Surroundings {
  readonly client: Client;
  readonly storage: NoteStorage;
  readonly clock: Clock;
}

export class Note {
  private state: NoteState;
  private confirmed = new Y.Doc();
  /** The version up to which `confirmed` has everything. */
  private version = 0;
  private isLoaded = false;
  private isSynced = false;
  /** Whether versions may have been passed over: what comes now does not make it complete. */
  private isMissing = false;
  private isVoid = false;
  /** How often that happened: an answer from before it is of no use. */
  private voids = 0;
  private isFetching = false;
  private isClosed = false;
  private record: NoteRecord | null = null;
  /** What was committed before the document itself had come. */
  private early: Uint8Array[] = [];
  /** Written here, not yet in the client's queue. */
  private buffer: Uint8Array[] = [];
  /** How many of these, at the front, were refused because the row is not there. */
  private held = 0;
  /** The users who were newly named, and are not mentioned yet. */
  private readonly named = new Set<string>();
  /** The last in the queue, which may still take more. */
  private waiting: Waiting | null = null;
  private sentAt = 0;
  private failures = 0;
  private readonly timers = new Map<"send" | "save" | "fetch" | "load", unknown>();
  private readonly listeners = new Set<() => void>();
  private readonly unfollow: () => void;

  constructor(
    private readonly around: Surroundings,
    /** `summary` or `notes:<taskId>` */
    readonly name: string,
    /** Updates, of earlier pages perhaps, that were refused while nobody looked. */
    private refusedUnseen: Refused | null,
  ) {
    this.state = this.fresh(new Y.Doc(), "loading", null);
    this.unfollow = around.client.subscribe(() => this.consider());
    void this.load();
  }

  getState(): NoteState {
    return this.state;
  }

  subscribe(listener: () => void): () => void {
    const call = () => listener();
    this.listeners.add(call);
    return () => this.listeners.delete(call);
  }

  /** Forgets words that were read, or copied. */
  dismiss(): void {
    if (this.state.lost !== null) this.show({ lost: null });
  }

  /** Somebody was named: an act, which pasting, undoing and going back to an old version are not. */
  mention(userId: string): void {
    this.named.add(userId);
  }

  /** What the log is known to hold, for a `hello`; null before that is known. */
  stateVector(): string | null {
    return this.isSynced ? toBase64(Y.encodeStateVector(this.confirmed)) : null;
  }

  /** Puts into the queue what was written; called by itself soon after every edit. */
  flush(): void {
    this.clear("send");
    const { sheet, user, role } = this.around.client.getState();
    // Without a name and a sheet the client takes nothing: it stays here, and on the device.
    if (!this.isSynced || sheet === null || user === null || this.buffer.length === 0) return;
    if (role === "viewer") return this.forget();
    // A removed row takes nothing: what is written waits until the row is back.
    if (this.isRowRemoved()) return;
    const excess = this.excess();
    if (excess !== null) {
      this.empty();
      return this.restart(excess);
    }
    this.sentAt = this.around.clock.now();
    const groups = grouped(this.buffer);
    this.empty();
    const mentions = this.mentions();
    for (const [n, group] of groups.entries()) this.enqueue(group, n === groups.length - 1 ? mentions : []);
  }

  private empty(): void {
    this.buffer = [];
    this.held = 0;
  }

  /** Whether this is the note of a row that is not in the sheet any more. */
  private isRowRemoved(): boolean {
    const taskId = /^notes:(.+)$/.exec(this.name)?.[1];
    const { sheet } = this.around.client.getState();
    if (taskId === undefined || sheet === null) return false;
    return sheet.tasks.every((row) => row.taskId !== taskId);
  }

  /** Why what waits is too much to be sent; null if it is not. */
  private excess(): Why | null {
    const size = this.buffer.reduce((sum, update) => sum + update.length, 0);
    if (size <= MAX_UPDATE_BYTES) return null;
    if (size > MAX_AT_ONCE_BYTES) return TOO_LONG;
    const whole = Y.encodeStateAsUpdate(this.state.doc);
    return whole.length > MAX_DOC_BYTES || structsIn(whole) > MAX_DOC_STRUCTS ? TOO_FULL : null;
  }

  close(): void {
    if (this.isClosed) return;
    this.flush();
    void this.save();
    this.isClosed = true;
    for (const timer of [...this.timers.keys()]) this.clear(timer);
    this.unfollow();
    this.state.awareness.destroy();
    this.state.doc.destroy();
    this.confirmed.destroy();
    this.listeners.clear();
  }

  // ── what the log says ────────────────────────────────────────────────────────────────────────────────────────

  committed(update: Uint8Array, version: number): void {
    if (!this.isSynced) this.early.push(update);
    else this.take(update, this.isMissing ? 0 : version);
  }

  /** A whole sheet came in place of changes: their updates were not told. */
  skipped(): void {
    this.isMissing = true;
  }

  welcomed(lacked: DocumentUpdate | null): void {
    const update = lacked && fromBase64(lacked.update);
    if (!lacked || !update || !this.isSynced) return;
    this.isMissing = false;
    this.take(update, lacked.version);
  }

  /** The log is another one: what was known of it counts no more. */
  voided(): void {
    this.voids += 1;
    this.isSynced = false;
    this.isVoid = true;
    this.early = [];
  }

  refused(update: Uint8Array, why: Why, mayHold = true): void {
    if (mayHold && this.isSynced && why.code === "UNKNOWN_TARGET") {
      // Whether the row went away is known as soon as the client shows the sheet that decided.
      queueMicrotask(() => this.holdOrRestart(update, why));
    } else if (this.isSynced) this.restart(why);
    // The log's content is not known yet: they are mentioned when it is.
    else this.refusedUnseen = { updates: [...(this.refusedUnseen?.updates ?? []), update], why };
  }

  /** Keeps what was refused because its row is not there, until the row is; anything else is taken back. */
  private holdOrRestart(update: Uint8Array, why: Why): void {
    if (this.isClosed) return;
    if (!this.isSynced || !this.isRowRemoved()) return this.refused(update, why, false);
    this.buffer.splice(this.held, 0, update);
    this.held += 1;
    this.later("save", SAVE_MS);
  }

  private take(update: Uint8Array, version: number): void {
    applyTo(this.confirmed, [update]);
    applyTo(this.state.doc, [update]);
    this.version = Math.max(this.version, version);
    this.later("save", SAVE_MS);
  }

  // ── coming to know it ────────────────────────────────────────────────────────────────────────────────────────

  private async load(): Promise<void> {
    const { client, storage } = this.around;
    const patience = new Promise<null>((resolve) => this.set("load", STORAGE_MS, () => resolve(null)));
    const loading = client.documents.scope.then((scope) => storage.load(scope, this.name)).catch(() => null);
    const record = await Promise.race([loading, patience]);
    this.clear("load");
    if (this.isClosed) return;
    this.isLoaded = true;
    this.record = record;
    if (record !== null) {
      this.confirmed = docOf(record.confirmed);
      applyTo(this.state.doc, [record.confirmed]);
      if (record.unsent !== null) {
        applyTo(this.state.doc, [record.unsent]);
        this.buffer.unshift(record.unsent);
        for (const id of record.mentions ?? []) this.named.add(id);
      }
      this.show({ status: "cached" });
    }
    this.consider();
  }

  /** Looks whether the sheet knows of more than this note does, and whether what waits may go. */
  private consider(): void {
    if (!this.isLoaded || this.isFetching || this.isClosed) return;
    const { confirmedSheet, user } = this.around.client.getState();
    if (confirmedSheet === null) return;
    const entry = confirmedSheet.docs[this.name];
    if (this.isSynced) {
      this.isMissing = entry !== undefined && entry.version > this.version;
      if (this.isMissing) void this.fetch(true);
      else if (this.buffer.length > 0 && user !== null && !this.timers.has("send") && !this.isRowRemoved())
        this.later("send", 0);
      return;
    }
    if (this.isVoid) void this.fetch(false);
    else if (entry === undefined) this.adopt(new Uint8Array([0, 0]), confirmedSheet.version);
    else if (entry.hash === this.record?.hash) this.adopt(this.record.confirmed, confirmedSheet.version);
    else void this.fetch(false);
  }

  private async fetch(onlyMissing: boolean): Promise<void> {
    if (this.timers.has("fetch")) return;
    this.isFetching = true;
    const { voids } = this;
    const wanted = this.around.client.getState().confirmedSheet?.docs[this.name]?.version ?? 0;
    const stateVector = onlyMissing ? this.stateVector() : null;
    const result = await this.around.client.documents.fetch(
      this.name,
      stateVector === null ? {} : { stateVector },
    );
    this.isFetching = false;
    if (this.isClosed) return;
    const update = result.kind === "document" ? fromBase64(result.update) : null;
    if (result.kind !== "document" || update === null) {
      const wait = Math.min(RETRY_MS * 2 ** this.failures, MAX_RETRY_MS);
      this.failures += 1;
      this.set("fetch", wait, () => this.consider());
      return;
    }
    this.failures = 0;
    if (voids === this.voids) {
      const version = Math.max(result.version, wanted);
      this.isMissing = false;
      if (onlyMissing) this.take(update, version);
      else this.adopt(update, version);
    }
    this.consider();
  }

  /** The document as the log has it, in place of what was kept. */
  private adopt(update: Uint8Array, version: number): void {
    const next = docOf(update);
    applyTo(next, this.early);
    const isSame = holds(next, this.confirmed);
    this.early = [];
    this.confirmed.destroy();
    this.confirmed = next;
    this.version = version;
    this.isSynced = true;
    this.isVoid = false;
    if (isSame && this.refusedUnseen === null) {
      applyTo(this.state.doc, [Y.encodeStateAsUpdate(next), ...this.pending()]);
      this.show({ status: "ready" });
    } else {
      const { updates, why } = this.refusedUnseen ?? { updates: [], why: WENT_BACK };
      this.refusedUnseen = null;
      applyTo(this.state.doc, [Y.encodeStateAsUpdate(next), ...updates]);
      this.restart(why);
    }
    this.later("save", SAVE_MS);
  }

  /**
   * Builds the document again from the log's updates and those on their way; text that is lost by that is kept to be
   * copied.
   */
  private restart(why: Why): void {
    const before = this.state;
    const doc = docOf(Y.encodeStateAsUpdate(this.confirmed));
    applyTo(doc, this.pending());
    this.empty();
    this.waiting = null;
    const words = wordsOnlyIn(before.doc, doc);
    const lost = words === "" ? before.lost : { ...why, words: joined(before.lost?.words, words) };
    before.awareness.destroy();
    this.state = this.fresh(doc, "ready", lost);
    this.tell();
    before.doc.destroy();
    this.later("save", SAVE_MS);
  }

  private pending(): Uint8Array[] {
    return this.around.client.documents.pending(this.name).flatMap((text) => fromBase64(text) ?? []);
  }

  // ── what is written here ─────────────────────────────────────────────────────────────────────────────────────

  private fresh(doc: Y.Doc, status: NoteState["status"], lost: Lost | null): NoteState {
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin === REMOTE || this.isClosed || doc !== this.state.doc) return;
      this.buffer.push(update);
      const people = this.around.client.getState().peers.length;
      const gather = Math.max(GATHER_MS, GATHER_MS_PER_PERSON * people);
      if (!this.timers.has("send")) this.later("send", this.sentAt + gather - this.around.clock.now());
      this.later("save", SAVE_MS);
    });
    const awareness = new NoteAwareness(this.around.client, this.name, doc.clientID);
    return { doc, status, lost, awareness };
  }

  /** Drops what a viewer may not send. An editor tidies up what its schema does not know: nobody wrote that. */
  private forget(): void {
    this.empty();
    const allowed = docOf(Y.encodeStateAsUpdate(this.confirmed));
    applyTo(allowed, this.pending());
    const isWritten = wordsOnlyIn(this.state.doc, allowed) !== "";
    allowed.destroy();
    if (isWritten) this.restart(ONLY_READS);
  }

  /** One more update for the queue: with the one before it, as long as that has not left. */
  private enqueue(update: Uint8Array, mentions: readonly string[]): void {
    const { documents } = this.around.client;
    if (this.waiting !== null) {
      const both = Y.mergeUpdates([this.waiting.update, update]);
      const all = [...new Set([...this.waiting.mentions, ...mentions])];
      const fits = both.length <= MAX_UPDATE_BYTES && all.length <= MAX_MENTIONS;
      if (fits && this.waiting.sending.amend(toBase64(both), all)) {
        this.waiting = { ...this.waiting, update: both, mentions: all };
        return;
      }
    }
    this.waiting = { sending: documents.send(this.name, toBase64(update), mentions), update, mentions };
  }

  /**
   * Returns the users to mention with the next update: those whose names are still in the text. More than a change
   * takes go with the one after it.
   */
  private mentions(): string[] {
    if (this.named.size === 0) return [];
    const standing = namedIn(this.state.doc);
    const ids = [...this.named].filter((id) => standing.has(id));
    this.named.clear();
    for (const id of ids.slice(MAX_MENTIONS)) this.named.add(id);
    return ids.slice(0, MAX_MENTIONS);
  }

  // ── the device ───────────────────────────────────────────────────────────────────────────────────────────────

  /** Keeps the document on the device, if it is known what of it the log holds. */
  async save(): Promise<void> {
    this.clear("save");
    if (!this.isLoaded || this.isClosed) return;
    const { confirmedSheet } = this.around.client.getState();
    const unsent = this.buffer.length === 0 ? null : Y.mergeUpdates(this.buffer);
    if (!this.isSynced && unsent === null) return;
    const isKnown = this.isSynced && confirmedSheet !== null && this.version <= confirmedSheet.version;
    const record: NoteRecord = {
      format: 1,
      confirmed: Y.encodeStateAsUpdate(this.confirmed),
      hash: isKnown ? (confirmedSheet.docs[this.name]?.hash ?? null) : null,
      unsent,
      ...(this.named.size > 0 && { mentions: [...this.named] }),
      savedAt: this.around.clock.now(),
    };
    try {
      await this.around.storage.save(await this.around.client.documents.scope, this.name, record);
    } catch {
      // Private windows, full disks: the reload has to ask the server.
    }
  }

  private show(change: Partial<NoteState>): void {
    this.state = { ...this.state, ...change };
    this.tell();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }

  private later(timer: "send" | "save", ms: number): void {
    this.set(timer, Math.max(0, ms), () => (timer === "send" ? this.flush() : void this.save()));
  }

  private set(timer: "send" | "save" | "fetch" | "load", ms: number, run: () => void): void {
    this.clear(timer);
    if (this.isClosed) return;
    const elapsed = () => {
      this.timers.delete(timer);
      run();
    };
    this.timers.set(timer, this.around.clock.setTimeout(elapsed, ms));
  }

  private clear(timer: "send" | "save" | "fetch" | "load"): void {
    if (!this.timers.has(timer)) return;
    this.around.clock.clearTimeout(this.timers.get(timer));
    this.timers.delete(timer);
  }
}

/** An update in the client's queue. */
interface Waiting {
  readonly sending: Sending;
  readonly update: Uint8Array;
  readonly mentions: readonly string[];
}

/** Why the server did not take something. */
export interface Why {
  readonly code: string;
  /** A sentence for people. */
  readonly message: string;
}

/** Updates that the server did not take. */
export interface Refused {
  readonly updates: readonly Uint8Array[];
  readonly why: Why;
}

const ONLY_READS: Why = {
  code: "FORBIDDEN",
  message: "A viewer reads; ask an admin for the editor role.",
};

/** Refusals that no server said. Their codes are none of the registry's: the message says all there is. */
const TOO_LONG: Why = {
  code: "TOO_LONG",
  message: "Too long to paste in one go (at most about 500 KB). Paste it in parts.",
};

const TOO_FULL: Why = {
  code: "TOO_FULL",
  message: "This text is full: it holds about 1 MB, with its history. Put the rest elsewhere.",
};

const WENT_BACK: Why = {
  code: "NOT_FOUND",
  message: "The server went back to an earlier state of this text.",
};

function docOf(update: Uint8Array): Y.Doc {
  const doc = new Y.Doc();
  applyTo(doc, [update]);
  return doc;
}

/** Applies what others sent; an update that does not decode changes nothing. */
function applyTo(doc: Y.Doc, updates: readonly Uint8Array[]): void {
  for (const update of updates) {
    try {
      Y.applyUpdate(doc, update, REMOTE);
    } catch {
      // The server decodes before it commits: this is a storage gone bad, and what is missing is fetched.
    }
  }
}

/** Whether `doc` has everything that `part` has. */
function holds(doc: Y.Doc, part: Y.Doc): boolean {
  const both = docOf(Y.encodeStateAsUpdate(doc));
  applyTo(both, [Y.encodeStateAsUpdate(part)]);
  const same = Y.equalSnapshots(Y.snapshot(both), Y.snapshot(doc));
  both.destroy();
  return same;
}

/** As few updates as the server's bound allows; one that is too large alone goes in parts. */
function grouped(updates: readonly Uint8Array[]): Uint8Array[] {
  const all = Y.mergeUpdates([...updates]);
  if (all.length <= MAX_UPDATE_BYTES) return [all];
  const groups: Uint8Array[] = [];
  for (const update of updates) {
    if (update.length > MAX_UPDATE_BYTES) {
      groups.push(...parts(update));
      continue;
    }
    const last = groups.at(-1);
    const both = last && Y.mergeUpdates([last, update]);
    if (both !== undefined && both.length <= MAX_UPDATE_BYTES) groups[groups.length - 1] = both;
    else groups.push(update);
  }
  return groups;
}

function joined(before: string | undefined, words: string): string {
  return before ? `${before}\n${words}` : words;
}
