// What admins do: roles, removing and letting back in mid-session, and reading what the model was told.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, picture } from './look.mjs';
import { cell, holds, live, placed, signIn, startBrowser, startStack, type } from './stack.mjs';

let stack;
let browser;
before(async () => { [stack, browser] = await Promise.all([startStack(), startBrowser()]); });
after(async () => {
  await browser?.close();
  await stack?.kill();
});

const person = (name) => signIn(browser, stack.link(name));
const leave = (...pages) => Promise.all(pages.map((page) => page.context().close()));
const click = (page, id) => page.getByTestId(id).click();
const members = async (page) => { await click(page, 'menu'); await click(page, 'menu-members'); };

test('who is here, and with which role, is for everybody to see and for admins to change', async () => {
  const [jana, lena] = [await person('Jana'), await person('Lena')];
  await members(lena);
  await lena.getByTestId('member:jana.hoffmann').waitFor();
  assert.equal(await lena.locator('[data-testid^="remove:"], [data-testid^="role:"]').count(), 0, 'a viewer only looks');
  await members(jana);
  const row = jana.getByTestId('member:lena.vogt');
  await row.waitFor();
  await picture(jana, 'members');
  await accessible(jana);

  await row.getByLabel('Role of Lena Vogt').selectOption('editor');
  await lena.getByTestId('insert-row').waitFor();
  await type(lena, 'g1-2', 'title', 'Lena may write now');
  await holds(jana, 'g1-2', 'title', 'Lena may write now');
  await row.getByLabel('Role of Lena Vogt').selectOption('viewer');
  await lena.getByTestId('insert-row').waitFor({ state: 'detached' });
  await leave(jana, lena);
});

test('a person removed in mid-session sees it at once, writes nothing more, and may be let back', async () => {
  const [jana, tomas] = [await person('Jana'), await person('Tomás')];
  const before = await cell(jana, 'g1-3', 'title').getAttribute('data-value');
  await members(jana);
  await click(jana, 'remove:tomas.ferreira');
  await picture(jana, 'remove-asks');
  await accessible(jana);
  await jana.getByText('Keep', { exact: true }).click();
  assert.equal(await tomas.getByTestId('connection').getAttribute('data-status'), 'live', 'asking alone does nothing');

  await click(jana, 'remove:tomas.ferreira');
  await click(jana, 'remove-yes:tomas.ferreira');
  await tomas.getByTestId('notice:removed').waitFor();
  await picture(tomas, 'removed');
  await type(tomas, 'g1-3', 'title', 'After the removal');
  assert.equal(await cell(tomas, 'g1-3', 'title').getAttribute('data-value'), before);
  await tomas.reload();
  await tomas.getByText(/removed/i).first().waitFor();

  await jana.locator('[data-testid="member:tomas.ferreira"][data-removed]').waitFor();
  await click(jana, 'let-back:tomas.ferreira');
  await jana.locator('[data-testid="member:tomas.ferreira"]:not([data-removed])').waitFor();
  const back = await person('Tomás');
  await type(back, 'g1-3', 'title', 'Back again');
  await holds(jana, 'g1-3', 'title', 'Back again');
  await leave(jana, tomas, back);
});

test('what was sent to the model, what came back and what was dropped is there for admins only', async () => {
  const [jana, tomas] = [await person('Jana'), await person('Tomás')];
  await click(tomas, 'menu');
  await tomas.getByTestId('menu-members').waitFor();
  assert.equal(await tomas.getByTestId('menu-audit').count(), 0);
  await click(jana, 'menu');
  await click(jana, 'menu-audit');
  const report = jana.getByTestId('report:1');
  await report.waitFor();
  assert.match(await report.innerText(), /Messages read\s+221/);
  await click(jana, 'sent:1');
  await jana.getByText('Messages, as sent').waitFor();
  assert.match(await jana.locator('.report-raw').nth(1).innerText(), /INC-231/);
  await picture(jana, 'audit');
  await accessible(jana);
  await jana.setViewportSize({ width: 360, height: 740 });
  await picture(jana, 'audit-360');
  assert.equal((await placed(jana.getByTestId('audit'))).width, 360);
  assert.deepEqual(jana.problems, []);
  await leave(jana, tomas);
});
