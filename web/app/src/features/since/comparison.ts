/** What the server answers about the weeks of a team, in the words of the page. */
import type { Comparison, Difference, Health } from "@cyclesheet/client";
import { longDate } from "../../lib/dates";

/** Returns a comparison if the answer is one. */
export function comparisonIn(json: unknown): Comparison {
  const answer = json as Partial<Comparison> | null;
  if (!Array.isArray(answer?.rows) || !Array.isArray(answer.vanished) || !Array.isArray(answer.trend))
    throw new Error("The server's answer could not be read.");
  return answer as Comparison;
}

export const HEALTH_WORDS: { readonly [health in Health]: string } = {
  onTrack: "On track",
  atRisk: "At risk",
  offTrack: "Off track",
};

const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;
const person = (name: string): string => name || "nobody";

/** Returns a difference in a sentence without its full stop. */
export function sentenceOf(difference: Difference): string {
  switch (difference.kind) {
    case "new":
      return "New";
    case "finished":
      return "Finished";
    case "reopened":
      return "Reopened: it was done last week";
    case "blocked":
      return difference.weeks > 1 ? `Blocked for ${difference.weeks} weeks` : "Blocked";
    case "unblocked":
      return "No longer blocked";
    case "slipped": {
      const times = difference.times > 1 ? `, for the ${ordinal(difference.times)} week` : "";
      return `Deadline slipped by ${count(difference.days, "day")} to ${longDate(difference.to)}${times}`;
    }
    case "broughtForward":
      return `Deadline brought forward by ${count(difference.days, "day")} to ${longDate(difference.to)}`;
    case "owner":
      return `Passed from ${person(difference.from)} to ${person(difference.to)}`;
    case "progress":
      return `Progress from ${difference.from} % to ${difference.to} %`;
  }
}

function ordinal(n: number): string {
  return n === 2 ? "second" : n === 3 ? "third" : `${n}th`;
}

/** The questions that a lead asks, in their order; a row is listed under the first that it answers. */
const SECTIONS: readonly (readonly [title: string, kinds: readonly Difference["kind"][]])[] = [
  ["Stuck", ["blocked", "slipped", "reopened"]],
  ["Finished", ["finished"]],
  ["New", ["new"]],
  ["Moved", ["unblocked", "broughtForward", "owner", "progress"]],
];

export interface Section {
  readonly title: string;
  readonly rows: Comparison["rows"];
}

/** Returns the changed rows under their headings; a heading without rows is left out. */
export function sectionsOf({ rows }: Comparison): Section[] {
  const place = (row: Comparison["rows"][number]) =>
    SECTIONS.findIndex(([, kinds]) => row.differences.some(({ kind }) => kinds.includes(kind)));
  return SECTIONS.map(([title], at) => ({ title, rows: rows.filter((row) => place(row) === at) })).filter(
    (section) => section.rows.length > 0,
  );
}
