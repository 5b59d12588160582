/** What may be in each column. */
import { MAX_CELL_CODE_POINTS } from "../generated/limits.js";
import { COLUMNS, type Column, PRIORITIES, type Row, STATUSES } from "./model.js";
import { codePoints } from "./text.js";

/** Whether a text names one of the nine columns. */
export function isColumn(name: unknown): name is Column {
  return typeof name === "string" && (COLUMNS as readonly string[]).includes(name);
}

/** Returns the text of a cell; "" if it was never written. */
export function cellText(row: Row, column: Column): string {
  return row.cells[column]?.value ?? "";
}

/** Null if `value` may be in the column, else a sentence that says what would be right. */
export function objection(column: Column, value: string): string | null {
  if (codePoints(value) > MAX_CELL_CODE_POINTS) {
    return `${column} holds at most ${MAX_CELL_CODE_POINTS} characters`;
  }
  // Unicode's control characters; and lone surrogates, which no JSON text can carry.
  if (/[^\P{Cc}\t\n]|\p{Surrogate}/u.test(value)) {
    return `${column} holds no control characters but tab and newline`;
  }
  if (column === "status") return oneOf(column, value, STATUSES);
  if (column === "priority") return oneOf(column, value, PRIORITIES);
  if (column === "progress" && !/^(|[1-9]?[0-9]|100)$/.test(value)) {
    return "progress is a whole number from 0 to 100, or empty";
  }
  return null;
}

function oneOf(column: Column, value: string, choices: readonly string[]): string | null {
  if (value === "" || choices.includes(value)) return null;
  return `${column} is one of ${choices.join(", ")} or empty`;
}
