/** Whatever the network does, in the end everybody has the log's sheet, and every acknowledged edit is in the log, once. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Column, canonical, type Op, type Sheet } from "../../src/fold/index.js";
import { CALM, type Member, view, type Weather, World } from "../world.js";

/** Worlds per property; more by `RUNS=5000 npm test`. A failure prints its seed. */
const RUNS = Number(process.env.RUNS ?? 150);

const weather: fc.Arbitrary<Weather> = fc.record({
  loss: fc.double({ min: 0, max: 0.4, noNaN: true }),
  twice: fc.double({ min: 0, max: 0.4, noNaN: true }),
  crash: fc.double({ min: 0, max: 0.3, noNaN: true }),
  busy: fc.double({ min: 0, max: 0.3, noNaN: true }),
  breaks: fc.double({ min: 0, max: 0.2, noNaN: true }),
  delayMs: fc.integer({ min: 1, max: 4_000 }),
});

interface Action {
  readonly who: number;
  readonly what:
    | "type"
    | "insert"
    | "remove"
    | "move"
    | "batch"
    | "undo"
    | "redo"
    | "reload"
    | "cut"
    | "decide"
    | "comment"
    | "forget";
  readonly where: number;
  readonly column: Column;
  readonly pauseMs: number;
}

const action: fc.Arbitrary<Action> = fc.record({
  who: fc.nat(9),
  what: fc.constantFrom(
    ...(["type", "type", "type", "type", "batch", "insert", "insert", "remove", "move"] as const),
    ...(["forget", "undo", "redo", "reload", "cut", "decide", "comment"] as const),
  ),
  where: fc.nat(99),
  column: fc.constantFrom<Column>("title", "description", "assignee"),
  pauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })),
});

interface Asked {
  readonly member: Member;
  readonly page: number;
  readonly call: number;
  /** A text or id that no other action uses. */
  readonly mark: string;
}

/** Carries out a action; returns what it asked for, if it left a mark of its own. */
function act(world: World, { who, what, where, column }: Action, mark: string): Asked | null {
  const member = world.members[who % world.members.length];
  if (member === undefined) return null;
  const { sheet, conflicts, canUndo, canRedo } = view(member.state);
  if (what === "reload") world.reload(member);
  if (what === "cut") world.cut(member);
  if (what === "forget") world.forget();
  if (what === "decide" && conflicts[0] !== undefined) {
    member.calls += 1;
    const conflictId = conflicts[0].id;
    if (where % 2 === 0) world.input(member, { type: "keepTheirs", conflictId });
    else world.input(member, { type: "keepMine", call: member.calls, conflictId });
  }
  if ((what === "undo" && canUndo) || (what === "redo" && canRedo)) {
    member.calls += 1;
    world.input(member, { type: what as "undo" | "redo", call: member.calls });
  }
  const op = sheet && wanted(sheet, what, where, column, mark);
  return op ? { member, page: member.page, call: world.change(member, [op]), mark } : null;
}

function wanted(sheet: Sheet, what: Action["what"], where: number, column: Column, mark: string): Op | null {
  const row = sheet.tasks[where % Math.max(1, sheet.tasks.length)];
  const text = (of: Column) => row?.cells[of]?.value ?? "";
  const after = where % 3 === 0 ? null : (row?.taskId ?? null);
  if (what === "insert") return { op: "ROW_INSERT", taskId: mark, after, cells: { title: mark } };
  if (row === undefined) return null;
  const { taskId } = row;
  switch (what) {
    case "type":
      return { op: "CELL_MODIFY", taskId, column, oldValue: text(column), newValue: mark };
    case "batch": {
      const title = { oldValue: text("title"), newValue: mark };
      return {
        op: "BATCH_UPDATE",
        taskId,
        updates: { title, blockers: { oldValue: text("blockers"), newValue: mark } },
      };
    }
    case "comment":
      return { op: "COMMENT_ADD", commentId: mark, taskId, text: mark, mentions: [] };
    case "remove":
      return where % 4 === 0 ? { op: "ROW_REMOVE", taskId } : null;
    case "move":
      return { op: "ROW_MOVE", taskId, after: sheet.tasks[(where * 7) % sheet.tasks.length]?.taskId ?? null };
    default:
      return null;
  }
}

