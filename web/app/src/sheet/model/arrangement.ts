/**
 * How one person looks at the sheet: sorted, filtered, columns hidden. Kept in this browser, shared with nobody; the
 * sheet's own order and content know nothing of it. Pure but for `load` and `save`.
 */
import { COLUMNS, type Column, isColumn, PRIORITIES, type Row, STATUSES } from "@cyclesheet/client";
import { settings } from "../../session/settings";
import { valueAt } from "./block";
import { GROUPS, type GroupBy, QUICKS, type Quick } from "./quick";

/** Which of a column's cells are shown. */
export type Filter =
  | { readonly kind: "values"; readonly values: readonly string[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "filled"; readonly isFilled: boolean };

export type Filters = { readonly [C in Column]?: Filter };

export interface Arrangement {
  readonly sort: { readonly column: Column; readonly direction: "asc" | "desc" } | null;
  readonly filters: Filters;
  readonly hidden: readonly Column[];
  /** Filters of one click; a row passes all of them. */
  readonly quick: readonly Quick[];
  readonly group: GroupBy | null;
}

export const PLAIN: Arrangement = { sort: null, filters: {}, hidden: [], quick: [], group: null };

/** Columns with few different values, which are ticked off one by one; the others are searched. */
export const TICKED: ReadonlySet<Column> = new Set<Column>(["status", "priority", "assignee"]);

/** Values offered for ticking; more is a list nobody reads. */
const MAX_VALUES = 40;

function passesOne(value: string, filter: Filter): boolean {
  switch (filter.kind) {
    case "values":
      return filter.values.includes(value);
    case "text":
      return value.toLowerCase().includes(filter.text.trim().toLowerCase());
    case "filled":
      return (value !== "") === filter.isFilled;
  }
}

/** Whether a row is shown. */
export const passes = (row: Row, filters: Filters): boolean =>
  (Object.entries(filters) as [Column, Filter][]).every(([column, filter]) =>
    passesOne(valueAt(row, column), filter),
  );

export const isFiltered = ({ filters, quick }: Arrangement): boolean =>
  Object.keys(filters).length > 0 || quick.length > 0;

/**
 * Returns why rows cannot be moved: the order on the screen is not the sheet's, so "below this row" would mean another
 * place for everyone else. Null if the sheet is shown unarranged.
 */
export function barToMoving(arrangement: Arrangement, find: string): string | null {
  const ways = [
    arrangement.sort && "the sort",
    arrangement.group && "the groups",
    isFiltered(arrangement) && "the filters",
    find.trim() !== "" && "the search",
  ].filter((way) => typeof way === "string");
  const last = ways.pop();
  if (last === undefined) return null;
  return `Clear ${ways.length > 0 ? `${ways.join(", ")} and ` : ""}${last} to move rows.`;
}

/** The different values of a column: words in the column's own order, names by the alphabet, "" (empty) last. */
export function valuesOf(column: Column, rows: readonly Row[]): readonly string[] {
  const own: readonly string[] = column === "status" ? STATUSES : column === "priority" ? PRIORITIES : [];
  const found = new Set(rows.map((row) => valueAt(row, column)));
  const names = [...found].filter((value) => value !== "" && !own.includes(value));
  return [...own, ...names.sort((a, b) => a.localeCompare(b)).slice(0, MAX_VALUES), ""];
}

/** The filters with one more value of a column ticked, or one less; nothing ticked is no filter. */
export function ticked(filters: Filters, column: Column, value: string): Filters {
  const filter = filters[column];
  const now = filter?.kind === "values" ? filter.values : [];
  const values = now.includes(value) ? now.filter((one) => one !== value) : [...now, value];
  return values.length === 0
    ? without(filters, column)
    : { ...filters, [column]: { kind: "values", values } };
}

export function without(filters: Filters, column: Column): Filters {
  const { [column]: _, ...rest } = filters;
  return rest;
}

/** What was saved, as far as it makes sense. */
export function read(text: string | null): Arrangement {
  try {
    const json = JSON.parse(text ?? "null") as Partial<Arrangement> | null;
    if (!json || typeof json !== "object") return PLAIN;
    const { sort, filters, hidden, quick, group } = json;
    const known = (Object.entries(filters ?? {}) as [string, Filter][]).filter(
      ([column, filter]) => isColumn(column) && isFilter(filter),
    );
    return {
      sort: sort && isColumn(sort.column) && /^(asc|desc)$/.test(sort.direction) ? sort : null,
      filters: Object.fromEntries(known),
      // The title stays: a sheet of nothing helps nobody.
      hidden: (Array.isArray(hidden) ? hidden : []).filter(
        (column) => column !== "title" && COLUMNS.includes(column),
      ),
      quick: QUICKS.filter((one) => Array.isArray(quick) && quick.includes(one)),
      group: GROUPS.find((one) => one === group) ?? null,
    };
  } catch {
    return PLAIN;
  }
}

function isFilter(filter: Filter | null): boolean {
  switch (filter?.kind) {
    case "values":
      return Array.isArray(filter.values) && filter.values.every((value) => typeof value === "string");
    case "text":
      return typeof filter.text === "string";
    case "filled":
      return typeof filter.isFilled === "boolean";
    default:
      return false;
  }
}

export const load = (): Arrangement => read(settings.get("arrangement"));
export const save = (arrangement: Arrangement): boolean =>
  settings.set("arrangement", JSON.stringify(arrangement));
