/** The team's directory: it stays the same object as long as nobody's name or colour changes. */
import { type Directory, directoryOf, type Known } from "./model/directory";

let known: { readonly key: string; readonly directory: Directory } = { key: "", directory: directoryOf([]) };
let last: readonly Known[] | null = null;

/** Where somebody is changes all the time, who they are does not: the directory is made again only for the latter. */
export function directoryFor(people: readonly Known[]): Directory {
  if (people === last) return known.directory;
  last = people;
  const key = JSON.stringify(people.map(({ id, name, color }) => [id, name, color]));
  if (key !== known.key) known = { key, directory: directoryOf(people) };
  return known.directory;
}

/** Returns the directory as it was last needed on the screen, for what happens outside of components. */
export const lastDirectory = (): Directory => known.directory;
