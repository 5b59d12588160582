// The sheet under one person's hands while another watches, against a real local stack: every editor, filling, moving,
// taking back, long words, what flashes and for whom it stands still, whose words a cell holds, other weeks.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { accessible, picture } from './look.mjs';
import { cell, eventually, holds, live, placed, signIn, startBrowser, startStack, type } from './stack.mjs';

const SECRET = 'the-key-of-this-test-and-of-nobody-else';
let stack;
let browser;
before(async () => { [stack, browser] = await Promise.all([startStack('--secret', SECRET), startBrowser()]); });
after(async () => {
  await browser?.close();
  await stack?.kill();
});

const at = (page, task, column) => page.locator(`[row-id="${task}"] [col-id="${column}"]`);
const close = (...pages) => Promise.all(pages.map((page) => { assert.deepEqual(page.problems, []); return page.context().close(); }));
const order = (page) => page.evaluate(() => [...document.querySelectorAll('.ag-row[row-id]')].sort((a, b) => a.getAttribute('row-index') - b.getAttribute('row-index')).map((row) => row.getAttribute('row-id')));
const tokenOf = (url) => /token=([^&\s]+)/.exec(url)[1];
const api = async (path) => (await fetch(`${stack.address}/api/cycles${path}`, { headers: { authorization: `Bearer ${tokenOf(stack.link('Jana'))}` } })).json();
const tip = async (cycle) => (await api(`/platform/${cycle}/changes?since=0&limit=1000`)).version;

test('every column has an editor that knows what it is for, by keyboard alone', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  await at(tomas, 'g1-2', 'status').click();
  await tomas.keyboard.press('Enter');
  await picture(tomas, 'editor-status');
  await accessible(tomas);
  await tomas.keyboard.type('bl');
  await tomas.keyboard.press('Tab');
  await tomas.keyboard.type('ur');
  await tomas.keyboard.press('Tab');
  // The first letters of a name are enough, without its accents: the likeliest is taken.
  await tomas.keyboard.type('ayl');
  const offered = tomas.getByTestId('editor').getByRole('option');
  await offered.filter({ hasText: 'Aylin Demir' }).waitFor();
  await picture(tomas, 'editor-person');
  await tomas.keyboard.press('Tab');
  await tomas.keyboard.type('24 dec');
  await picture(tomas, 'editor-date');
  await accessible(tomas);
  await tomas.keyboard.press('Tab');
  await tomas.keyboard.type('60');
  await tomas.keyboard.press('ArrowUp');
  await picture(tomas, 'editor-progress');
  await tomas.keyboard.press('Enter');
  await holds(aylin, 'g1-2', 'status', 'Blocked');
  await holds(aylin, 'g1-2', 'priority', 'Urgent');
  await holds(aylin, 'g1-2', 'assignee', 'Aylin Demir');
  await holds(aylin, 'g1-2', 'progress', '65');
  assert.match(await cell(aylin, 'g1-2', 'deadline').getAttribute('data-value'), /^\d{4}-12-24$/);
  assert.equal(await at(aylin, 'g1-2', 'progress').locator('.progress-bar').evaluate((bar) => bar.style.width), '65%');
  await close(tomas, aylin);
});

test('a long text is written and read in place', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const long = `${'A sentence that goes on about the certificate and who asks for it. '.repeat(20)}The end.`;
  await at(tomas, 'g1-3', 'description').click();
  await tomas.keyboard.press('Enter');
  await tomas.keyboard.press('Control+a');
  await tomas.keyboard.insertText(long);
  await tomas.keyboard.press('Shift+Enter');
  await tomas.keyboard.type('A second line');
  const field = tomas.getByTestId('editor').locator('textarea');
  const { scrolls, inside } = await field.evaluate((el) => {
    const { bottom, right } = el.getBoundingClientRect();
    return { scrolls: el.scrollHeight > el.clientHeight, inside: bottom <= innerHeight && right <= innerWidth };
  });
  assert.deepEqual({ scrolls, inside }, { scrolls: true, inside: true });
  await picture(tomas, 'editor-text');
  await tomas.keyboard.press('Enter');
  await holds(aylin, 'g1-3', 'description', `${long}\nA second line`);
  // A viewer sees all of it where they are.
  await at(aylin, 'g1-3', 'description').click();
  await aylin.keyboard.press('Alt+Enter');
  await aylin.getByTestId('detail-value').getByText('A second line').waitFor();
  await close(tomas, aylin);
});

