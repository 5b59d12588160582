/**
 * What a person may put into a cell: turns what was typed or pasted into the text that the sheet stores, or says in
 * words why not. The server checks again and has the last word; these rules are the same ones, met earlier.
 */
import { type Column, MAX_CELL_CODE_POINTS, PRIORITIES, STATUSES } from "@cyclesheet/client";
import { readDate } from "../../lib/dateInput";
import { type IsoDate, isIsoDate } from "../../lib/dates";
import { isUnseen, tidy, tidyName } from "../../lib/visible";
import { COLUMN_INFO } from "./columns";

export type Normalised =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly problem: string };

const good = (value: string): Normalised => ({ ok: true, value });
const bad = (problem: string): Normalised => ({ ok: false, problem });

function quote(text: string): string {
  const short = [...text].slice(0, 24).join("");
  return `“${short}${short.length < text.length ? "…" : ""}”`;
}

function oneOf(column: Column, choices: readonly string[], text: string): Normalised {
  const wanted = text
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, " ");
  if (wanted === "") return good("");
  const exact = choices.find((choice) => choice.toLowerCase() === wanted);
  if (exact) return good(exact);
  const begins = choices.filter((choice) => choice.toLowerCase().startsWith(wanted));
  const only = begins.length === 1 ? begins[0] : undefined;
  if (only) return good(only);
  return bad(
    `${COLUMN_INFO[column].title} is one of ${choices.join(", ")}, or empty. ${quote(text)} is none of them.`,
  );
}

function progress(text: string): Normalised {
  const wanted = text.trim().replace(/\s*%$/, "");
  if (wanted === "") return good("");
  const number = Number(wanted);
  if (/^\d{1,4}(\.0+)?$/.test(wanted) && number <= 100) return good(String(number));
  return bad(`Progress is a whole number from 0 to 100, or empty. ${quote(text)} is not.`);
}

/** Returns the text to store in `column` for a person's input, or the reason why the column does not accept it. */
export function normalise(column: Column, given: string, today: IsoDate): Normalised {
  const text = tidy(given);
  const length = [...text].length;
  if (length > MAX_CELL_CODE_POINTS) {
    return bad(`A cell holds at most ${MAX_CELL_CODE_POINTS} characters; this is ${length}.`);
  }
  if (isUnseen(text))
    return bad("This text has nothing in it that can be seen. Leave the cell empty instead.");
  switch (column) {
    case "status":
      return oneOf(column, STATUSES, text);
    case "priority":
      return oneOf(column, PRIORITIES, text);
    case "progress":
      return progress(text);
    case "deadline":
      return good(readDate(text, today) ?? text);
    case "assignee":
      return good(tidyName(text));
    case "source":
      return bad("Source is read-only: it names the messages that a row came from.");
    default:
      return good(text);
  }
}

/** Whether a deadline is a text that is no day: never late, and sorted after all days. */
export const isUndated = (value: string): boolean => value !== "" && !isIsoDate(value);
