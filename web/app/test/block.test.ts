import { COLUMNS, MAX_ROWS, type Row } from "@cyclesheet/client";
import { describe, expect, test } from "vitest";
import { type Area, planClear, planFill, planPaste, type View } from "../src/sheet/model/block";

const TODAY = "2026-11-20";

function row(taskId: string, cells: { [column: string]: string } = {}): Row {
  return {
    taskId,
    position: taskId,
    cells: Object.fromEntries(
      Object.entries(cells).map(([c, value]) => [c, { value, version: 1, author: "ana" }]),
    ),
    isManuallyEdited: false,
    carriedFrom: null,
    generation: null,
  };
}

const view = (...rows: Row[]): View => ({ rows, columns: COLUMNS });
const at = (top: number, left: number, bottom = top, right = left): Area => ({ top, left, bottom, right });
let ids = 0;
const newId = () => `new-${++ids}`;

describe("pasting a block", () => {
  const sheet = view(
    row("a", { status: "Not started", priority: "Low" }),
    row("b", { status: "Blocked" }),
    row("c"),
  );

  test("is one change: a batch for a row of several cells, a plain edit for one, each with the old value", () => {
    const plan = planPaste(
      sheet,
      at(0, 2),
      [
        ["done", "high"],
        ["Blocked", "urgent"],
      ],
      TODAY,
      newId,
    );
    expect(plan.ops).toEqual([
      {
        op: "BATCH_UPDATE",
        taskId: "a",
        updates: {
          status: { oldValue: "Not started", newValue: "Done" },
          priority: { oldValue: "Low", newValue: "High" },
        },
      },
      { op: "CELL_MODIFY", taskId: "b", column: "priority", oldValue: "", newValue: "Urgent" },
    ]);
    expect(plan.cells).toBe(3);
    expect(plan.area).toEqual(at(0, 2, 1, 3));
  });

  test("leaves out what cannot stand, says why, and takes the rest", () => {
    const plan = planPaste(sheet, at(0, 2), [["nonsense", "High"]], TODAY, newId);
    expect(plan.ops).toEqual([
      { op: "CELL_MODIFY", taskId: "a", column: "priority", oldValue: "Low", newValue: "High" },
    ]);
    expect(plan.problems).toHaveLength(1);
    expect(plan.problems[0]).toMatchObject({ taskId: "a", column: "status" });
  });

  test("one cell fills the whole selection", () => {
    const plan = planPaste(sheet, at(0, 4, 2, 4), [["Ana Ruiz"]], TODAY, newId);
    expect(plan.ops).toHaveLength(3);
  });

  test("a block is repeated over a selection that is a whole multiple of it, and only then", () => {
    const twice = planPaste(sheet, at(0, 0, 1, 3), [["x", "y"]], TODAY, newId);
    expect(twice.area).toEqual(at(0, 0, 1, 3));
    const once = planPaste(sheet, at(0, 0, 2, 0), [["x"], ["y"]], TODAY, newId);
    expect(once.area).toEqual(at(0, 0, 1, 0));
  });

  test("rows beyond the last become new rows, after it and in order", () => {
    const plan = planPaste(sheet, at(2, 0), [["one"], ["two"], ["three"]], TODAY, () => newId());
    expect(plan.ops.map((op) => op.op)).toEqual(["CELL_MODIFY", "ROW_INSERT", "ROW_INSERT"]);
    const [, second, third] = plan.ops;
    expect(second).toMatchObject({ after: "c", cells: { title: "two" } });
    expect(third).toMatchObject({
      after: second && "taskId" in second ? second.taskId : "?",
      cells: { title: "three" },
    });
  });

  test("a sheet never grows beyond its limit; what had no place is counted", () => {
    const full = view(...Array.from({ length: MAX_ROWS }, (_, i) => row(`t${i}`)));
    const plan = planPaste(full, at(MAX_ROWS - 1, 0), [["a"], ["b"]], TODAY, newId);
    expect(plan.ops).toHaveLength(1);
    expect(plan.dropped).toBe(1);
    expect(planPaste(sheet, at(0, 8), [["m1", "beyond"]], TODAY, newId).dropped).toBe(1);
  });

  test("an unchanged value is no change", () => {
    expect(planPaste(sheet, at(0, 2), [["Not started"]], TODAY, newId).ops).toEqual([]);
  });
});

describe("filling and clearing", () => {
  const sheet = view(
    row("a", { status: "Done", priority: "High", source: "m1" }),
    row("b", { status: "Blocked" }),
    row("c"),
    row("d"),
  );

  test("a fill repeats its source downwards and never touches the source itself", () => {
    const plan = planFill(sheet, at(0, 2, 1, 2), at(0, 2, 3, 2), TODAY);
    expect(plan.ops).toEqual([
      { op: "CELL_MODIFY", taskId: "c", column: "status", oldValue: "", newValue: "Done" },
      { op: "CELL_MODIFY", taskId: "d", column: "status", oldValue: "", newValue: "Blocked" },
    ]);
  });

  test("a fill upwards keeps the pattern", () => {
    const plan = planFill(sheet, at(1, 2), at(0, 2, 1, 2), TODAY);
    expect(plan.ops).toEqual([
      { op: "CELL_MODIFY", taskId: "a", column: "status", oldValue: "Done", newValue: "Blocked" },
    ]);
  });

  test("clearing passes over the read-only source, unless only that was meant", () => {
    const row0 = planClear(sheet, at(0, 2, 0, 8), TODAY);
    expect(row0.ops).toHaveLength(1);
    expect(row0.cells).toBe(2);
    expect(row0.problems).toEqual([]);
    expect(planClear(sheet, at(0, 8), TODAY).problems).toHaveLength(1);
  });
});
