/**
 * Pictures of the page in every state, for looking at: builds nothing, serves `node_modules/.fixture` and drives an installed
 * Chromium (`CHROMIUM` names another one). Usage: `npm run shots [-- scene …]`; pictures go to `shots/`.
 */
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { preview } from "vite";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const WIDE = { width: 1440, height: 860 };
const NARROW = { width: 360, height: 740 };

const cell = (page, task, column) => page.locator(`[row-id="${task}"] [col-id="${column}"]`);

/** Each picture: a scene, and what to do before it is taken. */
const SHOTS = {
  live: { scene: "live", act: (page) => cell(page, "g1-5", "title").click() },
  range: {
    scene: "live",
    async act(page) {
      await cell(page, "g1-4", "status").click();
      await page.keyboard.press("Shift+ArrowDown");
      await page.keyboard.press("Shift+ArrowDown");
      await page.keyboard.press("Shift+ArrowRight");
    },
  },
  text: {
    scene: "live",
    async act(page) {
      await cell(page, "g1-9", "description").dblclick();
    },
  },
  status: {
    scene: "live",
    async act(page) {
      await cell(page, "g1-4", "status").click();
      await page.keyboard.press("Enter");
    },
  },
  person: {
    scene: "live",
    async act(page) {
      await cell(page, "g1-8", "assignee").click();
      await page.keyboard.type("c");
    },
  },
  date: {
    scene: "live",
    async act(page) {
      await cell(page, "g1-11", "deadline").click();
      await page.keyboard.type("next fri");
    },
  },
  progress: {
    scene: "live",
    async act(page) {
      await cell(page, "g1-13", "progress").click();
      await page.keyboard.type("120");
      await page.keyboard.press("Enter");
    },
  },
  details: {
    scene: "live",
    async act(page) {
      await cell(page, "g1-7", "status").click();
      await page.keyboard.press("Alt+Enter");
    },
  },
  flash: {
    scene: "live",
    act: (page) =>
      page.evaluate(() => {
        window.fixture.remote(
          { id: "ben", name: "Ben Okafor" },
          "g1-4",
          "title",
          "Upgrade Postgres 14 to 17",
        );
        window.fixture.remote({ id: "chloe", name: "Chloé Martin" }, "g1-8", "status", "In progress");
      }),
  },
  paste: {
    scene: "live",
    async act(page) {
      await cell(page, "g1-4", "status").click();
      await page.evaluate(() => window.controller.paste("Done\tHigh\nnonsense\tLow\nblocked\tP9"));
    },
  },
  conflict: { scene: "conflict" },
  people: { scene: "live", act: (page) => page.getByTestId("people").click() },
  weeks: { scene: "live", act: (page) => page.getByTestId("weeks").click() },
  help: { scene: "live", act: (page) => page.getByLabel("Keyboard help").first().click() },
  roomy: { scene: "live", act: (page) => page.getByLabel("Row height: normal").click() },
  viewer: { scene: "viewer", act: (page) => cell(page, "g1-5", "title").click() },
  offline: { scene: "offline" },
  signedout: { scene: "signedout" },
  removed: { scene: "removed" },
  connecting: { scene: "connecting" },
  stale: { scene: "stale" },
  fallback: { scene: "fallback" },
  sample: { scene: "sample" },
  started: { scene: "started" },
  empty: { scene: "empty" },
  big: {
    scene: "big",
    async act(page) {
      await cell(page, "g1-3", "title").click();
      await page.keyboard.press("Control+End");
    },
  },
};

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(SHOTS);
mkdirSync("shots", { recursive: true });
const server = await preview({
  mode: "fixture",
  build: { outDir: "node_modules/.fixture" },
  preview: { port: 0, host: "127.0.0.1" },
  logLevel: "warn",
});
const origin = server.resolvedUrls.local[0];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: FLAGS,
});
let complaints = 0;
try {
  for (const theme of ["light", "dark"]) {
    for (const name of names) {
      const shot = SHOTS[name];
      if (!shot) throw new Error(`no picture is called ${name}; there are ${Object.keys(SHOTS).join(", ")}`);
      for (const [size, viewport] of [
        ["wide", WIDE],
        ["narrow", NARROW],
      ]) {
        const page = await browser.newPage({ viewport });
        const complain = (text) => {
          complaints++;
          console.error(`${name} ${theme} ${size}: ${text}`);
        };
        page.on("pageerror", (error) => complain(error.stack));
        page.on(
          "console",
          (message) => ["error", "warning"].includes(message.type()) && complain(message.text()),
        );
        await page.goto(`${origin}fixture.html?scene=${shot.scene}&theme=${theme}`);
        await page.getByTestId("connection").waitFor();
        await page.evaluate(
          () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
        );
        if (
          size === "wide" ||
          !["range", "status", "date", "person", "weeks", "big", "progress"].includes(name)
        )
          await shot.act?.(page);
        await page.screenshot({ path: `shots/${name}-${theme}-${size}.png` });
        await page.close();
      }
    }
  }
} finally {
  await browser.close();
  await server.close();
}
console.log(`${names.length * 4} pictures in shots/, ${complaints} complaints of the browser`);
process.exitCode = complaints > 0 ? 1 : 0;
