/** One field from which everything on the page can be reached: what can be done, rows, people, weeks. */
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { barTo, isOffered, labelOf } from "../../actions/action";
import { printed } from "../../actions/chord";
import { useActions } from "../../actions/context";
import { addDays, mondayOf, weekOf, weekSpan } from "../../lib/dates";
import { pageLink } from "../../session/places";
import { useClient, useController } from "../../sheet/context";
import { valueAt } from "../../sheet/model/block";
import { readLook } from "../../sheet/model/look";
import { usePeople } from "../../sheet/people";
import { type Item, itemsFor } from "./find";

/** Weeks offered on either side of this one. */
const WEEKS_AROUND = 4;

function useItems(): readonly Item[] {
  const controller = useController();
  const actions = useActions();
  const people = usePeople();
  const tasks = useClient((state) => state.sheet?.tasks);
  const views = useClient((state) => state.sheet?.views);
  return useMemo(() => {
    const done: Item[] = actions
      .filter((action) => action.id !== "palette" && isOffered(action, controller))
      .map((action) => {
        const [chord] = action.keys ?? [];
        return {
          id: `action:${action.id}`,
          kind: "Action",
          label: labelOf(action, controller),
          ...(chord === undefined ? {} : { keys: printed(chord) }),
          barred: barTo(action, controller),
          perform: () => action.perform(controller),
        };
      });
    const rows: Item[] = (tasks ?? []).map((row, index) => ({
      id: `row:${row.taskId}`,
      kind: "Row",
      label: valueAt(row, "title") || `Untitled row ${index + 1}`,
      perform: () => {
        controller.screen.set({ board: false });
        controller.go({ taskId: row.taskId, column: "title" });
      },
    }));
    const persons: Item[] = people.map(({ id, name }) => ({
      id: `person:${id}`,
      kind: "Person",
      label: `Rows of ${name}`,
      perform: () => {
        const written = new Set(
          (tasks ?? [])
            .map((row) => valueAt(row, "assignee"))
            .filter((value) => value !== "" && controller.viewer.directory.face(value).id === id),
        );
        if (written.size === 0) controller.say(`${name} has no rows in this week.`);
        else
          controller.arrange({
            quick: [],
            filters: { assignee: { kind: "values", values: [...written] } },
          });
      },
    }));
    const named: Item[] = (views ?? []).map((view) => ({
      id: `view:${view.viewId}`,
      kind: "View",
      label: `View: ${view.name}`,
      perform: () => controller.show(readLook(new URLSearchParams(view.look))),
    }));
    return [...done, ...named, ...rows, ...persons, ...weeks()];
  }, [actions, controller, people, tasks, views]);
}

function weeks(): Item[] {
  const query = new URLSearchParams(location.search);
  const [team, cycle] = [query.get("team") ?? "", query.get("cycle") ?? ""];
  const monday = mondayOf(cycle);
  if (monday === null) return [];
  return Array.from({ length: 2 * WEEKS_AROUND + 1 }, (_, at) => at - WEEKS_AROUND)
    .filter((step) => step !== 0)
    .map((step) => {
      const week = weekOf(addDays(monday, 7 * step));
      return {
        id: `week:${week}`,
        kind: "Week",
        label: `Go to ${week.replace(/^\d{4}-/, "")}, ${weekSpan(week)}`,
        perform: () => location.assign(pageLink(team, week)),
      };
    });
}

export function Palette() {
  const controller = useController();
  const items = useItems();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const listId = useId();
  const found = useMemo(() => itemsFor(items, text), [items, text]);
  useEffect(() => dialog.current?.showModal?.(), []);

  const close = () => controller.screen.set({ palette: false });
  const perform = (item: Item | undefined) => {
    if (!item) return;
    close();
    // The dialog gives the focus back first; what the item opens takes it afterwards.
    setTimeout(() => {
      if (item.barred) controller.say(item.barred, "bad");
      else item.perform();
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && found.length > 0) {
      event.preventDefault();
      const next = (active + step + found.length) % found.length;
      setActive(next);
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      perform(found[active]);
    }
  };
  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label="Commands"
      data-testid="palette"
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
      onKeyDown={onKeyDown}
    >
      <input
        autoFocus
        className="palette-field"
        role="combobox"
        aria-label="Command, row, person or week"
        aria-expanded={found.length > 0}
        aria-controls={listId}
        aria-activedescendant={found[active] ? `${listId}-${active}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder="Type a command, a row, a person or a week"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
      />
      <div className="palette-list" role="listbox" id={listId} aria-label="Found">
        {found.map((item, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's
          <div
            key={item.id}
            id={`${listId}-${index}`}
            className="palette-item"
            role="option"
            aria-selected={index === active}
            aria-disabled={item.barred ? true : undefined}
            title={item.barred ?? undefined}
            data-testid={`palette:${item.id}`}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => perform(item)}
          >
            <bdi className="palette-label">{item.label}</bdi>
            <span className="palette-kind">{item.keys ?? item.kind}</span>
          </div>
        ))}
        {found.length === 0 && <p className="muted palette-item">Nothing is called that.</p>}
      </div>
    </dialog>
  );
}
