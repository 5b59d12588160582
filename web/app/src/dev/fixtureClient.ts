/**
 * A client without a server, for looking at the page and for its tests. Never part of a build that is served.
 * Applies ops at once, acknowledges them when `settle` is called (or at once), and lets a script play the others.
 */
import type {
  Cells,
  Client,
  ClientState,
  Column,
  Conflict,
  Documents,
  Op,
  Outcome,
  Peer,
  PresenceState,
  Row,
  Sheet,
} from "@cyclesheet/client";
import { applyOp } from "@cyclesheet/client/fold";

export interface Fixture extends Client {
  /** What was asked for, in order. */
  readonly changes: (readonly Op[])[];
  readonly presence: PresenceState[];
  /** Merges into the state as a server's message would. */
  set(change: Partial<ClientState>): void;
  /** Somebody else writes a cell. */
  remote(author: { id: string; name: string }, taskId: string, column: Column, value: string): void;
  remoteOps(author: { id: string; name: string }, ops: readonly Op[]): void;
  /** Holds acknowledgements back until `settle`. */
  hold(on: boolean): void;
  settle(): void;
}

const ME = { id: "ana", name: "Ana Ruiz", color: "#2559b8" };

export const emptyState = (sheet: Sheet | null): ClientState => ({
  status: "live",
  sheet,
  confirmedSheet: sheet,
  version: sheet?.version ?? 0,
  user: ME,
  role: "editor",
  clockOffset: 0,
  peers: [
    { user: ME, role: "editor", self: true, connections: ["c1"], state: { status: "active" } },
  ] as readonly Peer[],
  unsaved: 0,
  conflicts: [],
  lastRejection: null,
  notifications: [],
  error: null,
  canUndo: false,
  canRedo: false,
});

function write(row: Row, column: Column, value: string, author: string, version: number): Row {
  const cells: Cells = { ...row.cells, [column]: { ...row.cells[column], value, author, version } };
  return { ...row, cells, isManuallyEdited: true };
}

/** Only the ops this page sends; enough to look at it. The real fold is the client's. */
function applyOps(sheet: Sheet, ops: readonly Op[], author: { id: string; name: string }): Sheet {
  const version = sheet.version + 1;
  let tasks = [...sheet.tasks];
  let talk = sheet;
  const place = (row: Row, after: string | null) => {
    const rest = tasks.filter((task) => task.taskId !== row.taskId);
    const index = after === null ? 0 : rest.findIndex((task) => task.taskId === after) + 1;
    tasks = [...rest.slice(0, index), row, ...rest.slice(index)];
  };
  for (const op of ops) {
    if (op.op === "CELL_MODIFY") {
      tasks = tasks.map((row) =>
        row.taskId === op.taskId ? write(row, op.column, op.newValue, author.id, version) : row,
      );
    } else if (op.op === "BATCH_UPDATE") {
      tasks = tasks.map((row) => {
        if (row.taskId !== op.taskId) return row;
        return Object.entries(op.updates).reduce(
          (r, [column, update]) => write(r, column as Column, update.newValue, author.id, version),
          row,
        );
      });
    } else if (op.op === "ROW_INSERT") {
      const cells = Object.fromEntries(
        Object.entries(op.cells).map(([column, value]) => [column, { value, author: author.id, version }]),
      ) as Cells;
      place(
        {
          taskId: op.taskId,
          position: "",
          cells,
          isManuallyEdited: true,
          carriedFrom: null,
          generation: null,
        },
        op.after,
      );
    } else if (op.op === "ROW_REMOVE") {
      tasks = tasks.filter((row) => row.taskId !== op.taskId);
    } else if (op.op === "ROW_MOVE") {
      const row = tasks.find((task) => task.taskId === op.taskId);
      if (row) place(row, op.after);
    } else {
      // Threads, locks, views and the health word: the real fold's, on the sheet before this change's cells.
      const change = { version, id: `fixture.${version}`, author, at: Date.now(), ops };
      talk = applyOp(talk, change, op);
    }
  }
  return {
    ...talk,
    tasks,
    version,
    lastModifiedBy: author.id,
    authors: { ...sheet.authors, [author.id]: author.name },
  };
}

