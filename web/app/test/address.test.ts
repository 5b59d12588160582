import { expect, test } from "vitest";
import { addressOf, placeIn } from "../src/shell/address";

test("an address names a cell beside team and week, and the week alone again", () => {
  const search = "?team=platform&cycle=2026-W47";
  const there = addressOf(search, { place: { taskId: "g1-5", column: "status" } });
  expect(there).toBe(`${search}&row=g1-5&cell=status`);
  expect(placeIn(there)).toEqual({ taskId: "g1-5", column: "status" });
  expect(addressOf(there, { place: null })).toBe(search);
});

test("a row without a cell is its title, and what is no cell is none", () => {
  expect(placeIn("?row=g1-5")).toEqual({ taskId: "g1-5", column: "title" });
  expect(placeIn("?row=g1-5&cell=nonsense")).toBeNull();
  expect(placeIn("?cell=title")).toBeNull();
});
