/**
 * The sheet as it was at a version, in the place of the sheet: a plain table that nobody can write into, with what
 * differs marked, and a way to bring back a cell or a row.
 */
import { COLUMNS, type Column, type Row, type Sheet } from "@cyclesheet/client";
import { useState } from "react";
import { useClient, useController, useMayEdit } from "../../sheet/context";
import { Face } from "../../sheet/grid/cells";
import { canRestore, inQuotes, useHistory, useLog, useTime } from "../../sheet/log/context";
import { type CellChange, difference } from "../../sheet/log/difference";
import { COLUMN_INFO } from "../../sheet/model/columns";
import { restoreCell, restoreRow } from "../../sheet/model/restore";
import { send, titleOf, Value } from "./EntryItem";

/** What the version shown is compared with: the sheet now, or another version. */
export function useOther(): Sheet | null {
  const { log } = useHistory();
  const now = useClient((state) => state.sheet);
  const against = useTime((t) => t.against);
  return against === null ? now : log.sheetAt(against);
}

interface Shown {
  readonly row: Row;
  /** Whether the row is only in the version shown, only in the other one, or in both. */
  readonly kind: "only" | "other" | "both";
  readonly moved: boolean;
  readonly cells: ReadonlyMap<Column, CellChange>;
}

function rowsOf(then: Sheet, other: Sheet): Shown[] {
  const { added, removed, moved, cells } = difference(then, other);
  const gone = new Set(removed.map((row) => row.taskId));
  const elsewhere = new Set(moved.map((row) => row.taskId));
  const changed = new Map<string, Map<Column, CellChange>>();
  for (const cell of cells) {
    const row = changed.get(cell.taskId) ?? new Map<Column, CellChange>();
    changed.set(cell.taskId, row.set(cell.column, cell));
  }
  const none: ReadonlyMap<Column, CellChange> = new Map();
  return [
    ...then.tasks.map((row): Shown => {
      const kind = gone.has(row.taskId) ? "only" : "both";
      return { row, kind, moved: elsewhere.has(row.taskId), cells: changed.get(row.taskId) ?? none };
    }),
    ...added.map((row): Shown => ({ row, kind: "other", moved: false, cells: none })),
  ];
}

