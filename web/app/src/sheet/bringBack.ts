/** Brings a removed row back with the text that its author was writing in it. */
import type { Op, Outcome } from "@cyclesheet/client";
import type { Controller } from "./controller";
import { valueAt } from "./model/block";
import type { Rescue } from "./model/rescue";
import { removedRow } from "./removedRows";
import { dismiss } from "./rescue";

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
