/** The marks of a chat message, `*bold*`, `_italic_`, `~struck~` and code, as parts of a text. Pure. */

export interface Part {
  readonly kind: "plain" | "bold" | "italic" | "struck" | "code";
  readonly text: string;
}

const KINDS = { "*": "bold", _: "italic", "~": "struck", "`": "code" } as const;

/** A mark stands at the edge of a word and has no blank inside of it; code comes first, because marks in it mean nothing. */
const MARKED =
  /```\n?([\s\S]+?)\n?```|(?<![\w`])`([^`\n]+)`|(?<![\w*_~])([*_~])(?=\S)([^\n]*?\S)\3(?![\w*_~])/gu;

/** Splits a message into its parts; the marks themselves are left out. */
export function markedParts(text: string): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(MARKED)) {
    const [whole, block, code, sign, words] = match;
    if (match.index > at) parts.push({ kind: "plain", text: text.slice(at, match.index) });
    parts.push({
      kind: sign ? KINDS[sign as keyof typeof KINDS] : "code",
      text: block ?? code ?? words ?? "",
    });
    at = match.index + whole.length;
  }
  if (at < text.length) parts.push({ kind: "plain", text: text.slice(at) });
  return parts;
}
