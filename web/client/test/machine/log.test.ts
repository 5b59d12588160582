import { describe, expect, it } from "vitest";
import { apply, canonical } from "../../src/fold/index.js";
import { edit, Rig, sampleSheet, theirChange, welcome } from "../rig.js";

const second = theirChange(2, edit("r1", "one", "2"));
const third = theirChange(3, edit("r1", "2", "3"));
const fourth = theirChange(4, edit("r1", "3", "4"));

describe("the log, strictly by version", () => {
  // rule: K3
  it("holds an early change until its turn", () => {
    const rig = new Rig().live();
    rig.frame({ type: "committed", changes: [fourth] }).frame({ type: "committed", changes: [third] });
    expect(rig.view.version).toBe(1);
    rig.frame({ type: "committed", changes: [second] });
    expect(rig.view.version).toBe(4);
    expect(rig.cell("r1")).toBe("4");
    rig.elapse(1_900);
    expect(rig.frames("replay")).toEqual([]);
  });

  // rule: R5
  it("asks for a replay when a gap is 250 ms old", () => {
    const rig = new Rig().live();
    rig.frame({ type: "committed", changes: [third] }).elapse(249);
    expect(rig.frames("replay")).toEqual([]);
    rig.elapse(1);
    expect(rig.frames("replay")).toMatchObject([{ since: 1 }]);
    rig.frame({ type: "committed", changes: [second, third] });
    expect(rig.view.version).toBe(3);
  });

  it("folds no change twice", () => {
    const rig = new Rig().live();
    for (let i = 0; i < 3; i += 1) rig.frame({ type: "committed", changes: [second, third, second] });
    const expected = [second, third].reduce(apply, sampleSheet());
    expect(canonical(rig.view.sheet)).toBe(canonical(expected));
  });

  it("asks for the whole sheet when replays bring nothing", () => {
    const rig = new Rig().live();
    rig.frame({ type: "committed", changes: [third] });
    for (let i = 0; i < 60 && rig.frames("hello").length === 0; i += 1) rig.elapse(250);
    expect(rig.frames("hello")).toMatchObject([{ type: "hello" }]);
    expect(rig.frames("hello")[0]).not.toHaveProperty("since");
    rig.frame(welcome({ ...sampleSheet(), version: 3 }));
    expect(rig.view).toMatchObject({ version: 3, status: "live" });
  });

  // Found by a simulated room (seed 7): an announcement of the old log arrived after a restore, and was asked for
  // forever.
  it("forgets versions that the whole sheet, requested again, does not reach", () => {
    const rig = new Rig().live();
    rig.frame({ type: "committed", changes: [fourth] });
    for (let i = 0; i < 60 && rig.frames("hello").length === 0; i += 1) rig.elapse(250);
    rig.frame(welcome({ ...sampleSheet(), version: 2 }));
    expect(rig.view).toMatchObject({ version: 2, status: "live" });
    const asked = rig.frames("replay").length;
    rig.elapse(1_500);
    expect(rig.frames("replay")).toHaveLength(asked);
    rig.frame({ type: "committed", changes: [third] });
    expect(rig.view.version).toBe(3);
  });

  it("keeps no more early changes than its bound, and still arrives", () => {
    const rig = new Rig().live();
    const changes = Array.from({ length: 1_500 }, (_, i) =>
      theirChange(i + 3, { op: "ROW_UNLOCK", taskId: "r1" }),
    );
    rig.frame({ type: "committed", changes });
    expect(rig.state.held.size).toBe(1_000);
    rig.frame({ type: "committed", changes: [second] });
    expect(rig.view.version).toBe(1_001);
    rig.elapse(250);
    expect(rig.frames("replay")).toMatchObject([{ since: 1_001 }]);
  });

  it("fetches over HTTP a change that was announced without its ops", () => {
    const rig = new Rig().live();
    rig.frame({ type: "committed", changes: [{ ...second, ops: null }] });
    expect(rig.fetches).toMatchObject([{ type: "fetchChanges", since: 1 }]);
    const request = rig.fetches[0]?.request ?? 0;
    rig.input({ type: "changes", request, result: { kind: "changes", version: 2, changes: [second] } });
    expect(rig.view.version).toBe(2);
  });

  it("takes the sheet where the omitted ops are not to be had", () => {
    const rig = new Rig().live();
    rig.frame({ type: "committed", changes: [{ ...second, ops: null }] });
    const failed = { kind: "failed", status: 404, code: null, message: "HTTP 404" } as const;
    rig.input({ type: "changes", request: rig.fetches[0]?.request ?? 0, result: failed });
    expect(rig.fetches[1]).toMatchObject({ type: "fetchSnapshot", url: null });
    const sheet = apply(sampleSheet(), second);
    rig.input({
      type: "snapshot",
      request: rig.fetches[1]?.request ?? 0,
      result: { kind: "sheet", epoch: "e1", sheet },
    });
    expect(rig.view.version).toBe(2);
  });

  it("takes the sheet instead of guessing what an op of a newer release does, and does not hammer for it", () => {
    const rig = new Rig().live();
    rig.frame({ type: "committed", changes: [{ ...second, ops: [{ op: "ROW_PAINT", taskId: "r1" }] }] });
    expect(rig.fetches).toMatchObject([{ type: "fetchSnapshot" }]);
    const stale = { kind: "sheet", epoch: "e1", sheet: sampleSheet() } as const;
    rig.input({ type: "snapshot", request: rig.fetches[0]?.request ?? 0, result: stale });
    expect(rig.fetches).toHaveLength(1);
    rig.elapse(3_000);
    expect(rig.fetches).toHaveLength(2);
  });

  // rule: F6, F4
  it("survives whatever a frame may be", () => {
    const rig = new Rig().live();
    const before = rig.view.sheet;
    for (const text of [
      "",
      "null",
      "[]",
      "CELL_MODIFY|#1|status|a|b",
      '{"message":"Internal server error","connectionId":"x","requestId":"y"}',
      '{"type":"committed","changes":[null,{},{"version":2},{"version":"2","id":"a.1","author":{"id":"x"},"at":1,"ops":[]}]}',
      '{"type":"committed","changes":7}',
      '{"type":"presence","connectionId":"c","user":{"id":"bo"},"state":{"cursor":{"taskId":7}}}',
      '{"type":"presence"}',
      '{"type":"rejected"}',
      '{"type":"pong"}',
      '{"type":"welcome"}',
      '{"type":"error"}',
      '{"type":"later"}',
    ]) {
      rig.input({ type: "frame", socket: 1, text });
    }
    expect(rig.view).toMatchObject({ status: "live", version: 1 });
    expect(rig.view.sheet).toBe(before);
  });
});

