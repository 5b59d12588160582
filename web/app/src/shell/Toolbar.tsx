/** What one can do to the sheet, by pointer; every action has a key too (see the help). */
import type { ReactNode } from "react";
import { type Action, labelOf } from "../actions/action";
import { printed } from "../actions/chord";
import { useAction, useBar } from "../actions/context";
import { useUnread } from "../features/comments/seen";
import { Chips } from "../features/views/Chips";
import { useClient, useController, useMayEdit, useScreen } from "../sheet/context";
import { isFiltered } from "../sheet/model/arrangement";
import { MoreIcon, SearchIcon } from "../ui/icons";
import { FIND_FIELD } from "./actions";

interface Look {
  /** In place of the action's own label. */
  readonly label?: string;
  readonly text?: string;
  /** Not to be used now, for a reason that the action does not know. */
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly badge?: number;
  readonly testId?: string;
}

/** An action as a button; nothing where the feature that brings it is left out. */
function Tool({ action: id, ...look }: Look & { action: string }) {
  const action = useAction(id);
  return action ? <ActionTool action={action} {...look} /> : null;
}

function ActionTool({ action, label, disabled, ...look }: Look & { action: Action }) {
  const controller = useController();
  const bar = useBar(action);
  const [chord] = action.keys ?? [];
  return (
    <ToolButton
      {...look}
      label={label ?? labelOf(action, controller)}
      {...(chord === undefined ? {} : { keys: printed(chord) })}
      {...(action.icon ? { icon: <action.icon /> } : {})}
      disabled={disabled || bar !== null}
      onUse={() => action.perform(controller)}
    />
  );
}

interface ButtonProps extends Look {
  readonly label: string;
  readonly keys?: string;
  readonly icon?: ReactNode;
  onUse(button: HTMLElement): void;
}

function ToolButton({ label, keys, icon, text, disabled, pressed, onUse, badge, testId }: ButtonProps) {
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
  const note = useScreen((screen) => screen.side === "note");
  const comments = useScreen((screen) => screen.side === "comments");
  const unread = useUnread();
  const filtered = useScreen((screen) => isFiltered(screen.arrangement));
  const arranged =
    useScreen(({ arrangement: { sort, hidden } }) => sort !== null || hidden.length > 0) || filtered;
  const find = useScreen((screen) => screen.find);
  const history = useScreen((screen) => screen.side === "history");
  return (
    <div className="toolbar" role="toolbar" aria-label="Sheet">
      {mayEdit && (
        <>
          <div className="tools">
            <Tool action="below" text="Row" testId="insert-row" />
            <Tool action="remove" testId="remove-row" />
            <Tool action="up" testId="move-up" />
            <Tool action="down" testId="move-down" />
          </div>
          <div className="tools">
            <Tool action="undo" disabled={!canUndo} testId="undo" />
            <Tool action="redo" disabled={!canRedo} testId="redo" />
          </div>
          <div className="tools">
            <ToolButton
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
      <Chips />
      <span className="spacer" />
      <label className="find">
        <SearchIcon size={14} />
        <span className="sr-only">Find in the sheet</span>
        <input
          id={FIND_FIELD}
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
          action="view"
          {...(arranged ? { label: "Filter and sort: something is sorted, filtered or hidden" } : {})}
          {...(filtered ? { text: "Filtered" } : {})}
          pressed={arranged}
          testId="view-more"
        />
        <Tool action="roomy" label={roomy ? "Row height: tall" : "Row height: normal"} pressed={roomy} />
        <Tool
          action="comments"
          label={unread ? `Comments, ${unread} new` : "Comments"}
          text="Comments"
          badge={unread}
          pressed={comments}
          testId="comments-toggle"
        />
        <Tool action="note" pressed={note} testId="note-toggle" />
        <Tool
          action="details"
          label="Cell details"
          text="Details"
          pressed={details}
          testId="details-toggle"
        />
        <Tool action="history" text="History" pressed={history} testId="history-toggle" />
      </div>
    </div>
  );
}
