import { type Change, newId, type Op, type Row, type Sheet } from "@cyclesheet/client";
import { apply, canonical, genesis } from "@cyclesheet/client/fold";
import { describe, expect, test } from "vitest";
import { dayOf } from "../src/lib/moments";
import { ApiError } from "../src/session/api";
import { countOf, difference } from "../src/sheet/log/difference";
import { concerns, entryOf, inStretches, narrowed } from "../src/sheet/log/entry";
import { HistoryLog } from "../src/sheet/log/log";
import { restoreCell, restoreRow } from "../src/sheet/model/restore";

const ANA = { id: "ana", name: "Ana Ruiz" };
const BEN = { id: "ben", name: "Ben Okafor" };
const T0 = Date.UTC(2026, 10, 17, 12);

/** A log made of ops, each a change of its own. */
function logOf(...changes: readonly (readonly [author: typeof ANA, ...ops: Op[]])[]): Change[] {
  return changes.map(([author, ...ops], i) => ({
    version: i + 1,
    id: `c.${i + 1}`,
    author,
    at: T0 + i * 60_000,
    ops,
  }));
}

const start = genesis({ cycleId: "platform/2026-W47", fiscalPeriod: "2026-Q4" });
const fold = (log: readonly Change[]): Sheet => log.reduce(apply, start);
const insert = (taskId: string, title: string, after: string | null = null): Op => ({
  op: "ROW_INSERT",
  taskId,
  after,
  cells: { title },
});
const write = (taskId: string, oldValue: string, newValue: string): Op => ({
  op: "CELL_MODIFY",
  taskId,
  column: "title",
  oldValue,
  newValue,
});
const remove = (taskId: string): Op => ({ op: "ROW_REMOVE", taskId });

/** A server that has this log and hands out pages of `size`. */
function served(log: () => readonly Change[], size = 1_000, epoch = () => "e1") {
  const asked: number[] = [];
  return {
    asked,
    api: {
      changes: async (since: number, limit: number) => {
        asked.push(since);
        const changes = log().slice(since, since + Math.min(size, limit));
        return { version: log().length, epoch: epoch(), changes };
      },
    },
  };
}

describe("the difference of two sheets", () => {
  const base = logOf([
    ANA,
    insert("a", "A"),
    insert("b", "B", "a"),
    insert("c", "C", "b"),
    insert("d", "D", "c"),
  ]);

  test("names cells, rows that came and went, and only the row that moved", () => {
    const before = fold(base);
    const after = fold([
      ...base,
      ...logOf([
        BEN,
        write("b", "B", "B2"),
        remove("c"),
        insert("e", "E"),
        { op: "ROW_MOVE", taskId: "d", after: null },
      ]).map((change) => ({ ...change, version: 2 })),
    ]);
    const { added, removed, moved, cells } = difference(before, after);
    expect(cells).toEqual([{ taskId: "b", column: "title", before: "B", after: "B2" }]);
    expect([added, removed, moved].map((rows) => rows.map((row: Row) => row.taskId))).toEqual([
      ["e"],
      ["c"],
      ["d"],
    ]);
  });

  test("of a sheet with itself is nothing, and a cell written with the same text is none", () => {
    const sheet = fold(base);
    expect(countOf(difference(sheet, sheet))).toBe(0);
    const same = apply(sheet, { ...(base[0] as Change), version: 2, ops: [write("a", "A", "A")] });
    expect(countOf(difference(sheet, same))).toBe(0);
  });
});

