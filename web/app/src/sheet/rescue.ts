/**
 * Text that lost its place: what was being written in a row when somebody removed the row. `keepWords` shows it on a card until its
 * author has it; `bringBack` of bringBack.ts brings the row back with the text in it.
 */

import { valueAt } from "./model/block";
import { COLUMN_INFO } from "./model/columns";
import type { Rescue } from "./model/rescue";
import { removedRow } from "./removedRows";
import type { OpenSheet } from "./screen";

let last = 0;

/** Shows a card with the words. Empty words are none. */
export function keepWords(
  open: OpenSheet,
  words: Pick<Rescue, "taskId" | "text" | "column" | "onBack"> & { readonly label?: string },
): void {
  if (words.text.trim() === "") return;
  const removed = removedRow(open, words.taskId);
  const { screen } = open;
  const rescue: Rescue = {
    label: words.column ? COLUMN_INFO[words.column].title : "Note",
    ...words,
    id: ++last,
    by: removed?.by ?? null,
    title: removed ? valueAt(removed.row, "title") : "",
  };
  screen.set({ rescued: [...screen.get().rescued, rescue] });
}

export function dismiss(open: OpenSheet, id: number): void {
  const { screen } = open;
  screen.set({ rescued: screen.get().rescued.filter((one) => one.id !== id) });
}
