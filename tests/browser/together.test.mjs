// Several people on one sheet at once: blocks, focus, conflicts, one's own view, words that want to be more than words;
// in the light and the dark, on a wide screen and at 360 px.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, picture } from './look.mjs';
import { cell, cutOff, eventually, holds, live, signIn, startBrowser, startStack, type } from './stack.mjs';

let stack;
let browser;
before(async () => { [stack, browser] = await Promise.all([startStack(), startBrowser()]); });
after(async () => {
  await browser?.close();
  await stack?.kill();
});

const at = (page, task, column) => page.locator(`[row-id="${task}"] [col-id="${column}"]`);
const close = (...pages) => Promise.all(pages.map((page) => { assert.deepEqual(page.problems, []); return page.context().close(); }));
const sheet = (page) => page.evaluate(() => [...document.querySelectorAll('[data-testid^="cell:"]')].map((c) => `${c.dataset.testid}=${c.dataset.value}`).sort().join('\n'));
const focused = (page) => page.evaluate(() => {
  const found = document.activeElement?.closest('.ag-cell');
  return found ? `${found.closest('.ag-row').getAttribute('row-id')} ${found.getAttribute('col-id')}` : document.activeElement?.tagName ?? '';
});
/** Pastes a text from the clipboard as the keyboard would. */
const paste = (page, text) => page.evaluate((words) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', words);
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
}, text);

test('five pages write at once and agree', async () => {
  const people = ['Jana', 'Tomás', 'Aylin', 'Tomás', 'Aylin'];
  const pages = await Promise.all(people.map((name) => signIn(browser, stack.link(name))));
  await Promise.all(pages.map((page, i) => type(page, `g1-${i + 1}`, 'blockers', `Written by page ${i}`)));
  for (const page of pages) for (const i of pages.keys()) await holds(page, `g1-${i + 1}`, 'blockers', `Written by page ${i}`);
  await Promise.all(pages.map(live));
  const [first, ...others] = await Promise.all(pages.map(sheet));
  for (const other of others) assert.equal(other, first);
  // Two tabs of one person are one person.
  await pages[0].locator('[data-testid="people"]').click();
  await pages[0].waitForFunction(() => document.querySelectorAll('[data-testid^="person:"]').length === 3);
  await picture(pages[0], 'five-pages');
  await close(...pages);
});

test('a pasted block is one change: seen at once by the others, taken back by one undo', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const before = await cell(tomas, 'g1-9', 'title').getAttribute('data-value');
  await at(tomas, 'g1-9', 'title').click();
  await paste(tomas, 'First\tone\tdone\nSecond\ttwo\tblocked\nThird\tthree\tnot so');
  await holds(aylin, 'g1-9', 'status', 'Done');
  await holds(aylin, 'g1-10', 'status', 'Blocked');
  await holds(aylin, 'g1-11', 'description', 'three');
  // What cannot stand is said at its cell, and the rest is stored.
  await tomas.getByText('Status is one of').first().waitFor();
  await picture(tomas, 'paste-explained');
  await accessible(tomas);
  await tomas.keyboard.press('Control+z');
  await holds(aylin, 'g1-9', 'title', before);
  await tomas.locator('[data-testid="notice"]', { hasText: 'Undone' }).waitFor();
  assert.notEqual(await cell(aylin, 'g1-11', 'description').getAttribute('data-value'), 'three');
  await close(tomas, aylin);
});

