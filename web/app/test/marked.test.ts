import { expect, test } from "vitest";
import { markedParts } from "../src/features/details/marked";

const told = (text: string) =>
  markedParts(text).map(({ kind, text: words }) => (kind === "plain" ? words : `<${kind}>${words}`));

test("the marks of a message become what they mean", () => {
  expect(told("due *27 November*, not _Friday_, ~Monday~ with `api`")).toEqual([
    "due ",
    "<bold>27 November",
    ", not ",
    "<italic>Friday",
    ", ",
    "<struck>Monday",
    " with ",
    "<code>api",
  ]);
});

test("signs that mark nothing stay as they are", () => {
  for (const text of [
    "*.api.acme.example",
    "2 * 3 * 4",
    "snake_case_name",
    "a * b*",
    "~/bin and ~/lib",
    "`open",
  ])
    expect(told(text), text).toEqual([text]);
});

test("marks in code mean nothing, and a block keeps its lines", () => {
  expect(told("`*.api.acme.example` expires")).toEqual(["<code>*.api.acme.example", " expires"]);
  expect(told("see ```\none *two*\nthree\n``` there")).toEqual(["see ", "<code>one *two*\nthree", " there"]);
});
