/** Which versions of the page's files stood at a moment. */

/** A version of a file, or the mark that it was deleted. */
export interface Version {
  readonly key: string;
  readonly id: string;
  readonly at: Date;
  readonly deleted: boolean;
  readonly latest: boolean;
}

export interface Way {
  /** Versions to be put in front again. `index.html` is the last: until then a browser gets the newer page, which is whole. */
  readonly bring: readonly Version[];
  /** Files that were not there. */
  readonly remove: readonly string[];
}

/** What makes the page what it was at `moment`; nothing if it had no `index.html` then that is still kept. */
export function wayBack(versions: readonly Version[], moment: Date): Way | undefined {
  const [bring, remove]: [Version[], string[]] = [[], []];
  for (const key of new Set(versions.map((one) => one.key))) {
    const of = versions.filter((one) => one.key === key).sort((a, b) => b.at.getTime() - a.at.getTime());
    const then = of.find((one) => one.at <= moment);
    const now = of.find((one) => one.latest);
    if (then && !then.deleted) {
      if (then !== now) bring.push(then);
    } else if (now && !now.deleted) remove.push(key);
  }
  const had = versions.some((one) => one.key === "index.html" && !one.deleted && one.at <= moment);
  const isLast = (one: Version) => Number(one.key === "index.html");
  return had && !remove.includes("index.html")
    ? { bring: bring.sort((a, b) => isLast(a) - isLast(b)), remove }
    : undefined;
}
