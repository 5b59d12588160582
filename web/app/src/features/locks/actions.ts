/** Holding rows for oneself, and letting them go. */
import type { Action } from "../../actions/action";
import { chosenRows, rowsWord } from "../../actions/sheet";
import type { Controller } from "../../sheet/controller";
import { type Held, heldRow } from "../../sheet/model/locks";
import { LockIcon } from "../../ui/icons";
import { lockRows, unlockRows } from "./lockRows";

/** The chosen rows that somebody holds. */
function heldOf(controller: Controller): readonly Held[] {
  const { sheet, user } = controller.client.getState();
  if (!sheet || sheet.locks.length === 0) return [];
  return chosenRows(controller)
    .map((id) => heldRow(sheet, id, user?.id, controller.serverNow))
    .filter((one) => one !== null);
}

const ofOthers = (controller: Controller) => heldOf(controller).find((one) => !one.isOwn);
const isMine = (controller: Controller) => controller.mayEdit && !ofOthers(controller);

export const LOCK_ACTIONS: readonly Action[] = [
  {
    id: "lock",
    label: (controller) =>
      heldOf(controller).length > 0
        ? "Hold for 5 more minutes"
        : `Lock ${rowsWord(controller)} for 5 minutes`,
    group: "Rows",
    icon: LockIcon,
    menu: "locks",
    isOffered: isMine,
    perform: (controller) => void lockRows(controller, chosenRows(controller)),
  },
  {
    id: "unlock",
    label: (controller) => `Unlock ${rowsWord(controller)}`,
    group: "Rows",
    menu: "locks",
    isOffered: (controller) => isMine(controller) && heldOf(controller).length > 0,
    perform: (controller) => void unlockRows(controller, chosenRows(controller)),
  },
  {
    id: "break",
    label: (controller) => `Break the lock of ${ofOthers(controller)?.name ?? "nobody"}`,
    group: "Rows",
    icon: LockIcon,
    menu: "locks",
    isDestructive: true,
    isOffered: (controller) =>
      controller.client.getState().role === "admin" && ofOthers(controller) !== undefined,
    perform(controller) {
      const held = ofOthers(controller);
      if (held) void unlockRows(controller, [held.taskId], held.name);
    },
  },
];
