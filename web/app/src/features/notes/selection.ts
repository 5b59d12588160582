/**
 * The selection as the person sees it. A browser moves a selection at once and tells of it in a task of its own, which
 * on a busy machine comes after the next key, or after what others wrote. ProseMirror goes by that telling: till then a
 * key acts on what was selected before, and a document that is drawn again puts the old selection back over the
 * person's. So it is read from the browser before either.
 */
import { Extension } from "@tiptap/core";
import { Plugin, type Selection, TextSelection } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { yCursorPluginKey } from "@tiptap/y-tiptap";
import type * as Y from "yjs";
import { anchorsKey } from "./anchors";

/** Browsers put the selection to the start of a text that Tab leads into; the editor knows better, and says so soon. */
const SETTLING_MS = 200;

/** What is selected on the screen, where the editor does not know of it yet. */
export function unread(view: EditorView): Selection | null {
  const told = view.dom.ownerDocument.getSelection();
  const { selection, doc } = view.state;
  // A selected node, and the whole, are drawn in ways of their own.
  if (!told?.anchorNode || !told.focusNode || !(selection instanceof TextSelection)) return null;
  // A text that is being composed is the browser's until it is done.
  if (!view.editable || !view.hasFocus() || view.composing) return null;
  if (!view.dom.contains(told.anchorNode) || !view.dom.contains(told.focusNode)) return null;
  const anchor = view.posAtDOM(told.anchorNode, told.anchorOffset, 1);
  const head = view.posAtDOM(told.focusNode, told.focusOffset, 1);
  if (anchor === selection.anchor && head === selection.head) return null;
  const seen = TextSelection.between(doc.resolve(anchor), doc.resolve(head));
  return seen.eq(selection) ? null : seen;
}

export const PromptSelection = Extension.create<{ readonly document: Y.Doc | null }>({
  name: "promptSelection",
  // Before the binding to the document, which notes down the selection when an update comes.
  priority: 1_100,

  addOptions: () => ({ document: null }),

  addProseMirrorPlugins() {
    const { document } = this.options;
    let view: EditorView | null = null;
    let pointedAt = 0;
    let focusedAt = 0;
    const seen = (): Selection | null =>
      view === null || Date.now() - focusedAt < SETTLING_MS ? null : unread(view);
    const read = () => {
      const selection = seen();
      if (selection !== null) view?.dispatch(view.state.tr.setSelection(selection));
      return false;
    };
    // A click into the text sets the place itself: nothing is left to settle, also where the editor had the focus.
    const pointed = () => {
      pointedAt = Date.now();
      focusedAt = 0;
      return false;
    };
    return [
      new Plugin({
        view(made) {
          view = made;
          const remote = () => document?._transaction?.local === false && read();
          document?.on("beforeAllTransactions", remote);
          return {
            destroy() {
              view = null;
              document?.off("beforeAllTransactions", remote);
            },
          };
        },
        props: {
          handleDOMEvents: {
            keydown: read,
            mousedown: pointed,
            touchstart: pointed,
            focus() {
              focusedAt = Date.now() - pointedAt < SETTLING_MS ? 0 : Date.now();
              return false;
            },
          },
        },
        // Somebody's caret, or a thread, is drawn: the text is as it was, so the screen's places are the document's.
        appendTransaction(transactions, _, state) {
          const drawn = transactions.some((one) => one.getMeta(yCursorPluginKey) ?? one.getMeta(anchorsKey));
          if (!drawn || transactions.some((one) => one.docChanged || one.selectionSet)) return null;
          const selection = seen();
          return selection && state.tr.setSelection(selection);
        },
      }),
    ];
  },
});
