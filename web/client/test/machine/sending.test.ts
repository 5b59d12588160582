import { describe, expect, it } from "vitest";
import { canonical } from "../../src/fold/index.js";
import { bytes } from "../../src/machine/coalesce.js";
import { edit, Rig, sampleSheet, theirChange, welcome } from "../rig.js";

describe("one change in flight", () => {
  it("shows an edit at once and settles it by its own echo", () => {
    const rig = new Rig().live();
    const call = rig.change(edit("r1", "one", "uno"));
    expect(rig.cell("r1")).toBe("uno");
    expect(rig.view.unsaved).toBe(1);
    expect(rig.view.confirmedSheet?.tasks[0]?.cells.title?.value).toBe("one");
    rig.echo(2);
    expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 2 });
    expect(rig.view).toMatchObject({ unsaved: 0, version: 2 });
    expect(canonical(rig.view.sheet)).toBe(canonical(rig.view.confirmedSheet));
  });

  it("is not settled by somebody else's change of the same id", () => {
    const rig = new Rig().live();
    const call = rig.change(edit("r1", "one", "uno"));
    const author = { id: "bo", name: "Bo Lind" };
    rig.echo(2, { author, ops: [edit("r2", "two", "zwei")] });
    expect(rig.outcomes.get(call)).toBeUndefined();
    expect(rig.view.unsaved).toBe(1);
    rig.echo(3);
    expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 3 });
    expect([rig.cell("r1"), rig.cell("r2")]).toEqual(["uno", "zwei"]);
  });

  // rule: X3
  it("coalesces what waits: several writes of a cell become one", () => {
    const rig = new Rig().live();
    const first = rig.change(edit("r1", "one", "a"));
    const second = rig.change(edit("r1", "a", "ab"));
    const third = rig.change(edit("r1", "ab", "abc"));
    rig.change(edit("r2", "two", "zwei"));
    expect(rig.frames("change")).toHaveLength(1);
    rig.echo(2).elapse(200);
    expect(rig.frames("change")).toHaveLength(2);
    expect(rig.lastChange.ops).toEqual([edit("r1", "a", "abc"), edit("r2", "two", "zwei")]);
    rig.echo(3);
    for (const call of [second, third]) expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 3 });
    expect(rig.outcomes.get(first)).toEqual({ ok: true, version: 2 });
  });

  it("sends nothing for writes that cancel each other", () => {
    const rig = new Rig().live();
    rig.change(edit("r2", "two", "x"));
    const there = rig.change(edit("r1", "one", "b"));
    const back = rig.change(edit("r1", "b", "one"));
    rig.echo(2).elapse(1000);
    expect(rig.frames("change")).toHaveLength(1);
    expect(canonical(rig.view.sheet)).toBe(canonical(rig.view.confirmedSheet));
    expect(rig.outcomes.get(there)).toEqual({ ok: true, version: 2 });
    expect(rig.outcomes.get(back)).toEqual({ ok: true, version: 2 });
  });

  it("writes a new row and its first words as one op", () => {
    const rig = new Rig().live();
    rig.change(edit("r2", "two", "x"));
    rig.change({ op: "ROW_INSERT", taskId: "n1", after: "r3", cells: {} });
    rig.change(edit("n1", "", "new"));
    rig.echo(2).elapse(200);
    expect(rig.lastChange.ops).toEqual([
      { op: "ROW_INSERT", taskId: "n1", after: "r3", cells: { title: "new" } },
    ]);
  });

  it("stays below 28 KB a frame by cutting a pasted block at its ops", () => {
    const rig = new Rig().live();
    const long = "é".repeat(1_900);
    const ops = Array.from({ length: 20 }, (_, i) => {
      return { op: "ROW_INSERT", taskId: `n${i}`, after: "r3", cells: { description: long } } as const;
    });
    const call = rig.change(...ops);
    for (let version = 2; rig.outcomes.get(call) === undefined; version += 1) {
      expect(version).toBeLessThan(20);
      expect(bytes(JSON.stringify(rig.lastChange))).toBeLessThanOrEqual(28 * 1024);
      rig.echo(version).elapse(200);
    }
    expect(rig.frames("change").length).toBeGreaterThan(2);
    expect(rig.frames("change").flatMap((frame) => frame.ops)).toEqual(ops);
    expect(rig.outcomes.get(call)).toMatchObject({ ok: true });
  });

  it("does not take a repeated echo of one part for that of another", () => {
    const rig = new Rig().live();
    const long = "x".repeat(1_900);
    const ops = Array.from({ length: 20 }, (_, i) => {
      return { op: "ROW_INSERT", taskId: `n${i}`, after: "r3", cells: { description: long } } as const;
    });
    const call = rig.change(...ops);
    // Early by one version, and twice: it is settled, but it is not yet folded.
    rig.echo(3).echo(3);
    expect(rig.outcomes.get(call)).toBeUndefined();
    rig.theirs(2, edit("r1", "one", "x")).elapse(200);
    expect(rig.frames("change")).toHaveLength(2);
    rig.echo(4);
    expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 4 });
  });

  it("cuts one op that is itself too large at its cells", () => {
    const rig = new Rig().live();
    const long = "𝒳".repeat(2_000);
    const cells = { title: long, description: long, assignee: long, deadline: long, blockers: long };
    const call = rig.change({ op: "ROW_INSERT", taskId: "n", after: null, cells });
    for (let version = 2; rig.outcomes.get(call) === undefined; version += 1) {
      expect(version).toBeLessThan(20);
      expect(bytes(JSON.stringify(rig.lastChange))).toBeLessThanOrEqual(28 * 1024);
      rig.echo(version).elapse(200);
    }
    const row = rig.view.confirmedSheet?.tasks.find(({ taskId }) => taskId === "n");
    expect(Object.values(row?.cells ?? {}).map((cell) => cell.value)).toEqual([long, long, long, long, long]);
  });

  it("keeps a steady typist below the rate limit", () => {
    const rig = new Rig().live();
    let version = 1;
    let text = "one";
    for (let t = 0; t < 10_000; t += 20) {
      rig.change(edit("r1", text, `${t}`));
      text = `${t}`;
      if (rig.state.inFlight?.committed === null) rig.echo(++version);
      rig.elapse(20);
    }
    expect(rig.frames("change").length).toBeLessThanOrEqual(100);
    expect(rig.frames("change").length).toBeGreaterThan(80);
  });
});