/** Documents that hold what is written here, and nothing from elsewhere. */
function fixtureDocuments(): Documents {
  return {
    scope: Promise.resolve("fixture"),
    attach: () => () => {},
    send: () => ({ amend: () => false }),
    pending: () => [],
    fetch: async () => ({ kind: "document", update: "AAA=", version: 0 }),
    setPlace: () => {},
  };
}

export function createFixture(sheet: Sheet | null, initial: Partial<ClientState> = {}): Fixture {
  let state: ClientState = { ...emptyState(sheet), ...initial };
  let held = false;
  let waiting: (() => void)[] = [];
  const undone: Sheet[] = [];
  const done: Sheet[] = [];
  const listeners = new Set<() => void>();
  const set = (change: Partial<ClientState>) => {
    state = { ...state, ...change };
    for (const listener of [...listeners]) listener();
  };
  const put = (next: Sheet | null) =>
    set({ sheet: next, ...(held ? {} : { confirmedSheet: next, version: next?.version ?? 0 }) });
  const finish = (): Promise<Outcome> => {
    const outcome = { ok: true, version: state.version } as const;
    if (!held) return Promise.resolve(outcome);
    set({ unsaved: state.unsaved + 1 });
    return new Promise((resolve) => waiting.push(() => resolve(outcome)));
  };

  const swap = (from: Sheet[], to: Sheet[]) => {
    const target = from.pop();
    if (!target || !state.sheet) return null;
    to.push(state.sheet);
    put(target);
    set({ canUndo: done.length > 0, canRedo: undone.length > 0 });
    return finish();
  };

  const fixture: Fixture = {
    changes: [],
    presence: [],
    getState: () => state,
    subscribe(listener) {
      // The real client is a class; handing its methods on without it must fail here too.
      if (this !== fixture) throw new Error("subscribe was called without its client");
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change(ops) {
      fixture.changes.push(ops);
      if (state.sheet) {
        done.push(state.sheet);
        undone.length = 0;
        put(applyOps(state.sheet, ops, state.user ?? ME));
        set({ canUndo: true, canRedo: false });
      }
      return finish();
    },
    undo: () => swap(done, undone),
    redo: () => swap(undone, done),
    keepMine(id) {
      const conflict = state.conflicts.find((c) => c.id === id);
      if (!conflict) return null;
      fixture.keepTheirs(id);
      return fixture.change([
        {
          op: "CELL_MODIFY",
          taskId: conflict.taskId,
          column: conflict.column,
          oldValue: conflict.theirs,
          newValue: conflict.mine,
        },
      ]);
    },
    keepTheirs: (id) => set({ conflicts: state.conflicts.filter((c: Conflict) => c.id !== id) }),
    setPresence: (presence) => void fixture.presence.push(presence),
    refresh() {
      const { sheet: current } = state;
      if (current?.generation)
        put({
          ...current,
          stale: null,
          generation: { ...current.generation, state: "started", number: current.generation.number + 1 },
        });
    },
    reconnect: () => set({ status: "live" }),
    dismiss: (what) => set(what === "notifications" ? { notifications: [] } : { [what]: null }),
    documents: fixtureDocuments(),
    close: () => listeners.clear(),
    set,
    remote: (author, taskId, column, value) =>
      fixture.remoteOps(author, [{ op: "CELL_MODIFY", taskId, column, oldValue: "", newValue: value }]),
    remoteOps(author, ops) {
      if (state.sheet) put(applyOps(state.sheet, ops, author));
    },
    hold(on) {
      held = on;
    },
    settle() {
      held = false;
      const ready = waiting;
      waiting = [];
      set({ unsaved: 0, confirmedSheet: state.sheet, version: state.sheet?.version ?? 0 });
      for (const resolve of ready) resolve();
    },
  };
  return fixture;
}
