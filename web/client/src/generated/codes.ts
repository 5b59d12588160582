/**
 * Every code a server may answer with, and whether the same change may succeed later without being altered.
 * Made from shared/sheet/src/refusal.rs by `make contract`: do not edit.
 */
export const CODES = {
  /** Something else stands where the change was made: look at `current`, then decide. */
  CONFLICT: { retryable: false },
  /** Somebody holds the row: `current` names the holder and when the lock ends. */
  LOCKED: { retryable: false },
  /** The role does not allow this. */
  FORBIDDEN: { retryable: false },
  /** The member has been removed from the tenant. */
  REVOKED: { retryable: false },
  /** Too many in too short a time: wait, then send the same again. */
  RATE_LIMITED: { retryable: true },
  /** A later change of this client is already in the log, or the server no longer remembers its history: replay, and send what is absent under a new sequence number. */
  SUPERSEDED: { retryable: false },
  /** A value that its place does not take. */
  INVALID_VALUE: { retryable: false },
  /** The row, comment or document does not exist, or an id is taken. */
  UNKNOWN_TARGET: { retryable: false },
  /** More than the limit allows: the frame, the change, or what the cycle would become. */
  PAYLOAD_TOO_LARGE: { retryable: false },
  /** Not a frame, request or change of this protocol. */
  MALFORMED: { retryable: false },
  /** A type this server does not know. */
  UNSUPPORTED: { retryable: false },
  /** The token has expired: connect again with a fresh one, then send the same again. */
  TOKEN_EXPIRED: { retryable: true },
  /** No such cycle or path. */
  NOT_FOUND: { retryable: false },
  /** A refresh leaves the sheet as it is: there is nothing new, or nobody could look just now. */
  UNCHANGED: { retryable: false },
  /** The server could not decide now: send the same again. */
  BUSY: { retryable: true },
} as const satisfies Record<string, { retryable: boolean }>;