test('a block is filled by keyboard as one change, and one undo takes it back', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const [{ cycle }] = (await api('?team=platform')).cycles;
  const was = await Promise.all(['g1-5', 'g1-6', 'g1-7'].map((task) => cell(tomas, task, 'blockers').getAttribute('data-value')));
  await type(tomas, 'g1-4', 'blockers', 'Waits for the key');
  await live(tomas);
  const before = await tip(cycle);
  await at(tomas, 'g1-4', 'blockers').click();
  for (let i = 0; i < 3; i += 1) await tomas.keyboard.press('Shift+ArrowDown');
  await tomas.keyboard.press('Control+d');
  for (const task of ['g1-5', 'g1-6', 'g1-7']) await holds(aylin, task, 'blockers', 'Waits for the key');
  assert.equal(await tip(cycle), before + 1, 'one change');
  await tomas.keyboard.press('Control+z');
  for (const [i, task] of ['g1-5', 'g1-6', 'g1-7'].entries()) await holds(aylin, task, 'blockers', was[i]);
  await close(tomas, aylin);
});

test('rows are dragged, added and removed; what was removed comes back whole, where it stood', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const begin = await order(tomas);
  const [, second, , , fifth] = begin;
  await at(tomas, second, 'title').hover();
  const grip = await placed(tomas.locator(`[row-id="${second}"] .rowhead-grip`));
  const goal = await placed(at(tomas, fifth, 'title'));
  await tomas.mouse.move(grip.x + 8, grip.y + 16);
  await tomas.mouse.down();
  await tomas.mouse.move(goal.x + 30, goal.y + 12, { steps: 10 });
  await tomas.mouse.move(goal.x + 30, goal.y + 28, { steps: 4 });
  await tomas.mouse.up();
  const moved = begin.filter((id) => id !== second);
  moved.splice(moved.indexOf(fifth) + 1, 0, second);
  await eventually(async () => (await order(aylin)).join() === moved.join());

  await at(tomas, second, 'title').click();
  const title = await cell(tomas, second, 'title').getAttribute('data-value');
  await tomas.keyboard.press('Control+Delete');
  await at(aylin, second, 'title').waitFor({ state: 'detached' });
  await tomas.getByTestId('undo').click();
  await holds(aylin, second, 'title', title);
  await eventually(async () => (await order(aylin)).join() === moved.join());
  assert.equal(await aylin.locator(`[row-id="${second}"] [col-id="title"] .cell`).getAttribute('data-origin'), 'model', 'the row that went, not one like it');

  await tomas.getByTestId('insert-row').click();
  await tomas.keyboard.type('A row that nobody keeps');
  await tomas.keyboard.press('Enter');
  await aylin.getByText('A row that nobody keeps').first().waitFor();
  for (let i = 0; i < 2; i += 1) await tomas.keyboard.press('Control+z');
  await eventually(async () => (await order(aylin)).join() === moved.join());
  await close(tomas, aylin);
});

test('what somebody else changed is marked for a moment in their colour; without motion the mark stands, and goes all the same', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const still = await signIn(browser, stack.link('Jana'), { reducedMotion: 'reduce' });
  const marks = (page) => page.evaluate(() => {
    window.marks = [];
    new MutationObserver((records) => {
      for (const { addedNodes } of records) for (const node of addedNodes) {
        if (node.classList?.contains('flash')) window.marks.push({ color: node.style.getPropertyValue('--person'), moves: getComputedStyle(node).animationName });
      }
    }).observe(document.querySelector('.layer'), { childList: true, subtree: true });
  });
  await Promise.all([aylin, still].map(marks));
  const gone = (page) => page.waitForFunction(() => window.marks.length > 0 && document.querySelector('.flash') === null);
  await type(tomas, 'g1-8', 'title', 'Seen by the others');
  await Promise.all([gone(aylin), gone(still)]);
  const [seen, calm] = await Promise.all([aylin, still].map((page) => page.evaluate(() => window.marks)));
  assert.equal(seen.length, 1);
  assert.match(seen[0].color, /^#[0-9a-f]{6}$/i);
  assert.deepEqual([seen[0].moves, calm.map(({ moves }) => moves)], ['fade', ['none']]);
  assert.equal(await tomas.locator('.flash').count(), 0, 'not for its author');
  await close(tomas, aylin, still);
});

test('a cell of the model, one of a person and one that a person corrected look different, and say so', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  await type(tomas, 'g1-10', 'title', 'Corrected by Tomás');
  await tomas.getByTestId('insert-row').click();
  await tomas.keyboard.type('Written by Tomás');
  await tomas.keyboard.press('Enter');
  await live(tomas);
  const face = (text) => tomas.locator('.cell', { hasText: text }).first().evaluate((el) => ({ origin: el.dataset.origin, said: el.querySelector('.sr-only')?.textContent ?? '', corner: getComputedStyle(el, '::after').borderTopColor + getComputedStyle(el, '::before').content + getComputedStyle(el).backgroundImage }));
  const [corrected, person] = [await face('Corrected by Tomás'), await face('Written by Tomás')];
  const model = await tomas.locator('[row-id="g1-11"] [col-id="title"] .cell').evaluate((el) => ({ origin: el.dataset.origin, said: el.querySelector('.sr-only')?.textContent ?? '' }));
  assert.deepEqual([model.origin, corrected.origin, person.origin], ['model', 'corrected', 'person']);
  assert.deepEqual([model.said, corrected.said, person.said], ['', ', corrected by a person', '']);
  // What the model wrote is one press away, and comes back as a change.
  await at(tomas, 'g1-10', 'title').click();
  await tomas.keyboard.press('Alt+Enter');
  const wrote = (await tomas.getByTestId('detail-ai').innerText()).trim();
  await tomas.getByTestId('take-model').click();
  await holds(tomas, 'g1-10', 'title', wrote);
  await close(tomas);
});

