/**
 * Reads a date that a person typed or pasted. A text is a date only if all of it is: "3 decisions" is none, nor is a
 * weekday that contradicts its date. The meanings are those of the server's reader of messages (docs/guide.md):
 * a weekday is the coming one, today included; "next" is the week after this one; a week ends on its Friday.
 * Never asks the clock: `today` comes in.
 */
import { type DateReader, nameIn, readerOf } from "./dateNames";
import { addDays, addMonths, dayOf, type IsoDate, isIsoDate, weekday } from "./dates";
import { fold } from "./fold";

const FRIDAY = 4;
/** A date without a year that is longer ago than this is meant of next year: days. */
const LONG_AGO_DAYS = 182;

const COUNTS: { readonly [word: string]: number } = { a: 1, an: 1, one: 1, two: 2, three: 3, four: 4 };
const UNIT: readonly (readonly [RegExp, "day" | "week" | "month"])[] = [
  [/^(d|days?|tag(e|en)?|jours?|dias?|giorn[oi]|dag(en)?)$/, "day"],
  [/^(w|wks?|weeks?|wochen?|semaines?|semanas?|settiman[ae]|we(ek|ken))$/, "week"],
  [/^(months?|monat(e|en)?|mois|mes(es)?|mes[ei]|maand(en)?)$/, "month"],
];

const PREFIX = /^(by the|by|until|till|due|on|bis zum|bis|no later than|latest|pour le|para|hasta|entro) /;
const NEXT = /^(next|nachste[nrs]?|kommende[nrs]?|prochaine?|proxim[oa]|prossim[oa])$/;
const LAST = /^(last|letzte[nrs]?)$/;
const FILLER = /^(the|of|on|this|coming|der|den|dem|am|le|el|il|de|del|di|do|da|du|-|–|—)$/;

const PHRASES: readonly (readonly [RegExp, (today: IsoDate) => IsoDate])[] = [
  [/^(today|tonight|eod|cob|end of day|heute|hoy|aujourd'hui|hoje|oggi|vandaag)$/, (today) => today],
  [/^(tomorrow|tmrw?|morgen|manana|demain|amanha|domani)$/, (today) => addDays(today, 1)],
  [
    /^((the )?day after tomorrow|ubermorgen|pasado manana|apres-demain|overmorgen)$/,
    (today) => addDays(today, 2),
  ],
  [/^(yesterday|gestern|ayer|hier|ieri)$/, (today) => addDays(today, -1)],
  [
    /^((this|end of|end of the|end of this|later this) week|eow|diese woche|ende (der|dieser) woche|cette semaine|esta semana|questa settimana)$/,
    (today) => coming(FRIDAY, today),
  ],
  [
    /^((the )?next week|end of next week|following week|(ende )?(nachste[r]?|kommende[r]?) woche|(la )?semaine prochaine|(la )?proxima semana|prossima settimana)$/,
    (today) => addDays(mondayOf(today), 7 + FRIDAY),
  ],
  [/^((start|beginning) of next week|anfang nachster woche)$/, (today) => addDays(mondayOf(today), 7)],
  [/^((the )?week after next|ubernachste woche)$/, (today) => addDays(mondayOf(today), 14 + FRIDAY)],
  [/^((the |this )?weekend|wochenende)$/, (today) => coming(6, today)],
  [
    /^(end of (the |this )?month|eom|month end|this month|monatsende|ende des monats|fin du mois|fin de mes)$/,
    monthEnd,
  ],
  [
    /^((end of )?next month|nachster monat|ende nachsten monats)$/,
    (today) => monthEnd(addMonths(`${today.slice(0, 7)}-01`, 1)),
  ],
  [/^(end of (the |this )?year|eoy|year end|jahresende)$/, (today) => `${today.slice(0, 4)}-12-31`],
];

const mondayOf = (day: IsoDate): IsoDate => addDays(day, -weekday(day));
/** The coming day of that name, today included. */
const coming = (target: number, today: IsoDate): IsoDate => addDays(today, (target - weekday(today) + 7) % 7);

function monthEnd(day: IsoDate): IsoDate {
  return addDays(addMonths(`${day.slice(0, 7)}-01`, 1), -1);
}

/** "+3", "+2w", "in 3 days", "in a week", "2 weeks". */
function counted(phrase: string, today: IsoDate): IsoDate | null {
  const found = /^(?:in |\+ ?)?([a-z]{1,5}|\d{1,3}) ?([a-z]{1,9})?$/.exec(phrase);
  const word = found?.[1] ?? "";
  const count = COUNTS[word] ?? (/^\d+$/.test(word) ? Number(word) : null);
  if (found === null || count === null) return null;
  if (found[2] === undefined) return phrase.startsWith("+") ? addDays(today, count) : null;
  const unit = UNIT.find(([pattern]) => pattern.test(found[2] ?? ""))?.[1];
  if (unit === undefined) return null;
  return unit === "month" ? addMonths(today, count) : addDays(today, unit === "week" ? count * 7 : count);
}

const fullYear = (text: string): number => (text.length === 2 ? 2000 + Number(text) : Number(text));

/** A day without a year: the nearest that is not long past. */
function nearest(month: number, day: number, today: IsoDate): IsoDate | null {
  const year = Number(today.slice(0, 4));
  // The 29th of February may be some years away.
  const limit = addDays(today, -LONG_AGO_DAYS);
  for (const candidate of [year, year + 1, year + 2, year + 3, year + 4]) {
    const date = dayOf(candidate, month, day);
    if (date !== null && date >= limit) return date;
    if (date !== null && candidate > year) return date;
    if (date === null && !(month === 2 && day === 29)) return null;
  }
  return null;
}

/**
 * Reads a date of numbers alone. Returns undefined if it is no date, null if it looks like one and no calendar has it.
 */
function numeric(token: string, today: IsoDate, reader: DateReader): IsoDate | null | undefined {
  const iso =
    /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[t ]00:00(?::00(?:\.0+)?)?z?)?$/.exec(token) ??
    /^(20\d\d)()([01]\d)([0-3]\d)$/.exec(token) ??
    /^(\d{4})()年 ?(\d{1,2})月 ?(\d{1,2})日?$/.exec(token);
  if (iso) return dayOf(Number(iso[1]), Number(iso[3]), Number(iso[4]));
  const cjk = /^(\d{1,2})月 ?(\d{1,2})日?$/.exec(token);
  if (cjk) return nearest(Number(cjk[1]), Number(cjk[2]), today);
  const three = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})$/.exec(token);
  if (three) {
    const [a, b] = [Number(three[1]), Number(three[3])];
    const year = three[4] ?? "";
    if (reader.order === "ymd" && year.length === 2 && three[2] !== ".")
      return dayOf(2000 + a, b, Number(year));
    const [day, month] = dayAndMonth(a, b, three[2] ?? "", reader);
    return dayOf(fullYear(year), month, day);
  }
  const two = /^(\d{1,2})([/.])(\d{1,2})\.?$/.exec(token);
  if (two) {
    const [day, month] = dayAndMonth(Number(two[1]), Number(two[3]), two[2] ?? "", reader);
    return nearest(month, day, today);
  }
  return undefined;
}

