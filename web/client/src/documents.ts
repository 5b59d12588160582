/**
 * The client's side of rich-text documents, for a provider that knows what is in them: the client carries updates, it
 * does not read them. Free of Yjs, so that a page without documents does not load it.
 */
import type { Op } from "./fold/op.js";
import type { Welcome } from "./frames.js";
import { MAX_HELLO_DOCS } from "./generated/limits.js";
import type { DocumentQuery, DocumentResult } from "./http.js";

/** The callbacks of a provider. They are called before the client's state shows the change. */
export interface DocumentListener {
  /** State vectors of open documents, base64, the most important first; asked right before each `hello`. */
  vectors(): readonly (readonly [doc: string, stateVector: string])[];
  /** An update is in the log. Strictly by version; own ones too. */
  committed(doc: string, update: string, version: number): void;
  /** An own update, perhaps of an earlier page, will never be in the log. */
  refused(doc: string, update: string, why: { readonly code: string; readonly message: string }): void;
  /** A whole sheet came in place of changes: what those did to documents was not told. */
  skipped(): void;
  /** What the documents named by `vectors` lacked. */
  welcomed(docs: Welcome["docs"]): void;
  /** The log was restored or replaced: what was known of its documents is void. */
  voided(): void;
}

/** What a provider works with. */
export interface Documents {
  /** Tells one person's cycle from every other: a key for what is kept on the device. */
  readonly scope: Promise<string>;
  attach(listener: DocumentListener): () => void;
  /** Puts an update (base64) into the one queue of changes; `mentions`: ids of the users whom it newly names. */
  send(doc: string, update: string, mentions?: readonly string[]): Sending;
  /** Updates on their way, oldest first; those of earlier pages too. */
  pending(doc: string): readonly string[];
  fetch(doc: string, query?: DocumentQuery): Promise<DocumentResult>;
  /** Tells the room where one is in a document; null: not in it. */
  setPlace(doc: string, place: unknown): void;
}

/** An update in the queue. */
export interface Sending {
  /** Puts another update in its place; false once it has been sent or refused. */
  amend(update: string, mentions?: readonly string[]): boolean;
}

/** What the driver lends. */
interface Lent {
  enqueue(op: Op): number;
  amend(call: number, ops: readonly Op[]): void;
  isWaiting(call: number): boolean;
  pending(doc: string): readonly string[];
  fetch(doc: string, query: DocumentQuery): Promise<DocumentResult>;
  tell(): void;
}

export class DocumentsHub implements Documents {
  readonly scope: Promise<string>;
  /** Ends the wait for `scope`. */
  settle: (scope: string) => void = () => {};
  /** Where one is, by document: part of what presence tells. */
  places: { readonly [doc: string]: unknown } = {};
  private readonly listeners = new Set<DocumentListener>();

  constructor(private readonly lent: Lent) {
    this.scope = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  attach(listener: DocumentListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  each(tell: (listener: DocumentListener) => void): void {
    for (const listener of [...this.listeners]) tell(listener);
  }

  /** The part of a `hello` that is about documents. */
  vectors(): { docs?: { [doc: string]: string } } {
    const all = [...this.listeners].flatMap((listener) => listener.vectors());
    return all.length === 0 ? {} : { docs: Object.fromEntries(all.slice(0, MAX_HELLO_DOCS)) };
  }

  send(doc: string, update: string, mentions: readonly string[] = []): Sending {
    const call = this.lent.enqueue(textUpdate(doc, update, mentions));
    return {
      amend: (other, named = []) => {
        if (!this.lent.isWaiting(call)) return false;
        this.lent.amend(call, [textUpdate(doc, other, named)]);
        return true;
      },
    };
  }

  pending(doc: string): readonly string[] {
    return this.lent.pending(doc);
  }

  fetch(doc: string, query: DocumentQuery = {}): Promise<DocumentResult> {
    return this.lent.fetch(doc, query);
  }

  setPlace(doc: string, place: unknown): void {
    const { [doc]: before, ...others } = this.places;
    if (JSON.stringify(before ?? null) === JSON.stringify(place ?? null)) return;
    this.places = place == null ? others : { ...others, [doc]: place };
    this.lent.tell();
  }
}

function textUpdate(doc: string, update: string, mentions: readonly string[]): Op {
  return { op: "TEXT_UPDATE", doc, update, ...(mentions.length > 0 && { mentions }) };
}
