/** What a screen gets to see of the client. */
import type { Code } from "./codes.js";
import type { Column, Role, Sheet } from "./fold/model.js";
import type { Author, Op } from "./fold/op.js";
import type * as wire from "./generated/types.js";
import type { Immutable } from "./immutable.js";

/**
 * - `connecting`: no sheet yet, or the socket is being (re)opened.
 * - `live`: what others do arrives; what is done here is sent.
 * - `offline`: the device has no network, or the last attempts failed; editing goes on, nothing is lost.
 * - `sessionEnded`: the token is no longer accepted; sign in again, then `reconnect()`.
 * - `removed`: a membership was withdrawn.
 * - `failed`: there is nothing here to connect to; `error` says why.
 */
export type Status = "connecting" | "live" | "offline" | "sessionEnded" | "removed" | "failed";

/** A person in the room. */
export type User = Immutable<wire.User>;

/** What a tab tells the others about itself; at most 2 KB as JSON. */
export type PresenceState = Omit<Immutable<wire.PresenceState>, "cursor" | "docs"> & {
  readonly cursor?: { readonly taskId: string; readonly column: Column } | null;
  /** Carets, as the editor of notes encodes and checks them. */
  readonly docs?: { readonly [doc: string]: unknown };
};

/** One person in the room, whatever the number of their tabs. */
export interface Peer {
  readonly user: User;
  readonly role: Role;
  /** Whether this is the person this client belongs to. */
  readonly self: boolean;
  /** Their connections, oldest first. */
  readonly connections: readonly string[];
  /** What the tab that moved last told; null until it told something. */
  readonly state: PresenceState | null;
}

/** A cell that somebody else changed while it was being changed here. It stays until a choice is made. */
export interface Conflict {
  readonly id: string;
  readonly taskId: string;
  readonly column: Column;
  /** The value when the edit was made. */
  readonly base: string;
  readonly mine: string;
  /** The current value; follows the sheet while the conflict is open. */
  readonly theirs: string;
  readonly theirAuthor: Author;
  readonly theirVersion: number;
}

/** A change that was refused for good and taken back. */
export interface Rejection {
  readonly code: Code;
  /** A sentence for people: what was wrong and what would be right. */
  readonly message: string;
  /** What was asked for, so that a screen can offer it again. */
  readonly ops: readonly Op[];
  /** Milliseconds since 1970, by this device's clock. */
  readonly at: number;
}

/** What became of a change. Resolves when the log has it, or never will. */
export type Outcome =
  | { readonly ok: true; readonly version: number }
  | {
      readonly ok: false;
      readonly code: Code | "CLOSED";
      readonly message: string;
      readonly conflicts: readonly Conflict[];
    };

/** A mention or another notice, as the server sent it. */
export type Notification = { readonly [field: string]: unknown };

/** Everything a screen needs. A new object whenever anything in it changed; parts that did not change keep identity. */
export interface ClientState {
  readonly status: Status;
  /** With one's own changes that are still on their way. */
  readonly sheet: Sheet | null;
  /** What the log holds, and nothing else. */
  readonly confirmedSheet: Sheet | null;
  /** The version of `confirmedSheet`; 0 before the first one. */
  readonly version: number;
  readonly user: User | null;
  readonly role: Role | null;
  /** Server's clock minus this device's, milliseconds: what the log says of times is by the server's. */
  readonly clockOffset: number;
  /** Everybody in the room, one entry per person, oneself included (`self`). */
  readonly peers: readonly Peer[];
  /** Calls of `change` whose outcome is open. */
  readonly unsaved: number;
  readonly conflicts: readonly Conflict[];
  readonly lastRejection: Rejection | null;
  readonly notifications: readonly Notification[];
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}
