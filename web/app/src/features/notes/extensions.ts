/** What a document may hold: the schema, and what the keys do. */

import type { NoteState } from "@cyclesheet/client/notes";
import type { Extensions } from "@tiptap/core";
import { Collaboration } from "@tiptap/extension-collaboration";
import { CollaborationCaret } from "@tiptap/extension-collaboration-caret";
import { Link } from "@tiptap/extension-link";
import { TaskItem, TaskList } from "@tiptap/extension-list";
import { Mention } from "@tiptap/extension-mention";
import { Placeholder } from "@tiptap/extensions";
import { StarterKit } from "@tiptap/starter-kit";
import type { SuggestionOptions } from "@tiptap/suggestion";
import { inkOn, personColor } from "../../lib/people";
import { Anchors, type ThreadAnchor } from "./anchors";
import { safeHref } from "./safety";
import { PromptSelection } from "./selection";

/** A link has an address and nothing else: no target, no class, no protocol that runs anything. */
const SafeLink = Link.extend({
  addAttributes() {
    return { href: { default: null, parseHTML: (element: HTMLElement) => element.getAttribute("href") } };
  },
  renderHTML({ HTMLAttributes }) {
    const href = safeHref(HTMLAttributes.href);
    if (href === null) return ["span", 0];
    return ["a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, 0];
  },
});

/** The nodes and marks alone: what a stored version is read by. */
export function schemaExtensions(): Extensions {
  return [
    StarterKit.configure({
      // Undo is Yjs's, per person. A trailing paragraph would be written by everybody who only looks.
      undoRedo: false,
      trailingNode: false,
      gapcursor: false,
      link: false,
      underline: false,
      horizontalRule: false,
      heading: { levels: [1, 2, 3] },
    }),
    SafeLink.configure({
      openOnClick: "whenNotEditable",
      autolink: true,
      defaultProtocol: "https",
      isAllowedUri: (url) => safeHref(url) !== null,
    }),
    TaskList,
    TaskItem.configure({
      nested: true,
      a11y: {
        checkboxLabel: (node, checked) => `${checked ? "Done" : "To do"}: ${node.textContent || "empty"}`,
      },
    }),
    Mention.configure({ deleteTriggerWithBackspace: true }),
  ];
}

interface Surroundings {
  readonly state: NoteState;
  readonly placeholder: string;
  readonly mentions: Omit<SuggestionOptions, "editor">;
  readonly onThread: (id: string) => void;
  readonly threads: readonly ThreadAnchor[];
}

export function noteExtensions({
  state,
  placeholder,
  mentions,
  onThread,
  threads,
}: Surroundings): Extensions {
  return [
    ...schemaExtensions().filter(({ name }) => name !== "mention"),
    Mention.configure({ deleteTriggerWithBackspace: true, suggestion: mentions }),
    Placeholder.configure({ placeholder }),
    PromptSelection.configure({ document: state.doc }),
    Collaboration.configure({ document: state.doc }),
    CollaborationCaret.configure({
      provider: { awareness: state.awareness },
      render: ({ id, name, color }) =>
        caret(String(name ?? ""), personColor(String(color ?? ""), String(id ?? ""))),
      selectionRender: ({ id, color }) => ({
        class: "note-selection",
        style: `--person: ${personColor(String(color ?? ""), String(id ?? ""))}`,
      }),
    }),
    Anchors.configure({ onThread, threads }),
  ];
}

/** Somebody's caret with their name. Styled through the DOM: the page's policy allows no inline styles in markup. */
function caret(name: string, color: string): HTMLElement {
  const mark = document.createElement("span");
  mark.className = "note-caret";
  mark.style.setProperty("--person", color);
  mark.style.setProperty("--person-ink", inkOn(color));
  // Screen readers would read the name in the middle of a sentence.
  mark.setAttribute("aria-hidden", "true");
  const label = document.createElement("bdi");
  label.className = "note-caret-name";
  label.textContent = name;
  mark.append(label);
  return mark;
}
