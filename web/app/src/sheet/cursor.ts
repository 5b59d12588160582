/**
 * Where a person is in the sheet and how they get about: the selection, the focus, what is on the screen, what is said.
 * The actions that change the sheet are in `controller.ts`.
 */
import { type Client, newId, type Row } from "@cyclesheet/client";
import { type IsoDate, localToday } from "../lib/dates";
import type { Store } from "../lib/store";
import { lastDirectory } from "./directory";
import { type Arrangement, passes, save } from "./model/arrangement";
import type { Area, View } from "./model/block";
import { judgedOn } from "./model/health";
import type { Look } from "./model/look";
import { isQuick, type Viewer } from "./model/quick";
import {
  areaOf,
  cellKey,
  type Notice,
  type Place,
  type Scope,
  type Screen,
  type Selection,
  type Side,
} from "./screen";
import { leftAt } from "./visited";

/** What is needed of the grid on the screen. */
export interface GridPort {
  /** Rows and columns as shown, sorted and filtered. */
  view(): View;
  /** Puts the keyboard focus on a cell and scrolls it into sight. */
  focus(place: Place): void;
  /** Scrolls a cell into sight and leaves the focus alone. */
  reveal(place: Place): void;
  /** Puts the selection and the focus on the nearest row that is left, after the one they were on was removed. */
  settle(): void;
  /** Does something and draws what came of it before it returns. */
  draw(update: () => void): void;
  /** Whether a person sorted or filtered, so that "below" on the screen is not "below" in the sheet. */
  arranged(): boolean;
}

export class Cursor {
  protected grid: GridPort | null = null;
  private notices = 0;

  constructor(
    readonly client: Client,
    readonly screen: Store<Screen>,
    protected readonly now: () => Date = () => new Date(),
    protected readonly makeId: () => string = () => newId(),
  ) {}

  /** The client's `subscribe`, free to be handed on. */
  readonly subscribe = (listener: () => void): (() => void) => this.client.subscribe(listener);

  attach(grid: GridPort | null): void {
    this.grid = grid;
  }

  get today(): IsoDate {
    return localToday(this.now());
  }

  /** Milliseconds since 1970 by the server's clock, as far as known. */
  get serverNow(): number {
    return this.now().getTime() + this.client.getState().clockOffset;
  }

  get view(): View {
    return this.grid?.view() ?? { rows: [], columns: [] };
  }

  get area(): Area | null {
    return areaOf(this.view, this.screen.get().selection);
  }

  /** Whether this person may change the sheet. Until the role is known, nobody may. */
  get mayEdit(): boolean {
    const { role, sheet, status } = this.client.getState();
    return (
      sheet !== null && (role === "editor" || role === "admin") && status !== "removed" && status !== "failed"
    );
  }

  protected draw(update: () => void): void {
    if (this.grid) this.grid.draw(update);
    else update();
  }

  /** Says something over the sheet's lower edge (and to screen readers); with `isUndoable`, beside a button that undoes it. */
  say(text: string, tone: Notice["tone"] = "info", isUndoable = false): void {
    this.screen.set({ notice: { text, tone, isUndoable, id: ++this.notices } });
  }

  /** Opens a panel beside the sheet, or closes it if it is the one that is open. */
  turnSide(side: Side): void {
    this.screen.set({ side: this.screen.get().side === side ? null : side });
  }

  /** Shows who changed what: everywhere, or in the row or cell that is selected. */
  openHistory(scope: Scope = "all"): void {
    this.screen.set({ side: "history", scope });
  }

  protected refuse(): boolean {
    if (this.mayEdit) return false;
    const { role } = this.client.getState();
    this.say(
      role === "viewer"
        ? "You can read this sheet; your role does not let you edit it."
        : "The sheet cannot be edited right now.",
      "bad",
    );
    return true;
  }

  // ── selection ────────────────────────────────────────────────────────────────────────────────────────────────

