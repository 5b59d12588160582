// Every state of the page, looked at by axe-core: light, dark, and at 360 px.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { cell, remoteOps, suite } from "./page.mjs";

const onPage = suite();
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function findings(page) {
  // What still fades in has colours that nobody is meant to read.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
        .map((one) => one.finished),
    ),
  );
  return page.evaluate(async (runOnly) => {
    const { violations } = await window.axe.run(document, { runOnly });
    // What an open list covers is pressed when the list is closed.
    const isCovered = ({ any }) => any.some(({ message }) => message.includes("partially obscured"));
    const isOpen = document.querySelector(".popover-panel, .context-menu") !== null;
    const left = violations
      .map(({ id, nodes }) => ({ id, nodes: nodes.filter((node) => !(isOpen && isCovered(node))) }))
      .filter(({ nodes }) => nodes.length > 0);
    return left.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? node.failureSummary}`).join(" | ")}`,
    );
  }, RULES);
}

const select = (page) => cell(page, "g1-3", "title").click();
const tab = (name, inside) => async (page) => {
  await select(page);
  await page.keyboard.press("Alt+Enter");
  await page.getByTestId(`tab:${name}`).click();
  await page.getByTestId(inside).waitFor();
};
const press = (id, inside) => async (page) => {
  await page.getByTestId(id).click();
  await page.getByTestId(inside).waitFor();
};
const menu = (item, inside) => async (page) => {
  await page.getByTestId("menu").click();
  await press(item, inside)(page);
};
const side = (name, inside) => async (page) => {
  await page.evaluate((to) => window.controller.screen.set({ side: to }), name);
  await page.getByTestId(inside).waitFor();
};

/** What a page shows, by name: the scene, and the way to the state. */
const STATES = {
  "the first visit": ["first", (page) => page.getByTestId("first-line").waitFor()],
  "the row": ["live", tab("row", "row-page")],
  "the note": ["live", tab("note", "note:notes:g1-3")],
  "the details": ["live", tab("details", "details")],
  "the history": ["live", tab("history", "history")],
  "the comments": [
    "live",
    async (page) => {
      await remoteOps(page, [
        {
          op: "COMMENT_ADD",
          commentId: "c1",
          taskId: "g1-3",
          column: "status",
          text: "Is it?",
          mentions: [],
        },
      ]);
      await tab("comments", "thread:c1")(page);
    },
  ],
  "what changed since last week": ["live", menu("menu-since", "since")],
  "people and roles": ["live", menu("menu-members", "members")],
  "what the model was told": ["live", side("audit", "audit")],
  "the menu": ["live", press("menu", "menu-since")],
  weeks: ["live", (page) => page.getByTestId("weeks").click()],
  teams: ["live", (page) => page.getByTestId("teams").click()],
  people: ["live", press("people", "people-list")],
  mentions: ["live", (page) => page.getByTestId("mentions").click()],
  share: ["live", press("share", "share:slack")],
  "the health word": ["live", press("health-button", "health:atRisk")],
  views: [
    "live",
    async (page) => {
      await page.getByTestId("quick:blocked").click();
      await press("views", "view-name")(page);
    },
  ],
  groups: ["live", (page) => page.getByTestId("group").click()],
  "the board": ["live", press("board", "board-view")],
  "the row's menu": ["live", (page) => cell(page, "g1-3", "title").click({ button: "right" })],
  "a column's menu": [
    "live",
    (page) =>
      page.evaluate(() =>
        window.controller.screen.set({ menu: { kind: "column", column: "status", x: 40, y: 200 } }),
      ),
  ],
  "the palette": [
    "live",
    async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByTestId("palette").waitFor();
    },
  ],
  "the keys": ["live", (page) => page.getByLabel("Keyboard help").first().click()],
  "a text's editor": [
    "live",
    async (page) => {
      await select(page);
      await page.keyboard.press("Enter");
      await page.getByTestId("editor").waitFor();
    },
  ],
  "a status's editor": [
    "live",
    async (page) => {
      await cell(page, "g1-3", "status").click();
      await page.keyboard.press("Enter");
      await page.getByTestId("editor").waitFor();
    },
  ],
  "a deadline's editor": [
    "live",
    async (page) => {
      await cell(page, "g1-3", "deadline").click();
      await page.keyboard.press("Enter");
      await page.getByTestId("editor").waitFor();
    },
  ],
  "a progress's editor": [
    "live",
    async (page) => {
      await cell(page, "g1-3", "progress").click();
      await page.keyboard.press("Enter");
      await page.getByTestId("editor").waitFor();
    },
  ],
  "a conflict above the panel": ["conflict", press("comments-toggle", "comments")],
  "a viewer": ["viewer", select],
  offline: ["offline", async () => {}],
  "signed out": ["signedout", async () => {}],
  removed: ["removed", async () => {}],
};

const LOOKS = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["360 px", { colorScheme: "light", viewport: { width: 360, height: 740 } }],
];

for (const [name, [scene, reach]] of Object.entries(STATES))
  for (const [look, options] of LOOKS)
    onPage(
      `axe finds nothing: ${name}, ${look}`,
      scene,
      async (page) => {
        await page.evaluate(axe);
        await reach(page);
        assert.deepEqual(await findings(page), []);
      },
      options,
    );
