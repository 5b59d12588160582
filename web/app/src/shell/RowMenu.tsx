/** What can be done to a row and its cell, in one place: right click, the menu key, or the three dots. */

import { flushSync } from "react-dom";
import { beginThread, commentOnCell } from "../features/comments/open";
import { lockRows, unlockRows } from "../features/locks/deeds";
import { useClient, useController, useMayEdit, useScreen } from "../sheet/context";
import { COLUMN_INFO } from "../sheet/model/columns";
import { heldRow, refusal } from "../sheet/model/locks";
import { ContextMenu, type MenuEntry } from "../ui/ContextMenu";
import {
  CommentIcon,
  DownIcon,
  EditIcon,
  HistoryIcon,
  LockIcon,
  MinusIcon,
  PanelIcon,
  PlusIcon,
  UpIcon,
} from "../ui/icons";

export function RowMenu() {
  const menu = useScreen((screen) => screen.menu);
  const place = useScreen((screen) => screen.selection?.anchor ?? null);
  return menu?.kind === "row" && place ? <Open at={menu} taskId={place.taskId} /> : null;
}

function Open({ at, taskId }: { at: { x: number; y: number }; taskId: string }) {
  const controller = useController();
  const mayEdit = useMayEdit();
  const role = useClient((state) => state.role);
  const own = useClient((state) => state.user?.id);
  const sheet = useClient((state) => state.sheet);
  const { view, area } = controller;
  const rows = area ? view.rows.slice(area.top, area.bottom + 1).map((row) => row.taskId) : [taskId];
  const many = rows.length > 1;
  const held = rows.map((id) => heldRow(sheet, id, own, controller.serverNow)).filter((one) => one !== null);
  const others = held.find((one) => !one.isOwn);
  const barred = others ? refusal(others) : null;
  const column = controller.screen.get().selection?.anchor.column ?? "title";
  const theRow = many ? `${rows.length} rows` : "row";

  const locks: MenuEntry[] = others
    ? role === "admin"
      ? [
          {
            id: "break",
            label: `Break the lock of ${others.name}`,
            icon: <LockIcon size={14} />,
            isGrave: true,
            onUse: () => void unlockRows(controller, [others.taskId], others.name),
          },
        ]
      : []
    : [
        {
          id: "lock",
          label: held.length > 0 ? "Hold for 5 more minutes" : `Lock ${theRow} for 5 minutes`,
          icon: <LockIcon size={14} />,
          onUse: () => void lockRows(controller, rows),
        },
        ...(held.length > 0
          ? [{ id: "unlock", label: `Unlock ${theRow}`, onUse: () => void unlockRows(controller, rows) }]
          : []),
      ];

  const entries: MenuEntry[] = [
    ...(mayEdit
      ? ([
          {
            id: "edit",
            label: `Edit ${COLUMN_INFO[column].title.toLowerCase()}`,
            keys: "Enter",
            icon: <EditIcon size={14} />,
            barred: barred ?? (column === "source" ? "It names the messages a row came from." : null),
            onUse: () => flushSync(() => controller.edit()),
          },
          {
            id: "comment-cell",
            label: `Comment on ${COLUMN_INFO[column].title.toLowerCase()}`,
            keys: "Ctrl+Alt+M",
            icon: <CommentIcon size={14} />,
            onUse: () => commentOnCell(controller, false),
          },
          {
            id: "comment-row",
            label: "Comment on the row",
            onUse: () => beginThread(controller, { taskId, column: null }),
          },
        ] satisfies MenuEntry[])
      : []),
    {
      id: "details",
      label: "Where this came from",
      keys: "Alt+Enter",
      icon: <PanelIcon size={14} />,
      onUse: () => controller.screen.set({ side: "details" }),
    },
    {
      id: "history-cell",
      label: `History of ${COLUMN_INFO[column].title.toLowerCase()}`,
      icon: <HistoryIcon size={14} />,
      onUse: () => controller.openHistory("cell"),
    },
    { id: "history-row", label: "History of the row", onUse: () => controller.openHistory("row") },
    ...(mayEdit
      ? ([
          "line",
          ...locks,
          "line",
          {
            id: "above",
            label: "Add a row above",
            keys: "Ctrl+Shift+Enter",
            icon: <PlusIcon size={14} />,
            onUse: () => controller.insertRow("above"),
          },
          {
            id: "below",
            label: "Add a row below",
            keys: "Ctrl+Enter",
            onUse: () => controller.insertRow("below"),
          },
          {
            id: "up",
            label: `Move ${theRow} up`,
            keys: "Alt+↑",
            icon: <UpIcon size={14} />,
            barred,
            onUse: () => controller.moveRows("up"),
          },
          {
            id: "down",
            label: `Move ${theRow} down`,
            keys: "Alt+↓",
            icon: <DownIcon size={14} />,
            barred,
            onUse: () => controller.moveRows("down"),
          },
          {
            id: "remove",
            label: `Remove ${theRow}`,
            keys: "Ctrl+Delete",
            icon: <MinusIcon size={14} />,
            isGrave: true,
            barred,
            onUse: () => controller.removeRows(),
          },
        ] satisfies MenuEntry[])
      : []),
  ];

  return (
    <ContextMenu
      label="Row"
      at={at}
      entries={entries}
      testId="row-menu"
      onClose={() => {
        controller.screen.set({ menu: null });
        const { selection } = controller.screen.get();
        // What an item opens takes the focus afterwards.
        if (selection) controller.refocus();
      }}
    />
  );
}
