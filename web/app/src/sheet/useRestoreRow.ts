/** The way back for a row that somebody removed: whole, with its note, where it stood. */
import { useCallback, useState } from "react";
import { useController } from "./context";
import { inQuotes, useHistory } from "./log/context";
import { restoreRow } from "./model/restore";

/** Restores a row; `busy` while the log is read for it. Says what came of it. */
export function useRestoreRow(): {
  readonly busy: boolean;
  readonly restore: (taskId: string) => Promise<boolean>;
} {
  const controller = useController();
  const { log } = useHistory();
  const [busy, setBusy] = useState(false);
  const restore = useCallback(
    async (taskId: string) => {
      setBusy(true);
      // The server takes a row back only as it was removed, to the letter: the log knows how that was.
      await log.load();
      setBusy(false);
      const { sheet } = controller.client.getState();
      const removed = log.removedRowOf(taskId);
      if (!sheet || !removed) {
        controller.say("This row could not be restored: the history does not answer. Try again.", "bad");
        return false;
      }
      if (sheet.tasks.some((row) => row.taskId === taskId)) return true;
      const then = { ...sheet, tasks: [removed.row] };
      const { ok } = await controller.send(restoreRow(then, sheet, taskId, removed));
      if (ok) controller.say(`${inQuotes(removed.row.cells.title?.value ?? "")} is back.`, "good");
      return ok;
    },
    [controller, log],
  );
  return { busy, restore };
}
