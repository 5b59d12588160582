/**
 * A field for a comment: grows with its text, completes names after `@`, sends with Enter. What was begun and not sent
 * survives closing the panel and reloading the tab. Knows nothing of the sheet.
 */
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import {
  type CommentText,
  commentText,
  named,
  objectionTo,
  offered,
  type Person,
  queryAt,
} from "../../lib/mentions";
import { settings } from "../../session/settings";
import { Mark } from "../../ui/Mark";

interface Props {
  /** What the field is, for those who hear it. */
  readonly label: string;
  readonly placeholder: string;
  /** The word on the button. */
  readonly submit: string;
  readonly people: readonly Person[];
  /** Text to begin with. */
  readonly initial?: string;
  readonly autoFocus?: boolean;
  /** Each new value asks for the focus once more. */
  readonly asked?: unknown;
  /** Names what is begun here; without it, it is forgotten with the field. */
  readonly draft?: string;
  /** False: it was refused, and the words come back. */
  onSubmit(words: CommentText): Promise<boolean>;
  onCancel?(): void;
  /** Somebody is writing here, or has stopped. */
  onWriting?(isWriting: boolean): void;
  readonly testId?: string;
}

const savedDraft = (name: string | undefined) => (name && settings.get(`draft:${name}`)) || "";

export function Composer({
  label,
  placeholder,
  submit,
  people,
  initial = "",
  autoFocus = false,
  asked,
  draft,
  onSubmit,
  onCancel,
  onWriting,
  testId,
}: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const helpId = useId();
  const [text, setText] = useState(() => savedDraft(draft) || initial);
  const [caret, setCaret] = useState(-1);
  const [pick, setPick] = useState(0);
  const [dismissed, setDismissed] = useState(-1);
  const [chosen, setChosen] = useState<readonly Person[]>([]);
  const goTo = useRef<number | null>(null);

  const query = caret < 0 ? null : queryAt(text, caret);
  const list = query && query.at !== dismissed ? offered(people, query.query) : [];
  const active = list[Math.min(pick, list.length - 1)];
  const words = commentText(text, people, chosen);
  const problem = objectionTo(words);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked for again
  useLayoutEffect(() => {
    if (!autoFocus) return;
    const el = field.current;
    el?.focus({ preventScroll: true });
    el?.setSelectionRange(el.value.length, el.value.length);
  }, [autoFocus, asked]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height and the caret follow the text
  useLayoutEffect(() => {
    const el = field.current;
    if (!el) return;
    el.style.height = "0";
    el.style.height = `${el.scrollHeight + 2}px`;
    if (goTo.current === null) return;
    el.setSelectionRange(goTo.current, goTo.current);
    goTo.current = null;
  }, [text]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is written starts and stops it
  useEffect(() => {
    onWriting?.(text.trim() !== "" && text !== initial);
    return () => onWriting?.(false);
  }, [text]);

  const write = (value: string) => {
    setText(value);
    if (!draft) return;
    settings.set(`draft:${draft}`, value === "" ? null : value);
  };

  const take = (person: Person) => {
    const next = named(text, caret, person);
    goTo.current = next.caret;
    setChosen([...chosen, person]);
    setPick(0);
    setCaret(next.caret);
    write(next.text);
    field.current?.focus();
  };

  const send = () => {
    if (words.text === "" || problem) return;
    write("");
    setChosen([]);
    void onSubmit(words).then((ok) => {
      // Refused words come back, unless something else has been begun meanwhile.
      if (!ok && (field.current?.value ?? "") === "") write(words.text);
    });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    event.stopPropagation();
    if (active) {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step !== 0) {
        event.preventDefault();
        setPick((list.indexOf(active) + step + list.length) % list.length);
        return;
      }
      if (event.key === "Enter" || event.key === "Tab") {
        event.preventDefault();
        take(active);
        return;
      }
      if (event.key === "Escape") {
        event.preventDefault();
        setDismissed(query?.at ?? -1);
        return;
      }
    }
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      event.preventDefault();
      onCancel?.();
    }
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        className="composer-field"
        rows={1}
        dir="auto"
        aria-label={label}
        aria-autocomplete="list"
        aria-controls={list.length > 0 ? listId : undefined}
        aria-activedescendant={active ? `${listId}-${list.indexOf(active)}` : undefined}
        aria-invalid={problem !== null}
        aria-describedby={helpId}
        placeholder={placeholder}
        value={text}
        data-testid={testId}
        onChange={(event) => {
          setPick(0);
          setCaret(event.target.selectionStart);
          write(event.target.value);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onBlur={() => setCaret(-1)}
        onKeyDown={onKeyDown}
      />
      {list.length > 0 && (
        <div className="composer-people" role="listbox" id={listId} aria-label="People">
          {list.map((person, index) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the active option
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's
            <div
              key={person.id}
              id={`${listId}-${index}`}
              className="option"
              role="option"
              aria-selected={person === active}
              data-testid={`mention:${person.id}`}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(person)}
            >
              <Mark person={person} /> <bdi className="ellipsis">{person.name}</bdi>
            </div>
          ))}
        </div>
      )}
      <p
        className="composer-help"
        id={helpId}
        role={problem ? "alert" : undefined}
        data-bad={problem !== null}
      >
        {problem ?? "Enter to send · Shift+Enter for a new line · @ to mention"}
      </p>
      <div className="composer-actions">
        <button
          type="submit"
          className="button button-primary button-small"
          aria-disabled={words.text === "" || problem !== null}
        >
          {submit}
        </button>
        {onCancel && (
          <button type="button" className="button button-quiet button-small" onClick={onCancel}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}
