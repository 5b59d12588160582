// Two people in two browsers on one sheet, against a real local stack.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cell, cutOff, holds, live, newPage, signIn, startBrowser, startStack, type } from './stack.mjs';

let stack;
let browser;
before(async () => { [stack, browser] = await Promise.all([startStack(), startBrowser()]); });
after(async () => {
  await browser?.close();
  await stack?.kill();
});

const sheet = (page) => page.evaluate(() => [...document.querySelectorAll('[data-testid^="cell:"]')].map((c) => `${c.dataset.testid}=${c.dataset.value}`).sort().join('\n'));

test('the sample week is there, and says that it is a sample', async () => {
  const page = await signIn(browser, stack.link('Jana'));
  await page.locator('[data-testid="notice:sample"]').waitFor();
  assert.match(await cell(page, 'g1-1', 'title').getAttribute('data-value'), /Postgres 17/);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('two pages edit one sheet and agree', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  await type(tomas, 'g1-2', 'title', 'Written by Tomás');
  await type(aylin, 'g1-3', 'title', 'Written by Aylin');
  await holds(aylin, 'g1-2', 'title', 'Written by Tomás');
  await holds(tomas, 'g1-3', 'title', 'Written by Aylin');
  await Promise.all([live(tomas), live(aylin)]);
  assert.equal(await sheet(tomas), await sheet(aylin));
  assert.deepEqual([tomas.problems, aylin.problems], [[], []]);
  await Promise.all([tomas.context().close(), aylin.context().close()]);
});

test('each sees who is here and where', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  await tomas.locator('[row-id="g1-5"] [col-id="status"]').click();
  await aylin.locator('[data-testid="cursor:tomas.ferreira"]').waitFor();
  await tomas.context().close();
  await aylin.locator('[data-testid="cursor:tomas.ferreira"]').waitFor({ state: 'detached' });
  await aylin.context().close();
});

test('a viewer reads and cannot edit', async () => {
  const lena = await signIn(browser, stack.link('Lena'));
  const before = await cell(lena, 'g1-6', 'title').getAttribute('data-value');
  await type(lena, 'g1-6', 'title', 'Not mine to write');
  assert.equal(await cell(lena, 'g1-6', 'title').getAttribute('data-value'), before);
  await lena.context().close();
});

test('edits made offline are sent when the network is back, and a conflict loses nobody\'s words', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  await cutOff(tomas);
  await type(tomas, 'g1-7', 'title', 'Offline by Tomás');
  await type(tomas, 'g1-8', 'title', 'Also offline');
  await type(aylin, 'g1-7', 'title', 'Meanwhile by Aylin');
  await live(aylin);
  await tomas.context().setOffline(false);
  await holds(aylin, 'g1-8', 'title', 'Also offline');
  const conflict = tomas.locator('[data-testid="conflict:g1-7:title"]');
  await conflict.waitFor();
  assert.match(await conflict.locator('[data-testid="conflict-mine"]').innerText(), /Offline by Tomás/);
  assert.match(await conflict.locator('[data-testid="conflict-theirs"]').innerText(), /Meanwhile by Aylin/);
  await conflict.locator('[data-testid="keep-mine"]').click();
  await holds(aylin, 'g1-7', 'title', 'Offline by Tomás');
  await Promise.all([tomas.context().close(), aylin.context().close()]);
});

test('a link without a token opens signed in while another tab of the browser is', async () => {
  const page = await signIn(browser, stack.link('Tomás'));
  const link = new URL(page.url());
  assert.equal(link.hash, '');
  const other = await page.context().newPage();
  await other.goto(link.href);
  await live(other);
  assert.match(await other.locator('.statusbar').textContent(), /Tomás Ferreira/);
  // A browser without such a tab is asked to sign in.
  const stranger = await browser.newContext();
  const alone = await stranger.newPage();
  await alone.goto(link.href);
  await alone.getByText('Sign in').first().waitFor();
  await stranger.close();
  await page.context().close();
});

test('a view and a health word of one are there for the other, and the history says who', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  await tomas.getByTestId('quick:blocked').click();
  await tomas.getByTestId('views').click();
  await tomas.getByTestId('view-name').fill('What is blocked');
  await tomas.getByTestId('view-save').click();
  await tomas.getByTestId('view:What is blocked').waitFor();
  await tomas.getByTestId('health-button').click();
  await tomas.getByTestId('health:atRisk').click();
  await live(tomas);
  await aylin.locator('[data-testid="health"][data-health="atRisk"]').waitFor();
  assert.match(await aylin.getByTestId('health').getAttribute('title'), /^Chosen by Tomás Ferreira/);
  await aylin.getByTestId('views').click();
  // A view is its author's: there is no way to remove another's.
  assert.equal(await aylin.getByLabel('Remove the view What is blocked').count(), 0);
  await aylin.getByTestId('view:What is blocked').click();
  await aylin.locator('.statusbar-count', { hasText: '2 of' }).waitFor();
  assert.equal(new URL(aylin.url()).searchParams.get('show'), 'blocked');
  await aylin.getByTestId('history-toggle').click();
  await aylin.getByText('said that the week is at risk').waitFor();
  await aylin.getByText('saved the view “What is blocked”').waitFor();
  assert.deepEqual([tomas.problems, aylin.problems], [[], []]);
  await Promise.all([tomas.context().close(), aylin.context().close()]);
});

test('a link opens where it points, also by way of the sign-in', async () => {
  const context = await browser.newContext({ viewport: { width: 1400, height: 850 }, serviceWorkers: 'block' });
  const page = await newPage(context);
  const link = new URL(stack.link('Aylin'));
  const token = link.hash;
  link.hash = '';
  link.searchParams.set('row', 'g1-5');
  link.searchParams.set('cell', 'deadline');
  link.searchParams.set('group', 'status');
  link.searchParams.set('open', 'row');
  await page.goto(link.href);
  await page.getByPlaceholder('Sign-in link').fill(`${link.origin}/${token}`);
  await page.keyboard.press('Enter');
  await page.getByTestId('row-page').waitFor();
  await page.locator('[row-id="g1-5"] [col-id="deadline"]:focus-within').waitFor();
  await page.locator('.group-head').first().waitFor();
  await page.getByTestId('tab:history').click();
  await page.getByTestId('history').waitFor();
  await page.goBack();
  await page.getByTestId('row-page').waitFor();
  await context.close();
});
