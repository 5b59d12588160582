/**
 * The driver: carries the machine's effects out on real sockets, timers and storage, and brings it what happens there.
 * Decides nothing; every decision is `step`'s.
 */
import { type Documents, DocumentsHub } from "./documents.js";
import type { Op } from "./fold/op.js";
import { http } from "./http.js";
import {
  type Effect,
  type Event,
  initial,
  type MachineState,
  pendingUpdates,
  recordOf,
  step,
  type Timer,
  view,
} from "./machine.js";
import { type Claim, claim, newId } from "./names.js";
import { Sockets } from "./sockets.js";
import type { ClientState, Outcome, PresenceState } from "./state.js";
import { defaultStorage, type QueueStorage } from "./storage.js";

/** A client of one cycle: see `createClient`. */
export interface Client {
  getState(): ClientState;
  /** Calls back after every change of state; returns how to stop that. */
  subscribe(listener: () => void): () => void;
  /** Applies at once and sends. Resolves when the log has it or it was refused; never rejects. */
  change(ops: readonly Op[]): Promise<Outcome>;
  /** Takes back the last own change; null when there is none. */
  undo(): Promise<Outcome> | null;
  redo(): Promise<Outcome> | null;
  /** Writes one's own text over theirs; null when the conflict no longer exists. */
  keepMine(conflictId: string): Promise<Outcome> | null;
  /** Lets theirs stand. */
  keepTheirs(conflictId: string): void;
  /** Tells the room where one is; call it as often as things move. */
  setPresence(state: PresenceState): void;
  /** What a provider of rich-text documents works with: see `@cyclesheet/client/notes`. */
  readonly documents: Documents;
  /** Asks for a new extraction. */
  refresh(): void;
  /** Connects again after `sessionEnded`, `removed` or `failed`, or at once instead of after the pause. */
  reconnect(): void;
  /** Forgets a notice or a refusal that was read. */
  dismiss(what: "lastRejection" | "error" | "notifications"): void;
  /** Leaves the room. What is unsent stays in storage; open calls resolve as `CLOSED`. */
  close(): void;
}

/** How to reach a cycle, and what the client may use of its surroundings. */
export interface ClientOptions {
  /** `wss://HOST/STAGE`, without a query. */
  readonly socketUrl: string;
  /** Origin of the HTTP interface, without `/api`; "" for the page's own. */
  readonly httpUrl: string;
  readonly team: string;
  /** `2026-W47` */
  readonly cycle: string;
  /** A valid JWT. Asked for before every connection; rejects with a `SessionEndedError` when only a sign-in helps. */
  readonly token: () => Promise<string>;
  /** `[A-Za-z0-9-]{1,36}`, unique to this tab or script; made up when absent. */
  readonly clientName?: string;
  /** Where unsent changes survive a reload; default: IndexedDB in a browser, memory elsewhere. */
  readonly storage?: QueueStorage;
  readonly WebSocket?: typeof WebSocket;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  /** At least 0, below 1. */
  readonly random?: () => number;
  /**
   * What the room brings reaches listeners at most this often, in milliseconds: each call is a drawing, and a busy room
   * brings fifty changes a second. The first after quiet comes at once, and so does whatever is done here. Default 0: all.
   */
  readonly gatherMs?: number;
}

/** Time, so that tests can move it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** What this client calls itself to the server, for its log lines: the version is the package's. */
const NAME = "web/0.1.0";

/** Thrown by a token provider when no token can be had without the person: the client stops and says so. */
export class SessionEndedError extends Error {
  override readonly name = "SessionEndedError";
}

/** How long the storage is waited for: at the start for what an earlier page left, and before a change is sent. Milliseconds. */
const STORAGE_MS = 3_000;

const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

/** Opens the cycle and keeps it open until `close()`. */
export function createClient(options: ClientOptions): Client {
  return new Driver(options);
}

