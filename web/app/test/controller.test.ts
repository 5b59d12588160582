import { COLUMNS, type Sheet } from "@cyclesheet/client";
import { beforeEach, describe, expect, test } from "vitest";
import { createFixture, type Fixture } from "../src/dev/fixtureClient";
import { sampleSheet } from "../src/dev/sampleSheet";
import { Controller } from "../src/sheet/controller";
import { followPresence } from "../src/sheet/presence";
import { followRefusals } from "../src/sheet/refusals";
import { createScreen } from "../src/sheet/screen";
import { hasUnsavedWork } from "../src/sheet/unload";

let client: Fixture;
let controller: Controller;

/** A controller over a grid that shows every row in order. */
function open(sheet: Sheet = sampleSheet(), role: "editor" | "viewer" = "editor") {
  client = createFixture(sheet, { role });
  let ids = 0;
  controller = new Controller(
    client,
    createScreen(),
    () => new Date("2026-11-20T12:00:00"),
    () => `new-${++ids}`,
  );
  controller.attach({
    view: () => ({ rows: client.getState().sheet?.tasks ?? [], columns: COLUMNS }),
    focus: () => {},
    settle: () => {},
    reveal: () => {},
    draw: (update) => update(),
    arranged: () => false,
  });
}

beforeEach(() => open());

describe("a person's actions are one change each", () => {
  test("a pasted block", () => {
    controller.select({ taskId: "g1-4", column: "status" });
    controller.paste("Done\tHigh\nblocked\tLow\n");
    expect(client.changes).toHaveLength(1);
    expect(client.changes[0]).toHaveLength(2);
    expect(controller.screen.get().notice?.text).toBe("3 cells pasted.");
  });

  test("several rows removed, and where the selection goes", () => {
    controller.select({ taskId: "g1-2", column: "title" }, { taskId: "g1-3", column: "title" });
    controller.removeRows();
    expect(client.changes).toEqual([
      [
        { op: "ROW_REMOVE", taskId: "g1-2" },
        { op: "ROW_REMOVE", taskId: "g1-3" },
      ],
    ]);
    expect(controller.screen.get().selection?.anchor.taskId).toBe("g1-4");
  });

  test("several rows moved keep their order", () => {
    controller.select({ taskId: "g1-3", column: "title" }, { taskId: "g1-4", column: "title" });
    controller.moveRows("up");
    expect(client.changes).toEqual([
      [
        { op: "ROW_MOVE", taskId: "g1-3", after: "g1-1" },
        { op: "ROW_MOVE", taskId: "g1-4", after: "g1-3" },
      ],
    ]);
  });

  test("a row inserted above the first comes first", () => {
    controller.select({ taskId: "g1-1", column: "title" });
    controller.insertRow("above");
    expect(client.changes).toEqual([[{ op: "ROW_INSERT", taskId: "new-1", after: null, cells: {} }]]);
  });
});

describe("editing a cell", () => {
  const edit = (column: "title" | "progress" | "deadline", text: string) => {
    controller.select({ taskId: "g1-2", column });
    controller.edit();
    return controller.commit(text, [1, 0]);
  };

  test("stores what was meant, guarded by the value when the editor opened", () => {
    controller.select({ taskId: "g1-2", column: "deadline" });
    controller.edit("");
    client.remote({ id: "ben", name: "Ben" }, "g1-2", "deadline", "2026-12-31");
    controller.commit("next week's audit", null);
    expect(client.changes).toEqual([
      [
        {
          op: "CELL_MODIFY",
          taskId: "g1-2",
          column: "deadline",
          oldValue: "2026-11-20",
          newValue: "next week's audit",
        },
      ],
    ]);
  });

  test("a text that cannot stand keeps the editor open; leaving closes it and says so at the cell", () => {
    expect(edit("progress", "lots")).toBe(false);
    expect(controller.screen.get().editing).not.toBeNull();
    expect(controller.commit("lots", null, true)).toBe(true);
    expect(controller.screen.get().issues.get("g1-2:progress")).toContain("Not stored.");
    expect(client.changes).toEqual([]);
  });

  test("an unchanged text is no change, even one that today's rules would refuse", () => {
    const sheet = sampleSheet();
    open({
      ...sheet,
      tasks: sheet.tasks.map((t) =>
        t.taskId === "g1-2"
          ? { ...t, cells: { ...t.cells, progress: { value: "most", version: 1, author: "ben" } } }
          : t,
      ),
    });
    expect(edit("progress", "most")).toBe(true);
    expect(client.changes).toEqual([]);
  });

  test("of a row that is gone, the words are shown and nothing is sent", () => {
    controller.select({ taskId: "g1-2", column: "title" });
    controller.edit();
    client.remoteOps({ id: "ben", name: "Ben" }, [{ op: "ROW_REMOVE", taskId: "g1-2" }]);
    controller.commit("my long thought", null);
    expect(client.changes).toEqual([]);
    expect(controller.screen.get().rescued).toMatchObject([
      { column: "title", label: "Title", text: "my long thought" },
    ]);
  });

  test("an open editor, a waiting conflict or an unsaved change asks before the page is left", () => {
    expect(hasUnsavedWork(controller)).toBe(false);
    controller.select({ taskId: "g1-2", column: "title" });
    controller.edit();
    expect(hasUnsavedWork(controller)).toBe(true);
    controller.cancel();
    expect(hasUnsavedWork(controller)).toBe(false);
    client.set({ unsaved: 1 });
    expect(hasUnsavedWork(controller)).toBe(true);
  });
});

