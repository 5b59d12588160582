import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  apply,
  type Change,
  canonical,
  foldable,
  inverse,
  type Op,
  objection,
  precheck,
} from "../../src/fold/index.js";
import { between, withRow } from "../../src/fold/position.js";
import { byCodePoint, codePoints, normalised } from "../../src/fold/text.js";
import { edit, sampleSheet, T0 } from "../rig.js";

const ana = { id: "ana", name: "Ana" };
const asker = { author: ana, role: "editor", at: T0 } as const;
const change = (version: number, ...ops: Op[]): Change => ({
  version,
  id: `a.${version}`,
  author: ana,
  at: T0,
  ops,
});

describe("text", () => {
  it("is ordered by code point, as UTF-8 bytes are", () => {
    const utf8 = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(Math.sign(byCodePoint(a, b))).toBe(Math.sign(utf8(a, b)));
      }),
    );
    expect(byCodePoint("\uff5e", "😀")).toBeLessThan(0);
  });

  it("counts code points", () => expect(codePoints("é😀")).toBe(2));

  it("folds only ASCII in titles", () => {
    expect(normalised("  Fix: the *Login*-page! ")).toBe("fix the login page");
    expect(normalised("Übergabe  planen")).toBe("Übergabe planen");
    expect(normalised("…")).toBe("…");
  });
});

describe("a column", () => {
  it.each([
    ["status", "In progress", true],
    ["status", "in progress", false],
    ["priority", "", true],
    ["priority", "P1", false],
    ["progress", "100", true],
    ["progress", "101", false],
    ["progress", "060", false],
    ["progress", "+5", false],
    ["deadline", "when the audit ends", true],
    ["title", "two\nlines\tand a tab", true],
    ["title", "bell\u0007", false],
    ["title", "\u0085", false],
    ["title", "half \ud83d", false],
    ["title", "😀".repeat(2_000), true],
    ["title", "é".repeat(2_001), false],
  ] as const)("%s takes %j: %s", (column, value, good) => {
    expect(objection(column, value) === null).toBe(good);
  });
});

describe("positions", () => {
  it("leave room between any two neighbours", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { maxLength: 100, size: "max" }), (places) => {
        const keys: string[] = [];
        for (const place of places) {
          const at = place % (keys.length + 1);
          const key = between(keys[at - 1] ?? null, keys[at] ?? null);
          expect(key).not.toBeNull();
          keys.splice(at, 0, key ?? "");
        }
        expect([...keys].sort()).toEqual(keys);
      }),
    );
  });

  it("are none for what are no keys in order", () => {
    expect(between("a1", "a0")).toBeNull();
    expect(between("a0", "a0")).toBeNull();
    expect(between("?", null)).toBeNull();
  });

  it("keep the rows sorted", () => {
    const { tasks } = sampleSheet();
    const row = { ...tasks[0], position: "a1V" } as (typeof tasks)[number];
    expect(withRow(tasks, row).map(({ taskId }) => taskId)).toEqual(["r2", "r1", "r3"]);
  });
});