  select(anchor: Place, head: Place = anchor, rows = false, more: readonly string[] = []): void {
    const before = this.screen.get();
    const selection: Selection = { anchor, head, rows, ...(rows && more.length > 0 ? { more } : {}) };
    const issue =
      before.editing === null ? before.issues.get(cellKey(anchor.taskId, anchor.column)) : undefined;
    if (issue && before.notice?.text !== issue) this.say(issue, "bad");
    this.screen.set({
      selection,
      ...(before.issues.size > 0 && before.editing === null
        ? { issues: keepIssue(before.issues, anchor) }
        : {}),
    });
  }

  /** The cell some steps away from a place, or at the edge in that direction; stops at the sheet's ends. */
  private away(from: Place, dy: number, dx: number, toEdge: boolean): Place | null {
    const { rows, columns } = this.view;
    const clamp = (n: number, size: number) => Math.max(0, Math.min(size - 1, n));
    const go = (at: number, step: number, size: number) =>
      clamp(toEdge && step !== 0 ? (step < 0 ? 0 : size - 1) : at + step, size);
    const row =
      rows[
        go(
          rows.findIndex((r) => r.taskId === from.taskId),
          dy,
          rows.length,
        )
      ];
    const column = columns[go(columns.indexOf(from.column), dx, columns.length)];
    return row && column ? { taskId: row.taskId, column } : null;
  }

  /** Moves the far corner, by steps or to the edge. */
  extend(dy: number, dx: number, toEdge = false): void {
    const { selection } = this.screen.get();
    const head = selection && this.away(selection.head, dy, dx, toEdge);
    if (!selection || !head) return;
    this.select(selection.anchor, head, selection.rows && dx === 0, selection.more);
    this.grid?.reveal(head);
  }

  /** Moves the active cell, by steps or to the edge. A selection of whole rows stays one as long as it moves up or down. */
  jump(dy: number, dx: number, toEdge = false): void {
    const { selection } = this.screen.get();
    const place = selection && this.away(selection.anchor, dy, dx, toEdge);
    if (!selection || !place) return;
    const rows = selection.rows && dx === 0;
    this.select(place, place, rows);
    this.grid?.focus(place);
  }

  /** Whether a cell (or its whole row) lies in the selection. */
  isSelected(place: Place, rows: boolean): boolean {
    const { area, view } = this;
    if (rows && this.screen.get().selection?.more?.includes(place.taskId)) return true;
    const y = view.rows.findIndex((row) => row.taskId === place.taskId);
    const x = view.columns.indexOf(place.column);
    if (!area || y < area.top || y > area.bottom) return false;
    return rows ? (this.screen.get().selection?.rows ?? false) : x >= area.left && x <= area.right;
  }

  /** The rows in which something is selected, in the order in which they are shown. */
  get selectedRows(): readonly Row[] {
    const { area, view } = this;
    const more = new Set(this.screen.get().selection?.more);
    return view.rows.filter(
      (row, y) => (area !== null && y >= area.top && y <= area.bottom) || more.has(row.taskId),
    );
  }

  /** Adds a row to the selected ones, or takes it out if it is one of them; the last one stays. */
  toggleRow(place: Place): void {
    const { selection } = this.screen.get();
    const before = selection?.rows ? this.selectedRows.map((row) => row.taskId) : [];
    if (!before.includes(place.taskId)) {
      this.select(place, place, true, before);
      return;
    }
    const left = before.filter((id) => id !== place.taskId);
    const last = left.at(-1);
    if (last !== undefined) this.select({ ...place, taskId: last }, undefined, true, left.slice(0, -1));
  }

  selectAll(): void {
    const { rows, columns } = this.view;
    const first = rows[0];
    const last = rows.at(-1);
    const [left] = columns;
    const right = columns.at(-1);
    if (first && last && left && right) {
      this.select({ taskId: first.taskId, column: left }, { taskId: last.taskId, column: right });
    }
  }

  selectRows(): void {
    const { selection } = this.screen.get();
    if (selection) this.select(selection.anchor, selection.head, true);
  }