describe("what the server refuses", () => {
  test("is shown at the cell with the text that was meant, and a conflict is left to its panel", () => {
    const stop = followRefusals(controller);
    const ops = [
      { op: "CELL_MODIFY", taskId: "g1-2", column: "title", oldValue: "", newValue: "my words" },
    ] as const;
    client.set({ lastRejection: { code: "CONFLICT", message: "Somebody was faster.", ops, at: 1 } });
    expect(controller.screen.get().issues.size).toBe(0);
    client.set({ lastRejection: { code: "LOCKED", message: "Ben holds this row.", ops, at: 2 } });
    expect(controller.screen.get().issues.get("g1-2:title")).toBe(
      "Not stored: “my words”. Ben holds this row.",
    );
    expect(controller.screen.get().notice?.text).toBe("Ben holds this row.");
    client.set({ error: { code: "BUSY", message: "Try the refresh again in a minute." } });
    expect(controller.screen.get().notice?.text).toBe("Try the refresh again in a minute.");
    stop();
  });
});

describe("where a person is", () => {
  test("is sent as they move and edit, once each, and again to a new connection", () => {
    const stop = followPresence(controller);
    controller.select({ taskId: "g1-2", column: "title" });
    controller.select({ taskId: "g1-2", column: "title" });
    controller.edit();
    client.set({ status: "offline" });
    client.set({ status: "live" });
    const cursor = { taskId: "g1-2", column: "title" };
    expect(client.presence).toEqual([
      { cursor: null, status: "active" },
      { cursor, status: "active" },
      { cursor, status: "typing" },
      { cursor, status: "typing" },
    ]);
    stop();
    controller.cancel();
    expect(client.presence).toHaveLength(4);
  });
});

describe("who may not", () => {
  test("a viewer changes nothing, by whatever way, and sees why", () => {
    open(sampleSheet(), "viewer");
    controller.select({ taskId: "g1-2", column: "title" });
    expect(controller.edit("x")).toBe(false);
    controller.paste("x");
    controller.clear();
    controller.insertRow();
    controller.removeRows();
    controller.moveRows("up");
    controller.undo();
    expect(client.changes).toEqual([]);
    expect(controller.screen.get().notice?.text).toContain("your role does not let you edit");
  });

  test("source is read-only for everybody, in words", () => {
    controller.select({ taskId: "g1-2", column: "source" });
    expect(controller.edit("x")).toBe(false);
    expect(controller.screen.get().notice?.text).toContain("read-only");
  });

  test("a row that somebody else holds opens no editor", () => {
    const sheet = sampleSheet();
    open({
      ...sheet,
      locks: [{ taskId: "g1-2", holder: "ben", expiresAt: Date.parse("2026-11-20T12:01:00") }],
    });
    controller.select({ taskId: "g1-2", column: "title" });
    expect(controller.edit()).toBe(false);
    expect(controller.screen.get().notice?.text).toMatch(/^Ben Okafor holds this row for another 1:00/);
  });
});

