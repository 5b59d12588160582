import type { Row } from "@cyclesheet/client";
import { describe, expect, test } from "vitest";
import { createFixture } from "../src/dev/fixtureClient";
import { sampleSheet } from "../src/dev/sampleSheet";
import { type Item, itemsFor } from "../src/features/palette/find";
import { weekOf } from "../src/lib/dates";
import { Controller } from "../src/sheet/controller";
import { linkTo } from "../src/sheet/copyLink";
import { PLAIN, read } from "../src/sheet/model/arrangement";
import { directoryOf } from "../src/sheet/model/directory";
import { PLAIN_LOOK } from "../src/sheet/model/look";
import { groupsOf, isQuick, type Viewer } from "../src/sheet/model/quick";
import { createScreen } from "../src/sheet/screen";
import { addressOf, isStep, spotIn } from "../src/shell/address";

const { tasks } = sampleSheet();
const directory = directoryOf([{ id: "ana", name: "Ana Ruiz", color: "#2559b8" }]);
const viewer: Viewer = { id: "ana", name: "Ana Ruiz", directory, asOf: "2026-11-22", left: null };
const written = (assignee: string): Row => ({
  ...(tasks[0] as Row),
  cells: { assignee: { value: assignee, author: "ben", version: 9 } },
});

describe("filters of one click", () => {
  test("mine are those of every name that means me, and nobody else's", () => {
    for (const name of ["Ana Ruiz", "ana", "@ana", "Ana R."])
      expect(isQuick(written(name), "mine", viewer), name).toBe(true);
    for (const name of ["", "Ben", "Anastasia"])
      expect(isQuick(written(name), "mine", viewer), name).toBe(false);
  });

  test("changed: by others, and since I left; nothing for somebody who was never here", () => {
    expect(isQuick(written("x"), "changed", viewer)).toBe(false);
    expect(isQuick(written("x"), "changed", { ...viewer, left: 8 })).toBe(true);
    expect(isQuick(written("x"), "changed", { ...viewer, left: 9 })).toBe(false);
    expect(isQuick(written("x"), "changed", { ...viewer, id: "ben", left: 8 })).toBe(false);
  });

  test("a saved arrangement of an older page, or of no page, is read as far as it makes sense", () => {
    expect(read('{"quick":["late","nonsense"],"group":"owner"}')).toMatchObject({
      quick: ["late"],
      group: null,
    });
    expect(read('{"quick":"late"}').quick).toEqual([]);
    expect(read('{"group":"status"}').group).toBe("status");
  });
});

describe("groups", () => {
  test("by status: in the order of the statuses, each row once, rows without one last", () => {
    const groups = groupsOf([...tasks, { ...(tasks[0] as Row), cells: {} }], "status", directory);
    expect(groups.map(({ name }) => name)).toEqual([
      "Not started",
      "In progress",
      "Blocked",
      "Done",
      "No status",
    ]);
    expect(groups.flatMap(({ rows }) => rows)).toHaveLength(tasks.length + 1);
  });

  test("by person: one group however a person is written", () => {
    const groups = groupsOf(
      [written("ana"), written("Zoe"), written("Ana R."), written("")],
      "assignee",
      directory,
    );
    expect(groups.map(({ name, rows }) => [name, rows.length])).toEqual([
      ["Ana Ruiz", 2],
      ["Zoe", 1],
      ["Nobody", 1],
    ]);
  });
});