export function VersionView() {
  const { log } = useHistory();
  const controller = useController();
  const viewing = useTime((t) => t.viewing);
  const against = useTime((t) => t.against);
  // Drawn again when more of the log is known.
  useLog((state) => state.entries.length);
  const other = useOther();
  const [chosen, setChosen] = useState<{ taskId: string; column: Column } | null>(null);
  const then = viewing === null ? null : log.sheetAt(viewing);
  if (then === null || other === null) {
    return (
      <div className="version-view" data-testid="version">
        <p className="side-note" role="status">
          Reading the history…
        </p>
      </div>
    );
  }
  const rows = rowsOf(then, other);
  const { today } = controller;
  const picked = rows.find(({ row }) => row.taskId === chosen?.taskId)?.cells.get(chosen?.column ?? "title");
  return (
    <div className="version-view" data-testid="version" data-version={viewing ?? undefined}>
      <section
        className="version-scroll"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an area that scrolls must be reached by keyboard
        tabIndex={0}
        aria-label={`The sheet at version ${viewing}`}
      >
        <table className="version-table">
          <thead>
            <tr>
              <th scope="col">
                <span className="sr-only">Row</span>
              </th>
              {COLUMNS.map((column) => (
                <th key={column} scope="col" style={{ minWidth: COLUMN_INFO[column].width }}>
                  {COLUMN_INFO[column].title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((shown, i) => (
              <VersionRow
                key={shown.row.taskId}
                shown={shown}
                number={i + 1}
                then={then}
                against={against}
                today={today}
                chosen={chosen?.taskId === shown.row.taskId ? chosen.column : null}
                onChoose={(column) => setChosen({ taskId: shown.row.taskId, column })}
              />
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <p className="side-note">The sheet had no rows then.</p>}
      </section>
      {picked && (
        <Choice change={picked} title={titleOf(then.tasks.find((r) => r.taskId === picked.taskId))} />
      )}
    </div>
  );
}

const KIND_WORDS = { only: "removed since", other: "added since", both: "" } as const;

function VersionRow(props: {
  shown: Shown;
  number: number;
  then: Sheet;
  against: number | null;
  today: string;
  chosen: Column | null;
  onChoose: (column: Column) => void;
}) {
  const { shown, number, then, against, today, chosen, onChoose } = props;
  const { row, kind, moved, cells } = shown;
  const controller = useController();
  const { log } = useHistory();
  const mayEdit = useMayEdit();
  const title = titleOf(row);
  const word =
    against === null ? KIND_WORDS[kind] : kind === "both" ? "" : kind === "only" ? "only here" : "only there";
  const restore = () => {
    const now = controller.client.getState().sheet;
    const ops = now ? restoreRow(then, now, row.taskId, log.removedRowOf(row.taskId)) : [];
    void send(controller, ops, `${inQuotes(title)} is as it was in version ${then.version}.`);
  };
  const restorable = mayEdit && kind !== "other" && (kind === "only" || [...cells.keys()].some(canRestore));
  return (
    <tr data-kind={kind} data-testid={`version-row:${row.taskId}`}>
      <th scope="row">
        <span className="version-number">{kind === "other" ? "+" : number}</span>
        {word && <span className="tag">{word}</span>}
        {moved && <span className="tag">moved</span>}
        {restorable && (
          <button
            type="button"
            className="button button-small"
            aria-label={`Restore the row ${inQuotes(title)} as it was in version ${then.version}`}
            data-testid={`restore-row:${row.taskId}`}
            onClick={restore}
          >
            Restore
          </button>
        )}
      </th>
      {COLUMNS.map((column) => {
        const value = row.cells[column]?.value ?? "";
        const face = (
          <Face
            column={column}
            value={value}
            today={today}
            asOf={controller.asOf}
            done={row.cells.status?.value === "Done"}
            isBlocked={row.cells.status?.value === "Blocked"}
          />
        );
        const change = cells.get(column);
        return (
          <td
            key={column}
            data-changed={change ? true : undefined}
            data-testid={`then:${row.taskId}:${column}`}
            data-value={value}
          >
            {change ? (
              <button
                type="button"
                className="version-changed"
                aria-pressed={chosen === column}
                title={`${against === null ? "Now" : `Version ${against}`}: ${change.after || "empty"}`}
                onClick={() => onChoose(column)}
              >
                {value === "" ? <span className="muted">empty</span> : face}
                <span className="sr-only">, differs</span>
              </button>
            ) : (
              face
            )}
          </td>
        );
      })}
    </tr>
  );
}

/** Both texts of one cell, and the way back. */
function Choice({ change, title }: { change: CellChange; title: string }) {
  const controller = useController();
  const mayEdit = useMayEdit();
  const viewing = useTime((t) => t.viewing);
  const against = useTime((t) => t.against);
  const { taskId, column, before, after } = change;
  const exists = useClient((state) => state.sheet?.tasks.some((task) => task.taskId === taskId) ?? false);
  const now = useClient(
    (state) => state.sheet?.tasks.find((task) => task.taskId === taskId)?.cells[column]?.value ?? "",
  );
  const name = COLUMN_INFO[column].title;
  const restore = () => {
    const { sheet } = controller.client.getState();
    void send(
      controller,
      sheet ? restoreCell(sheet, taskId, column, before) : [],
      `${name} of ${inQuotes(title)} is restored.`,
    );
  };
  return (
    <div className="version-choice" data-testid="version-choice">
      <p>
        <strong>{name}</strong> of {inQuotes(title)}
      </p>
      <dl>
        <dt>Version {viewing}</dt>
        <dd>
          <Value text={before} />
        </dd>
        <dt>{against === null ? "Now" : `Version ${against}`}</dt>
        <dd>
          <Value text={after} />
        </dd>
      </dl>
      {mayEdit && exists && canRestore(column) && (
        <button
          type="button"
          className="button button-primary button-small"
          data-testid="restore-cell"
          disabled={now === before}
          onClick={restore}
        >
          Restore this cell
        </button>
      )}
    </div>
  );
}
