/**
 * The sheet as clients see it: plain JSON, the same text in Rust and here.
 *
 * Everything is `readonly`: the fold never changes an object it was given, it makes new ones along the path of a
 * change and keeps the rest, so that `===` tells a screen which rows it may leave alone.
 */

/** The nine columns, in the sheet's order. */
export const COLUMNS = [
  "title",
  "description",
  "status",
  "priority",
  "assignee",
  "deadline",
  "progress",
  "blockers",
  "source",
] as const;

/** The name of a column in ops and JSON. */
export type Column = (typeof COLUMNS)[number];

/** What a status may be (or empty). */
export const STATUSES = ["Not started", "In progress", "Blocked", "Done"] as const;
/** What a priority may be (or empty). */
export const PRIORITIES = ["Low", "Medium", "High", "Urgent"] as const;

/** What a member may do: a viewer reads and comments nowhere, an editor edits, an admin also removes people and breaks locks. */
export type Role = "viewer" | "editor" | "admin";

/** One cell that was written at least once. */
export interface Cell {
  /** The text as the sheet shows it; "" is empty. */
  readonly value: string;
  /** The version of the change that wrote it last. */
  readonly version: number;
  /** User id; the model's own cells carry `cyclesheet`. */
  readonly author: string;
  /** What the model wrote here; absent when it never did. */
  readonly aiValue?: string;
}

/** A row's cells; a cell never written is absent. */
export type Cells = { readonly [C in Column]?: Cell };

/** One task. */
export interface Row {
  readonly taskId: string;
  /** A fractional index (base 62); rows are sorted by it. */
  readonly position: string;
  readonly cells: Cells;
  /** Whether a person ever wrote into it. */
  readonly isManuallyEdited: boolean;
  /** `<week>/<taskId>` of the row of an earlier week that this one continues. */
  readonly carriedFrom: string | null;
  /** The number of the generation that made the row; null when a person did. */
  readonly generation: number | null;
}

/** What the last extraction did. Times in milliseconds since 1970. */
export interface Generation {
  readonly number: number;
  readonly state: "started" | "generated" | "failed";
  readonly origin: null | "model" | "sample" | "fallback" | "empty";
  readonly model: string | null;
  /** Messages that were read. */
  readonly messages: number;
  /** A sentence for people, where there is something to say. */
  readonly note: string | null;
  readonly startedAt: number;
  readonly finishedAt: number | null;
}

/** An answer in a thread. */
export interface Reply {
  readonly replyId: string;
  readonly author: string;
  readonly text: string;
  readonly mentions: readonly string[];
  readonly at: number;
  readonly editedAt: number | null;
  readonly deleted: boolean;
}

/** A thread: on a row, a cell, or a place in a document. */
export interface Comment {
  readonly commentId: string;
  readonly taskId: string | null;
  readonly column: Column | null;
  readonly doc: string | null;
  readonly anchor: string | null;
  readonly author: string;
  readonly text: string;
  readonly mentions: readonly string[];
  readonly at: number;
  readonly version: number;
  readonly editedAt: number | null;
  readonly deleted: boolean;
  readonly resolved: null | { readonly by: string; readonly at: number };
  readonly replies: readonly Reply[];
}

/** A row that one person holds for a while. */
export interface Lock {
  readonly taskId: string;
  /** User id. */
  readonly holder: string;
  /** Milliseconds since 1970; from then on the lock is void. */
  readonly expiresAt: number;
}

/** What the sheet says of a document; its content is Yjs's. */
export interface DocEntry {
  /** A chain over the updates: `sha256(the hash before, 32 zero bytes at first || the update)`, lower-case hex. */
  readonly hash: string;
  /** The version of the last update. */
  readonly version: number;
  /** How many updates there were. */
  readonly updates: number;
  /** How many bytes they had. */
  readonly bytes: number;
  /** Whether a person ever wrote into it. */
  readonly isManuallyEdited: boolean;
}

/** The note of a removed row: it comes back with its row, as long as it is remembered. */
export interface RemovedDoc extends DocEntry {
  /** The version that removed its row. */
  readonly removedAt: number;
}

/** A named version. */
export interface SavePoint {
  readonly name: string;
  /** The version that it names. */
  readonly version: number;
  /** User id. */
  readonly author: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A cycle's state: the fold of its log up to `version`. */
export interface Sheet {
  /** `platform/2026-W47` */
  readonly cycleId: string;
  /** `2026-Q4` */
  readonly fiscalPeriod: string;
  readonly version: number;
  readonly status: "open" | "sealed";
  readonly tasks: readonly Row[];
  /** User id → display name of everybody whose change stands in the log. */
  readonly authors: { readonly [userId: string]: string };
  readonly executiveSummary: string;
  readonly lastModifiedBy: string | null;
  readonly generation: Generation | null;
  /** Messages that arrived since the extraction, and when that was noted. */
  readonly stale: null | { readonly messages: number; readonly at: number };
  /** Rows the model wrote and a person removed: they never come back. And notes, which come back with their rows. */
  readonly removed: {
    readonly sources: readonly string[];
    readonly titles: readonly string[];
    readonly docs?: { readonly [doc: string]: RemovedDoc };
  };
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly comments: readonly Comment[];
  readonly locks: readonly Lock[];
  /** Documents that somebody has written in: `summary`, `notes:<taskId>`. */
  readonly docs: { readonly [doc: string]: DocEntry };
  /** Named versions, oldest first; absent in a sheet from before there were any. */
  readonly savePoints?: readonly SavePoint[];
}
