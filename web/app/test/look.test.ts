import { expect, test } from "vitest";
import { PLAIN } from "../src/sheet/model/arrangement";
import { isPlain, lookText, PLAIN_LOOK, readLook } from "../src/sheet/model/look";

const LOOK = {
  arrangement: {
    ...PLAIN,
    sort: { column: "deadline", direction: "desc" },
    filters: {
      status: { kind: "values", values: ["Blocked", ""] },
      title: { kind: "text", text: "a&b=c, “ü”" },
      blockers: { kind: "filled", isFilled: true },
    },
    hidden: ["source", "priority"],
    quick: ["mine", "late"],
    group: "assignee",
  },
  isBoard: true,
} as const;

test("a look is what it was after the way through a text", () => {
  expect(readLook(new URLSearchParams(lookText(LOOK)))).toEqual(LOOK);
  expect(readLook(new URLSearchParams(lookText(PLAIN_LOOK)))).toEqual(PLAIN_LOOK);
  expect([isPlain(LOOK), isPlain(PLAIN_LOOK)]).toEqual([false, true]);
});

test("what makes no sense in a look is left out", () => {
  const nonsense = "show=mine,yours&group=colour&sort=size-up&hide=title,nothing&filter={broken&view=table";
  expect(readLook(new URLSearchParams(nonsense))).toEqual({
    arrangement: { ...PLAIN, quick: ["mine"] },
    isBoard: false,
  });
});