class Driver implements Client {
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly storage: QueueStorage;
  private readonly sockets: Sockets;
  private readonly http: ReturnType<typeof http>;
  readonly documents: DocumentsHub;
  private readonly timers = new Map<Timer, unknown>();
  private readonly listeners = new Set<() => void>();
  private readonly calls = new Map<number, (outcome: Outcome) => void>();
  private readonly surroundings: (() => void)[] = [];
  private readonly waiting: Event[] = [];
  private state: MachineState;
  private shown: ClientState;
  private scope = "";
  /** What the page last told of itself; the documents' places come to it. */
  private told: PresenceState = {};
  private nextCall = 1;
  /** Until it is known what an earlier page left, everything waits. */
  private isReady = false;
  private isRunning = false;
  private isClosed = false;
  /** Whether the storage did not answer in time, and has not since. */
  private isStorageSilent = false;
  /** The last write to storage: what is sent waits for what was to be kept before it. */
  private writing: Promise<void> = Promise.resolve();
  private isWriting = 0;
  /** When listeners were last called, and the call that waits. */
  private toldAt = 0;
  private telling: unknown;

  constructor(private readonly options: ClientOptions) {
    this.clock = options.clock ?? SYSTEM_CLOCK;
    this.random = options.random ?? Math.random;
    this.storage = options.storage ?? defaultStorage();
    const { team, cycle } = options;
    const base = `${options.httpUrl}/api/cycles/${encodeURIComponent(team)}/${encodeURIComponent(cycle)}`;
    this.http = http(base, options.token, options.fetch ?? ((...args) => fetch(...args)));
    this.sockets = new Sockets(
      `${options.socketUrl}?team=${encodeURIComponent(team)}&cycle=${encodeURIComponent(cycle)}&client=${NAME}`,
      options.token,
      options.WebSocket ?? WebSocket,
      (event) => this.dispatch(event),
    );
    this.documents = new DocumentsHub({
      enqueue: (op) => {
        const call = this.nextCall;
        void this.change([op]);
        return call;
      },
      amend: (call, ops) => this.dispatch({ type: "amend", call, ops }),
      // In the middle of a turn nobody can tell what still waits when it ends.
      isWaiting: (call) =>
        !this.isRunning && !this.isClosed && this.state.queue.some((edit) => edit.call === call),
      pending: (doc) => pendingUpdates(this.state, doc),
      fetch: (doc, query) => this.http.document(doc, query),
      tell: () => this.tellPresence(),
    });
    this.state = initial(options.clientName ?? newId(), [], this.clock.now());
    this.shown = view(this.state);
    void this.start(base);
  }

  private async start(base: string): Promise<void> {
    const subject = await this.options.token().then(subjectOf, () => "");
    this.scope = `${base} ${subject}`;
    this.documents.settle(this.scope);
    const claimed = await this.claimed();
    if (this.isClosed) return claimed.release();
    this.surroundings.push(claimed.release);
    const records = claimed.records.map(({ record }) => record);
    this.state = initial(claimed.name, records, this.clock.now());
    // What was found under other names is this tab's from here on.
    for (const { name } of claimed.records.slice(1)) this.write(() => this.storage.remove(this.scope, name));
    if (records.length > 1) this.keep({ type: "persist", record: recordOf(this.state) });
    this.isReady = true;
    this.waiting.unshift({ type: "start" });
    this.watch();
    this.drain();
  }

  /** The name and what was left unsent; a browser's storage may hang, a person's page may not. */
  private async claimed(): Promise<Claim> {
    const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
    const claiming = claim(this.scope, this.storage, locks, this.options.clientName);
    let timer: unknown;
    const patience = new Promise<null>((resolve) => {
      timer = this.clock.setTimeout(() => resolve(null), STORAGE_MS);
    });
    const claimed = await Promise.race([claiming, patience]);
    this.clock.clearTimeout(timer);
    if (claimed !== null) return claimed;
    // A lock that is granted too late is released, for the next page.
    void claiming.then((late) => late.release());
    return { name: this.options.clientName ?? newId(), records: [], release: () => {} };
  }

  getState(): ClientState {
    return this.shown;
  }

  subscribe(listener: () => void): () => void {
    // A listener may be subscribed twice; each subscription ends for itself.
    const call = () => listener();
    this.listeners.add(call);
    return () => this.listeners.delete(call);
  }

