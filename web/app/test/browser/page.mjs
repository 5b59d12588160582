/** Opens the page with its stand-in client in an installed Chromium. Build first: `npm run fixture`. */
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
