/**
 * A room in virtual time: several machines and one model server that orders their changes with the same fold, joined
 * by a network that loses, repeats, delays and reorders what the seed tells it to.
 *
 * The server keeps the rules that the client relies on: one log, de-duplication by (author, client, number), checks on
 * the state at the tip, strongly read tips in every answer.
 */

import * as Y from "yjs";
import type { Client, Clock } from "../src/client.js";
import { DocumentsHub } from "../src/documents.js";
import { apply, type Change, type Op, precheck, type Role, type Sheet } from "../src/fold/index.js";
import type { Announced, ClientFrame } from "../src/frames.js";
import type { DocumentResult } from "../src/http.js";
import {
  type Effect,
  type Event,
  initial,
  type MachineState,
  type PostResult,
  pendingUpdates,
  type QueueRecord,
  step,
  type Timer,
  view,
} from "../src/machine.js";
import { fromBase64, toBase64 } from "../src/notes/base64.js";
import type { ClientState, Outcome } from "../src/state.js";
import { emptySheet, T0 } from "./rig.js";

/** How the network misbehaves; probabilities from 0 to 1. */
export interface Weather {
  /** A frame from the server is lost: a broadcast that died. */
  readonly loss: number;
  /** A frame of either direction arrives twice. */
  readonly twice: number;
  /** A change is committed and nobody receives it: the function died in between. */
  readonly crash: number;
  /** A change is answered `BUSY`: nothing was decided. */
  readonly busy: number;
  /** Sockets break, per client and second. */
  readonly breaks: number;
  /** Longest delay of a frame, milliseconds: what is sent later may arrive earlier. */
  readonly delayMs: number;
}

export const CALM: Weather = { loss: 0, twice: 0, crash: 0, busy: 0, breaks: 0, delayMs: 30 };

/** A small, fast generator (mulberry32): the same seed, the same world. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Member {
  readonly user: { id: string; name: string; color: string };
  state: MachineState;
  readonly timers: Map<Timer, number>;
  /** Open sockets of this member, as the server sees them; true: in the room. */
  readonly sockets: Map<number, boolean>;
  record: QueueRecord | null;
  readonly outcomes: Map<number, Outcome>;
  /** Counts reloads: what was under way for an earlier page is void. */
  page: number;
  calls: number;
  /** What a provider of documents of this page works with; made on demand. */
  client: MemberClient | null;
}

export class World {
  now = T0;
  weather: Weather;
  log: Change[] = [];
  sheet: Sheet = emptySheet();
  epoch = "e1";
  readonly members: Member[];
  private readonly random: () => number;
  private readonly seen = new Map<string, { seq: number; version: number }>();
  /** The highest version of a client that the fold has forgotten. */
  private floor = 0;
  private readonly roles = new Map<string, Role>();
  private readonly docs = new Map<string, Y.Doc>();
  private readonly blocked = new Set<string>();
  /** Documents asked for over HTTP. */
  fetches = 0;
  private agenda: { at: number; order: number; run: () => void }[] = [];
  private order = 0;

  constructor(seed: number, people: number, weather: Weather) {
    this.random = generator(seed);
    this.weather = weather;
    this.members = Array.from({ length: people }, (_, i) => {
      const user = { id: `u${i}`, name: `User ${i}`, color: "#000" };
      this.roles.set(user.id, "editor");
      return this.page(user, null);
    });
    for (const member of this.members) this.input(member, { type: "start" });
  }

  private page(user: Member["user"], record: QueueRecord | null): Member {
    const state = initial(`${user.id}-tab`, record ? [record] : [], this.now);
    return {
      user,
      state,
      timers: new Map(),
      sockets: new Map(),
      record,
      outcomes: new Map(),
      page: 0,
      calls: 0,
      client: null,
    };
  }

  // ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Lets `ms` pass. */
  run(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const next = this.next();
      if (next === null || next.at > until) break;
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = until;
  }

  private next(): { at: number; run: () => void } | null {
    let best: { at: number; run: () => void } | null = null;
    for (const item of this.agenda) {
      if (best === null || item.at < best.at) {
        const run = () => {
          this.agenda = this.agenda.filter((other) => other !== item);
          item.run();
        };
        best = { at: item.at, run };
      }
    }
    for (const member of this.members) {
      for (const [timer, at] of member.timers) {
        if (best !== null && at >= best.at) continue;
        const run = () => {
          member.timers.delete(timer);
          this.input(member, { type: "timer", timer });
        };
        best = { at, run };
      }
    }
    return best;
  }

  private later(ms: number, run: () => void): void {
    this.order += 1;
    this.agenda.push({ at: this.now + ms, order: this.order, run });
  }

