/** The client where WebSockets are blocked: the same machine over requests, against a server that keeps a real log. */
import { describe, expect, it } from "vitest";
import { apply, type Change, genesis, type Op } from "../../src/fold/index.js";
import { createClient, memoryStorage } from "../../src/index.js";
import { overHttp, POLL_MS } from "../../src/overHttp.js";
import { ManualClock, settled } from "./surroundings.js";

const tokenOf = (sub: string, role = "editor") =>
  `x.${btoa(JSON.stringify({ sub, name: `Name of ${sub}`, role }))}.y`;

/** The HTTP interface over a log in memory. */
class Server {
  readonly log: Change[] = [];
  epoch = "e1";
  isDown = false;
  /** The next answer to a change is lost after it was committed. */
  losesAnswer = false;
  refusal: { status: number; body: object } | null = null;
  posts = 0;

  get sheet() {
    return this.log.reduce(apply, genesis({ cycleId: "platform/2026-W47", fiscalPeriod: "2026-Q4" }));
  }

  readonly fetch: typeof fetch = async (input, init) => {
    if (this.isDown) throw new TypeError("Failed to fetch");
    if (this.refusal) return json(this.refusal.body, this.refusal.status);
    const url = new URL(String(input));
    const bearer = new Headers(init?.headers).get("authorization")?.split(".")[1] ?? "";
    const { sub, name } = JSON.parse(atob(bearer)) as { sub: string; name: string };
    if (init?.method === "POST") return this.commit({ id: sub, name }, JSON.parse(String(init.body)));
    if (url.pathname.endsWith("/changes")) {
      const [since, limit] = ["since", "limit"].map((key) => Number(url.searchParams.get(key)));
      const changes = this.log.slice(since, (since ?? 0) + (limit ?? 0));
      return json({ version: this.log.length, epoch: this.epoch, changes });
    }
    return json({ version: this.log.length, epoch: this.epoch, snapshot: this.sheet });
  };

  commit(author: Change["author"], { id, ops }: { id: string; ops: Op[] }): Response {
    this.posts += 1;
    const known = this.log.find((change) => change.id === id);
    const change = known ?? { version: this.log.length + 1, id, author, at: 1_000 + this.log.length, ops };
    if (!known) this.log.push(change);
    if (this.losesAnswer) {
      this.losesAnswer = false;
      throw new TypeError("Failed to fetch");
    }
    return json({ type: "committed", changes: [change] });
  }
}

const json = (body: object, status = 200) => new Response(JSON.stringify(body), { status });

async function join(server: Server, sub: string, clock = new ManualClock()) {
  const client = createClient({
    socketUrl: "wss://host/dev",
    httpUrl: "https://host",
    team: "platform",
    cycle: "2026-W47",
    token: async () => tokenOf(sub),
    storage: memoryStorage(),
    fetch: server.fetch,
    WebSocket: overHttp({ httpUrl: "https://host", fetch: server.fetch, clock }),
    clock,
    random: () => 0.5,
  });
  await settled();
  await clock.elapse(10);
  return { client, clock };
}

const insert = (taskId: string): Op => ({ op: "ROW_INSERT", taskId, after: null, cells: { title: taskId } });
const titles = (client: ReturnType<typeof createClient>) =>
  client.getState().sheet?.tasks.map((row) => row.taskId);

describe("over HTTP", () => {
  it("a client is live, knows who it is, and its change is committed", async () => {
    const server = new Server();
    const { client, clock } = await join(server, "ana");
    expect(client.getState()).toMatchObject({
      status: "live",
      role: "editor",
      user: { name: "Name of ana" },
    });
    const outcome = client.change([insert("a")]);
    await clock.elapse(200);
    expect(await outcome).toEqual({ ok: true, version: 1 });
    client.close();
    expect(clock.waiting).toBe(0);
  });

  it("what others do arrives with the next question", async () => {
    const server = new Server();
    const [ana, ben] = [await join(server, "ana"), await join(server, "ben")];
    void ana.client.change([insert("a")]);
    await ana.clock.elapse(200);
    expect(titles(ben.client)).toEqual([]);
    await ben.clock.elapse(POLL_MS);
    expect(titles(ben.client)).toEqual(["a"]);
  });

  it("a change whose answer was lost is sent again and stands in the log once", async () => {
    const server = new Server();
    const { client, clock } = await join(server, "ana");
    server.losesAnswer = true;
    const outcome = client.change([insert("a")]);
    await clock.elapse(30_000);
    expect(await outcome).toEqual({ ok: true, version: 1 });
    expect([server.log.length, server.posts]).toEqual([1, 2]);
  });

  it("edits made while the server is gone are sent when it is back", async () => {
    const server = new Server();
    const { client, clock } = await join(server, "ana");
    server.isDown = true;
    await clock.elapse(POLL_MS * 2);
    expect(client.getState().status).not.toBe("live");
    void client.change([insert("a")]);
    server.isDown = false;
    await clock.elapse(30_000);
    expect(client.getState()).toMatchObject({ status: "live", unsaved: 0 });
    expect(server.log).toHaveLength(1);
  });

  it("a refusal is answered as over the socket: a removed member stops", async () => {
    const server = new Server();
    const { client, clock } = await join(server, "ana");
    server.refusal = {
      status: 403,
      body: { code: "REVOKED", retryable: false, message: "you have been removed" },
    };
    await clock.elapse(POLL_MS);
    expect(client.getState().status).toBe("removed");
  });

  it("a log that was replaced is followed from a snapshot", async () => {
    const server = new Server();
    const { client, clock } = await join(server, "ana");
    void client.change([insert("a")]);
    await clock.elapse(200);
    server.log.length = 0;
    server.epoch = "e2";
    server.commit({ id: "ben", name: "Ben" }, { id: "b.1", ops: [insert("z")] });
    await clock.elapse(POLL_MS * 2);
    expect(titles(client)).toEqual(["z"]);
  });

  it("says of every document that was asked about: fetch it", async () => {
    const server = new Server();
    const clock = new ManualClock();
    const Socket = overHttp({ httpUrl: "https://host", fetch: server.fetch, clock });
    const socket = new Socket("wss://host/dev?team=platform&cycle=2026-W47", [
      "cyclesheet.v1",
      `bearer.${tokenOf("ana")}`,
    ]);
    const heard: { type: string; docs?: object }[] = [];
    socket.onmessage = ({ data }) => heard.push(JSON.parse(String(data)));
    await clock.elapse(10);
    socket.send(JSON.stringify({ type: "hello", docs: { summary: "AA==", "notes:a": "AA==" } }));
    await settled();
    expect(heard).toMatchObject([{ type: "welcome", docs: { summary: null, "notes:a": null } }]);
    socket.close();
    expect(clock.waiting).toBe(0);
  });
});
