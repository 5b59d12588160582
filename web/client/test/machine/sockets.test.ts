import { describe, expect, it } from "vitest";
import { apply } from "../../src/fold/index.js";
import { BO, edit, Rig, sampleSheet, T0, theirChange, welcome } from "../rig.js";

const failed = (status: number | null, code: string | null = null) =>
  ({ kind: "failed", status, code, message: "no" }) as const;

describe("reconnecting", () => {
  // rule: R7
  it("waits 3 s and up to 2 s more after an orderly close, then asks only for what was missed", () => {
    for (const [random, wait] of [
      [0, 3_000],
      [0.999, 4_998],
    ] as const) {
      const rig = new Rig().live();
      rig.random = random;
      rig.input({ type: "closed", socket: 1, code: 1001 });
      expect(rig.view.status).toBe("connecting");
      rig.elapse(wait - 1);
      expect(rig.opened).toEqual([1]);
      rig.elapse(2);
      expect(rig.opened).toEqual([1, 2]);
      rig.input({ type: "opened", socket: 2 });
      expect(rig.frames("hello").at(-1)).toMatchObject({ since: 1, epoch: "e1", socket: 2 });
    }
  });

  // rule: R7
  it("doubles the pause up to a minute, plus the jitter that welcome asked for", () => {
    const rig = new Rig().live(sampleSheet(), { reconnectJitterMs: 10_000 });
    rig.random = 0.5;
    const waits: number[] = [];
    rig.input({ type: "closed", socket: 1, code: 1001 });
    for (let i = 0; i < 7; i += 1) {
      const from = rig.now;
      const before = rig.opened.length;
      while (rig.opened.length === before) rig.elapse(500);
      waits.push(rig.now - from);
      rig.input({ type: "closed", socket: rig.opened.at(-1) ?? 0, code: 1000 });
    }
    expect(waits).toEqual([8_000, 11_000, 17_000, 29_000, 53_000, 65_000, 65_000]);
    expect(rig.view.status).toBe("offline");
  });

  // rule: R7
  it("fetches the sheet over HTTP before the next socket when something broke", () => {
    const rig = new Rig().live();
    rig.input({ type: "closed", socket: 1, code: 1006 });
    rig.elapse(5_000);
    expect(rig.opened).toEqual([1]);
    expect(rig.fetches).toMatchObject([{ type: "fetchSnapshot", url: null, etag: '"e1-1"' }]);
    const sheet = apply(sampleSheet(), theirChange(2, edit("r1", "one", "two")));
    const request = rig.fetches[0]?.request ?? 0;
    rig.input({ type: "snapshot", request, result: { kind: "sheet", epoch: "e1", sheet } });
    expect(rig.view.version).toBe(2);
    rig.input({ type: "opened", socket: 2 });
    expect(rig.frames("hello").at(-1)).toMatchObject({ since: 2, epoch: "e1" });
  });

  it("stays away from the sockets while HTTP asks for patience, and tries them when HTTP itself is broken", () => {
    const rig = new Rig().live();
    rig.input({ type: "closed", socket: 1, code: 1006 });
    rig.elapse(5_000);
    rig.input({ type: "snapshot", request: rig.fetches[0]?.request ?? 0, result: failed(503, "BUSY") });
    expect(rig.opened).toEqual([1]);
    rig.elapse(10_000);
    rig.input({ type: "snapshot", request: rig.fetches[1]?.request ?? 0, result: failed(null) });
    expect(rig.opened).toEqual([1, 2]);
  });

  it("comes back at once with the network", () => {
    const rig = new Rig().live();
    rig.input({ type: "online", online: false });
    rig.input({ type: "closed", socket: 1, code: 1001 });
    expect(rig.view.status).toBe("offline");
    rig.input({ type: "online", online: true });
    rig.elapse(2_000);
    expect(rig.opened).toEqual([1, 2]);
  });

  it("asks an open socket whether it survived the loss of the network", () => {
    const rig = new Rig().live();
    rig.input({ type: "online", online: false });
    rig.input({ type: "online", online: true });
    expect(rig.frames("ping")).toHaveLength(1);
    rig.elapse(10_000);
    expect(rig.closed).toEqual([1]);
  });

  it("gives up a socket that never answers hello", () => {
    const rig = new Rig();
    rig.input({ type: "start" });
    rig.input({ type: "opened", socket: 1 });
    rig.elapse(10_000);
    expect(rig.closed).toEqual([1]);
  });

  it("greets again when the room was busy", () => {
    const rig = new Rig();
    rig.input({ type: "start" });
    rig.input({ type: "opened", socket: 1 });
    rig.frame({ type: "error", code: "BUSY", message: "busy" }).elapse(2_000);
    expect(rig.frames("hello")).toHaveLength(2);
    expect(rig.closed).toEqual([]);
  });

  it("ignores what an abandoned socket still says", () => {
    const rig = new Rig().live();
    rig.input({ type: "closed", socket: 1, code: 1001 });
    rig.frame({ type: "committed", changes: [theirChange(2, edit("r1", "one", "x"))] }, 1);
    expect(rig.view.version).toBe(1);
  });
});

