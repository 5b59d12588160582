/** Clipboards of other programs, as those programs write them, and what a note's editor makes of each. */
import { readFileSync } from "node:fs";
import { Editor } from "@tiptap/core";
import { describe, expect, test } from "vitest";
import { schemaExtensions } from "../src/features/notes/extensions";
import { declarations } from "../src/features/notes/pasted";
import { cleaned } from "../src/features/notes/safety";

/** What an editor shows of a paste. jsdom reads style attributes, so they are taken away as the page's policy does. */
function pasted(html: string): string {
  const editor = new Editor({ extensions: schemaExtensions() });
  editor.commands.insertContent(cleaned(html).replace(/ style="[^"]*"/g, ""));
  const shown = editor.getHTML();
  editor.destroy();
  return shown.replace(/ (target|rel)="[^"]*"/g, "").replace(/<p><\/p>$/, "");
}

const clipboard = (name: string) =>
  readFileSync(`${import.meta.dirname}/clipboard/${name}.html`, "utf8").trimEnd();

/** An item with a box to tick, as it is shown. */
const task = (done: boolean, words: string) => new RegExp(`data-checked="${done}"[^>]*>.*?<p>${words}</p>`);

describe("a paste from", () => {
  test("Google Docs keeps headings, bold, italics, nested lists, boxes to tick and table rows", () => {
    const html = pasted(clipboard("google-docs"));
    expect(html).toContain("<h2>Rollout plan</h2>");
    expect(html).toContain(
      "<p>Ship on <strong>Friday</strong><em> if the canary</em><strong><em><s> never</s></em></strong> holds.</p>",
    );
    expect(html).toContain(
      '<ul><li><p>First</p><ul><li><p><strong>Below it</strong></p></li></ul></li><li><p>Second, with a <a href="https://example.org/plan">link</a></p></li></ul>',
    );
    expect(html).toMatch(task(true, "<s>Tell support</s>"));
    expect(html).toMatch(task(false, "Tell sales"));
    expect(html).toContain("<p><strong>Stage</strong> | <strong>Share</strong></p><p>Canary | 10 %</p>");
  });

  test("Word keeps bold, italics, its lists of paragraphs and table rows, and drops what is hidden", () => {
    const html = pasted(clipboard("word"));
    expect(html).toBe(
      "<h1>Minutes of Monday</h1>" +
        "<p>We <strong>agreed</strong> on <em>two</em> things, <strong>surely</strong>:</p>" +
        "<ul><li><p>Move the database</p><ul><li><p>at <strong>night</strong></p></li></ul></li><li><p>Tell the customers</p></li></ul>" +
        "<p>Then, in order:</p><ol><li><p>Freeze</p></li><li><p>Copy</p></li></ol>" +
        "<p>Owner | Due</p><p>Jana | 4 Dec</p>",
    );
  });

  test("Word on the web nests the lists that it writes one by one", () => {
    expect(pasted(clipboard("word-online"))).toBe(
      "<p>Open <strong>points</strong>&nbsp;</p><ul><li><p>Alpha</p><ul><li><p>Alpha one</p></li></ul></li><li><p>Beta</p></li></ul>",
    );
  });

  test("Google Sheets makes a line of every row that has words", () => {
    expect(pasted(clipboard("google-sheets"))).toBe(
      "<p><strong>Team</strong> | <strong>Budget</strong> | <strong>Note</strong></p><p>Platform | 1,200</p><p> | <em>open</em> | two lines</p>",
    );
  });

  test("Excel reads bold and italics from the classes of its style sheet", () => {
    expect(pasted(clipboard("excel"))).toBe(
      "<p><strong>Item</strong> | <strong>Count</strong></p><p>Servers | <em>14</em></p>",
    );
  });

  test("Slack nests its lists, and keeps code", () => {
    expect(pasted(clipboard("slack"))).toBe(
      "<p>Status is <strong>green</strong>, see <code>deploy.log</code></p><ul><li><p>one</p><ul><li><p>one <em>below</em></p></li></ul></li></ul><ol><li><p>first</p></li></ol>",
    );
  });
});

describe("marks in pasted HTML", () => {
  test.each([
    ['<p><strong style="font-weight: normal">a</strong></p>', "<p>a</p>"],
    ['<p><span style="font-weight:600">a</span></p>', "<p><strong>a</strong></p>"],
    ['<p><span style="font-weight:500">a</span></p>', "<p>a</p>"],
    ['<p><i style="font-style:normal">a</i></p>', "<p>a</p>"],
    [
      '<p style="font-weight:bold">a <span style="font-weight:400">b</span></p>',
      "<p><strong>a </strong>b</p>",
    ],
    ["<p><b>a<i>b</i></b></p>", "<p><strong>a<em>b</em></strong></p>"],
    ['<p><b style="mso-bidi-font-weight:normal">a</b></p>', "<p><strong>a</strong></p>"],
    ['<p><span style="font:bold 12pt Arial">a</span></p>', "<p><strong>a</strong></p>"],
    ['<p><span style="font-weight:bold !important">a</span></p>', "<p><strong>a</strong></p>"],
    ['<p><span style="background:url(data:a;font-weight:bold)">a</span></p>', "<p>a</p>"],
    ["<h1><b>a</b></h1>", "<h1>a</h1>"],
    ["<table><tr><td><p>one</p><p>two</p></td></tr></table>", "<p>one</p><p>two</p>"],
    [
      "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td><ul><li>x</li><li>y</li></ul></td></tr></table>",
      "<p><strong>A</strong> | <strong>B</strong></p><p>1 | x y</p>",
    ],
    [
      "<table><tr><td>a</td><td><table><tr><td>b</td><td>c</td></tr></table></td></tr></table>",
      "<p>a | b | c</p>",
    ],
    ['<ul><li><input type="checkbox" checked> a</li></ul>', /data-checked="true".*<p>a<\/p>/],
    ["<p>a</p><br><p>b</p>", "<p>a</p><p>b</p>"],
    ["<p>a<br>b</p>", "<p>a<br>b</p>"],
  ])("%s", (html, wanted) => {
    if (typeof wanted === "string") expect(pasted(html)).toBe(wanted);
    else expect(pasted(html)).toMatch(wanted);
  });

  test("style attributes are read as text, whatever stands in their values", () => {
    expect([...declarations(`a: "x;y" ; B:1!important;;c; d:url(q;r)`)]).toEqual([
      ["a", '"x;y"'],
      ["b", "1"],
      ["d", "url(q;r)"],
    ]);
    expect(declarations("(".repeat(1_000_000)).size).toBe(0);
  });

  test("what comes from an editor of the same kind stays as it is", () => {
    const html =
      '<p data-pm-slice="1 1 []">a <strong><span data-type="mention" data-id="ana" data-label="Ana">@Ana</span></strong></p>';
    expect(pasted(html)).toContain('data-id="ana"');
  });
});
