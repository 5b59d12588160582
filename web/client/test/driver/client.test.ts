import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import {
  type ClientOptions,
  createClient,
  memoryStorage,
  type QueueStorage,
  SessionEndedError,
} from "../../src/index.js";
import { edit, sampleSheet } from "../rig.js";
import { ManualClock, settled, socketClass } from "./surroundings.js";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const TOKEN = `x.${btoa(JSON.stringify({ sub: "ana" }))}.y`;

async function open(over: Partial<ClientOptions> = {}) {
  const clock = new ManualClock();
  const { sockets, WebSocket } = socketClass();
  const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response(null, { status: 304 }));
  const client = createClient({
    socketUrl: "wss://host/dev",
    httpUrl: "https://host",
    team: "platform",
    cycle: "2026-W47",
    token: async () => TOKEN,
    storage: memoryStorage(),
    WebSocket,
    fetch,
    clock,
    random: () => 0.5,
    ...over,
  });
  await settled();
  const socket = () => {
    const last = sockets.at(-1);
    if (last === undefined) throw new Error("no socket was opened");
    return last;
  };
  return { client, clock, sockets, socket, fetch };
}

describe("the client", () => {
  // rule: C1, H1
  it("opens the room with the token as a subprotocol, and says hello", async () => {
    const { client, socket } = await open();
    expect(socket().url).toBe(`wss://host/dev?team=platform&cycle=2026-W47&client=web/${manifest.version}`);
    expect(socket().protocols).toEqual(["cyclesheet.v1", `bearer.${TOKEN}`]);
    socket().open();
    expect(socket().sent).toEqual([{ type: "hello" }]);
    expect(client.getState()).toMatchObject({ status: "connecting", sheet: null });
    client.close();
  });

  it("gathers what a busy room brings, and shows what is done here at once", async () => {
    const { client, socket, clock } = await open({ gatherMs: 50 });
    socket().welcome();
    await clock.elapse(1_000);
    const listener = vi.fn();
    client.subscribe(listener);
    const theirs = (version: number, from: string, to: string) =>
      socket().say({
        type: "committed",
        changes: [
          {
            version,
            id: `b.${version}`,
            author: { id: "ben", name: "Ben" },
            at: 0,
            ops: [edit("r1", from, to)],
          },
        ],
      });
    theirs(2, "one", "a");
    expect(listener, "the first after quiet").toHaveBeenCalledTimes(1);
    theirs(3, "a", "b");
    theirs(4, "b", "c");
    expect(listener).toHaveBeenCalledTimes(1);
    expect(client.getState().version, "a reader gets the latest").toBe(4);
    await clock.elapse(50);
    expect(listener).toHaveBeenCalledTimes(2);
    theirs(5, "c", "d");
    expect(listener).toHaveBeenCalledTimes(2);
    void client.change([edit("r2", "two", "mine")]);
    expect(listener, "one's own, with what waited").toHaveBeenCalledTimes(3);
    await clock.elapse(50);
    expect(listener.mock.calls.length).toBeLessThanOrEqual(4);
    client.close();
    expect(clock.waiting).toBe(0);
  });

  it("writes nothing down for what others do", async () => {
    const storage = memoryStorage();
    const [save, remove] = [vi.spyOn(storage, "save"), vi.spyOn(storage, "remove")];
    const { client, socket } = await open({ storage });
    socket().welcome();
    await settled();
    const before = save.mock.calls.length + remove.mock.calls.length;
    const change = {
      version: 2,
      id: "b.1",
      author: { id: "ben", name: "Ben" },
      at: 0,
      ops: [edit("r1", "one", "a")],
    };
    socket().say({ type: "committed", changes: [change] });
    await settled();
    expect(client.getState().version).toBe(2);
    expect(save.mock.calls.length + remove.mock.calls.length).toBe(before);
    client.close();
  });

  it("tells its listeners what changed, and keeps the state's identity while nothing does", async () => {
    const { client, socket } = await open();
    const listener = vi.fn();
    const stop = client.subscribe(listener);
    socket().welcome();
    expect(client.getState()).toMatchObject({ status: "live", version: 1, role: "editor" });
    expect(listener).toHaveBeenCalled();
    const state = client.getState();
    listener.mockClear();
    socket().say({ type: "pong", version: 1, epoch: "e1" });
    expect(client.getState()).toBe(state);
    expect(listener).not.toHaveBeenCalled();
    stop();
    void client.change([edit("r1", "one", "uno")]);
    expect(listener).not.toHaveBeenCalled();
    client.close();
  });

  it("resolves a change when the log has it", async () => {
    const { client, socket } = await open();
    socket().welcome();
    const outcome = client.change([edit("r1", "one", "uno")]);
    expect(client.getState().sheet?.tasks[0]?.cells.title?.value).toBe("uno");
    await settled();
    socket().echo(2);
    expect(await outcome).toEqual({ ok: true, version: 2 });
    client.close();
  });

  it("takes a change from a listener in its turn", async () => {
    const { client, socket } = await open();
    socket().welcome();
    let once = true;
    client.subscribe(() => {
      if (!once) return;
      once = false;
      void client.change([edit("r2", "two", "zwei")]);
    });
    void client.change([edit("r1", "one", "uno")]);
    const titles = client.getState().sheet?.tasks.map((row) => row.cells.title?.value);
    expect(titles).toEqual(["uno", "zwei", "three"]);
    client.close();
  });

  it("undoes, keeps mine and keeps theirs, and answers null where there is nothing to do", async () => {
    const { client, socket } = await open();
    socket().welcome();
    expect(client.undo()).toBeNull();
    expect(client.redo()).toBeNull();
    expect(client.keepMine("conflict-1")).toBeNull();
    const stale = await client.change([edit("r1", "older", "mine")]);
    expect(stale).toMatchObject({ ok: false, code: "CONFLICT" });
    const [conflict] = client.getState().conflicts;
    const kept = client.keepMine(conflict?.id ?? "");
    await settled();
    socket().echo(2);
    expect(await kept).toEqual({ ok: true, version: 2 });
    expect(client.getState().canUndo).toBe(true);
    client.close();
  });

  it("fetches the sheet over HTTP after a break, with its ETag and the token", async () => {
    const { client, clock, socket, sockets, fetch } = await open();
    socket().welcome();
    socket().fall(1006);
    await clock.elapse(4_000);
    expect(fetch).toHaveBeenCalledTimes(1);
    const [url, init] = fetch.mock.calls[0] ?? [];
    expect(url).toBe("https://host/api/cycles/platform/2026-W47");
    expect(init?.headers).toEqual({ authorization: `Bearer ${TOKEN}`, "if-none-match": '"e1-1"' });
    expect(sockets).toHaveLength(2);
    socket().open();
    expect(socket().sent).toEqual([{ type: "hello", since: 1, epoch: "e1" }]);
    client.close();
  });

  it("reads a sheet that does not fit a frame from the address that welcome names", async () => {
    const sheet = sampleSheet();
    const { client, socket, fetch } = await open();
    fetch.mockResolvedValue(Response.json({ epoch: "e1", version: 1, snapshot: sheet }));
    socket().welcome({ snapshot: null, snapshotUrl: "/api/cycles/platform/2026-W47" });
    await settled();
    expect(fetch.mock.calls[0]?.[0]).toBe("https://host/api/cycles/platform/2026-W47");
    expect(client.getState()).toMatchObject({ version: 1, sheet });
    client.close();
  });

  it("shows the token to nobody but its own server", async () => {
    const { client, socket, fetch } = await open();
    fetch.mockResolvedValue(Response.json(sampleSheet()));
    socket().welcome({ snapshot: null, snapshotUrl: "https://files.example/sheet.json?signature=1" });
    await settled();
    expect(fetch.mock.calls[0]?.[1]?.headers).toEqual({});
    expect(client.getState().version).toBe(1);
    client.close();
  });

  it("stops when the token provider says that only a sign-in helps, and goes on after it", async () => {
    let signedIn = false;
    const token = async () => {
      if (!signedIn) throw new SessionEndedError("sign in");
      return TOKEN;
    };
    const { client, clock, sockets } = await open({ token });
    expect(client.getState().status).toBe("sessionEnded");
    await clock.elapse(600_000);
    expect(sockets).toEqual([]);
    signedIn = true;
    client.reconnect();
    await settled();
    expect(sockets).toHaveLength(1);
    client.close();
  });

  it("tries again when the token provider fails for another reason", async () => {
    let calls = 0;
    const token = async () => {
      calls += 1;
      if (calls < 4) throw new Error("no network");
      return TOKEN;
    };
    const { client, clock, sockets } = await open({ token });
    await clock.elapse(1_000);
    expect(sockets).toHaveLength(1);
    client.close();
  });

  it("survives a token that can be no subprotocol", async () => {
    class Picky {
      static readonly OPEN = 1;
      constructor() {
        throw new SyntaxError("not a token");
      }
    }
    const { client } = await open({ WebSocket: Picky as unknown as typeof WebSocket });
    expect(client.getState().status).toBe("connecting");
    client.close();
  });

  it("leaves nothing running when it is closed", async () => {
    const { client, clock, socket } = await open();
    socket().welcome();
    const outcome = client.change([edit("r1", "one", "uno")]);
    client.close();
    expect(socket().closedWith).toBe(1000);
    expect(clock.waiting).toBe(0);
    expect(await outcome).toMatchObject({ ok: false, code: "CLOSED" });
    expect(await client.change([edit("r1", "one", "x")])).toMatchObject({ ok: false, code: "CLOSED" });
    socket().say({ type: "committed", changes: [] });
  });
});

