/**
 * Cells that two people changed at once, each with the earlier text, yours and theirs. The panel lies over a corner and
 * waits; nothing is decided for anybody, and the text not kept stays in the history.
 */
import { type Conflict, newId } from "@cyclesheet/client";
import { diffWordsWithSpace } from "diff";
import { useState } from "react";
import { flushSync } from "react-dom";
import { useClient, useController } from "../../sheet/context";
import { COLUMN_INFO } from "../../sheet/model/columns";
import { returnToSheet } from "../../sheet/parts";
import { ChevronIcon } from "../../ui/icons";

/** One of the three texts; words that `before` lacks are marked. */
function Version({
  name,
  value,
  before,
  testId,
}: {
  name: string;
  value: string;
  before: string;
  testId: string;
}) {
  return (
    <div className="version">
      <dt>
        <bdi>{name}</bdi>
      </dt>
      <dd data-testid={testId} dir="auto">
        {value === "" ? <span className="muted">empty</span> : <Marked text={value} before={before} />}
      </dd>
    </div>
  );
}

/** A text with the words that are new in it. Short values are seen at a glance and stay plain. */
function Marked({ text, before }: { text: string; before: string }) {
  if (text === before || !/\s/.test(text.trim())) return text;
  return diffWordsWithSpace(before, text)
    .filter((part) => !part.removed)
    .map((part, index) =>
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
      part.added ? <mark key={index}>{part.value}</mark> : part.value,
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
    controller.go(place);
    flushSync(() =>
      controller.screen.set({
        editing: { ...place, base: conflict.theirs, initial: conflict.mine, settles: conflict.id },
      }),
    );
  };

  /** The card goes, and the focus with it: on to the next choice, or back to the sheet. */
  const afterChoice = () => {
    const next = [...document.querySelectorAll<HTMLElement>(".conflict")].find(
      (card) => card.dataset.testid !== `conflict:${conflict.taskId}:${conflict.column}`,
    );
    const button = next?.querySelector<HTMLElement>("[data-testid='keep-mine']");
    if (button) button.focus();
    else if (index >= 0 && controller.screen.get().selection === null) controller.go(place);
    else returnToSheet(controller);
  };

  /**
   * Theirs is in the log already; one's own text never came there. It is put there as a resolved comment on the
   * cell, so that keyboard and screen reader find it.
   */
  const keepTheirs = () => {
    client.keepTheirs(conflict.id);
    afterChoice();
    if (index < 0 || conflict.mine === "") return;
    const commentId = newId();
    const text = `This text was not kept:\n${conflict.mine}`;
    void controller
      .send([
        { op: "COMMENT_ADD", commentId, ...place, text, mentions: [] },
        { op: "COMMENT_RESOLVE", commentId },
      ])
      .then(({ ok }) => {
        if (ok) controller.say("Theirs stays. Yours is kept as a resolved comment on the cell.");
      });
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
              <bdi>{title || `row ${index + 1}`}</bdi>
            </button>
          </>
        ) : (
          " of a row that was removed"
        )}
      </p>
      <dl className="versions">
        <Version name="Before" value={conflict.base} before={conflict.base} testId="conflict-base" />
        <Version name="Yours" value={conflict.mine} before={conflict.base} testId="conflict-mine" />
        <Version
          name={conflict.theirAuthor.name}
          value={conflict.theirs}
          before={conflict.base}
          testId="conflict-theirs"
        />
      </dl>
      <div className="conflict-actions">
        <button
          type="button"
          className="button button-primary"
          data-testid="keep-mine"
          aria-label={`Keep mine: ${column} of ${title}`}
          onClick={() => {
            void client.keepMine(conflict.id);
            afterChoice();
          }}
        >
          Keep mine
        </button>
        <button
          type="button"
          className="button"
          data-testid="keep-theirs"
          aria-label={`Keep theirs: ${column} of ${title}`}
          onClick={keepTheirs}
        >
          Keep theirs
        </button>
        {index >= 0 && (
          <button type="button" className="button button-quiet" data-testid="merge" onClick={merge}>
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
