// What other programs put on the clipboard, pasted into a note with the page's real policy; and notes that lose their row.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, live, newPage, signIn, startBrowser, startStack } from './stack.mjs';

let stack;
let browser;
before(async () => { [stack, browser] = await Promise.all([startStack(), startBrowser()]); });
after(async () => {
  await browser?.close();
  await stack?.kill();
});

const clipboards = fileURLToPath(new URL('../../web/app/test/clipboard/', import.meta.url));
const text = (page, task) => page.locator(`[data-testid="text:notes:${task}"]`);
/** What a note's editor shows, without what is there for the screen alone. */
const shown = (page, task) => text(page, task).evaluate((el) => el.innerHTML
  .replace(/<img class="ProseMirror-separator"[^>]*>|<br class="ProseMirror-trailingBreak">/g, '')
  .replace(/ (target|rel|class)="[^"]*"/g, ''));

/** Words and marks, block by block, as anybody reads them. */
const read = (page, task) => text(page, task).evaluate((el) => {
  const copy = el.cloneNode(true);
  for (const drawn of copy.querySelectorAll('.note-caret, label')) drawn.remove();
  return [...copy.querySelectorAll('p, h1, h2, h3, strong, em, s, li')].map((part) => `${part.localName} ${part.textContent}`).join('\n');
});

async function openNote(page, task) {
  await page.locator(`[row-id="${task}"] [col-id="title"]`).click();
  await page.locator('[data-testid="note-toggle"]').click();
  await page.locator(`[data-testid="note:notes:${task}"][data-status="ready"]`).waitFor();
  await page.locator(`[data-testid="text:notes:${task}"][contenteditable="true"]`).waitFor();
}

/** Puts a program's clipboard where a person's Ctrl+V finds it: copied by another page of the browser. */
async function copy(page, html, plain = '') {
  const source = await newPage(page.context());
  await source.goto('about:blank');
  await source.bringToFront();
  await source.evaluate(([rich, words]) => {
    document.addEventListener('copy', (event) => {
      event.clipboardData.setData('text/html', rich);
      event.clipboardData.setData('text/plain', words);
      event.preventDefault();
    }, { once: true });
  }, [html, plain]);
  await source.keyboard.press('Control+c');
  await source.close();
  await page.bringToFront();
}

async function pasteInto(page, task, html, plain) {
  await openNote(page, task);
  await copy(page, html, plain);
  await text(page, task).click();
  await page.keyboard.press('Control+v');
  await live(page);
}

const clipboard = (name) => readFileSync(`${clipboards}${name}.html`, 'utf8');

test('the page that is tried has the strict policy', async () => {
  const page = await signIn(browser, stack.link('Tomás'));
  const answer = await page.request.get(stack.address);
  assert.match(answer.headers()['content-security-policy'], /default-src 'self'/);
  assert.doesNotMatch(answer.headers()['content-security-policy'], /unsafe/);
  await page.context().close();
});

test('Google Docs: normal text stays normal, bold, italics, lists and rows are kept', async () => {
  const page = await signIn(browser, stack.link('Tomás'));
  await pasteInto(page, 'g1-2', clipboard('google-docs'));
  const html = await shown(page, 'g1-2');
  assert.match(html, /<p>Ship on <strong>Friday<\/strong><em> if the canary<\/em><strong><em><s> never<\/s><\/em><\/strong> holds\.<\/p>/);
  assert.match(html, /<ul><li><p>First<\/p><ul><li><p><strong>Below it<\/strong><\/p><\/li><\/ul><\/li>/);
  assert.match(html, /<p><strong>Stage<\/strong> \| <strong>Share<\/strong><\/p><p>Canary \| 10 %<\/p>/);
  assert.equal(await text(page, 'g1-2').locator('ul[data-type="taskList"] > li').count(), 2);
  // The other reads the same.
  const aylin = await signIn(browser, stack.link('Aylin'));
  await openNote(aylin, 'g1-2');
  await eventually(async () => (await read(aylin, 'g1-2')) === (await read(page, 'g1-2')));
  assert.deepEqual([page.problems, aylin.problems], [[], []]);
  await Promise.all([page.context().close(), aylin.context().close()]);
});

test('Word: bold, italics, lists of paragraphs and rows are kept', async () => {
  const page = await signIn(browser, stack.link('Tomás'));
  await pasteInto(page, 'g1-3', clipboard('word'));
  assert.match(await shown(page, 'g1-3'), /<p>We <strong>agreed<\/strong> on <em>two<\/em> things, <strong>surely<\/strong>:<\/p><ul><li><p>Move the database<\/p><ul><li><p>at <strong>night<\/strong><\/p><\/li><\/ul><\/li><li><p>Tell the customers<\/p><\/li><\/ul><p>Then, in order:<\/p><ol><li><p>Freeze<\/p><\/li><li><p>Copy<\/p><\/li><\/ol><p>Owner \| Due<\/p><p>Jana \| 4 Dec<\/p>/);
  await page.context().close();
});

test('Google Sheets and Excel: every row is a line', async () => {
  const page = await signIn(browser, stack.link('Tomás'));
  await pasteInto(page, 'g1-4', clipboard('google-sheets'));
  assert.match(await shown(page, 'g1-4'), /<p><strong>Team<\/strong> \| <strong>Budget<\/strong> \| <strong>Note<\/strong><\/p><p>Platform \| 1,200<\/p>/);
  await page.locator('[data-testid="note-toggle"]').click();
  await pasteInto(page, 'g1-5', clipboard('excel'));
  assert.match(await shown(page, 'g1-5'), /<p><strong>Item<\/strong> \| <strong>Count<\/strong><\/p><p>Servers \| <em>14<\/em><\/p>/);
  await page.context().close();
});

test('45 KB in 900 lines go in, in parts; a megabyte is refused with its words kept', async () => {
  const [tomas, aylin] = [await signIn(browser, stack.link('Tomás')), await signIn(browser, stack.link('Aylin'))];
  await openNote(aylin, 'g1-6');
  const lines = Array.from({ length: 900 }, (_, n) => `${n + 1}. ${'what was said '.repeat(3)}`);
  await pasteInto(tomas, 'g1-6', `<ul>${lines.map((line) => `<li>${line}</li>`).join('')}</ul>`, lines.join('\n'));
  assert.ok(lines.join('\n').length > 40_000);
  await eventually(async () => (await text(aylin, 'g1-6').locator('li').count()) === 900);
  assert.ok(await read(aylin, 'g1-6') === await read(tomas, 'g1-6'), 'both read the same');
  assert.equal(await tomas.locator('[data-testid="note-lost"]').count(), 0);
  const long = `${'word '.repeat(19)}word\n`.repeat(10_000);
  await copy(tomas, '', long);
  await text(tomas, 'g1-6').click();
  await tomas.keyboard.press('Control+End');
  await tomas.keyboard.press('Control+v');
  const lost = tomas.locator('[data-testid="note-lost"]');
  await lost.waitFor();
  assert.match(await lost.innerText(), /Too long to paste in one go/);
  assert.ok((await lost.locator('pre').textContent()).length > 990_000);
  assert.equal(await text(tomas, 'g1-6').locator('li').count(), 900);
  assert.equal(await text(aylin, 'g1-6').locator('li').count(), 900);
  await Promise.all([tomas.context().close(), aylin.context().close()]);
});

test('a note whose row another removes stays, keeps what is written, and comes back with the row', async () => {
  const [tomas, aylin] = [await signIn(browser, stack.link('Tomás')), await signIn(browser, stack.link('Aylin'))];
  await openNote(tomas, 'g1-8');
  await text(tomas, 'g1-8').click();
  await tomas.keyboard.type('Written before. ');
  await live(tomas);
  await aylin.locator('[row-id="g1-8"] [col-id="title"]').click();
  await aylin.keyboard.press('Control+Delete');
  const card = tomas.locator('[data-testid="note-removed"]');
  await card.waitFor();
  assert.match(await card.innerText(), /Aylin .*removed this row/);
  // The caret is where it was: what is typed goes on.
  await tomas.keyboard.type('Written after.');
  assert.equal(await text(tomas, 'g1-8').innerText(), 'Written before. Written after.');
  await tomas.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await card.getByRole('button', { name: 'Copy the note' }).click();
  await tomas.getByText('Copied.').waitFor();
  assert.equal(await tomas.evaluate(() => navigator.clipboard.readText()), 'Written before. Written after.');
  await card.locator('[data-testid="restore-row"]').click();
  await card.waitFor({ state: 'detached' });
  await live(tomas);
  await aylin.locator('[row-id="g1-8"]').waitFor();
  await openNote(aylin, 'g1-8');
  await eventually(async () => (await text(aylin, 'g1-8').innerText()) === 'Written before. Written after.');
  assert.deepEqual([tomas.problems, aylin.problems], [[], []]);
  await Promise.all([tomas.context().close(), aylin.context().close()]);
});
