// Rows that are dragged, and rows that go away while somebody writes in them.
import assert from "node:assert/strict";
import { cell, changes, drag, focused, order, placed, remoteOps, suite, until, value } from "./page.mjs";

const onPage = suite();
const grip = (page, task) => page.locator(`[row-id="${task}"] .rowhead-grip`);
const head = (page, task) => page.locator(`[row-id="${task}"] .rowhead`);

/** Ways to look at the sheet in another order than its own, and what is said about moving rows there. */
const VIEWS = {
  sorted: [(page) => page.locator('.ag-header-cell[col-id="title"]').click(), "Clear the sort to move rows."],
  filtered: [
    (page) =>
      page.evaluate(() =>
        window.controller.arrange({
          filters: { status: { kind: "values", values: ["In progress", "Blocked"] } },
        }),
      ),
    "Clear the filters to move rows.",
  ],
  searched: [(page) => page.getByPlaceholder("Find").fill("a"), "Clear the search to move rows."],
  "sorted and searched": [
    async (page) => {
      await page.locator('.ag-header-cell[col-id="progress"]').click();
      await page.getByPlaceholder("Find").fill("e");
    },
    "Clear the sort and the search to move rows.",
  ],
};

for (const [name, [arrange, sentence]] of Object.entries(VIEWS)) {
  onPage(`a ${name} view has no grip, says why, and moves nobody's rows`, "live", async (page) => {
    const stood = await order(page);
    await arrange(page);
    await until(() => page.locator(".grid").getAttribute("data-movable"), null);
    const rows = page.locator(".ag-row[row-id]");
    const ids = await rows.evaluateAll((all) => all.map((row) => row.getAttribute("row-id")));
    await head(page, ids[2]).hover();
    assert.equal(await grip(page, ids[2]).isVisible(), false);
    assert.equal(await head(page, ids[2]).getAttribute("title"), sentence);
    // By 6 px, and to another place.
    const box = await placed(head(page, ids[2]));
    for (const by of [6, -90, 90]) {
      await page.mouse.move(box.x + 6, box.y + 17);
      await page.mouse.down();
      await page.mouse.move(box.x + 6, box.y + 17 + by, { steps: 9 });
      await page.mouse.up();
    }
    await cell(page, ids[1], "title").click();
    await page.keyboard.press("Alt+ArrowDown");
    await page.getByText(sentence).first().waitFor();
    assert.deepEqual(await changes(page), []);
    assert.deepEqual(await order(page), stood);
  });
}

onPage(
  "a sort that comes while a row is being dragged ends the drag without a move",
  "live",
  async (page) => {
    await head(page, "g1-2").hover();
    const drop = await drag(page, grip(page, "g1-2"), cell(page, "g1-6", "title"), 0.9);
    await page.evaluate(() => window.controller.arrange({ sort: { column: "title", direction: "asc" } }));
    await drop();
    await page.getByText("Clear the sort to move rows.").first().waitFor();
    assert.deepEqual(await changes(page), []);
  },
);

onPage("a viewer has no grip", "viewer", async (page) => {
  await head(page, "g1-2").hover();
  assert.equal(await grip(page, "g1-2").isVisible(), false);
});

onPage("the pointer carries the row's title; a line shows where it will stand", "live", async (page) => {
  await head(page, "g1-2").hover();
  const drop = await drag(page, grip(page, "g1-2"), cell(page, "g1-5", "title"), 0.9);
  const ghost = page.locator(".ag-dnd-ghost");
  await until(async () => (await ghost.textContent()).trim(), await value(page, "g1-2", "title"));
  await page.getByTestId("drop-line").waitFor();
  await drop();
  await until(async () => (await order(page)).slice(0, 5), ["g1-1", "g1-3", "g1-4", "g1-5", "g1-2"]);
  assert.equal(await page.getByTestId("drop-line").count(), 0);
});

onPage("selected rows are dragged together, and keep their order", "live", async (page) => {
  await head(page, "g1-2").click();
  await head(page, "g1-4").click({ modifiers: ["Shift"] });
  await head(page, "g1-3").hover();
  const drop = await drag(page, grip(page, "g1-3"), cell(page, "g1-7", "title"), 0.9);
  await until(async () => (await page.locator(".ag-dnd-ghost").textContent()).trim(), "3 rows");
  await drop();
  await until(
    async () => (await order(page)).slice(0, 8),
    ["g1-1", "g1-5", "g1-6", "g1-7", "g1-2", "g1-3", "g1-4", "g1-8"],
  );
  assert.deepEqual(
    (await changes(page)).map((ops) => ops.map((op) => `${op.op} ${op.taskId} ${op.after}`)),
    [["ROW_MOVE g1-2 g1-7", "ROW_MOVE g1-3 g1-2", "ROW_MOVE g1-4 g1-3"]],
  );
});

