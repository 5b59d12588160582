/** A field with a list below it: status and priority, where the list is everything, and people, where it completes. */
import { PRIORITIES, STATUSES } from "@cyclesheet/client";
import { type KeyboardEvent, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { CheckIcon } from "../../chrome/icons";
import { usePeople } from "../../comments/people";
import { useClient, useController } from "../../state/context";
import { Face, MODEL_AUTHOR } from "../cells";
import type { FieldProps } from "./Editor";

/** Names offered at a time; more is a list nobody reads. */
const MAX_PEOPLE = 8;

interface ChoiceListProps extends FieldProps {
  readonly column: "status" | "priority" | "assignee";
  readonly choices: readonly string[];
  /** Whether only the choices may stand, so that typing points at one of them. */
  readonly strict: boolean;
}

function ChoiceList({
  column,
  choices,
  strict,
  label,
  initial,
  fresh,
  invalid,
  describedBy,
  onChange,
  onCommit,
}: ChoiceListProps) {
  const { today } = useController();
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const [text, setText] = useState(initial);
  const [typed, setTyped] = useState(!fresh);
  const [active, setActive] = useState(() => (fresh ? choices.indexOf(initial) : -1));

  const query = typed ? text.trim().toLowerCase() : "";
  const shown = useMemo(() => {
    if (query === "") return choices;
    const begins = choices.filter((choice) => choice.toLowerCase().startsWith(query));
    const inside = choices.filter(
      (choice) => !begins.includes(choice) && choice.toLowerCase().includes(query),
    );
    return [...begins, ...inside];
  }, [choices, query]);
  const list = strict ? shown : shown.slice(0, MAX_PEOPLE);

  useLayoutEffect(() => {
    input.current?.focus({ preventScroll: true });
    if (fresh) input.current?.select();
  }, [fresh]);

  const point = (index: number) => {
    setActive(index);
    const choice = list[index];
    if (choice !== undefined) onChange(choice);
  };

  const type = (value: string) => {
    setText(value);
    setTyped(true);
    const wanted = value.trim().toLowerCase();
    const found = choices.filter((choice) => choice.toLowerCase().startsWith(wanted));
    // Where only a choice may stand, typing chooses; a name is only offered, because a new one may be meant.
    const first = strict && wanted !== "" ? found[0] : undefined;
    setActive(first === undefined ? -1 : 0);
    onChange(first ?? value);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || list.length === 0) return;
    event.preventDefault();
    point((active + step + list.length + (active < 0 && step < 0 ? 1 : 0)) % list.length);
  };

  return (
    <>
      <input
        ref={input}
        className="field"
        role="combobox"
        aria-label={label}
        aria-expanded={list.length > 0}
        aria-controls={listId}
        aria-activedescendant={active >= 0 ? `${listId}-${active}` : undefined}
        aria-autocomplete="list"
        aria-invalid={invalid}
        aria-describedby={describedBy}
        autoComplete="off"
        spellCheck={false}
        value={active >= 0 && !typed ? (list[active] ?? text) : text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {list.length > 0 && (
        <div className="popup list" role="listbox" id={listId} aria-label={label}>
          {list.map((choice, index) => (
            // biome-ignore lint/a11y/useFocusableInteractive: see above
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's
            <div
              key={choice}
              id={`${listId}-${index}`}
              className="option"
              role="option"
              aria-selected={index === active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onCommit(choice, null)}
            >
              {choice === "" ? (
                <span className="muted">Empty</span>
              ) : (
                <Face column={column} value={choice} today={today} done={false} />
              )}
              {choice === initial && fresh && <CheckIcon />}
            </div>
          ))}
        </div>
      )}
    </>
  );
}

export function ChoiceEditor({ kind, ...field }: FieldProps & { kind: "status" | "priority" }) {
  const choices = useMemo(() => [...(kind === "status" ? STATUSES : PRIORITIES), ""], [kind]);
  return <ChoiceList column={kind} choices={choices} strict {...field} />;
}

/** Completes from the team's members, the authors of the sheet and whoever is already assigned. */
export function PersonEditor(field: FieldProps) {
  const people = usePeople();
  const authors = useClient((state) => state.sheet?.authors);
  const tasks = useClient((state) => state.sheet?.tasks);
  const choices = useMemo(() => {
    const names = new Set<string>();
    for (const person of people) names.add(person.name);
    for (const [id, name] of Object.entries(authors ?? {})) if (id !== MODEL_AUTHOR) names.add(name);
    for (const task of tasks ?? []) names.add(task.cells.assignee?.value ?? "");
    names.delete("");
    return [...names].sort((a, b) => a.localeCompare(b));
  }, [people, authors, tasks]);
  return <ChoiceList column="assignee" choices={choices} strict={false} {...field} />;
}
