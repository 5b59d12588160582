/** What a month costs: the calls are those that the protocol's tests count, and the sums are those of prices.json. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as limits from "../../../web/client/src/generated/limits.ts";
import {
  CALLS,
  idle,
  type Load,
  METRICS,
  MIN_PRESENCE_INTERVAL_MS,
  month,
  otherwise,
  PRESENCE_POSTS_PER_SECOND,
  type Prices,
  total,
} from "../lib/cost.ts";
import { HOME } from "../lib/settings.ts";
import { resources, template } from "./stage.ts";

const prices = JSON.parse(readFileSync(join(HOME, "prices.json"), "utf8")) as Prices;
const ROOM = 5;

test("a call costs what the protocol's tests count", () => {
  const budgets = JSON.parse(readFileSync(join(HOME, "../../tests/protocol/budgets.json"), "utf8")) as Record<
    string,
    Readonly<Record<"get" | "query" | "write_units" | "posts", number>> | undefined
  >;
  for (const [name, calls] of Object.entries(CALLS)) {
    const budget = budgets[name.toUpperCase()];
    assert.ok(budget, name);
    assert.deepEqual(
      [calls.gets, calls.queries, calls.writes, calls.posts(ROOM)],
      [budget.get, budget.query, budget.write_units, budget.posts],
      name,
    );
  }
});

test("a room of fifty that types for two hours a day is what its messages cost", () => {
  // 22 days a month are 22 / (52 / 12) a week.
  const load: Load = { teams: 1, room: 50, hours: (2 * 22) / (52 / 12), changes: 1, presence: 0 };
  const changes = 50 * 120 * 22;
  const [gateway] = month(load, prices, 0);
  assert.ok(Math.abs((gateway?.dollars ?? 0) - (changes * 51) / 1e6) < 0.01, `${gateway?.dollars}`);
});

test("presence in a large room costs no more than the room's budget of posts", () => {
  assert.equal(PRESENCE_POSTS_PER_SECOND, limits.PRESENCE_POSTS_PER_SECOND);
  assert.equal(MIN_PRESENCE_INTERVAL_MS, limits.MIN_PRESENCE_INTERVAL_MS);
  const load: Load = { teams: 1, room: 50, hours: 10, changes: 1, presence: 1000 };
  const presence = month(load, prices, 0)[1]?.dollars ?? 0;
  const posts = 10 * 3600 * (52 / 12) * PRESENCE_POSTS_PER_SECOND;
  assert.ok(presence >= posts / 1e6 && presence < (posts / 1e6) * 1.05, `${presence}`);
});

test("an unused stage costs its secrets and its alarms, and less than a cent of work", () => {
  const lines = idle(0, prices, 28);
  assert.ok(Math.abs(total(lines) - (0.4 + 2.8)) < 0.01, JSON.stringify(lines));
  assert.equal(
    total(month({ teams: 0, room: 5, hours: 9, changes: 9, presence: 9 }, prices, 28)),
    total(lines),
  );
});

test("the sheet to everybody costs more than the change to everybody, on every load", () => {
  for (const room of [2, 5, 10, 50])
    for (const changes of [0.1, 1, 10]) {
      const load: Load = { teams: 10, room, hours: 1, changes, presence: 0 };
      const [mine] = month(load, prices, 0);
      const [theirs] = otherwise(load, prices);
      assert.ok((mine?.dollars ?? 0) < (theirs?.dollars ?? 0), JSON.stringify(load));
    }
});

test("the metrics that are billed are those that the functions count", () => {
  const source = readFileSync(join(HOME, "../../shared/platform/src/metrics.rs"), "utf8");
  const of = (name: string) => Number(new RegExp(`const ${name}: \\[.+; (\\d+)\\]`).exec(source)?.[1]);
  const wrong = 2;
  assert.equal(METRICS, of("COUNTS") - wrong + of("DURATIONS"));
});

test("the alarms that are counted are those of a stage with canaries", () => {
  const said = /ALARMS = (\d+);/.exec(readFileSync(join(HOME, "scripts/cost.ts"), "utf8"))?.[1];
  assert.equal(Number(said), resources(template("prod"), "AWS::CloudWatch::Alarm").length);
});
