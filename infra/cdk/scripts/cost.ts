/** `cost.ts [name=number]…`: prints what a month costs for teams of this size, line by line. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { script } from "../lib/command.ts";
import { type Line, type Load, month, otherwise, type Prices, total } from "../lib/cost.ts";
import { HOME } from "../lib/settings.ts";

/** A hundred teams of ten, whose sheet is open an hour a week. */
const USUAL: Load = { teams: 100, room: 10, hours: 1, changes: 1, presence: 10 };
/** Alarms of a stage with canaries; a test of the template counts them. */
const ALARMS = 34;

// A reader that stops early (`| head`) is not an error.
process.stdout.on("error", () => process.exit(0));

await script(async (args) => {
  const load: Record<string, number> = { ...USUAL };
  for (const word of args) {
    const [name = "", value] = word.split("=");
    if (!(name in USUAL) || !(Number(value) >= 0))
      return [`say ${Object.keys(USUAL).join(", ")} as name=number, not ${JSON.stringify(word)}`];
    load[name] = Number(value);
  }
  const given = load as unknown as Load;
  const prices = JSON.parse(readFileSync(join(HOME, "prices.json"), "utf8")) as Prices;
  const dollars = (amount: number) => `$${amount.toFixed(2)}`.padStart(10);
  const print = (title: string, lines: readonly Line[]) => {
    console.log(`\n${title}`);
    for (const line of lines) console.log(`  ${line.what.padEnd(56)}${dollars(line.dollars)}`);
    console.log(`  ${"A month".padEnd(56)}${dollars(total(lines))}`);
  };
  console.log(
    `${given.teams} teams, ${given.room} people in a room at once, ${given.hours} h a week, ${given.changes} changes and ${given.presence} presence frames a person and minute. Prices of ${prices.region}, ${prices.asOf}, without free tiers.`,
  );
  print("Cyclesheet", month(given, prices, ALARMS));
  print(
    "The same, with the whole sheet posted to everybody and the model asked at each opening",
    otherwise(given, prices),
  );
  return [];
});
