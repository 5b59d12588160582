/** The built page with its real client, two people in a room that the test plays: no stand-in but the socket's far end. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { preview } from "vite";
import { cell, FLAGS, until, value } from "./page.mjs";

const COLORS = { ana: "#2559b8", ben: "#b4491f" };
const NAMES = { ana: "Ana Ruiz", ben: "Ben Okafor" };

function snapshot() {
  const row = (n) => ({
    taskId: `g1-${n}`,
    position: `a${n}`,
    cells: { title: { value: `Task ${n}`, version: 2, author: "cyclesheet", aiValue: `Task ${n}` } },
    isManuallyEdited: false,
    carriedFrom: null,
    generation: 1,
  });
  return {
    cycleId: "platform/2026-W47",
    fiscalPeriod: "2026-Q4",
    version: 2,
    status: "open",
    tasks: [row(0), row(1), row(2)],
    authors: { cyclesheet: "Cyclesheet" },
    executiveSummary: "All is well.",
    lastModifiedBy: null,
    stale: null,
    removed: { sources: [], titles: [] },
    createdAt: 1,
    updatedAt: 1,
    generation: {
      number: 1,
      state: "generated",
      origin: "sample",
      model: null,
      messages: 3,
      note: null,
      startedAt: 1,
      finishedAt: 2,
    },
    comments: [],
    locks: [],
    docs: {},
  };
}

/** A room that commits what comes, in order, and refuses an edit whose old text does not stand any more. */
class Room {
  sockets = new Map();
  log = [];
  stands = new Map();

  join(id, socket) {
    const connectionId = `${id}-${this.sockets.size}`;
    const user = { id, name: NAMES[id], color: COLORS[id] };
    socket.onMessage((text) => this.hear(JSON.parse(text), { connectionId, user, socket }));
    socket.onClose(() => this.sockets.delete(connectionId));
  }

  tell(frame, except = null) {
    for (const [id, { socket }] of this.sockets) if (id !== except) socket.send(JSON.stringify(frame));
  }

  hear(frame, from) {
    const { connectionId, user, socket } = from;
    const version = 2 + this.log.length;
    if (frame.type === "hello") {
      this.sockets.set(connectionId, from);
      const connections = [...this.sockets.values()].map((c) => ({
        connectionId: c.connectionId,
        user: c.user,
        role: "editor",
      }));
      const known = frame.since === undefined ? null : frame.since;
      socket.send(
        JSON.stringify({
          type: "welcome",
          protocol: 1,
          epoch: "e1",
          connectionId,
          user,
          role: "editor",
          version,
          snapshot: known === null ? snapshot() : null,
          snapshotUrl: null,
          changes: this.log.slice(known === null ? 0 : known - 2),
          connections,
          notifications: [],
          presenceIntervalMs: 50,
          reconnectJitterMs: 0,
          at: Date.now(),
        }),
      );
      this.tell({ type: "joined", connectionId, user, role: "editor" }, connectionId);
    } else if (frame.type === "presence") {
      this.tell({ type: "presence", connectionId, user, role: "editor", state: frame.state }, connectionId);
    } else if (frame.type === "ping") {
      socket.send(JSON.stringify({ type: "pong", version, epoch: "e1" }));
    } else if (frame.type === "change") {
      for (const op of frame.ops) {
        const key = `${op.taskId}:${op.column}`;
        const stands = this.stands.get(key);
        if (op.op === "CELL_MODIFY" && stands && stands.value !== op.oldValue) {
          socket.send(
            JSON.stringify({
              type: "rejected",
              id: frame.id,
              code: "CONFLICT",
              message: "Somebody else changed it.",
              version,
              current: { taskId: op.taskId, column: op.column, ...stands },
            }),
          );
          return;
        }
      }
      for (const op of frame.ops)
        if (op.op === "CELL_MODIFY")
          this.stands.set(`${op.taskId}:${op.column}`, {
            value: op.newValue,
            author: user.id,
            version: version + 1,
          });
      const change = {
        version: version + 1,
        id: frame.id,
        author: { id: user.id, name: user.name },
        role: "editor",
        at: Date.now(),
        base: frame.base,
        ops: frame.ops,
      };
      this.log.push(change);
      this.tell({ type: "committed", changes: [change] });
    }
  }
}

