// Texts that begin with something else than a plain key: an input method, a dead key, an emoji panel.
import assert from "node:assert/strict";
import { cell, changes, focused, suite, until, value } from "./page.mjs";

const onPage = suite();
const field = (page) => page.locator(".editor .field");

const sessions = new WeakMap();
async function sessionOf(page) {
  if (!sessions.has(page)) sessions.set(page, await page.context().newCDPSession(page));
  return sessions.get(page);
}

/** An input method's steps; the last is taken over as it is. */
async function compose(page, ...steps) {
  const cdp = await sessionOf(page);
  for (const text of steps)
    await cdp.send("Input.imeSetComposition", {
      text,
      selectionStart: text.length,
      selectionEnd: text.length,
    });
  await cdp.send("Input.insertText", { text: steps.at(-1) });
}
/** The key by which a system says that an input method took it. */
async function processKey(page) {
  const cdp = await sessionOf(page);
  await cdp.send("Input.dispatchKeyEvent", {
    type: "rawKeyDown",
    windowsVirtualKeyCode: 229,
    key: "Process",
    code: "KeyD",
  });
}

onPage(
  "the selected cell holds a field with the focus, and is still a cell to those who listen",
  "live",
  async (page) => {
    await cell(page, "g1-4", "title").click();
    await until(() => focused(page), "g1-4 title");
    const { tag, label } = await page.evaluate(() => ({
      tag: document.activeElement.tagName,
      label: document.activeElement.getAttribute("aria-label"),
    }));
    assert.equal(tag, "TEXTAREA");
    assert.ok(label.includes(await value(page, "g1-4", "title")));
  },
);

onPage("Korean: the first syllable arrives whole, and the next one after it", "live", async (page) => {
  await cell(page, "g1-4", "title").click();
  await processKey(page);
  await compose(page, "ㅇ", "아");
  await until(() => field(page).inputValue(), "아");
  await processKey(page);
  await compose(page, "ㅎ", "하", "한");
  await until(() => field(page).inputValue(), "아한");
  await page.keyboard.press("Enter");
  await until(() => value(page, "g1-4", "title"), "아한");
  await until(() => focused(page), "g1-5 title");
  assert.equal((await changes(page)).length, 1);
});

onPage(
  "a composition and plain keys after it are one text, at once or after a while",
  "live",
  async (page) => {
    await cell(page, "g1-4", "blockers").click();
    await compose(page, "に", "にほ", "日本");
    await page.keyboard.type(" v2");
    await page.keyboard.press("Enter");
    await until(() => value(page, "g1-4", "blockers"), "日本 v2");
    await compose(page, "東", "東京");
    await until(() => page.evaluate(() => document.activeElement.closest(".editor") !== null), true);
    await page.keyboard.type("!");
    await page.keyboard.press("Tab");
    await until(() => value(page, "g1-5", "blockers"), "東京!");
  },
);

onPage("escape leaves the cell as it was; a click elsewhere stores", "live", async (page) => {
  const was = await value(page, "g1-4", "title");
  await cell(page, "g1-4", "title").click();
  await compose(page, "日本");
  await page.keyboard.press("Escape");
  await until(() => page.getByTestId("editor").count(), 0);
  assert.equal(await value(page, "g1-4", "title"), was);
  await compose(page, "京");
  await cell(page, "g1-7", "status").click();
  await until(() => value(page, "g1-4", "title"), "京");
});

onPage("an emoji panel's insertion opens the editor behind it", "live", async (page) => {
  await cell(page, "g1-4", "title").click();
  await page.keyboard.insertText("🚀");
  await until(() => field(page).inputValue(), "🚀");
  await page.keyboard.type(" launch");
  await page.keyboard.press("Enter");
  await until(() => value(page, "g1-4", "title"), "🚀 launch");
});

onPage("a name is completed as it is composed; a choice is chosen", "live", async (page) => {
  await page.evaluate(() =>
    window.fixture.remote({ id: "ben", name: "Ben" }, "g1-9", "assignee", "田中 恵美"),
  );
  await cell(page, "g1-4", "assignee").click();
  await compose(page, "た", "田中");
  await page.getByTestId("editor").getByRole("option").first().getByText("田中 恵美").waitFor();
  await page.keyboard.press("Enter");
  await until(() => value(page, "g1-4", "assignee"), "田中 恵美");
});

onPage("a cell that takes nothing stays as it is", "live", async (page) => {
  await cell(page, "g1-4", "source").click();
  await compose(page, "日本");
  await page.getByText("Source is read-only").first().waitFor();
  assert.equal(await page.getByTestId("editor").count(), 0);
  await page.keyboard.press("ArrowUp");
  await until(() => focused(page), "g1-3 source");
  assert.deepEqual(await changes(page), []);
});

onPage("copy, cut and paste are the cells', not the hidden field's", "live", async (page) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const text = await value(page, "g1-4", "title");
  await cell(page, "g1-4", "title").click();
  await page.keyboard.press("Control+x");
  await until(() => value(page, "g1-4", "title"), "");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Control+v");
  await until(() => value(page, "g1-5", "title"), text);
});
