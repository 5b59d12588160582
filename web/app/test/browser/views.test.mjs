// What a person sees first and how they look at the rows: the head, filters of one click, groups, the board, a row's page,
// the palette, links, paper.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { cell, changes, focused, placed, remoteOps, suite, until, value } from "./page.mjs";

const onPage = suite();
const shown = (page) => page.evaluate(() => window.controller.view.rows.map((row) => row.taskId));
const query = (page) => Object.fromEntries(new URL(page.url()).searchParams);

onPage("the head judges the week at its own end, and says why", "live", async (page) => {
  await until(() => page.getByTestId("health").textContent(), "Off track");
  assert.match(await page.getByTestId("health").getAttribute("title"), /urgent row/);
  const figures = await page.locator(".figure").allTextContents();
  assert.deepEqual(
    figures.map((text) => text.replace(/\s+/g, " ").trim()),
    ["3 done", "3 blocked", "2 late"],
  );
  // The 26th is after the week: late today, and not in this sheet.
  assert.equal(await cell(page, "g1-1", "deadline").locator("[data-late]").count(), 0);
  await remoteOps(page, [
    { op: "CELL_MODIFY", taskId: "g1-4", column: "status", oldValue: "Not started", newValue: "Done" },
  ]);
  await until(
    () =>
      page
        .getByTestId("figure:done")
        .innerText()
        .then((text) => text.trim()),
    "4 done",
  );
});

onPage("chips filter, all together, and the address says which", "live", async (page) => {
  await page.getByTestId("quick:blocked").click();
  await until(async () => (await shown(page)).length, 3);
  await page.getByTestId("quick:mine").click();
  await until(() => shown(page), ["g1-12"]);
  assert.equal(query(page).show, "blocked,mine");
  await page.goBack();
  await until(async () => (await shown(page)).length, 3);
  await page.goBack();
  await until(async () => (await shown(page)).length, 18);
});

onPage("groups have headings with counts, and follow what others write", "live", async (page) => {
  await page.getByTestId("group").click();
  const heads = () => page.locator(".group-head").evaluateAll((all) => all.map((head) => head.textContent));
  await until(async () => (await heads()).includes("Not started 5"), true);
  const [first, second] = await shown(page);
  await cell(page, second, "title").click();
  assert.equal(await focused(page), `${second} title`);
  await remoteOps(page, [
    { op: "CELL_MODIFY", taskId: first, column: "status", oldValue: "Not started", newValue: "Done" },
  ]);
  await until(async () => (await heads()).includes("Not started 4"), true);
  assert.equal((await shown(page)).at(-1) === first || (await shown(page)).indexOf(first) > 13, true);
  await page.getByTestId("group").click();
  await until(async () => (await heads()).some((text) => text.startsWith("Ana Ruiz")), true);
  await page.getByTestId("group").click();
  await until(() => shown(page).then((rows) => rows[0]), "g1-1");
  assert.deepEqual(await heads(), []);
});

onPage(
  "a card that is moved on the board writes its row's status; it opens as a page",
  "live",
  async (page) => {
    await page.getByTestId("board").click();
    const card = page.getByTestId("card:g1-3");
    await card.waitFor();
    assert.equal(query(page).view, "board");
    await card.focus();
    await page.keyboard.press("Alt+ArrowRight");
    await until(() => page.locator("[data-testid='lane:Blocked'] [data-testid='card:g1-3']").count(), 1);
    await page.dragAndDrop("[data-testid='card:g1-3']", "[data-testid='lane:Done'] h2");
    await until(() => page.locator("[data-testid='lane:Done'] [data-testid='card:g1-3']").count(), 1);
    assert.deepEqual(
      (await changes(page)).map(([op]) => [op.column, op.oldValue, op.newValue]),
      [
        ["status", "In progress", "Blocked"],
        ["status", "Blocked", "Done"],
      ],
    );
    await card.click();
    const field = page.getByTestId("field:title");
    await until(() => field.inputValue(), "Write the migration guide for API v3");
    await field.fill("Write the guide");
    await page.getByTestId("field:progress").fill("120");
    await page.getByTestId("field:progress").press("Enter");
    await page.getByRole("alert").filter({ hasText: "whole number" }).waitFor();
    await until(() => card.locator(".card-title").textContent(), "Write the guide");
    assert.equal(query(page).open, "row");
    await page.goBack();
    await until(() => page.getByTestId("row-page").count(), 0);
    await page.goBack();
    await until(() => page.getByTestId("board-view").count(), 0);
    await until(() => value(page, "g1-3", "title"), "Write the guide");
  },
);

