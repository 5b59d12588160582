import { describe, expect, test } from "vitest";
import { createFixture } from "../src/dev/fixtureClient";
import { sampleSheet } from "../src/dev/sampleSheet";
import { Controller } from "../src/sheet/controller";
import { load, PLAIN, passes, read, ticked, valuesOf, without } from "../src/sheet/model/arrangement";
import { createScreen } from "../src/sheet/screen";

const { tasks } = sampleSheet();
const titles = (filters: Parameters<typeof passes>[1]) =>
  tasks.filter((row) => passes(row, filters)).map((row) => row.taskId);

describe("what a person chose to see", () => {
  test("a row is shown when every filter lets it through", () => {
    expect(titles({})).toHaveLength(tasks.length);
    const blocked = titles({ status: { kind: "values", values: ["Blocked"] } });
    expect(blocked).toContain("g1-2");
    expect(
      titles({
        status: { kind: "values", values: ["Blocked"] },
        title: { kind: "text", text: " DOUBLE charge " },
      }),
    ).toEqual(["g1-2"]);
    const empty = titles({ blockers: { kind: "filled", isFilled: false } });
    expect(empty.length + titles({ blockers: { kind: "filled", isFilled: true } }).length).toBe(tasks.length);
  });

  test("each value that is ticked is shown, nothing ticked shows all", () => {
    expect(valuesOf("status", tasks)).toEqual(["Not started", "In progress", "Blocked", "Done", ""]);
    const one = ticked({}, "status", "Blocked");
    const two = ticked(one, "status", "Done");
    expect(two.status).toEqual({ kind: "values", values: ["Blocked", "Done"] });
    expect(ticked(one, "status", "Blocked")).toEqual({});
    expect(without(two, "status")).toEqual({});
  });

  test("what was saved comes back, and what makes no sense is left out", () => {
    const saved = {
      sort: { column: "status", direction: "desc" },
      filters: { title: { kind: "text", text: "x" } },
      hidden: ["source"],
    };
    expect(read(JSON.stringify(saved))).toEqual({ ...saved, quick: [], group: null });
    expect(read("nonsense")).toEqual(PLAIN);
    expect(
      read(
        '{"sort":{"column":"x","direction":"asc"},"filters":{"x":{"kind":"text","text":""},"title":{"kind":"values"}},"hidden":["title","x"]}',
      ),
    ).toEqual(PLAIN);
  });

  test("is remembered by this browser and sent to nobody", () => {
    const client = createFixture(sampleSheet());
    const controller = new Controller(client, createScreen());
    controller.select({ taskId: "g1-1", column: "source" });
    controller.arrange({ hidden: ["source"] });
    expect(load().hidden).toEqual(["source"]);
    expect(createScreen().get().arrangement.hidden).toEqual(["source"]);
    expect(client.changes).toEqual([]);
    // The selection does not stay on a column that is gone.
    expect(controller.screen.get().selection?.anchor.column).toBe("title");
  });

  test("does not cover what one goes to", () => {
    const controller = new Controller(createFixture(sampleSheet()), createScreen());
    controller.arrange({ hidden: ["status"], filters: { status: { kind: "values", values: ["Done"] } } });
    controller.go({ taskId: "g1-2", column: "status" });
    expect(controller.screen.get().arrangement).toEqual(PLAIN);
    expect(controller.screen.get().notice?.text).toMatch(/filters were cleared/);
  });

  test("does not hide a row that one has just added", () => {
    const client = createFixture(sampleSheet());
    const controller = new Controller(client, createScreen(), undefined, () => "new-1");
    controller.arrange({ filters: { status: { kind: "values", values: ["Done"] } } });
    controller.insertRow();
    const added = client.getState().sheet?.tasks.find((row) => row.taskId === "new-1");
    expect(added && controller.shows(added)).toBe(true);
    controller.arrange({ filters: { status: { kind: "values", values: ["Blocked"] } } });
    expect(added && controller.shows(added)).toBe(false);
  });
});