onPage("rows chosen one by one are dragged, and given one value, together", "live", async (page) => {
  await head(page, "g1-2").click();
  for (const row of ["g1-5", "g1-9", "g1-5"]) await head(page, row).click({ modifiers: ["Control"] });
  await head(page, "g1-5").click({ modifiers: ["Control"] });
  await page.getByText("3 rows selected").waitFor();
  await head(page, "g1-9").hover();
  const drop = await drag(page, grip(page, "g1-9"), cell(page, "g1-7", "title"), 0.9);
  await until(async () => (await page.locator(".ag-dnd-ghost").textContent()).trim(), "3 rows");
  await drop();
  await until(
    async () => (await order(page)).slice(0, 8),
    ["g1-1", "g1-3", "g1-4", "g1-6", "g1-7", "g1-2", "g1-5", "g1-9"],
  );
  await page.keyboard.type("High");
  await page.keyboard.press("Control+Enter");
  for (const row of ["g1-2", "g1-5", "g1-9"]) await until(() => value(page, row, "title"), "High");
  assert.equal((await changes(page)).length, 2);
  await page.keyboard.press("Control+z");
  await until(() => value(page, "g1-2", "title"), "Fix the double charge on retried payments");
});

onPage("a row that is dropped where it stands is no change", "live", async (page) => {
  await head(page, "g1-3").hover();
  for (const at of [0.1, 0.9])
    await (await drag(page, grip(page, "g1-3"), cell(page, "g1-3", "title"), at))();
  assert.deepEqual(await changes(page), []);
});

const LONG = "Every word of this took a while to find. ".repeat(9).trim();

onPage(
  "the words of a removed row's editor wait in a card, and come back with the row",
  "live",
  async (page) => {
    const stood = await order(page);
    await cell(page, "g1-5", "description").click();
    await page.keyboard.type(LONG);
    await remoteOps(page, [{ op: "ROW_REMOVE", taskId: "g1-5" }]);
    await page.getByText("Someone else removed this row").waitFor();
    await page.keyboard.press("Enter");
    const card = page.getByTestId("rescue:g1-5");
    await until(() => card.getByTestId("rescue-text").textContent(), LONG);
    assert.match(await card.textContent(), /Ben Okafor removed the row “.+” while you were writing/);
    // The selection stays near, and other messages do not take the words away.
    await until(() => focused(page), "g1-6 description");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Delete");
    await until(() => card.getByTestId("rescue-text").textContent(), LONG);
    await page.getByTestId("bring-back").click();
    await until(() => order(page), stood);
    await until(() => value(page, "g1-5", "description"), LONG);
    await until(() => page.getByTestId("rescues").count(), 0);
    await until(() => focused(page), "g1-5 description");
  },
);

onPage("the card's words are copied; where the browser refuses, they are selected", "live", async (page) => {
  const lose = async (words) => {
    await cell(page, "g1-8", "blockers").click();
    await page.keyboard.type(words);
    await remoteOps(page, [{ op: "ROW_REMOVE", taskId: "g1-8" }]);
    // Left with the pointer, as much as with a key.
    await cell(page, "g1-2", "title").click();
    await page.getByTestId("rescue:g1-8").waitFor();
  };
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await lose("The vendor has not answered");
  await page.getByTestId("rescue-copy").click();
  await page.getByText("Your text is copied.").first().waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "The vendor has not answered");
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("denied", "NotAllowedError"));
  });
  await page.getByTestId("rescue-copy").click();
  await until(() => page.evaluate(() => getSelection().toString().trim()), "The vendor has not answered");
  await page.getByTestId("rescue-dismiss").click();
  await until(() => page.getByTestId("rescues").count(), 0);
});

onPage("a value that no cell would take is kept as well; escape keeps nothing", "live", async (page) => {
  await cell(page, "g1-5", "progress").click();
  await page.keyboard.type("almost");
  await remoteOps(page, [{ op: "ROW_REMOVE", taskId: "g1-5" }]);
  await page.keyboard.press("Enter");
  await until(() => page.getByTestId("rescue-text").textContent(), "almost");
  await page.getByTestId("rescue-dismiss").click();
  await cell(page, "g1-6", "title").click();
  await page.keyboard.type("never mind");
  await remoteOps(page, [{ op: "ROW_REMOVE", taskId: "g1-6" }]);
  await page.getByText("Someone else removed this row").waitFor();
  await page.keyboard.press("Escape");
  await until(() => focused(page), "g1-7 title");
  assert.equal(await page.getByTestId("rescues").count(), 0);
});
