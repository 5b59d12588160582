/** Opens the page with its stand-in client in an installed Chromium. Build first: `npm run fixture`. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { preview } from "vite";

export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A served build and a browser; `open` gives a fresh page, `close` ends both. */
export async function start() {
  const server = await preview({
    mode: "fixture",
    build: { outDir: "node_modules/.fixture" },
    preview: { port: 0, host: "127.0.0.1" },
    logLevel: "warn",
  });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: FLAGS,
  });
  const origin = server.resolvedUrls.local[0];
  return {
    async open(scene = "live", options = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 860 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      page.complaints = [];
      page.on("pageerror", (error) => page.complaints.push(error.stack));
      page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
      await page.goto(`${origin}fixture.html?scene=${scene}`);
      await page.getByTestId("connection").waitFor();
      const hasSheet = await page.evaluate(() => window.fixture.getState().sheet !== null);
      if (hasSheet) await page.locator(".page[data-loaded]").waitFor();
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

export const cell = (page, task, column) => page.locator(`[row-id="${task}"] [col-id="${column}"]`);

/** The text that the sheet stores for a cell. */
export const value = (page, task, column) =>
  page.getByTestId(`cell:${task}:${column}`).getAttribute("data-value");

/** Everything the page asked the client for, in order. */
export const changes = (page) => page.evaluate(() => window.fixture.changes);

/** Where the keyboard is: `task column`. */
export const focused = (page) =>
  page.evaluate(() => {
    const at = document.activeElement?.closest(".ag-cell");
    return at
      ? `${at.closest(".ag-row").getAttribute("row-id")} ${at.getAttribute("col-id")}`
      : (document.activeElement?.tagName ?? "");
  });

/** Waits until the expression holds, or says what it was instead. */
export async function until(read, wanted, ms = 60_000) {
  const end = Date.now() + ms;
  let last;
  do {
    last = await read();
    if (JSON.stringify(last) === JSON.stringify(wanted)) return;
    await new Promise((done) => setTimeout(done, 20));
  } while (Date.now() < end);
  throw new Error(`expected ${JSON.stringify(wanted)}, it stayed ${JSON.stringify(last)}`);
}

/** An element's box, once the element is in the page and stands still: the grid puts new elements in place of old ones while it renders. */
export async function placed(locator) {
  let box = null;
  await until(async () => {
    const before = JSON.stringify(box);
    box = await locator.boundingBox();
    return box !== null && JSON.stringify(box) === before;
  }, true);
  return box;
}

/** Starts a site for the tests of one file; returns how to write one: on a fresh page, and a complaint of the browser fails it. */
export function suite() {
  let site;
  before(async () => {
    site = await start();
  });
  after(() => site?.close());
  return (name, scene, act, options) =>
    test(name, async () => {
      const page = await site.open(scene, options);
      try {
        await act(page);
        assert.deepEqual(page.complaints, []);
      } finally {
        await page.context().close();
      }
    });
}

/** Somebody else in the room. */
export const BEN = { id: "ben", name: "Ben Okafor" };
export const remoteOps = (page, ops, who = BEN) =>
  page.evaluate(([by, list]) => window.fixture.remoteOps(by, list), [who, ops]);

/** The sheet's rows, in its order. */
export const order = (page) =>
  page.evaluate(() => window.fixture.getState().sheet.tasks.map((task) => task.taskId));

/** Presses on one element, moves to a place over another (0 is its upper edge, 1 its lower), and lets go there. */
export async function drag(page, from, to, at = 0.5) {
  const a = await placed(from);
  const b = await placed(to);
  await page.mouse.move(a.x + a.width / 2, a.y + a.height / 2);
  await page.mouse.down();
  await page.mouse.move(b.x + 20, b.y + b.height / 2, { steps: 8 });
  await page.mouse.move(b.x + 20, b.y + b.height * at, { steps: 4 });
  return () => page.mouse.up();
}
