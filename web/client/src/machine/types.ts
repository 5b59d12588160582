/** The data of the state machine: what it remembers, what happens to it, what it asks for. */
import type { Role, Row, Sheet } from "../fold/model.js";
import type { Op } from "../fold/op.js";
import type { Announced, ClientFrame, Connection, Welcome } from "../frames.js";
import type { Conflict, Notification, Outcome, Peer, PresenceState, Rejection, User } from "../state.js";

/** One call of `change` (or undo, redo, keepMine), or a part of one that was too large for a frame. */
export interface Edit {
  /** Whose outcome it is part of. */
  readonly call: number;
  readonly ops: readonly Op[];
  /** Travels alone, because the change it travelled in was refused and nobody knows for whose sake. */
  readonly solo?: boolean;
  /** How often it was refused without a reason that the sheet shows. */
  readonly attempts?: number;
  /** The server's final word: to be dropped at the next rebase. */
  readonly refused?: { readonly code: string; readonly message: string };
}

/** The one change on its way. */
export interface InFlight {
  /** `<client>.<seq>` */
  readonly id: string;
  readonly base: number;
  readonly edits: readonly Edit[];
  /** What was sent: the edits, coalesced. A retry sends the same. */
  readonly ops: readonly Op[];
  /** How often it was sent over this socket without an answer. */
  readonly tries: number;
  /** How often the server asked for patience. */
  readonly answers: number;
  /** Whether it is to be sent (again) now. */
  readonly due: boolean;
  /** Every change up to this version was looked at and is not this one. */
  readonly examined: number;
  /** Changes beyond `examined` that were looked at too. */
  readonly seen: ReadonlySet<number>;
  /** Where it is in the log, once that is known. */
  readonly committed: number | null;
  /** Refused for good, by a server that had folded up to `version`; acted upon when this client has too. */
  readonly verdict: { readonly code: string; readonly message: string; readonly version: number } | null;
}

/** An open call. */
export interface Call {
  /** Edits whose fate is open. */
  readonly open: number;
  readonly version: number;
  readonly failure: (Outcome & { readonly ok: false }) | null;
}

/** A step that can be taken back (or made again). */
export interface UndoStep {
  /** The call whose effect it takes back. */
  readonly call: number;
  readonly ops: readonly Op[];
}

/** A socket: opening, waiting for `welcome`, or in use. */
export interface Link {
  readonly socket: number;
  readonly phase: "opening" | "hello" | "live";
  /** The version its `hello` named; 0: none. */
  readonly since: number;
  /** Whether the room asked for patience with the `hello`. */
  readonly busy: boolean;
}

/** Somebody's socket and what it last told. */
export interface PeerConnection extends Connection {
  readonly state: PresenceState | null;
  /** When it told that. */
  readonly at: number;
  /** When a frame other than a list mentioned it. */
  readonly heardAt: number;
}

