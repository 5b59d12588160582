// The page beside the grid: paper, keys that go round its parts, where the focus is afterwards, forced colours, high zoom.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cell, focused, placed, start, until } from "./page.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

const onPage = (name, scene, run, options) =>
  test(name, async () => {
    const page = await browser.open(scene, options);
    await run(page);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

const visible = (page, selector) =>
  page.evaluate(
    (wanted) => [...document.querySelectorAll(wanted)].filter((el) => el.getClientRects().length > 0).length,
    selector,
  );

for (const [format, landscape] of [
  ["A4", false],
  ["A4", true],
  ["Letter", false],
  ["Letter", true],
])
  onPage(`paper: ${format}, ${landscape ? "landscape" : "portrait"}`, "big", async (page) => {
    // The width between margins of 12 mm, in CSS pixels.
    const [short, long] = format === "A4" ? [210, 297] : [215.9, 279.4];
    const width = Math.floor((((landscape ? long : short) - 24) * 96) / 25.4);
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ media: "print" });
    await page.getByTestId("paper").waitFor();
    const paper = await page.evaluate(() => {
      const paper = document.querySelector("[data-testid=paper]");
      const rows = [...paper.querySelectorAll("tbody tr")];
      return {
        rows: rows.length,
        first: rows[0].children[1].textContent,
        last: rows.at(-1).children[1].textContent,
        summaryFirst:
          paper.querySelector(".paper-summary").compareDocumentPosition(paper.querySelector("table")) ===
          Node.DOCUMENT_POSITION_FOLLOWING,
        head: getComputedStyle(paper.querySelector("thead")).display,
        cut: [...paper.querySelectorAll("td, th, .paper-summary")]
          .filter((el) => el.scrollWidth > el.clientWidth + 1 || getComputedStyle(el).overflow !== "visible")
          .map((el) => el.textContent),
        wide: document.documentElement.scrollWidth,
      };
    });
    const titles = await page.evaluate(() =>
      window.fixture.getState().sheet.tasks.map((task) => task.cells.title?.value ?? ""),
    );
    assert.equal(paper.rows, 500);
    assert.deepEqual([paper.first, paper.last], [titles[0], titles.at(-1)]);
    assert.deepEqual([paper.summaryFirst, paper.head, paper.cut], [true, "table-header-group", []]);
    assert.ok(paper.wide <= width, `${paper.wide} of ${width} px`);
    assert.equal(await visible(page, ".topbar, .strip, .toolbar, .statusbar, .grid, button"), 0);
    await page.emulateMedia({ media: null });
    await until(() => page.getByTestId("paper").count(), 0);
    // Chromium prints it on several pages, by its own events.
    const pdf = await page.pdf({ format, landscape });
    const pages = pdf.toString("latin1").match(/\/Type \/Page\b/g)?.length ?? 0;
    assert.ok(pages > 8 && pages < 120, `${pages} pages`);
    assert.equal(await page.getByTestId("paper").count(), 0);
  });

onPage("paper shows the rows that the filters leave, and says so", "live", async (page) => {
  await page.evaluate(() =>
    window.controller.arrange({
      filters: { status: { kind: "values", values: ["Done"] } },
      hidden: ["source"],
    }),
  );
  await page.emulateMedia({ media: "print" });
  await page.getByText("rows: the others are filtered out").waitFor();
  const heads = await page.locator(".paper th").allInnerTexts();
  assert.ok(!heads.includes("Source") && heads.includes("Blockers"), heads.join());
  for (const status of await page.locator(".paper tbody td:nth-child(4)").allInnerTexts())
    assert.equal(status, "Done");
});

onPage(
  "F6 goes round the tools, the sheet, the panel and the conflict card, and back",
  "conflict",
  async (page) => {
    await cell(page, "g1-3", "title").click();
    await page.getByTestId("comments-toggle").click();
    await page.getByTestId("comments").waitFor();
    const part = () =>
      page.evaluate(() => {
        const active = document.activeElement;
        const found = [".topbar", ".toolbar", ".grid", ".panel", ".conflicts"].find((one) =>
          active?.closest(one),
        );
        return found ?? active?.tagName;
      });
    await cell(page, "g1-3", "title").focus();
    const seen = [];
    for (let n = 0; n < 5; n++) {
      await page.keyboard.press("F6");
      seen.push(await part());
    }
    assert.deepEqual(seen, [".conflicts", ".panel", ".topbar", ".toolbar", ".grid"]);
    assert.equal(await focused(page), "g1-3 title");
    await page.keyboard.press("Shift+F6");
    assert.equal(await part(), ".toolbar");
    // A part is entered where it was left.
    await page.keyboard.press("F6");
    await page.keyboard.press("F6");
    await page.keyboard.press("F6");
    await page.keyboard.press("Tab");
    const at = await page.evaluate(
      () => document.activeElement.dataset.testid ?? document.activeElement.textContent,
    );
    for (let n = 0; n < 5; n++) await page.keyboard.press("F6");
    assert.equal(
      await page.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.textContent),
      at,
    );
  },
);