let server;
let browser;
before(async () => {
  server = await preview({
    build: { outDir: "dist" },
    preview: { port: 0, host: "127.0.0.1" },
    logLevel: "warn",
  });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: FLAGS,
  });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const tokenFor = (id) =>
  [
    "e30",
    Buffer.from(JSON.stringify({ sub: id, teams: ["platform"], exp: 4e9 })).toString("base64url"),
    "sig",
  ].join(".");

async function enter(room, id) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 760 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.stack));
  const origin = server.resolvedUrls.local[0];
  await page.route("**/config.json", (route) =>
    route.fulfill({ json: { socketUrl: "ws://127.0.0.1:4510/dev" } }),
  );
  await page.route("**/api/cycles?team=platform", (route) =>
    route.fulfill({ json: { cycles: [{ cycle: "2026-W47", status: "open", createdAt: 1 }] } }),
  );
  await page.routeWebSocket(/\/dev\?/, (socket) => room.join(id, socket));
  // Without a week in the address: the page takes the newest.
  await page.goto(`${origin}?team=platform#token=${tokenFor(id)}`);
  await page.locator('[data-testid="connection"][data-status="live"]').waitFor();
  assert.match(page.url(), /\?team=platform&cycle=2026-W47(&row=|$)/);
  return page;
}

test("two people see each other, edit one sheet, and choose when they edit one cell", async () => {
  const room = new Room();
  const ana = await enter(room, "ana");
  const ben = await enter(room, "ben");
  await ana.getByTestId("notice:sample").waitFor();

  await cell(ana, "g1-1", "title").click();
  await ben.getByTestId("cursor:ana").waitFor();
  await ana.keyboard.type("Written by Ana");
  await ana.keyboard.press("Enter");
  await until(() => value(ben, "g1-1", "title"), "Written by Ana");
  await until(() => ana.getByTestId("connection").getAttribute("data-unsaved"), "0");

  await cell(ana, "g1-2", "title").click();
  await ana.keyboard.press("Control+Enter");
  await ana.keyboard.type("A row of Ana's");
  await ana.keyboard.press("Enter");
  await until(() => ben.locator(".ag-row").count(), 4);
  await until(
    () => ben.locator(".ag-row").last().locator('[data-testid$=":title"]').getAttribute("data-value"),
    "A row of Ana's",
  );

  // Both write into one cell: Ben began before Ana's text came, and finishes after.
  await cell(ben, "g1-0", "blockers").click();
  await ben.keyboard.type("Ben's reason");
  await cell(ana, "g1-0", "blockers").click();
  await ana.keyboard.type("Ana's reason");
  await ana.keyboard.press("Enter");
  await ben.getByText("Ana Ruiz changed this to").waitFor();
  await ben.keyboard.press("Enter");
  const choice = ben.getByTestId("conflict:g1-0:blockers");
  await choice.waitFor();
  assert.equal(await choice.getByTestId("conflict-mine").textContent(), "Ben's reason");
  assert.equal(await choice.getByTestId("conflict-theirs").textContent(), "Ana's reason");
  assert.equal(await value(ben, "g1-0", "blockers"), "Ana's reason");
  await choice.getByTestId("keep-mine").click();
  await until(() => value(ana, "g1-0", "blockers"), "Ben's reason");
  await until(() => ben.getByTestId("conflicts").count(), 0);

  await ana.getByTestId("people").click();
  await until(() => ana.getByTestId("people-list").locator("li").count(), 2);
  assert.deepEqual(ana.complaints, []);
  assert.deepEqual(ben.complaints, []);
  await ana.context().close();
  await ben.context().close();
});
