/**
 * Tells a person what the server refused, and when a row they hold was opened by somebody else. Most refusals come back
 * to the action that asked; those of edits made before a reload, or of a refresh, have nobody waiting for them and are
 * shown here. What was written is shown again, not lost.
 */
import { isColumn, type Rejection } from "@cyclesheet/client";
import { isolated } from "../lib/bidi";
import type { Controller } from "./controller";
import { refusalText } from "./refusalText";
import { keepWords } from "./rescue";
import { cellKey } from "./screen";

/** The cells that a refused change wanted to write, each with a sentence that holds the text. */
export function refusedCells({
  ops,
  ...why
}: Pick<Rejection, "code" | "ops" | "message">): Map<string, string> {
  const cells = new Map<string, string>();
  const sentence = (text: string) => `Not stored: “${isolated(text)}”. ${refusalText(why).text}`;
  for (const op of ops) {
    if (op.op === "CELL_MODIFY") cells.set(cellKey(op.taskId, op.column), sentence(op.newValue));
    if (op.op !== "BATCH_UPDATE") continue;
    for (const [column, update] of Object.entries(op.updates)) {
      cells.set(`${op.taskId}:${column}`, sentence(update.newValue));
    }
  }
  return cells;
}

/** Keeps what a refused change wrote into rows that are not there any more: no cell is left to say it at. */
function keepLost(controller: Controller, { ops }: Rejection): void {
  const rows = new Set(controller.client.getState().sheet?.tasks.map(({ taskId }) => taskId));
  for (const op of ops) {
    if ((op.op !== "CELL_MODIFY" && op.op !== "BATCH_UPDATE") || rows.has(op.taskId)) continue;
    if (op.op === "CELL_MODIFY") {
      keepWords(controller, { taskId: op.taskId, column: op.column, text: op.newValue });
      continue;
    }
    for (const [column, update] of Object.entries(op.updates))
      if (isColumn(column)) keepWords(controller, { taskId: op.taskId, column, text: update.newValue });
  }
}

/** Starts telling; returns how to stop. */
export function followRefusals(controller: Controller): () => void {
  const { client, screen } = controller;
  let { lastRejection, error } = client.getState();
  return client.subscribe(() => {
    const state = client.getState();
    if (state.lastRejection !== lastRejection) {
      lastRejection = state.lastRejection;
      // A conflict has a panel of its own.
      if (lastRejection && lastRejection.code !== "CONFLICT") {
        screen.set({ issues: refusedCells(lastRejection) });
        keepLost(controller, lastRejection);
        controller.say(refusalText(lastRejection).text, "bad");
      }
    }
    if (state.error !== error) {
      error = state.error;
      if (error && state.status !== "failed") {
        const { text, tone } = refusalText(error);
        controller.say(text, tone);
      }
    }
  });
}

/** Tells whose lock was broken by whom; that it ran out is seen in the row. */
export function followLocks(controller: Controller): () => void {
  const { client } = controller;
  const own = () => {
    const { confirmedSheet, user } = client.getState();
    return confirmedSheet?.locks.filter((lock) => lock.holder === user?.id) ?? [];
  };
  let held = own();
  return client.subscribe(() => {
    const { confirmedSheet: sheet, user } = client.getState();
    const before = held;
    held = own();
    const broken = before.find(
      (lock) => lock.expiresAt > controller.serverNow && !held.some((other) => other.taskId === lock.taskId),
    );
    const by = sheet?.lastModifiedBy;
    if (!broken || !sheet || !by || by === user?.id) return;
    const title = sheet.tasks.find((task) => task.taskId === broken.taskId)?.cells.title?.value;
    controller.say(
      title === undefined
        ? `${isolated(sheet.authors[by] ?? by)} removed the row you held.`
        : `${isolated(sheet.authors[by] ?? by)} ended your lock of “${isolated(title || "a row")}”. Everyone can edit it now.`,
      "bad",
    );
  });
}
