/** Which week a page without an address shows: also on the day on which nothing has begun. */
import { afterEach, expect, test, vi } from "vitest";
import { firstWeek, loadCycles } from "../src/session/places";

afterEach(() => vi.unstubAllGlobals());

async function answered(body: unknown) {
  vi.stubGlobal("fetch", async () => Response.json(body));
  return firstWeek(await loadCycles("https://api.example", "platform", "token"));
}

test("a team without a sheet is shown its current week, which begins by being entered", async () => {
  expect(await answered({ cycles: [], current: "2026-W48" })).toBe("2026-W48");
});

test("the newest week that has begun comes first", async () => {
  expect(
    await answered({ cycles: [{ cycle: "2026-W47" }, { cycle: "2026-W46" }], current: "2026-W48" }),
  ).toBe("2026-W47");
});

test("where there is no such team there is no week, and another word is not taken for one", async () => {
  expect(await answered({ cycles: [] })).toBeNull();
  expect(await answered({ cycles: [], current: "<b>" })).toBeNull();
});
