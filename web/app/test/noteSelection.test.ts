import { Editor } from "@tiptap/core";
import { Collaboration } from "@tiptap/extension-collaboration";
import { TextSelection } from "@tiptap/pm/state";
import { afterEach, expect, test } from "vitest";
import * as Y from "yjs";
import { Anchors, anchorOf, anchorsKey } from "../src/features/notes/anchors";
import { schemaExtensions } from "../src/features/notes/extensions";
import { PromptSelection, unread } from "../src/features/notes/selection";

const editors: Editor[] = [];
afterEach(() => {
  for (const editor of editors.splice(0)) editor.destroy();
});

/** An editor with words in it and the caret at their end. */
function edit(doc: Y.Doc, words?: string): Editor {
  const editor = new Editor({
    element: document.body.appendChild(document.createElement("div")),
    injectCSS: false,
    extensions: [
      ...schemaExtensions(),
      PromptSelection.configure({ document: doc }),
      Collaboration.configure({ document: doc }),
      Anchors.configure({ threads: [], onThread: () => {} }),
    ],
  });
  editors.push(editor);
  if (words) editor.commands.setContent(`<p>${words}</p>`);
  enter(editor);
  return editor;
}

/** Puts the caret to the text's end, by a finger: what Tab leads into is left to the editor for a moment. */
function enter(editor: Editor): void {
  editor.view.dom.dispatchEvent(new Event("touchstart", { bubbles: true }));
  editor.view.focus();
  editor.commands.setTextSelection(editor.state.doc.content.size - 1);
}

/** Selects on the screen as a browser does: at once, and without having told of it yet. */
function select(editor: Editor, words: string): void {
  const text = document.createTreeWalker(editor.view.dom, NodeFilter.SHOW_TEXT).nextNode();
  const at = text?.textContent?.indexOf(words) ?? -1;
  if (!text || at < 0) throw new Error(`${words} is not there`);
  document.getSelection()?.setBaseAndExtent(text, at + words.length, text, at);
}

const selected = ({ state }: Editor) => state.doc.textBetween(state.selection.from, state.selection.to);

test("a key acts on what is selected on the screen, although the browser has not told of it", () => {
  const doc = new Y.Doc();
  const ana = edit(doc, "alpha beta");
  select(ana, "beta");
  expect(selected(ana)).toBe("");
  ana.view.dom.dispatchEvent(
    new KeyboardEvent("keydown", { key: "m", ctrlKey: true, altKey: true, bubbles: true }),
  );
  expect(selected(ana)).toBe("beta");
  expect(JSON.parse(anchorOf(ana.state) ?? "{}").quote).toBe("beta");
  expect(ana.state.selection.anchor).toBeGreaterThan(ana.state.selection.head);
});

test("what others write does not put the old selection back over the person's", () => {
  const [a, b] = [new Y.Doc(), new Y.Doc()];
  const ana = edit(a, "alpha beta");
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
  const bo = edit(b);
  bo.commands.insertContentAt(1, "before ");
  enter(ana);
  select(ana, "beta");
  Y.applyUpdate(a, Y.encodeStateAsUpdate(b));
  expect(ana.state.doc.textContent).toBe("before alpha beta");
  expect(selected(ana)).toBe("beta");
  expect(document.getSelection()?.toString()).toBe("beta");
});

test("a thread that is drawn leaves the person's selection where it is", () => {
  const ana = edit(new Y.Doc(), "alpha beta");
  select(ana, "alpha");
  const anchor = anchorOf(
    ana.state.apply(ana.state.tr.setSelection(TextSelection.create(ana.state.doc, 7, 11))),
  );
  ana.view.dispatch(ana.state.tr.setMeta(anchorsKey, [{ id: "c1", anchor: anchor ?? "", isCurrent: false }]));
  expect(ana.view.dom.querySelector(".note-comment")?.textContent).toBe("beta");
  expect(selected(ana)).toBe("alpha");
});

test("a selection elsewhere on the page is not the text's, and one that is known is not read again", () => {
  const ana = edit(new Y.Doc(), "alpha beta");
  expect(unread(ana.view)).toBeNull();
  const other = document.body.appendChild(document.createElement("p"));
  other.textContent = "elsewhere";
  document.getSelection()?.selectAllChildren(other);
  expect(unread(ana.view)).toBeNull();
});
