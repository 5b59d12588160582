// The title stays in sight while the rest scrolls; what is drawn over the cells keeps to them. Pointers at the edges.
import assert from "node:assert/strict";
import { cell, changes, placed, suite, until, value } from "./page.mjs";

const onPage = suite();
const NARROW = { viewport: { width: 760, height: 700 } };
const scrollRight = (page, by = 500) =>
  page.evaluate((px) => {
    document.querySelector(".ag-grid-viewport").scrollLeft = px;
  }, by);
const near = (a, b, what) => assert.ok(Math.abs(a - b) <= 2, `${what}: ${a} and ${b}`);

for (const width of [1100, 760, 390]) {
  onPage(
    `at ${width} px the title stays in sight and leaves room for the rest`,
    "live",
    async (page) => {
      const before = await placed(cell(page, "g1-3", "title"));
      await scrollRight(page, 400);
      await until(async () => (await placed(cell(page, "g1-3", "title"))).x, before.x);
      const sheet = await placed(page.locator(".grid"));
      assert.ok(before.width + before.x < sheet.width * 0.62, `the title takes ${before.width}`);
      await cell(page, "g1-3", "blockers").scrollIntoViewIfNeeded();
      await cell(page, "g1-3", "source").click();
      const source = await placed(cell(page, "g1-3", "source"));
      assert.ok(source.x >= before.x + before.width - 1, "the last column is not under the title");
    },
    { viewport: { width, height: 700 } },
  );
}

onPage(
  "the selected title and its editor stay with the title; scrolled cells go under it",
  "live",
  async (page) => {
    await cell(page, "g1-3", "title").click();
    await scrollRight(page);
    const active = page.locator(".layer-pinned .active");
    await until(
      async () => Math.round((await placed(active)).x),
      Math.round((await placed(cell(page, "g1-3", "title"))).x),
    );
    await page.keyboard.press("F2");
    const editor = await placed(page.getByTestId("editor"));
    near(editor.x, (await placed(cell(page, "g1-3", "title"))).x, "the editor and its cell");
    await page.keyboard.type(" now");
    await page.keyboard.press("Enter");
    await until(() => value(page, "g1-3", "title"), "Write the migration guide for API v3 now");
    // A person on a cell that is scrolled away is not drawn over the title.
    const over = await page.evaluate(() => {
      const { left, top } = document
        .querySelector('[row-id="g1-6"] [col-id="title"]')
        .getBoundingClientRect();
      return document.elementFromPoint(left + 40, top + 12).closest(".layer") !== null;
    });
    assert.equal(over, false);
  },
  NARROW,
);

onPage(
  "a block over the frozen edge is one block: copied, filled, drawn without a seam",
  "live",
  async (page) => {
    await cell(page, "g1-2", "title").click();
    await cell(page, "g1-4", "description").click({ modifiers: ["Shift"] });
    const [left, right] = [page.locator(".layer-pinned .range"), page.locator(".layer-scrolling .range")];
    const [a, b] = [await placed(left), await placed(right)];
    near(a.x + a.width, b.x, "the two parts meet");
    assert.equal(await left.evaluate((el) => getComputedStyle(el).borderRightWidth), "0px");
    assert.equal(await right.evaluate((el) => getComputedStyle(el).borderLeftWidth), "0px");
    assert.equal(await page.getByTestId("fill-handle").count(), 1);
    await page.getByText("6 cells selected").waitFor();
    await page.keyboard.press("Delete");
    await until(() => value(page, "g1-4", "description"), "");
    assert.equal((await changes(page)).length, 1);
  },
);

onPage(
  "what is said about a cell that others change stands in sight, in the first row too",
  "live",
  async (page) => {
    for (const task of ["g1-1", "g1-3"]) {
      await cell(page, task, "description").click();
      await page.keyboard.press("F2");
      await page.keyboard.press("Control+a");
      await page.keyboard.insertText("Words that go on. ".repeat(12));
      await page.evaluate(
        ([id, text]) => window.fixture.remote({ id: "ben", name: "Ben Okafor" }, id, "description", text),
        [task, "Ben's own words, which go on for a while as well. ".repeat(4)],
      );
      const note = page.locator(".editor-notes .bubble");
      await note.waitFor();
      const inSight = await note.evaluate((el) => {
        const { top, bottom, left, right } = el.getBoundingClientRect();
        const head = document.querySelector(".ag-grid-pinned-top-rows").getBoundingClientRect().bottom;
        const field = document.querySelector(".editor .field").getBoundingClientRect();
        const sheet = document.querySelector(".grid").getBoundingClientRect();
        return {
          belowHead: top >= head - 1,
          inSheet: bottom <= sheet.bottom && right <= sheet.right && left >= sheet.left,
          beside: bottom <= field.top + 1 || top >= field.bottom - 1,
        };
      });
      assert.deepEqual(inSight, { belowHead: true, inSheet: true, beside: true }, task);
      await page.keyboard.press("Escape");
    }
  },
);