describe("the end of a session", () => {
  it("is found by HTTP, because a browser learns nothing from a refused socket", () => {
    const rig = new Rig();
    rig.input({ type: "start" });
    rig.input({ type: "closed", socket: 1, code: 1006 });
    rig.elapse(500);
    rig.input({
      type: "snapshot",
      request: rig.fetches[0]?.request ?? 0,
      result: failed(401, "TOKEN_EXPIRED"),
    });
    expect(rig.view.status).not.toBe("sessionEnded");
    rig.elapse(1_000);
    rig.input({
      type: "snapshot",
      request: rig.fetches[1]?.request ?? 0,
      result: failed(401, "TOKEN_EXPIRED"),
    });
    expect(rig.view.status).toBe("sessionEnded");
    rig.elapse(3_600_000);
    expect(rig.opened).toEqual([1]);
    rig.input({ type: "reconnect" });
    expect(rig.view.status).toBe("connecting");
    expect(rig.fetches).toHaveLength(3);
  });

  it("keeps what was not sent until somebody signs in again", () => {
    const rig = new Rig().live();
    rig.input({ type: "closed", socket: 1, code: 1001 });
    const call = rig.change(edit("r1", "one", "uno"));
    rig.elapse(4_000);
    rig.input({ type: "sessionEnded", socket: rig.opened.at(-1) ?? 0 });
    expect(rig.view).toMatchObject({ status: "sessionEnded", unsaved: 1 });
    rig.input({ type: "reconnect" });
    const socket = rig.opened.at(-1) ?? 0;
    rig.input({ type: "opened", socket });
    rig.frame(welcome(null, { version: 1 })).echo(2);
    expect(rig.outcomes.get(call)).toEqual({ ok: true, version: 2 });
  });

  it("by removal takes back what was not sent, and stays out", () => {
    const rig = new Rig().live();
    const call = rig.change(edit("r1", "one", "uno"));
    rig.theirs(2, { op: "MEMBER_REVOKE", userId: "ana" });
    expect(rig.view).toMatchObject({ status: "removed", unsaved: 0 });
    expect(rig.outcomes.get(call)).toMatchObject({ ok: false, code: "REVOKED" });
    expect(rig.cell("r1")).toBe("one");
    expect(rig.closed).toEqual([1]);
    expect(rig.record).toBeNull();
    rig.elapse(3_600_000);
    expect(rig.opened).toEqual([1]);
  });

  it("is not taken from an old removal that was undone since", () => {
    const rig = new Rig().live();
    rig.frame({
      type: "committed",
      changes: [
        theirChange(2, { op: "MEMBER_REVOKE", userId: "ana" }),
        theirChange(3, { op: "MEMBER_RESTORE", userId: "ana" }),
      ],
    });
    expect(rig.view).toMatchObject({ status: "live", version: 3 });
  });

  it("is no end when only one's own change is forbidden", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "uno"));
    rig.frame({ type: "rejected", id: rig.lastChange.id, code: "FORBIDDEN", message: "no", version: 1 });
    expect(rig.view.status).toBe("live");
  });
});

