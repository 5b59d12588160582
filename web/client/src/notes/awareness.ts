/**
 * The other users in a document and their carets, in the shape that editors expect of a y-protocols `Awareness`. It has
 * no timer and sends nothing of its own: places travel in the room's presence, which is silent while nobody moves.
 * Names and colours are the server's word about a connection, never the peer's about itself.
 */
import * as Y from "yjs";
import type { Client } from "../client.js";
import type { Peer } from "../state.js";
import { fromBase64, toBase64 } from "./base64.js";

/** One's own place, or somebody's: relative positions, which stay where they are while the text moves. */
export interface Place {
  readonly anchor: Y.RelativePosition;
  readonly head: Y.RelativePosition;
}

export interface PersonState {
  readonly cursor: Place | null;
  readonly user: { readonly id: string; readonly name: string; readonly color: string };
}

type Listener = () => void;

export class NoteAwareness {
  /** By a number of our own; one person has one, whatever the number of their tabs. */
  readonly states = new Map<number, PersonState>();
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly numbers = new Map<string, number>();
  private readonly stop: () => void;
  private local: { cursor: Place | null } = { cursor: null };
  private peers: readonly Peer[] = [];
  private seen = "";

  constructor(
    private readonly client: Client,
    private readonly doc: string,
    /** The Yjs client id of the open document: no other person may go by it. */
    readonly clientID: number,
  ) {
    this.stop = client.subscribe(() => this.follow());
    this.follow();
  }

  getStates(): Map<number, PersonState> {
    return this.states;
  }

  getLocalState(): { cursor: Place | null } {
    return this.local;
  }

  /** Of what an editor says of itself only its place counts. */
  setLocalStateField(field: string, value: unknown): void {
    if (field !== "cursor") return;
    const cursor = (value ?? null) as Place | null;
    this.local = { cursor };
    this.client.documents.setPlace(this.doc, cursor && encoded(cursor));
  }

  on(event: string, listener: Listener): void {
    const known = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, known.add(listener));
  }

  off(event: string, listener: Listener): void {
    this.listeners.get(event)?.delete(listener);
  }

  destroy(): void {
    this.stop();
    this.listeners.clear();
    this.client.documents.setPlace(this.doc, null);
  }

  private follow(): void {
    const { peers } = this.client.getState();
    if (peers === this.peers) return;
    this.peers = peers;
    const here = peers.filter(({ self, state }) => !self && state?.docs?.[this.doc] != null);
    const seen = JSON.stringify(here.map(({ user, state }) => [user, state?.docs?.[this.doc]]));
    if (seen === this.seen) return;
    this.seen = seen;
    this.states.clear();
    for (const { user, state } of here) {
      this.states.set(this.numberOf(user.id), { cursor: decoded(state?.docs?.[this.doc]), user });
    }
    for (const event of ["change", "update"]) {
      for (const listener of [...(this.listeners.get(event) ?? [])]) listener();
    }
  }

  private numberOf(userId: string): number {
    let number = this.numbers.get(userId);
    if (number === undefined) {
      // Yjs ids are random: a small number is taken only by chance, and then by the next one.
      number = this.numbers.size + 1;
      if (number === this.clientID) number = 0;
      this.numbers.set(userId, number);
    }
    return number;
  }
}

function encoded({ anchor, head }: Place): { anchor: string; head: string } {
  return { anchor: position(anchor), head: position(head) };
}

function position(relative: Y.RelativePosition): string {
  return toBase64(Y.encodeRelativePosition(Y.createRelativePositionFromJSON(relative)));
}

/** A place as a peer told it; null where it makes no sense. */
function decoded(told: unknown): Place | null {
  const { anchor, head } = (told ?? {}) as { anchor?: unknown; head?: unknown };
  const [from, to] = [relative(anchor), relative(head)];
  return from && to && { anchor: from, head: to };
}

function relative(text: unknown): Y.RelativePosition | null {
  const bytes = typeof text === "string" ? fromBase64(text) : null;
  if (bytes === null || bytes.length === 0) return null;
  try {
    return Y.decodeRelativePosition(bytes);
  } catch {
    return null;
  }
}
