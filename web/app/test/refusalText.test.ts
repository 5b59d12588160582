import { CODES } from "@cyclesheet/client";
import { expect, test } from "vitest";
import { refusalText } from "../src/sheet/refusalText";

test("every code of the registry has words of the page's own, which stand for themselves", () => {
  const seen = new Set<string>();
  for (const code of Object.keys(CODES)) {
    const { text } = refusalText({ code, message: "" });
    expect(text, code).toMatch(/^[A-Z][^A-Z_]*\.$|^[A-Z].*[.]$/);
    expect(text, code).not.toContain(code);
    seen.add(text);
  }
  expect(seen.size).toBe(Object.keys(CODES).length);
});

test("what the server says of the case follows as a sentence, where it helps", () => {
  expect(refusalText({ code: "INVALID_VALUE", message: "a save point needs a name" }).text).toBe(
    "This value is not allowed here. A save point needs a name.",
  );
  expect(refusalText({ code: "REVOKED", message: "internal words" }).text).not.toContain("internal");
});

test("a refresh that finds nothing new is no failure", () => {
  const message = "No message is new or changed since the extraction.";
  const told = refusalText({ code: "UNCHANGED", message });
  expect(told).toEqual({ text: `The sheet stays as it is. ${message}`, tone: "info" });
});

test("a code of a newer server is shown in the server's words", () => {
  expect(refusalText({ code: "NEWER", message: "come back tomorrow" })).toEqual({
    text: "Come back tomorrow.",
    tone: "bad",
  });
});
