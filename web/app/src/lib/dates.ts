/** Calendar days: stored as ISO dates, shown as people read them. Never asks the clock: `today` comes in. */

/** A calendar day, `2026-11-27`. */
export type IsoDate = string;

const ISO = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY_MS = 86_400_000;

/** Days since 1970 of a calendar day, or null if there is no such day. Days have no time zone, so UTC is exact. */
function dayNumber(year: number, month: number, day: number): number | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  const same =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same ? Math.round(date.getTime() / DAY_MS) : null;
}

function fromDayNumber(days: number): IsoDate {
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

function toDayNumber(iso: IsoDate): number | null {
  const match = ISO.exec(iso);
  return match ? dayNumber(Number(match[1]), Number(match[2]), Number(match[3])) : null;
}

/** Whether the text is a calendar day in ISO form. */
export function isIsoDate(text: string): boolean {
  return toDayNumber(text) !== null;
}

/** The day `days` later (or earlier, if negative). */
export function addDays(iso: IsoDate, days: number): IsoDate {
  const number = toDayNumber(iso);
  return number === null ? iso : fromDayNumber(number + days);
}

/** Today where the person sits. */
export function localToday(now: Date): IsoDate {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** 0 is Monday. */
export function weekday(iso: IsoDate): number {
  const number = toDayNumber(iso);
  return number === null ? 0 : (((number + 3) % 7) + 7) % 7;
}

/** The calendar day; null if there is no such day. */
export function dayOf(year: number, month: number, day: number): IsoDate | null {
  const number = dayNumber(year, month, day);
  return number === null ? null : fromDayNumber(number);
}

const withoutYear = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});
const withYear = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const long = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});
const monthName = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

/** `Fri 27 Nov`, with the year when it is not this one; any other text as it is. */
export function shortDate(value: string, today: IsoDate): string {
  const number = toDayNumber(value);
  if (number === null) return value;
  const format = value.slice(0, 4) === today.slice(0, 4) ? withoutYear : withYear;
  return format.format(number * DAY_MS).replace(",", "");
}

/** `Friday 27 November 2026` */
export function longDate(value: string): string {
  const number = toDayNumber(value);
  return number === null ? value : long.format(number * DAY_MS).replace(",", "");
}

/** `November 2026` */
export function monthTitle(value: IsoDate): string {
  return monthName.format((toDayNumber(value) ?? 0) * DAY_MS);
}

/** The six weeks, Monday first, that show the month of `day`. */
export function monthGrid(day: IsoDate): IsoDate[] {
  const first = `${day.slice(0, 7)}-01`;
  const start = addDays(first, -weekday(first));
  return Array.from({ length: 42 }, (_, index) => addDays(start, index));
}

/** The same day of another month, or that month's last day. */
export function addMonths(iso: IsoDate, months: number): IsoDate {
  const at = Number(iso.slice(0, 4)) * 12 + Number(iso.slice(5, 7)) - 1 + months;
  const year = Math.floor(at / 12);
  const month = (at % 12) + 1;
  for (let day = Number(iso.slice(8, 10)); day > 0; day--) {
    const number = dayNumber(year, month, day);
    if (number !== null) return fromDayNumber(number);
  }
  return iso;
}

/** Monday of an ISO week such as `2026-W47`, or null. */
export function mondayOf(week: string): IsoDate | null {
  const match = /^(\d{4})-W(\d{2})$/.exec(week);
  if (!match) return null;
  const fourth = `${match[1]}-01-04`;
  return addDays(fourth, -weekday(fourth) + (Number(match[2]) - 1) * 7);
}

/** The ISO week that a day lies in, such as `2026-W47`: it belongs to the year of its Thursday. */
export function weekOf(day: IsoDate): string {
  const year = addDays(day, 3 - weekday(day)).slice(0, 4);
  const first = mondayOf(`${year}-W01`) ?? day;
  const days = (toDayNumber(day) ?? 0) - (toDayNumber(first) ?? 0);
  return `${year}-W${String(Math.floor(days / 7) + 1).padStart(2, "0")}`;
}

const dayMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** Returns `16–22 Nov` for an ISO week; the text itself if it is no week. */
export function weekSpan(week: string): string {
  const monday = mondayOf(week);
  if (!monday) return week;
  const sunday = addDays(monday, 6);
  const last = dayMonth.format((toDayNumber(sunday) ?? 0) * DAY_MS);
  const first = dayMonth.format((toDayNumber(monday) ?? 0) * DAY_MS);
  return monday.slice(5, 7) === sunday.slice(5, 7)
    ? `${Number(monday.slice(8))}–${last}`
    : `${first} – ${last}`;
}