  /** Carries something over the network: late, perhaps twice, perhaps not at all. */
  private carry(mayBeLost: boolean, run: () => void): void {
    if (mayBeLost && this.random() < this.weather.loss) return;
    const copies = this.random() < this.weather.twice ? 2 : 1;
    for (let i = 0; i < copies; i += 1) this.later(1 + Math.floor(this.random() * this.weather.delayMs), run);
  }

  // ── the members ──────────────────────────────────────────────────────────────────────────────────────────────

  input(member: Member, event: Event): void {
    const { state, effects } = step(member.state, { ...event, now: this.now, random: this.random() });
    member.state = state;
    for (const effect of effects) this.perform(member, effect);
    member.client?.changed();
  }

  private perform(member: Member, effect: Effect): void {
    const { page } = member;
    const here = (run: () => void) => () => {
      if (member.page === page) run();
    };
    switch (effect.type) {
      case "open":
        this.later(
          20,
          here(() => this.open(member, effect.socket)),
        );
        return;
      case "close":
        member.sockets.delete(effect.socket);
        return;
      case "send": {
        const { socket } = effect;
        const vectors = effect.frame.type === "hello" ? member.client?.documents.vectors() : {};
        const frame = { ...effect.frame, ...vectors };
        // What was sent reaches the server even if the page is gone by then.
        this.carry(false, () => this.hear(member, page, socket, frame));
        return;
      }
      case "setTimer":
        member.timers.set(effect.timer, this.now + effect.ms);
        return;
      case "clearTimer":
        member.timers.delete(effect.timer);
        return;
      case "fetchSnapshot":
        this.later(
          50,
          here(() => {
            if (this.blocked.has(member.user.id))
              return this.input(member, { type: "snapshot", request: effect.request, result: NO_ANSWER });
            const result = { kind: "sheet", epoch: this.epoch, sheet: this.sheet } as const;
            this.input(member, { type: "snapshot", request: effect.request, result });
          }),
        );
        return;
      case "fetchChanges": {
        const { request, since, limit } = effect;
        this.later(
          50,
          here(() => {
            const changes = this.log.slice(since, since + limit);
            const result = { kind: "changes", version: this.sheet.version, changes } as const;
            this.input(member, { type: "changes", request, result });
          }),
        );
        return;
      }
      case "post":
        // Answered over HTTP, which loses answers too.
        this.later(60, () => {
          if (this.isBlocked(member))
            return here(() =>
              this.input(member, { type: "posted", id: effect.change.id, result: NO_ANSWER }),
            )();
          const result = this.post(member, effect.change);
          const { id } = effect.change;
          if (this.random() >= this.weather.loss)
            here(() => this.input(member, { type: "posted", id, result }))();
          else here(() => this.input(member, { type: "posted", id, result: NO_ANSWER }))();
        });
        return;
      case "documentCommitted":
        return member.client?.documents.each((l) => l.committed(effect.doc, effect.update, effect.version));
      case "documentRefused":
        return member.client?.documents.each((l) => l.refused(effect.doc, effect.update, effect));
      case "documentsSkipped":
        return member.client?.documents.each((l) => l.skipped());
      case "documentsWelcomed":
        return member.client?.documents.each((l) => l.welcomed(effect.docs));
      case "documentsVoid":
        return member.client?.documents.each((l) => l.voided());
      case "settle":
        member.outcomes.set(effect.call, effect.outcome);
        return;
      case "persist":
        member.record = effect.record && structuredClone(effect.record);
    }
  }

  /** The page is closed and opened again. */
  reload(member: Member): void {
    member.page += 1;
    member.client = null;
    member.sockets.clear();
    member.timers.clear();
    member.state = initial(`${member.user.id}-tab`, member.record ? [member.record] : [], this.now);
    this.input(member, { type: "start" });
  }

  change(member: Member, ops: readonly Op[]): number {
    member.calls += 1;
    this.input(member, { type: "change", call: member.calls, ops });
    return member.calls;
  }

  private open(member: Member, socket: number): void {
    const { link, next } = member.state;
    if (link?.socket !== socket && next?.socket !== socket) return;
    if (this.blocked.has(member.user.id)) return this.input(member, { type: "closed", socket, code: 1006 });
    member.sockets.set(socket, false);
    this.input(member, { type: "opened", socket });
  }

  /** Breaks the sockets that the weather breaks in a second. */
  second(): void {
    for (const member of this.members) if (this.random() < this.weather.breaks) this.cut(member);
    this.run(1_000);
  }

  /** A member's network is gone altogether: neither sockets nor HTTP. */
  block(member: Member, blocked: boolean): void {
    if (blocked) this.blocked.add(member.user.id);
    else this.blocked.delete(member.user.id);
  }

