import { describe, expect, test } from "vitest";
import { isolated } from "../src/model/bidi";
import { formatBlock, parseBlock } from "../src/model/clipboard";
import { addMonths, monthGrid, parseDate, shortDate, weekSpan } from "../src/model/dates";
import { normalise } from "../src/model/values";

/** A Friday. */
const TODAY = "2026-11-20";

describe("what a person gives a cell", () => {
  test.each([
    ["status", "in progress", "In progress"],
    ["status", "d", "Done"],
    ["status", " BLOCKED ", "Blocked"],
    ["status", "", ""],
    ["priority", "urg", "Urgent"],
    ["progress", "60%", "60"],
    ["progress", "060", "60"],
    ["progress", "100.0", "100"],
    ["deadline", "27 nov", "2026-11-27"],
    ["deadline", "when the audit ends", "when the audit ends"],
    ["title", "two\r\nlines \n", "two\nlines"],
    ["title", "bell\u0007 rings", "bell rings"],
  ] as const)("%s takes %j as %j", (column, given, stored) => {
    expect(normalise(column, given, TODAY)).toEqual({ ok: true, value: stored });
  });

  test.each([
    ["status", "finished", "Status is one of Not started, In progress, Blocked, Done, or empty."],
    ["priority", "P1", "Priority is one of Low, Medium, High, Urgent, or empty."],
    ["progress", "101", "whole number from 0 to 100"],
    ["progress", "-5", "whole number from 0 to 100"],
    ["progress", "half", "whole number from 0 to 100"],
    ["source", "m1", "read-only"],
    ["title", "x".repeat(2_001), "at most 2000 characters; this is 2001"],
  ] as const)("%s refuses %j and says why", (column, given, reason) => {
    const result = normalise(column, given, TODAY);
    expect(result.ok).toBe(false);
    expect(!result.ok && result.problem).toContain(reason);
  });

  test("lengths count characters, not halves of them", () => {
    expect(normalise("title", "😀".repeat(2_000), TODAY).ok).toBe(true);
  });
});

describe("dates as people type them", () => {
  test.each([
    ["2026-12-24", "2026-12-24"],
    ["today", "2026-11-20"],
    ["tomorrow", "2026-11-21"],
    ["fri", "2026-11-27"],
    ["monday", "2026-11-23"],
    ["+3", "2026-11-23"],
    ["+2w", "2026-12-04"],
    ["3 Feb", "2027-02-03"],
    ["Nov 30", "2026-11-30"],
    ["1st dec 2027", "2027-12-01"],
    ["24.12.2026", "2026-12-24"],
  ])("%s is %s", (text, date) => {
    expect(parseDate(text, TODAY)).toBe(date);
  });

  test.each(["2026-02-30", "31 feb", "soon", "", "after the audit", "13/13"])(
    "nobody can date %j",
    (text) => {
      expect(parseDate(text, TODAY)).toBeNull();
    },
  );

  test("the year is shown when it is not this one", () => {
    expect(shortDate("2026-11-27", TODAY)).toBe("Fri 27 Nov");
    expect(shortDate("2027-01-15", TODAY)).toBe("15 Jan 2027");
    expect(shortDate("soon", TODAY)).toBe("soon");
  });

  test("a month is shown in whole weeks from Monday, and a month later stays in that month", () => {
    expect(monthGrid("2026-11-20")[0]).toBe("2026-10-26");
    expect(monthGrid("2026-11-20")).toHaveLength(42);
    expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
    expect(addMonths("2026-01-15", -1)).toBe("2025-12-15");
  });

  test("weeks are shown as the days they span", () => {
    expect(weekSpan("2026-W47")).toBe("16–22 Nov");
    expect(weekSpan("2026-W49")).toBe("30 Nov – 6 Dec");
    expect(weekSpan("2026-W53")).toBe("28 Dec – 3 Jan");
  });
});

describe("a block on the clipboard", () => {
  test("survives tabs, newlines and quotes in its cells", () => {
    const block = [
      ["a\tb", 'say "hi"'],
      ["two\nlines", ""],
    ];
    expect(parseBlock(formatBlock(block))).toEqual(block);
  });

  test("a spreadsheet's trailing newline is no row", () => {
    expect(parseBlock("a\tb\r\nc\td\r\n")).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  test("a quote that a person wrote is kept", () => {
    expect(parseBlock('"quoted" and more\tx')).toEqual([['"quoted" and more', "x"]]);
    expect(parseBlock('"never closed')).toEqual([['"never closed']]);
  });
});

describe("words of others in a sentence of ours", () => {
  test("turn nothing but themselves, whatever controls they hold", () => {
    expect(isolated("Ana Ruiz")).toBe("Ana Ruiz");
    expect(isolated("\u05d3\u05e0\u05d4")).toBe("\u2068\u05d3\u05e0\u05d4\u2069");
    expect(isolated("evil\u202e")).toBe("\u2068evil\u202e\u2069");
    // Neither an open isolate nor a closing one too many gets out.
    expect(isolated("a\u2067b")).toBe("\u2068a\u2067b\u2069\u2069");
    expect(isolated("a\u2069b")).toBe("\u2068\u2068a\u2069b\u2069");
  });
});
