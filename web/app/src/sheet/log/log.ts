/**
 * The log of a week, read page by page and folded here: the timeline's entries, and the sheet as it was at any version.
 * Folds in slices, so that the page answers to keys while thousands of changes come in.
 */
import { type Change, MAX_PAGE_CHANGES, type Row, type Sheet } from "@cyclesheet/client";
import { apply, foldable, genesis, rowOf } from "@cyclesheet/client/fold";
import { createStore } from "../../lib/store";
import type { Api, ChangesPage } from "../../session/api";
import { type Entry, entryOf } from "./entry";
import { type Standings, standingsAfter } from "./standing";

/** The longest the fold keeps the page from answering, milliseconds: half a frame. */
const SLICE_MS = 8;
/**
 * How often what was folded so far is shown: drawing the newest entries again with every slice cost more than the fold.
 */
const SHOW_MS = 200;
/** A sheet is kept every so many versions: any other is at most this many changes from one. */
const KEEP_EVERY = 64;

export interface HistoryState {
  readonly status: "idle" | "loading" | "ready" | "failed";
  /** By version, oldest first. */
  readonly entries: readonly Entry[];
  /** Versions known to exist. */
  readonly total: number;
  readonly problem: string | null;
  /** What the log says about people. */
  readonly standings: Standings;
  /** A version this page cannot fold, and with it what follows: a newer server wrote it. */
  readonly unknownFrom: number | null;
}

const NOBODY: Standings = new Map();
const EMPTY: HistoryState = {
  status: "idle",
  entries: [],
  total: 0,
  problem: null,
  standings: NOBODY,
  unknownFrom: null,
};

/** Lets the browser do what is due before the next slice. A timer would wait 4 ms each time, half of what a slice takes. */
const nextTask = () =>
  new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

export class HistoryLog {
  readonly store = createStore<HistoryState>(EMPTY);
  private changes: Change[] = [];
  private entries: Entry[] = [];
  private kept = new Map<number, Sheet>();
  private standings = NOBODY;
  private tip: Sheet | null = null;
  private epoch: string | null = null;
  private running: Promise<void> | null = null;
  /** Rows as they were when they were removed, with the rows above them, nearest first. */
  private removed = new Map<string, { readonly row: Row; readonly above: readonly string[] }>();

  constructor(
    private readonly api: Pick<Api, "changes">,
    /** The sheet as it is now: it says what the log began from. */
    private readonly now: () => Sheet | null,
    private readonly pause: () => Promise<void> = nextTask,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Reads on to the tip; a call while one is under way joins it. Never rejects: `status` says how it went. */
  load(): Promise<void> {
    this.running ??= this.read().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** The sheet as it was at a version that was read; null for any other. */
  sheetAt(version: number): Sheet | null {
    if (this.tip === null || version < 0 || version > this.tip.version) return null;
    if (version === this.tip.version) return this.tip;
    let sheet = this.kept.get(version - (version % KEEP_EVERY));
    for (const change of this.changes.slice(sheet?.version ?? 0, version))
      sheet = sheet && apply(sheet, change);
    return sheet ?? null;
  }

  entryAt(version: number): Entry | null {
    return this.entries[version - 1] ?? null;
  }

  /** A removed row as it last stood. */
  removedRowOf(taskId: string): { readonly row: Row; readonly above: readonly string[] } | null {
    return this.removed.get(taskId) ?? null;
  }

  private async read(): Promise<void> {
    this.store.set({ status: "loading", problem: null });
    try {
      let isBehind = true;
      let ahead: Promise<ChangesPage> | null = null;
      while (isBehind) {
        const page: ChangesPage = await (ahead ?? this.api.changes(this.changes.length, MAX_PAGE_CHANGES));
        ahead = null;
        // A log that was restored or replaced: what was read of it is another's story.
        if (this.epoch !== null && page.epoch !== this.epoch) {
          this.begin(page.epoch);
          continue;
        }
        if (this.epoch === null) this.begin(page.epoch);
        this.store.set({ total: page.version });
        // The next page is on its way while this one is folded.
        const last = page.changes.at(-1)?.version ?? 0;
        if (last > this.changes.length && last < page.version)
          ahead = this.api.changes(last, MAX_PAGE_CHANGES);
        // Whether it came is asked when its turn comes.
        ahead?.catch(() => {});
        isBehind = (await this.fold(page.changes)) && this.changes.length < page.version;
        if (this.changes.length !== last) ahead = null;
      }
      this.store.set({ status: "ready" });
    } catch (error) {
      const problem = error instanceof Error ? error.message : "The history could not be loaded.";
      this.store.set({ status: "failed", problem });
    }
  }

  private begin(epoch: string): void {
    const now = this.now();
    if (now === null) throw new Error("The sheet has not arrived yet. Try again in a moment.");
    this.epoch = epoch;
    this.changes = [];
    this.entries = [];
    this.removed.clear();
    this.standings = NOBODY;
    this.tip = genesis(now);
    this.kept = new Map([[0, this.tip]]);
    this.store.set({ entries: [], total: 0, unknownFrom: null });
  }

  /** Whether it is worth asking for more. */
  private async fold(changes: readonly Change[]): Promise<boolean> {
    let now = this.clock();
    let [until, showAt] = [now + SLICE_MS, now + SHOW_MS];
    const before = this.changes.length;
    for (const change of changes) {
      // Pages may overlap with what is known; a gap ends the page, and the next one begins at it.
      if (change.version <= this.changes.length) continue;
      if (change.version !== this.changes.length + 1) break;
      if (!Array.isArray(change.ops) || !foldable(change)) {
        this.show({ unknownFrom: change.version });
        return false;
      }
      this.add(change);
      now = this.clock();
      if (now < until) continue;
      if (now >= showAt) {
        this.show();
        showAt = now + SHOW_MS;
      }
      await this.pause();
      until = this.clock() + SLICE_MS;
    }
    this.show();
    return this.changes.length > before;
  }

  private add(change: Change): void {
    const before = this.tip;
    if (before === null) return;
    const after = apply(before, change);
    const entry = entryOf(before, after, change);
    for (const { taskId } of entry.removed) {
      const row = rowOf(before, taskId);
      if (row === undefined) continue;
      const at = before.tasks.indexOf(row);
      const above = before.tasks.slice(0, at).map((other) => other.taskId);
      this.removed.set(taskId, { row, above: above.reverse() });
    }
    this.standings = standingsAfter(this.standings, change);
    this.changes.push(change);
    this.entries.push(entry);
    this.tip = after;
    if (after.version % KEEP_EVERY === 0) this.kept.set(after.version, after);
  }

  private show(more: Partial<HistoryState> = {}): void {
    this.store.set({ entries: [...this.entries], standings: this.standings, ...more });
  }
}
