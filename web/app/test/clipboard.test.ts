import { expect, test } from "vitest";
import { formatTable } from "../src/sheet/model/clipboard";

test("a copied block is a table too, with its text as text", () => {
  expect(
    formatTable([
      ["Title", 'a "b" <i>&'],
      ["two\nlines", ""],
    ]),
  ).toBe(
    '<meta charset="utf-8"><table><tbody><tr><td>Title</td><td>a &quot;b&quot; &lt;i&gt;&amp;</td></tr><tr><td>two<br style="mso-data-placement:same-cell">lines</td><td></td></tr></tbody></table>',
  );
});

test.each(["=HYPERLINK(1)", "+1", "-1+2", "@SUM(A1)"])("%s says that it is text and no formula", (cell) => {
  const { body } = new DOMParser().parseFromString(formatTable([[cell]]), "text/html");
  const made = body.querySelector("td");
  expect(made?.textContent).toBe(cell);
  expect(made?.getAttribute("style")).toBe("mso-number-format:'\\@'");
  expect(JSON.parse(made?.dataset.sheetsValue ?? "")).toEqual({ 1: 2, 2: cell });
});
