import { describe, expect, test } from "vitest";
import { readDate } from "../src/lib/dateInput";
import { readerOf } from "../src/lib/dateNames";

/** A Friday, in week 47. */
const TODAY = "2026-11-20";
const us = readerOf(["en-US"]);
const gb = readerOf(["en-GB"]);
const de = readerOf(["de-DE", "en"]);
const pl = readerOf(["pl-PL"]);
const ja = readerOf(["ja-JP"]);

describe("forms that mean the same to everyone", () => {
  test.each([
    ["2026-12-24", "2026-12-24"],
    ["2026/11/27", "2026-11-27"],
    ["2026.11.27", "2026-11-27"],
    ["2026-11-7", "2026-11-07"],
    ["20261127", "2026-11-27"],
    ["2026-11-27 00:00:00", "2026-11-27"],
    ["2026-11-27T00:00:00Z", "2026-11-27"],
    ["27/11/2026", "2026-11-27"],
    ["11/27/2026", "2026-11-27"],
    ["27/11/26", "2026-11-27"],
    ["27-11-2026", "2026-11-27"],
    ["27.11.2026", "2026-11-27"],
    ["27.11.26", "2026-11-27"],
    ["27.11.", "2026-11-27"],
    ["27.11", "2026-11-27"],
    ["3.12.", "2026-12-03"],
    ["27. November", "2026-11-27"],
    ["27. November 2026", "2026-11-27"],
    ["3. März", "2027-03-03"],
    ["3 Maerz", "2027-03-03"],
    ["27 nov 26", "2026-11-27"],
    ["27 Nov '26", "2026-11-27"],
    ["27-nov-2026", "2026-11-27"],
    ["27/Nov/26", "2026-11-27"],
    ["3 Feb", "2027-02-03"],
    ["Nov 30", "2026-11-30"],
    ["Nov. 24th", "2026-11-24"],
    ["November 24, 2026", "2026-11-24"],
    ["24th of November", "2026-11-24"],
    ["1st dec 2027", "2027-12-01"],
    ["le 27 novembre", "2026-11-27"],
    ["25 de noviembre de 2026", "2026-11-25"],
    ["Tue, Nov 24", "2026-11-24"],
    ["Tuesday 24 November 2026", "2026-11-24"],
    ["Fri 27.11.", "2026-11-27"],
    ["29 feb", "2028-02-29"],
    ["Monday the 30th", "2026-11-30"],
    ["today", "2026-11-20"],
    ["tomorrow", "2026-11-21"],
    ["day after tomorrow", "2026-11-22"],
    ["+3", "2026-11-23"],
    ["+2w", "2026-12-04"],
    ["in 3 days", "2026-11-23"],
    ["in a week", "2026-11-27"],
    ["in 2 weeks", "2026-12-04"],
    ["in 1 month", "2026-12-20"],
    ["in 3 Tagen", "2026-11-23"],
    ["  by   Friday ", "2026-11-20"],
    ["2026年11月27日", "2026-11-27"],
    ["11月27日", "2026-11-27"],
  ])("%j is %s", (text, date) => {
    for (const reader of [us, gb, de]) expect(readDate(text, TODAY, reader)).toBe(date);
  });
});

describe("one meaning for a weekday and a week, the server's", () => {
  test.each([
    // On a Friday, "fri" is today, as the calendar's button says.
    ["fri", "2026-11-20", "2026-11-20"],
    ["Friday", "2026-11-20", "2026-11-20"],
    ["next fri", "2026-11-20", "2026-11-27"],
    ["next Friday", "2026-11-16", "2026-11-27"],
    ["fri", "2026-11-21", "2026-11-27"],
    ["monday", "2026-11-20", "2026-11-23"],
    ["next monday", "2026-11-20", "2026-11-23"],
    ["mon", "2026-11-16", "2026-11-16"],
    ["next mon", "2026-11-16", "2026-11-23"],
    ["this wednesday", "2026-11-16", "2026-11-18"],
    ["eow", "2026-11-18", "2026-11-20"],
    ["EOW", "2026-11-20", "2026-11-20"],
    ["end of week", "2026-11-22", "2026-11-27"],
    ["next week", "2026-11-20", "2026-11-27"],
    ["next week", "2026-11-16", "2026-11-27"],
    ["start of next week", "2026-11-18", "2026-11-23"],
    ["eom", "2026-11-20", "2026-11-30"],
    ["nächste Woche", "2026-11-20", "2026-11-27"],
    ["Freitag", "2026-11-18", "2026-11-20"],
    ["next month", "2026-11-20", "2026-12-31"],
  ])("%j on %2$s is %3$s", (text, today, date) => {
    expect(readDate(text, today, gb)).toBe(date);
  });
});

describe("the reader's locale decides what numbers leave open", () => {
  test.each([
    ["3/4/2027", us, "2027-03-04"],
    ["3/4/2027", gb, "2027-04-03"],
    ["3/4", us, "2027-03-04"],
    ["12/1", us, "2026-12-01"],
    ["12/1", gb, "2027-01-12"],
    ["1-12-26", gb, "2026-12-01"],
    ["1-12-26", us, "2026-01-12"],
    ["26/11/27", ja, "2026-11-27"],
    ["27 listopada", pl, "2026-11-27"],
    ["piątek", pl, "2026-11-20"],
    ["Mo", de, "2026-11-23"],
    ["Mi.", de, "2026-11-25"],
    ["Do", de, "2026-11-26"],
    ["金曜日", ja, "2026-11-20"],
  ] as const)("%j", (text, reader, date) => {
    expect(readDate(text, TODAY, reader)).toBe(date);
  });

  test("words of two letters name a day only in the reader's own language", () => {
    for (const word of ["so", "do", "mi", "di", "fr"]) expect(readDate(word, TODAY, us)).toBeNull();
  });

  test("a browser that names no language, or a wrong one, still reads", () => {
    for (const reader of [readerOf([]), readerOf(["not a language"])])
      expect(readDate("27 nov", TODAY, reader)).toBe("2026-11-27");
  });
});

test.each([
  "3 decisions",
  "2 marathons",
  "1 mayor",
  "5 junctions",
  "3 sunsets",
  "friends",
  "satellites",
  "monitoring",
  "2026-02-30",
  "31 feb",
  "31.11.",
  "13/13",
  "13/13/2026",
  "30/02/2026",
  "soon",
  "",
  "after the audit",
  "Friday if legal agrees",
  "Friday or Monday",
  "Nov 24-26",
  "Nov 24 or Dec 1",
  "24",
  "November",
  "2026",
  "27 nov 17:00",
  "Monday 24 November 2026",
  "Fri Sat",
  "3-5",
  "3.5.1.2",
  "9/9/9/9",
  "27 nov nov",
  "jui 3",
  "next",
  "ASAP",
  "Q3",
  "10 days after launch",
  "v1.2",
  "a",
  "in days",
  `${"1".repeat(300)}`,
])("%j is no date", (text) => {
  for (const reader of [us, gb, de]) expect(readDate(text, TODAY, reader)).toBeNull();
});