  /** Goes to a cell some steps away, over the end of a row into the next; false at the sheet's ends. */
  step(dy: number, dx: number): boolean {
    const { selection } = this.screen.get();
    const { rows, columns } = this.view;
    if (!selection) return false;
    let y = rows.findIndex((row) => row.taskId === selection.anchor.taskId) + dy;
    let x = columns.indexOf(selection.anchor.column) + dx;
    if (x >= columns.length) [x, y] = [0, y + 1];
    if (x < 0) [x, y] = [columns.length - 1, y - 1];
    const row = rows[y];
    const column = columns[x];
    if (!row || !column) return false;
    this.go({ taskId: row.taskId, column });
    return true;
  }

  /** Rows of this person's own that stay in sight though a filter would hide them, until the filters change. */
  private readonly kept = new Set<string>();

  keep(taskId: string): void {
    this.kept.add(taskId);
  }

  /** Whether a row is shown. */
  shows(row: Row): boolean {
    if (this.kept.has(row.taskId)) return true;
    const { filters, quick } = this.screen.get().arrangement;
    if (!passes(row, filters)) return false;
    if (quick.length === 0) return true;
    const viewer = this.viewer;
    return quick.every((one) => isQuick(row, one, viewer));
  }

  /** The day at which deadlines are judged: one of the sheet's own week. */
  get asOf(): IsoDate {
    return judgedOn(this.client.getState().sheet?.cycleId.split("/").at(-1) ?? "", this.today);
  }

  /** This person, as the filters of one click see them. */
  get viewer(): Viewer {
    const { user, sheet } = this.client.getState();
    return {
      id: user?.id ?? "",
      name: user?.name ?? "",
      directory: lastDirectory(),
      asOf: this.asOf,
      left: sheet ? leftAt(sheet.cycleId) : null,
    };
  }

  /** Changes how this person looks at the sheet, and remembers it. */
  arrange(change: Partial<Arrangement>, also: Partial<Pick<Screen, "board" | "find">> = {}): void {
    const { arrangement, selection } = this.screen.get();
    const next = { ...arrangement, ...change };
    if (change.filters || change.quick) this.kept.clear();
    save(next);
    this.screen.set({ arrangement: next, ...also });
    if (selection && next.hidden.includes(selection.anchor.column))
      this.select({ taskId: selection.anchor.taskId, column: "title" });
  }

  /** Looks at the sheet in another way, as a view or an address has it. */
  show({ arrangement, isBoard }: Look): void {
    // In one step, so that Back takes it back in one.
    this.arrange(arrangement, { board: isBoard, find: "" });
  }

  /** Brings a cell that one goes to back into sight, if a filter, the search or a hidden column covers it. */
  private uncover({ taskId, column }: Place): void {
    const { arrangement, find } = this.screen.get();
    if (arrangement.hidden.includes(column))
      this.arrange({ hidden: arrangement.hidden.filter((one) => one !== column) });
    const row = this.client.getState().sheet?.tasks.find((task) => task.taskId === taskId);
    if (!row || this.view.rows.some((shown) => shown.taskId === taskId)) return;
    if (!this.shows(row)) {
      this.arrange({ filters: {}, quick: [] });
      this.say("Your filters were cleared to show this row.");
    }
    if (find) this.screen.set({ find: "" });
  }

  /** Puts the focus back on the selection, which stays as it is. */
  refocus(): void {
    const { selection } = this.screen.get();
    if (selection) this.grid?.focus(selection.anchor);
  }

  go(place: Place): void {
    this.uncover(place);
    this.select(place);
    this.grid?.focus(place);
  }
}

/** Moving on clears what was said about other cells. */
function keepIssue(issues: ReadonlyMap<string, string>, place: Place): ReadonlyMap<string, string> {
  const key = cellKey(place.taskId, place.column);
  const kept = issues.get(key);
  return issues.size > 1 ? issues : kept ? issues : new Map();
}
