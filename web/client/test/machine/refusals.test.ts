import { describe, expect, it } from "vitest";
import type { Op } from "../../src/fold/index.js";
import { edit, Rig, theirChange, welcome } from "../rig.js";

/** The server refuses the last change. */
function refuse(rig: Rig, code: string, version: number): void {
  rig.frame({ type: "rejected", id: rig.lastChange.id, code, message: `${code} it is`, version });
}

describe("a conflict", () => {
  it("rolls the cell back to theirs and keeps mine for a choice", () => {
    const rig = new Rig().live();
    const call = rig.change(edit("r1", "one", "mine"));
    rig.theirs(2, edit("r1", "one", "theirs"));
    expect(rig.cell("r1")).toBe("mine");
    refuse(rig, "CONFLICT", 2);
    expect(rig.cell("r1")).toBe("theirs");
    const [conflict] = rig.view.conflicts;
    expect(conflict).toMatchObject({
      taskId: "r1",
      column: "title",
      base: "one",
      mine: "mine",
      theirs: "theirs",
      theirAuthor: { id: "bo", name: "Bo Lind" },
      theirVersion: 2,
    });
    expect(rig.outcomes.get(call)).toMatchObject({ ok: false, code: "CONFLICT", conflicts: [conflict] });
    expect(rig.view.canUndo).toBe(false);
  });

  it("is decided only on a sheet as new as the server's", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "mine"));
    refuse(rig, "CONFLICT", 2);
    expect(rig.view.conflicts).toEqual([]);
    rig.elapse(250);
    expect(rig.frames("replay").at(-1)).toMatchObject({ since: 1 });
    rig.theirs(2, edit("r1", "one", "theirs"));
    expect(rig.view.conflicts).toHaveLength(1);
  });

  it("takes later edits of the same cell along, and lets edits of other cells pass", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "m"));
    const later = rig.change(edit("r1", "m", "mine"));
    const other = rig.change(edit("r2", "two", "zwei"));
    rig.theirs(2, edit("r1", "one", "theirs"));
    refuse(rig, "CONFLICT", 2);
    expect(rig.view.conflicts).toMatchObject([{ mine: "mine", theirs: "theirs", base: "one" }]);
    expect(rig.outcomes.get(later)).toMatchObject({ ok: false, code: "CONFLICT" });
    rig.elapse(200);
    expect(rig.lastChange.ops).toEqual([edit("r2", "two", "zwei")]);
    rig.echo(3);
    expect(rig.outcomes.get(other)).toEqual({ ok: true, version: 3 });
  });

  it("of one cell of a pasted block lets the rest of the block through", () => {
    const rig = new Rig().live();
    const call = rig.change(edit("r1", "one", "1"), edit("r2", "two", "2"), edit("r3", "three", "3"));
    rig.theirs(2, edit("r2", "two", "theirs"));
    refuse(rig, "CONFLICT", 2);
    rig.elapse(200);
    expect(rig.lastChange.ops).toEqual([edit("r1", "one", "1"), edit("r3", "three", "3")]);
    rig.echo(3);
    expect([rig.cell("r1"), rig.cell("r2"), rig.cell("r3")]).toEqual(["1", "theirs", "3"]);
    expect(rig.outcomes.get(call)).toMatchObject({ ok: false, code: "CONFLICT", conflicts: [{ mine: "2" }] });
    // What got through can be taken back, and only that.
    rig.act("undo");
    rig.elapse(200);
    expect(rig.lastChange.ops).toEqual([edit("r3", "3", "three"), edit("r1", "1", "one")]);
  });

  it("of an edit that waits offline is seen without asking the server", () => {
    const rig = new Rig().live();
    rig.input({ type: "closed", socket: 1, code: 1001 });
    rig.change(edit("r1", "one", "mine"));
    rig.elapse(6_000);
    rig.input({ type: "opened", socket: 2 });
    rig.frame(welcome(null, { version: 2, changes: [theirChange(2, edit("r1", "one", "theirs"))] }));
    expect(rig.view.conflicts).toMatchObject([{ mine: "mine", theirs: "theirs" }]);
    expect(rig.frames("change")).toEqual([]);
  });

  it("is none when both wrote the same", () => {
    const rig = new Rig().live();
    const call = rig.change(edit("r1", "one", "same"));
    rig.theirs(2, edit("r1", "one", "same"));
    refuse(rig, "CONFLICT", 2);
    expect(rig.view.conflicts).toEqual([]);
    expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 2 });
  });

  it("follows what they write while it is open", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "mine"));
    rig.theirs(2, edit("r1", "one", "theirs"));
    refuse(rig, "CONFLICT", 2);
    rig.theirs(3, edit("r1", "theirs", "theirs too"));
    expect(rig.view.conflicts).toMatchObject([{ theirs: "theirs too", theirVersion: 3 }]);
    rig.theirs(4, edit("r1", "theirs too", "mine"));
    expect(rig.view.conflicts).toEqual([]);
  });

  it("is settled by keeping mine: a new change over the current value", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "mine"));
    rig.theirs(2, edit("r1", "one", "theirs"));
    refuse(rig, "CONFLICT", 2);
    const call = rig.keepMine(rig.view.conflicts[0]?.id ?? "");
    rig.elapse(200);
    expect(rig.lastChange.ops).toEqual([edit("r1", "theirs", "mine")]);
    expect(rig.cell("r1")).toBe("mine");
    rig.echo(3);
    expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 3 });
    expect(rig.view.conflicts).toEqual([]);
  });

  it("is settled by keeping theirs: nothing is sent", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "mine"));
    rig.theirs(2, edit("r1", "one", "theirs"));
    refuse(rig, "CONFLICT", 2);
    rig.input({ type: "keepTheirs", conflictId: rig.view.conflicts[0]?.id ?? "" });
    expect(rig.view.conflicts).toEqual([]);
    rig.elapse(1_000);
    expect(rig.frames("change")).toHaveLength(1);
  });

  it("is surfaced at once for an edit that began on an older text", () => {
    const rig = new Rig().live();
    rig.theirs(2, edit("r1", "one", "theirs"));
    const call = rig.change(edit("r1", "one", "mine"));
    expect(rig.frames("change")).toEqual([]);
    expect(rig.outcomes.get(call)).toMatchObject({ ok: false, code: "CONFLICT" });
    expect(rig.view.conflicts).toMatchObject([{ mine: "mine", theirs: "theirs" }]);
    // Typing over the current value is an answer, too.
    rig.change(edit("r1", "theirs", "both"));
    expect(rig.view.conflicts).toEqual([]);
  });
});