describe("an entry of the timeline", () => {
  const log = logOf(
    [ANA, insert("a", "A"), insert("b", "B")],
    [BEN, write("a", "A", "A2")],
    [ANA, { op: "COMMENT_ADD", commentId: "k", taskId: "a", text: "why?", mentions: [] }],
    [ANA, remove("a")],
  );
  const entries = log.map((change, i) => entryOf(fold(log.slice(0, i)), fold(log.slice(0, i + 1)), change));

  test("names the row as it was called, also when it went", () => {
    expect(entries[1]?.cells).toEqual([
      { taskId: "a", column: "title", before: "A", after: "A2", title: "A2" },
    ]);
    expect(entries[2]?.events).toEqual([{ text: "commented on “A2”: “why?”", taskId: "a" }]);
    expect(entries[3]?.removed).toEqual([{ taskId: "a", title: "A2" }]);
  });

  test("is found by person, by row and by cell", () => {
    const found = (filter: Parameters<typeof concerns>[1]) =>
      entries.filter((entry) => concerns(entry, filter)).map((entry) => entry.version);
    expect(found({ person: "ben", taskId: null, column: null })).toEqual([2]);
    expect(found({ person: null, taskId: "a", column: null })).toEqual([1, 2, 3, 4]);
    expect(found({ person: null, taskId: "a", column: "title" })).toEqual([1, 2, 4]);
    expect(found({ person: null, taskId: "b", column: "status" })).toEqual([1]);
    expect(
      narrowed(entries[0] as (typeof entries)[0], { person: null, taskId: "b", column: null }).added,
    ).toEqual([{ taskId: "b", title: "B" }]);
  });

  test("of a kind that this page does not know says so", () => {
    const change = { ...(log[1] as Change), ops: [{ op: "TELEPORT" } as unknown as Op] };
    expect(entryOf(start, start, change).events[0]?.text).toMatch(/does not know/);
  });
});

describe("a timeline with writing in it", () => {
  const typed = (doc: string): Op => ({ op: "TEXT_UPDATE", doc, update: "AAA=" });
  const line = (version: number, minutes: number, author: string, writing: string | null) => ({
    ...entryOf(start, start, {
      version,
      id: `c.${version}`,
      author: { id: author, name: author },
      at: T0 + minutes * 60_000,
      ops: writing === null ? [{ op: "ROW_LOCK", taskId: "r1", seconds: 60 }] : [typed(writing)],
    }),
  });

  test("has one line for each stretch of each writer, and all that was not writing", () => {
    const entries = [
      line(8, 20, "ana", "summary"),
      line(7, 4, "bo", "summary"),
      line(6, 3.9, "ana", "summary"),
      line(5, 3.8, "ana", "notes:r1"),
      line(4, 3, "ana", null),
      line(3, 2, "bo", "summary"),
      line(2, 1, "ana", "summary"),
      line(1, 0, "ana", null),
    ];
    expect(inStretches(entries).map(({ version }) => version)).toEqual([8, 7, 6, 5, 4, 1]);
  });

  test("a change that does something else besides is no keystroke", () => {
    const ops: Op[] = [typed("summary"), write("r1", "", "x")];
    const change = { version: 1, id: "c.1", author: { id: "ana", name: "Ana" }, at: T0, ops };
    expect(entryOf(start, start, change).writing).toBeNull();
  });
});

