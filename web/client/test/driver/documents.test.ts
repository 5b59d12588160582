/** What the driver carries for documents: state vectors, updates, refusals, places, and what no frame takes. */
import { describe, expect, it } from "vitest";
import { createClient, type DocumentListener, memoryStorage } from "../../src/index.js";
import { ANA, T0 } from "../rig.js";
import { ManualClock, settled, socketClass } from "./surroundings.js";

async function start(answer: (url: string, init?: RequestInit) => unknown = () => ({})) {
  const clock = new ManualClock();
  const { sockets, WebSocket } = socketClass();
  const asked: { url: string; init: RequestInit | undefined }[] = [];
  const client = createClient({
    socketUrl: "ws://server/dev",
    httpUrl: "http://server",
    team: "platform",
    cycle: "2026-W47",
    token: async () => "a.b.c",
    clientName: "tab",
    storage: memoryStorage(),
    WebSocket,
    clock,
    random: () => 0.5,
    fetch: async (url, init) => {
      asked.push({ url: String(url), init });
      return Response.json(answer(String(url), init) as object);
    },
  });
  const told: unknown[] = [];
  const listener: DocumentListener = {
    vectors: () => [["summary", "AQ=="]],
    committed: (...all) => void told.push(["committed", ...all]),
    refused: (doc, update, { code }) => void told.push(["refused", doc, update, code]),
    skipped: () => void told.push(["skipped"]),
    welcomed: (docs) => void told.push(["welcomed", docs]),
    voided: () => void told.push(["voided"]),
  };
  client.documents.attach(listener);
  await settled();
  const [socket] = sockets;
  if (socket === undefined) throw new Error("no socket was opened");
  return { client, clock, socket, told, asked };
}

const sent = (socket: { sent: { type: string }[] }, type: string) =>
  socket.sent.filter((frame) => frame.type === type) as unknown as Record<string, unknown>[];

describe("documents", () => {
  it("are named with their state vectors in a hello, and the welcome's answer is handed on", async () => {
    const { socket, told } = await start();
    socket.open();
    expect(sent(socket, "hello")[0]?.docs).toEqual({ summary: "AQ==" });
    socket.welcome({
      docs: { summary: { update: "AAA=", version: 1 }, "notes:r1": null, bad: { update: 7 } },
    });
    const lacked = { summary: { update: "AAA=", version: 1 }, "notes:r1": null, bad: null };
    expect(told).toContainEqual(["welcomed", lacked]);
  });

  it("updates go through the one queue, and come back as committed before the state shows them", async () => {
    const { client, socket, told } = await start();
    socket.welcome();
    let versionThen = 0;
    client.documents.attach({
      vectors: () => [],
      committed: () => {
        versionThen = client.getState().version;
      },
      refused: () => {},
      skipped: () => {},
      welcomed: () => {},
      voided: () => {},
    });
    client.documents.send("summary", "AAA=");
    await settled();
    expect(sent(socket, "change")[0]?.ops).toEqual([{ op: "TEXT_UPDATE", doc: "summary", update: "AAA=" }]);
    expect(client.documents.pending("summary")).toEqual(["AAA="]);
    socket.echo(2);
    expect(told).toContainEqual(["committed", "summary", "AAA=", 2]);
    expect(versionThen).toBe(1);
    expect(client.documents.pending("summary")).toEqual([]);
  });

  it("an update that waits can be replaced, one that was sent cannot", async () => {
    const { client, socket } = await start();
    socket.welcome();
    const first = client.documents.send("summary", "AAA=");
    const second = client.documents.send("summary", "AAAA");
    await settled();
    expect(first.amend("AQAA")).toBe(false);
    expect(second.amend("AQAA")).toBe(true);
    expect(client.documents.pending("summary")).toEqual(["AAA=", "AQAA"]);
  });

  it("a viewer's update is refused at once, and the provider learns which", async () => {
    const { client, socket, told } = await start();
    socket.welcome({ role: "viewer" });
    client.documents.send("summary", "AAA=");
    expect(told).toContainEqual(["refused", "summary", "AAA=", "FORBIDDEN"]);
    expect(sent(socket, "change")).toEqual([]);
  });

  it("a change that no frame takes goes over HTTP, under the same id until it is answered", async () => {
    const update = "A".repeat(40_000);
    let answers = 0;
    const { client, clock, socket, asked, told } = await start((url, init) => {
      if (!url.endsWith("/changes") || init?.method !== "POST") return {};
      answers += 1;
      const { id, ops } = JSON.parse(String(init.body)) as { id: string; ops: unknown };
      if (answers === 1) throw new Error("the network broke");
      const author = { id: ANA.id, name: ANA.name };
      return { type: "committed", changes: [{ version: 2, id, author, at: T0, ops }] };
    });
    socket.welcome();
    client.documents.send("summary", update);
    await settled();
    expect(sent(socket, "change")).toEqual([]);
    await clock.elapse(5_000);
    const posted = asked.filter(({ init }) => init?.method === "POST");
    expect(posted).toHaveLength(2);
    expect(new Set(posted.map(({ init }) => JSON.parse(String(init?.body)).id)).size).toBe(1);
    expect(told).toContainEqual(["committed", "summary", update, 2]);
    expect(client.getState().unsaved).toBe(0);
  });

  it("are fetched with what is known, in an address that takes every name", async () => {
    const { client, asked } = await start(() => ({ doc: "notes:r1", version: 7, update: "AAA=" }));
    const result = await client.documents.fetch("notes:r1", { stateVector: "+/8=", version: 3 });
    expect(result).toEqual({ kind: "document", version: 7, update: "AAA=" });
    const base = "http://server/api/cycles/platform/2026-W47";
    expect(asked.at(-1)?.url).toBe(`${base}/docs/notes%3Ar1?sv=-_8&version=3`);
  });

  it("places travel in the presence, beside what the page tells", async () => {
    const { client, clock, socket } = await start();
    socket.welcome();
    // Presence is sent only while somebody else is in the room.
    const ben = { id: "ben", name: "Ben", color: "#123456" };
    socket.say({ type: "joined", connectionId: "c2", user: ben, role: "editor" });
    client.setPresence({ cursor: { taskId: "r1", column: "title" }, status: "active" });
    client.documents.setPlace("summary", { anchor: "AQ==", head: "AQ==" });
    await clock.elapse(1_000);
    const cursor = { taskId: "r1", column: "title" };
    expect(sent(socket, "presence").at(-1)?.state).toEqual({
      cursor,
      status: "active",
      docs: { summary: { anchor: "AQ==", head: "AQ==" } },
    });
    client.documents.setPlace("summary", null);
    await clock.elapse(1_000);
    expect(sent(socket, "presence").at(-1)?.state).toEqual({ cursor, status: "active" });
  });

  it("a restored table is reported, and so is a sheet that came in place of changes", async () => {
    const { socket, told } = await start();
    socket.welcome();
    expect(told).toContainEqual(["skipped"]);
    socket.say({ type: "pong", version: 1, epoch: "another" });
    expect(told).toContainEqual(["voided"]);
  });
});
