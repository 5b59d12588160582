/** Puts the week on the clipboard in one of several forms; loaded with the first use. */
import { weekSpan } from "../../lib/dates";
import { pageLink } from "../../session/places";
import type { Controller } from "../../sheet/controller";
import { lastDirectory } from "../../sheet/directory";
import { SUMMARY } from "../../sheet/docs";
import { HEALTH_WORDS, healthShown, isComplete, judgedOn, numbersOf } from "../../sheet/model/health";
import { mailHtml, markdownText, type Report, slackText } from "./report";

export type Kind = "slack" | "markdown" | "mail" | "link";

const DONE: { readonly [K in Kind]: string } = {
  slack: "The week is copied for Slack.",
  markdown: "The week is copied as Markdown.",
  mail: "The week is copied. Paste it into an e-mail.",
  link: "The link to this week is copied.",
};

/** Copies, and returns the sentence that says so. Fails where the browser does not allow it. */
export async function copyWeek(
  controller: Controller,
  team: string,
  cycle: string,
  kind: Kind,
): Promise<string> {
  const link = `${location.origin}${location.pathname}${pageLink(team, cycle)}`;
  if (kind === "link") await navigator.clipboard.writeText(link);
  else {
    const report = reportOf(controller, team, cycle, link);
    const plain = kind === "slack" ? slackText(report) : markdownText(report);
    if (kind === "mail")
      await navigator.clipboard.write([
        new ClipboardItem({
          "text/html": new Blob([mailHtml(report)], { type: "text/html" }),
          "text/plain": new Blob([plain], { type: "text/plain" }),
        }),
      ]);
    else await navigator.clipboard.writeText(plain);
  }
  return DONE[kind];
}

function reportOf(controller: Controller, team: string, cycle: string, link: string): Report {
  const { sheet } = controller.client.getState();
  const rows = sheet?.tasks ?? [];
  const asOf = judgedOn(cycle, controller.today);
  const numbers = numbersOf(rows, asOf);
  const complete = isComplete(sheet);
  const health = healthShown(sheet, numbers);
  const directory = lastDirectory();
  // A summary that people wrote is in its editor; the sheet holds the words that it began from.
  const isTouched = sheet?.docs[SUMMARY]?.isManuallyEdited ?? false;
  const editor = isTouched ? document.querySelector<HTMLElement>(".summary [role='textbox']") : null;
  const written = editor
    ? [...editor.querySelectorAll("p, h1, h2, h3, pre")].map((block) => block.textContent).join("\n")
    : isTouched
      ? ""
      : (sheet?.executiveSummary ?? "");
  return {
    team,
    week: `${cycle.replace(/^\d{4}-/, "")}, ${weekSpan(cycle)}`,
    link,
    health: health && HEALTH_WORDS[health],
    numbers,
    summary: written,
    rows,
    asOf,
    caveat: [
      !complete && "Made without the model: rows may be missing.",
      sheet?.generation?.origin === "sample" && "Sample data – no model was asked.",
      isTouched && !editor && "The summary was rewritten by people: see the sheet.",
    ]
      .filter(Boolean)
      .join(" "),
    nameOf: (assignee) => (assignee === "" ? "" : directory.face(assignee).name),
  };
}
