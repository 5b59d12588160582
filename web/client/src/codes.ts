/** The codes of the wire, and which of them are worth a retry under the same id. */

import { CODES } from "./generated/codes.js";

export { CODES };

/** A code of the wire. */
export type Code = keyof typeof CODES;

/** Whether a text is one of the codes. */
export function isCode(text: unknown): text is Code {
  return typeof text === "string" && Object.hasOwn(CODES, text);
}

/** Whether a change refused with this code is sent again under its id. An unknown code is final. */
export function isRetryable(code: string): boolean {
  return isCode(code) && CODES[code].retryable;
}
