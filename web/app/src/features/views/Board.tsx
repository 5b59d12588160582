/**
 * The rows as cards, a column for each status. A card is moved with the pointer, or with Alt and the arrows; both write the
 * row's status, as an edit of its cell would.
 */
import type { Row } from "@cyclesheet/client";
import { type CSSProperties, type DragEvent, type KeyboardEvent, useState } from "react";
import { shortDate } from "../../lib/dates";
import { initials, inkOn } from "../../lib/people";
import { useClient, useController, useMayEdit, useScreen } from "../../sheet/context";
import { valueAt } from "../../sheet/model/block";
import { isLate } from "../../sheet/model/health";
import { groupsOf, type RowGroup } from "../../sheet/model/quick";
import { useDirectory } from "../../sheet/useDirectory";

/** What is dragged is named by a type of the page's own, so that a text from elsewhere is no card. */
const CARD = "application/x-cyclesheet-row";

export function Board() {
  const controller = useController();
  const mayEdit = useMayEdit();
  const tasks = useClient((state) => state.sheet?.tasks);
  const find = useScreen((screen) => screen.find);
  const directory = useDirectory();
  // Filters and the search hold here, too.
  useScreen((screen) => screen.arrangement);
  const words = find.trim().toLowerCase();
  const rows = (tasks ?? []).filter(
    (row) =>
      controller.shows(row) &&
      (words === "" || Object.values(row.cells).some(({ value }) => value.toLowerCase().includes(words))),
  );
  const groups = groupsOf(rows, "status", directory);

  const move = (row: Row, status: string) => {
    const old = valueAt(row, "status");
    if (old === status) return;
    const lock = controller.lockOf(row.taskId);
    if (lock) return controller.say(lock, "bad");
    void controller.send([
      { op: "CELL_MODIFY", taskId: row.taskId, column: "status", oldValue: old, newValue: status },
    ]);
    controller.say(`Moved to ${status || "no status"}.`, "info", true);
  };
  const moveBy = (row: Row, step: number) => {
    const at = groups.findIndex(({ value }) => value === valueAt(row, "status"));
    const next = groups[at + step];
    if (next) move(row, next.value);
  };

  return (
    <section className="board" aria-label="Board by status" data-testid="board-view">
      {groups.map((group) => (
        <Lane
          key={group.name}
          group={group}
          onDrop={(taskId) => {
            const row = rows.find((one) => one.taskId === taskId);
            if (row && mayEdit) move(row, group.value);
          }}
        >
          {group.rows.map((row) => (
            <Card key={row.taskId} row={row} mayEdit={mayEdit} onMove={(step) => moveBy(row, step)} />
          ))}
        </Lane>
      ))}
    </section>
  );
}

function Lane({
  group,
  onDrop,
  children,
}: {
  group: RowGroup;
  onDrop: (taskId: string) => void;
  children: React.ReactNode;
}) {
  const [isOver, setOver] = useState(false);
  const over = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes(CARD)) return;
    event.preventDefault();
    setOver(true);
  };
  return (
    <section
      className="lane"
      data-over={isOver || undefined}
      data-testid={`lane:${group.name}`}
      aria-label={`${group.name}, ${group.rows.length}`}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        const taskId = event.dataTransfer.getData(CARD);
        if (taskId === "") return;
        event.preventDefault();
        onDrop(taskId);
      }}
    >
      <h2 className="lane-head">
        <span className="status" data-status={group.value.toLowerCase().replace(/\s+/g, "-")}>
          {group.name}
        </span>
        <span className="muted">{group.rows.length}</span>
      </h2>
      {children}
    </section>
  );
}

function Card({ row, mayEdit, onMove }: { row: Row; mayEdit: boolean; onMove: (step: number) => void }) {
  const controller = useController();
  const directory = useDirectory();
  const [assignee, deadline, blockers] = [
    valueAt(row, "assignee"),
    valueAt(row, "deadline"),
    valueAt(row, "blockers"),
  ];
  const face = assignee === "" ? null : directory.face(assignee);
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!event.altKey || step === 0 || !mayEdit) return;
    event.preventDefault();
    onMove(step);
  };
  return (
    <button
      type="button"
      className="card"
      draggable={mayEdit}
      data-testid={`card:${row.taskId}`}
      onDragStart={(event) => event.dataTransfer.setData(CARD, row.taskId)}
      onKeyDown={onKey}
      onClick={() => {
        controller.select({ taskId: row.taskId, column: "title" });
        controller.screen.set({ side: "row" });
      }}
    >
      <span className="card-title" dir="auto">
        {valueAt(row, "title") || "Untitled row"}
      </span>
      {blockers && valueAt(row, "status") === "Blocked" && (
        <span className="card-blockers" dir="auto">
          {blockers}
        </span>
      )}
      <span className="card-foot">
        {face && (
          <span className="assignee">
            <span
              className="assignee-mark"
              aria-hidden="true"
              style={{ "--person": face.color, "--person-ink": inkOn(face.color) } as CSSProperties}
            >
              {initials(face.name)}
            </span>
            <bdi className="ellipsis">{face.name}</bdi>
          </span>
        )}
        {deadline && (
          <span className="deadline" data-late={isLate(row, controller.asOf) ? "late" : undefined}>
            {shortDate(deadline, controller.today)}
          </span>
        )}
      </span>
    </button>
  );
}
