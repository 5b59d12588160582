/** Links in a text that people wrote. Only addresses that are safe to open: `http:`, `https:` and `mailto:`. Pure. */

export interface Part {
  readonly text: string;
  /** The address to open; absent: plain text. */
  readonly href?: string;
}

const FOUND = /(?:https?:\/\/|mailto:|www\.)[^\s<>"“”«»|]+/giu;
const SAFE: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"]);
/** Signs that end a sentence rather than an address. */
const TAIL = /[.,;:!?'’…*_~]+$/u;

const BRACKETS = [
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
] as const;

/** Returns the address without what follows it in the sentence: `(see https://a.example/b).` means `https://a.example/b`. */
function trimmed(found: string): string {
  let text = found;
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(TAIL, "");
    for (const [open, close] of BRACKETS) {
      const opened = text.split(open).length;
      if (text.endsWith(close) && text.split(close).length > opened) text = text.slice(0, -1);
    }
  }
  return text;
}

/** Returns the address that a link may lead to; null if it is not safe or no address at all. */
export function safeHref(text: string): string | null {
  const whole = /^www\./i.test(text) ? `https://${text}` : text;
  if (!URL.canParse(whole)) return null;
  const url = new URL(whole);
  if (!SAFE.has(url.protocol)) return null;
  if (url.protocol === "mailto:") return url.pathname.includes("@") ? url.href : null;
  // An address with a name and a password in it shows another host than it leads to.
  return url.hostname === "" || url.username !== "" || url.password !== "" ? null : url.href;
}

/** Splits a text into links and the text between them; joined, the parts are the text. */
export function linksIn(text: string): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(FOUND)) {
    // In the middle of a word it is no link.
    if (match.index > 0 && /[\p{L}\p{N}@]/u.test(text[match.index - 1] ?? "")) continue;
    const words = trimmed(match[0]);
    const href = safeHref(words);
    if (href === null) continue;
    if (match.index > at) parts.push({ text: text.slice(at, match.index) });
    parts.push({ text: words, href });
    at = match.index + words.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}
