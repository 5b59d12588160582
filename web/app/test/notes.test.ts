import type { Change } from "@cyclesheet/client";
import { FIELD, plainText, toBase64 } from "@cyclesheet/client/notes";
import { Editor } from "@tiptap/core";
import { Collaboration } from "@tiptap/extension-collaboration";
import { afterEach, describe, expect, test } from "vitest";
import * as Y from "yjs";
import { Anchors, anchorOf, anchorsKey, rangeOf } from "../src/features/notes/anchors";
import { restore, say } from "../src/features/notes/contents";
import { schemaExtensions } from "../src/features/notes/extensions";
import { momentsOf, withNames } from "../src/features/notes/moments";
import { cleaned, hrefFrom, plainly, safeHref } from "../src/features/notes/safety";
import { rowOfNote } from "../src/sheet/docs";

const editors: Editor[] = [];
afterEach(() => {
  for (const editor of editors.splice(0)) editor.destroy();
});

/** An editor on a document of its own, or on a copy that follows another. */
function edit(doc = new Y.Doc()): Editor {
  const editor = new Editor({
    element: document.body.appendChild(document.createElement("div")),
    injectCSS: false,
    extensions: [
      ...schemaExtensions(),
      Collaboration.configure({ document: doc }),
      Anchors.configure({ threads: [], onThread: () => {} }),
    ],
  });
  editors.push(editor);
  return editor;
}

function joined(a: Y.Doc, b: Y.Doc): void {
  a.on("update", (update: Uint8Array, origin: unknown) => origin !== b && Y.applyUpdate(b, update, a));
  b.on("update", (update: Uint8Array, origin: unknown) => origin !== a && Y.applyUpdate(a, update, b));
}

describe("links", () => {
  test.each([
    ["https://example.org/a?b#c", true],
    ["http://example.org", true],
    ["mailto:ana@example.org", true],
    ["javascript:alert(1)", false],
    ["JaVaScRiPt:alert(1)", false],
    [" java\tscript:alert(1)", false],
    ["data:text/html,<script>1</script>", false],
    ["vbscript:1", false],
    ["file:///etc/passwd", false],
    ["//example.org", false],
    ["", false],
    [null, false],
    [{}, false],
  ])("%s leads somewhere: %s", (href, wanted) => {
    expect(safeHref(href) !== null).toBe(wanted);
  });

  test.each([
    ["example.org", "https://example.org"],
    ["example.org:8080/x", "https://example.org:8080/x"],
    ["ana@example.org", "mailto:ana@example.org"],
    ["https://example.org", "https://example.org"],
    ["javascript:alert(1)", null],
    ["a word", null],
    ["", null],
  ])("what a person types as %s is meant as %s", (typed, wanted) => {
    expect(hrefFrom(typed)).toBe(wanted);
  });

  test("an address that another client smuggled into the document leads nowhere, and nothing else of it counts", () => {
    const doc = new Y.Doc();
    const paragraph = new Y.XmlElement("paragraph");
    const text = new Y.XmlText();
    text.insert(0, "bad", { link: { href: "javascript:window.ran=1" } });
    text.insert(3, "good", {
      link: { href: "https://example.org/", target: "_self", class: "x", onclick: "ran()" },
    });
    paragraph.insert(0, [text]);
    doc.getXmlFragment(FIELD).insert(0, [paragraph]);
    const { dom } = edit(doc).view;
    const links = [...dom.querySelectorAll("a")];
    expect(
      links.map((link) => link.getAttributeNames().map((name) => `${name}=${link.getAttribute(name)}`)),
    ).toEqual([["href=https://example.org/", "target=_blank", "rel=noopener noreferrer nofollow"]]);
    expect(dom.textContent).toBe("badgood");
  });
});

describe("pasting", () => {
  test("keeps text and its form, and nothing that runs, hides or turns the reading direction", () => {
    const html = cleaned(
      '<p onclick="x()">one<script>x()</script><b>two</b></p><iframe></iframe><style>p{}</style><svg onload="x()"></svg><p hidden>no</p>\u202Eabc\u202C\u200B',
    );
    expect(html).toBe("<p>one<strong>two</strong></p>abc");
    expect(plainly("a\u2066b\u2069c\uFEFF")).toBe("abc");
  });
});

