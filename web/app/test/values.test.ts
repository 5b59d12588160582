import { describe, expect, test } from "vitest";
import { isolated } from "../src/lib/bidi";
import { addMonths, monthGrid, shortDate, weekSpan } from "../src/lib/dates";
import { formatBlock, parseBlock } from "../src/sheet/model/clipboard";
import { normalise } from "../src/sheet/model/values";

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
    ["assignee", "Toma\u0301s", "Tomás"],
    ["assignee", " sasha ", "sasha"],
    ["assignee", "Ana\u200b  Ruiz\n", "Ana Ruiz"],
    ["title", "\u200b Zero\ufeff", "Zero"],
    ["title", "  indented", "indented"],
    ["title", "cut \ud83d", "cut"],
    ["title", "👩\u200d👩\u200d👧 family", "👩\u200d👩\u200d👧 family"],
    ["description", "می\u200cخواهم", "می\u200cخواهم"],
    ["title", " \n ", ""],
    ["deadline", "27. November", "2026-11-27"],
    ["deadline", "3 decisions", "3 decisions"],
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
    ["title", "\u200d", "nothing in it that can be seen"],
    ["title", "\u2800\u3164", "nothing in it that can be seen"],
    ["assignee", "\u202e\u202c", "nothing in it that can be seen"],
    ["deadline", "\u0301\u0301", "nothing in it that can be seen"],
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

describe("dates as people read them", () => {
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