onPage(
  "an editor of 2,000 signs stays inside the sheet with its caret, in the last row too",
  "live",
  async (page) => {
    for (const task of ["g1-1", "g1-9", "g1-18"]) {
      await cell(page, task, "description").click();
      await page.keyboard.press("F2");
      await page.keyboard.press("Control+a");
      await page.keyboard.insertText("A sign. ".repeat(250));
      const at = await page.locator(".editor .field").evaluate((el) => {
        const { top, bottom } = el.getBoundingClientRect();
        const sheet = document.querySelector(".ag-grid-viewport").getBoundingClientRect();
        return {
          inside: bottom <= sheet.bottom + 1 && top >= sheet.top - 1,
          end: el.scrollHeight - el.scrollTop - el.clientHeight < 30,
        };
      });
      assert.deepEqual(at, { inside: true, end: true }, task);
      await page.keyboard.press("Escape");
    }
  },
  { viewport: { width: 1100, height: 560 } },
);

onPage("a block that is dragged beyond the edge scrolls, down and back up", "big", async (page) => {
  const from = await placed(cell(page, "g1-3", "status"));
  const sheet = await placed(page.locator(".grid"));
  const top = () => page.evaluate(() => document.querySelector(".ag-grid-viewport").scrollTop);
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(from.x + 10, sheet.y + sheet.height - 60, { steps: 5 });
  await page.mouse.move(from.x + 10, sheet.y + sheet.height + 12, { steps: 3 });
  await until(async () => (await top()) > 600, true);
  const rows = () =>
    page.evaluate(() => {
      const { area } = window.controller;
      return area.bottom - area.top;
    });
  await until(async () => (await rows()) > 30, true);
  await page.mouse.move(from.x + 10, sheet.y + 4, { steps: 3 });
  await until(top, 0);
  await page.mouse.move(from.x + 10, from.y + 44, { steps: 3 });
  await until(rows, 1);
  await page.mouse.up();
  const still = await top();
  await page.mouse.move(from.x + 10, sheet.y + sheet.height + 12, { steps: 3 });
  assert.equal(await top(), still);
  assert.equal(await rows(), 1);
});

onPage(
  "a column is resized within 4 px to either side of its line, and fits on a double click",
  "live",
  async (page) => {
    const width = async (id) => (await placed(page.locator(`.ag-header-cell[col-id="${id}"]`))).width;
    for (const id of ["title", "status", "assignee"]) {
      for (const aside of [-3, 0, 3]) {
        const head = await placed(page.locator(`.ag-header-cell[col-id="${id}"]`));
        const line = head.x + head.width;
        await page.mouse.move(line + aside, head.y + 16);
        await page.mouse.down();
        await page.mouse.move(line + aside + 20, head.y + 16, { steps: 4 });
        await page.mouse.up();
        await until(async () => Math.round((await width(id)) - head.width), 20);
      }
    }
    const head = await placed(page.locator('.ag-header-cell[col-id="assignee"]'));
    await page.mouse.dblclick(head.x + head.width, head.y + 16);
    await until(async () => (await width("assignee")) < head.width, true);
    const cut = await page
      .locator(".ag-cell.col-assignee .ellipsis")
      .evaluateAll((all) => all.filter((el) => el.scrollWidth > el.clientWidth + 1).length);
    assert.equal(cut, 0);
    assert.deepEqual(await changes(page), []);
  },
);

onPage("a text of another direction is cut at its own end, and turns nothing else", "live", async (page) => {
  const hebrew = "שלום זה טקסט ארוך מאוד שלא נכנס בתא הזה כי הוא ממשיך וממשיך עוד ועוד";
  await page.evaluate((text) => {
    window.fixture.remote({ id: "ben", name: "Ben" }, "g1-4", "title", text);
    window.fixture.remote({ id: "ben", name: "Ben" }, "g1-5", "title", "evil \u202e txet");
  }, hebrew);
  await until(() => value(page, "g1-4", "title"), hebrew);
  const shown = () =>
    cell(page, "g1-4", "title")
      .locator(".longtext")
      .evaluate((el) => {
        const range = document.createRange();
        range.setStart(el.firstChild, 0);
        range.setEnd(el.firstChild, 4);
        const first = range.getBoundingClientRect();
        const { left, right } = el.getBoundingClientRect();
        return [getComputedStyle(el).direction, first.left >= left - 1 && first.right <= right + 1];
      });
  await until(shown, ["rtl", true]);
});