/** Dots are day first everywhere. Else the reader's order, unless only the other one is a date. */
function dayAndMonth(a: number, b: number, mark: string, { order }: DateReader): readonly [number, number] {
  if (mark === "." || a > 12) return [a, b];
  if (b > 12) return [b, a];
  return order === "dmy" ? [a, b] : [b, a];
}

/** A date of words and numbers. */
function worded(text: string, today: IsoDate, reader: DateReader): IsoDate | null {
  let found: IsoDate | null = null;
  let day: number | null = null;
  let month: number | null = null;
  let year: number | null = null;
  let named: number | null = null;
  let weeks = 0;
  const hasLetters = (token: string) => /\p{L}/u.test(token);
  const tokens = text
    .split(/[\s,;()]+/)
    .flatMap((token) => (hasLetters(token) && !NEXT.test(token) ? token.split(/[-/]/) : [token]))
    .filter(Boolean);
  for (const token of tokens) {
    const bare = token.replace(/[.]$/, "");
    const date = numeric(token, today, reader);
    const number = /^(\d{1,2})(st|nd|rd|th|er|[.])?$/.exec(token);
    const isYear = /^(?:'(\d{2})|(20\d{2}))$/.exec(bare);
    if (date === null) return null;
    if (date !== undefined) {
      if (found !== null) return null;
      found = date;
    } else if (isYear) {
      if (year !== null) return null;
      year = fullYear(isYear[1] ?? isYear[2] ?? "");
    } else if (number) {
      if (day === null) day = Number(number[1]);
      // "27 nov 26": after a day and its month, two digits are a year.
      else if (month !== null && year === null && number[1]?.length === 2 && !number[2])
        year = fullYear(number[1]);
      else return null;
    } else if (NEXT.test(bare) || LAST.test(bare)) {
      if (weeks !== 0) return null;
      weeks = NEXT.test(bare) ? 1 : -1;
    } else if (
      !FILLER.test(bare) ||
      (bare.length === 2 && reader.weekdays.has(bare) && named === null && day === null)
    ) {
      const weekdayNamed = nameIn(reader.weekdays, bare);
      const monthNamed = nameIn(reader.months, bare);
      if (monthNamed !== null && month === null && (day !== null || weekdayNamed === null))
        month = monthNamed;
      else if (weekdayNamed !== null && named === null) named = weekdayNamed;
      else return null;
    }
  }
  if (month !== null) {
    if (day === null || found !== null) return null;
    found = year === null ? nearest(month, day, today) : dayOf(year, month, day);
    if (found === null) return null;
  } else if (year !== null) return null;
  else if (day !== null) {
    if (found !== null || named === null) return null;
    // "Monday the 30th": the first such day from today on, within three months.
    found =
      Array.from({ length: 92 }, (_, ahead) => addDays(today, ahead)).find(
        (one) => Number(one.slice(8)) === day && weekday(one) === named,
      ) ?? null;
    if (found === null) return null;
  }
  if (found !== null) return weeks === 0 && (named === null || weekday(found) === named) ? found : null;
  if (named === null) return null;
  return weeks === 0 ? coming(named, today) : addDays(mondayOf(today), weeks * 7 + named);
}

let own: DateReader | null = null;
/** The reader of this browser. */
export function ownReader(): DateReader {
  own ??= readerOf(typeof navigator === "undefined" ? [] : (navigator.languages ?? [navigator.language]));
  return own;
}

/** Returns the day that a text means, or null if not all of it is a date. */
export function readDate(given: string, today: IsoDate, reader: DateReader = ownReader()): IsoDate | null {
  const text = fold(given).trim().replace(/\s+/g, " ");
  if (text === "" || text.length > 60 || !isIsoDate(today)) return null;
  if (isIsoDate(text)) return text;
  const phrase = text.replace(PREFIX, "").replace(/[.!]$/, "");
  for (const [pattern, day] of PHRASES) if (pattern.test(phrase)) return day(today);
  const whole = numeric(text, today, reader);
  if (whole !== undefined) return whole;
  return counted(phrase, today) ?? worded(text.replace(PREFIX, ""), today, reader);
}
