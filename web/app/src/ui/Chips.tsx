/** The ids of the messages that a row came from. */

/** The ids in a source cell, `m3, m7`; one cited twice counts once. */
export function sourceIds(source: string): string[] {
  return [...new Set(source.split(/\s*,\s*/).filter(Boolean))];
}
