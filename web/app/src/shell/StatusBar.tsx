/** The bottom line: where one is, how much there is. */

import { useClient, useController, useScreen } from "../sheet/context";
import { COLUMN_INFO } from "../sheet/model/columns";
import { areaOf } from "../sheet/screen";

export function StatusBar() {
  const controller = useController();
  const selection = useScreen((screen) => screen.selection);
  const shown = useScreen((screen) => screen.shown);
  const tasks = useClient((state) => state.sheet?.tasks);
  const user = useClient((state) => state.user);
  const role = useClient((state) => state.role);
  const { view } = controller;
  const area = areaOf(view, selection);
  const total = tasks?.length ?? 0;
  const done = tasks?.filter((task) => task.cells.status?.value === "Done").length ?? 0;
  const cells = area ? (area.bottom - area.top + 1) * (area.right - area.left + 1) : 0;
  const rows = selection?.rows ? controller.selectedRows.length : 0;
  return (
    <footer className="statusbar">
      <span className="statusbar-place">
        {selection &&
          area &&
          (rows > 1
            ? `${rows} rows selected`
            : cells > 1
              ? `${cells} cells selected`
              : `${COLUMN_INFO[selection.anchor.column].title}, row ${area.top + 1}`)}
      </span>
      <span className="spacer" />
      {tasks && (
        <span className="statusbar-count">
          {shown < total ? `${shown} of ` : ""}
          {total} {total === 1 ? "row" : "rows"}
          {total > 0 && `, ${done} done`}
        </span>
      )}
      {user && (
        <span className="statusbar-user">
          {user.name}
          {role && `, ${role}`}
        </span>
      )}
    </footer>
  );
}