describe("anchors of comments", () => {
  const select = (editor: Editor, words: string) => {
    const at = editor.state.doc.textContent.indexOf(words) + 1;
    editor.commands.setTextSelection({ from: at, to: at + words.length });
  };
  const under = (editor: Editor, anchor: string): string | null => {
    const range = rangeOf(editor.state, anchor);
    return range && editor.state.doc.textBetween(range.from, range.to);
  };

  test("follow the words while others write before, behind and into them, and go with them", () => {
    const [ana, bo] = [edit(), edit()];
    const [a, b] = [docOf(ana), docOf(bo)];
    joined(a, b);
    ana.commands.setContent("<p>one two three</p>");
    select(ana, "two");
    const anchor = anchorOf(ana.state) ?? "";
    expect(JSON.parse(anchor).quote).toBe("two");
    expect(under(bo, anchor)).toBe("two");
    bo.commands.insertContentAt(1, "before ");
    expect(under(ana, anchor)).toBe("two");
    select(bo, "three");
    bo.commands.insertContent("3");
    bo.commands.insertContentAt(bo.state.doc.textContent.indexOf("two") + 2, "-");
    expect(under(ana, anchor)).toBe("t-wo");
    select(ana, "t-wo ");
    ana.commands.deleteSelection();
    expect(under(ana, anchor)).toBeNull();
    expect(under(bo, anchor)).toBeNull();
  });

  test("are drawn, and move with what is typed", () => {
    const ana = edit();
    ana.commands.setContent("<p>one two three</p>");
    select(ana, "two");
    const anchor = anchorOf(ana.state) ?? "";
    ana.view.dispatch(ana.state.tr.setMeta(anchorsKey, [{ id: "c1", anchor, isCurrent: true }]));
    const mark = () => ana.view.dom.querySelector('.note-comment[data-thread="c1"]')?.textContent;
    expect(mark()).toBe("two");
    ana.commands.insertContentAt(1, "more ");
    expect(mark()).toBe("two");
    ana.view.dispatch(ana.state.tr.setMeta(anchorsKey, []));
    expect(mark()).toBeUndefined();
  });

  test("stay within the log's bound, whatever is selected", () => {
    const ana = edit();
    ana.commands.setContent({
      type: "doc",
      content: [{ type: "paragraph", content: [{ type: "text", text: '👩‍👩‍👧‍👦"\\'.repeat(200) }] }],
    });
    ana.commands.selectAll();
    expect(new TextEncoder().encode(anchorOf(ana.state) ?? "").length).toBeLessThanOrEqual(1_024);
    ana.commands.setTextSelection(1);
    expect(anchorOf(ana.state)).toBeNull();
  });

  test.each([
    "",
    "{}",
    "null",
    "[]",
    '{"from":"","to":""}',
    '{"from":"%%","to":7}',
    '{"from":"/////w==","to":"AAAA"}',
  ])("%s is no anchor, and nothing throws", (anchor) => {
    const ana = edit();
    ana.commands.setContent("<p>words</p>");
    expect(rangeOf(ana.state, anchor)).toBeNull();
  });
});

describe("the past", () => {
  const change = (version: number, minutes: number, name: string, doc = "summary"): Change => ({
    version,
    id: `c.${version}`,
    author: { id: name.toLowerCase(), name },
    at: minutes * 60_000,
    ops: [{ op: "TEXT_UPDATE", doc, update: "AAA=" }],
  });

  test("is listed in stretches of writing, the latest first", () => {
    const changes = [
      change(1, 0, "Ana"),
      change(2, 1, "Bo"),
      change(3, 2, "Ana", "notes:r1"),
      change(4, 3, "Ana"),
      change(5, 20, "Bo"),
    ];
    expect(momentsOf(changes, "summary")).toMatchObject([
      { version: 5, authors: ["Bo"] },
      { version: 4, authors: ["Ana", "Bo"] },
    ]);
    expect(momentsOf(changes, "notes:r2")).toEqual([]);
    const all = withNames(momentsOf(changes, "summary"), [{ name: "Agreed", version: 4, at: 0 }]);
    expect(all.map(({ version, name }) => name ?? version)).toEqual([5, 4, "Agreed"]);
  });

  test("a long stretch is cut, so that there is something to go back to", () => {
    const changes = Array.from({ length: 70 }, (_, minute) => change(minute + 1, minute, "Ana"));
    expect(momentsOf(changes, "summary").map(({ version }) => version)).toEqual([70, 60, 30]);
  });

  test("the text before a piece of it was removed or replaced is a moment, however soon that came", () => {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on("update", (update: Uint8Array) => updates.push(update));
    say(doc, "Two things are done, and people say so.");
    say(doc, "Two things are done, and people say so!");
    say(doc, "Another summary altogether.");
    const changes = updates.map((update, n) => ({
      ...change(n + 1, n / 60, "Ana"),
      ops: [{ op: "TEXT_UPDATE" as const, doc: "summary", update: toBase64(update) }],
    }));
    expect(changes).toHaveLength(3);
    expect(momentsOf(changes, "summary").map(({ version }) => version)).toEqual([3, 2]);
  });

  test("comes back as a change of the text that is there, which keeps what both have", () => {
    const ana = edit();
    ana.commands.setContent("<h1>Plan</h1><p>one <strong>two</strong></p><ul><li><p>item</p></li></ul>");
    const past = new Y.Doc();
    Y.applyUpdate(past, Y.encodeStateAsUpdate(docOf(ana)));
    const html = ana.getHTML();
    ana.commands.setContent("<p>something else</p>");
    restore(docOf(ana), past);
    expect(ana.getHTML()).toBe(html);
    const paragraph = docOf(ana).getXmlFragment(FIELD).get(0);
    say(docOf(ana), "Plan\nand more");
    expect(plainText(docOf(ana))).toBe("Plan\nand more");
    expect(paragraph).toBeTruthy();
  });

  test("that was empty comes back empty", () => {
    const ana = edit();
    ana.commands.setContent("<p>words</p>");
    restore(docOf(ana), new Y.Doc());
    expect(plainText(docOf(ana))).toBe("");
  });
});

test("a row's note is distinguished from the summary by its name", () => {
  expect(rowOfNote("notes:g1-2")).toBe("g1-2");
  expect(rowOfNote("summary")).toBeNull();
});

function docOf(editor: Editor): Y.Doc {
  const found = editor.extensionManager.extensions.find(({ name }) => name === "collaboration");
  return found?.options.document as Y.Doc;
}
