/** Times as the history tells them, where the person sits. */
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const short = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });

/** `14:02` */
export const timeOf = (at: number): string => clock.format(at);

/** `Today`, `Yesterday`, `Tuesday 17 November` */
export function dayOf(at: number, now: number): string {
  const startOfDay = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);
  // Half a day of slack: a day of a change of the clock has 23 or 25 hours.
  const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : day.format(at).replace(",", "");
}

/** `Tue 17 Nov, 14:02` */
export const momentOf = (at: number): string => `${short.format(at).replace(",", "")}, ${timeOf(at)}`;
