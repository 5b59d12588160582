/** What one can do to the sheet, by pointer; every deed has a key too (see the help). */
import { type ReactNode, useEffect, useRef } from "react";
import { flushSync } from "react-dom";
import { useUnread } from "../features/comments/seen";
import { settings } from "../session/settings";
import { useClient, useController, useMayEdit, useScreen } from "../sheet/context";
import { turnNote } from "../sheet/docs";
import { isFiltered } from "../sheet/model/arrangement";
import {
  CommentIcon,
  DownIcon,
  EditIcon,
  FillIcon,
  FilterIcon,
  HistoryIcon,
  MinusIcon,
  MoreIcon,
  PanelIcon,
  PlusIcon,
  RedoIcon,
  SearchIcon,
  UndoIcon,
  UpIcon,
  WrapIcon,
} from "../ui/icons";
import { NoteIcon } from "../ui/noteIcons";

function Tool({
  label,
  keys,
  icon,
  text,
  disabled,
  pressed,
  onUse,
  badge,
  testId,
}: {
  label: string;
  keys?: string;
  icon: ReactNode;
  text?: string;
  disabled?: boolean;
  pressed?: boolean;
  onUse: (button: HTMLElement) => void;
  badge?: number;
  testId?: string;
}) {
  return (
    <button
      type="button"
      className={text ? "tool tool-wide" : "tool"}
      aria-label={label}
      aria-pressed={pressed}
      // A disabled tool can still be reached and says what it is.
      aria-disabled={disabled || undefined}
      title={keys ? `${label} (${keys})` : label}
      data-testid={testId}
      onMouseDown={(event) => event.preventDefault()}
      onClick={(event) => !disabled && onUse(event.currentTarget)}
    >
      {icon}
      {text && <span className="tool-text">{text}</span>}
      {/* Drawn by the style sheet: the number is in the label. */}
      {badge ? <span className="badge" aria-hidden="true" data-count={badge > 99 ? "99+" : badge} /> : null}
    </button>
  );
}

export function Toolbar() {
  const controller = useController();
  const mayEdit = useMayEdit();
  const canUndo = useClient((state) => state.canUndo);
  const canRedo = useClient((state) => state.canRedo);
  const selected = useScreen((screen) => screen.selection !== null);
  const roomy = useScreen((screen) => screen.roomy);
  const details = useScreen((screen) => screen.side === "details");
  const note = useScreen((screen) => screen.note !== null);
  const comments = useScreen((screen) => screen.side === "comments");
  const unread = useUnread();
  const filtered = useScreen((screen) => isFiltered(screen.arrangement));
  const arranged =
    useScreen(({ arrangement: { sort, hidden } }) => sort !== null || hidden.length > 0) || filtered;
  const find = useScreen((screen) => screen.find);
  const history = useScreen((screen) => screen.side === "history");
  const search = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f" && !event.shiftKey) {
        event.preventDefault();
        search.current?.focus();
        search.current?.select();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  return (
    <div className="toolbar" role="toolbar" aria-label="Sheet">
      {mayEdit && (
        <>
          <div className="tools">
            <Tool
              label="Add a row below"
              keys="Ctrl+Enter"
              text="Row"
              icon={<PlusIcon />}
              onUse={() => controller.insertRow()}
              testId="insert-row"
            />
            <Tool
              label="Remove the row"
              keys="Ctrl+Delete"
              icon={<MinusIcon />}
              disabled={!selected}
              onUse={() => controller.removeRows()}
              testId="remove-row"
            />
            <Tool
              label="Move the row up"
              keys="Alt+↑"
              icon={<UpIcon />}
              disabled={!selected}
              onUse={() => controller.moveRows("up")}
              testId="move-up"
            />
            <Tool
              label="Move the row down"
              keys="Alt+↓"
              icon={<DownIcon />}
              disabled={!selected}
              onUse={() => controller.moveRows("down")}
              testId="move-down"
            />
          </div>
          <div className="tools">
            <Tool
              label="Undo"
              keys="Ctrl+Z"
              icon={<UndoIcon />}
              disabled={!canUndo}
              onUse={() => controller.undo()}
              testId="undo"
            />
            <Tool
              label="Redo"
              keys="Ctrl+Shift+Z"
              icon={<RedoIcon />}
              disabled={!canRedo}
              onUse={() => controller.redo()}
              testId="redo"
            />
          </div>
          <div className="tools">
            <Tool
              label="Edit the cell"
              keys="Enter"
              icon={<EditIcon />}
              disabled={!selected}
              onUse={() => flushSync(() => controller.edit())}
            />
            <Tool
              label="Fill down"
              keys="Ctrl+D"
              icon={<FillIcon />}
              disabled={!selected}
              onUse={() => controller.fillSelection("down")}
            />
            <Tool
              label="More for this row: lock, comment, add"
              keys="right click"
              icon={<MoreIcon />}
              disabled={!selected}
              onUse={(button) => {
                const { left, bottom } = button.getBoundingClientRect();
                controller.screen.set({ menu: { kind: "row", x: left, y: bottom + 4 } });
              }}
              testId="row-more"
            />
          </div>
        </>
      )}
      <span className="spacer" />
      <label className="find">
        <SearchIcon size={14} />
        <span className="sr-only">Find in the sheet</span>
        <input
          ref={search}
          className="find-input"
          type="search"
          placeholder="Find"
          value={find}
          onChange={(event) => controller.screen.set({ find: event.target.value })}
          onKeyDown={(event) => event.key === "Escape" && controller.screen.set({ find: "" })}
        />
      </label>
      <div className="tools">
        <Tool
          label={arranged ? "Filter and sort: something is sorted, filtered or hidden" : "Filter and sort"}
          icon={<FilterIcon />}
          {...(filtered ? { text: "Filtered" } : {})}
          pressed={arranged}
          onUse={(button) => {
            const { left, bottom } = button.getBoundingClientRect();
            controller.screen.set({ menu: { kind: "view", x: left, y: bottom + 4 } });
          }}
          testId="view-more"
        />
        <Tool
          label={roomy ? "Row height: tall" : "Row height: normal"}
          icon={<WrapIcon />}
          pressed={roomy}
          onUse={() => {
            settings.set("roomy", roomy ? "0" : "1");
            controller.screen.set({ roomy: !roomy });
          }}
        />
        <Tool
          label={unread ? `Comments, ${unread} new` : "Comments"}
          keys="Ctrl+Alt+M on a cell"
          icon={<CommentIcon />}
          text="Comments"
          badge={unread}
          pressed={comments}
          onUse={() => controller.turnSide("comments")}
          testId="comments-toggle"
        />
        <Tool
          label="Note of the row"
          keys="Ctrl+Alt+N"
          icon={<NoteIcon />}
          pressed={note}
          disabled={!selected && !note}
          onUse={() => turnNote(controller)}
          testId="note-toggle"
        />
        <Tool
          label="Cell details"
          keys="Alt+Enter"
          icon={<PanelIcon />}
          text="Details"
          pressed={details}
          onUse={() => controller.turnSide("details")}
          testId="details-toggle"
        />
        <Tool
          label="History: who changed what"
          icon={<HistoryIcon />}
          text="History"
          pressed={history}
          onUse={() => (history ? controller.turnSide("history") : controller.openHistory())}
          testId="history-toggle"
        />
      </div>
    </div>
  );
}
