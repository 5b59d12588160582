import { describe, expect, test } from "vitest";
import { sampleSheet } from "../src/dev/sampleSheet";
import { mailHtml, markdownText, type Report, sectionsOf, slackText } from "../src/features/share/report";
import { nearTo } from "../src/features/weeks/near";
import { numbersOf } from "../src/sheet/model/health";

const { tasks } = sampleSheet();
const asOf = "2026-11-22";
const evil = "<script>alert(1)</script> *x* [y](javascript:1) & | <!channel>";
const rows = tasks.map((row, index) =>
  index === 0 ? { ...row, cells: { ...row.cells, title: { value: evil, author: "ana", version: 1 } } } : row,
);
const report: Report = {
  team: "platform",
  week: "W47, 16–22 Nov",
  link: "https://sheet.example/?team=platform&cycle=2026-W47",
  health: "At risk",
  numbers: numbersOf(rows, asOf),
  summary: "One line.\nAnother & more.",
  rows,
  asOf,
  caveat: "",
  nameOf: (name) => name.toUpperCase(),
};

describe("the week as a text", () => {
  test("each row stands in one section, blocked before late before the rest", () => {
    const sections = sectionsOf(rows, asOf);
    const all = sections.flatMap((section) => section.rows.map((row) => row.taskId));
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBe(rows.length);
    expect(sections[0]?.title).toBe("Blocked");
  });

  test("for Slack: no mention, no link and no tag of a title's own", () => {
    const text = slackText(report);
    expect(text).toContain("*platform, W47, 16–22 Nov* – *At risk*");
    expect(text).toContain("&lt;!channel&gt;");
    expect(text).not.toContain("<!channel>");
    expect(text).not.toContain(" *x*");
    expect(text.endsWith(report.link)).toBe(true);
  });

  test("as Markdown: what people wrote is no markup", () => {
    const text = markdownText(report);
    expect(text).toContain("\\[y\\]\\(javascript:1\\)");
    expect(text).toContain("\\<script\\>");
    expect(text).toContain("[Open the sheet](<https://sheet.example/?team=platform&cycle=2026-W47>)");
  });

  test("as an e-mail: one document, in which a title is a text", () => {
    const page = new DOMParser().parseFromString(mailHtml(report), "text/html");
    expect(page.querySelector("script")).toBeNull();
    expect(page.body.textContent).toContain("<script>alert(1)</script> *x*");
    expect([...page.querySelectorAll("a")].map((a) => a.getAttribute("href"))).toEqual([report.link]);
    expect(page.body.textContent).toContain("ANA RUIZ");
  });

  test("an empty week has its head alone", () => {
    const empty = { ...report, rows: [], summary: "", health: null, numbers: numbersOf([], asOf) };
    expect(slackText(empty)).toBe(
      `*platform, W47, 16–22 Nov*\n0 of 0 done, 0 blocked, 0 late\n\n${report.link}`,
    );
  });
});

test("the weeks beside one: those with a sheet, and the one it is", () => {
  const cycles = ["2026-W47", "2026-W44"].map((cycle) => ({ cycle, status: "open" }));
  expect(nearTo("2026-W47", { cycles, current: "2026-W49" })).toEqual({
    before: "2026-W44",
    after: "2026-W49",
    current: "2026-W49",
  });
  expect(nearTo("2026-W44", { cycles, current: null })).toMatchObject({ before: null, after: "2026-W47" });
  expect(nearTo("2027-W01", { cycles, current: "2026-W49" }).before).toBe("2026-W49");
});
