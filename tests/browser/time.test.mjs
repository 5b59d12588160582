// The page over time: who changed what, any version, restoring, files, removal, networks that fail; against a real stack.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
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

const person = (name, options) => signIn(browser, stack.link(name), options);
const leave = (...pages) => Promise.all(pages.map((page) => page.context().close()));
const click = (page, id) => page.getByTestId(id).click();
const tokenOf = (url) => /token=([^&\s]+)/.exec(url)[1];
/** The entry whose change wrote this text. */
const entryWith = (page, text) => page.getByTestId('history').locator('.entry', { has: page.locator('ins.value', { hasText: text }) });
/** What the log holds, from the server itself. */
const changes = async (from = stack) => {
  const answer = await fetch(`${from.address}/api/cycles/platform/${from.cycle ?? (await weekOf(from))}/changes?limit=1000`, { headers: { authorization: `Bearer ${tokenOf(from.link('Jana'))}` } });
  return (await answer.json()).changes;
};
const weekOf = async (from) => {
  const answer = await fetch(`${from.address}/api/cycles?team=platform`, { headers: { authorization: `Bearer ${tokenOf(from.link('Jana'))}` } });
  from.cycle = (await answer.json()).cycles[0].cycle;
  return from.cycle;
};

test('who changed what is found by person, by row and by cell', async () => {
  const [tomas, aylin] = [await person('Tomás'), await person('Aylin')];
  await type(aylin, 'g1-3', 'status', 'Done');
  await holds(tomas, 'g1-3', 'status', 'Done');
  await type(tomas, 'g1-2', 'title', 'Batch 4 on Monday');
  await live(tomas);
  await click(tomas, 'history-toggle');
  await entryWith(tomas, 'Done').getByText('Aylin Demir').waitFor();
  await entryWith(tomas, 'Batch 4 on Monday').getByText('Tomás Ferreira').waitFor();
  await picture(tomas, 'history');
  await accessible(tomas);

  await tomas.getByTestId('history-person').selectOption({ label: 'Aylin Demir' });
  await entryWith(tomas, 'Batch 4 on Monday').waitFor({ state: 'detached' });
  await entryWith(tomas, 'Done').waitFor();
  await tomas.getByTestId('history-person').selectOption({ label: 'Everyone' });

  await tomas.locator('[row-id="g1-2"] [col-id="title"]').click();
  await tomas.getByText('This cell', { exact: true }).click();
  assert.equal(await tomas.getByTestId('history-about').innerText(), 'Title of “Batch 4 on Monday”');
  await entryWith(tomas, 'Done').waitFor({ state: 'detached' });
  await entryWith(tomas, 'Batch 4 on Monday').waitFor();
  await picture(tomas, 'history-cell');

  // What comes in while one watches is there without asking.
  await type(aylin, 'g1-2', 'title', 'Batch 4 on Tuesday');
  await entryWith(tomas, 'Batch 4 on Tuesday').waitFor();
  assert.deepEqual(tomas.problems, []);
  await leave(tomas, aylin);
});

test('the way from a cell to its history is in its menu and in its details', async () => {
  const tomas = await person('Tomás');
  await tomas.locator('[row-id="g1-5"] [col-id="status"]').click({ button: 'right' });
  await tomas.getByText('History of status').click();
  assert.match(await tomas.getByTestId('history-about').innerText(), /^Status of/);
  await tomas.locator('[row-id="g1-4"] [col-id="status"]').click();
  await tomas.keyboard.press('Alt+Enter');
  await click(tomas, 'cell-history');
  assert.match(await tomas.getByTestId('history-about').innerText(), /^Status of/);
  await tomas.getByTestId('entry:2').waitFor();
  await leave(tomas);
});

