/** What is left of a text that people typed or pasted once what nobody sees is gone. Pure. */

/** Control characters but tab and newline are refused by the log; they are never meant, so they are left out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Half of a character, as a cut through an emoji leaves it: no text at all for the log. */
const HALVES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** Blanks at either end, those without a width among them. */
const ENDS = /^[\s\u200b\u2060\ufeff\u00ad]+|[\s\u200b\u2060\ufeff\u00ad]+$/g;
/** Characters that draw nothing: blanks, marks of direction, joiners, fillers, selectors, lone accents. */
const UNSEEN = /[\s\p{C}\p{Z}\p{M}\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;

/** Returns the text in composed form, without what cannot be stored and without blanks at its ends. */
export const tidy = (text: string): string =>
  text.replace(/\r\n?/g, "\n").replace(HALVES, "").replace(CONTROLS, "").normalize("NFC").replace(ENDS, "");

/** Whether there is something in the text, and nothing to be seen of it. */
export const isUnseen = (text: string): boolean => text !== "" && text.replace(UNSEEN, "") === "";

/** Returns a name on one line, with single blanks and nothing unseen in it. */
export const tidyName = (text: string): string =>
  tidy(text)
    .replace(/[\u200b\u2060\ufeff\u00ad]/g, "")
    .replace(/\s+/g, " ");