/** After the storm: time enough for every retry, reconnect and ping. */
function settle(world: World): void {
  world.weather = CALM;
  world.run(15 * 60_000);
}

function expectAgreement(world: World): void {
  const tip = canonical(world.sheet);
  for (const member of world.members) {
    const { status, sheet, confirmedSheet, unsaved } = view(member.state);
    expect({ user: member.user.id, status, unsaved }).toEqual({
      user: member.user.id,
      status: "live",
      unsaved: 0,
    });
    expect(canonical(confirmedSheet)).toBe(tip);
    expect(canonical(sheet)).toBe(tip);
    expect(member.record, "nothing is left to keep").toBeNull();
  }
}

describe("in any weather", () => {
  it("everybody arrives at the log's sheet, and what was acknowledged is in the log", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 4 }),
        weather,
        fc.array(action, { minLength: 1, maxLength: 60, size: "max" }),
        (seed, people, storm, actions) => {
          const world = new World(seed, people, CALM);
          world.run(1_000);
          world.weather = storm;
          const asked: Asked[] = [];
          actions.forEach((one, i) => {
            const call = act(world, one, `m${i}`);
            if (call !== null) asked.push(call);
            for (let ms = one.pauseMs; ms > 0; ms -= 1_000) world.second();
          });
          settle(world);
          expectAgreement(world);
          for (const { member, page, call, mark } of asked) {
            const outcome = member.outcomes.get(call);
            // A reload forgets the promise, never the edit.
            if (outcome === undefined) expect(member.page).toBeGreaterThan(page);
            else if (outcome.ok) expect(world.log[outcome.version - 1], mark).toBeDefined();
          }
          expectOnce(world);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("an edit that nobody contests is in the log exactly once, whatever is lost, repeated or reloaded", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        weather,
        fc.array(action, { minLength: 1, maxLength: 40, size: "max" }),
        (seed, storm, actions) => {
          const world = new World(seed, 3, CALM);
          world.run(1_000);
          world.weather = storm;
          const asked: Asked[] = [];
          actions.forEach((one, i) => {
            const trouble = one.what === "reload" || one.what === "cut" || one.what === "forget";
            const what = trouble ? one.what : "insert";
            const call = act(world, { ...one, what, where: 0 }, `m${i}`);
            if (call !== null) asked.push(call);
            for (let ms = one.pauseMs; ms > 0; ms -= 1_000) world.second();
          });
          settle(world);
          expectAgreement(world);
          const inserted = world.log.flatMap(({ ops }) =>
            ops.flatMap((op) => (op.op === "ROW_INSERT" ? op.taskId : [])),
          );
          for (const { member, call, mark } of asked) {
            // A reload forgets the promise, never the edit; before the sheet came, an edit is refused, not taken.
            const { ok } = member.outcomes.get(call) ?? { ok: true };
            expect([mark, inserted.filter((taskId) => taskId === mark).length]).toEqual([mark, ok ? 1 : 0]);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("a restored table is followed, and edits go on from there", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        weather,
        fc.array(action, { minLength: 5, maxLength: 30, size: "max" }),
        fc.nat(100),
        (seed, storm, actions, cut) => {
          const world = new World(seed, 3, CALM);
          world.run(1_000);
          const before = actions.slice(0, actions.length >> 1);
          for (const [i, one] of before.entries()) {
            act(world, { ...one, what: one.what === "reload" ? "type" : one.what }, `a${i}`);
          }
          world.run(20_000);
          world.weather = storm;
          world.restore(Math.floor((world.log.length * cut) / 101));
          for (const member of world.members) world.cut(member);
          actions.slice(before.length).forEach((one, i) => {
            act(world, one, `b${i}`);
            for (let ms = one.pauseMs; ms > 0; ms -= 1_000) world.second();
          });
          settle(world);
          expectAgreement(world);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

/** Each id is in the log once; ids of rows that were made are, too, but for those that came back. */
function expectOnce(world: World): void {
  const ids = world.log.map(({ author, id }) => `${author.id} ${id}`);
  expect(new Set(ids).size).toBe(ids.length);
  const comments = world.log.flatMap(({ ops }) =>
    ops.flatMap((op) => (op.op === "COMMENT_ADD" ? op.commentId : [])),
  );
  expect(new Set(comments).size).toBe(comments.length);
}
