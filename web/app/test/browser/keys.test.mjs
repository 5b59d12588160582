// Keys that mean the same wherever the focus is, editors that take what is meant, and what the search finds.
import assert from "node:assert/strict";
import { cell, changes, focused, order, suite, until, value } from "./page.mjs";

const onPage = suite();
const help = (page) => page.getByRole("dialog").filter({ hasText: "Move and select" });

onPage(
  "? opens the help on a cell, a row's number, a head and the body; in a text it is a text",
  "live",
  async (page) => {
    const places = [
      () => cell(page, "g1-2", "title").click(),
      () => page.locator('[row-id="g1-3"] .rowhead').click(),
      () => page.locator('.ag-header-cell[col-id="status"]').focus(),
      () => page.evaluate(() => document.activeElement.blur()),
    ];
    for (const go of places) {
      await go();
      await page.keyboard.press("?");
      await help(page).waitFor();
      await page.keyboard.press("Escape");
      await until(() => help(page).count(), 0);
    }
    assert.deepEqual(await changes(page), []);
    await cell(page, "g1-2", "title").click();
    await page.keyboard.type("Why?");
    await page.keyboard.press("Enter");
    await until(() => value(page, "g1-2", "title"), "Why?");
    await page.getByPlaceholder("Find").fill("");
    await page.getByPlaceholder("Find").press("?");
    assert.equal(await page.getByPlaceholder("Find").inputValue(), "?");
  },
);

onPage(
  "an arrow leads into the sheet from nowhere, as right after the page has opened",
  "live",
  async (page) => {
    await cell(page, "g1-1", "title").waitFor();
    assert.equal(await focused(page), "BODY");
    await page.keyboard.press("ArrowDown");
    await until(() => focused(page), "g1-1 title");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.type("Typed at once");
    await page.keyboard.press("Enter");
    await until(() => value(page, "g1-2", "title"), "Typed at once");
    // A person who has lost the focus comes back to where they were.
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("ArrowRight");
    await until(() => focused(page), "g1-3 title");
  },
);

onPage("undo and redo work wherever no text is written", "live", async (page) => {
  const stood = await order(page);
  await cell(page, "g1-1", "title").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+Delete");
  await until(() => order(page), []);
  await page.keyboard.press("Control+z");
  await until(() => order(page), stood);
  const was = await value(page, "g1-2", "title");
  await cell(page, "g1-2", "title").click();
  await page.keyboard.type("Other words");
  await page.keyboard.press("Enter");
  await until(() => value(page, "g1-2", "title"), "Other words");
  await page.locator(".summary-text").first().click();
  await page.keyboard.press("Control+z");
  await until(() => value(page, "g1-2", "title"), was);
  await page.locator('.ag-header-cell[col-id="status"]').focus();
  await page.keyboard.press("Control+Shift+z");
  await until(() => value(page, "g1-2", "title"), "Other words");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("Control+z");
  await until(() => value(page, "g1-2", "title"), was);
  await page.keyboard.press("Control+y");
  await until(() => value(page, "g1-2", "title"), "Other words");
  // In a field it is the field's.
  await page.getByPlaceholder("Find").fill("zzz");
  await page.getByPlaceholder("Find").press("Control+z");
  await until(() => value(page, "g1-2", "title").catch(() => "hidden"), "Other words");
});

onPage("the key for a comment leads back to the draft that is open", "live", async (page) => {
  await cell(page, "g1-8", "title").click();
  await page.keyboard.press("Control+Alt+m");
  await page.keyboard.type("A draft");
  await cell(page, "g1-9", "title").click();
  await cell(page, "g1-8", "title").click();
  await page.keyboard.press("Control+Alt+m");
  await page.keyboard.type(" MORE WORDS");
  await until(() => page.getByTestId("comment-field").inputValue(), "A draft MORE WORDS");
  assert.deepEqual(await changes(page), []);
});

