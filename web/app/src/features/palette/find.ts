/** What the command palette offers for a text. Pure. */
import { fold } from "../../lib/fold";

export interface Item {
  /** Unique in the list. */
  readonly id: string;
  readonly kind: "Action" | "View" | "Row" | "Person" | "Week";
  readonly label: string;
  readonly keys?: string;
  /** Why it cannot be done now. */
  readonly barred?: string | null;
  perform(): void;
}

/** Items shown at once; more is a list nobody reads. */
const MAX_ITEMS = 40;

/** How well an item answers: 0 is the best; null does not match. Every word must begin a word, or stand somewhere in one. */
function rank(label: string, words: readonly string[]): number | null {
  const text = fold(label);
  const own = text.split(/[^\p{L}\p{N}]+/u);
  let sum = text.startsWith(words.join(" ")) ? -1 : 0;
  for (const word of words) {
    if (own.some((one) => one.startsWith(word))) continue;
    if (!text.includes(word)) return null;
    sum += 2;
  }
  return sum;
}

/** Returns the items that a text may mean, the likeliest first; without a text, actions before all else. */
export function itemsFor(items: readonly Item[], text: string): readonly Item[] {
  const words = fold(text).split(/\s+/).filter(Boolean);
  if (words.length === 0) return items.slice(0, MAX_ITEMS);
  return items
    .flatMap((item, place) => {
      const found = rank(item.label, words);
      return found === null ? [] : [{ item, found, place }];
    })
    .sort((a, b) => a.found - b.found || a.place - b.place)
    .slice(0, MAX_ITEMS)
    .map(({ item }) => item);
}
