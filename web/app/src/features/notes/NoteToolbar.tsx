/** The tools over a document: one stop for Tab, arrows between them, Escape back into the text. */
import type { Editor } from "@tiptap/core";
import {
  type FormEvent,
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { CommentIcon, RedoIcon, UndoIcon } from "../../ui/icons";
import {
  BoldMark,
  BulletsIcon,
  CodeIcon,
  HistoryIcon,
  ItalicMark,
  LargeMark,
  LinkIcon,
  NumbersIcon,
  SmallMark,
  StrikeMark,
  TasksIcon,
} from "../../ui/noteIcons";
import { hrefFrom } from "./safety";

interface Tool {
  readonly name: string;
  readonly label: string;
  readonly keys?: string;
  readonly icon: ReactNode;
  /** Whether it is in force where the caret stands. */
  readonly isOn?: (editor: Editor) => boolean;
  readonly can?: (editor: Editor) => boolean;
  readonly use: (editor: Editor) => void;
}

const TOOLS: readonly (readonly Tool[])[] = [
  [
    {
      name: "h1",
      label: "Heading, H1",
      keys: "Ctrl+Alt+1",
      icon: <LargeMark />,
      isOn: (editor) => editor.isActive("heading", { level: 1 }),
      use: (editor) => editor.chain().focus().toggleHeading({ level: 1 }).run(),
    },
    {
      name: "h2",
      label: "Smaller heading, H2",
      keys: "Ctrl+Alt+2",
      icon: <SmallMark />,
      isOn: (editor) => editor.isActive("heading", { level: 2 }),
      use: (editor) => editor.chain().focus().toggleHeading({ level: 2 }).run(),
    },
  ],
  [
    {
      name: "bold",
      label: "Bold",
      keys: "Ctrl+B",
      icon: <BoldMark />,
      isOn: (editor) => editor.isActive("bold"),
      use: (editor) => editor.chain().focus().toggleBold().run(),
    },
    {
      name: "italic",
      label: "Italic",
      keys: "Ctrl+I",
      icon: <ItalicMark />,
      isOn: (editor) => editor.isActive("italic"),
      use: (editor) => editor.chain().focus().toggleItalic().run(),
    },
    {
      name: "strike",
      label: "Strike through",
      keys: "Ctrl+Shift+S",
      icon: <StrikeMark />,
      isOn: (editor) => editor.isActive("strike"),
      use: (editor) => editor.chain().focus().toggleStrike().run(),
    },
    {
      name: "code",
      label: "Code",
      keys: "Ctrl+E",
      icon: <CodeIcon />,
      isOn: (editor) => editor.isActive("code"),
      use: (editor) => editor.chain().focus().toggleCode().run(),
    },
  ],
  [
    {
      name: "bullets",
      label: "Bullets",
      keys: "Ctrl+Shift+8",
      icon: <BulletsIcon />,
      isOn: (editor) => editor.isActive("bulletList"),
      use: (editor) => editor.chain().focus().toggleBulletList().run(),
    },
    {
      name: "numbers",
      label: "Numbers",
      keys: "Ctrl+Shift+7",
      icon: <NumbersIcon />,
      isOn: (editor) => editor.isActive("orderedList"),
      use: (editor) => editor.chain().focus().toggleOrderedList().run(),
    },
    {
      name: "tasks",
      label: "Checkboxes",
      keys: "Ctrl+Shift+9",
      icon: <TasksIcon />,
      isOn: (editor) => editor.isActive("taskList"),
      use: (editor) => editor.chain().focus().toggleTaskList().run(),
    },
  ],
];

const UNDO: readonly Tool[] = [
  {
    name: "undo",
    label: "Undo your last words",
    keys: "Ctrl+Z",
    icon: <UndoIcon />,
    can: (editor) => editor.can().undo(),
    use: (editor) => editor.chain().focus().undo().run(),
  },
  {
    name: "redo",
    label: "Redo",
    keys: "Ctrl+Shift+Z",
    icon: <RedoIcon />,
    can: (editor) => editor.can().redo(),
    use: (editor) => editor.chain().focus().redo().run(),
  },
];

/** What of the tools is in force, as one text, so that a keystroke that changes nothing draws nothing. */
function useEditorState(editor: Editor): string {
  const subscribe = useCallback(
    (listener: () => void) => {
      editor.on("transaction", listener);
      return () => void editor.off("transaction", listener);
    },
    [editor],
  );
  return useSyncExternalStore(subscribe, () => {
    if (editor.isDestroyed) return "";
    const all = [...TOOLS.flat(), ...UNDO];
    const bits = all.map((tool) => (tool.isOn?.(editor) ? "1" : tool.can?.(editor) === false ? "-" : "0"));
    return [...bits, editor.state.selection.empty ? "e" : "s", editor.isActive("link") ? "l" : "n"].join("");
  });
}

interface Props {
  readonly editor: Editor;
  readonly label: string;
  readonly onComment: () => void;
  readonly onHistory: (() => void) | null;
}

export function NoteToolbar({ editor, label, onComment, onHistory }: Props) {
  useEditorState(editor);
  const bar = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState("h1");
  const [linking, setLinking] = useState(false);

  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...(bar.current?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    if (at < 0) return;
    const to =
      event.key === "ArrowRight"
        ? (at + 1) % buttons.length
        : event.key === "ArrowLeft"
          ? (at + buttons.length - 1) % buttons.length
          : event.key === "Home"
            ? 0
            : event.key === "End"
              ? buttons.length - 1
              : -1;
    if (event.key === "Escape") {
      event.stopPropagation();
      // Not the command, which waits for the next frame: a key typed at once would go astray.
      editor.view.focus();
    }
    if (to < 0) return;
    event.preventDefault();
    buttons[to]?.focus();
  };

  const button = ({ name, label: what, keys, icon, isOn, can, use }: Tool) => {
    const disabled = can?.(editor) === false;
    return (
      <button
        key={name}
        type="button"
        className="tool"
        tabIndex={stop === name ? 0 : -1}
        aria-label={what}
        aria-pressed={isOn ? isOn(editor) : undefined}
        aria-disabled={disabled || undefined}
        title={keys ? `${what} (${keys})` : what}
        data-testid={`note-tool:${name}`}
        onFocus={() => setStop(name)}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => !disabled && use(editor)}
      >
        {icon}
      </button>
    );
  };

  const link: Tool = {
    name: "link",
    label: "Link",
    keys: "Ctrl+K",
    icon: <LinkIcon />,
    isOn: (one) => one.isActive("link"),
    can: (one) => !one.state.selection.empty || one.isActive("link"),
    use: () => setLinking(true),
  };
  const comment: Tool = {
    name: "comment",
    label: "Comment on the selected words",
    keys: "Ctrl+Alt+M",
    icon: <CommentIcon />,
    can: (one) => !one.state.selection.empty,
    use: onComment,
  };
  const history: Tool | null = onHistory && {
    name: "history",
    label: "Past versions",
    icon: <HistoryIcon />,
    use: onHistory,
  };

  return (
    <>
      <div
        className="note-tools"
        role="toolbar"
        aria-label={`Format: ${label}`}
        ref={bar}
        onKeyDown={onKeyDown}
      >
        {TOOLS.map((group) => (
          <div className="tools" key={group[0]?.name}>
            {group.map(button)}
          </div>
        ))}
        <div className="tools">{[link, comment].map(button)}</div>
        <div className="tools">{UNDO.map(button)}</div>
        {history && <div className="tools">{button(history)}</div>}
      </div>
      {linking && <LinkField editor={editor} onDone={() => setLinking(false)} />}
    </>
  );
}

