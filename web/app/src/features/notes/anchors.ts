/**
 * Comments on a part of a document: a thread's `anchor` names two places that move with the text, and what was quoted.
 * A highlight follows edits; a thread whose text was deleted has none and stays in the list.
 */
import { MAX_ANCHOR_BYTES } from "@cyclesheet/client";
import { fromBase64, toBase64 } from "@cyclesheet/client/notes";
import { Extension } from "@tiptap/core";
import { type EditorState, Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
} from "@tiptap/y-tiptap";
import * as Y from "yjs";

/** Characters of the quotation. */
const MAX_QUOTE = 200;

/** A thread with its place. */
export interface ThreadAnchor {
  readonly id: string;
  readonly anchor: string;
  readonly isCurrent: boolean;
}

interface Options {
  readonly threads: readonly ThreadAnchor[];
  readonly onThread: (id: string) => void;
}

interface Places {
  readonly threads: readonly ThreadAnchor[];
  readonly marks: DecorationSet;
}

export const anchorsKey = new PluginKey<Places>("comment-anchors");

/** The anchor of what is selected; null where nothing is. */
export function anchorOf(state: EditorState): string | null {
  const { from, to, empty } = state.selection;
  const sync = ySyncPluginKey.getState(state);
  if (empty || !sync?.binding) return null;
  const place = (position: number): string => {
    const relative = absolutePositionToRelativePosition(position, sync.type, sync.binding.mapping);
    return toBase64(Y.encodeRelativePosition(relative));
  };
  const [start, end] = [place(from), place(to)];
  const words = [...state.doc.textBetween(from, to, " ", " ").trim()].slice(0, MAX_QUOTE);
  for (;;) {
    const anchor = JSON.stringify({ from: start, to: end, quote: words.join("") });
    if (new TextEncoder().encode(anchor).length <= MAX_ANCHOR_BYTES) return anchor;
    words.splice(-Math.ceil(words.length / 8));
  }
}

function relative(base64: unknown): Y.RelativePosition | null {
  const bytes = typeof base64 === "string" ? fromBase64(base64) : null;
  if (bytes === null || bytes.length === 0) return null;
  try {
    return Y.decodeRelativePosition(bytes);
  } catch {
    return null;
  }
}

/** Where an anchor's text is now; null when it is gone, or the anchor makes no sense. */
export function rangeOf(state: EditorState, anchor: string): { from: number; to: number } | null {
  const sync = ySyncPluginKey.getState(state);
  if (!sync?.binding || sync.binding.mapping.size === 0) return null;
  let told: { from?: unknown; to?: unknown };
  try {
    told = JSON.parse(anchor);
  } catch {
    return null;
  }
  const [start, end] = [relative(told?.from), relative(told?.to)];
  if (start === null || end === null) return null;
  const place = (at: Y.RelativePosition) =>
    relativePositionToAbsolutePosition(sync.doc, sync.type, at, sync.binding.mapping);
  try {
    const [from, to] = [place(start), place(end)];
    const size = state.doc.content.size;
    return from === null || to === null || from >= to || to > size ? null : { from, to };
  } catch {
    return null;
  }
}

function marked(state: EditorState, threads: readonly ThreadAnchor[]): DecorationSet {
  const marks = threads.flatMap(({ id, anchor, isCurrent }) => {
    const range = rangeOf(state, anchor);
    if (range === null) return [];
    const attributes = {
      class: isCurrent ? "note-comment note-comment-current" : "note-comment",
      "data-thread": id,
    };
    return Decoration.inline(range.from, range.to, attributes, { thread: id });
  });
  return DecorationSet.create(state.doc, marks);
}

/** Highlights the given threads, and reports which one was clicked. */
export const Anchors = Extension.create<Options>({
  name: "commentAnchors",

  addOptions: () => ({ threads: [], onThread: () => {} }),

  addProseMirrorPlugins() {
    const { onThread, threads } = this.options;
    return [
      new Plugin<Places>({
        key: anchorsKey,
        state: {
          init: (_, state) => ({ threads, marks: marked(state, threads) }),
          apply(transaction, before, _, state) {
            const told = transaction.getMeta(anchorsKey) as readonly ThreadAnchor[] | undefined;
            if (told) return { threads: told, marks: marked(state, told) };
            // Own keystrokes reach Yjs after this; until then the marks move as the text does.
            if (transaction.docChanged && !ySyncPluginKey.getState(state)?.isChangeOrigin)
              return { ...before, marks: before.marks.map(transaction.mapping, transaction.doc) };
            return transaction.docChanged || transaction.getMeta(ySyncPluginKey)
              ? { ...before, marks: marked(state, before.threads) }
              : before;
          },
        },
        props: {
          decorations: (state) => anchorsKey.getState(state)?.marks,
          handleClick(view, position) {
            const [hit] = anchorsKey.getState(view.state)?.marks.find(position, position) ?? [];
            const id = (hit?.spec as { thread?: string } | undefined)?.thread;
            if (id) onThread(id);
            return false;
          },
        },
      }),
    ];
  },
});