test('a cell is put back from the timeline, and a removed row comes back with what the model wrote', async () => {
  const [tomas, aylin] = [await person('Tomás'), await person('Aylin')];
  const old = await cell(tomas, 'g1-8', 'title').getAttribute('data-value');
  await type(aylin, 'g1-8', 'title', 'A mistake');
  await holds(tomas, 'g1-8', 'title', 'A mistake');
  await click(tomas, 'history-toggle');
  await click(tomas, 'put-back:g1-8:title');
  await holds(aylin, 'g1-8', 'title', old);

  await aylin.locator('[row-id="g1-9"] [col-id="title"]').click();
  await aylin.keyboard.press('Control+Delete');
  await cell(tomas, 'g1-9', 'title').waitFor({ state: 'detached' });
  await click(tomas, 'bring-back:g1-9');
  await cell(aylin, 'g1-9', 'title').waitFor();
  const origin = await aylin.locator('[row-id="g1-9"] [col-id="title"] .cell').getAttribute('data-origin');
  assert.equal(origin, 'model', 'the row is the one that went, not one like it');
  const order = (page) => page.evaluate(() => [...document.querySelectorAll('.ag-row')].sort((a, b) => a.getAttribute('row-index') - b.getAttribute('row-index')).map((row) => row.getAttribute('row-id')).slice(0, 10));
  assert.deepEqual((await order(aylin)).slice(7, 9), ['g1-8', 'g1-9']);
  await leave(tomas, aylin);
});

test('any version is shown, marked as old, read-only, with a way back; a row and a cell are restored from it', async () => {
  const [tomas, aylin] = [await person('Tomás'), await person('Aylin')];
  const [title, status] = await Promise.all(['title', 'status'].map((column) => cell(tomas, 'g1-10', column).getAttribute('data-value')));
  await type(aylin, 'g1-10', 'title', 'Overwritten');
  await type(aylin, 'g1-10', 'status', 'Done');
  await holds(tomas, 'g1-10', 'status', 'Done');
  await click(tomas, 'history-toggle');
  await click(tomas, 'view:2');
  await tomas.locator(`[data-testid="then:g1-10:title"][data-value=${JSON.stringify(title)}]`).waitFor();
  assert.match(await tomas.getByTestId('version-words').innerText(), /^Version 2 as it was on .* Read only\.$/);
  assert.equal(await tomas.getByTestId('insert-row').count(), 0, 'the tools are gone');
  await tomas.getByTestId('then:g1-10:title').getByRole('button').click();
  await picture(tomas, 'version');
  await accessible(tomas);

  await click(tomas, 'restore-cell');
  await holds(aylin, 'g1-10', 'title', title);
  await click(tomas, 'restore-row:g1-10');
  await holds(aylin, 'g1-10', 'status', status);

  await tomas.keyboard.press('Escape');
  await tomas.getByTestId('version').waitFor({ state: 'detached' });
  await tomas.getByTestId('insert-row').waitFor();
  await leave(tomas, aylin);
});

test('two versions are compared, whichever they are', async () => {
  const tomas = await person('Tomás');
  await type(tomas, 'g1-11', 'title', 'First words');
  await live(tomas);
  await type(tomas, 'g1-11', 'title', 'Second words');
  await live(tomas);
  await click(tomas, 'history-toggle');
  const versionOf = async (text) => Number((await entryWith(tomas, text).first().getAttribute('data-testid')).split(':')[1]);
  const [first, second] = [await versionOf('First words'), await versionOf('Second words')];
  await click(tomas, `view:${first}`);
  await click(tomas, `compare:${second}`);
  await tomas.getByText('1 difference', { exact: true }).waitFor();
  await tomas.getByTestId('then:g1-11:title').getByRole('button').click();
  const choice = await tomas.getByTestId('version-choice').innerText();
  assert.match(choice, /First words/);
  assert.match(choice, /Second words/);
  await tomas.getByTestId('compare-with').selectOption('now');
  await click(tomas, 'back-to-now');
  await tomas.getByTestId('version').waitFor({ state: 'detached' });
  await leave(tomas);
});

test('a version is given a name, found by it by everybody, and compared with', async () => {
  const [tomas, aylin] = [await person('Tomás'), await person('Aylin')];
  await click(tomas, 'history-toggle');
  await click(tomas, 'save-point');
  await tomas.keyboard.type('Before planning');
  await tomas.keyboard.press('Enter');
  await click(aylin, 'history-toggle');
  const point = aylin.getByRole('button', { name: 'Before planning', exact: true });
  await point.waitFor();
  assert.equal(await aylin.getByLabel('Remove the save point Before planning').count(), 0, 'it is another\'s');
  const before = await cell(tomas, 'g1-16', 'title').getAttribute('data-value');
  await type(tomas, 'g1-16', 'title', 'After planning');
  await holds(aylin, 'g1-16', 'title', 'After planning');
  await point.click();
  await aylin.locator(`[data-testid="then:g1-16:title"][data-value=${JSON.stringify(before)}]`).waitFor();
  await aylin.getByText('1 difference', { exact: true }).waitFor();
  await picture(aylin, 'save-point');
  await accessible(aylin);
  await tomas.getByLabel('Remove the save point Before planning').click();
  await point.waitFor({ state: 'detached' });
  await leave(tomas, aylin);
});

