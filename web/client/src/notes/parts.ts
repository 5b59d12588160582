/**
 * Cuts an update that is too large for one change into several that follow each other. Every part leaves a document
 * that an editor can show: a cut falls before an element that has a sibling before it, or within a text, and never
 * between an element and the first thing in it.
 */
import * as Y from "yjs";

/** Bytes that a part comes to, about: with its frame it stays below what a socket takes (28 KB), as base64. */
const PART_BYTES = 18_000;
/** Parts of one kind of a part: the server takes 8,192 in an update. */
const PART_STRUCTS = 4_000;
/** UTF-16 units of one text in a part. */
const TEXT_UNITS = 4_000;
/** Bytes of what describes a struct beside its text, at most, about. */
const STRUCT_BYTES = 24;

/** The update in parts, in the order in which to send them; the update itself where it cannot be cut. */
export function parts(update: Uint8Array): Uint8Array[] {
  const { structs } = Y.decodeUpdate(update);
  const [first] = structs;
  const client = first?.id.client;
  // What several pages wrote may build on each other in any order, and a gap has nothing to be cut at.
  if (client === undefined || structs.some((one) => one.id.client !== client || one instanceof Y.Skip))
    return [update];
  const groups: Struct[][] = [[]];
  let size = 0;
  for (const struct of structs.flatMap(shortened)) {
    const group = groups.at(-1) as Struct[];
    const isFull = size >= PART_BYTES || group.length >= PART_STRUCTS;
    if (isFull && mayBegin(struct)) {
      groups.push([struct]);
      size = sizeOf(struct);
    } else {
      group.push(struct);
      size += sizeOf(struct);
    }
  }
  const last = groups.pop()?.[0];
  if (last === undefined || groups.length === 0) return [update];
  const rest = Y.encodeStateVector(stateUpTo(client, last.id.clock));
  // What is deleted goes with the last part: everything that it may be about is there by then.
  return [...groups.map((group) => encoded(client, group)), Y.diffUpdate(update, rest)];
}

/** How many structs an update holds. */
export function structsIn(update: Uint8Array): number {
  return Y.decodeUpdate(update).structs.length;
}

type Struct = Y.Item | Y.GC | Y.Skip;

function sizeOf(struct: Struct): number {
  const isText = struct instanceof Y.Item && struct.content instanceof Y.ContentString;
  // A unit is three bytes of UTF-8 at most.
  return STRUCT_BYTES + (isText ? (struct.content as Y.ContentString).str.length * 3 : 0);
}

/** Whether a document may be shown that ends right before this. */
function mayBegin(struct: Struct): boolean {
  if (!(struct instanceof Y.Item) || struct.origin === null || struct.parentSub !== null) return false;
  return struct.content instanceof Y.ContentType || struct.content instanceof Y.ContentString;
}

/** A long text as several that follow each other. */
function shortened(struct: Struct): Struct[] {
  if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentString)) return [struct];
  const { str } = struct.content;
  const made: Struct[] = [];
  for (let at = 0; at < str.length; ) {
    let end = Math.min(at + TEXT_UNITS, str.length);
    // Half a surrogate pair is no character.
    if (end < str.length && /[\ud800-\udbff]/.test(str.charAt(end - 1))) end -= 1;
    const { client, clock } = struct.id;
    const isFirst = at === 0;
    made.push(
      new Y.Item(
        Y.createID(client, clock + at),
        null,
        isFirst ? struct.origin : Y.createID(client, clock + at - 1),
        null,
        struct.rightOrigin,
        struct.parent,
        struct.parentSub,
        new Y.ContentString(str.slice(at, end)),
      ),
    );
    at = end;
  }
  return made;
}

/** Structs of one client as an update that deletes nothing. */
function encoded(client: number, structs: readonly Struct[]): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  encoder.writeLen(1);
  encoder.writeLen(structs.length);
  encoder.writeClient(client);
  encoder.writeLen(structs[0]?.id.clock ?? 0);
  for (const struct of structs) struct.write(encoder, 0);
  encoder.writeLen(0);
  return encoder.toUint8Array();
}

/** A state in which a client has written up to a clock. */
function stateUpTo(client: number, clock: number): Map<number, number> {
  return new Map([[client, clock]]);
}