  change(ops: readonly Op[]): Promise<Outcome> {
    return this.call((call) => ({ type: "change", call, ops }));
  }

  undo(): Promise<Outcome> | null {
    return this.shown.canUndo ? this.call((call) => ({ type: "undo", call })) : null;
  }

  redo(): Promise<Outcome> | null {
    return this.shown.canRedo ? this.call((call) => ({ type: "redo", call })) : null;
  }

  keepMine(conflictId: string): Promise<Outcome> | null {
    if (!this.shown.conflicts.some(({ id }) => id === conflictId)) return null;
    return this.call((call) => ({ type: "keepMine", call, conflictId }));
  }

  keepTheirs(conflictId: string): void {
    this.dispatch({ type: "keepTheirs", conflictId });
  }

  setPresence(state: PresenceState): void {
    this.told = state;
    this.tellPresence();
  }

  private tellPresence(): void {
    const docs = this.documents.places;
    const state = Object.keys(docs).length === 0 ? this.told : { ...this.told, docs };
    this.dispatch({ type: "presence", state });
  }

  refresh(): void {
    this.dispatch({ type: "refresh" });
  }

  reconnect(): void {
    this.dispatch({ type: "reconnect" });
  }

  dismiss(what: "lastRejection" | "error" | "notifications"): void {
    this.dispatch({ type: "dismiss", what });
  }

  close(): void {
    if (this.isClosed) return;
    if (this.isReady) this.dispatch({ type: "stop" });
    this.isClosed = true;
    for (const timer of this.timers.values()) this.clock.clearTimeout(timer);
    this.clock.clearTimeout(this.telling);
    for (const leave of this.surroundings.splice(0)) leave();
    for (const settle of this.calls.values()) settle(CLOSED);
    this.calls.clear();
    this.listeners.clear();
  }

  private call(event: (call: number) => Event): Promise<Outcome> {
    if (this.isClosed) return Promise.resolve(CLOSED);
    const call = this.nextCall;
    this.nextCall += 1;
    return new Promise((settle) => {
      this.calls.set(call, settle);
      this.dispatch(event(call));
    });
  }

  /** Hands the machine one event at a time: what an effect or a listener brings about waits its turn. */
  private dispatch(event: Event): void {
    if (this.isClosed) return;
    this.waiting.push(event);
    this.drain();
  }