describe("over a reload", () => {
  it("an unsent change is sent again under its id", async () => {
    const storage = memoryStorage();
    const first = await open({ storage, clientName: "tab-1" });
    first.socket().welcome();
    void first.client.change([edit("r1", "one", "uno")]);
    void first.client.change([edit("r2", "two", "zwei")]);
    await settled();
    const id = first.socket().sent.at(-1)?.id;
    first.client.close();

    const second = await open({ storage, clientName: "tab-1" });
    expect(second.client.getState().unsaved).toBe(2);
    second.socket().welcome();
    await settled();
    expect(second.socket().sent.at(-1)).toMatchObject({
      type: "change",
      id,
      ops: [edit("r1", "one", "uno")],
    });
    second.socket().echo(2);
    await second.clock.elapse(200);
    second.socket().echo(3);
    await settled();
    expect(second.client.getState()).toMatchObject({ unsaved: 0, version: 3 });
    second.client.close();
    const third = await open({ storage, clientName: "tab-1" });
    expect(third.client.getState().unsaved).toBe(0);
    third.client.close();
  });

  it("a change goes out only after it was stored", async () => {
    const memory = memoryStorage();
    let write = () => {};
    const storage: QueueStorage = {
      ...memory,
      save: (...args) => new Promise((resolve) => (write = () => resolve(memory.save(...args)))),
    };
    const { client, socket } = await open({ storage });
    socket().welcome();
    void client.change([edit("r1", "one", "uno")]);
    await settled();
    expect(socket().sent.map(({ type }) => type)).toEqual(["hello"]);
    write();
    await settled();
    expect(socket().sent.map(({ type }) => type)).toEqual(["hello", "change"]);
    client.close();
  });

  it("a change waits three seconds for a storage that does not answer, and the next ones not at all", async () => {
    const answers: (() => void)[] = [];
    const storage: QueueStorage = {
      ...memoryStorage(),
      save: () => new Promise((resolve) => answers.push(resolve)),
    };
    const { client, socket, clock } = await open({ storage });
    const sent = () => JSON.stringify(socket().sent.filter(({ type }) => type === "change"));
    socket().welcome();
    void client.change([edit("r1", "one", "uno")]);
    await settled();
    await clock.elapse(2_900);
    expect(sent()).not.toContain("uno");
    await clock.elapse(200);
    expect(sent()).toContain("uno");
    socket().echo(2);
    await settled();
    const tried = answers.length;
    void client.change([edit("r1", "uno", "due")]);
    await clock.elapse(500);
    expect(sent()).toContain("due");
    expect(answers).toHaveLength(tried);
    // Once it has answered, it is written to again.
    for (const answer of answers.splice(0)) answer();
    await settled();
    void client.change([edit("r2", "two", "dos")]);
    await settled();
    expect(answers.length).toBeGreaterThan(0);
    client.close();
  });

  it("a storage that fails or hangs costs memory, never the page", async () => {
    const broken = async () => {
      throw new Error("quota");
    };
    const failing = await open({ storage: { names: broken, load: broken, save: broken, remove: broken } });
    failing.socket().welcome();
    void failing.client.change([edit("r1", "one", "uno")]);
    await settled();
    expect(failing.socket().sent.at(-1)).toMatchObject({ type: "change" });
    failing.client.close();

    const never = () => new Promise<never>(() => {});
    const hanging = await open({
      clientName: "tab",
      storage: { names: never, load: never, save: never, remove: never },
    });
    expect(hanging.sockets).toEqual([]);
    await hanging.clock.elapse(3_000);
    expect(hanging.sockets).toHaveLength(1);
    hanging.client.close();
  });
});
