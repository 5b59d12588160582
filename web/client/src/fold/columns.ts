/** What may be in each column. */
import { MAX_CELL_CODE_POINTS } from "../generated/limits.js";
import * as sentences from "../generated/sentences.js";
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
    return sentences.cellLength(column, MAX_CELL_CODE_POINTS);
  }
  // Unicode's control characters; and lone surrogates, which no JSON text can carry.
  if (/[^\P{Cc}\t\n]|\p{Surrogate}/u.test(value)) {
    return sentences.cellControl(column);
  }
  if (column === "status") return oneOf(column, value, STATUSES);
  if (column === "priority") return oneOf(column, value, PRIORITIES);
  if (column === "progress" && !/^(|[1-9]?[0-9]|100)$/.test(value)) {
    return sentences.cellProgress();
  }
  return null;
}

function oneOf(column: Column, value: string, choices: readonly string[]): string | null {
  if (value === "" || choices.includes(value)) return null;
  return sentences.cellChoice(column, choices.join(", "));
}
