/** One row as a page: its fields, its note, what is said of it, and what happened to it. */
import type { Column, Row } from "@cyclesheet/client";
import { PRIORITIES, STATUSES } from "@cyclesheet/client";
import { type ReactNode, useEffect, useId, useState } from "react";
import { exactly } from "../../lib/time";
import { useClient, useController, useMayEdit, useScreen } from "../../sheet/context";
import { copyLink } from "../../sheet/copyLink";
import { Linked } from "../../sheet/grid/Linked";
import { useFollowLog, useLog } from "../../sheet/log/context";
import { valueAt } from "../../sheet/model/block";
import { COLUMN_LIST, type ColumnInfo } from "../../sheet/model/columns";
import { filtered, saidIn } from "../../sheet/model/threads";
import { beginThread, openThread } from "../../sheet/openThread";
import { usePeople } from "../../sheet/people";
import { LinkIcon } from "../../ui/noteIcons";

/** Changes listed; the history has all. */
const MAX_CHANGES = 5;
const LONG: ReadonlySet<Column> = new Set<Column>(["title", "description", "blockers"]);

interface Props {
  /** Draws the note of a row, to be written in. */
  readonly note: (taskId: string, label: string) => ReactNode;
}

export function RowPage({ note }: Props) {
  const controller = useController();
  const taskId = useScreen((screen) => screen.selection?.anchor.taskId ?? null);
  const place = useClient((state) => state.sheet?.tasks.findIndex((task) => task.taskId === taskId) ?? -1);
  const row = useClient((state) => state.sheet?.tasks[place]);
  return (
    <div className="row-page" data-testid="row-page">
      {row ? (
        <div className="details-body">
          <p className="details-task">
            <span>Row {place + 1}</span>
            <button
              type="button"
              className="icon-button"
              aria-label="Copy a link to this row"
              title="Copy a link to this row"
              onClick={() => void copyLink(controller, row.taskId, null)}
            >
              <LinkIcon />
            </button>
          </p>
          <Fields key={row.taskId} row={row} />
          <h3>Note</h3>
          {note(row.taskId, `Note on ${valueAt(row, "title") || "Untitled row"}`)}
          <Talk row={row} />
          <Past row={row} />
        </div>
      ) : (
        <p className="muted details-body">Select a row to see all of it.</p>
      )}
    </div>
  );
}

function Fields({ row }: { row: Row }) {
  return (
    <div className="row-fields">
      {COLUMN_LIST.filter(({ id }) => id !== "source").map((info) => (
        <Field key={info.id} row={row} info={info} />
      ))}
    </div>
  );
}

function Field({ row, info }: { row: Row; info: ColumnInfo }) {
  const controller = useController();
  const mayEdit = useMayEdit();
  const people = usePeople();
  const id = useId();
  const stored = valueAt(row, info.id);
  const [text, setText] = useState(stored);
  /** The text when this person began to write: an edit of somebody else meanwhile is not overwritten unseen. */
  const [base, setBase] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (base === null) setText(stored);
  }, [stored, base]);

  const store = (value: string) => {
    const from = base ?? stored;
    setBase(null);
    const result = value === from ? null : controller.normalised(info.id, value);
    setProblem(result && !result.ok ? result.problem : null);
    if (!result?.ok || result.value === from) return;
    const lock = controller.lockOf(row.taskId);
    if (lock) return setProblem(lock);
    void controller.send([
      { op: "CELL_MODIFY", taskId: row.taskId, column: info.id, oldValue: from, newValue: result.value },
    ]);
  };
  const choices = info.id === "status" ? STATUSES : info.id === "priority" ? PRIORITIES : null;
  const common = {
    id,
    className: "input",
    "aria-invalid": problem !== null,
    "data-testid": `field:${info.id}`,
    onFocus: () => setBase((now) => now ?? stored),
  };
  const typed = {
    ...common,
    value: text,
    dir: "auto",
    onChange: (event: { target: { value: string } }) => setText(event.target.value),
    onBlur: () => store(text),
  };
  return (
    <div className="row-field" data-wide={LONG.has(info.id) || undefined}>
      <label htmlFor={id}>{info.title}</label>
      {!mayEdit ? (
        <output id={id} dir="auto">
          {stored ? <Linked text={stored} isReachable /> : <span className="muted">nothing</span>}
        </output>
      ) : choices ? (
        <select {...common} value={stored} onChange={(event) => store(event.target.value)}>
          <option value="">Empty</option>
          {choices.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      ) : LONG.has(info.id) ? (
        <textarea {...typed} rows={info.id === "title" ? 2 : 4} />
      ) : (
        <input
          {...typed}
          list={info.id === "assignee" ? `${id}-people` : undefined}
          onKeyDown={(event) => event.key === "Enter" && store(text)}
        />
      )}
      {info.id === "assignee" && mayEdit && (
        <datalist id={`${id}-people`}>
          {people.map((person) => (
            <option key={person.id} value={person.name} />
          ))}
        </datalist>
      )}
      {problem && (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function Talk({ row }: { row: Row }) {
  const controller = useController();
  const mayEdit = useMayEdit();
  const comments = useClient((state) => state.sheet?.comments);
  const threads = filtered(comments ?? [], "open").filter((thread) => thread.taskId === row.taskId);
  const authors = useClient((state) => state.sheet?.authors);
  return (
    <>
      <h3>Comments</h3>
      <ul className="row-threads">
        {threads.map((thread) => {
          const [first] = saidIn(thread);
          return (
            <li key={thread.commentId}>
              <button
                type="button"
                className="menu-item"
                onClick={() => openThread(controller, thread.commentId)}
              >
                <span>
                  <strong>
                    <bdi>{authors?.[thread.author] ?? thread.author}</bdi>
                  </strong>{" "}
                  <span dir="auto">{first?.deleted ? "(deleted)" : first?.text}</span>
                  {thread.replies.length > 0 && (
                    <span className="muted">
                      {" "}
                      · {thread.replies.length === 1 ? "1 answer" : `${thread.replies.length} answers`}
                    </span>
                  )}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {mayEdit && (
        <button
          type="button"
          className="button button-small"
          onClick={() => beginThread(controller, { taskId: row.taskId, column: null })}
        >
          Comment on the row
        </button>
      )}
    </>
  );
}

function Past({ row }: { row: Row }) {
  const controller = useController();
  useFollowLog();
  const entries = useLog((state) => state.entries);
  const lines = entries
    .flatMap((entry) =>
      entry.cells.some((cell) => cell.taskId === row.taskId)
        ? [{ entry, cells: entry.cells.filter((cell) => cell.taskId === row.taskId) }]
        : [],
    )
    .slice(-MAX_CHANGES)
    .reverse();
  return (
    <>
      <h3>History</h3>
      <ul className="row-past">
        {lines.map(({ entry, cells }) => (
          <li key={entry.version}>
            <strong>
              <bdi>{entry.author.name}</bdi>
            </strong>{" "}
            changed {cells.map((cell) => cell.column).join(", ")}{" "}
            <span className="muted">{exactly(entry.at)}</span>
          </li>
        ))}
      </ul>
      <button type="button" className="button button-small" onClick={() => controller.openHistory("row")}>
        All changes of this row
      </button>
    </>
  );
}
