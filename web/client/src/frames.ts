/**
 * The frames of the wire, and the reading of what arrives. Whatever arrives, nothing throws: a text that is no frame
 * of this protocol (the gateway's own error frames among them) reads as null.
 */
import { isRetryable } from "./codes.js";
import { isColumn } from "./fold/columns.js";
import type { Column, Role, Sheet } from "./fold/model.js";
import type { Author, LogOp, Op } from "./fold/op.js";
import { isRecord, isSheet } from "./fold/shape.js";
import type * as wire from "./generated/types.js";
import type { Immutable } from "./immutable.js";
import type { Notification, PresenceState, User } from "./state.js";

/** What a client sends. */
export type ClientFrame =
  | Exclude<WireFrame, { type: "hello" | "change" | "presence" }>
  | { readonly type: "presence"; readonly state: PresenceState }
  | Present<Extract<WireFrame, { type: "hello" }>>
  | (Omit<Extract<WireFrame, { type: "change" }>, "ops"> & { readonly ops: readonly Op[] });

type WireFrame = Immutable<wire.ClientFrame>;
/** Fields that this client leaves out where it has nothing to say. */
type Present<T> = { readonly [K in keyof T]: Exclude<T[K], null> };

/** A change as announced: `ops` is null where it would not fit a frame. Its ops are not yet known to be foldable. */
export interface Announced {
  readonly version: number;
  readonly id: string;
  readonly author: Author;
  readonly at: number;
  readonly ops: readonly LogOp[] | null;
}

/** Somebody's open socket. */
export interface Connection {
  readonly connectionId: string;
  readonly user: User;
  /** Absent where a frame does not tell. */
  readonly role: Role | null;
}

/** What a document lacked at `version`: a Yjs update, base64. */
export type DocumentUpdate = Immutable<wire.Missed>;

export interface Welcome {
  readonly type: "welcome";
  readonly epoch: string;
  readonly connectionId: string;
  readonly user: User;
  readonly role: Role;
  readonly version: number;
  readonly snapshot: Sheet | null;
  readonly snapshotUrl: string | null;
  readonly changes: readonly Announced[];
  readonly connections: readonly Connection[];
  readonly notifications: readonly Notification[];
  readonly presenceIntervalMs: number | null;
  readonly reconnectJitterMs: number | null;
  /** The server's clock, milliseconds since 1970. */
  readonly at: number | null;
  /** What the documents named in `hello` lack; null: too large for the frame. */
  readonly docs: { readonly [doc: string]: DocumentUpdate | null };
}

/** What a server sends. */
export type ServerFrame =
  | Welcome
  | { readonly type: "committed"; readonly changes: readonly Announced[] }
  | {
      readonly type: "rejected";
      readonly id: string;
      readonly code: string;
      readonly retryable: boolean;
      readonly message: string;
      /** The tip it was judged at; 0 where none was read. */
      readonly version: number;
    }
  | ({ readonly type: "presence"; readonly state: PresenceState } & Connection)
  | ({ readonly type: "joined" | "left" } & Connection)
  | { readonly type: "notification"; readonly notification: Notification }
  | { readonly type: "pong"; readonly version: number; readonly epoch: string | null }
  | { readonly type: "error"; readonly code: string; readonly retryable: boolean; readonly message: string };

/** The frame in a text, or null. */
export function parseFrame(text: string): ServerFrame | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(json)) return null;
  switch (json.type) {
    case "welcome":
      return welcome(json);
    case "committed":
      return { type: "committed", changes: announcedIn(json.changes) };
    case "rejected": {
      const { id, code, message, version } = json;
      if (typeof id !== "string" || typeof code !== "string") return null;
      const retryable = patience(json.retryable, code);
      return {
        type: "rejected",
        id,
        code,
        retryable,
        message: word(message, code),
        version: count(version) ?? 0,
      };
    }
    case "presence": {
      const from = connection(json);
      return from && isRecord(json.state) ? { type: "presence", ...from, state: presence(json.state) } : null;
    }
    case "joined":
    case "left": {
      const who = connection(json);
      return who && { type: json.type, ...who };
    }
    case "notification":
      return { type: "notification", notification: json };
    case "pong": {
      const version = count(json.version);
      return version === null ? null : { type: "pong", version, epoch: string(json.epoch) };
    }
    case "error": {
      const code = word(json.code, "UNSUPPORTED");
      return {
        type: "error",
        code,
        retryable: patience(json.retryable, code),
        message: word(json.message, ""),
      };
    }
    default:
      return null;
  }
}

