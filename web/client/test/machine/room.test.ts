import { describe, expect, it } from "vitest";
import { ANA, BO, Rig, sampleSheet, welcome } from "../rig.js";

const at = (taskId: string) => ({ cursor: { taskId, column: "title" as const }, status: "active" as const });
const theirs = (connectionId: string) => ({ connectionId, user: BO, role: "editor" });
/** A room with somebody else in it: nobody tells an empty one where they are. */
const together = {
  connections: [{ connectionId: "c-ana", user: ANA, role: "editor" }, theirs("c-0")],
};

describe("notifications of mentions", () => {
  const note = (version: number) => ({
    type: "notification",
    team: "platform",
    cycle: "2026-W47",
    version,
    text: `at ${version}`,
  });

  // rule: N1
  it("keeps notifications from before the welcome beside what waited for it", () => {
    const rig = new Rig();
    rig.input({ type: "start" });
    rig.input({ type: "opened", socket: rig.opened.at(-1) ?? 0 });
    rig.frame(note(9)).frame(welcome(sampleSheet(), { notifications: [note(3)] }));
    expect(rig.state.notifications).toMatchObject([{ version: 3 }, { version: 9 }]);
    rig.input({ type: "dismiss", what: "notifications" });
    expect(rig.state.notifications).toEqual([]);
  });
});

describe("telling the room where one is", () => {
  // rule: P4
  it("tells the first movement after quiet at once, and the last of a flurry when the interval allows", () => {
    const rig = new Rig().live(sampleSheet(), together);
    for (const taskId of ["r1", "r2", "r3"]) rig.input({ type: "presence", state: at(taskId) });
    expect(rig.frames("presence")).toMatchObject([{ state: at("r1") }]);
    rig.elapse(250);
    expect(rig.frames("presence").map(({ state }) => state.cursor?.taskId)).toEqual(["r1", "r3"]);
    rig.elapse(1_000);
    rig.input({ type: "presence", state: at("r1") });
    expect(rig.frames("presence")).toHaveLength(3);
  });

  // rule: P4
  it("keeps the interval that welcome asks for, and never says the same twice", () => {
    const rig = new Rig().live(sampleSheet(), { ...together, presenceIntervalMs: 5_000 });
    rig.answersPings = true;
    for (let i = 0; i < 100; i += 1) {
      rig.input({ type: "presence", state: at(`r${i % 3}`) });
      rig.elapse(100);
    }
    expect(rig.frames("presence")).toHaveLength(3);
    for (let i = 0; i < 100; i += 1) rig.elapse(100).input({ type: "presence", state: at("r9") });
    expect(rig.frames("presence")).toHaveLength(4);
  });

  it("goes idle after a minute, away after five or when the page is hidden", () => {
    const rig = new Rig().live(sampleSheet(), together);
    const told = () => rig.frames("presence").at(-1)?.state.status;
    rig.answersPings = true;
    rig.input({ type: "presence", state: at("r1") });
    rig.elapse(59_000);
    expect(told()).toBe("active");
    rig.elapse(1_000);
    expect(told()).toBe("idle");
    rig.elapse(240_000);
    expect(told()).toBe("away");
    rig.elapse(300).input({ type: "presence", state: at("r2") });
    expect(told()).toBe("active");
    rig.elapse(300).input({ type: "visible", visible: false });
    expect(told()).toBe("away");
    rig.elapse(300).input({ type: "visible", visible: true });
    expect(told()).toBe("active");
  });

  // rule: P5
  it("answers somebody who joined with its state, once", () => {
    const rig = new Rig().live(sampleSheet(), together);
    rig.input({ type: "presence", state: at("r1") });
    rig.elapse(1_000);
    for (const id of ["c-1", "c-2", "c-3"]) rig.frame({ type: "joined", ...theirs(id) });
    rig.elapse(1_000);
    expect(rig.frames("presence")).toHaveLength(2);
  });

  // rule: P4
  it("tells nobody anything while nobody else is there, and a newcomer where it is", () => {
    const rig = new Rig().live();
    rig.input({ type: "presence", state: at("r1") });
    rig.elapse(1_000).input({ type: "presence", state: at("r2") });
    rig.elapse(1_000);
    expect(rig.frames("presence")).toEqual([]);
    rig.frame({ type: "joined", ...theirs("c-1") }).elapse(1_000);
    expect(rig.frames("presence")).toMatchObject([{ state: at("r2") }]);
    rig.frame({ type: "left", connectionId: "c-1", user: BO }).input({ type: "presence", state: at("r3") });
    rig.elapse(1_000);
    expect(rig.frames("presence")).toHaveLength(1);
    // The `joined` of another was lost: their first movement says that they are there.
    rig.frame({ type: "presence", ...theirs("c-2"), state: at("r1") });
    expect(rig.frames("presence")).toHaveLength(2);
    expect(rig.frames("presence")[1]).toMatchObject({ state: at("r3") });
  });

  it("does not send what the room would refuse as too large", () => {
    const rig = new Rig().live(sampleSheet(), together);
    rig.input({ type: "presence", state: { docs: { summary: "x".repeat(2_048) } } });
    expect(rig.frames("presence")).toEqual([]);
  });
});

