/**
 * The words that dates are written with. English and the languages of the server's reader are always known; the reader's
 * own languages come from the browser. All names are folded.
 */
import { fold } from "./fold";

/** In which order a date of three numbers is written. */
export type DateOrder = "dmy" | "mdy" | "ymd";

/** The language of a reader of dates: its order, and its names of days and months. */
export interface DateReader {
  readonly order: DateOrder;
  /** Names of months, 1 to 12. */
  readonly months: ReadonlyMap<string, number>;
  /** Names of weekdays, 0 is Monday. */
  readonly weekdays: ReadonlyMap<string, number>;
}

const MONTHS = [
  "january, jan, januar, janvier, enero, ene, janeiro, gennaio, januari",
  "february, feb, februar, fevrier, febrero, fevereiro, febbraio, februari",
  "march, mar, marz, maerz, mrz, mars, marzo, marco, maart",
  "april, apr, avril, abril, abr, aprile",
  "may, mai, mayo, maio, maggio, mei",
  "june, jun, juni, juin, junio, junho, giugno",
  "july, jul, juli, juillet, julio, julho, luglio",
  "august, aug, aout, agosto, ago, augustus",
  "september, sep, sept, septembre, septiembre, setembro, settembre",
  "october, oct, oktober, okt, octobre, octubre, outubro, ottobre",
  "november, nov, novembre, noviembre, novembro",
  "december, dec, dezember, dez, decembre, diciembre, dic, dezembro, dicembre",
];
const WEEKDAYS = [
  "monday, mon, montag, lundi, lunes, segunda, lunedi, maandag",
  "tuesday, tue, tues, dienstag, mardi, martes, terca, martedi, dinsdag",
  "wednesday, wed, weds, mittwoch, mercredi, miercoles, quarta, mercoledi, woensdag",
  "thursday, thu, thur, thurs, donnerstag, jeudi, jueves, quinta, giovedi, donderdag",
  "friday, fri, freitag, vendredi, viernes, sexta, venerdi, vrijdag",
  "saturday, sat, samstag, sonnabend, samedi, sabado, sabato, zaterdag",
  "sunday, sun, sonntag, dimanche, domingo, domenica, zondag",
];

/** 1970-01-05, a Monday: milliseconds. */
const A_MONDAY = 4 * 86_400_000;

const plain = (name: string): string => fold(name).replace(/\.$/, "");

function orderIn(language: string): DateOrder {
  const parts = new Intl.DateTimeFormat(language, { dateStyle: "short", timeZone: "UTC" }).formatToParts(0);
  const order = parts.flatMap(({ type }) =>
    type === "day" ? "d" : type === "month" ? "m" : type === "year" ? "y" : [],
  );
  const text = order.join("");
  return text === "mdy" || text === "ymd" ? text : "dmy";
}

/** A name that two languages give to two months or days names none; a reader's own languages come first. */
function named(lists: readonly (readonly string[])[], first: number): Map<string, number> {
  const names = new Map<string, number>();
  for (const [index, list] of lists.entries()) for (const name of list) names.set(name, index + first);
  return names;
}

const split = (lists: readonly string[]) => lists.map((list) => list.split(", "));

/** Returns the reader of these languages, the most preferred first; a language that the browser does not know is passed over. */
export function readerOf(languages: readonly string[]): DateReader {
  const months = named(split(MONTHS), 1);
  const weekdays = named(split(WEEKDAYS), 0);
  const known = languages.filter((language) => {
    try {
      return Intl.DateTimeFormat.supportedLocalesOf(language).length > 0;
    } catch {
      return false;
    }
  });
  for (const language of [...known].reverse()) {
    for (const style of ["long", "short"] as const) {
      const inText = new Intl.DateTimeFormat(language, { month: style, day: "numeric", timeZone: "UTC" });
      const alone = new Intl.DateTimeFormat(language, { month: style, timeZone: "UTC" });
      const day = new Intl.DateTimeFormat(language, { weekday: style, timeZone: "UTC" });
      for (let i = 0; i < 12; i++) {
        const date = Date.UTC(2026, i, 15);
        const part = inText.formatToParts(date).find(({ type }) => type === "month")?.value ?? "";
        for (const name of [plain(part), plain(alone.format(date))])
          if (/\p{L}/u.test(name)) months.set(name, i + 1);
      }
      for (let i = 0; i < 7; i++) weekdays.set(plain(day.format(A_MONDAY + i * 86_400_000)), i);
    }
  }
  return { order: known[0] ? orderIn(known[0]) : "dmy", months, weekdays };
}

/** Returns what a word names: by its full name, or by its first three letters or more if they name one thing. */
export function nameIn(names: ReadonlyMap<string, number>, word: string): number | null {
  const exact = names.get(word);
  if (exact !== undefined) return exact;
  if (word.length < 3) return null;
  const found = new Set([...names].flatMap(([name, value]) => (name.startsWith(word) ? value : [])));
  const [only] = found;
  return found.size === 1 && only !== undefined ? only : null;
}
