// Words that puzzled people on the page. Each was replaced everywhere, so that none of them comes back in one corner.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fallbackWords } from "../src/sheet/refusalText";

const FOLDERS = ["app/src", "client/src"].map((folder) => join(import.meta.dirname, "../..", folder));

/** The words before, and those of today. */
const REPLACED: readonly (readonly [string, string])[] = [
  ["Sample answer, not the model's", "Sample data – no model was asked."],
  ["Written by the prepared sample answer", "From sample data"],
  ["Stands here", "Current value"],
  ["What the cells have no room for", "Write a note… Type @ to mention someone."],
  ["What you see: sort", "Filter and sort"],
  ["Three lines a row", "Row height: "],
  ["View the sheet then", "View this version"],
  ["Put it back", "Restore"],
  ["Somebody else changed this meanwhile", "edited this cell too."],
  ["If you store yours", "If you save, you will choose"],
  ["This is not here. A cycle", "There is no week "],
  ["has no cycle", "has no sheet yet. Sheets start with the current or next week."],
  [" had no place", "did not fit"],
  ["cells not taken", "Source was skipped: it is read-only."],
  ["Colours: as on this device", "Theme: "],
  ["Enter sends, Shift+Enter", "Enter to send · Shift+Enter for a new line · @ to mention"],
  ["This is too much. An update", "Too long to paste in one go"],
  ["There is nothing to restore", "Nothing to restore."],
  ["This cannot stand here", "This value is not allowed here."],
  ["What the week comes to", "Summary of the week"],
];

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join(folder, name), "utf8")),
).join("\n");
// Comments may speak as they like.
const shown = sources.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");

test.each(REPLACED)("nobody reads “%s” any more, but “%s”", (old, now) => {
  expect(shown).not.toContain(old);
  expect(shown).toContain(now);
});

test("why no model answered comes once, before what the rows are instead", () => {
  expect(fallbackWords("Made without the model: no model is set up.", 221)).toBe(
    "No model is set up. One row per Slack thread instead (221 messages).",
  );
  expect(fallbackWords("", 1)).toBe("No model answered. One row per Slack thread instead (1 message).");
});