describe("a final refusal", () => {
  it("rolls back, says so, and tells what was asked for", () => {
    const rig = new Rig().live();
    const call = rig.change(edit("r1", "one", "x"));
    refuse(rig, "FORBIDDEN", 1);
    expect(rig.cell("r1")).toBe("one");
    expect(rig.outcomes.get(call)).toMatchObject({
      ok: false,
      code: "FORBIDDEN",
      message: "FORBIDDEN it is",
    });
    expect(rig.view.lastRejection).toMatchObject({ code: "FORBIDDEN", ops: [edit("r1", "one", "x")] });
    expect(rig.view.canUndo).toBe(false);
    rig.elapse(60_000);
    expect(rig.frames("change")).toHaveLength(1);
  });

  it("of one among several finds the one, and the others reach the log", () => {
    const rig = new Rig().live();
    rig.change(edit("r3", "three", "x"));
    const calls = [
      rig.change(edit("r1", "one", "good")),
      rig.change(edit("r2", "two", "bad")),
      rig.change(edit("r3", "x", "fine")),
    ];
    rig.echo(2).elapse(200);
    let version = 2;
    for (let i = 0; i < 10 && rig.state.inFlight !== null; i += 1) {
      if (rig.lastChange.ops.some((op) => "newValue" in op && op.newValue === "bad")) {
        refuse(rig, "INVALID_VALUE", version);
      } else rig.echo(++version);
      rig.elapse(200);
    }
    expect(calls.map((call) => rig.outcomes.get(call)?.ok)).toEqual([true, false, true]);
    expect([rig.cell("r1"), rig.cell("r2"), rig.cell("r3")]).toEqual(["good", "two", "fine"]);
  });

  it("takes the edits that depend on it along", () => {
    const rig = new Rig().live();
    const insert: Op = { op: "ROW_INSERT", taskId: "n", after: null, cells: {} };
    const made = rig.change(insert);
    const typed = rig.change(edit("n", "", "words"));
    refuse(rig, "PAYLOAD_TOO_LARGE", 1);
    expect(rig.outcomes.get(made)).toMatchObject({ ok: false, code: "PAYLOAD_TOO_LARGE" });
    expect(rig.outcomes.get(typed)).toMatchObject({ ok: false, code: "UNKNOWN_TARGET" });
    expect(rig.view.sheet?.tasks).toHaveLength(3);
  });

  it("gives an edit made on top of it the actual old value", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "refused"));
    const next = rig.change(edit("r1", "refused", "good"));
    refuse(rig, "INVALID_VALUE", 1);
    rig.elapse(200);
    expect(rig.lastChange.ops).toEqual([edit("r1", "one", "good")]);
    rig.echo(2);
    expect(rig.outcomes.get(next)).toEqual({ ok: true, version: 2 });
  });

  it("is foreseen: a viewer's edit, a bad value and a locked row never leave the page", () => {
    const rig = new Rig().live();
    const bad = rig.change(edit("r1", "", "Finished", "status"));
    expect(rig.outcomes.get(bad)).toMatchObject({ ok: false, code: "INVALID_VALUE" });
    rig.theirs(2, { op: "ROW_LOCK", taskId: "r2", seconds: 60 });
    expect(rig.outcomes.get(rig.change(edit("r2", "two", "x")))).toMatchObject({ ok: false, code: "LOCKED" });
    expect(rig.outcomes.get(rig.change(edit("gone", "", "x")))).toMatchObject({
      ok: false,
      code: "UNKNOWN_TARGET",
    });
    rig.theirs(3, { op: "MEMBER_ROLE", userId: "ana", role: "viewer" });
    expect(rig.view.role).toBe("viewer");
    expect(rig.outcomes.get(rig.change(edit("r1", "one", "x")))).toMatchObject({
      ok: false,
      code: "FORBIDDEN",
    });
    expect(rig.frames("change")).toEqual([]);
  });

  it("of a change before the sheet came is an answer, not an exception", () => {
    const rig = new Rig();
    expect(rig.outcomes.get(rig.change(edit("r1", "", "x")))).toMatchObject({ ok: false, code: "BUSY" });
  });
});

