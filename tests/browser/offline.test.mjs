// A page that starts without a network, and one that is loaded over a thin line.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cell, cutOff, holds, live, signIn, startBrowser, startStack, type } from './stack.mjs';

let stack;
let browser;
before(async () => { [stack, browser] = await Promise.all([startStack(), startBrowser()]); });
after(async () => {
  await browser?.close();
  await stack?.kill();
});

test('a page that is reloaded without a network comes back, and what was typed is sent afterwards', async () => {
  const page = await signIn(browser, stack.link('Tomás'), { serviceWorkers: 'allow' });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await cutOff(page);
  await type(page, 'g1-2', 'blockers', 'Said before the reload');
  await page.reload();
  await page.getByTestId('notice:offline').waitFor();
  assert.match(await page.title(), /Cyclesheet/);
  await page.context().setOffline(false);
  await live(page);
  await holds(page, 'g1-2', 'blockers', 'Said before the reload');
  assert.equal(await cell(page, 'g1-2', 'blockers').getAttribute('data-value'), 'Said before the reload');
  // Nothing of a sheet and no token is kept beside the page's own files.
  const kept = await page.evaluate(async () => {
    const cache = await caches.open((await caches.keys())[0]);
    return (await cache.keys()).map(({ url }) => new URL(url).pathname);
  });
  assert.ok(kept.length > 3 && kept.every((path) => /^\/(|config\.json|assets\/[\w.-]+)$/.test(path)), String(kept));
  await page.context().close();
});

test("the page's files are packed on their way", async () => {
  const link = new URL(stack.link('Tomás'));
  const index = await fetch(link.origin, { headers: { 'accept-encoding': 'gzip' } });
  const script = (await index.text()).match(/src="\.\/(assets\/[^"]+\.js)"/)[1];
  const answer = await fetch(`${link.origin}/${script}`, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(answer.headers.get('content-encoding'), 'gzip');
  await answer.arrayBuffer();
});
