/** A field with a list below it: status and priority, where the list is everything, and people, where it completes. */
import { PRIORITIES, STATUSES, SYSTEM_ID } from "@cyclesheet/client";
import { type KeyboardEvent, useCallback, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { isolated } from "../../../lib/bidi";
import { fold } from "../../../lib/fold";
import { type NamedPerson, namesLike } from "../../../lib/names";
import { tidyName } from "../../../lib/visible";
import { CheckIcon } from "../../../ui/icons";
import { useClient, useController } from "../../context";
import { usePeople } from "../../people";
import { useDirectory } from "../../useDirectory";
import { Face } from "../cells";
import type { FieldProps } from "./field";

/** Names offered at a time; more is a list nobody reads. */
const MAX_PEOPLE = 8;

interface Choice {
  readonly value: string;
  /** Shown instead of the value's own look. */
  readonly words?: string;
}

interface ChoiceListProps extends FieldProps {
  readonly column: "status" | "priority" | "assignee";
  /** What a text may mean, the likeliest first; everything if there is no text. */
  choicesFor(text: string): readonly Choice[];
}

function ChoiceList({
  column,
  choicesFor,
  label,
  initial,
  fresh,
  takesFocus,
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
  const list = useMemo(() => choicesFor(typed ? text : ""), [choicesFor, typed, text]);
  const [active, setActive] = useState(() => (fresh ? list.findIndex(({ value }) => value === initial) : -1));

  useLayoutEffect(() => {
    if (takesFocus) input.current?.focus({ preventScroll: true });
    if (takesFocus && fresh) input.current?.select();
  }, [fresh, takesFocus]);

  const point = (index: number) => {
    setActive(index);
    const choice = list[index];
    if (choice) onChange(choice.value);
  };

  const type = (value: string) => {
    setText(value);
    setTyped(true);
    // Typing points at what it means most likely; Enter takes that.
    const [first] = value.trim() === "" ? [] : choicesFor(value);
    setActive(first ? 0 : -1);
    onChange(first?.value ?? value);
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
        value={active >= 0 && !typed ? (list[active]?.value ?? text) : text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {list.length > 0 && (
        <div className="popup list" role="listbox" id={listId} aria-label={label}>
          {list.map((choice, index) => (
            // biome-ignore lint/a11y/useFocusableInteractive: see above
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's
            <div
              key={`${choice.words ?? ""}${choice.value}`}
              id={`${listId}-${index}`}
              className="option"
              role="option"
              aria-selected={index === active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onCommit(choice.value, null)}
            >
              {choice.words ? (
                <span className="option-words">{choice.words}</span>
              ) : choice.value === "" ? (
                <span className="muted">Empty</span>
              ) : (
                <Face column={column} value={choice.value} today={today} done={false} />
              )}
              {choice.value === initial && fresh && !choice.words && <CheckIcon />}
            </div>
          ))}
        </div>
      )}
    </>
  );
}

export function ChoiceEditor({ kind, ...field }: FieldProps & { kind: "status" | "priority" }) {
  const choicesFor = useCallback(
    (text: string) => {
      const choices: readonly string[] = kind === "status" ? STATUSES : PRIORITIES;
      const query = fold(text).trim();
      const all = [...choices, ""].map((value) => ({ value }));
      if (query === "") return all;
      const begins = all.filter(({ value }) => fold(value).startsWith(query));
      return [...begins, ...all.filter((one) => !begins.includes(one) && fold(one.value).includes(query))];
    },
    [kind],
  );
  return <ChoiceList column={kind} choicesFor={choicesFor} {...field} />;
}

/** Completes from the team's members, the authors of the sheet and the present assignees. */
export function PersonEditor(field: FieldProps) {
  const people = usePeople();
  const authors = useClient((state) => state.sheet?.authors);
  const tasks = useClient((state) => state.sheet?.tasks);
  const directory = useDirectory();
  const choicesFor = useMemo(() => {
    const names = new Map<string, NamedPerson>();
    const add = (given: string, isMember: boolean) => {
      const name = tidyName(given);
      if (name !== "" && !names.get(name)?.isMember) names.set(name, { name, isMember });
    };
    for (const person of people) add(person.name, true);
    for (const [id, name] of Object.entries(authors ?? {})) if (id !== SYSTEM_ID) add(name, true);
    // A member whom a message called by another name is offered once.
    for (const task of tasks ?? []) {
      const { name, id } = directory.face(task.cells.assignee?.value ?? "");
      add(name, id !== null);
    }
    const sorted = [...names.values()].sort((a, b) => a.name.localeCompare(b.name));
    return (text: string): readonly Choice[] => {
      const list = namesLike(sorted, text)
        .slice(0, MAX_PEOPLE)
        .map(({ name }) => ({ value: name }));
      const own = tidyName(text);
      // A name that is on the list needs no second line.
      if (own === "" || list.some(({ value }) => value === own)) return list;
      return [...list, { value: own, words: `Use “${isolated(own)}”` }];
    };
  }, [people, authors, tasks, directory]);
  return <ChoiceList column="assignee" choicesFor={choicesFor} {...field} />;
}
