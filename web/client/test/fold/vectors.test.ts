/** Holds this fold to the bytes of the Rust one: every file under tests/vectors was written by it. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  apply,
  type Change,
  canonical,
  foldable,
  genesis,
  isSheet,
  type Sheet,
} from "../../src/fold/index.js";

interface Vector {
  readonly name: string;
  readonly genesis: Sheet;
  /** `sheet`: canonical JSON after the change; empty where only the fold's going on is asked for. */
  readonly steps: readonly { readonly change: Change; readonly sheet: string }[];
}

const folder = fileURLToPath(new URL("../../../../tests/vectors/", import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));

/** Makes every later write to the object or anything in it throw. */
function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}

describe("the fold agrees with the Rust fold, byte for byte", () => {
  it("has vectors to run", () => expect(files.length).toBeGreaterThan(0));

  it.each(files)("%s", (file) => {
    const vector = JSON.parse(readFileSync(folder + file, "utf8")) as Vector;
    expect(genesis(vector.genesis), "what the log is folded from").toEqual(vector.genesis);
    let sheet = freeze(vector.genesis);
    let compared = 0;
    for (const step of vector.steps) {
      expect(foldable(step.change), `the shape of ${JSON.stringify(step.change.ops)}`).toBe(true);
      const before = sheet;
      sheet = freeze(apply(before, freeze(step.change)));
      expect(isSheet(sheet)).toBe(true);
      expect(needlesslyNew(before, sheet, step.change), "untouched rows keep identity").toEqual([]);
      if (step.sheet === "") continue;
      compared += 1;
      const bytes = canonical(sheet);
      if (bytes !== step.sheet) throw new Error(difference(step.change.version, bytes, step.sheet));
    }
    expect(compared).toBeGreaterThan(0);
  });
});

/** Rows that are new objects although the change neither names nor alters them. */
function needlesslyNew(before: Sheet, after: Sheet, change: Change): string[] {
  const old = new Map(before.tasks.map((row) => [row.taskId, row]));
  const named = new Set(change.ops.map((op) => ("taskId" in op ? op.taskId : null)));
  return after.tasks
    .filter((row) => old.has(row.taskId) && old.get(row.taskId) !== row && !named.has(row.taskId))
    .filter((row) => canonical(row) === canonical(old.get(row.taskId)))
    .map((row) => row.taskId);
}

/** Where two texts differ, with the text around it: whole sheets are too long to read. */
function difference(version: number, got: string, wanted: string): string {
  let at = 0;
  while (got[at] === wanted[at]) at += 1;
  const around = (text: string) => text.slice(Math.max(0, at - 60), at + 60);
  return `version ${version}, character ${at}: got …${around(got)}…, wanted …${around(wanted)}…`;
}
