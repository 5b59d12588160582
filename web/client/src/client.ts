import type { Op } from "./fold/op.js";
import type { ClientState, Outcome, PresenceState } from "./state.js";

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
  /** Writes one's own text over theirs. */
  keepMine(conflictId: string): Promise<Outcome> | null;
  /** Lets theirs stand. */
  keepTheirs(conflictId: string): void;
  /** Tells the room where one is; call it as often as things move. */
  setPresence(state: PresenceState): void;
  /** Asks for a new extraction. */
  refresh(): void;
  /** Connects again after `sessionEnded`, `removed` or `failed`, or at once instead of after the pause. */
  reconnect(): void;
  /** Forgets a notice or a refusal that was read. */
  dismiss(what: "lastRejection" | "error" | "notifications"): void;
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
}

/** Time, so that tests can move it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Keeps records of unsent changes by scope (cycle and user) and client name. */
export interface QueueStorage {
  names(scope: string): Promise<readonly string[]>;
  load(scope: string, name: string): Promise<unknown>;
  save(scope: string, name: string, record: unknown): Promise<void>;
  remove(scope: string, name: string): Promise<void>;
}

/** Opens the cycle and keeps it open until `close()`. */
export declare function createClient(options: ClientOptions): Client;
