import { expect, test } from "vitest";
import { barToMoving, PLAIN } from "../src/sheet/model/arrangement";
import { dropAfter } from "../src/sheet/model/order";

const order = ["a", "b", "c", "d", "e"];

test.each<[string[], number, string | null | undefined]>([
  [["b"], 0, null],
  [["b"], 1, undefined],
  [["b"], 2, undefined],
  [["b"], 3, "c"],
  [["b"], 5, "e"],
  [["b", "c"], 5, "e"],
  [["b", "c"], 2, undefined],
  [["b", "c"], 0, null],
  [["d", "e"], 1, "a"],
  [["a"], 0, undefined],
  [["e"], 5, undefined],
  // Rows that do not stand together are gathered where they are dropped, even between themselves.
  [["a", "e"], 3, "c"],
  [order, 2, undefined],
])("%j dropped into gap %i come after %s", (moving, gap, after) => {
  expect(dropAfter(order, moving, gap)).toBe(after);
});

test("moving is barred by whatever puts rows into another order, and says what to clear", () => {
  const sort = { column: "title" as const, direction: "asc" as const };
  const filters = { status: { kind: "values" as const, values: ["Done"] } };
  expect(barToMoving(PLAIN, " ")).toBeNull();
  expect(barToMoving({ ...PLAIN, hidden: ["source"] }, "")).toBeNull();
  expect(barToMoving({ ...PLAIN, sort }, "")).toBe("Clear the sort to move rows.");
  expect(barToMoving({ ...PLAIN, filters }, "")).toBe("Clear the filters to move rows.");
  expect(barToMoving(PLAIN, "x")).toBe("Clear the search to move rows.");
  expect(barToMoving({ ...PLAIN, sort, filters }, "x")).toBe(
    "Clear the sort, the filters and the search to move rows.",
  );
});