  isBlocked({ user }: Member): boolean {
    return this.blocked.has(user.id);
  }

  demote(member: Member, role: Role): void {
    this.roles.set(member.user.id, role);
  }

  /** Things that will happen by themselves. */
  get pending(): number {
    return this.agenda.length;
  }

  /** Whether something of this probability happens now. */
  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** The sockets of a member break; the browser notices. */
  cut(member: Member): void {
    const sockets = [...member.sockets.keys()];
    member.sockets.clear();
    for (const socket of sockets)
      this.input(member, { type: "closed", socket, code: this.random() < 0.5 ? 1006 : 1001 });
  }

  // ── the server ───────────────────────────────────────────────────────────────────────────────────────────────

  private hear(member: Member, page: number, socket: number, frame: ClientFrame): void {
    if (frame.type === "change") return this.commit(member, page, socket, frame);
    if (member.page !== page || !member.sockets.has(socket)) return;
    if (frame.type === "hello") return this.welcome(member, socket, frame);
    if (frame.type === "replay")
      this.tell(member, page, socket, committed(this.log.slice(frame.since)), true);
    if (frame.type === "ping") {
      this.tell(member, page, socket, { type: "pong", version: this.sheet.version, epoch: this.epoch }, true);
    }
  }

  private welcome(member: Member, socket: number, frame: ClientFrame & { type: "hello" }): void {
    member.sockets.set(socket, true);
    const known = frame.epoch === this.epoch && (frame.since ?? 0) <= this.sheet.version;
    const small = known && frame.since !== undefined && this.sheet.version - frame.since < 20;
    const welcome = {
      type: "welcome",
      protocol: 1,
      epoch: this.epoch,
      connectionId: `${member.user.id}-${socket}`,
      user: member.user,
      role: this.roles.get(member.user.id),
      version: this.sheet.version,
      snapshot: small ? null : this.sheet,
      snapshotUrl: null,
      changes: small ? this.log.slice(frame.since) : [],
      connections: [],
      notifications: [],
      presenceIntervalMs: 250,
      reconnectJitterMs: 2_000,
      at: this.now,
      docs: this.lacking(frame.docs ?? {}),
    };
    // A socket whose first answer is lost is given up by its client; that is tested by `breaks`.
    this.tell(member, member.page, socket, welcome, false);
  }

  private commit(
    member: Member,
    page: number,
    socket: number,
    frame: ClientFrame & { type: "change" },
  ): void {
    this.decide(member, frame, (json) => this.tell(member, page, socket, json, true));
  }

  private post(member: Member, frame: ClientFrame & { type: "change" }): PostResult {
    let result: PostResult = NO_ANSWER;
    this.decide(member, frame, (json) => {
      const told = json as {
        type: string;
        code: string;
        message: string;
        version: number;
        changes: Announced[];
      };
      if (told.type === "committed") result = { kind: "committed", changes: told.changes };
      else result = { kind: "refused", ...told, retryable: told.code === "BUSY" };
    });
    return result;
  }

  private decide(
    member: Member,
    { id, base, ops }: ClientFrame & { type: "change" },
    answer: (json: object) => void,
  ): void {
    const { version } = this.sheet;
    const refuse = (code: string, message: string) =>
      answer({ type: "rejected", id, code, message, version });
    if (this.random() < this.weather.busy) return refuse("BUSY", "try again");
    const [client = "", seq = ""] = id.split(".");
    const key = `${member.user.id} ${client}`;
    const last = this.seen.get(key);
    if (last === undefined && base < this.floor)
      return refuse("SUPERSEDED", "this client has been forgotten");
    if (base > version) return refuse("MALFORMED", "base is beyond the tip");
    if (last !== undefined && last.seq >= Number(seq)) {
      if (last.seq > Number(seq)) return refuse("SUPERSEDED", "a later change of this client is in the log");
      const text = committed(this.log.slice(last.version - 1, last.version));
      return last.version === version ? this.broadcast(text) : answer(text);
    }
    const author = { id: member.user.id, name: member.user.name };
    const role = this.roles.get(author.id) ?? "editor";
    const refusal = precheck(this.sheet, ops, { author, role, at: this.now });
    if (refusal !== null) return refuse(refusal.code, refusal.message);
    const change: Change = { version: version + 1, id, author, role, at: this.now, base, ops };
    this.log.push(change);
    this.sheet = apply(this.sheet, change);
    this.seen.set(key, { seq: Number(seq), version: change.version });
    for (const op of ops) if (op.op === "TEXT_UPDATE") this.write(op.doc, op.update);
    if (this.random() >= this.weather.crash) this.broadcast(committed([change]));
  }

