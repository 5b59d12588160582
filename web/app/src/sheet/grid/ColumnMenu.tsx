/** How one looks at a column: sorted, filtered, hidden. One's own, seen by nobody else. */
import type { Column } from "@cyclesheet/client";
import { useMemo, useState } from "react";
import { ContextMenu, type MenuEntry } from "../../ui/ContextMenu";
import { DownIcon, UpIcon } from "../../ui/icons";
import { useClient, useController, useScreen } from "../context";
import { type Filter, isFiltered, TICKED, ticked, valuesOf, without } from "../model/arrangement";
import { valueAt } from "../model/block";
import { COLUMN_INFO, COLUMN_LIST } from "../model/columns";

export function ColumnMenu() {
  const menu = useScreen((screen) => screen.menu);
  if (menu?.kind === "column") return <OfColumn key={menu.column} column={menu.column} at={menu} />;
  return menu?.kind === "view" ? <OfView at={menu} /> : null;
}

type At = { readonly x: number; readonly y: number };

function useClose() {
  const controller = useController();
  return () => {
    controller.screen.set({ menu: null });
    controller.refocus();
  };
}

function OfColumn({ column, at }: { column: Column; at: At }) {
  const controller = useController();
  const { sort, filters, hidden } = useScreen((screen) => screen.arrangement);
  const tasks = useClient((state) => state.sheet?.tasks);
  const close = useClose();
  const [all] = useState(() => valuesOf(column, tasks ?? []));
  const filter = filters[column];
  const counts = useMemo(() => {
    const found = new Map<string, number>();
    for (const row of tasks ?? [])
      found.set(valueAt(row, column), (found.get(valueAt(row, column)) ?? 0) + 1);
    return found;
  }, [tasks, column]);
  const [text, setText] = useState(filter?.kind === "text" ? filter.text : "");
  const { title } = COLUMN_INFO[column];
  const put = (next: Filter | null) =>
    controller.arrange({ filters: next ? { ...filters, [column]: next } : without(filters, column) });
  const sorted = (direction: "asc" | "desc") => sort?.column === column && sort.direction === direction;
  const turn = (direction: "asc" | "desc") =>
    controller.arrange({ sort: sorted(direction) ? null : { column, direction } });
  const filled = (isFilled: boolean) => filter?.kind === "filled" && filter.isFilled === isFilled;

  const entries: MenuEntry[] = [
    {
      id: "sort-asc",
      label: "Sort ascending",
      icon: <UpIcon size={14} />,
      isChecked: sorted("asc"),
      onUse: () => turn("asc"),
    },
    {
      id: "sort-desc",
      label: "Sort descending",
      icon: <DownIcon size={14} />,
      isChecked: sorted("desc"),
      onUse: () => turn("desc"),
    },
    "line",
    { heading: "Show only rows with" },
    ...(TICKED.has(column)
      ? all.map(
          (value): MenuEntry => ({
            id: `value:${value}`,
            label: value || "(empty)",
            keys: String(counts.get(value) ?? 0),
            isChecked: filter?.kind === "values" && filter.values.includes(value),
            onUse: () => controller.arrange({ filters: ticked(filters, column, value) }),
          }),
        )
      : [true, false].map(
          (isFilled): MenuEntry => ({
            id: isFilled ? "filled" : "empty",
            label: isFilled ? "any text" : "no text",
            isChecked: filled(isFilled),
            onUse: () => put(filled(isFilled) ? null : { kind: "filled", isFilled }),
          }),
        )),
    ...(filter ? [{ id: "all", label: "Show all rows", onUse: () => put(null) }] : []),
    "line",
    {
      id: "hide",
      label: "Hide this column",
      barred: column === "title" ? "The title always stays." : null,
      onUse: () => controller.arrange({ hidden: [...hidden, column] }),
    },
  ];
  return (
    <ContextMenu
      label={`${title}: sort, filter, hide`}
      at={at}
      entries={entries}
      onClose={close}
      testId="column-menu"
    >
      {!TICKED.has(column) && (
        <label className="context-field">
          <span>Contains</span>
          <input
            className="input"
            value={text}
            data-testid="filter-text"
            onChange={(event) => {
              setText(event.target.value);
              put(event.target.value.trim() ? { kind: "text", text: event.target.value } : null);
            }}
            onKeyDown={(event) => event.key === "Enter" && close()}
          />
        </label>
      )}
    </ContextMenu>
  );
}

function OfView({ at }: { at: At }) {
  const controller = useController();
  const arrangement = useScreen((screen) => screen.arrangement);
  const { sort, hidden } = arrangement;
  const close = useClose();
  const entries: MenuEntry[] = [
    {
      id: "clear-filters",
      label: "Clear all filters",
      barred: isFiltered(arrangement) ? null : "Nothing is filtered.",
      onUse: () => controller.arrange({ filters: {} }),
    },
    {
      id: "clear-sort",
      label: "Clear the sort",
      barred: sort ? null : "Nothing is sorted.",
      onUse: () => controller.arrange({ sort: null }),
    },
    "line",
    { heading: "Columns" },
    ...COLUMN_LIST.map(
      ({ id, title }): MenuEntry => ({
        id: `show:${id}`,
        label: title,
        isChecked: !hidden.includes(id),
        barred: id === "title" ? "The title always stays." : null,
        onUse: () =>
          controller.arrange({
            hidden: hidden.includes(id) ? hidden.filter((one) => one !== id) : [...hidden, id],
          }),
      }),
    ),
  ];
  return <ContextMenu label="Filter and sort" at={at} entries={entries} onClose={close} testId="view-menu" />;
}
