// A browser that keeps nothing, or throws at every touch: the page shows the sheet and edits it all the same, and says what
// would be lost.
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

/** What a browser may do with a page's storage, each run before the page's own scripts. */
const FAULTS = {
  'site data is blocked: reading the storage throws': () => {
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
      Object.defineProperty(window, name, { get: () => { throw new DOMException('Access is denied for this document.', 'SecurityError'); } });
  },
  'every call of the storage throws': () => {
    for (const name of ['getItem', 'setItem', 'removeItem', 'key', 'clear'])
      Storage.prototype[name] = () => { throw new DOMException('denied', 'SecurityError'); };
    IDBFactory.prototype.open = () => { throw new DOMException('denied', 'SecurityError'); };
  },
  'the disk is full: writing throws': () => {
    Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
    IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };
  },
  'the database fails to open': () => {
    IDBFactory.prototype.open = () => {
      const request = new EventTarget();
      setTimeout(() => request.onerror?.(new Event('error')));
      return request;
    };
  },
  'the database never answers': () => { IDBFactory.prototype.open = () => new EventTarget(); },
  'there is no database': () => { Object.defineProperty(window, 'indexedDB', { value: undefined }); },
};

for (const [index, [name, fault]] of Object.entries(FAULTS).entries()) {
  test(`the page works where ${name}`, async () => {
    const page = await signIn(browser, stack.link('Tomás'), { prepare: (fresh) => fresh.addInitScript(fault) });
    const task = `g1-${index + 2}`;
    await type(page, task, 'blockers', `Said on device ${index}`);
    await holds(page, task, 'blockers', `Said on device ${index}`);
    await live(page);
    // A sort is remembered as long as the page is open.
    await page.locator('.ag-header-cell[col-id="title"]').click();
    await page.locator('.ag-header-cell[col-id="title"][aria-sort="ascending"]').waitFor();
    await cutOff(page);
    await type(page, task, 'blockers', 'Said offline');
    await page.getByTestId('notice:offline').getByText('This browser keeps nothing: do not close the tab.').waitFor();
    await page.context().setOffline(false);
    await live(page);
    assert.equal(await cell(page, task, 'blockers').getAttribute('data-value'), 'Said offline');
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}

test('a browser that keeps edits is not said to lose them', async () => {
  const page = await signIn(browser, stack.link('Tomás'));
  await cutOff(page);
  await type(page, 'g1-9', 'blockers', 'Kept');
  await page.getByTestId('notice:offline').getByText('1 edit will be sent when the network is back.').waitFor();
  assert.doesNotMatch(await page.getByTestId('notice:offline').textContent(), /keeps nothing/);
  await page.context().close();
});