describe("another log", () => {
  // rule: R5
  it("a pong of another epoch leads to a hello without since, and nothing is folded until the answer", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "uno"));
    const { id } = rig.lastChange;
    rig.elapse(2_000).frame({ type: "pong", version: 7, epoch: "e2" });
    expect(rig.frames("hello")).toHaveLength(1);
    expect(rig.frames("hello")[0]).not.toHaveProperty("since");
    rig.theirs(2, edit("r1", "one", "of the other log"));
    expect(rig.view.version).toBe(1);
    rig.frame(welcome({ ...sampleSheet(), version: 7 }, { epoch: "e2", version: 7 }));
    expect(rig.view.version).toBe(7);
    expect(rig.view.canUndo).toBe(false);
    expect(rig.lastChange).toMatchObject({ id, base: 1 });
  });

  it("is not mixed with what was held of the first", () => {
    const rig = new Rig().live();
    rig.theirs(3, edit("r1", "one", "of the first log"));
    rig.elapse(2_000).frame({ type: "pong", version: 2, epoch: "e2" });
    rig.frame(welcome({ ...sampleSheet(), version: 2 }, { epoch: "e2", version: 2 }));
    expect(rig.view.version).toBe(2);
    expect(rig.cell("r1")).toBe("one");
  });

  it("shows in a welcome below what was known, even under the same epoch", () => {
    const rig = new Rig().live({ ...sampleSheet(), version: 9 }, { version: 9 });
    rig.input({ type: "closed", socket: 1, code: 1001 });
    rig.elapse(6_000);
    rig.input({ type: "opened", socket: 2 });
    rig.frame(welcome(sampleSheet()));
    expect(rig.view.version).toBe(1);
  });

  // rule: R5
  it("goes back to a lower version when the log was restored", () => {
    const later = { ...sampleSheet(), version: 9 };
    const rig = new Rig().live(later, { version: 9 });
    rig.elapse(2_000).frame({ type: "pong", version: 1, epoch: "e1" });
    rig.frame(welcome(sampleSheet()));
    expect(rig.view.version).toBe(1);
  });

  it("found at a reconnect replaces the sheet, wherever the sheet has to come from", () => {
    const rig = new Rig().live();
    rig.input({ type: "closed", socket: 1, code: 1001 });
    rig.elapse(6_000);
    rig.input({ type: "opened", socket: 2 });
    expect(rig.frames("hello")[0]).toMatchObject({ since: 1, epoch: "e1" });
    rig.frame(welcome(null, { epoch: "e2", version: 1, snapshotUrl: "/api/cycles/platform/2026-W47" }));
    expect(rig.fetches.at(-1)).toMatchObject({ type: "fetchSnapshot", url: "/api/cycles/platform/2026-W47" });
    rig.theirs(2, edit("r1", "fresh", "newer"));
    expect(rig.view.version).toBe(1);
    const base = apply({ ...sampleSheet(), version: 0 }, theirChange(1, edit("r1", "one", "fresh")));
    const result = { kind: "sheet", epoch: "e2", sheet: base } as const;
    rig.input({ type: "snapshot", request: rig.fetches.at(-1)?.request ?? 0, result });
    expect(rig.view.version).toBe(2);
    expect(rig.cell("r1")).toBe("newer");
  });

  it("a base beyond the tip is looked into with a ping, and the edit is not lost", () => {
    const rig = new Rig().live({ ...sampleSheet(), version: 9 }, { version: 9 });
    const call = rig.change(edit("r1", "one", "uno"));
    rig.frame({
      type: "rejected",
      id: rig.lastChange.id,
      code: "MALFORMED",
      message: "base 9 is beyond",
      version: 1,
    });
    expect(rig.frames("ping")).toHaveLength(1);
    rig.frame({ type: "pong", version: 1, epoch: "e1" }).frame(welcome(sampleSheet()));
    expect(rig.lastChange).toMatchObject({ base: 1, ops: [edit("r1", "one", "uno")] });
    rig.echo(2);
    expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 2 });
  });

  // Found by a simulated room: seed 123.
  it("a change that was announced but not folded when the log was lost is sent again, and blocks nothing", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "uno"));
    rig.change(edit("r2", "two", "zwei"));
    const { id } = rig.lastChange;
    // Versions 2 to 9 have not come.
    rig.echo(10);
    rig.elapse(2_000).frame({ type: "pong", version: 1, epoch: "e2" });
    rig.frame(welcome(sampleSheet(), { epoch: "e2" }));
    expect(rig.lastChange).toMatchObject({ id, base: 1, ops: [edit("r1", "one", "uno")] });
    rig.echo(2).elapse(200);
    expect(rig.lastChange.ops).toEqual([edit("r2", "two", "zwei")]);
    rig.echo(3);
    expect(rig.view.unsaved).toBe(0);
    expect([rig.cell("r1"), rig.cell("r2")]).toEqual(["uno", "zwei"]);
  });
});
