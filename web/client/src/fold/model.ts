/**
 * The sheet as clients see it: plain JSON, the same text in Rust and here.
 *
 * Everything is `readonly`: the fold never changes an object it was given, it makes new ones along the path of a
 * change and keeps the rest, so that `===` tells a screen which rows it may leave alone.
 */
import type * as wire from "../generated/types.js";
import type { Immutable } from "../immutable.js";

export { COLUMNS, PRIORITIES, STATUSES } from "../generated/columns.js";

/** The name of a column in ops and JSON. */
export type Column = wire.Column;
/** What a member may do: a viewer reads, an editor edits, an admin also removes people and breaks locks. */
export type Role = Exclude<wire.Role, "system">;
/** One cell that was written at least once. */
export type Cell = Immutable<wire.Cell>;
/** A row's cells; a cell never written is absent. */
export type Cells = { readonly [C in Column]?: Cell };
/** One task. */
export type Row = Immutable<wire.Row>;
/** What the last extraction did. Times in milliseconds since 1970. */
export type Generation = Immutable<wire.Generation>;
/** An answer in a thread. */
export type Reply = Immutable<wire.Reply>;
/** A thread: on a row, a cell, or a place in a document. */
export type Comment = Immutable<wire.Comment>;
/** A row that one person holds for a while. */
export type Lock = Immutable<wire.Lock>;
/** What the sheet says of a document; its content is Yjs's. */
export type DocEntry = Immutable<wire.DocEntry>;
/** The note of a removed row: it comes back with its row, as long as it is remembered. */
export type RemovedDoc = Immutable<wire.RemovedDoc>;
/** The weeks of a team, compared: what the address `comparison` of a week answers. */
export type Comparison = Immutable<wire.Comparison>;
/** One way in which a row differs from the week before. */
export type Difference = Immutable<wire.Difference>;
/** How a week is going, in one word. */
export type Health = wire.Health;
/** A named version. */
export type SavePoint = Immutable<wire.SavePoint>;

/** A way to look at the sheet, with a name, for everyone. */
export type View = Immutable<wire.View>;

type WireSheet = Immutable<wire.Sheet>;

/** A cycle's state: the fold of its log up to `version`. A sheet from before there were documents lacks the optional parts. */
export type Sheet = Omit<WireSheet, "removed" | "savePoints"> & {
  readonly removed: Omit<WireSheet["removed"], "docs"> & Partial<Pick<WireSheet["removed"], "docs">>;
  readonly savePoints?: WireSheet["savePoints"];
};
