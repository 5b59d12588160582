/** Names of rows made here: `[A-Za-z0-9-]{1,36}`, 96 random bits, so two tabs never meet. */
export function newTaskId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `r${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
