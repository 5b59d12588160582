/** The page goes back to what it was at a moment. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Version, wayBack } from "../lib/pageBack.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 30, 8, minute));
const one = (key: string, minute: number, latest: boolean, deleted = false): Version => ({
  key,
  id: `${key}-${minute}`,
  at: at(minute),
  deleted,
  latest,
});
const VERSIONS = [
  one("index.html", 0, false),
  one("index.html", 10, false),
  one("index.html", 20, true),
  one("config.json", 0, true),
  one("assets/a.js", 0, false),
  one("assets/a.js", 15, true, true),
  one("assets/b.js", 10, true),
  one("assets/c.js", 20, true),
];

test("each file becomes what it was, new ones go, deleted ones come, and index.html is the last", () => {
  const way = wayBack(VERSIONS, at(12));
  assert.deepEqual(
    way?.bring.map(({ id }) => id),
    ["assets/a.js-0", "index.html-10"],
  );
  assert.deepEqual(way?.remove, ["assets/c.js"]);
});

test("the page of now is nothing to do, and one that is not kept is none", () => {
  assert.deepEqual(wayBack(VERSIONS, at(30)), { bring: [], remove: [] });
  assert.equal(wayBack(VERSIONS, new Date(0)), undefined);
  assert.equal(wayBack([], at(0)), undefined);
});