describe("asking for the tip", () => {
  // rule: R4
  it("pings 2 s after the room fell silent, then every 5 minutes", () => {
    const rig = new Rig().live();
    rig.elapse(1_000).theirs(2, edit("r1", "one", "x"));
    rig.elapse(1_999);
    expect(rig.frames("ping")).toEqual([]);
    rig.elapse(1);
    expect(rig.frames("ping")).toMatchObject([{ version: 2 }]);
    rig.frame({ type: "pong", version: 2, epoch: "e1" }).elapse(299_999);
    expect(rig.frames("ping")).toHaveLength(1);
    rig.elapse(1);
    expect(rig.frames("ping")).toHaveLength(2);
  });

  it("replays at once when the pong names a later version: no broadcast is needed to heal", () => {
    const rig = new Rig().live();
    rig.elapse(2_000).frame({ type: "pong", version: 3, epoch: "e1" });
    expect(rig.frames("replay")).toMatchObject([{ since: 1 }]);
  });

  it("drops a socket that leaves a ping unanswered", () => {
    const rig = new Rig().live();
    rig.elapse(12_000);
    expect(rig.closed).toEqual([1]);
    expect(rig.view.status).toBe("connecting");
  });

  it("pings now and then in a room that never falls silent", () => {
    const rig = new Rig().live();
    rig.answersPings = true;
    for (let version = 2; version < 80; version += 1) {
      rig.theirs(version, edit("r1", "", "")).elapse(1_000);
    }
    expect(rig.frames("ping").length).toBeGreaterThanOrEqual(2);
    expect(rig.frames("ping").length).toBeLessThanOrEqual(4);
  });

  it("does not ask after every pause of somebody's mouse", () => {
    const rig = new Rig().live();
    rig.elapse(2_000).frame({ type: "pong", version: 1, epoch: "e1" });
    for (let i = 0; i < 10; i += 1) {
      rig
        .frame({ type: "presence", connectionId: "c-bo", user: BO, state: { status: "active" } })
        .elapse(2_500);
    }
    expect(rig.frames("ping")).toHaveLength(1);
    rig.elapse(30_000);
    expect(rig.frames("ping")).toHaveLength(2);
  });
});

describe("a room at rest", () => {
  it("does not ask because somebody went idle or away", () => {
    const rig = new Rig().live();
    rig.elapse(2_000).frame({ type: "pong", version: 1, epoch: "e1" });
    const asked = rig.frames("ping").length;
    for (const status of ["idle", "away"] as const)
      rig.frame({ type: "presence", connectionId: "c-bo", user: BO, state: { status } }).elapse(60_000);
    expect(rig.frames("ping")).toHaveLength(asked);
    rig
      .frame({ type: "presence", connectionId: "c-bo", user: BO, state: { status: "active" } })
      .elapse(60_000);
    expect(rig.frames("ping")).toHaveLength(asked + 1);
  });
});

describe("rolling over", () => {
  /** Lets time pass until the next socket is opened; returns when that was. */
  function rollOver(rig: Rig): number {
    const sockets = rig.opened.length;
    rig.answersPings = true;
    while (rig.opened.length === sockets && rig.now < T0 + 2 * 3_600_000) rig.elapse(1_000);
    return rig.now - T0;
  }

  // rule: R8
  it("opens the next socket before it closes this one, after 1 h 50 min at most", () => {
    const rig = new Rig().live();
    const after = rollOver(rig);
    expect(after).toBeGreaterThanOrEqual(105 * 60_000);
    expect(after).toBeLessThanOrEqual(110 * 60_000);
    expect(rig.opened).toEqual([1, 2]);
    expect(rig.closed).toEqual([]);
    expect(rig.view.status).toBe("live");
    rig.input({ type: "opened", socket: 2 });
    rig.frame({ type: "committed", changes: [theirChange(2, edit("r1", "one", "x"))] }, 1);
    expect(rig.view.version).toBe(2);
    rig.frame(welcome(null, { version: 2, connectionId: "c-2" }), 2);
    expect(rig.closed).toEqual([1]);
    expect(rig.view.status).toBe("live");
    rig.change(edit("r2", "two", "y"));
    expect(rig.lastChange.socket).toBe(2);
  });

  it("tries again when the next socket fails, and uses it when this one falls first", () => {
    const rig = new Rig().live();
    rollOver(rig);
    rig.input({ type: "closed", socket: 2, code: 1006 });
    expect(rig.view.status).toBe("live");
    rollOver(rig);
    expect(rig.opened).toEqual([1, 2, 3]);
    rig.input({ type: "sessionEnded", socket: 3 });
    expect(rig.view.status).toBe("live");
    rollOver(rig);
    expect(rig.opened).toEqual([1, 2, 3, 4]);
    rig.input({ type: "closed", socket: 1, code: 1001 });
    expect(rig.view.status).toBe("connecting");
    rig.input({ type: "opened", socket: 4 });
    rig.frame(welcome(null, { version: 1 }), 4);
    expect(rig.view.status).toBe("live");
    expect(rig.opened).toEqual([1, 2, 3, 4]);
  });
});