function welcome(json: Record<string, unknown>): Welcome | null {
  const [version, user] = [count(json.version), userIn(json.user)];
  if (version === null || user === null || typeof json.connectionId !== "string") return null;
  return {
    type: "welcome",
    epoch: word(json.epoch, ""),
    connectionId: json.connectionId,
    user,
    role: role(json.role) ?? "viewer",
    version,
    snapshot: isSheet(json.snapshot) ? (json.snapshot as Sheet) : null,
    snapshotUrl: string(json.snapshotUrl),
    changes: announcedIn(json.changes),
    connections: list(json.connections).flatMap((item) => connection(item) ?? []),
    notifications: list(json.notifications).filter(isRecord),
    presenceIntervalMs: count(json.presenceIntervalMs),
    reconnectJitterMs: count(json.reconnectJitterMs),
    at: count(json.at),
    docs: documents(json.docs),
  };
}

function documents(json: unknown): Welcome["docs"] {
  if (!isRecord(json)) return {};
  return Object.fromEntries(Object.entries(json).map(([doc, lacked]) => [doc, documentUpdate(lacked)]));
}

/** A document's update as answered, or null. */
export function documentUpdate(json: unknown): DocumentUpdate | null {
  if (!isRecord(json) || typeof json.update !== "string") return null;
  const version = count(json.version);
  return version === null ? null : { update: json.update, version };
}

/**
 * Returns the changes in a list. An element that is no change is left out, and its version stays a gap that a replay
 * fills.
 */
export function announcedIn(json: unknown): Announced[] {
  return list(json).flatMap((item) => announced(item) ?? []);
}

function announced(json: unknown): Announced | null {
  if (!isRecord(json) || !isRecord(json.author)) return null;
  const [version, at] = [count(json.version), count(json.at)];
  const { id, ops, author } = json;
  if (version === null || at === null || typeof id !== "string" || typeof author.id !== "string") return null;
  const name = word(author.name, author.id);
  const known = Array.isArray(ops) ? (ops as LogOp[]) : null;
  return { version, id, author: { id: author.id, name }, at, ops: known };
}

function connection(json: unknown): Connection | null {
  if (!isRecord(json) || typeof json.connectionId !== "string") return null;
  const user = userIn(json.user);
  return user && { connectionId: json.connectionId, user, role: role(json.role) };
}

/** What somebody tells of themselves, as far as it makes sense here. */
function presence({ cursor, status, docs }: Record<string, unknown>): PresenceState {
  const placed = isRecord(cursor) && typeof cursor.taskId === "string" && isColumn(cursor.column);
  return {
    cursor: placed ? { taskId: cursor.taskId as string, column: cursor.column as Column } : null,
    status: status === "typing" || status === "idle" || status === "away" ? status : "active",
    ...(isRecord(docs) ? { docs } : {}),
  };
}

/** Whether the same is to be sent again: the server's word, else the registry's. */
function patience(json: unknown, code: string): boolean {
  return typeof json === "boolean" ? json : isRetryable(code);
}

function userIn(json: unknown): User | null {
  if (!isRecord(json) || typeof json.id !== "string") return null;
  return { id: json.id, name: word(json.name, json.id), color: word(json.color, "#6b7280") };
}

function role(json: unknown): Role | null {
  return json === "viewer" || json === "editor" || json === "admin" ? json : null;
}

function list(json: unknown): readonly unknown[] {
  return Array.isArray(json) ? json : [];
}

function string(json: unknown): string | null {
  return typeof json === "string" ? json : null;
}

function word(json: unknown, otherwise: string): string {
  return typeof json === "string" ? json : otherwise;
}

/** A whole number from 0. */
function count(json: unknown): number | null {
  return typeof json === "number" && Number.isSafeInteger(json) && json >= 0 ? json : null;
}
