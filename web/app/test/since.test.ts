import type { Comparison, Difference } from "@cyclesheet/client";
import { describe, expect, test } from "vitest";
import { sampleComparison } from "../src/dev/sampleComparison";
import { comparisonIn, sectionsOf, sentenceOf } from "../src/features/since/comparison";

describe("since last week", () => {
  test.each<[Difference, string]>([
    [{ kind: "new" }, "New"],
    [{ kind: "finished" }, "Finished"],
    [{ kind: "reopened" }, "Reopened: it was done last week"],
    [{ kind: "blocked", weeks: 1 }, "Blocked"],
    [{ kind: "blocked", weeks: 3 }, "Blocked for 3 weeks"],
    [{ kind: "unblocked" }, "No longer blocked"],
    [{ kind: "owner", from: "", to: "Ana" }, "Passed from nobody to Ana"],
    [{ kind: "progress", from: 30, to: 70 }, "Progress from 30 % to 70 %"],
  ])("%o is said in words", (difference, words) => expect(sentenceOf(difference)).toBe(words));

  test("a slip says by how many days, to which day, and how often", () => {
    const slip = (days: number, times: number) =>
      sentenceOf({ kind: "slipped", from: "2026-11-13", to: "2026-11-20", days, times });
    expect(slip(1, 1)).toMatch(/^Deadline slipped by 1 day to .*20/);
    expect(slip(7, 2)).toMatch(/^Deadline slipped by 7 days to .*20.*, for the second week$/);
    expect(slip(7, 3)).toMatch(/third week$/);
    expect(slip(7, 4)).toMatch(/4th week$/);
  });

  test("a row stands under the first question that it answers, and in one place", () => {
    const row = (taskId: string, ...kinds: Difference[]): Comparison["rows"][number] => ({
      taskId,
      title: taskId,
      assignee: "",
      before: null,
      joinedBy: null,
      differences: kinds,
    });
    const rows = [
      row("a", { kind: "new" }, { kind: "blocked", weeks: 1 }),
      row("b", { kind: "progress", from: 0, to: 100 }, { kind: "finished" }),
      row("c", { kind: "new" }),
      row("d", { kind: "owner", from: "Ana", to: "Ben" }),
    ];
    const sections = sectionsOf({ ...sampleComparison, rows });
    expect(sections.map(({ title, rows }) => [title, rows.map((row) => row.taskId)])).toEqual([
      ["Stuck", ["a"]],
      ["Finished", ["b"]],
      ["New", ["c"]],
      ["Moved", ["d"]],
    ]);
  });

  test("an answer of another shape is refused", () => {
    expect(comparisonIn(sampleComparison)).toBe(sampleComparison);
    for (const wrong of [null, {}, { rows: [] }, { rows: [], vanished: [], trend: 1 }, []])
      expect(() => comparisonIn(wrong)).toThrow("could not be read");
  });
});