test('what others do takes nobody\'s focus, selection or half-written words', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  await at(tomas, 'g1-12', 'description').click();
  await type(aylin, 'g1-12', 'title', 'Changed beside the cursor');
  await holds(tomas, 'g1-12', 'title', 'Changed beside the cursor');
  assert.equal(await focused(tomas), 'g1-12 description');
  // A row that goes above moves the row, not the person.
  await at(aylin, 'g1-8', 'title').click();
  await aylin.locator('[data-testid="remove-row"]').click();
  await at(tomas, 'g1-8', 'title').waitFor({ state: 'detached' });
  assert.equal(await focused(tomas), 'g1-12 description');
  // Half-written words stay while the row around them changes and is moved.
  await tomas.keyboard.type('Half a sen');
  await type(aylin, 'g1-12', 'status', 'Blocked');
  await at(aylin, 'g1-12', 'title').click();
  await aylin.keyboard.press('Alt+ArrowUp');
  await holds(tomas, 'g1-12', 'status', 'Blocked');
  await live(aylin);
  await tomas.keyboard.type('tence');
  await tomas.keyboard.press('Enter');
  await holds(aylin, 'g1-12', 'description', 'Half a sentence');
  // A comment being written stays, too.
  await at(tomas, 'g1-13', 'title').click();
  await tomas.keyboard.press('Shift+F2');
  await tomas.keyboard.type('Half a com');
  await type(aylin, 'g1-13', 'title', 'Changed below a comment');
  await holds(tomas, 'g1-13', 'title', 'Changed below a comment');
  await tomas.keyboard.type('ment');
  assert.equal(await tomas.locator('[data-testid="comment-field"]').inputValue(), 'Half a comment');
  await close(tomas, aylin);
});

test('a screen reader reads others\' changes, gathered and politely', async () => {
  const heard = [];
  const tomas = await signIn(browser, stack.link('Tomás'), {
    clock: true,
    prepare: (page) => page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload)))),
  });
  const aylin = await signIn(browser, stack.link('Aylin'));
  // His time stands still while she writes, however long that takes here.
  await tomas.clock.pauseAt(Date.now() + 1_000);
  await type(aylin, 'g1-14', 'title', 'One');
  await type(aylin, 'g1-15', 'title', 'Two');
  await live(aylin);
  await eventually(() => heard.some((frame) => frame.includes('"newValue":"Two"')));
  await tomas.clock.runFor(100);
  await holds(tomas, 'g1-15', 'title', 'Two');
  const told = tomas.locator('[data-testid="announcer"]');
  assert.equal(await told.textContent(), '', 'gathered first');
  await tomas.clock.runFor(4_000);
  await tomas.waitForFunction(() => document.querySelector('[data-testid="announcer"]').textContent !== '');
  assert.equal(await told.textContent(), 'Aylin Demir changed 2 cells.');
  assert.equal(await told.getAttribute('aria-live'), 'polite');
  await close(tomas, aylin);
});

/** Whether the middle of an element can be pressed as the page stands. */
const inSight = (locator) => locator.evaluate((el) => {
  const { left, top, width, height } = el.getBoundingClientRect();
  return el.contains(document.elementFromPoint(left + width / 2, top + height / 2));
});

/** Tomás writes offline what Aylin changes meanwhile; resolves with his open conflict. */
async function conflictOn(tomas, aylin, task, mine, theirs) {
  await cutOff(tomas);
  await type(tomas, task, 'description', mine);
  await type(aylin, task, 'description', theirs);
  await live(aylin);
  await tomas.context().setOffline(false);
  const conflict = tomas.locator(`[data-testid="conflict:${task}:description"]`);
  await conflict.waitFor();
  return conflict;
}

