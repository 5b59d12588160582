/**
 * What a person can do to the sheet, as words. Keys, buttons, menus and the clipboard all end here, so that each
 * action is one change to the log and is said the same way everywhere.
 * Owns nothing: reads the client's sheet and the screen's state, calls the client, moves the selection.
 */
import { type Column, type Conflict, MAX_ROWS, type Op, type Outcome, type Row } from "@cyclesheet/client";
import { isolated } from "../lib/bidi";
import { Cursor } from "./cursor";
import { barToMoving } from "./model/arrangement";
import {
  type Area,
  type Plan,
  type Problem,
  planClear,
  planFill,
  planPaste,
  readArea,
  type View,
  valueAt,
} from "./model/block";
import { formatBlock, formatTable, parseBlock } from "./model/clipboard";
import { COLUMN_INFO } from "./model/columns";
import { heldRow, refusal } from "./model/locks";
import { dropAfter } from "./model/order";
import { isUndated, type Normalised, normalise } from "./model/values";
import { refusalText } from "./refusalText";
import { keepWords } from "./rescue";
import { cellKey, type Place } from "./screen";

export type { GridPort } from "./cursor";

const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en-GB")} ${n === 1 ? one : many}`;

/** The user who edited the same cells, and that a choice is needed. */
function conflictText(conflicts: readonly Conflict[]): string {
  const names = [...new Set(conflicts.map(({ theirAuthor }) => theirAuthor.name))];
  const who = names.length === 1 && names[0] ? isolated(names[0]) : "Others";
  return conflicts.length === 1
    ? `${who} edited this cell too. Choose which version to keep.`
    : `${who} edited ${conflicts.length} of these cells too. Choose which versions to keep.`;
}

export class Controller extends Cursor {
  // ── one cell ─────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Opens the editor of the active cell; `initial` replaces its text, as when a person just types. With `isComposing` an
   * input method is at work elsewhere, and the editor does not take the focus.
   */
  edit(initial: string | null = null, isComposing = false): boolean {
    const { selection } = this.screen.get();
    if (!selection) return false;
    const { taskId, column } = selection.anchor;
    const reads = initial === null && COLUMN_INFO[column].editor === "readonly";
    if (!reads && this.refuse()) return false;
    const row = this.row(taskId);
    if (!row) return false;
    if (COLUMN_INFO[column].editor === "readonly") {
      // It names messages: what one wants of it is to read them.
      if (initial === null) this.screen.set({ side: "details" });
      else this.say("Source is read-only: it names the messages that a row came from.", "bad");
      return false;
    }
    const lock = this.lockOf(taskId);
    if (lock) {
      this.say(lock, "bad");
      return false;
    }
    const { area } = this;
    const isMany =
      area !== null &&
      (selection.rows ? this.selectedRows.length > 1 : area.top < area.bottom || area.left < area.right);
    this.select(selection.anchor);
    this.grid?.reveal(selection.anchor);
    const base = valueAt(row, column);
    this.screen.set({
      editing: {
        taskId,
        column,
        base,
        initial,
        ...(isComposing ? { isComposing } : {}),
        ...(isMany ? { fills: selection } : {}),
      },
    });
    return true;
  }

  /** Why a row cannot be edited now: somebody else holds it. Null if nobody does. */
  lockOf(taskId: string): string | null {
    const { sheet, user } = this.client.getState();
    const held = heldRow(sheet, taskId, user?.id, this.serverNow);
    return held && !held.isOwn ? refusal(held) : null;
  }

  /** Says why rows cannot be taken away or moved; true if there is a reason. */
  private refuseHeld(taskIds: readonly string[]): boolean {
    const reason = taskIds.map((id) => this.lockOf(id)).find((why) => why !== null);
    if (reason) this.say(reason, "bad");
    return reason !== undefined;
  }

  /** What is on the screen, with the rows that others hold: what is planned on it leaves those out. */
  private get open(): View {
    return { ...this.view, lockOf: (taskId) => this.lockOf(taskId) };
  }

  private row(taskId: string) {
    return this.client.getState().sheet?.tasks.find((task) => task.taskId === taskId);
  }

  /** Why a text cannot be in the cell being edited; null if it can. */
  problemWith(text: string): string | null {
    const { editing } = this.screen.get();
    if (!editing) return null;
    const result = this.normalised(editing.column, text);
    return result.ok ? null : result.problem;
  }

  /** What a text becomes in a column. */
  normalised(column: Column, text: string): Normalised {
    return normalise(column, text, this.today);
  }

