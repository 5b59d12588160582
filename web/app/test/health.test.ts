import { readFileSync } from "node:fs";
import type { Row } from "@cyclesheet/client";
import { describe, expect, test } from "vitest";
import { healthOf, isComplete, isLate, judgedOn, numbersOf } from "../src/sheet/model/health";

interface Case {
  readonly name: string;
  readonly asOf: string;
  readonly isComplete?: boolean;
  readonly rows: readonly (readonly [string, string, string])[];
  readonly health: string | null;
  readonly numbers: readonly number[];
}

/** The cases that Rust is tested with, too. */
const golden = JSON.parse(readFileSync("../../tests/report/health.json", "utf8")) as {
  readonly week: string;
  readonly days: readonly { readonly today: string; readonly judgedOn: string }[];
  readonly cases: readonly Case[];
};

const rowOf = ([status, priority, deadline]: readonly string[], index: number): Row => ({
  taskId: `r${index}`,
  position: "",
  cells: Object.fromEntries(
    Object.entries({ status, priority, deadline })
      .filter(([, value]) => value !== "")
      .map(([column, value]) => [column, { value: value as string, author: "ana", version: 1 }]),
  ),
  isManuallyEdited: false,
  carriedFrom: null,
  generation: null,
});

describe("the health of a week", () => {
  test.each(golden.cases)("$name", ({ rows, asOf, isComplete: complete = true, health, numbers }) => {
    const counted = numbersOf(rows.map(rowOf), asOf);
    expect([counted.rows, counted.done, counted.blocked, counted.late]).toEqual(numbers);
    expect(healthOf(counted, complete)).toBe(health);
  });

  test.each(golden.days)("is judged on $judgedOn when today is $today", ({ today, judgedOn: day }) => {
    expect(judgedOn(golden.week, today)).toBe(day);
  });

  test("a sheet made without the model is not complete; one that people wrote is", () => {
    const generation = { origin: "fallback" } as never;
    expect(isComplete({ generation })).toBe(false);
    expect(isComplete({ generation: null })).toBe(true);
  });

  test("a deadline in a past week is judged at that week, not today", () => {
    const row = rowOf(["In progress", "", "2026-11-23"], 0);
    expect(isLate(row, judgedOn("2026-W47", "2027-01-01"))).toBe(false);
    expect(isLate(row, "2026-11-24")).toBe(true);
  });
});