for (const [typed, stored] of [
  ["tom", "Tomás Ferreira"],
  ["TOMAS f", "Tomás Ferreira"],
  ["ferr", "Tomás Ferreira"],
]) {
  onPage(`"${typed}" and Enter take the member whose name it begins`, "live", async (page) => {
    await page.evaluate(() =>
      window.fixture.remote({ id: "ben", name: "Ben" }, "g1-9", "assignee", "Tomás Ferreira"),
    );
    await cell(page, "g1-4", "assignee").click();
    await page.keyboard.type(typed);
    const options = page.getByTestId("editor").getByRole("option");
    await until(async () => (await options.first().getAttribute("aria-selected")) ?? "", "true");
    assert.equal((await options.last().textContent()).trim(), `Use “${typed}”`);
    await page.keyboard.press("Enter");
    await until(() => value(page, "g1-4", "assignee"), stored);
  });
}

onPage("what was typed is taken by the last line; a new name needs no line", "live", async (page) => {
  await cell(page, "g1-4", "assignee").click();
  await page.keyboard.type("be");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await until(() => value(page, "g1-4", "assignee"), "be");
  await page.keyboard.type("Zoë New");
  await page.keyboard.press("Enter");
  await until(() => value(page, "g1-5", "assignee"), "Zoë New");
});

onPage("a deadline that is no date is marked; a date in other forms is one", "live", async (page) => {
  await cell(page, "g1-4", "deadline").click();
  await page.keyboard.type("3 decisions");
  await page.getByText("Not a date: kept as text").waitFor();
  await page.keyboard.press("Enter");
  await cell(page, "g1-4", "deadline").locator(".undated").waitFor();
  await page.getByText("“3 decisions” is not a date.").first().waitFor();
  await cell(page, "g1-5", "deadline").click();
  await page.keyboard.type("3. März 2027");
  await page.keyboard.press("Enter");
  await until(() => value(page, "g1-5", "deadline"), "2027-03-03");
});

onPage(
  "a pasted block passes over Source in one sentence, and says what is no date",
  "live",
  async (page) => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.evaluate(() =>
      navigator.clipboard.writeText(
        Array.from(
          { length: 20 },
          (_, i) => `Row ${i}\t\t\t\t\t${i < 2 ? "soon" : "27/11/2026"}\t\t\tm${i}`,
        ).join("\n"),
      ),
    );
    await cell(page, "g1-1", "title").click();
    await page.keyboard.press("Control+v");
    await until(() => value(page, "g1-3", "deadline"), "2026-11-27");
    const said = await page.getByTestId("notice").textContent();
    assert.match(
      said,
      /^2 rows added, 129 cells pasted\. Source was skipped: it is read-only\. 2 deadlines are not dates/,
    );
    assert.equal(await page.locator(".issue").count(), 0);
  },
);

onPage("the search finds accents, shown dates and per cent, and marks them", "live", async (page) => {
  await page.evaluate(() => window.fixture.remote({ id: "ben", name: "Ben" }, "g1-9", "assignee", "Tomás"));
  await page.getByPlaceholder("Find").fill("tomas");
  await until(() => page.locator(".ag-row[row-id]").count(), 1);
  await until(() => page.locator("mark.found").allTextContents(), ["Tomás"]);
  const shown = await page.evaluate(() => {
    window.fixture.remote({ id: "ben", name: "Ben" }, "g1-9", "deadline", "2026-11-27");
    window.fixture.remote({ id: "ben", name: "Ben" }, "g1-9", "progress", "85");
    return true;
  });
  assert.ok(shown);
  await page.getByPlaceholder("Find").fill("27 nov 85%");
  await until(() => page.locator('.ag-row[row-id="g1-9"]').count(), 1);
  await page.getByPlaceholder("Find").fill("");
  await until(() => page.locator("mark.found").count(), 0);
  assert.equal(await focused(page), "INPUT");
});

onPage(
  "a double click on the messages of a row opens them, marks no text and keeps the focus",
  "live",
  async (page) => {
    const chip = cell(page, "g1-4", "source").locator(".chip").first();
    await chip.scrollIntoViewIfNeeded();
    await chip.dblclick();
    await page
      .getByRole("complementary", { name: /details/i })
      .first()
      .waitFor();
    assert.equal(await page.evaluate(() => getSelection().toString()), "");
    assert.equal(await focused(page), "g1-4 source");
  },
);