  /**
   * Ends editing and stores the text. False, and the editor stays, if the column does not accept the text; with
   * `leaving` it closes all the same and the reason is shown at the cell.
   */
  commit(text: string, move: readonly [dy: number, dx: number] | null, leaving = false): boolean {
    const { editing } = this.screen.get();
    if (!editing) return true;
    const { taskId, column, base } = editing;
    if (!this.row(taskId)) {
      // The row went away while it was being edited. The words are kept where the person can take them.
      this.screen.set({ editing: null });
      keepWords(this, { taskId, column, text });
      if (!leaving) this.grid?.settle();
      return true;
    }
    const result = text === base ? { ok: true as const, value: base } : this.normalised(column, text);
    if (!result.ok) {
      if (!leaving) return false;
      this.screen.set({ editing: null });
      this.showProblems([{ taskId, column, problem: `Not stored. ${result.problem}` }]);
      return true;
    }
    this.screen.set({ editing: null });
    if (editing.settles) this.client.keepTheirs(editing.settles);
    if (result.value !== base) {
      void this.send([{ op: "CELL_MODIFY", taskId, column, oldValue: base, newValue: result.value }]);
      if (column === "deadline" && isUndated(result.value))
        this.say(`“${isolated(result.value)}” is not a date. It is kept as text and is never overdue.`);
    }
    if (leaving) return true;
    if (!move || !this.step(move[0], move[1])) this.grid?.focus({ taskId, column });
    return true;
  }

  /** Ends editing and stores the text in all cells that were selected; false, and the editor stays, if a column refuses it. */
  commitAll(text: string): boolean {
    const { editing } = this.screen.get();
    const fills = editing?.fills;
    if (!editing || !fills) return this.commit(text, null);
    const result = this.normalised(editing.column, text);
    if (!result.ok) return false;
    this.screen.set({ editing: null });
    const again = () => this.select(fills.anchor, fills.head, fills.rows, fills.more);
    again();
    const { area } = this;
    const { columns } = this.view;
    const column = columns.indexOf(editing.column);
    // Of whole rows the one column is meant, and not every cell.
    const [view, target] = fills.rows
      ? [
          { ...this.open, rows: this.selectedRows },
          { top: 0, bottom: this.selectedRows.length - 1, left: column, right: column },
        ]
      : [this.open, area];
    if (target)
      this.carryOut(planPaste(view, target, [[result.value]], this.today, this.makeId, false), "filled");
    this.grid?.focus({ taskId: editing.taskId, column: editing.column });
    again();
    return true;
  }

  cancel(): void {
    const { editing } = this.screen.get();
    if (!editing) return;
    this.screen.set({ editing: null });
    if (this.row(editing.taskId)) this.grid?.focus({ taskId: editing.taskId, column: editing.column });
    else this.grid?.settle();
  }

  // ── blocks ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** What is selected, as a rectangle: rows that do not stand together are put together. */
  private get block(): { readonly view: View; readonly area: Area } | null {
    const { area, view } = this;
    if (!area) return null;
    if (!this.screen.get().selection?.more) return { view: this.open, area };
    const rows = this.selectedRows;
    const whole = { top: 0, bottom: rows.length - 1, left: 0, right: view.columns.length - 1 };
    return { view: { ...this.open, rows }, area: whole };
  }

  copy(): string | null {
    const { block } = this;
    if (!block) return null;
    const { area, view } = block;
    const cells = (area.bottom - area.top + 1) * (area.right - area.left + 1);
    this.say(`${count(cells, "cell")} copied.`);
    return formatBlock(readArea(view, area));
  }

  /** The selected cells as a table, for programs that paste one. */
  copiedTable(): string | null {
    const { block } = this;
    return block && formatTable(readArea(block.view, block.area));
  }

  cut(): string | null {
    const text = this.copy();
    if (text !== null) this.clear();
    return text;
  }

  paste(text: string): void {
    const { area } = this;
    if (!area || text === "" || this.refuse()) return;
    const plan = planPaste(
      this.open,
      area,
      parseBlock(text),
      this.today,
      this.makeId,
      !this.grid?.arranged(),
    );
    this.carryOut(plan, "pasted");
  }

  clear(): void {
    const { block } = this;
    const { selection } = this.screen.get();
    if (!block || !selection || this.refuse()) return;
    this.carryOut(planClear(block.view, block.area, this.today), "cleared");
    if (selection.more) this.select(selection.anchor, selection.head, true, selection.more);
  }

  /** Fills `to` with the values of `from`; `to` contains `from`. */
  fill(from: Area, to: Area): void {
    if (this.refuse()) return;
    this.carryOut(planFill(this.open, from, to, this.today), "filled");
  }

