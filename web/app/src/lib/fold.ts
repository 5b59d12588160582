/** Texts compared as people compare them: without case, accents and the like. Pure. */

/** Letters that Unicode does not take apart into a letter and an accent. */
const LETTERS: { readonly [letter: string]: string } = {
  ß: "ss",
  ø: "o",
  æ: "ae",
  œ: "oe",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
  ŋ: "n",
  "’": "'",
  "\u00a0": " ",
  "\u202f": " ",
};

/** Accents, and characters that nobody sees. */
const SILENT = /[\p{M}\u00ad\u200b-\u200f\u2060-\u2069\ufeff]/gu;

const foldOne = (char: string): string =>
  [...char.normalize("NFKD").toLowerCase().normalize("NFD")]
    .map((one) => LETTERS[one] ?? one)
    .join("")
    .replace(SILENT, "");

/** Returns the text without case and accents: "Tomás" and "TOMAS" are both "tomas". */
export const fold = (text: string): string => [...text].map(foldOne).join("");

/** The words of what somebody looks for, folded; each must be found. */
export const wordsToFind = (find: string): readonly string[] => fold(find).split(/\s+/).filter(Boolean);

/** Returns where `words` are in `text`: half-open ranges of UTF-16 indexes, in order, none overlapping another. */
export function occurrences(text: string, words: readonly string[]): readonly (readonly [number, number])[] {
  if (words.length === 0) return [];
  let folded = "";
  /** For each place in `folded`, where its character begins in `text`; and at last the end. */
  const origin: number[] = [];
  let at = 0;
  for (const char of text) {
    const plain = foldOne(char);
    for (let i = 0; i < plain.length; i++) origin.push(at);
    folded += plain;
    at += char.length;
  }
  origin.push(at);
  const found: [number, number][] = [];
  for (const word of words) {
    for (let from = folded.indexOf(word); from >= 0; from = folded.indexOf(word, from + word.length)) {
      const end = from + word.length;
      const start = origin[from] ?? 0;
      // A letter that folds into two is marked whole; accents that follow a letter belong to it.
      let to = origin[end] ?? at;
      if (to === origin[end - 1]) to = origin.find((place) => place > to) ?? at;
      found.push([start, to]);
    }
  }
  found.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const merged: [number, number][] = [];
  for (const range of found) {
    const last = merged.at(-1);
    if (last && range[0] <= last[1]) last[1] = Math.max(last[1], range[1]);
    else merged.push(range);
  }
  return merged;
}