  private drain(): void {
    if (this.isRunning || !this.isReady) return;
    this.isRunning = true;
    try {
      for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) this.turn(next);
    } finally {
      this.isRunning = false;
    }
  }

  private turn(event: Event): void {
    const { state, effects } = step(this.state, { ...event, now: this.clock.now(), random: this.random() });
    this.state = state;
    for (const effect of effects) this.perform(effect);
    const shown = view(state);
    if ((Object.keys(shown) as (keyof ClientState)[]).every((key) => shown[key] === this.shown[key])) return;
    this.shown = shown;
    const wait = this.toldAt + (this.options.gatherMs ?? 0) - this.clock.now();
    if (event.type !== "frame" || wait <= 0) this.tell();
    else this.telling ??= this.clock.setTimeout(() => this.tell(), wait);
  }

  private tell(): void {
    this.clock.clearTimeout(this.telling);
    this.telling = undefined;
    this.toldAt = this.clock.now();
    for (const listener of [...this.listeners]) listener();
  }

  private perform(effect: Effect): void {
    switch (effect.type) {
      case "open":
        return this.sockets.open(effect.socket);
      case "close":
        return this.sockets.close(effect.socket);
      case "send":
        return this.send(effect);
      case "setTimer":
        this.clearTimer(effect.timer);
        this.timers.set(
          effect.timer,
          this.clock.setTimeout(() => this.elapsed(effect.timer), effect.ms),
        );
        return;
      case "clearTimer":
        return this.clearTimer(effect.timer);
      case "fetchSnapshot":
        void this.http.snapshot(effect.url, effect.etag).then((result) => {
          this.dispatch({ type: "snapshot", request: effect.request, result });
        });
        return;
      case "fetchChanges":
        void this.http.changes(effect.since, effect.limit).then((result) => {
          this.dispatch({ type: "changes", request: effect.request, result });
        });
        return;
      case "post":
        return this.post(effect);
      case "documentCommitted":
        return this.documents.each((listener) =>
          listener.committed(effect.doc, effect.update, effect.version),
        );
      case "documentRefused":
        return this.documents.each((listener) => listener.refused(effect.doc, effect.update, effect));
      case "documentsSkipped":
        return this.documents.each((listener) => listener.skipped());
      case "documentsWelcomed":
        return this.documents.each((listener) => listener.welcomed(effect.docs));
      case "documentsVoid":
        return this.documents.each((listener) => listener.voided());
      case "settle": {
        const settle = this.calls.get(effect.call);
        this.calls.delete(effect.call);
        return settle?.(effect.outcome);
      }
      case "persist":
        return this.keep(effect);
    }
  }

  private post({ change }: Effect & { type: "post" }): void {
    const go = async () => {
      const result = await this.http.post(change);
      this.dispatch({ type: "posted", id: change.id, result });
    };
    void (this.isWriting > 0 ? this.writing.then(go) : go());
  }

  private send({ socket, frame }: Effect & { type: "send" }): void {
    const text = JSON.stringify(frame.type === "hello" ? { ...frame, ...this.documents.vectors() } : frame);
    // A change that was sent must be known after a crash, or a reload would not know what to ask about.
    if (frame.type === "change" && this.isWriting > 0)
      void this.writing.then(() => this.sockets.send(socket, text));
    else this.sockets.send(socket, text);
  }

  private keep({ record }: Effect & { type: "persist" }): void {
    const { clientName } = this.state;
    this.write(() =>
      record === null
        ? this.storage.remove(this.scope, clientName)
        : this.storage.save(this.scope, clientName, record),
    );
  }

  /**
   * A storage that fails (private windows, full disks) costs the reload its memory, never the edit. One that does not
   * answer is waited for once, and then written to again only when it has answered: a record is always a whole one.
   */
  private write(run: () => Promise<void>): void {
    this.isWriting += 1;
    this.writing = this.writing
      .then(() => this.written(run))
      .finally(() => {
        this.isWriting -= 1;
      });
  }

  /** Resolves when the storage has answered, or will not be waited for any longer. Never fails. */
  private written(run: () => Promise<void>): Promise<void> {
    if (this.isStorageSilent) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.clock.setTimeout(() => {
        this.isStorageSilent = true;
        resolve();
      }, STORAGE_MS);
      const answered = () => {
        this.clock.clearTimeout(timer);
        this.isStorageSilent = false;
        resolve();
      };
      run().then(answered, answered);
    });
  }

  private elapsed(timer: Timer): void {
    this.timers.delete(timer);
    this.dispatch({ type: "timer", timer });
  }

  private clearTimer(timer: Timer): void {
    if (!this.timers.has(timer)) return;
    this.clock.clearTimeout(this.timers.get(timer));
    this.timers.delete(timer);
  }

  /** Follows the network and the visibility of the page, where there is one. */
  private watch(): void {
    const { window, document } = globalThis as Partial<typeof globalThis>;
    if (window === undefined || document === undefined) return;
    const online = () => this.dispatch({ type: "online", online: navigator.onLine !== false });
    const visible = () => this.dispatch({ type: "visible", visible: document.visibilityState !== "hidden" });
    const follow = (target: EventTarget, name: string, listener: () => void) => {
      target.addEventListener(name, listener);
      this.surroundings.push(() => target.removeEventListener(name, listener));
    };
    follow(window, "online", online);
    follow(window, "offline", online);
    follow(document, "visibilitychange", visible);
    online();
  }
}

const CLOSED: Outcome = { ok: false, code: "CLOSED", message: "the client was closed", conflicts: [] };

/** Whose token it is, unverified: only to keep one person's unsent changes apart from another's. */
function subjectOf(token: string): string {
  try {
    const payload = token.split(".")[1] ?? "";
    const { sub } = JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/"))) as { sub?: unknown };
    return typeof sub === "string" ? sub : "";
  } catch {
    return "";
  }
}
