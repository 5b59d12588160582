/** One machine under test: its time moves by hand, its effects are recorded, its inputs come from the test. */
import { apply, type Change, type Op, type Row, type Sheet } from "../src/fold/index.js";
import type { ClientFrame } from "../src/frames.js";
import {
  type Effect,
  type Event,
  initial,
  type MachineState,
  type QueueRecord,
  step,
  type Timer,
  view,
} from "../src/machine.js";
import type { Outcome } from "../src/state.js";

export const ANA = { id: "ana", name: "Ana Ruiz", color: "#0a7" };
export const BO = { id: "bo", name: "Bo Lind", color: "#a07" };
export const T0 = 1_795_000_000_000;

/** A sheet at version 1 with rows `r1`, `r2`, `r3`, whose titles are `one`, `two`, `three`. */
export function sampleSheet(): Sheet {
  const rows = [
    ["r1", "one"],
    ["r2", "two"],
    ["r3", "three"],
  ];
  const ops = rows.map(([taskId = "", title = ""], i): Op => {
    return { op: "ROW_INSERT", taskId, after: i === 0 ? null : `r${i}`, cells: { title } };
  });
  return apply(emptySheet(), {
    version: 1,
    id: "seed.1",
    author: { id: "bo", name: "Bo Lind" },
    at: T0 - 1000,
    ops,
  });
}

export function emptySheet(): Sheet {
  return {
    cycleId: "platform/2026-W47",
    fiscalPeriod: "2026-Q4",
    version: 0,
    status: "open",
    tasks: [],
    authors: {},
    executiveSummary: "",
    lastModifiedBy: null,
    generation: null,
    stale: null,
    removed: { sources: [], titles: [] },
    createdAt: 0,
    updatedAt: 0,
    comments: [],
    locks: [],
    docs: {},
  };
}

/** A cell's edit. */
export function edit(
  taskId: string,
  oldValue: string,
  newValue: string,
  column: "title" | "status" = "title",
): Op {
  return { op: "CELL_MODIFY", taskId, column, oldValue, newValue };
}

type Sent = ClientFrame & { readonly socket: number };

export class Rig {
  now = T0;
  random = 0.5;
  state: MachineState;
  readonly timers = new Map<Timer, number>();
  readonly sent: Sent[] = [];
  readonly opened: number[] = [];
  readonly closed: number[] = [];
  readonly fetches: Extract<Effect, { type: "fetchSnapshot" | "fetchChanges" }>[] = [];
  readonly outcomes = new Map<number, Outcome>();
  /** What a reload would find. */
  record: QueueRecord | null = null;
  /** What was stored before the last frame went out. */
  recordAtSend: QueueRecord | null = null;
  /** Whether pings are answered: the log has nothing beyond what this client knows. */
  answersPings = false;
  private calls = 0;

  constructor(options: { name?: string; restored?: readonly QueueRecord[]; now?: number } = {}) {
    this.now = options.now ?? T0;
    this.state = initial(options.name ?? "tab", options.restored ?? [], this.now);
  }

  input(event: Event): void {
    const before = this.state;
    const { state, effects } = step(before, { ...event, now: this.now, random: this.random });
    this.state = state;
    for (const effect of effects) this.perform(effect);
  }

  private perform(effect: Effect): void {
    if (effect.type === "open") this.opened.push(effect.socket);
    if (effect.type === "close") this.closed.push(effect.socket);
    if (effect.type === "setTimer") this.timers.set(effect.timer, this.now + effect.ms);
    if (effect.type === "clearTimer") this.timers.delete(effect.timer);
    if (effect.type === "fetchSnapshot" || effect.type === "fetchChanges") this.fetches.push(effect);
    if (effect.type === "settle") this.outcomes.set(effect.call, effect.outcome);
    if (effect.type === "persist") this.record = effect.record && JSON.parse(JSON.stringify(effect.record));
    if (effect.type === "send") {
      this.sent.push({ ...effect.frame, socket: effect.socket });
      this.recordAtSend = this.record;
    }
  }

  /** Moves time; whatever falls due happens in its order. */
  elapse(ms: number): this {
    const until = this.now + ms;
    this.answerPing();
    for (;;) {
      const [due] = [...this.timers].filter(([, at]) => at <= until).sort((a, b) => a[1] - b[1]);
      if (due === undefined) break;
      this.timers.delete(due[0]);
      this.now = Math.max(this.now, due[1]);
      this.input({ type: "timer", timer: due[0] });
      this.answerPing();
    }
    this.now = until;
    return this;
  }

  private answerPing(): void {
    if (!this.answersPings || !this.timers.has("pong")) return;
    this.frame({ type: "pong", version: this.view.version, epoch: "e1" }, this.state.link?.socket);
  }

  /** The server says this over the newest socket. */
  frame(frame: object, socket = this.opened.at(-1) ?? 0): this {
    this.input({ type: "frame", socket, text: JSON.stringify(frame) });
    return this;
  }

  /** Connected, with this sheet, and its first `hello` no longer in `sent`. */
  live(sheet: Sheet = sampleSheet(), over: object = {}): this {
    this.input({ type: "start" });
    this.input({ type: "opened", socket: this.opened.at(-1) ?? 0 });
    this.frame(welcome(sheet, over));
    this.sent.length = 0;
    return this;
  }

  change(...ops: Op[]): number {
    this.calls += 1;
    this.input({ type: "change", call: this.calls, ops });
    return this.calls;
  }

  act(type: "undo" | "redo"): number {
    this.calls += 1;
    this.input({ type, call: this.calls });
    return this.calls;
  }

  keepMine(conflictId: string): number {
    this.calls += 1;
    this.input({ type: "keepMine", call: this.calls, conflictId });
    return this.calls;
  }

  get view() {
    return view(this.state);
  }

  frames<T extends ClientFrame["type"]>(type: T): (Sent & { type: T })[] {
    return this.sent.filter((frame): frame is Sent & { type: T } => frame.type === type);
  }

  /** The last change sent. */
  get lastChange() {
    const change = this.frames("change").at(-1);
    if (change === undefined) throw new Error("no change was sent");
    return change;
  }

  /** The text of a cell as the screen shows it. */
  cell(taskId: string, column: keyof Row["cells"] = "title"): string | undefined {
    return this.view.sheet?.tasks.find((row) => row.taskId === taskId)?.cells[column]?.value;
  }

  /** The echo of the last change sent. */
  echo(version: number, over: Partial<Change> = {}): this {
    const { id, ops } = this.lastChange;
    const author = { id: ANA.id, name: ANA.name };
    return this.frame({ type: "committed", changes: [{ version, id, author, at: this.now, ops, ...over }] });
  }

  /** Somebody else's change. */
  theirs(version: number, ...ops: Op[]): this {
    return this.frame({ type: "committed", changes: [theirChange(version, ...ops)] });
  }
}

export function theirChange(version: number, ...ops: Op[]): Change {
  return { version, id: `bo-tab.${version}`, author: { id: "bo", name: "Bo Lind" }, at: T0 + version, ops };
}

export function welcome(sheet: Sheet | null, over: object = {}): object {
  return {
    type: "welcome",
    protocol: 1,
    epoch: "e1",
    connectionId: "c-ana",
    user: ANA,
    role: "editor",
    version: sheet?.version ?? 0,
    snapshot: sheet,
    snapshotUrl: null,
    changes: [],
    connections: [{ connectionId: "c-ana", user: ANA, role: "editor" }],
    notifications: [],
    presenceIntervalMs: 250,
    reconnectJitterMs: 2000,
    at: T0,
    ...over,
  };
}
