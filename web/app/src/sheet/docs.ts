/** Names of documents, and ways to them. Small, because the page that has no note open loads this alone. */
import type { Controller } from "./controller";

export const SUMMARY = "summary";

export const noteName = (taskId: string): string => `notes:${taskId}`;

/** The row a note belongs to; null for the summary. */
export const rowOfNote = (doc: string): string | null => /^notes:(.+)$/.exec(doc)?.[1] ?? null;

/** Shows a document: the summary above the sheet, or a row's note beside it. */
export function openDoc(controller: Controller, doc: string): void {
  const taskId = rowOfNote(doc);
  if (taskId === null) controller.screen.set({ summary: true });
  else controller.screen.set({ side: "note", note: { taskId, focus: false } });
}

/** Opens the note of the row one is in, or closes it. */
export function turnNote(controller: Controller): void {
  const { selection, side } = controller.screen.get();
  const taskId = selection?.anchor.taskId;
  if (side === "note" || !taskId) controller.screen.set({ side: null, note: null });
  else controller.screen.set({ side: "note", note: { taskId, focus: true } });
}
