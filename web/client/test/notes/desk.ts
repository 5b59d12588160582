/** Somebody's page with a note open on it, in a world of virtual time. */
import * as Y from "yjs";
import {
  createNotes,
  memoryNoteStorage,
  type NoteStorage,
  type Notes,
  type OpenNote,
} from "../../src/notes/index.js";
import { FIELD, plainText } from "../../src/notes/text.js";
import type { Member, World } from "../world.js";

/** Lets time pass in small steps, and promises settle in between. */
export async function pass(world: World, ms: number, step = 50): Promise<void> {
  for (let left = ms; left > 0; left -= step) {
    world.run(Math.min(step, left));
    await promises();
  }
  await promises();
}

async function promises(): Promise<void> {
  for (let i = 0; i < 12; i += 1) await Promise.resolve();
}

export class Desk {
  notes: Notes;
  note: OpenNote;

  constructor(
    readonly world: World,
    readonly member: Member,
    readonly name = "summary",
    readonly storage: NoteStorage = memoryNoteStorage(),
  ) {
    [this.notes, this.note] = this.sit();
  }

  private sit(): [Notes, OpenNote] {
    const notes = createNotes(this.world.client(this.member), {
      storage: this.storage,
      clock: this.world.clock(),
    });
    return [notes, notes.open(this.name)];
  }

  /** The page is closed, as a browser closes it, and opened again. */
  reload(): void {
    this.note.flush();
    this.notes.close();
    this.world.reload(this.member);
    [this.notes, this.note] = this.sit();
  }

  get doc(): Y.Doc {
    return this.note.getState().doc;
  }

  get text(): string {
    return plainText(this.doc);
  }

  get vector(): string {
    return JSON.stringify([...Y.decodeStateVector(Y.encodeStateVector(this.doc))].sort());
  }

  /** Types into one of the paragraphs, at some place. */
  type(words: string, paragraph = 0, at = 0): void {
    const fragment = this.doc.getXmlFragment(FIELD);
    this.doc.transact(() => {
      if (fragment.length === 0 || paragraph > fragment.length) {
        const element = new Y.XmlElement("paragraph");
        element.insert(0, [new Y.XmlText(words)]);
        fragment.insert(fragment.length, [element]);
        return;
      }
      const text = this.textOf(paragraph % fragment.length);
      text?.insert(at % (text.length + 1), words);
    });
  }

  erase(paragraph: number, at: number, length: number): void {
    const fragment = this.doc.getXmlFragment(FIELD);
    const text = fragment.length === 0 ? null : this.textOf(paragraph % fragment.length);
    if (!text || text.length === 0) return;
    const from = at % text.length;
    text.delete(from, Math.min(length, text.length - from));
  }

  private textOf(index: number): Y.XmlText | null {
    const element = this.doc.getXmlFragment(FIELD).get(index);
    const text = element instanceof Y.XmlElement ? element.get(0) : null;
    return text instanceof Y.XmlText ? text : null;
  }
}