describe("the log, folded in the browser", () => {
  const many = (n: number) =>
    logOf(
      [ANA, insert("a", "0")],
      ...Array.from(
        { length: n - 1 },
        (_, i) => [i % 2 ? ANA : BEN, write("a", `${i}`, `${i + 1}`)] as const,
      ),
    );

  test("comes page by page and gives every version as the fold has it", async () => {
    const log = many(300);
    const { api, asked } = served(() => log, 70);
    const history = new HistoryLog(api, () => fold(log));
    await history.load();
    expect(history.store.get()).toMatchObject({ status: "ready", total: 300, problem: null });
    expect(asked).toEqual([0, 70, 140, 210, 280]);
    for (const version of [0, 1, 63, 64, 65, 128, 299, 300]) {
      expect(canonical(history.sheetAt(version))).toBe(canonical(fold(log.slice(0, version))));
    }
    expect(history.sheetAt(301)).toBeNull();
  });

  test("lets the page answer between slices", async () => {
    const log = many(2_000);
    let pauses = 0;
    let at = 0;
    const history = new HistoryLog(
      served(() => log).api,
      () => fold(log),
      async () => {
        pauses += 1;
      },
      () => (at += 1),
    );
    let drawn = 0;
    history.store.subscribe(() => {
      drawn += 1;
    });
    await history.load();
    expect(history.store.get().entries).toHaveLength(2_000);
    // A slice is not a picture: what is shown is drawn a few times a second.
    expect(drawn).toBeLessThan(pauses / 5);
    // Each look at the clock is a millisecond here, and a slice ends after eight.
    expect(pauses).toBeGreaterThan(200);
  });

  test("reads on where it stopped when the log has grown, and twice at once reads once", async () => {
    let log = many(10);
    const { api, asked } = served(() => log);
    const history = new HistoryLog(api, () => fold(log));
    await Promise.all([history.load(), history.load()]);
    log = many(12);
    await history.load();
    expect(asked).toEqual([0, 10]);
    expect(history.store.get().entries).toHaveLength(12);
  });

  test("of a restored table begins again, because those versions mean something else", async () => {
    let [log, epoch] = [many(10), "e1"];
    const history = new HistoryLog(
      served(
        () => log,
        1_000,
        () => epoch,
      ).api,
      () => fold(log),
    );
    await history.load();
    [log, epoch] = [logOf([BEN, insert("z", "Z")]), "e2"];
    await history.load();
    expect(history.store.get().entries.map((entry) => entry.author.id)).toEqual(["ben"]);
    expect(history.sheetAt(1)?.tasks.map((row) => row.taskId)).toEqual(["z"]);
  });

  test("stops before a change that it cannot fold, and says from where", async () => {
    const log = many(10);
    const strange = log.map((change) =>
      change.version === 6 ? { ...change, ops: [{ op: "TELEPORT" } as unknown as Op] } : change,
    );
    const history = new HistoryLog(served(() => strange).api, () => fold(log));
    await history.load();
    expect(history.store.get()).toMatchObject({ status: "ready", unknownFrom: 6 });
    expect(history.sheetAt(5)).not.toBeNull();
    expect(history.sheetAt(6)).toBeNull();
  });

  test("that cannot be had says why and can be asked for again", async () => {
    const log = many(3);
    let works = false;
    const { api } = served(() => log);
    const history = new HistoryLog(
      {
        changes: (since, limit) =>
          works ? api.changes(since, limit) : Promise.reject(new ApiError(503, "BUSY", "try again")),
      },
      () => fold(log),
    );
    await history.load();
    expect(history.store.get()).toMatchObject({ status: "failed", problem: "try again" });
    works = true;
    await history.load();
    expect(history.store.get()).toMatchObject({ status: "ready", problem: null });
  });
});

describe("restoring", () => {
  const log = logOf(
    [ANA, insert("a", "A"), insert("b", "B", "a"), insert("c", "C", "b")],
    [BEN, write("b", "B", "B2")],
    [BEN, remove("b")],
    [ANA, remove("a")],
  );

  test("a cell is guarded by the current value", () => {
    expect(restoreCell(fold(log.slice(0, 2)), "b", "title", "B")).toEqual([write("b", "B2", "B")]);
    expect(restoreCell(fold(log.slice(0, 2)), "b", "title", "B2")).toEqual([]);
    expect(restoreCell(fold(log), "b", "title", "B")).toEqual([]);
    expect(restoreCell(fold(log.slice(0, 2)), "b", "source", "m1")).toEqual([]);
  });

  test("a row that is there gets the cells that differ, in one op", () => {
    expect(restoreRow(fold(log.slice(0, 1)), fold(log.slice(0, 2)), "b", null)).toEqual([
      { op: "BATCH_UPDATE", taskId: "b", updates: { title: { oldValue: "B2", newValue: "B" } } },
    ]);
  });

  test("a row that was removed comes back with its origin, below what is left of its neighbours", async () => {
    const history = new HistoryLog(served(() => log).api, () => fold(log));
    await history.load();
    const [then, now] = [history.sheetAt(1) as Sheet, fold(log)];
    const ops = restoreRow(then, now, "b", history.removedRowOf("b"));
    expect(ops).toMatchObject([
      {
        op: "ROW_INSERT",
        taskId: "b",
        after: null,
        restored: { taskId: "b", cells: { title: { value: "B2" } } },
      },
      { op: "BATCH_UPDATE", taskId: "b", updates: { title: { oldValue: "B2", newValue: "B" } } },
    ]);
    const back = apply(now, { version: 5, id: newId(), author: ANA, at: T0, ops });
    expect(back.tasks.map((row) => [row.taskId, row.cells.title?.value])).toEqual([
      ["b", "B"],
      ["c", "C"],
    ]);
  });
});

test("days are written as people say them", () => {
  const now = new Date(2026, 10, 18, 9).getTime();
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime();
  expect([at(18, 0), at(17, 23), at(16, 23)].map((ms) => dayOf(ms, now))).toEqual([
    "Today",
    "Yesterday",
    "Monday 16 November",
  ]);
});
