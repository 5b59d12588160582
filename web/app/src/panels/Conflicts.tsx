/**
 * Cells that two people changed at once, each with what stood there, what is yours and what is theirs. The panel
 * lies over a corner and waits; nothing is decided for anybody, and the text not kept stays in the history.
 */
import type { Conflict } from "@cyclesheet/client";
import { useState } from "react";
import { flushSync } from "react-dom";
import { ChevronIcon } from "../chrome/icons";
import { COLUMN_INFO } from "../model/columns";
import { useClient, useController } from "../state/context";

function Version({ name, value, testId }: { name: string; value: string; testId: string }) {
  return (
    <div className="version">
      <dt>{name}</dt>
      <dd data-testid={testId}>{value === "" ? <span className="muted">empty</span> : value}</dd>
    </div>
  );
}

function ConflictCard({ conflict }: { conflict: Conflict }) {
  const controller = useController();
  const { client } = controller;
  const index = useClient(
    (state) => state.sheet?.tasks.findIndex((task) => task.taskId === conflict.taskId) ?? -1,
  );
  const title = useClient(
    (state) => state.sheet?.tasks.find((task) => task.taskId === conflict.taskId)?.cells.title?.value ?? "",
  );
  const column = COLUMN_INFO[conflict.column].title;
  const place = { taskId: conflict.taskId, column: conflict.column };

  /** Opens the cell's editor on one's own text, guarded by theirs: what is stored then is a choice made with both in sight. */
  const merge = () => {
    client.keepTheirs(conflict.id);
    controller.go(place);
    flushSync(() =>
      controller.screen.set({ editing: { ...place, base: conflict.theirs, initial: conflict.mine } }),
    );
  };

  return (
    <li className="conflict" data-testid={`conflict:${conflict.taskId}:${conflict.column}`}>
      <p className="conflict-where">
        <strong>{column}</strong>
        {index >= 0 ? (
          <>
            {" "}
            of{" "}
            <button type="button" className="link-button" onClick={() => controller.go(place)}>
              {title || `row ${index + 1}`}
            </button>
          </>
        ) : (
          " of a row that was removed"
        )}
      </p>
      <dl className="versions">
        <Version name="Yours" value={conflict.mine} testId="conflict-mine" />
        <Version name={conflict.theirAuthor.name} value={conflict.theirs} testId="conflict-theirs" />
      </dl>
      <p className="conflict-base">
        Before: <span>{conflict.base === "" ? "empty" : conflict.base}</span>
      </p>
      <div className="conflict-actions">
        <button
          type="button"
          className="button button-primary"
          data-testid="keep-mine"
          aria-label={`Keep mine: ${column} of ${title}`}
          onClick={() => void client.keepMine(conflict.id)}
        >
          Keep mine
        </button>
        <button
          type="button"
          className="button"
          data-testid="keep-theirs"
          aria-label={`Keep theirs: ${column} of ${title}`}
          onClick={() => client.keepTheirs(conflict.id)}
        >
          Keep theirs
        </button>
        {index >= 0 && (
          <button type="button" className="button button-quiet" onClick={merge}>
            Merge…
          </button>
        )}
      </div>
    </li>
  );
}

export function Conflicts() {
  const conflicts = useClient((state) => state.conflicts);
  const [folded, setFolded] = useState(false);
  if (conflicts.length === 0) return null;
  const words =
    conflicts.length === 1
      ? "1 cell was changed by two people"
      : `${conflicts.length} cells were changed by two people`;
  return (
    <aside
      className="conflicts"
      data-testid="conflicts"
      data-folded={folded || undefined}
      aria-label="Conflicts"
    >
      <button
        type="button"
        className="conflicts-head"
        aria-expanded={!folded}
        onClick={() => setFolded(!folded)}
      >
        <span className="conflicts-count">{conflicts.length}</span>
        <span role="status">{words}</span>
        <ChevronIcon />
      </button>
      {!folded && (
        <ul className="conflict-list">
          {conflicts.map((conflict) => (
            <ConflictCard key={conflict.id} conflict={conflict} />
          ))}
        </ul>
      )}
    </aside>
  );
}