test('another week is a sheet of its own, and the way back is in the list', async () => {
  // Only this week and the next begin with a visit, so the other week is last week, whenever this runs.
  const folder = await mkdtemp(`${tmpdir()}/cyclesheet-week-`);
  const message = { id: 'm1', channel: 'platform', author: 'Ben', at: new Date(Date.now() - 7 * 24 * 3_600_000).toISOString(), text: 'please review the contract with the data centre' };
  await writeFile(`${folder}/week.jsonl`, `${JSON.stringify(message)}\n`);
  const own = await startStack('--no-model', '--week', `${folder}/week.jsonl`);
  try {
    const tomas = await signIn(browser, own.link('Tomás'));
    const cycle = new URL(own.link('Tomás')).searchParams.get('cycle');
    const next = weekAfter(cycle);
    // What a person has touched goes on.
    await type(tomas, 'g1-1', 'title', 'Review the contract');
    await live(tomas);
    await tomas.goto(`${own.address}/?team=platform&cycle=${next}`);
    await live(tomas);
    await picture(tomas, 'week-to-come');
    // What is unfinished came along.
    await tomas.locator('.carried').first().waitFor();
    await tomas.getByTestId('insert-row').click();
    await tomas.keyboard.type('Planned for the week to come');
    await tomas.keyboard.press('Enter');
    await live(tomas);
    await tomas.getByTestId('weeks').click();
    assert.match(await tomas.locator('.week-list a[aria-current="page"]').innerText(), new RegExp(next));
    await picture(tomas, 'weeks');
    // What the list lies over cannot be pressed meanwhile, and need not be.
    await accessible(tomas, '.week-list');
    await tomas.locator('.week-list a', { hasText: cycle }).click();
    await cell(tomas, 'g1-1', 'title').waitFor();
    await live(tomas);
    assert.equal(await tomas.getByText('Planned for the week to come').count(), 0);
    await close(tomas);
  } finally {
    await own.kill();
    await rm(folder, { recursive: true, force: true });
  }
});

test('a sign-in that ends in the middle of an edit is shown, loses nothing, and a fresh link goes on', async () => {
  const aylin = await signIn(browser, stack.link('Aylin'));
  const ends = Math.floor(Date.now() / 1_000) + 12;
  const tomas = await signIn(browser, stack.link('Tomás').replace(/token=[^&]+/, `token=${until(tokenOf(stack.link('Tomás')), ends)}`));
  await eventually(() => Date.now() > (ends + 1) * 1_000);
  await type(tomas, 'g1-12', 'title', 'Written after the end');
  await tomas.getByTestId('notice:sessionEnded').getByText('1 unsaved edit').waitFor();
  await picture(tomas, 'session-ended');
  await accessible(tomas);
  await tomas.getByLabel('Sign-in link').fill(stack.link('Tomás'));
  await tomas.keyboard.press('Enter');
  await live(tomas);
  await holds(aylin, 'g1-12', 'title', 'Written after the end');
  await close(tomas, aylin);
});

/** The same token, but for its end: signed with the local issuer's key, which this test gave it. */
function until(token, exp) {
  const [head, claims] = token.split('.');
  const body = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url')), exp })).toString('base64url');
  return `${head}.${body}.${createHmac('sha256', SECRET).update(`${head}.${body}`).digest('base64url')}`;
}

/** `2026-W53` → `2027-W01` */
function weekAfter(cycle) {
  const [, year, week] = /^(\d+)-W(\d+)$/.exec(cycle).map(Number);
  const fourth = new Date(Date.UTC(year, 0, 4));
  const thursday = new Date(fourth);
  thursday.setUTCDate(fourth.getUTCDate() - ((fourth.getUTCDay() + 6) % 7) + 3 + week * 7);
  const first = new Date(Date.UTC(thursday.getUTCFullYear(), 0, 4));
  const number = Math.round((thursday - first) / (7 * 86_400_000) + ((first.getUTCDay() + 6) % 7 - 3) / 7) + 1;
  return `${thursday.getUTCFullYear()}-W${String(number).padStart(2, '0')}`;
}
