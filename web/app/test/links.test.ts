import { describe, expect, test } from "vitest";
import { linksIn, safeHref } from "../src/lib/links";

const hrefs = (text: string) => linksIn(text).flatMap(({ href }) => href ?? []);

describe("links in a text", () => {
  test.each([
    ["see https://a.example/b.", ["https://a.example/b"]],
    ["(https://a.example/b)", ["https://a.example/b"]],
    ["https://en.example/wiki/A_(b)", ["https://en.example/wiki/A_(b)"]],
    ["[docs](https://a.example/x?y=1&z=2#h)", ["https://a.example/x?y=1&z=2#h"]],
    ["<https://a.example>", ["https://a.example/"]],
    ["www.example.org, and more", ["https://www.example.org/"]],
    ["mailto:ana@example.org!", ["mailto:ana@example.org"]],
    ["HTTP://A.example/Ä", ["http://a.example/%C3%84"]],
    ["two: http://a.example http://b.example", ["http://a.example/", "http://b.example/"]],
    ["xhttps://a.example", []],
    ["https://", []],
    ["javascript:alert(1) data:text/html,x file:///etc/passwd vbscript:x", []],
    ["https://user:pass@evil.example/", []],
    ["mailto:nobody", []],
    ["no link at all", []],
  ])("%s", (text, wanted) => {
    expect(hrefs(text)).toEqual(wanted);
    expect(
      linksIn(text)
        .map((part) => part.text)
        .join(""),
    ).toBe(text);
  });

  test("nothing but http, https and mailto is safe", () => {
    for (const text of [
      "javascript:alert(1)",
      "JaVaScRiPt:alert(1)",
      "data:,x",
      "ftp://a.example",
      "//a.example",
    ])
      expect(safeHref(text)).toBeNull();
  });

  test("a text of ten thousand brackets is read in time", () => {
    const text = `https://a.example/${"(".repeat(2_000)}${")".repeat(2_000)}`;
    expect(hrefs(text)).toHaveLength(1);
  });
});
