/** Text as every replica reads it: only ASCII is folded, and lengths and orders go by code point. */

/** Code points of a text; what JavaScript calls its length counts UTF-16 units. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * The order of UTF-8 bytes, which is that of code points. JavaScript's own `<` compares UTF-16 units and puts
 * U+FF00 after an emoji.
 */
export function byCodePoint(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) {
      // Inside a surrogate pair the units still tell the order, unless only one side is a surrogate.
      const [x, y] = [fixed(a.charCodeAt(i)), fixed(b.charCodeAt(i))];
      return x - y;
    }
  }
  return a.length - b.length;
}

/** Lifts surrogates above the rest of the basic plane, where their code points are. */
function fixed(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** A sorted set of texts with some more in it; the same array when nothing is new. */
export function including(set: readonly string[], more: Iterable<string>): readonly string[] {
  const known = new Set(set);
  const before = known.size;
  for (const text of more) known.add(text);
  return known.size === before ? set : [...known].sort(byCodePoint);
}

/** A title as two runs of a model would both have it: ASCII letters in lower case, other ASCII signs as one space. */
export function normalised(title: string): string {
  return title
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[^a-z0-9\u0080-\uffff]+/g, " ")
    .replace(/^ | $/g, "");
}

/** The message ids in a source cell, `m3, m7`. */
export function sources(cell: string): string[] {
  return cell
    .split(",")
    .map((id) => id.replace(/^ +| +$/g, ""))
    .filter((id) => id !== "");
}

/** A cell's value as it came from outside: a whole number and null are read as the text they show. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