describe("undo", () => {
  it("sends the inverse, and redo the inverse of that", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "uno"));
    rig.echo(2);
    rig.act("undo");
    rig.elapse(200);
    expect(rig.lastChange.ops).toEqual([edit("r1", "uno", "one")]);
    expect(rig.view).toMatchObject({ canUndo: false, canRedo: true });
    rig.echo(3);
    rig.act("redo");
    rig.elapse(200);
    expect(rig.lastChange.ops).toEqual([edit("r1", "one", "uno")]);
    expect(rig.view).toMatchObject({ canUndo: true, canRedo: false });
  });

  it("of something not sent yet leaves nothing to send", () => {
    const rig = new Rig().live();
    rig.change(edit("r2", "two", "x"));
    rig.change(edit("r1", "one", "uno"));
    rig.act("undo");
    rig.echo(2).elapse(1_000);
    expect(rig.frames("change")).toHaveLength(1);
    expect(rig.view.unsaved).toBe(0);
  });

  it("brings a removed row back exactly as the log saw it go", () => {
    const rig = new Rig().live();
    const row = rig.view.confirmedSheet?.tasks[1];
    rig.change({ op: "ROW_REMOVE", taskId: "r2" });
    rig.act("undo");
    expect(rig.cell("r2")).toBe("two");
    rig.echo(2).elapse(200);
    expect(rig.frames("change")).toHaveLength(2);
    expect(rig.lastChange.ops).toMatchObject([
      { op: "ROW_INSERT", taskId: "r2", after: "r1", restored: row },
    ]);
    rig.echo(3);
    expect(rig.view.confirmedSheet?.tasks.map(({ taskId }) => taskId)).toEqual(["r1", "r2", "r3"]);
  });

  it("of a removal that waits sends the row's return only when the log has seen it go", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "x"));
    rig.change({ op: "ROW_REMOVE", taskId: "r2" });
    rig.act("undo");
    rig.echo(2).elapse(200);
    expect(rig.lastChange.ops).toEqual([{ op: "ROW_REMOVE", taskId: "r2" }]);
    rig.echo(3).elapse(200);
    expect(rig.lastChange.ops).toMatchObject([
      { op: "ROW_INSERT", taskId: "r2", restored: { taskId: "r2" } },
    ]);
  });

  it("brings back the words of a row that can no longer be restored whole", () => {
    const rig = new Rig().live();
    rig.change({ op: "ROW_REMOVE", taskId: "r2" });
    rig.echo(2);
    rig.act("undo");
    rig.elapse(200);
    refuse(rig, "UNKNOWN_TARGET", 2);
    rig.elapse(200);
    const plain = { op: "ROW_INSERT", taskId: "r2", after: "r1", cells: { title: "two" } };
    expect(rig.lastChange.ops).toEqual([plain]);
  });

  it("of a cell that somebody changed since is their conflict to see, not to lose", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "uno"));
    rig.echo(2);
    rig.theirs(3, edit("r1", "uno", "theirs"));
    rig.act("undo");
    expect(rig.cell("r1")).toBe("theirs");
    expect(rig.view.conflicts).toMatchObject([{ mine: "one", theirs: "theirs" }]);
  });

  it("moves a row back to where it stood", () => {
    const rig = new Rig().live();
    rig.change({ op: "ROW_MOVE", taskId: "r3", after: null });
    rig.echo(2);
    rig.act("undo");
    expect(rig.view.sheet?.tasks.map(({ taskId }) => taskId)).toEqual(["r1", "r2", "r3"]);
  });
});