describe("a lost answer", () => {
  // rule: R6
  it("is asked for again under the same id after 3, 6 and 12 s", () => {
    const rig = new Rig().live();
    const call = rig.change(edit("r1", "one", "uno"));
    rig.elapse(2_999);
    expect(rig.frames("change")).toHaveLength(1);
    rig.elapse(1);
    expect(rig.frames("change")).toHaveLength(2);
    rig.answersPings = true;
    rig.frame({ type: "pong", version: 1, epoch: "e1" }).elapse(6_000);
    expect(rig.frames("change")).toHaveLength(3);
    rig.elapse(12_000);
    expect(new Set(rig.frames("change").map(({ id }) => id)).size).toBe(1);
    rig.echo(2);
    expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 2 });
  });

  it("makes the socket suspect when nothing helps, and the change goes out again over the next", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "uno"));
    const { id } = rig.lastChange;
    // The tip is answered for, so it is not the ping that finds the socket dead.
    rig.answersPings = true;
    rig.elapse(45_000);
    expect(rig.closed).toEqual([1]);
    rig.input({
      type: "snapshot",
      request: rig.fetches.at(-1)?.request ?? 0,
      result: { kind: "notModified" },
    });
    rig.input({ type: "opened", socket: 2 });
    rig.frame(welcome(null, { version: 1 }));
    expect(rig.lastChange).toMatchObject({ id, socket: 2 });
  });

  // rule: K4
  it("settles by an old version when the log had it all along", () => {
    const rig = new Rig().live();
    const call = rig.change(edit("r1", "one", "uno"));
    const { id, ops } = rig.lastChange;
    rig.input({ type: "closed", socket: 1, code: 1001 });
    rig.elapse(6_000);
    rig.input({ type: "opened", socket: 2 });
    // The snapshot holds the change, but says nothing of ids.
    const own = { ...theirChange(2, ...ops), author: { id: "ana", name: "Ana Ruiz" } };
    rig.frame(welcome(null, { version: 3, changes: [] }));
    rig.frame({ type: "committed", changes: [{ ...own, id }, theirChange(3, edit("r2", "two", "x"))] });
    expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 2 });
    expect(rig.view).toMatchObject({ version: 3, unsaved: 0 });
  });

  // rule: K4
  it("is believed from the echo even when a refusal of the same id came first", () => {
    const rig = new Rig().live();
    const call = rig.change(edit("r1", "one", "uno"));
    const { id } = rig.lastChange;
    // The refusal was decided at a version this client has not seen: it waits.
    rig.frame({ type: "rejected", id, code: "CONFLICT", message: "title was changed meanwhile", version: 3 });
    rig.echo(2);
    expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 2 });
    expect(rig.view.conflicts).toEqual([]);
  });
});