describe("seeing who is here", () => {
  // rule: H6
  it("lists people, not tabs, with what the tab that moved last told", () => {
    const rig = new Rig().live();
    rig.frame({ type: "joined", ...theirs("c-1") }).frame({ type: "joined", ...theirs("c-2") });
    rig.frame({ type: "presence", ...theirs("c-1"), state: at("r1") }).elapse(10);
    rig.frame({ type: "presence", ...theirs("c-2"), state: at("r2") });
    expect(rig.view.peers).toMatchObject([
      { user: ANA, self: true },
      { user: BO, self: false, connections: ["c-1", "c-2"], state: { cursor: { taskId: "r2" } } },
    ]);
    rig.frame({ type: "left", connectionId: "c-2", user: BO });
    expect(rig.view.peers[1]).toMatchObject({ connections: ["c-1"], state: { cursor: { taskId: "r1" } } });
    rig.frame({ type: "left", connectionId: "c-1", user: BO });
    expect(rig.view.peers.map(({ user }) => user.id)).toEqual(["ana"]);
  });

  it("does not lose who joined, nor bring back who left, between hello and a list that is older", () => {
    const rig = new Rig();
    rig.input({ type: "start" });
    rig.input({ type: "opened", socket: 1 });
    rig
      .frame({ type: "joined", ...theirs("c-new") })
      .frame({ type: "left", connectionId: "c-gone", user: BO });
    rig.frame(
      welcome(sampleSheet(), {
        connections: [{ connectionId: "c-ana", user: ANA, role: "editor" }, theirs("c-gone")],
      }),
    );
    expect(rig.view.peers.map(({ connections }) => connections)).toEqual([["c-ana"], ["c-new"]]);
  });

  it("does not bring back who left by what they told before, arriving late", () => {
    const rig = new Rig().live();
    rig.frame({ type: "joined", ...theirs("c-1") }).frame({ type: "left", connectionId: "c-1", user: BO });
    rig.frame({ type: "presence", ...theirs("c-1"), state: at("r1") });
    expect(rig.view.peers.map(({ user }) => user.id)).toEqual(["ana"]);
  });

  it("believes a list that no longer names somebody who was there before hello", () => {
    const rig = new Rig().live();
    rig.frame({ type: "joined", ...theirs("c-1") }).elapse(10);
    rig.frame({ type: "pong", version: 1, epoch: "e2" });
    rig.frame(welcome(sampleSheet(), { epoch: "e2" }));
    expect(rig.view.peers.map(({ user }) => user.id)).toEqual(["ana"]);
  });

  it("leaves the entry of somebody who did nothing alone", () => {
    const rig = new Rig().live();
    rig.frame({ type: "joined", ...theirs("c-1") });
    const [, before] = rig.view.peers;
    rig.frame({
      type: "joined",
      connectionId: "c-9",
      user: { id: "cy", name: "Cy", color: "#00f" },
      role: "viewer",
    });
    expect(rig.view.peers[1]).toBe(before);
  });

  it("shows nobody while the socket is gone", () => {
    const rig = new Rig().live();
    rig.frame({ type: "joined", ...theirs("c-1") });
    rig.input({ type: "closed", socket: 1, code: 1001 });
    expect(rig.view.peers).toEqual([]);
  });

  it("never changes the sheet", () => {
    const rig = new Rig().live();
    const { sheet } = rig.view;
    rig
      .frame({ type: "joined", ...theirs("c-1") })
      .frame({ type: "presence", ...theirs("c-1"), state: at("r1") });
    expect(rig.view.sheet).toBe(sheet);
  });
});
