/** A browser's surroundings that a test moves by hand: a clock, sockets, an HTTP server, locks. */
import type { Clock } from "../../src/index.js";
import { ANA, sampleSheet, T0, welcome } from "../rig.js";

export class ManualClock implements Clock {
  private at = T0;
  private next = 1;
  private readonly timers = new Map<number, { at: number; run: () => void }>();

  now(): number {
    return this.at;
  }

  setTimeout(run: () => void, ms: number): unknown {
    this.next += 1;
    this.timers.set(this.next, { at: this.at + ms, run });
    return this.next;
  }

  clearTimeout(timer: unknown): void {
    this.timers.delete(timer as number);
  }

  get waiting(): number {
    return this.timers.size;
  }

  async elapse(ms: number): Promise<void> {
    const until = this.at + ms;
    for (;;) {
      const [due] = [...this.timers].filter(([, { at }]) => at <= until).sort((a, b) => a[1].at - b[1].at);
      if (due === undefined) break;
      this.timers.delete(due[0]);
      this.at = Math.max(this.at, due[1].at);
      due[1].run();
      await settled();
    }
    this.at = until;
    await settled();
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

export class FakeSocket {
  static readonly OPEN = 1;
  readyState = 0;
  readonly sent: { type: string; [field: string]: unknown }[] = [];
  closedWith: number | null = null;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocols: readonly string[],
  ) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(code: number): void {
    this.closedWith = code;
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  fall(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  welcome(over: object = {}): void {
    this.open();
    this.say(welcome(sampleSheet(), over));
  }

  /** Echoes the last change sent. */
  echo(version: number): void {
    const change = this.sent.filter(({ type }) => type === "change").at(-1);
    const author = { id: ANA.id, name: ANA.name };
    this.say({ type: "committed", changes: [{ version, id: change?.id, author, at: T0, ops: change?.ops }] });
  }
}

/** A WebSocket class whose sockets are listed. */
export function socketClass() {
  const sockets: FakeSocket[] = [];
  class Listed extends FakeSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  }
  return { sockets, WebSocket: Listed as unknown as typeof WebSocket };
}

/** Web Locks of one browser: each name is held by one holder at a time. */
export function fakeLocks(): LockManager {
  const held = new Set<string>();
  const request = async (name: string, options: LockOptions, granted: (lock: Lock | null) => unknown) => {
    if (held.has(name)) {
      if (options.ifAvailable !== true) throw new Error("this test waits for no lock");
      return granted(null);
    }
    held.add(name);
    try {
      return await granted({ name, mode: "exclusive" });
    } finally {
      held.delete(name);
    }
  };
  return { request, query: async () => ({ held: [], pending: [] }) } as unknown as LockManager;
}
