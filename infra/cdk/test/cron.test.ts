import assert from "node:assert/strict";
import { test } from "node:test";
import { cronProblem, repeatProblem, withRepeats } from "../lib/cron.ts";

test("what EventBridge takes is taken", () => {
  for (const good of [
    "0 8 ? * FRI *",
    "0 8 ? * MON-FRI *",
    "*/5 * * * ? *",
    "0,30 8-18/2 ? 1,JUN 2#1 2026-2030",
    "0 0 L * ? *",
    "0 0 15W * ? *",
    "15 10 ? * 6L *",
  ])
    assert.equal(cronProblem(good), null, good);
});

test("what it would refuse halfway through a deployment is refused here", () => {
  for (const bad of [
    "",
    "0 8 * * FRI",
    "0 8 * * FRI *",
    "0 8 ? * ? *",
    "60 8 ? * FRI *",
    "0 24 ? * FRI *",
    "0 8 32 * ? *",
    "0 8 ? 13 FRI *",
    "0 8 ? * FREITAG *",
    "0 8 ? * 8 *",
    "5-1 8 ? * FRI *",
    "0/0 8 ? * FRI *",
    "0 8 ? * FRI 1969",
    "cron(0 8 ? * FRI *)",
  ])
    assert.notEqual(cronProblem(bad), null, bad);
});

test("the weekly run is asked for three times, within its hour", () => {
  assert.equal(withRepeats("29 8 ? * FRI *"), "cron(29,44,59 8 ? * FRI *)");
  assert.equal(cronProblem(withRepeats("0 8 ? * FRI *").slice(5, -1)), null);
  for (const minute of ["30", "*", "0,15", "*/5"])
    assert.notEqual(repeatProblem(`${minute} 8 ? * FRI *`), null, minute);
});
