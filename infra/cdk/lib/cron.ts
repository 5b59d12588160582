/**
 * EventBridge's cron expressions, checked before anything is created: CloudFormation would refuse a bad one only after
 * it has made half the stack.
 *
 * Six fields: minute, hour, day of month, month, day of week, year. One of the two days is `?`.
 */
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly words: readonly string[];
  /** What only this field may hold: `?`, `L`, `15W`, `FRI#2`. */
  readonly special: RegExp | null;
}

const FIELDS: readonly Field[] = [
  { name: "minute", least: 0, most: 59, words: [], special: null },
  { name: "hour", least: 0, most: 23, words: [], special: null },
  { name: "day of month", least: 1, most: 31, words: [], special: /^(\?|L|LW|([1-9]|[12]\d|3[01])W)$/ },
  { name: "month", least: 1, most: 12, words: MONTHS, special: null },
  { name: "day of week", least: 1, most: 7, words: DAYS, special: /^(\?|L|[1-7]L|([1-7]|[A-Z]{3})#[1-5])$/ },
  { name: "year", least: 1970, most: 2199, words: [], special: null },
];

/** Minutes after which the weekly run is asked for again. Its lease makes a repeat that is not needed do nothing. */
const REPEATS_MINUTES = [0, 15, 30];

/** What is wrong with a cron expression, as the end of a sentence; null if nothing is. */
export function cronProblem(expression: string): string | null {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== FIELDS.length)
    return `it has ${parts.length} fields, and EventBridge wants 6: minute hour day-of-month month day-of-week year, such as 0 8 ? * FRI *`;
  for (const [at, field] of FIELDS.entries()) {
    const part = parts[at] ?? "";
    if (!fits(part, field)) return `${part} is no ${field.name}`;
  }
  if ((parts[2] === "?") === (parts[4] === "?"))
    return "exactly one of day-of-month and day-of-week must be ?";
  return null;
}

function fits(part: string, field: Field): boolean {
  if (field.special?.test(part)) return true;
  return part.split(",").every((item) => {
    const [range = "", step, more] = item.split("/");
    if (more !== undefined || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
    if (range === "*") return true;
    const ends = range.split("-").map((end) => value(end, field));
    const [first, last] = ends;
    if (ends.length > 2 || first === undefined || ends.some(Number.isNaN)) return false;
    return last === undefined || first <= last;
  });
}

function value(text: string, field: Field): number {
  const word = field.words.indexOf(text.toUpperCase());
  if (word >= 0) return word + field.least;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number >= field.least && number <= field.most ? number : Number.NaN;
}

/** What keeps the weekly run from being repeated within its hour; null if nothing does. */
export function repeatProblem(expression: string): string | null {
  const minute = expression.trim().split(/\s+/)[0] ?? "";
  if (!/^\d+$/.test(minute) || Number(minute) > 29)
    return `the run is repeated 15 and 30 minutes later, so its minute must be one number from 0 to 29, not ${minute}`;
  return null;
}

/** The weekly run's expression with its repeats: `0 8 ? * FRI *` → `cron(0,15,30 8 ? * FRI *)`. */
export function withRepeats(expression: string): string {
  const [minute, ...rest] = expression.trim().split(/\s+/);
  const minutes = REPEATS_MINUTES.map((later) => Number(minute) + later);
  return `cron(${minutes.join(",")} ${rest.join(" ")})`;
}