onPage("the palette finds what can be done, and rows", "live", async (page) => {
  await cell(page, "g1-3", "status").click();
  await page.keyboard.press("Control+k");
  await page.getByTestId("palette").waitFor();
  await page.getByRole("combobox", { name: "Command" }).fill("postgres");
  await page.keyboard.press("Enter");
  await until(() => focused(page), "g1-4 title");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Command" }).fill("board by");
  await page.keyboard.press("Enter");
  await page.getByTestId("board-view").waitFor();
});

onPage("Ctrl+Enter fills the cells that are selected", "live", async (page) => {
  await cell(page, "g1-4", "assignee").click();
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.type("Emi Tanaka");
  await page.keyboard.press("Control+Enter");
  await until(() => value(page, "g1-5", "assignee"), "Emi Tanaka");
  assert.equal(await value(page, "g1-4", "assignee"), "Emi Tanaka");
  assert.equal(await value(page, "g1-6", "assignee"), "Farah Haddad");
});

onPage("a link in a cell leads out, and only where it may", "live", async (page) => {
  await remoteOps(page, [
    {
      op: "CELL_MODIFY",
      taskId: "g1-8",
      column: "description",
      oldValue: "",
      newValue: "See https://a.example/b, javascript:alert(1)",
    },
  ]);
  const links = cell(page, "g1-8", "description").locator("a");
  await links.waitFor();
  assert.deepEqual(await links.evaluateAll((all) => all.map((a) => [a.href, a.rel, a.target])), [
    ["https://a.example/b", "noopener noreferrer", "_blank"],
  ]);
});

onPage("the context menu copies, duplicates and links", "live", async (page) => {
  await cell(page, "g1-3", "status").click({ button: "right" });
  const items = await page.getByRole("menuitem").evaluateAll((all) => all.map((one) => one.dataset.testid));
  for (const id of ["copy", "paste", "duplicate", "copy-link", "clear", "row-page"])
    assert.ok(items.includes(`menu:${id}`), id);
  await page.getByTestId("menu:duplicate").click();
  await until(() => page.evaluate(() => window.fixture.getState().sheet.tasks.length), 19);
});

onPage(
  "the week is copied for Slack",
  "live",
  async (page) => {
    await page.getByTestId("share").click();
    await page.getByTestId("share:slack").click();
    await until(
      () => page.evaluate(() => navigator.clipboard.readText().then((text) => text.split("\n")[0])),
      "*platform, W47, 16–22 Nov* – *Off track*",
    );
  },
  { permissions: ["clipboard-read", "clipboard-write"] },
);

onPage("one panel has a tab for each way to look closer, by pointer and by keys", "live", async (page) => {
  await cell(page, "g1-3", "title").click();
  await page.keyboard.press("Alt+Enter");
  await page.getByTestId("details").waitFor();
  const width = (await placed(page.locator(".panel"))).width;
  for (const [tab, inside] of [
    ["row", "row-page"],
    ["comments", "comments"],
    ["note", "note-panel"],
    ["history", "history"],
  ]) {
    await page.getByTestId(`tab:${tab}`).click();
    await page.getByTestId(inside).waitFor();
    assert.equal((await placed(page.locator(".panel"))).width, width);
    assert.equal(await page.getByRole("tab", { selected: true }).getAttribute("data-testid"), `tab:${tab}`);
  }
  await page.keyboard.press("ArrowLeft");
  await page.getByTestId("details").waitFor();
  await until(() => page.evaluate(() => document.activeElement.dataset.testid), "tab:details");
  await page.keyboard.press("Escape");
  await until(() => page.locator(".panel").count(), 0);
  await until(() => focused(page), "g1-3 title");
});

onPage("a conflict's card stands above the panel, not over it", "conflict", async (page) => {
  await page.getByTestId("comments-toggle").click();
  await page.getByTestId("comments").waitFor();
  const [card, panel] = [await placed(page.getByTestId("conflicts")), await placed(page.locator(".panel"))];
  assert.ok(card.y + card.height <= panel.y + 1, JSON.stringify({ card, panel }));
  assert.ok(Math.abs(card.width - panel.width) < 2);
});

onPage("a person sets how the week stands, and lets the rows decide again", "live", async (page) => {
  await page.getByTestId("health-button").click();
  await page.getByTestId("health:atRisk").click();
  await until(() => page.getByTestId("health").textContent(), "At risk");
  assert.match(
    await page.getByTestId("health").getAttribute("title"),
    /^Chosen by .+ By the rows it is off track/,
  );
  assert.deepEqual(await changes(page), [[{ op: "HEALTH_SET", health: "atRisk" }]]);
  await page.getByTestId("health-button").click();
  await page.getByTestId("health:derived").click();
  await until(() => page.getByTestId("health").textContent(), "Off track");
});