  /** Repeats the selection's first row (or column) over the rest of it. */
  fillSelection(direction: "down" | "right"): void {
    const { area } = this;
    if (!area) return;
    const from = direction === "down" ? { ...area, bottom: area.top } : { ...area, right: area.left };
    if (from.bottom === area.bottom && from.right === area.right) {
      this.say(
        `Select the cell to repeat and those ${direction === "down" ? "below" : "to the right of"} it, then fill.`,
      );
      return;
    }
    this.fill(from, area);
  }

  private carryOut(plan: Plan, done: string): void {
    const { rows, columns } = this.view;
    const at = (y: number, x: number): Place | null => {
      const row = rows[y];
      const column = columns[x];
      return row && column ? { taskId: row.taskId, column } : null;
    };
    const anchor = at(plan.area.top, plan.area.left);
    const head = at(Math.min(plan.area.bottom, rows.length - 1), plan.area.right);
    if (anchor && head) this.select(anchor, head);
    if (plan.ops.length > 0) void this.send(plan.ops);
    const added = plan.ops.filter((op) => op.op === "ROW_INSERT").length;
    const parts = added ? [`${count(added, "row")} added`] : [];
    parts.push(`${count(plan.cells, "cell")} ${done}`);
    const refused = plan.problems.length;
    const more = [
      plan.skipped > 0 && "Source was skipped: it is read-only.",
      refused > 0 && `${count(refused, "value")} ${refused === 1 ? "is" : "are"} not allowed.`,
      plan.dropped > 0 && `${count(plan.dropped, "cell")} did not fit.`,
      plan.undated === 1 && "1 deadline is not a date: it is kept as text.",
      plan.undated > 1 && `${plan.undated} deadlines are not dates: they are kept as text.`,
    ].filter((sentence) => typeof sentence === "string");
    const isBad = refused > 0 || plan.dropped > 0;
    this.say([`${parts.join(", ")}.`, ...more].join(" "), isBad ? "bad" : "info", plan.ops.length > 0);
    this.showProblems(plan.problems);
  }

  private showProblems(problems: readonly Problem[]): void {
    this.screen.set({ issues: new Map(problems.map((p) => [cellKey(p.taskId, p.column), p.problem])) });
    const [first] = problems;
    if (first && problems.length === 1) this.say(first.problem, "bad");
  }

  // ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A new empty row below (or above) the active one; at the end when there is none. */
  insertRow(where: "below" | "above" = "below"): void {
    const { sheet } = this.client.getState();
    if (!sheet || this.refuse()) return;
    if (sheet.tasks.length >= MAX_ROWS) {
      this.say(`A sheet holds at most ${MAX_ROWS} rows.`, "bad");
      return;
    }
    const { selection } = this.screen.get();
    const order = sheet.tasks.map((task) => task.taskId);
    const { area, view } = this;
    const edge = area && view.rows[where === "below" ? area.bottom : area.top]?.taskId;
    const at = edge ? order.indexOf(edge) : order.length - 1;
    const after = order[where === "below" ? at : at - 1] ?? null;
    const taskId = this.makeId();
    this.keep(taskId);
    // Drawn at once, so that the next key already finds the row.
    this.draw(() => void this.send([{ op: "ROW_INSERT", taskId, after, cells: {} }]));
    const column: Column = selection && !selection.rows ? selection.anchor.column : "title";
    this.go({ taskId, column });
    this.say("Row added.", "info", true);
  }

  /** Adds a copy of each selected row below them. What the extraction cited stays with the original. */
  duplicateRows(): void {
    const { view, selectedRows: rows } = this;
    const { sheet } = this.client.getState();
    if (rows.length === 0 || !sheet || this.refuse()) return;
    if (sheet.tasks.length + rows.length > MAX_ROWS) {
      this.say(`A sheet holds at most ${MAX_ROWS} rows.`, "bad");
      return;
    }
    let after = rows.at(-1)?.taskId ?? null;
    const ops: Op[] = rows.map((row) => {
      const taskId = this.makeId();
      const cells = Object.fromEntries(
        view.columns
          .filter((column) => column !== "source" && valueAt(row, column) !== "")
          .map((column) => [column, valueAt(row, column)]),
      );
      this.keep(taskId);
      const op: Op = { op: "ROW_INSERT", taskId, after, cells };
      after = taskId;
      return op;
    });
    const [first] = ops;
    this.draw(() => void this.send(ops));
    if (first?.op === "ROW_INSERT") this.go({ taskId: first.taskId, column: "title" });
    this.say(`${count(rows.length, "row")} duplicated.`, "info", true);
  }

