/** Canonical JSON (RFC 8785): the bytes in which two replicas are compared. */
import canonicalize from "canonicalize";

/** `value` as canonical JSON. */
export function canonical(value: unknown): string {
  return canonicalize(value) ?? "null";
}