export interface MachineState {
  // Who.
  readonly clientName: string;
  readonly nextSeq: number;
  readonly user: User | null;
  readonly role: Role | null;
  /** The user the restored changes belong to; null when nothing was restored. */
  readonly restoredFor: string | null;
  // The sheet.
  readonly epoch: string | null;
  readonly confirmed: Sheet | null;
  /** `confirmed` with everything below on it. */
  readonly sheet: Sheet | null;
  readonly held: ReadonlyMap<number, Announced>;
  /** The highest version known to exist. */
  readonly target: number;
  readonly gapTries: number;
  /** Whether the wait for what is missing is under way. */
  readonly gapRunning: boolean;
  /** Whether `confirmed` belongs to a log that no longer exists: nothing is folded until a new sheet has come. */
  readonly distrusted: boolean;
  /** Own rows that were removed, unchanged: the server requires exactly these when they are restored. */
  readonly tombstones: ReadonlyMap<string, Row>;
  // On their way.
  readonly inFlight: InFlight | null;
  /** Changes of earlier pages that were on their way when those closed. */
  readonly backlog: readonly InFlight[];
  readonly queue: readonly Edit[];
  readonly calls: ReadonlyMap<number, Call>;
  readonly lastSentAt: number;
  /** How often in a row the log had already passed the number of a change. */
  readonly superseded: number;
  readonly conflicts: readonly Conflict[];
  readonly nextConflict: number;
  readonly lastRejection: Rejection | null;
  readonly undo: readonly UndoStep[];
  readonly redo: readonly UndoStep[];
  // The sockets.
  readonly link: Link | null;
  /** The successor of `link`, while it rolls over. */
  readonly next: Link | null;
  readonly nextSocket: number;
  /** Failures in a row. */
  readonly attempts: number;
  readonly unauthorised: number;
  readonly wasLive: boolean;
  /** Whether the sheet is fetched over HTTP before the next socket is opened. */
  readonly fetchFirst: boolean;
  readonly halted: "sessionEnded" | "removed" | "failed" | null;
  readonly online: boolean;
  readonly visible: boolean;
  readonly reconnectJitterMs: number;
  readonly lastPingAt: number;
  /** The version named by the last ping. */
  readonly pingVersion: number;
  /** Since when the room has not fallen silent. */
  readonly busySince: number | null;
  /** The one HTTP request under way; `purpose` null: waiting before the next. */
  readonly fetch: {
    readonly request: number;
    readonly purpose: "reconnect" | "sheet" | "changes" | null;
  } | null;
  readonly nextRequest: number;
  /** Server's clock minus this device's. */
  readonly clockOffset: number;
  // The room.
  readonly connectionId: string | null;
  readonly connections: ReadonlyMap<string, PeerConnection>;
  /** When the last `hello` went out, and who left since: the list in `welcome` may be older than the news. */
  readonly greetedAt: number;
  readonly departed: ReadonlySet<string>;
  readonly peers: readonly Peer[];
  readonly presence: OwnPresence;
  readonly notifications: readonly Notification[];
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface OwnPresence {
  readonly wanted: PresenceState | null;
  /** What the room was last told, as JSON. */
  readonly sent: string | null;
  readonly sentAt: number;
  readonly intervalMs: number;
  readonly movedAt: number;
  /** A user joined and has not received this presence yet. */
  readonly owed: boolean;
}

/** Waits that can be under way, each at most once. */
export type Timer =
  | "connect"
  | "hello"
  | "gap"
  | "echo"
  | "send"
  | "ping"
  | "pong"
  | "rollover"
  | "presence"
  | "idle"
  | "fetch";

/** What an HTTP request came to. `status` null: no answer. */
export type Failure = {
  readonly status: number | null;
  readonly code: string | null;
  readonly message: string;
};
export type SnapshotResult =
  | { readonly kind: "sheet"; readonly epoch: string | null; readonly sheet: Sheet }
  | { readonly kind: "notModified" }
  | ({ readonly kind: "failed" } & Failure);
export type ChangesResult =
  | { readonly kind: "changes"; readonly version: number; readonly changes: readonly Announced[] }
  | ({ readonly kind: "failed" } & Failure);

export type PostResult =
  | { readonly kind: "committed"; readonly changes: readonly Announced[] }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly message: string;
      readonly retryable: boolean;
      readonly version: number;
    }
  | ({ readonly kind: "failed" } & Failure);

