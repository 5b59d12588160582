/**
 * The editor over a cell. Opens with the focus in the same turn as the key that opened it, so no keystroke is lost, and
 * stands apart from the cell below: others' edits meanwhile are shown beside it and change nothing in it. Enter and Tab
 * store, Escape leaves everything as it was, leaving with the pointer stores.
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
import { useClient, useController } from "../../context";
import { COLUMN_INFO, type EditorKind } from "../../model/columns";
import type { Editing } from "../../screen";
import type { Rect } from "../geometry";
import { ROW_HEAD_PX } from "../RowHead";
import { ChoiceEditor, PersonEditor } from "./ChoiceEditor";
import { DateEditor } from "./DateEditor";
import type { FieldProps } from "./field";
import { ProgressEditor } from "./ProgressEditor";
import { TextEditor } from "./TextEditor";
import { useNotesPlace } from "./useNotesPlace";

/** What each kind of editor wants, in CSS pixels: room below the cell for its list, and width from the cell's left edge. */
const ROOM: { readonly [kind in EditorKind]: { readonly below: number; readonly width: number } } = {
  text: { below: 110, width: 340 },
  status: { below: 170, width: 170 },
  priority: { below: 170, width: 150 },
  person: { below: 250, width: 220 },
  date: { below: 320, width: 240 },
  progress: { below: 100, width: 220 },
  readonly: { below: 0, width: 0 },
};
/** Kept free between an editor and the sheet's edge, its scroll bar included. */
const MARGIN_PX = 22;
/** Kept free below a long text, CSS pixels: a hidden scroll bar may lie there. */
const EDGE_PX = 18;

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
  const [fit, setFit] = useState({ up: false, shift: 0, available: 340, tall: 240 });
  const notes = useRef<HTMLDivElement>(null);
  useNotesPlace(notes, box, root);
  const helpId = useId();

  useLayoutEffect(() => {
    const body = root.current?.querySelector(".ag-grid-viewport")?.getBoundingClientRect();
    const own = box.current?.getBoundingClientRect();
    if (!body || !own) return;
    const room = ROOM[info.editor];
    // What is there is measured: a list is as wide as its names.
    const popup = box.current?.querySelector<HTMLElement>(".popup");
    const below = body.bottom - own.top - rect.height;
    const available = Math.max(160, body.width - ROW_HEAD_PX - MARGIN_PX - 8);
    const over = own.left + Math.min(popup?.offsetWidth || room.width, available) - (body.right - MARGIN_PX);
    const slack = Math.max(0, own.left - body.left - ROW_HEAD_PX - 8);
    const head = root.current?.querySelector(".ag-grid-pinned-top-rows")?.getBoundingClientRect();
    const top = head?.bottom ?? body.top;
    const up = below < room.below && own.top - top > below;
    setFit({
      up,
      // A text that does not fit between the cell and the sheet's edge scrolls in its field.
      tall: Math.max(rect.height, up ? own.top + rect.height - top : body.bottom - own.top - EDGE_PX),
      shift: Math.max(0, Math.min(over, slack)),
      available,
    });
  }, [root, rect.height, info.editor]);

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
      if (event.ctrlKey || event.metaKey) {
        if (!controller.commitAll(text.current)) setProblem(controller.problemWith(text.current));
      } else commit(text.current, [1, 0]);
    }
  };

  const field: FieldProps = {
    label: info.title,
    initial: initial ?? base,
    fresh: initial === null,
    takesFocus: !editing.isComposing,
    invalid: problem !== null,
    describedBy: helpId,
    onChange(value) {
      text.current = value;
      if (problem) setProblem(controller.problemWith(value));
    },
    onCommit: commit,
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the field inside has the role; keys and blur are dealt with here for all fields
    <div
      ref={box}
      className="editor"
      data-kind={info.editor}
      data-up={fit.up || undefined}
      data-testid="editor"
      style={
        {
          transform: `translate(${rect.left}px, ${rect.top}px)`,
          "--w": `${rect.width}px`,
          "--h": `${rect.height}px`,
          "--shift": `${-fit.shift}px`,
          "--available": `${fit.available}px`,
          "--tall": `${fit.tall}px`,
        } as CSSProperties
      }
      onKeyDown={onKeyDown}
      onBlur={(event) => {
        if (event.currentTarget.contains(event.relatedTarget)) return;
        // Another window came to the front: the editor waits.
        if (!document.hasFocus()) return;
        // Already closed by a key: the blur is its echo.
        const open = controller.screen.get().editing;
        if (open?.taskId !== taskId || open.column !== column) return;
        // The grid focuses a new row's cell once it is drawn, which may be after the editor over it opened.
        const field = event.target;
        if (event.relatedTarget?.closest(`[row-id="${CSS.escape(taskId)}"] [col-id="${column}"]`))
          queueMicrotask(() => field.focus());
        else controller.commit(text.current, null, true);
      }}
    >
      {fieldFor(info.editor, field)}
      <div className="editor-notes" id={helpId} ref={notes}>
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

function fieldFor(kind: EditorKind, field: FieldProps): ReactNode {
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
        Someone else removed this row. Your text is kept when you close this.
      </div>
    );
  const cell = row.cells[editing.column];
  const value = cell?.value ?? "";
  if (value === editing.base || !cell) return null;
  return (
    <div className="bubble bubble-warn">
      <bdi>{authors?.[cell.author] ?? cell.author}</bdi> changed this to “<bdi>{value || "nothing"}</bdi>”
      while you were editing. If you save, you will choose which one to keep.
    </div>
  );
}