onPage(
  "a conflict that is decided hands the focus on, and the last one back to the sheet",
  "conflict",
  async (page) => {
    await cell(page, "g1-5", "title").click();
    await page.getByTestId("conflict:g1-3:description").getByTestId("keep-mine").click();
    await until(
      () => page.evaluate(() => document.activeElement.closest(".conflict")?.dataset.testid),
      "conflict:g1-7:status",
    );
    await page.keyboard.press("Enter");
    await until(() => focused(page), "g1-5 title");
  },
);

onPage("a head's menu goes back to the head, a panel's close to the sheet", "live", async (page) => {
  const head = page.locator('.ag-header-cell[col-id="status"]');
  await head.hover();
  await page.getByTestId("column:status").click();
  await page.getByTestId("column-menu").waitFor();
  await page.keyboard.press("Escape");
  await until(
    () => page.evaluate(() => document.activeElement.closest("[col-id]")?.getAttribute("col-id")),
    "status",
  );
  await head.focus();
  await page.keyboard.press("Alt+ArrowDown");
  await page.getByTestId("column-menu").waitFor();
  await page.keyboard.press("Escape");
  await until(
    () => page.evaluate(() => document.activeElement.matches('.ag-header-cell[col-id="status"]')),
    true,
  );
  await page.getByTestId("menu").click();
  await page.getByTestId("menu-members").click();
  await page
    .getByRole("button", { name: /^Close/ })
    .first()
    .click();
  await until(() => page.evaluate(() => document.activeElement.closest(".grid") !== null), true);
});

onPage(
  "forced colours keep the bars, the corners, the block and four shapes for four statuses",
  "live",
  async (page) => {
    await cell(page, "g1-4", "status").click();
    await page.keyboard.press("Shift+ArrowDown");
    const painted = await page.evaluate(() => {
      const style = (selector, pseudo) => getComputedStyle(document.querySelector(selector), pseudo);
      const canvas = getComputedStyle(document.body).backgroundColor;
      const shape = (status) => {
        const { backgroundImage, backgroundColor, borderRadius } = style(
          `.status[data-status="${status}"]`,
          "::before",
        );
        return `${backgroundImage !== "none"} ${backgroundColor === canvas || /^rgba\(.*, 0\)$/.test(backgroundColor)} ${borderRadius}`;
      };
      return {
        canvas,
        bar: style(".progress-bar").backgroundColor,
        on: style(".bars rect[data-on]").fill,
        off: style(".bars rect:not([data-on])").fill,
        corner: style('.cell[data-origin="model"]', "::before").backgroundColor,
        range: style(".range").backgroundColor,
        shapes: ["not-started", "in-progress", "blocked", "done"]
          .filter((one) => document.querySelector(`.status[data-status="${one}"]`))
          .map(shape),
      };
    });
    assert.notEqual(painted.bar, painted.canvas);
    assert.notEqual(painted.on, painted.off);
    assert.notEqual(painted.corner, painted.canvas);
    assert.notEqual(painted.range, painted.canvas);
    assert.doesNotMatch(painted.range, /^rgba\(.*, 0\)$/);
    assert.ok(painted.shapes.length >= 3, "three statuses and more are on the screen");
    assert.equal(new Set(painted.shapes).size, painted.shapes.length, painted.shapes.join(" | "));
  },
  { forcedColors: "active" },
);

for (const [zoom, viewport] of [
  ["200 %", { width: 720, height: 450 }],
  ["400 %", { width: 360, height: 225 }],
])
  onPage(
    `${zoom}: the bars scroll away and the sheet gets the window`,
    "live",
    async (page) => {
      await page.evaluate(() => document.querySelector(".main").scrollIntoView({ block: "end" }));
      const seen = await page.evaluate(() => {
        const { top, bottom } = document.querySelector(".ag-grid-viewport, .grid").getBoundingClientRect();
        return Math.min(bottom, innerHeight) - Math.max(top, 0);
      });
      assert.ok(seen >= viewport.height * 0.7, `${seen} px of ${viewport.height}`);
      // A cell that keys lead to is scrolled to, wherever the page stands.
      await cell(page, "g1-2", "title").click();
      await page.keyboard.press("Control+End");
      await until(() => focused(page), "g1-18 source");
      const box = await placed(cell(page, "g1-18", "title"));
      assert.ok(box.y >= 0 && box.y + box.height <= viewport.height, JSON.stringify(box));
    },
    { viewport },
  );

onPage(
  "without motion nothing moves",
  "started",
  async (page) => {
    const moving = await page.evaluate(
      () =>
        document
          .getAnimations()
          .filter((animation) => animation.effect.getComputedTiming().iterations === Number.POSITIVE_INFINITY)
          .length,
    );
    assert.equal(moving, 0);
  },
  { reducedMotion: "reduce" },
);
