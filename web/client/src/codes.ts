/** The codes of the wire, and which of them are worth a retry under the same id. */

/** Every code a server may answer with, and whether the same change may succeed later without being altered. */
export const CODES = {
  CONFLICT: { retryable: false },
  LOCKED: { retryable: false },
  FORBIDDEN: { retryable: false },
  REVOKED: { retryable: false },
  RATE_LIMITED: { retryable: true },
  SUPERSEDED: { retryable: false },
  INVALID_VALUE: { retryable: false },
  UNKNOWN_TARGET: { retryable: false },
  PAYLOAD_TOO_LARGE: { retryable: false },
  MALFORMED: { retryable: false },
  UNSUPPORTED: { retryable: false },
  TOKEN_EXPIRED: { retryable: true },
  NOT_FOUND: { retryable: false },
  BUSY: { retryable: true },
} as const satisfies Record<string, { retryable: boolean }>;

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
