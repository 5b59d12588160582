// What people do with each other on one sheet: comments, mentions, locks, presence, and where a cell came from; every
// state is looked at with axe-core and kept as a picture in target/screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, picture } from './look.mjs';
import { cell, holds, live, signIn, startBrowser, startStack, type } from './stack.mjs';

let stack;
let browser;
before(async () => { [stack, browser] = await Promise.all([startStack(), startBrowser()]); });
after(async () => {
  await browser?.close();
  await stack?.kill();
});

const at = (page, task, column) => page.locator(`[row-id="${task}"] [col-id="${column}"]`);
const close = (...pages) => Promise.all(pages.map((page) => { assert.deepEqual(page.problems, []); return page.context().close(); }));
/** Where the keyboard is: `task column`, or what else has it. */
const focused = (page) => page.evaluate(() => {
  const found = document.activeElement?.closest('.ag-cell');
  return found ? `${found.closest('.ag-row').getAttribute('row-id')} ${found.getAttribute('col-id')}` : document.activeElement?.tagName ?? '';
});
const notice = (page, words) => page.locator('[data-testid="notice"]', { hasText: words }).waitFor();

test('a comment that names somebody reaches them, is answered, resolved and reopened, page to page', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  await at(tomas, 'g1-2', 'status').click();
  await tomas.keyboard.press('Control+Alt+m');
  await tomas.keyboard.type('Is this still right? @ayl');
  await tomas.locator('[data-testid="mention:aylin.demir"]').waitFor();
  await picture(tomas, 'comment-mention');
  await accessible(tomas);
  await tomas.keyboard.press('Enter');
  await tomas.keyboard.type('please look');
  await tomas.keyboard.press('Enter');
  // The focus is back on the cell, ready to go on.
  await tomas.waitForFunction(() => document.activeElement?.closest('[col-id="status"]'));

  await aylin.locator('[data-testid="mark:g1-2:status"][data-new]').waitFor();
  await aylin.locator('[data-testid="mentions"][data-unread="1"]').waitFor();
  await picture(aylin, 'mention-arrived');
  await accessible(aylin);
  await aylin.locator('[data-testid="mentions"]').click();
  await aylin.getByText('please look').first().waitFor();
  await picture(aylin, 'mentions');
  await accessible(aylin);
  await aylin.locator('[data-testid^="mentioned:"]').click();
  const thread = aylin.locator('.thread', { hasText: 'Is this still right?' });
  await thread.locator('[data-testid="reply"]').click();
  await aylin.keyboard.type('Yes, since Monday');
  await aylin.keyboard.press('Enter');

  const seen = tomas.locator('.thread', { hasText: 'Yes, since Monday' });
  await seen.waitFor();
  await picture(tomas, 'comment-thread');
  await accessible(tomas);
  await seen.locator('[data-testid="resolve"]').click();
  await aylin.locator('[data-testid="mark:g1-2:status"]').waitFor({ state: 'detached' });
  await aylin.locator('[data-testid="filter:resolved"]').click();
  await aylin.getByText('Resolved by').waitFor();
  await picture(aylin, 'comment-resolved');
  await accessible(aylin);
  await aylin.locator('[data-testid="reopen"]').click();
  await tomas.locator('[data-testid="mark:g1-2:status"]').waitFor();
  // What was looked at is not new any more, also after a reload.
  await aylin.reload();
  await live(aylin);
  await aylin.locator('[data-testid="mark:g1-2:status"]:not([data-new])').waitFor();
  await close(tomas, aylin);
});

test('one edits and deletes one\'s own words, and a comment on a row outlives its row', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  await at(tomas, 'g1-15', 'title').click({ button: 'right' });
  await tomas.locator('[data-testid="menu:comment-row"]').click();
  await tomas.keyboard.type('About the row');
  await tomas.keyboard.press('Enter');
  const there = aylin.locator('[data-testid="comments"] .thread', { hasText: 'About the' });
  await aylin.locator('[data-testid="comments-toggle"]').click();
  await there.waitFor();
  const own = tomas.locator('.thread', { hasText: 'About the row' });
  await own.getByRole('button', { name: 'Edit' }).click();
  await tomas.keyboard.press('Control+a');
  await tomas.keyboard.type('About the whole row');
  await tomas.keyboard.press('Enter');
  await there.getByText('About the whole row').waitFor();
  await there.getByText('edited').waitFor();
  assert.equal(await there.getByRole('button', { name: 'Delete' }).count(), 0, 'nobody deletes another\'s words');
  await at(aylin, 'g1-15', 'title').click();
  await aylin.locator('[data-testid="remove-row"]').click();
  await tomas.getByText('a row that was removed').waitFor();
  await tomas.locator('.thread', { hasText: 'About the whole row' }).getByRole('button', { name: 'Delete' }).click();
  await tomas.getByText('Delete this comment for everyone?').waitFor();
  await accessible(tomas);
  await tomas.locator('.words-asked').getByRole('button', { name: 'Delete' }).click();
  await there.waitFor({ state: 'detached' });
  await close(tomas, aylin);
});

