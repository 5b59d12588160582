/**
 * A week in three numbers and one word. The rule is `shared/sheet/src/report/health.rs`; both are tested with
 * `tests/report/health.json`. Pure: the day comes in.
 */
import { COLUMNS, type Row, type Sheet } from "@cyclesheet/client";
import { addDays, type IsoDate, isIsoDate, mondayOf } from "../../lib/dates";
import { valueAt } from "./block";

/** A sheet is off track when one in this many of its open rows is blocked or late. */
const OFF_TRACK_SHARE = 3;

export type Health = "onTrack" | "atRisk" | "offTrack";

export const HEALTH_WORDS: { readonly [H in Health]: string } = {
  onTrack: "On track",
  atRisk: "At risk",
  offTrack: "Off track",
};

/** Counts of a week's rows. A row without any value is not counted. */
export interface Numbers {
  readonly rows: number;
  readonly done: number;
  readonly blocked: number;
  readonly late: number;
  /** Rows that are blocked or late: a row that is both counts once. */
  readonly inTrouble: number;
  readonly urgentInTrouble: number;
}

export const isDone = (row: Row): boolean => valueAt(row, "status") === "Done";
export const isBlocked = (row: Row): boolean => valueAt(row, "status") === "Blocked";

/** Returns whether the row is not done and its deadline is a date before `asOf`. Text that is no date is never late. */
export function isLate(row: Row, asOf: IsoDate): boolean {
  const deadline = valueAt(row, "deadline");
  return !isDone(row) && isIsoDate(deadline) && deadline < asOf;
}

/** Returns the day on which a week is judged: today while it runs, its Sunday once it is over, its Monday before it begins. */
export function judgedOn(week: string, today: IsoDate): IsoDate {
  const monday = mondayOf(week);
  if (monday === null) return today;
  const sunday = addDays(monday, 6);
  return today < monday ? monday : today > sunday ? sunday : today;
}

export function numbersOf(rows: readonly Row[], asOf: IsoDate): Numbers {
  const counted = rows.filter((row) => COLUMNS.some((column) => valueAt(row, column) !== ""));
  const troubled = counted.filter((row) => isBlocked(row) || isLate(row, asOf));
  return {
    rows: counted.length,
    done: counted.filter(isDone).length,
    blocked: counted.filter(isBlocked).length,
    late: counted.filter((row) => isLate(row, asOf)).length,
    inTrouble: troubled.length,
    urgentInTrouble: troubled.filter((row) => valueAt(row, "priority") === "Urgent").length,
  };
}

/**
 * Judges a sheet by its numbers; null if there is no row to judge. A sheet that may lack rows, because it was made without
 * the model, is never on track.
 */
export function healthOf(numbers: Numbers, isComplete: boolean): Health | null {
  const { rows, done, inTrouble, urgentInTrouble } = numbers;
  if (rows === 0) return null;
  const isOff = urgentInTrouble > 0 || (inTrouble > 0 && inTrouble * OFF_TRACK_SHARE >= rows - done);
  if (isOff) return "offTrack";
  return inTrouble > 0 || !isComplete ? "atRisk" : "onTrack";
}

/** Returns whether the sheet was made from everything that there was to read. One that only people wrote was. */
export const isComplete = (sheet: Pick<Sheet, "generation"> | null): boolean =>
  sheet?.generation?.origin !== "fallback";

/** Returns the word that a person chose for the sheet; without one, the word that its numbers give. */
export const healthShown = (
  sheet: Pick<Sheet, "generation" | "statedHealth"> | null,
  numbers: Numbers,
): Health | null => sheet?.statedHealth?.health ?? healthOf(numbers, isComplete(sheet));

/** Says why a week has its health word, as a sentence. */
export function healthReason(numbers: Numbers, complete: boolean): string {
  const { inTrouble, urgentInTrouble, rows, done } = numbers;
  const open = rows - done;
  const of = `${inTrouble} of ${open} open ${open === 1 ? "row" : "rows"}`;
  if (urgentInTrouble > 0)
    return `${urgentInTrouble} urgent ${urgentInTrouble === 1 ? "row is" : "rows are"} blocked or late.`;
  if (inTrouble > 0) return `${of} ${inTrouble === 1 ? "is" : "are"} blocked or late.`;
  return complete
    ? "No open row is blocked or late."
    : "The sheet was made without the model: rows may be missing.";
}