/** What happens to the client. */
export type Event =
  | { readonly type: "start" }
  | { readonly type: "opened"; readonly socket: number }
  | { readonly type: "closed"; readonly socket: number; readonly code: number }
  /** The token provider said that only a sign-in helps. */
  | { readonly type: "sessionEnded"; readonly socket: number }
  | { readonly type: "frame"; readonly socket: number; readonly text: string }
  | { readonly type: "timer"; readonly timer: Timer }
  | { readonly type: "snapshot"; readonly request: number; readonly result: SnapshotResult }
  | { readonly type: "changes"; readonly request: number; readonly result: ChangesResult }
  | { readonly type: "change"; readonly call: number; readonly ops: readonly Op[] }
  /** Other ops in place of those of a call that has not been sent; without any, it is taken back. */
  | { readonly type: "amend"; readonly call: number; readonly ops: readonly Op[] }
  /** A change that went over HTTP was answered, or not. */
  | { readonly type: "posted"; readonly id: string; readonly result: PostResult }
  | { readonly type: "undo" | "redo"; readonly call: number }
  | { readonly type: "keepMine"; readonly call: number; readonly conflictId: string }
  | { readonly type: "keepTheirs"; readonly conflictId: string }
  | { readonly type: "presence"; readonly state: PresenceState }
  | { readonly type: "refresh" }
  | { readonly type: "online"; readonly online: boolean }
  | { readonly type: "visible"; readonly visible: boolean }
  | { readonly type: "reconnect" }
  | { readonly type: "dismiss"; readonly what: "lastRejection" | "error" | "notifications" }
  | { readonly type: "stop" };

/** An event with the time (milliseconds since 1970) and a random number (at least 0, below 1) to decide by. */
export type Input = Event & { readonly now: number; readonly random: number };

/** What the machine asks its driver to do, in this order. */
export type Effect =
  | { readonly type: "open"; readonly socket: number }
  | { readonly type: "close"; readonly socket: number }
  /** A `change` goes out only after what was asked to be persisted before it is. */
  | { readonly type: "send"; readonly socket: number; readonly frame: ClientFrame }
  | { readonly type: "setTimer"; readonly timer: Timer; readonly ms: number }
  | { readonly type: "clearTimer"; readonly timer: Timer }
  /** `url` null: the cycle's own address; `etag` null: unconditional. */
  | {
      readonly type: "fetchSnapshot";
      readonly request: number;
      readonly url: string | null;
      readonly etag: string | null;
    }
  | {
      readonly type: "fetchChanges";
      readonly request: number;
      readonly since: number;
      readonly limit: number;
    }
  /** A change too large for a frame; goes out as a `change` does. */
  | { readonly type: "post"; readonly change: ClientFrame & { readonly type: "change" } }
  /** A document's update was folded. */
  | {
      readonly type: "documentCommitted";
      readonly doc: string;
      readonly update: string;
      readonly version: number;
    }
  /** An own update of a document will never be in the log. */
  | {
      readonly type: "documentRefused";
      readonly doc: string;
      readonly update: string;
      readonly code: string;
      readonly message: string;
    }
  /** A whole sheet was taken in place of changes. */
  | { readonly type: "documentsSkipped" }
  /** What `welcome` told of the documents that `hello` named. */
  | { readonly type: "documentsWelcomed"; readonly docs: Welcome["docs"] }
  /** The log was restored or replaced: what was known of its documents is void. */
  | { readonly type: "documentsVoid" }
  | { readonly type: "settle"; readonly call: number; readonly outcome: Outcome }
  /** null: nothing is left to keep. */
  | { readonly type: "persist"; readonly record: QueueRecord | null };

/** What survives a reload: everything on its way. */
export interface QueueRecord {
  readonly format: 1;
  readonly user: string;
  readonly nextSeq: number;
  /** Oldest first; the last may be on its way now. */
  readonly sent: readonly Pick<InFlight, "id" | "base" | "edits" | "ops">[];
  readonly queue: readonly Edit[];
}

/** A step under way: a draft of the state (its parts are never changed in place) and the effects so far. */
export interface Turn {
  readonly now: number;
  readonly random: number;
  readonly state: { -readonly [K in keyof MachineState]: MachineState[K] };
  readonly effects: Effect[];
  /** Whether `sheet` no longer is `confirmed` with what is on its way. */
  stale: boolean;
}
