/**
 * What a person may put into a cell: turns what was typed or pasted into the text that the sheet stores, or says in
 * words why not. The server checks again and has the last word; these rules are the same ones, met earlier.
 */
import { type Column, PRIORITIES, STATUSES } from "@cyclesheet/client";
import { COLUMN_INFO } from "./columns";
import { type IsoDate, parseDate } from "./dates";

/** Code points in one cell; the log refuses more. */
export const MAX_CELL_CODE_POINTS = 2_000;

export type Normalised =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly problem: string };

const good = (value: string): Normalised => ({ ok: true, value });
const bad = (problem: string): Normalised => ({ ok: false, problem });

/** Control characters but tab and newline are refused by the log; they are never meant, so they are left out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

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

/** The text to store in `column` for what a person gave, or why it cannot stand there. */
export function normalise(column: Column, given: string, today: IsoDate): Normalised {
  const text = given.replace(/\r\n?/g, "\n").replace(CONTROLS, "");
  const length = [...text].length;
  if (length > MAX_CELL_CODE_POINTS) {
    return bad(`A cell holds at most ${MAX_CELL_CODE_POINTS} characters; this is ${length}.`);
  }
  switch (column) {
    case "status":
      return oneOf(column, STATUSES, text);
    case "priority":
      return oneOf(column, PRIORITIES, text);
    case "progress":
      return progress(text);
    case "deadline":
      return good(parseDate(text, today) ?? text.trim());
    case "source":
      return bad("Source is read-only: it names the messages that a row came from.");
    default:
      return good(text.replace(/\s+$/, ""));
  }
}
