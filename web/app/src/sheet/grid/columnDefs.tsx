/** The grid library's view of the nine columns: what to draw, when to redraw, how to sort. */
import { type Column, PRIORITIES, type Row, STATUSES } from "@cyclesheet/client";
import type { ColDef, SuppressKeyboardEventParams } from "ag-grid-community";
import { isIsoDate, longDate, shortDate } from "../../lib/dates";
import { fold } from "../../lib/fold";
import { settings } from "../../session/settings";
import { valueAt } from "../model/block";
import { COLUMN_INFO, COLUMN_LIST } from "../model/columns";
import { ColumnHead } from "./ColumnHead";
import { CellFace } from "./cells";
import { ROW_COLUMN } from "./geometry";
import type { Hosting } from "./hosted";
import { ROW_HEAD_PX, RowHead } from "./RowHead";

export { ROW_COLUMN };

/** Columns whose look depends on the row's status. */
const FOLLOWS_STATUS: ReadonlySet<Column> = new Set<Column>(["title", "deadline"]);

function sameCell(column: Column, a: Row | undefined, b: Row | undefined): boolean {
  if (a === b) return true;
  if (!a || !b || a.cells[column] !== b.cells[column]) return false;
  return (
    !FOLLOWS_STATUS.has(column) || (a.cells.status === b.cells.status && a.carriedFrom === b.carriedFrom)
  );
}

function rank(column: Column, value: string): string | number {
  switch (column) {
    case "status":
      return (STATUSES as readonly string[]).indexOf(value);
    case "priority":
      return (PRIORITIES as readonly string[]).indexOf(value);
    case "progress":
      return Number(value);
    case "deadline":
      return isIsoDate(value) ? `0${value}` : `1${value.toLowerCase()}`;
    default:
      return value.toLowerCase();
  }
}

/** Empty cells stay at the end whichever way a column is sorted. */
function compare(column: Column, a: Row, b: Row, descending: boolean): number {
  const [x, y] = [valueAt(a, column), valueAt(b, column)];
  if (x === "" || y === "") return x === y ? 0 : (x === "" ? 1 : -1) * (descending ? -1 : 1);
  const [p, q] = [rank(column, x), rank(column, y)];
  return typeof p === "number" && typeof q === "number" ? p - q : String(p).localeCompare(String(q));
}

type Widths = { readonly [column: string]: number };
const areWidths = (value: unknown): value is Widths =>
  typeof value === "object" && value !== null && Object.values(value).every(Number.isFinite);

/** Returns the widths that a person gave to columns, in CSS pixels. */
export const savedWidths = (): Widths => settings.json("widths", areWidths, {});

export function saveWidth(column: string, width: number): void {
  settings.set("widths", JSON.stringify({ ...savedWidths(), [column]: Math.round(width) }));
}

/** What the search finds of a cell: what is on the screen, and the day in full. */
export function searchText(column: Column, value: string, today: string): string {
  if (value === "") return "";
  if (column === "progress") return `${value}%`;
  if (column !== "deadline" || !isIsoDate(value)) return fold(value);
  return fold(`${value} ${shortDate(value, today)} ${longDate(value)}`);
}

/** A column is never wider, CSS pixels: the longest text would push all others out of reach. */
const MAX_WIDTH = 900;
/** The share of a narrow screen that the title may have, because it does not scroll away. */
const TITLE_SHARE = 0.4;
const titleWidth = (width: number): number =>
  Math.max(120, Math.min(width, Math.round(window.innerWidth * TITLE_SHARE)));

/** Of the room that the other columns leave on a wide screen, the title gets this share; the description has the rest. */
const SHARE_OF_ROOM = 0.44;
const MAX_TITLE_PX = 460;

/** Returns the title's width in a sheet of `width` CSS pixels, as long as nobody gave it one; null to leave it. */
export function titleFor(width: number): number | null {
  if (savedWidths().title !== undefined) return null;
  const own = COLUMN_INFO.title.width;
  const others = COLUMN_LIST.filter(({ id }) => id !== "title" && id !== "description");
  const room = others.reduce(
    (left, info) => left - (savedWidths()[info.id] ?? info.width),
    width - ROW_HEAD_PX,
  );
  if (room * SHARE_OF_ROOM <= own) return titleWidth(own);
  return Math.round(Math.min(room * SHARE_OF_ROOM, MAX_TITLE_PX));
}

/** Column definitions; `asOf` is the day at which deadlines are judged; `onKey` and `onHeadKey` see every key on a cell or a head first and say whether they dealt with it. */
export function columnDefs(
  { cell, head: inner }: Hosting,
  today: string,
  asOf: string,
  onKey: (event: KeyboardEvent) => boolean,
  onHeadKey: (event: KeyboardEvent, column: Column) => boolean,
): ColDef<Row, Row>[] {
  const widths = savedWidths();
  const suppressKeyboardEvent = (params: SuppressKeyboardEventParams<Row>) => onKey(params.event);
  const head: ColDef<Row, Row> = {
    colId: ROW_COLUMN,
    headerName: "Row",
    headerClass: "rowhead-header",
    cellClass: "rowhead-cell",
    pinned: "left",
    lockPinned: true,
    width: ROW_HEAD_PX,
    resizable: false,
    sortable: false,
    suppressMovable: true,
    suppressKeyboardEvent,
    valueGetter: (params) => params.data,
    equals: (a, b) => a?.taskId === b?.taskId,
    getQuickFilterText: () => "",
    cellRenderer: cell((params) => <RowHead {...params} />),
  };
  const innerHeaderComponent = inner((params) => <ColumnHead {...params} />);
  const columns = COLUMN_LIST.map((info): ColDef<Row, Row> => {
    const saved = widths[info.id];
    return {
      colId: info.id,
      headerName: info.title,
      headerComponentParams: { innerHeaderComponent },
      width: saved ?? (info.id === "title" ? titleWidth(info.width) : info.width),
      maxWidth: MAX_WIDTH,
      // What a row is about stays in sight while one looks at its other cells.
      ...(info.id === "title" ? { pinned: "left", lockPinned: true } : {}),
      minWidth: info.minWidth,
      // The description takes what room is left, until a person gives it a width.
      ...(info.id === "description" && saved === undefined ? { flex: 1, minWidth: info.width } : {}),
      cellClass: `col-${info.id}`,
      suppressKeyboardEvent,
      suppressHeaderKeyboardEvent: (params) => onHeadKey(params.event, info.id),
      valueGetter: (params) => params.data,
      equals: (a, b) => sameCell(info.id, a ?? undefined, b ?? undefined),
      comparator: (_a, _b, nodeA, nodeB, descending) =>
        nodeA.data && nodeB.data ? compare(info.id, nodeA.data, nodeB.data, descending) : 0,
      getQuickFilterText: (params) =>
        params.data ? searchText(info.id, valueAt(params.data, info.id), today) : "",
      cellRenderer: cell(
        ({ data }) =>
          data && (
            <CellFace row={data} column={info.id} cell={data.cells[info.id]} today={today} asOf={asOf} />
          ),
      ),
    };
  });
  return [head, ...columns];
}