  removeRows(): void {
    const { view, selectedRows: rows } = this;
    if (this.refuse()) return;
    if (rows.length === 0 || this.refuseHeld(rows.map((row) => row.taskId))) return;
    const isGoing = new Set(rows);
    const last = view.rows.indexOf(rows.at(-1) as Row);
    const next = view.rows[last + 1] ?? view.rows.filter((row) => !isGoing.has(row)).at(-1);
    const { selection } = this.screen.get();
    this.draw(() => void this.send(rows.map((row) => ({ op: "ROW_REMOVE", taskId: row.taskId }))));
    if (next && selection) this.go({ taskId: next.taskId, column: selection.anchor.column });
    else this.screen.set({ selection: null });
    this.say(
      `${count(rows.length, "row")} removed. Undo brings ${rows.length === 1 ? "it" : "them"} back.`,
      "info",
      true,
    );
  }

  /** Moves the selected rows past their neighbour. */
  moveRows(direction: "up" | "down"): void {
    const { view } = this;
    const rows = this.selectedRows.map((row) => row.taskId);
    if (rows.length === 0 || this.refuse()) return;
    const bar = this.barToMoving;
    if (bar) return this.say(bar, "bad");
    if (this.refuseHeld(rows)) return;
    const order = view.rows.map((row) => row.taskId);
    const places = rows.map((id) => order.indexOf(id));
    // Rows that do not stand together are gathered.
    const gap =
      direction === "up"
        ? Math.max(0, Math.min(...places) - 1)
        : Math.min(order.length, Math.max(...places) + 2);
    const after = dropAfter(order, rows, gap);
    if (after === undefined) return;
    this.draw(() => this.place(rows, after));
    const { selection } = this.screen.get();
    if (selection) {
      this.grid?.reveal(selection.anchor);
      this.grid?.reveal(selection.head);
    }
    this.say(`${count(rows.length, "row")} moved ${direction}.`, "info", true);
  }

  /** Returns why rows cannot be moved at the moment, as a sentence; null if they can. */
  get barToMoving(): string | null {
    const { arrangement, find } = this.screen.get();
    return barToMoving(arrangement, find);
  }

  /** Puts rows, in their order, after another; null is the top. */
  place(rows: readonly string[], after: string | null): void {
    if (this.refuse() || this.refuseHeld(rows)) return;
    const bar = this.barToMoving;
    if (bar) return this.say(bar, "bad");
    let previous = after;
    const ops: Op[] = rows.map((taskId) => {
      const op: Op = { op: "ROW_MOVE", taskId, after: previous };
      previous = taskId;
      return op;
    });
    void this.send(ops);
  }

  // ── the log ──────────────────────────────────────────────────────────────────────────────────────────────────

  async send(ops: readonly Op[]): Promise<Outcome> {
    return this.report(await this.client.change(ops));
  }

  undo(): void {
    if (this.refuse()) return;
    const undone = this.client.undo();
    if (!undone) this.say("Nothing to undo.");
    else void undone.then((outcome) => this.reportStep(outcome, "undone"));
  }

  redo(): void {
    if (this.refuse()) return;
    const redone = this.client.redo();
    if (!redone) this.say("Nothing to redo.");
    else void redone.then((outcome) => this.reportStep(outcome, "redone"));
  }

  /**
   * Says what became of an undo. Where somebody wrote since, their words stay and no choice is asked for: what an undo
   * would bring back is an old text, and nobody's current wish.
   */
  private reportStep(outcome: Outcome, done: "undone" | "redone"): void {
    if (outcome.ok || outcome.conflicts.length === 0) {
      this.report(outcome, `${done === "undone" ? "Undone" : "Redone"}.`);
      return;
    }
    const { conflicts } = outcome;
    for (const { id } of conflicts) this.client.keepTheirs(id);
    const names = [...new Set(conflicts.map(({ theirAuthor }) => isolated(theirAuthor.name)))].join(" and ");
    const what = conflicts.length === 1 ? "it" : `${conflicts.length} cells`;
    this.say(`${names} changed ${what} since; not ${done}.`, "bad");
  }

  private report(outcome: Outcome, done?: string): Outcome {
    if (outcome.ok) {
      if (done) this.say(done);
    } else if (outcome.code === "CONFLICT") {
      // A conflict has its own place on the screen; a refusal without one is shown here.
      this.say(outcome.conflicts.length ? conflictText(outcome.conflicts) : refusalText(outcome).text, "bad");
    } else if (outcome.code !== "CLOSED") {
      this.say(refusalText(outcome).text, "bad");
    }
    return outcome;
  }
}
