/** When something was said, as people say it. Never asks the clock: `now` comes in. Times are milliseconds since 1970. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const dayMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short" });

/** `just now`, `5 min ago`, `14:03`, `18 Nov, 14:03` */
export function ago(at: number, now: number): string {
  const since = now - at;
  if (since < MINUTE_MS) return "just now";
  if (since < HOUR_MS) return `${Math.floor(since / MINUTE_MS)} min ago`;
  const time = clock.format(at);
  const sameDay = since < DAY_MS && new Date(at).getDate() === new Date(now).getDate();
  return sameDay ? time : `${dayMonth.format(at)}, ${time}`;
}

/** Day, date and time in full. */
export const exactly = (at: number): string => full.format(at);

/** `4:07`, never below `0:00`. */
export function remaining(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Writing on after a shorter pause is the same writing: milliseconds. */
export const WRITING_PAUSE_MS = 5 * 60_000;