test('a row that one holds is read-only for the others, with holder and time; an admin may break it', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const jana = await signIn(browser, stack.link('Jana'));
  await at(tomas, 'g1-5', 'title').click();
  await tomas.keyboard.press('Shift+F10');
  await tomas.locator('[data-testid="row-menu"]').waitFor();
  await picture(tomas, 'row-menu');
  await accessible(tomas);
  await tomas.locator('[data-testid="menu:lock"]').click();
  const pill = aylin.locator('[data-testid="lock:g1-5"]');
  await pill.getByText('Tomás Ferreira').waitFor();
  assert.match(await pill.innerText(), /[45]:\d\d/);
  const before = await cell(aylin, 'g1-5', 'title').getAttribute('data-value');
  await type(aylin, 'g1-5', 'title', 'Not now');
  await notice(aylin, /Tomás Ferreira holds this row for another \d:\d\d/);
  assert.equal(await cell(aylin, 'g1-5', 'title').getAttribute('data-value'), before);
  await picture(aylin, 'locked');
  await accessible(aylin);
  // The holder writes.
  await type(tomas, 'g1-5', 'title', 'Mine to write');
  await holds(aylin, 'g1-5', 'title', 'Mine to write');
  await at(jana, 'g1-5', 'title').click({ button: 'right' });
  await picture(jana, 'lock-break');
  await jana.locator('[data-testid="menu:break"]').click();
  await pill.waitFor({ state: 'detached' });
  await notice(tomas, /Jana/);
  await type(aylin, 'g1-5', 'title', 'Open again');
  await holds(tomas, 'g1-5', 'title', 'Open again');
  await close(tomas, aylin, jana);
});

test('a lock ends by itself', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'), { clock: true });
  await at(tomas, 'g1-6', 'title').click({ button: 'right' });
  await tomas.locator('[data-testid="menu:lock"]').click();
  const pill = aylin.locator('[data-testid="lock:g1-6"]');
  await pill.waitFor();
  await aylin.clock.fastForward(301_000);
  await pill.waitFor({ state: 'detached' });
  await close(tomas, aylin);
});

test('who types, who is idle and who is away is seen by the others', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'), { clock: true });
  const aylin = await signIn(browser, stack.link('Aylin'));
  const state = (status) => aylin.locator(`[data-testid="people"] .avatar[data-state="${status}"][title^="Tomás"]`).waitFor();
  await at(tomas, 'g1-4', 'status').click();
  await aylin.locator('[data-testid="cursor:tomas.ferreira"]').waitFor();
  await at(tomas, 'g1-4', 'description').dblclick();
  await state('typing');
  await aylin.locator('[data-testid="people"]').click();
  const entry = aylin.locator('[data-testid="person:tomas.ferreira"]');
  await entry.getByText('typing').waitFor();
  await entry.getByText(/Description/).waitFor();
  await picture(aylin, 'people');
  await accessible(aylin);
  await aylin.keyboard.press('Escape');
  await tomas.keyboard.press('Escape');
  await tomas.clock.fastForward(61_000);
  await state('idle');
  await tomas.clock.fastForward(5 * 60_000);
  await state('away');
  await aylin.locator('[data-testid="cursor:tomas.ferreira"]').waitFor({ state: 'detached' });
  await tomas.keyboard.press('ArrowDown');
  await state('active');
  await close(tomas, aylin);
});

test('a cell says who wrote it and its text before, and shows the messages it came from', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  await type(tomas, 'g1-7', 'status', 'Blocked');
  await live(tomas);
  await at(tomas, 'g1-7', 'status').click();
  await tomas.keyboard.press('Alt+Enter');
  const details = tomas.locator('[data-testid="details"]');
  await details.locator('[data-testid="source:m8"] blockquote').waitFor();
  assert.match(await details.locator('[data-testid="detail-author"]').innerText(), new RegExp(`Tomás Ferreira.*${new Date().getFullYear()}`));
  assert.equal((await details.locator('[data-testid="detail-ai"]').innerText()).trim(), 'In progress');
  await picture(tomas, 'provenance');
  await accessible(tomas);
  // A message's id in the source column leads there too.
  await tomas.locator('[aria-label="Close details"]').click();
  assert.equal(await focused(tomas), 'g1-7 status');
  await at(tomas, 'g1-1', 'source').locator('.chip').first().click();
  await details.locator('[data-testid="source:m7"]').waitFor();

  const lena = await signIn(browser, stack.link('Lena'));
  await at(lena, 'g1-7', 'title').click();
  await lena.keyboard.press('Alt+Enter');
  await lena.locator('[data-testid="sources-forbidden"]').waitFor();
  await picture(lena, 'provenance-viewer');
  await accessible(lena);
  await close(tomas, lena);
});
