import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apply, type Column, type Op, precheck, type Sheet } from "../../src/fold/index.js";
import { MAX_CLIENT_FRAME_BYTES } from "../../src/generated/limits.js";
import { bytes, coalesce, gather } from "../../src/machine/coalesce.js";
import { edit, sampleSheet, T0 } from "../rig.js";

const asker = { author: { id: "ana", name: "Ana" }, role: "editor", at: T0 } as const;
const fold = (sheet: Sheet, ops: readonly Op[]) =>
  apply(sheet, { version: 2, id: "a.1", author: asker.author, at: T0, ops });
const shown = (sheet: Sheet) =>
  sheet.tasks.map(({ taskId, position, cells }) => [
    taskId,
    position,
    Object.entries(cells)
      .flatMap(([column, { value }]) => (value === "" ? [] : [`${column}: ${value}`]))
      .sort(),
  ]);

const step = fc.record({
  what: fc.constantFrom("cell", "cell", "cell", "batch", "insert", "remove", "move"),
  row: fc.nat(9),
  column: fc.constantFrom<Column>("title", "blockers", "assignee"),
  value: fc.constantFrom("", "a", "b", "one", "two"),
});

/** Ops as a person makes them: each on what those before it made. */
function typed(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]): Op[] {
  let sheet = sampleSheet();
  const ops: Op[] = [];
  steps.forEach(({ what, row, column, value }, i) => {
    const at = sheet.tasks[row % Math.max(1, sheet.tasks.length)];
    const text = (of: Column) => at?.cells[of]?.value ?? "";
    let op: Op | null = null;
    if (what === "insert")
      op = { op: "ROW_INSERT", taskId: `n${i % 3}`, after: at?.taskId ?? null, cells: {} };
    else if (at === undefined) return;
    else if (what === "remove") op = { op: "ROW_REMOVE", taskId: at.taskId };
    else if (what === "move") op = { op: "ROW_MOVE", taskId: at.taskId, after: null };
    else if (what === "cell")
      op = { op: "CELL_MODIFY", taskId: at.taskId, column, oldValue: text(column), newValue: value };
    else {
      const update = (of: Column) => ({ [of]: { oldValue: text(of), newValue: value } });
      op = { op: "BATCH_UPDATE", taskId: at.taskId, updates: { ...update(column), ...update("title") } };
    }
    if (precheck(sheet, [op], asker) !== null) return;
    ops.push(op);
    sheet = fold(sheet, [op]);
  });
  return ops;
}

describe("coalescing", () => {
  it("never changes what a change comes to, nor makes the server refuse it", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) => {
        const ops = typed(steps);
        const fewer = coalesce(ops);
        expect(fewer.length).toBeLessThanOrEqual(ops.length);
        expect(shown(fold(sampleSheet(), fewer))).toEqual(shown(fold(sampleSheet(), ops)));
        if (fewer.length > 0) expect(precheck(sampleSheet(), fewer, asker)).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  it("does not reach over the removal of a row", () => {
    const insert: Op = { op: "ROW_INSERT", taskId: "r1", after: null, cells: { title: "new" } };
    const ops = [
      edit("r1", "one", "a"),
      { op: "ROW_REMOVE", taskId: "r1" } as const,
      insert,
      edit("r1", "new", "newer"),
    ];
    expect(coalesce(ops)).toEqual([ops[0], ops[1], { ...insert, cells: { title: "newer" } }]);
  });

  it("counts a text's bytes as UTF-8", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(bytes(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it("fills a frame and no more, from a queue of any length, in reasonable time", () => {
    const queue = Array.from({ length: 3_000 }, (_, call) => {
      return { call, ops: [edit(`row-${call}`, "", "é".repeat(50))] };
    });
    let rest: typeof queue | ReturnType<typeof gather>["rest"] = queue;
    let sent = 0;
    for (let frames = 0; rest.length > 0; frames += 1) {
      expect(frames).toBeLessThan(100);
      const gathered = gather(rest, new Map());
      expect(
        bytes(JSON.stringify({ type: "change", id: "x".repeat(52), base: 2 ** 53, ops: gathered.ops })),
      ).toBeLessThanOrEqual(MAX_CLIENT_FRAME_BYTES);
      sent += gathered.ops.length;
      rest = gathered.rest;
    }
    expect(sent).toBe(3_000);
  });
});
