/**
 * A week as a text to pass on: for Slack, as Markdown, as the HTML of an e-mail. Pure. What people wrote is escaped for each,
 * so that a title never turns into a link, a mention or a tag of its own.
 */
import type { Row } from "@cyclesheet/client";
import { longDate, shortDate } from "../../lib/dates";
import { safeHref } from "../../lib/links";
import { valueAt } from "../../sheet/model/block";
import { isBlocked, isDone, isLate, type Numbers } from "../../sheet/model/health";

export interface Report {
  readonly team: string;
  /** `W47, 16–22 Nov`. */
  readonly week: string;
  readonly link: string;
  /** `At risk`; null for a sheet without rows. */
  readonly health: string | null;
  readonly numbers: Numbers;
  readonly summary: string;
  readonly rows: readonly Row[];
  /** The day at which deadlines are judged. */
  readonly asOf: string;
  /** What is to be known about where the rows come from: empty for a sheet that is whole. */
  readonly caveat: string;
  /** Returns the name to print for the text of an assignee's cell. */
  nameOf(assignee: string): string;
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Returns the rows in the order in which somebody asks about them; each row stands in one section. */
export function sectionsOf(rows: readonly Row[], asOf: string): readonly Section[] {
  const filled = rows.filter((row) => valueAt(row, "title") !== "" || valueAt(row, "status") !== "");
  const rest = (taken: readonly Row[][]) => filled.filter((row) => !taken.some((part) => part.includes(row)));
  const blocked = filled.filter(isBlocked);
  const late = rest([blocked]).filter((row) => isLate(row, asOf));
  const done = rest([blocked, late]).filter(isDone);
  const begun = rest([blocked, late, done]).filter((row) => valueAt(row, "status") === "In progress");
  const open = rest([blocked, late, done, begun]);
  return [
    { title: "Blocked", rows: blocked },
    { title: "Late", rows: late },
    { title: "In progress", rows: begun },
    { title: "Open", rows: open },
    { title: "Done", rows: done },
  ].filter((section) => section.rows.length > 0);
}

/** On one line, as a list wants it. */
const line = (text: string): string => text.replace(/\s+/g, " ").trim();

/** What is said of a row beside its title, in plain words. */
function about(row: Row, { asOf, nameOf }: Report): readonly string[] {
  const [assignee, deadline, progress] = [
    valueAt(row, "assignee"),
    valueAt(row, "deadline"),
    valueAt(row, "progress"),
  ];
  return [
    assignee && line(nameOf(assignee)),
    deadline && !isDone(row) && `due ${line(shortDate(deadline, asOf))}`,
    progress && !isDone(row) && `${progress}%`,
    isBlocked(row) && valueAt(row, "blockers") && `blocked by: ${line(valueAt(row, "blockers"))}`,
  ].filter((part) => typeof part === "string" && part !== "") as string[];
}

const titleOf = (row: Row): string => line(valueAt(row, "title")) || "Untitled row";

const figures = ({ done, blocked, late, rows }: Numbers): string =>
  `${done} of ${rows} done, ${blocked} blocked, ${late} late`;

/** Slack's three characters; a word between asterisks or underscores would turn bold or italic. */
const slack = (text: string): string =>
  text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/([*_~`])/g, "\u200b$1");

export function slackText(report: Report): string {
  const { team, week, link, health, numbers, summary, caveat } = report;
  const head = `*${slack(team)}, ${slack(week)}*${health ? ` – *${health}*` : ""}`;
  const parts = [
    `${head}\n${figures(numbers)}`,
    caveat && `_${slack(caveat)}_`,
    summary.trim() && slack(summary.trim()),
    ...sectionsOf(report.rows, report.asOf).map(({ title, rows }) =>
      [
        `*${title}* (${rows.length})`,
        ...rows.map((row) => `• ${slack([titleOf(row), ...about(row, report)].join(" – "))}`),
      ].join("\n"),
    ),
    link,
  ];
  return parts.filter(Boolean).join("\n\n");
}

const markdown = (text: string): string => text.replace(/([\\`*_{}[\]()#+!|<>~&])/g, "\\$1");

export function markdownText(report: Report): string {
  const { team, week, link, health, numbers, summary, caveat } = report;
  const parts = [
    `## ${markdown(`${team}, ${week}`)}`,
    `${health ? `**${health}** – ` : ""}${figures(numbers)}`,
    caveat && `*${markdown(caveat)}*`,
    summary.trim() && markdown(summary.trim()),
    ...sectionsOf(report.rows, report.asOf).map(({ title, rows }) =>
      [
        `### ${title} (${rows.length})\n`,
        ...rows.map((row) => {
          const more = about(row, report).map(markdown);
          return `- **${markdown(titleOf(row))}**${more.length > 0 ? ` – ${more.join(" – ")}` : ""}`;
        }),
      ].join("\n"),
    ),
    `[Open the sheet](<${safeHref(link) ?? ""}>)`,
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

const html = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Colours and sizes stand in the tags: mail programs leave style sheets out. */
const TONES: { readonly [title: string]: string } = { Blocked: "#b3261e", Late: "#855300", Done: "#1a7a4c" };

export function mailHtml(report: Report): string {
  const { team, week, link, health, numbers, summary, caveat } = report;
  const cell = 'style="padding:4px 10px 4px 0;vertical-align:top;border-top:1px solid #e5e5e1"';
  const tables = sectionsOf(report.rows, report.asOf).map(
    ({ title, rows }) =>
      `<h3 style="margin:16px 0 4px;font-size:15px;color:${TONES[title] ?? "#1b1d21"}">${title} (${rows.length})</h3>` +
      `<table role="presentation" style="border-collapse:collapse;width:100%">${rows
        .map((row) => {
          const deadline = valueAt(row, "deadline");
          const blockers = isBlocked(row) ? line(valueAt(row, "blockers")) : "";
          return `<tr><td ${cell}><strong>${html(titleOf(row))}</strong>${blockers ? `<br>Blocked by: ${html(blockers)}` : ""}</td><td ${cell}>${html(line(report.nameOf(valueAt(row, "assignee"))))}</td><td ${cell}>${html(line(longDate(deadline)))}</td></tr>`;
        })
        .join("")}</table>`,
  );
  return (
    `<div style="font:14px/1.45 system-ui,Segoe UI,Arial,sans-serif;color:#1b1d21;max-width:720px">` +
    `<h2 style="margin:0 0 4px;font-size:18px">${html(`${team}, ${week}`)}</h2>` +
    `<p style="margin:0 0 10px">${health ? `<strong>${html(health)}</strong> – ` : ""}${figures(numbers)}</p>` +
    (caveat ? `<p><em>${html(caveat)}</em></p>` : "") +
    (summary.trim() ? `<p>${html(summary.trim()).replace(/\n/g, "<br>")}</p>` : "") +
    tables.join("") +
    `<p style="margin-top:16px"><a href="${html(safeHref(link) ?? "")}">Open the sheet</a></p></div>`
  );
}
