// What is said and opened stands in sight, whatever the window's width.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cell, start, until } from "./page.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

const SIZES = [
  [360, 740],
  [768, 1024],
  [1440, 900],
];

const onPage = (name, scene, [width, height], run) =>
  test(`${name}, at ${width} px`, async () => {
    const page = await browser.open(scene, { viewport: { width, height } });
    await run(page, width);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

const boxOf = (page, selector) =>
  page.evaluate((wanted) => {
    const { left, right, top, bottom } = document.querySelector(wanted).getBoundingClientRect();
    return { left, right, top, bottom };
  }, selector);

/** Where cells are in sight: below the heads and, for a column that scrolls, beside the title. */
const sheetOf = (page) =>
  page.evaluate(() => {
    const viewport = document.querySelector(".ag-grid-viewport");
    const { left, top } = viewport.getBoundingClientRect();
    const title = document.querySelector(".ag-header-cell[col-id='title']").getBoundingClientRect();
    return {
      left: title.right,
      right: left + viewport.clientWidth,
      top: title.bottom,
      bottom: top + viewport.clientHeight,
    };
  });

for (const size of SIZES) {
  for (const scene of ["live", "viewer", "signedout", "offline", "conflict", "removed"])
    onPage(`the bars of a page that is ${scene} lie beside each other`, scene, size, async (page, width) => {
      const { wide, boxes } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth,
        boxes: [...document.querySelector(".topbar").children]
          .filter((part) => part.getClientRects().length > 0 && !part.matches(".spacer"))
          .map((part) => part.getBoundingClientRect())
          .map(({ left, right }) => [left, right]),
      }));
      assert.ok(wide <= width, `${wide} px`);
      for (const [at, [left]] of boxes.entries())
        if (at > 0)
          assert.ok(left >= boxes[at - 1][1] - 0.5, `part ${at} begins at ${left}, under ${boxes[at - 1]}`);
    });

  for (const column of ["title", "status", "progress", "deadline", "source"])
    onPage(`why ${column} took no value is read in full`, "live", size, async (page) => {
      for (const task of ["g1-1", "g1-18"]) {
        await page.evaluate(
          ([taskId, column]) => {
            window.controller.go({ taskId, column });
            window.controller.screen.set({
              issues: new Map([
                [`${taskId}:${column}`, "A reason of some words that needs more than one short line."],
              ]),
            });
          },
          [task, column],
        );
        await page.locator(".issue .bubble").first().waitFor();
        const sheet = await sheetOf(page);
        const bubble = await boxOf(
          page,
          `.layer-${column === "title" ? "pinned" : "scrolling"} .issue .bubble`,
        );
        const left = column === "title" ? 0 : sheet.left;
        assert.ok(
          bubble.left >= left && bubble.right <= sheet.right,
          JSON.stringify({ task, bubble, sheet }),
        );
        assert.ok(
          bubble.top >= sheet.top && bubble.bottom <= sheet.bottom,
          JSON.stringify({ task, bubble, sheet }),
        );
      }
    });

  onPage(
    "an editor's list stands at its field, and others' frames stay behind the title",
    "live",
    size,
    async (page) => {
      await page.evaluate(() => {
        window.controller.go({ taskId: "g1-8", column: "assignee" });
        window.controller.edit("c");
      });
      await page.locator(".editor .popup").waitFor();
      const [field, list] = [await boxOf(page, ".editor .field"), await boxOf(page, ".editor .popup")];
      assert.ok(list.left < field.right && list.right > field.left, JSON.stringify({ field, list }));
      assert.ok(list.right <= (await sheetOf(page)).right + 1);
      const isCut = () =>
        page.evaluate(
          () => getComputedStyle(document.querySelector(".layer-scrolling .layer-cells")).clipPath,
        );
      assert.match(await isCut(), /^inset\(/);
    },
  );

  onPage("the selected cell stays in sight when a panel opens beside it", "live", size, async (page) => {
    await cell(page, "g1-7", "title").click();
    for (const column of ["status", "deadline"]) {
      await page.evaluate((column) => {
        window.controller.go({ taskId: "g1-7", column });
        window.controller.screen.set({ side: null });
      }, column);
      await page.evaluate(() => window.controller.screen.set({ side: "details" }));
      await page.locator(".details h2").waitFor();
      const inSight = async () => {
        const [own, sheet] = [await boxOf(page, `[row-id="g1-7"] [col-id="${column}"]`), await sheetOf(page)];
        return (
          own.left >= sheet.left - 1 &&
          own.left < sheet.right - 20 &&
          own.top >= sheet.top - 1 &&
          own.bottom <= sheet.bottom + 1
        );
      };
      await until(inSight, true);
    }
  });
}
