/**
 * What is done to documents and save points. Total; an op whose target is gone does nothing.
 *
 * The fold knows a document by a hash chain over its updates' bytes and never looks into them: what they mean is
 * Yjs's matter, and only who opens a document needs Yjs.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { MAX_REMOVED_DOC_BYTES, MAX_REMOVED_DOCS } from "../generated/limits.js";
import { SYSTEM_ID } from "../generated/names.js";
import type { DocEntry, RemovedDoc, Sheet } from "./model.js";
import type { Change, SavePointAdd, SavePointRemove, TextUpdate } from "./op.js";
import { rowOf } from "./row.js";
import { byCodePoint } from "./text.js";

const NOTES = "notes:";

/** The name of a row's note. */
export function noteOf(taskId: string): string {
  return NOTES + taskId;
}

/** Whether a text names a document: `summary` or `notes:<taskId>`. */
export function isDocName(doc: string): boolean {
  return doc === "summary" || /^notes:[A-Za-z0-9-]{1,36}$/.test(doc);
}

/** Whether there is a place for the document: the sheet itself, or its row. */
export function hasPlace(sheet: Sheet, doc: string): boolean {
  return !doc.startsWith(NOTES) || rowOf(sheet, doc.slice(NOTES.length)) !== undefined;
}

/** Reads standard base64; null if the text is not base64. */
export function bytesOf(base64: string): Uint8Array | null {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)) return null;
  return Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
}

/** One update: what the sheet says of the document. */
export function textUpdate(sheet: Sheet, change: Change, { doc, update }: TextUpdate): Sheet {
  const bytes = bytesOf(update);
  if (bytes === null || !hasPlace(sheet, doc)) return sheet;
  const before = sheet.docs[doc];
  const previous = before === undefined ? new Uint8Array(32) : hexToBytes(before.hash);
  const entry: DocEntry = {
    hash: bytesToHex(sha256(concatBytes(previous, bytes))),
    version: change.version,
    updates: (before?.updates ?? 0) + 1,
    bytes: (before?.bytes ?? 0) + bytes.length,
    isManuallyEdited: change.author.id !== SYSTEM_ID || (before?.isManuallyEdited ?? false),
  };
  // A row that was inserted again under an old id begins a new note.
  return { ...withoutRemoved(sheet, doc), docs: { ...sheet.docs, [doc]: entry } };
}

/** A row's note leaves with it, and is remembered for as long as it may come back. */
export function buryNote(sheet: Sheet, change: Change, taskId: string): Sheet {
  const doc = noteOf(taskId);
  const entry = sheet.docs[doc];
  if (entry === undefined) return withoutRemoved(sheet, doc);
  const removed = { ...removedDocs(sheet), [doc]: { ...entry, removedAt: change.version } };
  const docs = { ...sheet.removed, docs: remembered(removed) };
  return { ...sheet, docs: without(sheet.docs, doc), removed: docs };
}

/** A row that is restored unchanged brings its note; one inserted again under its id does not. */
export function unburyNote(sheet: Sheet, taskId: string, restored: boolean): Sheet {
  const doc = noteOf(taskId);
  const gone = removedDocs(sheet)[doc];
  if (gone === undefined) return sheet;
  const rest = withoutRemoved(sheet, doc);
  if (!restored) return rest;
  const { removedAt: _, ...entry } = gone;
  return { ...rest, docs: { ...rest.docs, [doc]: entry } };
}

type Removed = { readonly [doc: string]: RemovedDoc };

/** Absent in a sheet from before there were documents. */
function removedDocs(sheet: Sheet): Removed {
  return sheet.removed.docs ?? {};
}

/** The latest removed ones, as many as are remembered; the last one in any case. */
function remembered(docs: Removed): Removed {
  const latest = Object.entries(docs).sort(
    ([a, x], [b, y]) => y.removedAt - x.removedAt || byCodePoint(a, b),
  );
  let bytes = 0;
  const end = latest.findIndex(([, gone], n) => {
    bytes += gone.bytes;
    return n >= MAX_REMOVED_DOCS || (n > 0 && bytes > MAX_REMOVED_DOC_BYTES);
  });
  return end < 0 ? docs : Object.fromEntries(latest.slice(0, end));
}

function withoutRemoved(sheet: Sheet, doc: string): Sheet {
  const docs = removedDocs(sheet);
  return docs[doc] === undefined
    ? sheet
    : { ...sheet, removed: { ...sheet.removed, docs: without(docs, doc) } };
}

function without<T>(docs: { readonly [doc: string]: T }, doc: string): { readonly [doc: string]: T } {
  const { [doc]: _, ...rest } = docs;
  return rest;
}

/** A version gets a name; the first one that a change gives counts. */
export function addSavePoint(sheet: Sheet, change: Change, { name }: SavePointAdd): Sheet {
  const points = sheet.savePoints ?? [];
  if (points.some((point) => point.version === change.version)) return sheet;
  const point = { name, version: change.version, author: change.author.id, at: change.at };
  return { ...sheet, savePoints: [...points, point] };
}

/** A version loses its name. */
export function removeSavePoint(sheet: Sheet, { version }: SavePointRemove): Sheet {
  const points = sheet.savePoints ?? [];
  return points.some((point) => point.version === version)
    ? { ...sheet, savePoints: points.filter((point) => point.version !== version) }
    : sheet;
}