describe("the address", () => {
  const spot = {
    place: { taskId: "g1-3", column: "status" as const },
    look: {
      arrangement: { ...PLAIN, quick: ["mine", "late"], group: "assignee" },
      isBoard: true,
    } as const,
    isRowOpen: true,
    comment: "c9",
  };

  test("names what is looked at, and is read back", () => {
    const address = addressOf("?team=platform&cycle=2026-W47&row=old&view=board", spot);
    expect(spotIn(address)).toEqual(spot);
    expect(new URLSearchParams(address).get("cycle")).toBe("2026-W47");
    expect(addressOf(address, {})).toBe("?team=platform&cycle=2026-W47");
  });

  test("with nonsense in it shows the sheet", () => {
    expect(spotIn("?row=&cell=x&view=evil&show=%00,,&group=title&open=1")).toEqual({
      place: null,
      look: PLAIN_LOOK,
      isRowOpen: false,
      comment: null,
    });
  });

  test("makes a step of another view, not of another cell", () => {
    expect(isStep(spot, { ...spot, place: null })).toBe(false);
    expect(isStep(spot, { ...spot, look: { ...spot.look, isBoard: false } })).toBe(true);
    expect(isStep(spot, { ...spot, comment: null })).toBe(true);
  });

  test("a link to a row has the week and the row, and nothing that is open here", () => {
    const here = { origin: "https://a.example", pathname: "/", search: "?team=p&cycle=2026-W47&view=board" };
    expect(linkTo(here, "g1-3", "status")).toBe(
      "https://a.example/?team=p&cycle=2026-W47&row=g1-3&cell=status",
    );
    expect(linkTo(here, "g1-3", null)).toBe("https://a.example/?team=p&cycle=2026-W47&row=g1-3");
  });
});

describe("the command palette", () => {
  const items: Item[] = ["Undo", "Add a row below", "Move login to Ã", "Rows of Tomás Ferreira"].map(
    (label, at) => ({ id: String(at), kind: "Action", label, perform: () => {} }),
  );
  const labels = (text: string) => itemsFor(items, text).map(({ label }) => label);

  test("finds by the beginnings of words, without accents", () => {
    expect(labels("tomas")).toEqual(["Rows of Tomás Ferreira"]);
    expect(labels("row bel")).toEqual(["Add a row below"]);
    expect(labels("ROW")).toEqual(["Rows of Tomás Ferreira", "Add a row below"]);
    expect(labels("nothing")).toEqual([]);
    expect(labels("")).toHaveLength(4);
  });
});

test.each([
  ["2026-11-16", "2026-W47"],
  ["2026-11-22", "2026-W47"],
  ["2027-01-03", "2026-W53"],
  ["2027-01-04", "2027-W01"],
  ["2024-12-30", "2025-W01"],
])("%s lies in %s", (day, week) => expect(weekOf(day)).toBe(week));

test("Ctrl+Enter in an editor stores the text in every selected cell", () => {
  const client = createFixture(sampleSheet());
  const controller = new Controller(client, createScreen());
  const rows = client.getState().sheet?.tasks ?? [];
  controller.attach({
    view: () => ({ rows: client.getState().sheet?.tasks ?? [], columns: ["title", "status", "assignee"] }),
    focus: () => {},
    reveal: () => {},
    settle: () => {},
    draw: (update) => update(),
    arranged: () => false,
  });
  controller.select(
    { taskId: rows[2]?.taskId ?? "", column: "status" },
    { taskId: rows[4]?.taskId ?? "", column: "status" },
  );
  controller.edit();
  expect(controller.commitAll("nonsense")).toBe(false);
  expect(controller.commitAll("Blocked")).toBe(true);
  const now = client.getState().sheet?.tasks ?? [];
  expect(now.slice(2, 5).map((row) => row.cells.status?.value)).toEqual(["Blocked", "Blocked", "Blocked"]);
  expect(now[5]?.cells.status?.value).toBe(rows[5]?.cells.status?.value);
  expect(controller.area).toMatchObject({ top: 2, bottom: 4 });
});

test("a duplicated row stands below its original, without the messages that the original came from", () => {
  const client = createFixture(sampleSheet());
  const controller = new Controller(client, createScreen());
  controller.attach({
    view: () => ({ rows: client.getState().sheet?.tasks ?? [], columns: ["title", "status", "source"] }),
    focus: () => {},
    reveal: () => {},
    settle: () => {},
    draw: (update) => update(),
    arranged: () => false,
  });
  controller.select({ taskId: "g1-3", column: "title" });
  controller.duplicateRows();
  const now = client.getState().sheet?.tasks ?? [];
  const at = now.findIndex((row) => row.taskId === "g1-3");
  expect(now[at + 1]?.cells.title?.value).toBe(now[at]?.cells.title?.value);
  expect(now[at + 1]?.cells.source).toBeUndefined();
});
