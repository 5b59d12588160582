/** Finds a row. In a file of its own because both rows and documents ask for it. */
import type { Row, Sheet } from "./model.js";

/** The row of that id. */
export function rowOf(sheet: Sheet, taskId: string): Row | undefined {
  return sheet.tasks.find((row) => row.taskId === taskId);
}
