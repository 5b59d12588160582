/** Prints what a browser loads, as built in `dist`, and fails beyond the budget. */
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** Gzip kilobytes for scripts and styles together: the grid library is two thirds of it (GRID.md), the rest is ours. */
const BUDGET_KB = 400;

let total = 0;
for (const name of readdirSync("dist/assets").sort()) {
  const bytes = readFileSync(`dist/assets/${name}`);
  const packed = gzipSync(bytes, { level: 9 }).length;
  total += packed;
  console.log(
    `${name.padEnd(28)} ${(bytes.length / 1000).toFixed(0).padStart(6)} kB ${(packed / 1000).toFixed(1).padStart(8)} kB gzip`,
  );
}
console.log(`${"together".padEnd(37)} ${(total / 1000).toFixed(1).padStart(8)} kB gzip, budget ${BUDGET_KB}`);
if (total > BUDGET_KB * 1000) process.exitCode = 1;
