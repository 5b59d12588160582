/** Puts a document's content in place of another's, as one change of the user who asks for it. */
import { FIELD } from "@cyclesheet/client/notes";
import { getSchema } from "@tiptap/core";
import type { Node, Schema } from "@tiptap/pm/model";
import { updateYFragment, yXmlFragmentToProseMirrorRootNode } from "@tiptap/y-tiptap";
import * as Y from "yjs";
import { schemaExtensions } from "./extensions";

let made: Schema | null = null;

function schema(): Schema {
  made ??= getSchema(schemaExtensions());
  return made;
}

/** The document in an update, for reading. */
export function documentOf(update: Uint8Array): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return doc;
}

/** Makes `doc` say what `past` says. What both have stays what it is, so carets and comments keep their places. */
export function restore(doc: Y.Doc, past: Y.Doc): void {
  // Reading drops what the schema does not know: not from somebody else's document.
  const copy = documentOf(Y.encodeStateAsUpdate(past));
  write(doc, yXmlFragmentToProseMirrorRootNode(copy.getXmlFragment(FIELD), schema()));
  copy.destroy();
}

/** Makes `doc` say these words, a paragraph for every line. */
export function say(doc: Y.Doc, text: string): void {
  const { nodes } = schema();
  const lines = text.split(/\n+/).filter((line) => line.trim() !== "");
  const paragraphs = lines.map((line) => nodes.paragraph?.create(null, schema().text(line)) as Node);
  write(doc, schema().topNodeType.create(null, paragraphs));
}

function write(doc: Y.Doc, root: Node): void {
  doc.transact(() => {
    updateYFragment(doc, doc.getXmlFragment(FIELD), root, { mapping: new Map(), isOMark: new Map() });
  }, "restore");
}