onPage("a view is saved with a name, chosen by another, and removed", "live", async (page) => {
  await page.getByTestId("quick:blocked").click();
  await page.getByTestId("views").click();
  await page.getByTestId("view-name").fill("What is blocked");
  await page.getByTestId("view-save").click();
  await until(() => page.getByTestId("views").textContent(), "What is blocked");
  assert.equal((await changes(page))[0][0].look, "show=blocked");
  await page.getByTestId("view:all").click();
  await until(async () => (await shown(page)).length, 18);
  assert.equal(query(page).show, undefined);
  await remoteOps(page, [
    {
      op: "VIEW_ADD",
      viewId: "v2",
      name: "Board of what is late",
      look: "view=board&show=late&sort=deadline-asc",
    },
  ]);
  await page.getByTestId("views").click();
  await page.getByTestId("view:Board of what is late").click();
  await page.getByTestId("board-view").waitFor();
  assert.deepEqual([query(page).show, query(page).sort, query(page).view], ["late", "deadline-asc", "board"]);
  await page.goBack();
  await until(() => page.getByTestId("board-view").count(), 0);
  await until(async () => (await shown(page)).length, 18);
  await page.getByTestId("views").click();
  await page.getByLabel("Remove the view What is blocked").click();
  await until(() => page.getByTestId("view:What is blocked").count(), 0);
});

onPage("a first visit reads what the sheet is, once", "first", async (page) => {
  const line = page.getByTestId("first-line");
  assert.match(await line.textContent(), /filled in once from its messages.+corrected by a person/s);
  await line.getByLabel("Close the welcome").click();
  await until(() => line.count(), 0);
  await page.reload();
  await page.getByTestId("connection").waitFor();
  assert.equal(await line.count(), 0);
});

for (const format of ["A4", "Letter"])
  onPage(`the whole week is on paper: ${format}`, "live", async (page) => {
    await remoteOps(page, [
      { op: "COMMENT_ADD", commentId: "c1", taskId: "g1-3", column: "status", text: "Is it?", mentions: [] },
    ]);
    const pdf = await page.pdf({ format, landscape: true, printBackground: true });
    if (process.env.PDF) writeFileSync(`${process.env.PDF}-${format}.pdf`, pdf);
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    assert.ok(pages >= 1 && pages <= 4, `${pages} pages`);
    await page.emulateMedia({ media: "print" });
    const paper = page.getByTestId("paper");
    await paper.waitFor();
    assert.equal(await paper.locator("tbody tr").count(), 18);
    const text = await paper.textContent();
    for (const words of [
      "Off track",
      "3 of 18 done",
      "Open comments",
      "Filled in by command-a-03-2025 from 162 messages",
    ])
      assert.ok(text.includes(words), words);
    // Nothing is wider than the paper.
    assert.ok(await paper.evaluate((box) => box.scrollWidth <= box.clientWidth + 1));
  });

onPage(
  "fields are large enough that a phone does not zoom",
  "live",
  async (page) => {
    await cell(page, "g1-3", "title").click();
    await page.keyboard.press("Enter");
    const size = await page
      .getByTestId("editor")
      .locator("textarea")
      .evaluate((el) => getComputedStyle(el).fontSize);
    assert.equal(size, "16px");
    // The page itself never scrolls sideways.
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  },
  { viewport: { width: 360, height: 740 } },
);

onPage(
  "a finger that rests on a cell opens its menu",
  "live",
  async (page) => {
    const press = async () => {
      const box = await placed(cell(page, "g1-4", "title"));
      const at = { x: box.x + 30, y: box.y + 12 };
      const session = await page.context().newCDPSession(page);
      const touch = (type, points) => session.send("Input.dispatchTouchEvent", { type, touchPoints: points });
      await touch("touchStart", [at]);
      return () => touch("touchEnd", []);
    };
    const lift = await press();
    await page.getByTestId("row-menu").waitFor();
    await lift();
    // Lifting the finger does not take it away again.
    assert.equal(await page.getByTestId("row-menu").count(), 1);
  },
  { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
);

onPage(
  "what changed since last week stands beside the sheet, and leads to its rows",
  "live",
  async (page) => {
    await page.getByTestId("menu").click();
    await page.getByTestId("menu-since").click();
    const panel = page.getByTestId("since");
    await until(
      () => panel.getByRole("heading", { level: 3 }).allTextContents(),
      ["Stuck 1", "Finished 1", "Gone without being done 1", "Trend"],
    );
    assert.match(
      await panel.getByRole("region", { name: "Stuck" }).textContent(),
      /Blocked for 2 weeks\. Deadline slipped by 7 days/,
    );
    await panel.getByRole("button", { name: "Approve the DNS change" }).click();
    await until(() => focused(page), "g1-4 title");
    await page.getByRole("button", { name: "Close what changed since last week" }).click();
    await until(() => panel.count(), 0);
  },
);