describe("an undo that meets what somebody wrote since", () => {
  const conflict = (name: string, id: string, theirs: string) => ({
    id,
    taskId: "g1-4",
    column: "title" as const,
    base: "mine",
    mine: "the value before",
    theirs,
    theirAuthor: { id: name, name, role: "editor" as const },
    theirVersion: 9,
  });
  const refused = (...conflicts: ReturnType<typeof conflict>[]) =>
    Promise.resolve({ ok: false as const, code: "CONFLICT" as const, message: "", conflicts });

  test.each([
    ["undo", [["Tomás", "c1"]], "Tomás changed it since; not undone."],
    ["redo", [["Tomás", "c1"]], "Tomás changed it since; not redone."],
    [
      "undo",
      [
        ["Tomás", "c1"],
        ["Tomás", "c2"],
        ["Aylin", "c3"],
      ],
      "Tomás and Aylin changed 3 cells since; not undone.",
    ],
  ] as const)("leaves their words and asks for no choice: %s of %o", async (step, by, sentence) => {
    const conflicts = by.map(([name, id]) => conflict(name, id, "theirs"));
    client.set({ conflicts });
    client[step] = () => refused(...conflicts) as never;
    controller[step]();
    await Promise.resolve();
    await Promise.resolve();
    const said = controller.screen.get().notice;
    expect(said?.text.replace(/[\u2066-\u2069]/g, "")).toBe(sentence);
    expect(said?.tone).toBe("bad");
    expect(client.getState().conflicts).toEqual([]);
    expect(client.changes).toEqual([]);
  });
});

describe("rows that do not stand together", () => {
  const choose = (...ids: readonly string[]) => {
    for (const [place, taskId] of ids.entries()) {
      if (place === 0) controller.select({ taskId, column: "status" }, undefined, true);
      else controller.toggleRow({ taskId, column: "status" });
    }
  };
  const chosen = () => controller.selectedRows.map((row) => row.taskId);

  test("are chosen one by one, in the sheet's order, and taken out again but for the last", () => {
    choose("g1-5", "g1-2", "g1-9");
    expect(chosen()).toEqual(["g1-2", "g1-5", "g1-9"]);
    controller.toggleRow({ taskId: "g1-5", column: "status" });
    expect(chosen()).toEqual(["g1-2", "g1-9"]);
    controller.toggleRow({ taskId: "g1-9", column: "status" });
    controller.toggleRow({ taskId: "g1-2", column: "status" });
    expect(chosen()).toEqual(["g1-2"]);
  });

  test("are gathered where they are moved", () => {
    choose("g1-2", "g1-5");
    controller.moveRows("up");
    expect(client.changes).toEqual([
      [
        { op: "ROW_MOVE", taskId: "g1-2", after: null },
        { op: "ROW_MOVE", taskId: "g1-5", after: "g1-2" },
      ],
    ]);
  });

  test("get one value in one change, in the column that is edited and in no other", () => {
    choose("g1-2", "g1-5");
    controller.edit("");
    expect(controller.commitAll("Done")).toBe(true);
    expect(client.changes).toHaveLength(1);
    const written = client.changes[0]?.map((op) =>
      op.op === "CELL_MODIFY" ? [op.taskId, op.column, op.newValue] : op,
    );
    // One of the two is done already.
    expect(written).toEqual([["g1-2", "status", "Done"]]);
    expect(chosen()).toEqual(["g1-2", "g1-5"]);
  });

  test("are copied as one block, removed and duplicated together", () => {
    choose("g1-2", "g1-5");
    expect(controller.copy()?.trim().split("\n")).toHaveLength(2);
    controller.duplicateRows();
    expect(client.changes.at(-1)?.map((op) => op.op === "ROW_INSERT" && op.after)).toEqual(["g1-5", "new-1"]);
    choose("g1-2", "g1-5");
    controller.removeRows();
    expect(client.changes.at(-1)).toEqual([
      { op: "ROW_REMOVE", taskId: "g1-2" },
      { op: "ROW_REMOVE", taskId: "g1-5" },
    ]);
    expect(controller.screen.get().selection?.more).toBeUndefined();
  });
});
