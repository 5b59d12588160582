/** Versions that somebody gave a name. */
export function SavePoints() {
  return null;
}
