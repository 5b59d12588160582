/**
 * The editor over a cell. Opens with the focus in the same turn as the key that opened it, so no keystroke is lost,
 * and stands apart from the cell below: what others do meanwhile is told beside it and changes nothing in it.
 * Enter and Tab store, Escape leaves everything as it was, leaving with the pointer stores.
 */
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { COLUMN_INFO } from "../../model/columns";
import { useClient, useController } from "../../state/context";
import type { Editing } from "../../state/screen";
import type { Rect } from "../geometry";
import { ChoiceEditor, PersonEditor } from "./ChoiceEditor";
import { DateEditor } from "./DateEditor";
import { ProgressEditor } from "./ProgressEditor";
import { TextEditor } from "./TextEditor";

/** What each kind of editor gets. */
export interface FieldProps {
  readonly label: string;
  readonly initial: string;
  /** Whether the initial text was already there, so that it may be selected as a whole. */
  readonly fresh: boolean;
  readonly invalid: boolean;
  readonly describedBy: string;
  onChange(text: string): void;
  /** Stores a text and closes; `move` is where the focus goes next. */
  onCommit(text: string, move: readonly [dy: number, dx: number] | null): void;
}

/** Room below the cell that an editor's list or calendar wants, in CSS pixels. */
const ROOM_BELOW = 280;

export function Editor({
  editing,
  rect,
  root,
}: {
  editing: Editing;
  rect: Rect;
  root: RefObject<HTMLElement | null>;
}) {
  const controller = useController();
  const { taskId, column, base, initial } = editing;
  const info = COLUMN_INFO[column];
  const text = useRef(initial ?? base);
  const box = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [flip, setFlip] = useState<{ up: boolean; left: boolean }>({ up: false, left: false });
  const helpId = useId();

  useLayoutEffect(() => {
    const body = root.current?.querySelector(".ag-body-viewport")?.getBoundingClientRect();
    const own = box.current?.getBoundingClientRect();
    if (!body || !own) return;
    const below = body.bottom - own.top - rect.height;
    setFlip({ up: below < ROOM_BELOW && own.top - body.top > below, left: body.right - own.left < 300 });
  }, [root, rect.height]);

  const commit = (value: string, move: readonly [number, number] | null) => {
    text.current = value;
    if (!controller.commit(value, move)) setProblem(controller.problemWith(value));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      controller.cancel();
    } else if (event.key === "Tab") {
      event.preventDefault();
      commit(text.current, [0, event.shiftKey ? -1 : 1]);
    } else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      commit(text.current, event.ctrlKey || event.metaKey ? null : [1, 0]);
    }
  };

  const field: FieldProps = {
    label: info.title,
    initial: initial ?? base,
    fresh: initial === null,
    invalid: problem !== null,
    describedBy: helpId,
    onChange(value) {
      text.current = value;
      if (problem) setProblem(controller.problemWith(value));
    },
    onCommit: commit,
  };

  return (
    <div
      ref={box}
      className="editor"
      data-kind={info.editor}
      data-up={flip.up || undefined}
      data-left={flip.left || undefined}
      data-testid="editor"
      style={
        {
          transform: `translate(${rect.left}px, ${rect.top}px)`,
          "--w": `${rect.width}px`,
          "--h": `${rect.height}px`,
        } as CSSProperties
      }
      onKeyDown={onKeyDown}
      onBlur={(event) => {
        if (event.currentTarget.contains(event.relatedTarget)) return;
        // Another window came to the front: the editor waits.
        if (!document.hasFocus()) return;
        // Already closed by a key: the blur is its echo.
        const open = controller.screen.get().editing;
        if (open?.taskId === taskId && open.column === column) controller.commit(text.current, null, true);
      }}
    >
      {fieldFor(info.editor, field)}
      <div className="editor-notes" id={helpId}>
        {problem && (
          <div className="bubble bubble-bad" role="alert">
            {problem}
          </div>
        )}
        <ChangedMeanwhile editing={editing} />
      </div>
    </div>
  );
}

function fieldFor(kind: string, field: FieldProps): ReactNode {
  switch (kind) {
    case "status":
    case "priority":
      return <ChoiceEditor kind={kind} {...field} />;
    case "person":
      return <PersonEditor {...field} />;
    case "date":
      return <DateEditor {...field} />;
    case "progress":
      return <ProgressEditor {...field} />;
    default:
      return <TextEditor {...field} />;
  }
}

/** Somebody else wrote into this cell, or took its row away, while the editor was open. */
function ChangedMeanwhile({ editing }: { editing: Editing }) {
  const row = useClient((state) => state.sheet?.tasks.find((task) => task.taskId === editing.taskId));
  const authors = useClient((state) => state.sheet?.authors);
  const loaded = useClient((state) => state.sheet !== null);
  if (!loaded) return null;
  if (!row)
    return (
      <div className="bubble bubble-warn">
        This row was removed by somebody else. Your text is kept until you close this.
      </div>
    );
  const cell = row.cells[editing.column];
  const value = cell?.value ?? "";
  if (value === editing.base || !cell) return null;
  return (
    <div className="bubble bubble-warn">
      {authors?.[cell.author] ?? cell.author} changed this to “{value || "nothing"}” meanwhile. If you store
      yours, you can choose.
    </div>
  );
}
