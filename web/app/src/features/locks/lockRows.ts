/** Taking and giving back rows. */
import { MAX_LOCK_SECONDS, type Op } from "@cyclesheet/client";
import type { Controller } from "../../sheet/controller";

const rowsWord = (n: number) => (n === 1 ? "This row is" : `${n} rows are`);

/** Holds rows for this person alone, or holds them longer. */
export async function lockRows(controller: Controller, taskIds: readonly string[]): Promise<void> {
  const outcome = await controller.send(
    taskIds.map((taskId): Op => ({ op: "ROW_LOCK", taskId, seconds: MAX_LOCK_SECONDS })),
  );
  if (outcome.ok)
    controller.say(
      `${rowsWord(taskIds.length)} yours for ${MAX_LOCK_SECONDS / 60} minutes. Others can only read and comment.`,
    );
}

/** Gives rows back; an admin may do it for somebody else. */
export async function unlockRows(
  controller: Controller,
  taskIds: readonly string[],
  brokenOf?: string,
): Promise<void> {
  const outcome = await controller.send(taskIds.map((taskId): Op => ({ op: "ROW_UNLOCK", taskId })));
  if (outcome.ok)
    controller.say(
      brokenOf
        ? `${brokenOf} no longer holds this row.`
        : `${rowsWord(taskIds.length)} open to everyone again.`,
    );
}
