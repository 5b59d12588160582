/** What may come into a document from outside, and what may lead out of it. Pure. */
import { rewrite } from "./pasted";

/** Addresses a link may lead to; everything else, `javascript:` first of all, stays text. */
const PROTOCOLS: readonly string[] = ["http:", "https:", "mailto:"];

/** The address as it may be in a link, or null. */
export function safeHref(href: unknown): string | null {
  if (typeof href !== "string") return null;
  try {
    const { protocol } = new URL(href);
    return PROTOCOLS.includes(protocol) ? href : null;
  } catch {
    return null;
  }
}

/** What a person typed into a link's field, as an address: `example.org` and `ana@example.org` are meant well. */
export function hrefFrom(typed: string): string | null {
  const text = typed.trim();
  if (text === "") return null;
  if (/^[^\s/@:]+@[^\s/@:]+\.[^\s/@:]+$/.test(text)) return `mailto:${text}`;
  // `example.org:8080` has a port, not a protocol.
  const hasProtocol = /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text);
  return safeHref(hasProtocol ? text : /^[^\s/]+\.[^\s/]/.test(text) ? `https://${text}` : "");
}

/** Characters that turn the reading direction of what follows them, or hide: U+200B, U+2028–202E, U+2066–2069, U+FEFF. */
const TRICKS = /[\u200b\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Pasted text without characters that make it read otherwise than it is. */
export function plainly(text: string): string {
  return text.replace(TRICKS, "");
}

/** Pasted HTML as a note can hold it, without what is not text: the schema drops what it does not know, this what it might read. */
export function cleaned(html: string): string {
  const page = new DOMParser().parseFromString(html, "text/html");
  const { body } = page;
  const sheets = [...page.querySelectorAll("style")].map((style) => style.textContent ?? "");
  for (const node of body.querySelectorAll(
    "script, style, template, iframe, object, embed, svg, math, noscript, title, [hidden]",
  ))
    node.remove();
  rewrite(body, sheets);
  for (const node of body.querySelectorAll("*")) {
    for (const { name } of [...node.attributes]) if (name.startsWith("on")) node.removeAttribute(name);
  }
  return plainly(body.innerHTML);
}