function LinkField({ editor, onDone }: { editor: Editor; onDone: () => void }) {
  const before = String(editor.getAttributes("link").href ?? "");
  const [text, setText] = useState(before);
  const href = hrefFrom(text);
  const bad = text.trim() !== "" && href === null;
  const close = () => {
    onDone();
    editor.commands.focus();
  };
  const set = (event: FormEvent) => {
    event.preventDefault();
    if (bad) return;
    const chain = editor.chain().focus().extendMarkRange("link");
    if (href === null) chain.unsetLink().run();
    else chain.setLink({ href }).run();
    onDone();
  };
  return (
    <form className="note-link" onSubmit={set}>
      <input
        className="input"
        type="text"
        inputMode="url"
        // biome-ignore lint/a11y/noAutofocus: the field opens because it was asked for
        autoFocus
        aria-label="Address of the link"
        aria-invalid={bad}
        placeholder="https://… or an e-mail address"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Escape") close();
        }}
      />
      <button type="submit" className="button button-small" aria-disabled={bad || undefined}>
        {text.trim() === "" && before ? "Remove" : "Set"}
      </button>
      <button type="button" className="button button-quiet button-small" onClick={close}>
        Cancel
      </button>
      {bad && (
        <p className="note-link-bad" role="alert">
          A link leads to http, https or mailto.
        </p>
      )}
    </form>
  );
}
