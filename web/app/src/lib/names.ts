/** Finding a person by the beginning of a name, as people type it. Pure. */
import { fold } from "./fold";

/** A name that can be chosen, and whether it is a member's or one that somebody once typed. */
export interface NamedPerson {
  readonly name: string;
  readonly isMember: boolean;
}

/** 0 is the best; null does not match. */
function rank(name: string, query: string): number | null {
  const folded = fold(name);
  if (folded === query) return 0;
  if (folded.startsWith(query)) return 1;
  const words = folded.split(/[\s\-'.]+/);
  const wanted = query.split(/[\s\-'.]+/);
  // "ben w", and "fer tom" for Tomás Ferreira: each word begins a word of its own.
  const left = [...words];
  const beginsWords = wanted.every((part) => {
    const at = left.findIndex((word) => word.startsWith(part));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
  if (beginsWords) return 2;
  return folded.includes(query) ? 3 : null;
}

/** Returns the people whose names a text may mean, the likeliest first; everyone if there is no text. */
export function namesLike(people: readonly NamedPerson[], text: string): readonly NamedPerson[] {
  const query = fold(text).trim().replace(/\s+/g, " ");
  if (query === "") return people;
  return people
    .flatMap((person) => {
      const place = rank(person.name, query);
      return place === null ? [] : [{ person, place: place * 2 + (person.isMember ? 0 : 1) }];
    })
    .sort((a, b) => a.place - b.place)
    .map(({ person }) => person);
}
