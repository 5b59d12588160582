/** Prints what a browser loads, as built in `dist`, and fails beyond the budget. */
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** Gzip kilobytes before the sheet is there, scripts and styles: half of it is the grid library. */
const FIRST_KB = 300;
/** Gzip kilobytes of what is loaded when it is first needed: the editor of notes, mostly, and the panels of the past and of the members.
 * Raised from 200 for the board, the row's page, the command palette and the texts to share, none of which the first load needs. */
const LATER_KB = 230;

const page = readFileSync("dist/index.html", "utf8");
const sums = { first: 0, later: 0 };
for (const name of readdirSync("dist/assets").sort()) {
  const bytes = readFileSync(`dist/assets/${name}`);
  const packed = gzipSync(bytes, { level: 9 }).length;
  const when = page.includes(name) ? "first" : "later";
  sums[when] += packed;
  console.log(
    `${when.padEnd(6)} ${name.padEnd(28)} ${(bytes.length / 1000).toFixed(0).padStart(6)} kB ${(packed / 1000).toFixed(1).padStart(8)} kB gzip`,
  );
}
for (const [when, budget] of [
  ["first", FIRST_KB],
  ["later", LATER_KB],
]) {
  console.log(`${when.padEnd(44)} ${(sums[when] / 1000).toFixed(1).padStart(8)} kB gzip, budget ${budget}`);
  if (sums[when] > budget * 1000) process.exitCode = 1;
}