test('the week is saved as a file of each kind, and no address ever holds the token', async () => {
  const tomas = await person('Tomás');
  const addresses = [];
  tomas.on('request', (request) => addresses.push(request.url()));
  const title = await cell(tomas, 'g1-1', 'title').getAttribute('data-value');
  for (const format of ['csv', 'md', 'json']) {
    await click(tomas, 'menu');
    if (format === 'csv') await picture(tomas, 'menu');
    const [download] = await Promise.all([tomas.waitForEvent('download'), click(tomas, `export:${format}`)]);
    assert.equal(download.suggestedFilename(), `platform-${await weekOf(stack)}.${format}`);
    assert.ok((await readFile(await download.path(), 'utf8')).includes(title), format);
  }
  assert.ok(addresses.some((address) => address.includes('/export?format=csv')));
  const token = tokenOf(stack.link('Tomás'));
  assert.deepEqual(addresses.filter((address) => address.includes(token)), []);
  assert.ok(!(await tomas.evaluate(() => location.href)).includes(token));
  await leave(tomas);
});

test('edits made without a connection survive a reload, go out under the same ids, and stand in the log once', async () => {
  const tomas = await person('Tomás');
  const sent = [];
  let [blocked, breaks] = [false, true];
  await tomas.routeWebSocket(/.*/, (socket) => {
    if (blocked) { socket.close({ code: 1013 }); return; }
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const frame = JSON.parse(text);
      if (frame.type === 'change') sent.push(frame.id);
      // The first attempt reaches nobody: the socket breaks under it.
      if (breaks && frame.type === 'change') { [blocked, breaks] = [true, false]; socket.close({ code: 1013 }); server.close(); return; }
      server.send(text);
    });
  });
  await tomas.reload();
  await live(tomas);
  await type(tomas, 'g1-12', 'title', 'Before the reload');
  await tomas.locator('[data-testid="connection"][data-unsaved="1"]').waitFor();
  await type(tomas, 'g1-13', 'title', 'Also before');
  await tomas.locator('[data-testid="connection"][data-unsaved="2"]').waitFor();

  const asked = [];
  tomas.on('dialog', (dialog) => { asked.push(dialog.type()); void dialog.accept(); });
  await tomas.reload();
  assert.deepEqual(asked, ['beforeunload'], 'leaving with unsaved edits asks first');
  await tomas.locator('[data-testid="connection"][data-unsaved="2"]').waitFor();
  assert.match(await tomas.getByTestId('connection').innerText(), /2 unsaved edits/);
  await picture(tomas, 'unsaved-after-reload');
  blocked = false;
  await live(tomas);

  const log = await changes();
  for (const text of ['Before the reload', 'Also before']) {
    assert.equal(log.filter((change) => JSON.stringify(change.ops).includes(`"newValue":"${text}"`)).length, 1, text);
  }
  const [first] = log.filter((change) => JSON.stringify(change.ops).includes('Before the reload'));
  assert.equal(first.id, sent[0], 'the id of the first attempt');
  assert.equal(new Set(log.map((change) => `${change.author.id} ${change.id}`)).size, log.length);
  await leave(tomas);
});

test('a server that goes and comes back costs nothing', async () => {
  const folder = await mkdtemp(`${tmpdir()}/cyclesheet-`);
  const port = await freePort();
  let own = await startStack('--data', folder, '--port', String(port));
  const tomas = await signIn(browser, own.link('Tomás'));
  await type(tomas, 'g1-2', 'title', 'Before the restart');
  await live(tomas);
  await own.kill();
  await type(tomas, 'g1-3', 'title', 'While it was gone');
  await tomas.locator('[data-testid="connection"]:not([data-status="live"])[data-unsaved="1"]').waitFor();
  await picture(tomas, 'server-gone');
  own = await startStack('--data', folder, '--port', String(port));
  await live(tomas);
  await holds(tomas, 'g1-2', 'title', 'Before the restart');
  const log = await changes(own);
  assert.equal(log.filter((change) => JSON.stringify(change.ops).includes('While it was gone')).length, 1);
  await leave(tomas);
  await own.kill();
  await rm(folder, { recursive: true });
});