  // ── documents ────────────────────────────────────────────────────────────────────────────────────────────────

  /** A document as the log has it. */
  document(doc: string): Y.Doc {
    const known = this.docs.get(doc) ?? new Y.Doc();
    this.docs.set(doc, known);
    return known;
  }

  private write(doc: string, update: string): void {
    Y.applyUpdate(this.document(doc), fromBase64(update) ?? new Uint8Array([0, 0]));
  }

  private lacking(vectors: { readonly [doc: string]: string }): object {
    const { version } = this.sheet;
    const lacked = Object.entries(vectors).map(([doc, vector]) => {
      const update = Y.encodeStateAsUpdate(this.document(doc), fromBase64(vector) ?? undefined);
      // What would not fit a frame has to be fetched.
      return [doc, update.length > 400 ? null : { update: toBase64(update), version }];
    });
    return Object.fromEntries(lacked);
  }

  /** The client of a member's page, for providers of documents. */
  client(member: Member): Client {
    member.client ??= new MemberClient(this, member);
    return member.client as unknown as Client;
  }

  clock(): Clock {
    return {
      now: () => this.now,
      setTimeout: (run, ms) => {
        const timer = { run };
        this.later(ms, () => timer.run());
        return timer;
      },
      clearTimeout: (timer) => {
        (timer as { run: () => void }).run = () => {};
      },
    };
  }

  /** Answers a request for a document, late, and now and then not at all. */
  fetchDocument(
    doc: string,
    stateVector: string | undefined,
    isBlocked: () => boolean,
  ): Promise<DocumentResult> {
    this.fetches += 1;
    return new Promise((resolve) =>
      this.later(50, () => {
        if (isBlocked() || this.random() < this.weather.loss) return resolve(NO_ANSWER);
        const vector = stateVector === undefined ? undefined : (fromBase64(stateVector) ?? undefined);
        const update = Y.encodeStateAsUpdate(this.document(doc), vector);
        resolve({ kind: "document", update: toBase64(update), version: this.sheet.version });
      }),
    );
  }

  private broadcast(json: object): void {
    for (const member of this.members) {
      for (const [socket, joined] of member.sockets)
        if (joined) this.tell(member, member.page, socket, json, true);
    }
  }

  private tell(member: Member, page: number, socket: number, json: object, mayBeLost: boolean): void {
    const text = JSON.stringify(json);
    this.carry(mayBeLost, () => {
      if (member.page === page && member.sockets.has(socket))
        this.input(member, { type: "frame", socket, text });
    });
  }

  /** The fold forgets every client that it remembers. */
  forget(): void {
    this.floor = this.sheet.version;
    this.seen.clear();
  }

  /** The table is restored from a backup taken at `version`. */
  restore(version: number): void {
    const kept = this.log.slice(0, version);
    this.log = kept;
    this.sheet = kept.reduce(apply, emptySheet());
    this.docs.clear();
    for (const { ops } of kept) {
      for (const op of ops) if (op.op === "TEXT_UPDATE") this.write(op.doc, op.update);
    }
    this.epoch = `e${Number(this.epoch.slice(1)) + 1}`;
    this.floor = Math.min(this.floor, version);
    this.seen.clear();
    for (const { author, id, version: at } of kept) {
      const [client = "", seq = ""] = id.split(".");
      this.seen.set(`${author.id} ${client}`, { seq: Number(seq), version: at });
    }
  }
}

const NO_ANSWER = { kind: "failed", status: null, code: null, message: "no answer" } as const;

/** What a page's documents need of its client. */
class MemberClient {
  readonly documents: DocumentsHub;
  private shown: ClientState;
  private readonly listeners = new Set<() => void>();

  constructor(
    world: World,
    private readonly member: Member,
  ) {
    const { page } = member;
    const isHere = () => member.page === page;
    this.documents = new DocumentsHub({
      enqueue: (op) => (isHere() ? world.change(member, [op]) : -1),
      amend: (call, ops) => world.input(member, { type: "amend", call, ops }),
      isWaiting: (call) => isHere() && member.state.queue.some((edit) => edit.call === call),
      pending: (doc) => pendingUpdates(member.state, doc),
      fetch: (doc, { stateVector }) => world.fetchDocument(doc, stateVector, () => world.isBlocked(member)),
      tell: () => {},
    });
    this.documents.settle(`room ${member.user.id}`);
    this.shown = view(member.state);
  }

  getState(): ClientState {
    return this.shown;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  changed(): void {
    this.shown = view(this.member.state);
    for (const listener of [...this.listeners]) listener();
  }
}

function committed(changes: readonly (Change | Announced)[]): object {
  return { type: "committed", changes };
}

export type { Member };
export { view };
