/** A document's words, without its marks: to be copied, compared, read by a program. */
import * as Y from "yjs";

/** The name of the fragment that editors of the TipTap family share by default. */
export const FIELD = "default";

/** The text of each block, in reading order. */
export function blocks(doc: Y.Doc): string[] {
  const lines: string[] = [];
  for (const node of doc.getXmlFragment(FIELD).toArray()) collect(node, lines);
  return lines;
}

/** The document as plain text, a block a line. */
export function plainText(doc: Y.Doc): string {
  return blocks(doc).join("\n");
}

/** Ids of the people whom the document names. */
export function namedIn(doc: Y.Doc): Set<string> {
  const ids = new Set<string>();
  for (const node of doc.getXmlFragment(FIELD).createTreeWalker(() => true)) {
    const id = node instanceof Y.XmlElement && node.nodeName === "mention" && node.getAttribute("id");
    if (id) ids.add(id);
  }
  return ids;
}

function collect(node: Y.XmlElement | Y.XmlText | Y.XmlHook, lines: string[]): void {
  if (node instanceof Y.XmlText) {
    lines.push(words(node));
    return;
  }
  if (!(node instanceof Y.XmlElement)) return;
  const children = node.toArray() as (Y.XmlElement | Y.XmlText)[];
  if (children.some((child) => child instanceof Y.XmlElement && !isInline(child))) {
    for (const child of children) collect(child, lines);
  } else
    lines.push(children.map((child) => (child instanceof Y.XmlText ? words(child) : inline(child))).join(""));
}

function isInline({ nodeName }: Y.XmlElement): boolean {
  return nodeName === "hardBreak" || nodeName === "mention";
}

function inline(node: Y.XmlElement): string {
  if (node.nodeName === "hardBreak") return "\n";
  return node.nodeName === "mention" ? `@${node.getAttribute("label") ?? node.getAttribute("id") ?? ""}` : "";
}

function words(text: Y.XmlText): string {
  const delta = text.toDelta() as readonly { readonly insert: unknown }[];
  return delta.map(({ insert }) => (typeof insert === "string" ? insert : "")).join("");
}

/** The blocks of `mine` that `theirs` does not hold: what a person would miss. */
export function wordsOnlyIn(mine: Y.Doc, theirs: Y.Doc): string {
  const known = new Map<string, number>();
  for (const line of blocks(theirs)) known.set(line, (known.get(line) ?? 0) + 1);
  return blocks(mine)
    .filter((line) => {
      const left = known.get(line) ?? 0;
      known.set(line, left - 1);
      return left <= 0 && line.trim() !== "";
    })
    .join("\n");
}