test('long before the gateway would cut it, the socket is replaced, and nobody notices', async () => {
  const tomas = await person('Tomás');
  const opened = [];
  tomas.on('websocket', (socket) => opened.push(socket));
  await tomas.clock.install();
  await tomas.reload();
  await live(tomas);
  const [first] = opened;
  const next = tomas.waitForEvent('websocket');
  await tomas.clock.fastForward('01:50:00');
  await next;
  // The old one closes once the new one is in the room.
  if (!first.isClosed()) await first.waitForEvent('close');
  await tomas.clock.runFor(1_000);
  assert.equal(await tomas.getByTestId('connection').getAttribute('data-status'), 'live');
  assert.equal(opened.length, 2);
  await leave(tomas);
});

test('a network that blocks sockets is distinguished from a server that is gone, and the page goes on over HTTP', async () => {
  const [tomas, aylin] = [await person('Tomás'), await person('Aylin')];
  // Chromium says 1006 to a page whose network swallows sockets; so does this.
  await tomas.addInitScript(() => {
    const Real = window.WebSocket;
    window.WebSocket = class extends Real {
      constructor() { super('ws://127.0.0.1:9/'); }
    };
  });
  await tomas.reload();
  await tomas.getByTestId('notice:offline').waitFor();
  await picture(tomas, 'offline');
  await click(tomas, 'diagnose');
  await tomas.locator('[data-testid="verdict"][data-verdict="socketBlocked"]').waitFor();
  await picture(tomas, 'diagnosis-blocked');
  await accessible(tomas);
  assert.match(await tomas.getByTestId('verdict').innerText(), /Upgrade: websocket/);
  await click(tomas, 'use-http');
  await tomas.locator('[data-testid="connection"][data-status="live"][data-way="http"]').waitFor();
  await type(tomas, 'g1-14', 'title', 'Over HTTP');
  await holds(aylin, 'g1-14', 'title', 'Over HTTP');
  await type(aylin, 'g1-15', 'title', 'Back over HTTP');
  await holds(tomas, 'g1-15', 'title', 'Back over HTTP');
  await picture(tomas, 'over-http');
  await leave(tomas, aylin);
});

test('an ended sign-in is distinguished from a server that is gone', async () => {
  const tomas = await person('Tomás');
  await tomas.evaluate(() => {
    const [head, , sign] = sessionStorage.getItem('cyclesheet.token').split('.');
    sessionStorage.setItem('cyclesheet.token', `${head}.${btoa(JSON.stringify({ sub: 'x', exp: 1 }))}.${sign}`);
  });
  await click(tomas, 'menu');
  await click(tomas, 'menu-diagnosis');
  await tomas.locator('[data-testid="verdict"][data-verdict="signInEnded"]').waitFor();
  await picture(tomas, 'diagnosis-sign-in');
  // A token that the server does not take, whatever its date says.
  await tomas.evaluate(() => sessionStorage.setItem('cyclesheet.token', 'a.b.c'));
  await tomas.getByText('Check again').click();
  await tomas.locator('[data-testid="verdict"][data-verdict="signInEnded"]').waitFor();
  await tomas.route('**/api/**', (route) => route.fulfill({ status: 503, json: { code: 'BUSY', retryable: true, message: 'busy' } }));
  await tomas.getByText('Check again').click();
  await tomas.locator('[data-testid="verdict"][data-verdict="serverFault"]').waitFor();
  await tomas.route('**/*', (route) => route.abort());
  await tomas.getByText('Check again').click();
  await tomas.locator('[data-testid="verdict"][data-verdict="unreachable"]').waitFor();
  await picture(tomas, 'diagnosis-unreachable');
  await leave(tomas);
});

test('the weeks are listed, and the one shown is marked', async () => {
  const tomas = await person('Tomás');
  await click(tomas, 'weeks');
  const current = tomas.locator('.week-list a[aria-current="page"]');
  assert.match(await current.innerText(), new RegExp(await weekOf(stack)));
  await leave(tomas);
});

/** A port of 127.0.0.1 that was free a moment ago. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