describe("codes", () => {
  // rule: X14
  it("retries what is retryable under the same id, later each time", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "uno"));
    rig.change(edit("r2", "two", "zwei"));
    const waits: number[] = [];
    rig.answersPings = true;
    for (let i = 0; i < 6; i += 1) {
      rig.frame({ type: "rejected", id: rig.lastChange.id, code: "BUSY", message: "busy", version: 0 });
      const before = rig.frames("change").length;
      const from = rig.now;
      while (rig.frames("change").length === before && rig.now < from + 60_000) rig.elapse(100);
      waits.push(rig.now - from);
    }
    expect(new Set(rig.frames("change").map(({ id }) => id)).size).toBe(1);
    expect(waits[1]).toBeGreaterThan(waits[0] ?? 0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(15_100);
    rig.echo(2).elapse(200);
    expect(rig.lastChange.ops).toEqual([edit("r2", "two", "zwei")]);
  });

  // rule: F7
  it("fetches a fresh token at once when the old one has run out, and loses nothing", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "uno"));
    const { id } = rig.lastChange;
    rig.frame({ type: "rejected", id, code: "TOKEN_EXPIRED", message: "expired", version: 1 });
    expect(rig.closed).toEqual([1]);
    rig.elapse(2_000);
    rig.input({
      type: "snapshot",
      request: rig.fetches.at(-1)?.request ?? 0,
      result: { kind: "notModified" },
    });
    expect(rig.opened).toEqual([1, 2]);
    rig.input({ type: "opened", socket: 2 });
    rig.frame(welcome(null, { version: 1 }));
    expect(rig.lastChange).toMatchObject({ id, socket: 2 });
  });

  // rule: X5
  it("looks for a superseded change in the log, and sends it under a new number when it is absent", () => {
    const rig = new Rig().live();
    const call = rig.change(edit("r1", "one", "uno"));
    const { id } = rig.lastChange;
    rig.frame({
      type: "rejected",
      id,
      code: "SUPERSEDED",
      message: "a later change is in the log",
      version: 3,
    });
    rig.elapse(250);
    expect(rig.frames("replay").at(-1)).toMatchObject({ since: 1 });
    rig.theirs(3, edit("r3", "three", "x"));
    expect(rig.frames("change")).toHaveLength(1);
    rig.theirs(2, edit("r2", "two", "x"));
    rig.elapse(200);
    expect(rig.frames("change")).toHaveLength(2);
    expect(rig.lastChange.id).not.toBe(id);
    expect(rig.lastChange.base).toBe(3);
    rig.echo(4);
    expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 4 });
  });

  it("finds a superseded change in the log, and does not send it twice", () => {
    const rig = new Rig().live();
    const call = rig.change(edit("r1", "one", "uno"));
    const { id } = rig.lastChange;
    rig.frame({
      type: "rejected",
      id,
      code: "SUPERSEDED",
      message: "a later change is in the log",
      version: 3,
    });
    rig.theirs(3, edit("r3", "three", "x")).elapse(250);
    rig.echo(2).elapse(5_000);
    expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 2 });
    expect(rig.frames("change")).toHaveLength(1);
  });

  it("looks behind a snapshot for a superseded change", () => {
    const rig = new Rig().live();
    const call = rig.change(edit("r1", "one", "uno"));
    const { id } = rig.lastChange;
    const later = { ...sampleSheet(), version: 9 };
    rig.input({ type: "closed", socket: 1, code: 1001 });
    rig.elapse(6_000);
    rig.input({ type: "opened", socket: 2 });
    rig.frame(welcome(later, { version: 9 }));
    rig.frame({ type: "rejected", id, code: "SUPERSEDED", message: "forgotten", version: 9 });
    rig.elapse(250);
    expect(rig.frames("replay").at(-1)).toMatchObject({ since: 1 });
    const changes = [2, 3, 4, 5, 6, 7, 8, 9].map((version) =>
      theirChange(version, edit("r3", "three", "three")),
    );
    rig.frame({ type: "committed", changes: changes.slice(4) }).elapse(200);
    expect(rig.frames("change").at(-1)).toMatchObject({ id });
    rig.frame({ type: "committed", changes: changes.slice(0, 4) }).elapse(200);
    expect(rig.lastChange.id).not.toBe(id);
    rig.echo(10);
    expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 10 });
  });

  it("takes another name when the log has passed its numbers twice", () => {
    const rig = new Rig({ name: "script" }).live();
    rig.change(edit("r1", "one", "uno"));
    for (let i = 0; i < 2; i += 1) {
      rig.frame({ type: "rejected", id: rig.lastChange.id, code: "SUPERSEDED", message: "", version: 1 });
      rig.elapse(200);
    }
    const names = rig.frames("change").map(({ id }) => id.split(".")[0]);
    expect(names.slice(0, 2)).toEqual(["script", "script"]);
    expect(names[2]).not.toBe("script");
    expect(names[2]).toMatch(/^[A-Za-z0-9-]{1,36}$/);
  });
});