describe("what survives a reload", () => {
  it("is stored before a change goes out", () => {
    const rig = new Rig().live();
    rig.change(edit("r1", "one", "uno"));
    expect(rig.recordAtSend?.sent).toMatchObject([{ id: rig.lastChange.id }]);
    rig.change(edit("r2", "two", "zwei"));
    expect(rig.record).toMatchObject({ user: "ana", queue: [{ ops: [edit("r2", "two", "zwei")] }] });
    rig.echo(2).elapse(200).echo(3);
    expect(rig.record).toBeNull();
  });

  it("is sent again under its id, and what waited behind it follows", () => {
    const before = new Rig({ name: "tab" }).live();
    before.change(edit("r1", "one", "uno"));
    before.change(edit("r2", "two", "zwei"));
    const { id } = before.lastChange;
    const rig = new Rig({ name: "tab", restored: before.record ? [before.record] : [], now: T0 + 60_000 });
    expect(rig.view.unsaved).toBe(2);
    rig.live();
    // `live` forgets what was sent; the change in flight goes out with the welcome.
    rig.elapse(3_000);
    expect(rig.lastChange).toMatchObject({ id, ops: [edit("r1", "one", "uno")] });
    expect([rig.cell("r1"), rig.cell("r2")]).toEqual(["uno", "zwei"]);
    rig.echo(2).elapse(200);
    expect(rig.lastChange.ops).toEqual([edit("r2", "two", "zwei")]);
    const seq = (text: string) => Number(text.split(".")[1]);
    expect(seq(rig.lastChange.id)).toBeGreaterThan(seq(id));
    rig.echo(3);
    expect(rig.view.unsaved).toBe(0);
  });

  it("of a change that had reached the log is only its echo", () => {
    const before = new Rig({ name: "tab" }).live();
    before.change(edit("r1", "one", "uno"));
    const { id, ops } = before.lastChange;
    const committed = { ...theirChange(2, ...ops), id, author: { id: "ana", name: "Ana Ruiz" } };
    const sheet = apply(sampleSheet(), committed);
    const rig = new Rig({ name: "tab", restored: before.record ? [before.record] : [] }).live(sheet);
    rig.elapse(3_000);
    expect(rig.lastChange.id).toBe(id);
    rig.frame({ type: "committed", changes: [committed] });
    expect(rig.view).toMatchObject({ unsaved: 0, version: 2, conflicts: [] });
  });

  // Found by a trace: seed 272.
  it("stands on the sheet in its author's name, even if the sheet came before the room said who that is", () => {
    const before = new Rig().live();
    before.change(edit("r1", "one", "uno"));
    const rig = new Rig({ restored: before.record ? [before.record] : [] });
    rig.input({ type: "start" });
    rig.input({ type: "closed", socket: 1, code: 1006 });
    rig.elapse(500);
    const request = rig.fetches[0]?.request ?? 0;
    rig.input({ type: "snapshot", request, result: { kind: "sheet", epoch: "e1", sheet: sampleSheet() } });
    rig.input({ type: "opened", socket: 2 });
    rig.frame(welcome(null, { version: 1 }));
    expect(rig.view.sheet?.tasks[0]?.cells.title).toMatchObject({ value: "uno", author: "ana" });
  });

  it("of two closed tabs is sent by the one that opens next", () => {
    const tabs = ["tab-a", "tab-b"].map((name) => new Rig({ name }).live());
    tabs[0]?.change(edit("r1", "one", "uno"));
    tabs[1]?.change(edit("r2", "two", "zwei"));
    const restored = tabs.flatMap((tab) => tab.record ?? []);
    const rig = new Rig({ name: "tab-a", restored }).live();
    rig.elapse(3_000);
    expect(rig.lastChange.id).toBe(tabs[0]?.lastChange.id);
    rig.echo(2).elapse(3_000);
    expect(rig.lastChange.id).toBe(tabs[1]?.lastChange.id);
    rig.echo(3);
    expect(rig.view.unsaved).toBe(0);
  });

  it("is never sent in another person's name", () => {
    const before = new Rig().live();
    before.change(edit("r1", "one", "uno"));
    const rig = new Rig({ restored: before.record ? [before.record] : [] });
    rig.live(sampleSheet(), { user: BO });
    rig.elapse(20_000);
    expect(rig.frames("change")).toEqual([]);
    expect(rig.view).toMatchObject({ unsaved: 0, lastRejection: { code: "FORBIDDEN" } });
    expect(rig.cell("r1")).toBe("one");
  });
});