test('a conflict shows all three texts; whichever is chosen, the other is not lost', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  await type(tomas, 'g1-16', 'description', 'The words before them all');
  await holds(aylin, 'g1-16', 'description', 'The words before them all');
  const conflict = await conflictOn(tomas, aylin, 'g1-16', 'The words of Tomás now', 'The words before, said by Aylin');
  assert.equal(await conflict.locator('[data-testid="conflict-base"]').innerText(), 'The words before them all');
  assert.equal(await conflict.locator('[data-testid="conflict-mine"]').innerText(), 'The words of Tomás now');
  assert.equal(await conflict.locator('[data-testid="conflict-theirs"]').innerText(), 'The words before, said by Aylin');
  await picture(tomas, 'conflict');
  await accessible(tomas);
  await tomas.setViewportSize({ width: 360, height: 740 });
  await picture(tomas, 'conflict-360');
  // What can be done is in sight without scrolling.
  for (const action of ['keep-mine', 'keep-theirs', 'merge']) assert.ok(await inSight(conflict.getByTestId(action)), action);
  await accessible(tomas);
  await tomas.setViewportSize({ width: 1400, height: 850 });

  // Theirs stays: one's own is found beside the cell, by everybody.
  await conflict.locator('[data-testid="keep-theirs"]').click();
  await conflict.waitFor({ state: 'detached' });
  await holds(tomas, 'g1-16', 'description', 'The words before, said by Aylin');
  await aylin.locator('[data-testid="comments-toggle"]').click();
  await aylin.locator('[data-testid="filter:resolved"]').click();
  await aylin.getByText('The words of Tomás now').waitFor();

  // Merge: both in sight, one's own to begin with; Escape decides nothing.
  const second = await conflictOn(tomas, aylin, 'g1-17', 'Mine for the second', 'Theirs for the second');
  await second.locator('[data-testid="merge"]').click();
  await tomas.locator('[data-testid="editor"]').waitFor();
  await tomas.keyboard.press('Escape');
  await second.locator('[data-testid="merge"]').click();
  await tomas.keyboard.press('End');
  await tomas.keyboard.type(', and theirs');
  await tomas.keyboard.press('Enter');
  await holds(aylin, 'g1-17', 'description', 'Mine for the second, and theirs');
  await second.waitFor({ state: 'detached' });

  // Mine stays: theirs is in the history.
  const third = await conflictOn(tomas, aylin, 'g1-18', 'Mine for the third', 'Theirs for the third');
  await third.locator('[data-testid="keep-mine"]').click();
  await holds(aylin, 'g1-18', 'description', 'Mine for the third');
  await at(tomas, 'g1-18', 'description').click();
  await tomas.keyboard.press('Alt+Enter');
  await tomas.locator('[data-testid="cell-history"]').click();
  await tomas.locator('[data-testid="history"]').getByText('Theirs for the third').first().waitFor();
  await close(tomas, aylin);
});

test('one\'s own sort, filter and hidden columns are seen by nobody else and remembered', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const rows = (page) => page.locator('.ag-row[row-id]').count();
  // The sheet draws only the rows in sight; it says how many there are.
  const counted = (page) => page.locator('[aria-rowcount]').first().getAttribute('aria-rowcount').then(Number);
  const all = await counted(aylin);
  await tomas.locator('.ag-header-cell[col-id="status"]').hover();
  await tomas.locator('[data-testid="column:status"]').click();
  await tomas.locator('[data-testid="column-menu"]').waitFor();
  await picture(tomas, 'column-menu');
  await accessible(tomas);
  await tomas.locator('[data-testid="menu:value:Blocked"]').click();
  await tomas.keyboard.press('Escape');
  await tomas.waitForFunction(() => [...document.querySelectorAll('[data-testid$=":status"][data-value]')].every((c) => c.dataset.value === 'Blocked'));
  await at(tomas, await tomas.locator('.ag-row[row-index="0"]').first().getAttribute('row-id'), 'title').click();
  await tomas.locator('.ag-header-cell[col-id="source"]').click({ button: 'right' });
  await tomas.locator('[data-testid="menu:hide"]').click();
  await tomas.locator('.ag-header-cell[col-id="source"]').waitFor({ state: 'detached' });
  // A new row is empty and stays in sight all the same.
  const before = await rows(tomas);
  await tomas.locator('[data-testid="insert-row"]').click();
  await tomas.keyboard.type('Added under a filter');
  await tomas.keyboard.press('Enter');
  await tomas.getByText('Added under a filter').waitFor();
  assert.equal(await rows(tomas), before + 1);
  await picture(tomas, 'filtered');
  await accessible(tomas);
  await eventually(async () => (await counted(aylin)) === all + 1);
  await tomas.reload();
  await live(tomas);
  await tomas.locator('[data-testid="view-more"]', { hasText: 'Filtered' }).waitFor();
  assert.equal(await tomas.locator('.ag-header-cell[col-id="source"]').count(), 0);
  // With the keyboard alone: to the head of a column, its menu, and back.
  await tomas.locator('.ag-header-cell[col-id="title"]').focus();
  await tomas.keyboard.press('Alt+ArrowDown');
  await tomas.locator('[data-testid="column-menu"]').waitFor();
  await tomas.locator('[data-testid="filter-text"]').fill('added under');
  await tomas.keyboard.press('Enter');
  await tomas.locator('[data-testid="view-more"]').click();
  await tomas.locator('[data-testid="menu:clear-filters"]').click();
  await tomas.keyboard.press('Escape');
  await close(tomas, aylin);
});