describe("a change", () => {
  it("of a user named __proto__ is a change like any other", () => {
    const author = { id: "__proto__", name: "P" };
    const sheet = apply(sampleSheet(), { ...change(2, edit("r1", "one", "x")), author });
    expect(JSON.parse(canonical(sheet)).tasks[0].cells.title.author).toBe("__proto__");
    expect(Object.keys(sheet.authors)).toContain("__proto__");
    expect(Object.getPrototypeOf(sheet.authors)).toBe(Object.prototype);
  });

  it("that this release does not know is not folded", () => {
    expect(foldable({ ops: [{ op: "ROW_PAINT" }] })).toBe(false);
    expect(foldable({ ops: [{ op: "constructor" }] })).toBe(false);
    expect(
      foldable({ ops: [{ op: "CELL_MODIFY", taskId: "r1", column: "colour", oldValue: "", newValue: "" }] }),
    ).toBe(false);
    expect(foldable({ ops: [null] })).toBe(false);
  });

  it("folds without a word whatever passes for foldable", () => {
    const name = fc.constantFrom(
      "CELL_MODIFY",
      "BATCH_UPDATE",
      "ROW_INSERT",
      "ROW_MOVE",
      "COMMENT_ADD",
      "GENERATED",
      "ROW_LOCK",
    );
    const anything = fc.oneof(fc.anything(), fc.constantFrom("r1", "r2", "title", null, {}, []));
    const fields = fc.dictionary(
      fc.constantFrom("taskId", "column", "newValue", "after", "cells", "updates", "rows"),
      anything,
    );
    fc.assert(
      fc.property(name, fields, (op, rest) => {
        const odd = { ...change(2), ops: [{ op, ...rest }] };
        if (foldable(odd)) expect(apply(sampleSheet(), odd).version).toBe(2);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the check before sending", () => {
  it.each<[string, Op, string]>([
    ["a row that is gone", edit("gone", "", "x"), "UNKNOWN_TARGET"],
    ["a text that changed", edit("r1", "other", "x"), "CONFLICT"],
    [
      "a source",
      { op: "CELL_MODIFY", taskId: "r1", column: "source", oldValue: "", newValue: "m1" },
      "INVALID_VALUE",
    ],
    ["no column at all", { op: "BATCH_UPDATE", taskId: "r1", updates: {} }, "MALFORMED"],
    ["an id that is taken", { op: "ROW_INSERT", taskId: "r1", after: null, cells: {} }, "UNKNOWN_TARGET"],
    ["an id with a space", { op: "ROW_INSERT", taskId: "a b", after: null, cells: {} }, "MALFORMED"],
    ["a neighbour that is gone", { op: "ROW_MOVE", taskId: "r1", after: "gone" }, "UNKNOWN_TARGET"],
    ["a lock for too long", { op: "ROW_LOCK", taskId: "r1", seconds: 301 }, "INVALID_VALUE"],
    [
      "an empty comment",
      { op: "COMMENT_ADD", commentId: "c", taskId: "r1", text: " ", mentions: [] },
      "INVALID_VALUE",
    ],
    [
      "an answer to nothing",
      { op: "COMMENT_REPLY", commentId: "c", replyId: "d", text: "x", mentions: [] },
      "UNKNOWN_TARGET",
    ],
    ["a removal of people", { op: "MEMBER_REVOKE", userId: "bo" }, "FORBIDDEN"],
  ])("refuses %s", (_, op, code) =>
    expect(precheck(sampleSheet(), [op], asker)).toMatchObject({ code, index: 0 }),
  );

  it("sees each op on what those before it made", () => {
    const ops: Op[] = [
      { op: "ROW_INSERT", taskId: "n", after: "r1", cells: {} },
      edit("n", "", "x"),
      edit("n", "x", "y"),
    ];
    expect(precheck(sampleSheet(), ops, asker)).toBeNull();
    expect(precheck(sampleSheet(), [...ops, edit("n", "x", "z")], asker)).toMatchObject({
      code: "CONFLICT",
      index: 3,
    });
  });

  it("lets the holder pass a lock, and everybody once it has ended", () => {
    const author = { id: "bo", name: "Bo" };
    const locked = apply(sampleSheet(), {
      ...change(2, { op: "ROW_LOCK", taskId: "r1", seconds: 60 }),
      author,
    });
    const op = edit("r1", "one", "x");
    expect(precheck(locked, [op], asker)).toMatchObject({ code: "LOCKED", message: "Bo holds this row" });
    expect(precheck(locked, [op], { ...asker, author })).toBeNull();
    expect(precheck(locked, [op], { ...asker, at: T0 + 60_000 })).toBeNull();
    expect(precheck(locked, [{ op: "ROW_UNLOCK", taskId: "r1" }], { ...asker, role: "admin" })).toBeNull();
  });
});

describe("the inverse", () => {
  it("takes a change back: the texts and the order are those from before", () => {
    const ops: Op[] = [
      edit("r1", "one", "uno"),
      { op: "ROW_REMOVE", taskId: "r2" },
      { op: "ROW_MOVE", taskId: "r3", after: null },
      { op: "ROW_INSERT", taskId: "n", after: "r3", cells: { title: "new" } },
      { op: "BATCH_UPDATE", taskId: "r1", updates: { title: { oldValue: "uno", newValue: "eins" } } },
    ];
    const before = sampleSheet();
    const back = inverse(before, ops, asker);
    const after = [ops, back].reduce((sheet, part, i) => apply(sheet, change(i + 2, ...part)), before);
    const shown = (sheet: typeof before) =>
      sheet.tasks.map(({ taskId, cells }) => [taskId, cells.title?.value]);
    expect(shown(after)).toEqual(shown(before));
  });
});
