/**
 * A comment's words and the people named in them. A mention is `@` and a person's name in the text, and the person's id
 * beside it; the text alone never decides whom it mentions. Pure.
 */
import { MAX_COMMENT_CODE_POINTS, MAX_MENTIONS } from "@cyclesheet/client";

/** Somebody who may be named. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** A CSS colour as the server sent it. */
  readonly color: string;
}

/** What a person wrote, ready to be sent. */
export interface CommentText {
  readonly text: string;
  /** User ids. */
  readonly mentions: readonly string[];
}

/** Names offered at a time; more is a list nobody reads. */
const MAX_OFFERED = 6;
/** Characters between the `@` and the caret beyond which nobody is naming anybody any more. */
const MAX_QUERY = 40;

/** Compares names as people type them: without case and accents. */
const plain = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** The name being typed before the caret, and where its `@` stands; null when none is. */
export function queryAt(text: string, caret: number): { readonly at: number; readonly query: string } | null {
  const at = text.lastIndexOf("@", caret - 1);
  if (at < 0 || caret - at > MAX_QUERY) return null;
  // `ana@example` is an address, not a mention.
  if (at > 0 && /[\p{L}\p{N}._-]/u.test(text.charAt(at - 1))) return null;
  const query = text.slice(at + 1, caret);
  return /[\n@]|\s\s|^\s/.test(query) ? null : { at, query };
}

/**
 * Returns the users whom a prefix may mean: names that begin with it, then those with a later word or an id that does.
 */
export function offered(people: readonly Person[], query: string): readonly Person[] {
  const wanted = plain(query);
  const score = ({ id, name }: Person): number => {
    const said = plain(name);
    if (said.startsWith(wanted)) return 0;
    if (said.split(/\s+/).some((word) => word.startsWith(wanted))) return 1;
    return plain(id).startsWith(wanted) ? 2 : 3;
  };
  return people
    .map((person) => ({ person, rank: score(person) }))
    .filter(({ rank }) => rank < 3)
    .sort((a, b) => a.rank - b.rank || a.person.name.localeCompare(b.person.name))
    .slice(0, MAX_OFFERED)
    .map(({ person }) => person);
}

/** The text with the name in place of what was typed of it, and where the caret then stands. */
export function named(
  text: string,
  caret: number,
  person: Person,
): { readonly text: string; readonly caret: number } {
  const found = queryAt(text, caret);
  if (!found) return { text, caret };
  const before = `${text.slice(0, found.at)}@${person.name} `;
  return { text: before + text.slice(caret).replace(/^ /, ""), caret: before.length };
}

/**
 * Where people are named in a text: each `@Name`, the longest name first, so that "Ana Ruiz" is not "Ana". People with
 * the same name are told apart by `chosen`, who were picked from the list.
 */
export function pieces(
  text: string,
  people: readonly Person[],
): readonly { readonly text: string; readonly person?: Person }[] {
  const known = [...people].sort((a, b) => b.name.length - a.name.length);
  const found: { text: string; person?: Person }[] = [];
  let from = 0;
  let at = text.indexOf("@");
  while (at >= 0) {
    const rest = text.slice(at + 1);
    const free = at === 0 || !/[\p{L}\p{N}._-]/u.test(text.charAt(at - 1));
    const person = free
      ? known.find(
          ({ name }) =>
            name !== "" && rest.startsWith(name) && !/^[\p{L}\p{N}]/u.test(rest.slice(name.length)),
        )
      : undefined;
    if (person) {
      if (at > from) found.push({ text: text.slice(from, at) });
      found.push({ text: `@${person.name}`, person });
      from = at + 1 + person.name.length;
    }
    at = text.indexOf("@", Math.max(from, at + 1));
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

/** Returns a text as it is sent, with the users named in it, `chosen` before others of the same name. */
export function commentText(text: string, people: readonly Person[], chosen: readonly Person[]): CommentText {
  const ids = new Set<string>();
  for (const { person } of pieces(text.trim(), [...chosen, ...people])) if (person) ids.add(person.id);
  return { text: text.trim(), mentions: [...ids] };
}

/** Why a text cannot be sent; null if it can. An empty one is not wrong, only not yet anything. */
export function objectionTo(words: CommentText): string | null {
  const length = [...words.text].length;
  if (length > MAX_COMMENT_CODE_POINTS)
    return `A comment has at most ${MAX_COMMENT_CODE_POINTS} characters; this has ${length}.`;
  if (words.mentions.length > MAX_MENTIONS)
    return `A comment mentions at most ${MAX_MENTIONS} people; this one ${words.mentions.length}.`;
  return null;
}
