/** The version at which this person last left a week, kept in this browser: what is newer is new to them. */
import { settings } from "../session/settings";
import type { OpenSheet } from "./screen";

/** By week, as it was when the page was opened: what comes in while one looks on is no news. */
const left = new Map<string, number | null>();

/** Returns the version at which this person last left the week; null if they were never here. */
export function leftAt(week: string): number | null {
  const known = left.get(week);
  if (known !== undefined) return known;
  const text = settings.get(`visited:${week}`);
  const version = text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
  left.set(week, version);
  return version;
}

/** Remembers the version when the page is put away; returns how to stop. */
export function followVisits({ client }: OpenSheet): () => void {
  const remember = () => {
    if (document.visibilityState === "visible") return;
    const { confirmedSheet } = client.getState();
    if (!confirmedSheet) return;
    leftAt(confirmedSheet.cycleId);
    settings.set(`visited:${confirmedSheet.cycleId}`, String(confirmedSheet.version));
  };
  document.addEventListener("visibilitychange", remember);
  return () => document.removeEventListener("visibilitychange", remember);
}
