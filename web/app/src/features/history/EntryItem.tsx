/** One change in the timeline: who, when, what it did, and the ways back. */
import { type Op, type Row, SYSTEM_ID } from "@cyclesheet/client";
import { memo, type ReactNode, useState } from "react";
import { momentOf, timeOf } from "../../lib/moments";

import { useClient, useController, useMayEdit } from "../../sheet/context";
import { AuthorMark } from "../../sheet/log/AuthorMark";
import { canRestore, inQuotes, useHistory, useTime } from "../../sheet/log/context";
import type { CellChange } from "../../sheet/log/difference";
import type { Entry, RowName } from "../../sheet/log/entry";
import { COLUMN_INFO } from "../../sheet/model/columns";
import { restoreCell, restoreRow } from "../../sheet/model/restore";

/** Lines of one change drawn at first: an extraction writes hundreds of cells. */
const LINES = 5;

export const EntryItem = memo(function EntryItem({ entry }: { entry: Entry }) {
  const { time } = useHistory();
  const [open, setOpen] = useState(false);
  const viewing = useTime((t) => t.viewing);
  const against = useTime((t) => t.against);
  const isNamed = useClient(
    (state) => state.sheet?.savePoints?.some((point) => point.version === entry.version) ?? false,
  );
  const lines = linesOf(entry);
  const shown = open ? lines : lines.slice(0, LINES);
  const here = viewing === entry.version;
  return (
    <li
      className="entry"
      data-testid={`entry:${entry.version}`}
      data-here={here || undefined}
      data-against={against === entry.version || undefined}
      data-named={isNamed || undefined}
    >
      <p className="entry-head">
        <AuthorMark id={entry.author.id} name={entry.author.name} />
        <strong>{entry.author.id === SYSTEM_ID ? "The system" : entry.author.name}</strong>
        <time dateTime={new Date(entry.at).toISOString()} title={momentOf(entry.at)}>
          {timeOf(entry.at)}
        </time>
      </p>
      <ul className="entry-lines">{shown}</ul>
      <p className="entry-actions">
        {lines.length > LINES && (
          <button type="button" className="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? "Less" : `${lines.length - LINES} more`}
          </button>
        )}
        <button
          type="button"
          className="link-button"
          title={`Version ${entry.version}`}
          aria-current={here || undefined}
          data-testid={`view:${entry.version}`}
          onClick={() => time.set({ viewing: entry.version, against: null })}
        >
          {here ? "Shown" : "View this version"}
        </button>
        {viewing !== null && !here && (
          <button
            type="button"
            className="link-button"
            title={`Version ${viewing} with version ${entry.version}`}
            data-testid={`compare:${entry.version}`}
            onClick={() => time.set({ against: entry.version })}
          >
            Compare
          </button>
        )}
      </p>
    </li>
  );
});

function linesOf(entry: Entry): ReactNode[] {
  return [
    ...entry.events.map(({ text }, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a change's events never move
      <li key={`event-${i}`}>{text}</li>
    )),
    ...entry.removed.map((row) => <Removed key={`gone-${row.taskId}`} entry={entry} row={row} />),
    ...entry.added.map((row) => <li key={`new-${row.taskId}`}>added {inQuotes(row.title)}</li>),
    ...entry.moved.map((row) => <li key={`moved-${row.taskId}`}>moved {inQuotes(row.title)}</li>),
    ...entry.cells.map((cell) => <Cell key={`${cell.taskId}:${cell.column}`} cell={cell} />),
  ];
}

/** An earlier text; long ones are cut by the style sheet and whole in the tooltip. */
export function Value({ text, was }: { text: string; was?: boolean }) {
  const Tag = was ? "del" : "ins";
  return (
    <Tag className="value" title={text}>
      {text === "" ? <span className="muted">empty</span> : text}
    </Tag>
  );
}

function Cell({ cell }: { cell: CellChange & RowName }) {
  const controller = useController();
  const mayEdit = useMayEdit();
  const now = useClient(
    (state) =>
      state.sheet?.tasks.find((task) => task.taskId === cell.taskId)?.cells[cell.column]?.value ?? "",
  );
  const exists = useClient(
    (state) => state.sheet?.tasks.some((task) => task.taskId === cell.taskId) ?? false,
  );
  const column = COLUMN_INFO[cell.column].title;
  const putBack = () => {
    const { sheet } = controller.client.getState();
    const ops = sheet ? restoreCell(sheet, cell.taskId, cell.column, cell.before) : [];
    void send(controller, ops, `${column} is ${cell.before === "" ? "empty" : `“${cell.before}”`} again.`);
  };
  return (
    <li>
      {exists ? (
        <button
          type="button"
          className="link-button entry-place"
          onClick={() => controller.go({ taskId: cell.taskId, column: cell.column })}
        >
          {column} of {inQuotes(cell.title)}
        </button>
      ) : (
        <span className="entry-place">
          {column} of {inQuotes(cell.title)}
        </span>
      )}
      <span className="entry-values">
        <Value text={cell.before} was /> <span className="sr-only">became</span>
        <span aria-hidden="true">→</span> <Value text={cell.after} />
      </span>
      {mayEdit && exists && canRestore(cell.column) && now !== cell.before && (
        <button
          type="button"
          className="button button-small"
          data-testid={`put-back:${cell.taskId}:${cell.column}`}
          aria-label={`Restore ${cell.before === "" ? "the empty cell" : `“${cell.before}”`} in ${column} of ${cell.title}`}
          onClick={putBack}
        >
          Restore
        </button>
      )}
    </li>
  );
}

function Removed({ entry, row }: { entry: Entry; row: RowName }) {
  const controller = useController();
  const { log } = useHistory();
  const mayEdit = useMayEdit();
  const exists = useClient((state) => state.sheet?.tasks.some((task) => task.taskId === row.taskId) ?? false);
  const bringBack = () => {
    const [then, now] = [log.sheetAt(entry.version - 1), controller.client.getState().sheet];
    const ops = then && now ? restoreRow(then, now, row.taskId, log.removedRowOf(row.taskId)) : [];
    void send(controller, ops, `${inQuotes(row.title)} is back.`);
  };
  return (
    <li>
      removed {inQuotes(row.title)}{" "}
      {mayEdit && !exists && (
        <button
          type="button"
          className="button button-small"
          data-testid={`bring-back:${row.taskId}`}
          aria-label={`Restore the row ${inQuotes(row.title)}`}
          onClick={bringBack}
        >
          Restore
        </button>
      )}
    </li>
  );
}

/** Sends what restores something, and says how it went. */
export async function send(
  controller: ReturnType<typeof useController>,
  ops: readonly Op[],
  done: string,
): Promise<void> {
  if (ops.length === 0) {
    controller.say("Nothing to restore.");
    return;
  }
  const outcome = await controller.send(ops);
  if (outcome.ok) controller.say(`${done} Undo takes that back.`, "good");
}

/** A row's name for a sentence. */
export const titleOf = (row: Row | undefined): string => row?.cells.title?.value ?? "";
