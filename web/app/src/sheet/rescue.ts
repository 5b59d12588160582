/**
 * Words that lost their place: what was being written in a row when somebody removed the row. They are kept on the screen
 * until their author has them: `keepWords` makes a card of them, `bringBack` brings the row back with the words in it.
 */
import type { Column, Op, Outcome } from "@cyclesheet/client";
import type { Controller } from "./controller";
import { removedRow } from "./graves";
import { valueAt } from "./model/block";
import { COLUMN_INFO } from "./model/columns";

export interface Rescue {
  readonly id: number;
  readonly taskId: string;
  /** What was written in, as a person calls it: "Description", "Note". */
  readonly label: string;
  readonly text: string;
  /** The cell that the words belong to; null: they belong to something else of the row, which `onBack` fills. */
  readonly column: Column | null;
  /** The name of the user who removed the row; null if it is not known. */
  readonly by: string | null;
  /** What the row was called. */
  readonly title: string;
  /** Called once the row is back. */
  onBack?(): void;
}

let last = 0;

/** Shows a card with the words. Empty words are none. */
export function keepWords(
  controller: Controller,
  words: Pick<Rescue, "taskId" | "text" | "column" | "onBack"> & { readonly label?: string },
): void {
  if (words.text.trim() === "") return;
  const removed = removedRow(controller, words.taskId);
  const { screen } = controller;
  const rescue: Rescue = {
    label: words.column ? COLUMN_INFO[words.column].title : "Note",
    ...words,
    id: ++last,
    by: removed?.by ?? null,
    title: removed ? valueAt(removed.row, "title") : "",
  };
  screen.set({ rescued: [...screen.get().rescued, rescue] });
}

export function dismiss(controller: Controller, id: number): void {
  const { screen } = controller;
  screen.set({ rescued: screen.get().rescued.filter((one) => one.id !== id) });
}

/** Returns the ops that bring the row back, where it stood, with the words in their cell. */
export function opsOf(controller: Controller, { taskId, column, text }: Rescue): readonly Op[] {
  const tasks = controller.client.getState().sheet?.tasks ?? [];
  const stands = tasks.find((row) => row.taskId === taskId);
  const removed = removedRow(controller, taskId);
  const ops: Op[] = [];
  if (!stands) {
    const after = removed?.above.find((id) => tasks.some((row) => row.taskId === id)) ?? null;
    ops.push({
      op: "ROW_INSERT",
      taskId,
      after,
      cells: {},
      ...(removed ? { restored: removed.row } : {}),
    });
  }
  const row = stands ?? removed?.row;
  const oldValue = row && column ? valueAt(row, column) : "";
  const result = column && controller.normalised(column, text);
  if (column && result?.ok && result.value !== oldValue)
    ops.push({ op: "CELL_MODIFY", taskId, column, oldValue, newValue: result.value });
  return ops;
}

/** Brings the row back; the card goes once the log has it, and stays if the row is refused. */
export async function bringBack(controller: Controller, rescue: Rescue): Promise<void> {
  const ops = opsOf(controller, rescue);
  const outcome: Outcome | null = ops.length > 0 ? await controller.send(ops) : null;
  if (outcome && !outcome.ok) return;
  dismiss(controller, rescue.id);
  rescue.onBack?.();
  controller.go({ taskId: rescue.taskId, column: rescue.column ?? "title" });
  controller.say("The row is back, with your text.", "good");
}