test('words full of markup, formulas and turned directions show as themselves and turn nothing else', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>&lt;b&gt; =HYPERLINK("http://x") \u202etxt.exe \u2066 {{7*7}}';
  await at(tomas, 'g1-1', 'title').click();
  await paste(tomas, hostile);
  await holds(aylin, 'g1-1', 'title', hostile);
  assert.equal(await cell(aylin, 'g1-1', 'title').innerText(), hostile);
  await tomas.keyboard.press('Shift+F2');
  await tomas.locator('[data-testid="comment-field"]').fill(hostile);
  await tomas.keyboard.press('Enter');
  await aylin.locator('[data-testid="comments-toggle"]').click();
  await aylin.locator('.words-text', { hasText: '{{7*7}}' }).waitFor();
  assert.equal(await aylin.locator('.words-text').first().textContent(), hostile);
  await at(aylin, 'g1-1', 'title').click();
  await aylin.keyboard.press('Alt+Enter');
  assert.equal(await aylin.locator('[data-testid="detail-value"]').textContent(), hostile);
  assert.equal(await aylin.evaluate(() => document.querySelectorAll('.page img, .page script, [data-testid^="cell:"] b, .words-text b, [data-testid="detail-value"] b').length), 0);
  assert.match(await aylin.title(), /platform/);
  // A turned direction ends where the words end: what follows them stands to their right.
  const order = await aylin.evaluate(() => {
    const words = document.querySelector('[data-testid="cell:g1-1:title"] bdi');
    return getComputedStyle(words).unicodeBidi;
  });
  assert.match(order, /isolate/);
  await picture(aylin, 'hostile');
  await accessible(aylin);
  await close(tomas, aylin);
});

for (const colorScheme of ['light', 'dark']) {
  test(`every state reads well in the ${colorScheme} and at 360 px`, async () => {
    const tomas = await signIn(browser, stack.link('Tomás'), { colorScheme });
    const small = await signIn(browser, stack.link('Aylin'), { colorScheme, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    for (const [page, size] of [[tomas, 'wide'], [small, '360']]) {
      const look = async (state) => {
        await picture(page, `${state}-${colorScheme}-${size}`);
        await accessible(page);
      };
      await at(page, 'g1-3', 'title').click();
      await look('sheet');
      await page.locator('[data-testid="row-more"]').click();
      await look('row-menu');
      await page.locator('[data-testid="menu:lock"]').click();
      await page.locator('[data-testid="lock:g1-3"]').waitFor();
      await page.locator('[data-testid="row-more"]').click();
      await page.locator('[data-testid="menu:comment-cell"]').click();
      const field = page.locator('[data-testid="comment-field"], [data-testid="reply-field"]');
      await field.waitFor();
      await look('comment-new');
      await field.fill(`Seen in the ${colorScheme} at ${size}`);
      await page.keyboard.press('Enter');
      await page.getByText(`Seen in the ${colorScheme} at ${size}`).waitFor();
      await look('comments');
      await page.locator('[aria-label="Close comments"]').click();
      await page.locator('[data-testid="details-toggle"]').click();
      await page.locator('[data-testid="sources"]').waitFor();
      await look('details');
      await page.locator('[aria-label="Close details"]').click();
      await page.locator('[data-testid="mentions"]').click();
      await look('mentions');
      await page.keyboard.press('Escape');
      await page.locator('[data-testid="row-more"]').click();
      await page.locator('[data-testid="menu:unlock"]').click();
      await page.locator('[data-testid="lock:g1-3"]').waitFor({ state: 'detached' });
    }
    await close(tomas, small);
  });
}
