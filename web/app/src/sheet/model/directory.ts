/**
 * Which member a name in a cell means. Chats call one person by several names (`ravi`, `@ravi`, `Ravi S.`); the sheet shows
 * one name and one face. A name that fits two members stays as it is written. Pure.
 */
import { fold } from "../../lib/fold";
import { personColor } from "../../lib/people";

export interface Known {
  readonly id: string;
  readonly name: string;
  readonly color: string;
}

export interface Face {
  /** The member's name, or the text as it is written. */
  readonly name: string;
  readonly color: string;
  /** The member's id; null for a name that no member has. */
  readonly id: string | null;
}

export interface Directory {
  /** Returns the person that a text in a cell means. */
  face(text: string): Face;
}

const words = (text: string): readonly string[] =>
  fold(text)
    .split(/[\s.\-_']+/)
    .filter(Boolean);
const only = (people: readonly Known[]): Known | null => (people.length === 1 ? (people[0] ?? null) : null);

/** Returns the member that a text means; null if none or several may be meant. */
export function memberFor(text: string, people: readonly Known[]): Known | null {
  const plain = text
    .trim()
    .replace(/^@/, "")
    .replace(/@[\w.-]+$/, "");
  if (plain === "") return null;
  const folded = fold(plain).trim();
  const exact = people.find(({ name }) => fold(name).trim() === folded);
  if (exact) return exact;
  const byId = people.find(({ id }) => fold(id) === folded);
  if (byId) return byId;
  const wanted = words(plain);
  const [first, ...rest] = wanted;
  if (first === undefined) return null;
  // "ravi", "Ravi S.", "ravi.sharma", "sharma": the first name in full, and what follows begins the names after it.
  const named = people.filter(({ name }) => {
    const [own, ...others] = words(name);
    return own === first && rest.every((word, at) => others[at]?.startsWith(word) ?? false);
  });
  if (named.length > 0) return only(named);
  if (rest.length > 0) return null;
  // "rsharma": the initial and the last name, as accounts are called.
  const accounts = people.filter(({ name }) => {
    const own = words(name);
    return own.length > 1 && folded === `${own[0]?.[0] ?? ""}${own.at(-1)}`;
  });
  return only(accounts);
}

/** Makes a directory of the team's members. */
export function directoryOf(people: readonly Known[]): Directory {
  const faces = new Map<string, Face>();
  return {
    face(text) {
      const known = faces.get(text);
      if (known) return known;
      const member = memberFor(text, people);
      const face: Face = member
        ? { id: member.id, name: member.name, color: personColor(member.color, member.id) }
        : { id: null, name: text, color: personColor("", fold(text)) };
      faces.set(text, face);
      return face;
    },
  };
}
