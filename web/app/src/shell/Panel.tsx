/**
 * The one panel beside the sheet, of one width: a tab for each way to look closer at where one is, and whatever the menu
 * opens. It closes with Escape and gives the focus back to the sheet.
 */
import { type KeyboardEvent, useEffect, useRef } from "react";
import { AuditPanel } from "../features/admin/AuditPanel";
import { MembersPanel } from "../features/admin/MembersPanel";
import { CommentsPanel } from "../features/comments/CommentsPanel";
import { useUnread } from "../features/comments/seen";
import { Details } from "../features/details/Details";
import { HistoryPanel } from "../features/history/HistoryPanel";
import { NoteEditor } from "../features/notes/lazy";
import { NotePanel } from "../features/notes/NotePanel";
import { RowPage } from "../features/rowpage/RowPage";
import { SincePanel } from "../features/since/SincePanel";
import { useController, useScreen } from "../sheet/context";
import { noteName, openDoc } from "../sheet/docs";
import { useHistory } from "../sheet/log/context";
import { openThread } from "../sheet/openThread";
import { returnToSheet } from "../sheet/parts";
import type { Side } from "../sheet/screen";
import { CloseIcon } from "../ui/icons";
import { Later } from "../ui/Later";

const TABS = [
  ["row", "Row"],
  ["comments", "Comments"],
  ["note", "Note"],
  ["details", "Details"],
  ["history", "History"],
] as const satisfies readonly (readonly [Side, string])[];

/** What the panel is called, and what its button closes, in mid-sentence. */
const NAMES: { readonly [S in Side]: readonly [name: string, closes: string] } = {
  row: ["Row", "the row"],
  comments: ["Comments", "comments"],
  note: ["Note", "the note"],
  details: ["Cell details", "details"],
  history: ["History", "history"],
  members: ["People and roles", "people and roles"],
  audit: ["What the model was told", "what the model was told"],
  since: ["What changed since last week", "what changed since last week"],
};

function Inside({ side }: { side: Side }) {
  const controller = useController();
  switch (side) {
    case "row":
      return (
        <RowPage
          note={(taskId, label) => (
            <Later key={taskId}>
              <NoteEditor
                name={noteName(taskId)}
                label={label}
                placeholder="Write a note… Type @ to mention someone."
                onLeave={() => returnToSheet(controller)}
              />
            </Later>
          )}
        />
      );
    case "comments":
      return (
        <CommentsPanel
          onDoc={({ doc, commentId }) => {
            openThread(controller, commentId);
            if (doc) openDoc(controller, doc);
          }}
        />
      );
    case "note":
      return <NotePanel />;
    case "details":
      return <Details />;
    case "history":
      return <HistoryPanel />;
    case "members":
      return <MembersPanel />;
    case "audit":
      return <AuditPanel />;
    case "since":
      return <SincePanel />;
  }
}

export function Panel() {
  const side = useScreen((screen) => screen.side);
  return side && <Open side={side} />;
}

function Open({ side }: { side: Side }) {
  const controller = useController();
  const { time } = useHistory();
  const unread = useUnread();
  const tabs = useRef<HTMLDivElement>(null);
  const [name, closes] = NAMES[side];
  const close = () => {
    if (side === "history") time.set({ viewing: null, against: null });
    controller.screen.set({ side: null, note: null, draft: null, thread: null });
    const { selection, board } = controller.screen.get();
    if (selection && !board) controller.go(selection.anchor);
    else returnToSheet(controller);
  };
  const open = (next: Side) => {
    const { selection, note } = controller.screen.get();
    const taskId = selection?.anchor.taskId;
    controller.screen.set({
      side: next,
      // The tab leads to the note of the row that one is in.
      ...(next === "note" && taskId !== note?.taskId
        ? { note: taskId ? { taskId, focus: false } : null }
        : {}),
    });
  };
  const onTabKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = TABS.findIndex(([tab]) => tab === side);
    const next = TABS[(Math.max(at, 0) + step + TABS.length) % TABS.length];
    if (next) open(next[0]);
  };
  const isTabbed = TABS.some(([tab]) => tab === side);
  // The focus goes with the tab that the arrows chose.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another tab moves the focus
  useEffect(() => {
    const { current } = tabs;
    if (current?.contains(document.activeElement))
      current.querySelector<HTMLElement>("[aria-selected='true']")?.focus();
  }, [side]);
  return (
    <aside
      className="panel"
      aria-label={name}
      data-side={side}
      onKeyDown={(event) => {
        // In a note Escape leads back to the sheet and leaves the note open.
        const isNote = event.target instanceof Element && event.target.closest(".note");
        if (event.key === "Escape" && !event.defaultPrevented && !isNote) close();
      }}
    >
      <header className="panel-head">
        <div role="tablist" className="panel-tabs" aria-label="Panel" ref={tabs}>
          {TABS.map(([tab, words], index) => (
            <button
              key={tab}
              type="button"
              role="tab"
              className="panel-tab"
              data-testid={`tab:${tab}`}
              aria-selected={tab === side}
              aria-controls="panel-inside"
              tabIndex={tab === side || (!isTabbed && index === 0) ? 0 : -1}
              onKeyDown={onTabKey}
              onClick={() => open(tab)}
            >
              {words}
              {tab === "comments" && unread > 0 && <span className="panel-new" aria-hidden="true" />}
            </button>
          ))}
        </div>
        <button type="button" className="icon-button" aria-label={`Close ${closes}`} onClick={close}>
          <CloseIcon />
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrolled by keys too, as ARIA has it for tabs */}
      <div id="panel-inside" className="panel-inside" role="tabpanel" aria-label={name} tabIndex={0}>
        <Inside side={side} />
      </div>
    </aside>
  );
}
