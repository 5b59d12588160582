// Several people in one rich-text document, in real browsers against a real local stack.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import * as Y from '../../web/node_modules/yjs/dist/yjs.mjs';
import { cutOff, eventually, live, newPage, PATIENCE_MS, signIn, startBrowser, startStack } from './stack.mjs';

let stack;
let browser;
before(async () => { [stack, browser] = await Promise.all([startStack(), startBrowser()]); });
after(async () => {
  await browser?.close();
  await stack?.kill();
});

const axe = readFileSync(createRequire(new URL('../../web/package.json', import.meta.url)).resolve('axe-core/axe.min.js'), 'utf8');
const AXE = { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } };
const CHOSEN = process.platform === 'darwin' ? 'Meta' : 'Control';

const text = (page, doc) => page.locator(`[data-testid="text:${doc}"]`);

/** The words of a document, a block a line; carets and marks of others left out. */
const words = (page, doc) => text(page, doc).evaluate((el) => [...el.querySelectorAll('p, h1, h2, h3')].map((block) => {
  const copy = block.cloneNode(true);
  for (const mark of copy.querySelectorAll('.note-caret, br, img')) mark.remove();
  return copy.textContent;
}).join('\n'));

/** Opens a row's note, until it can be written in, or by a viewer read. */
async function openNote(page, task, mayWrite = true) {
  await page.locator(`[row-id="${task}"] [col-id="title"]`).click();
  await page.locator('[data-testid="note-toggle"]').click();
  await page.locator(`[data-testid="note:notes:${task}"][data-status="ready"]`).waitFor();
  await page.locator(`[data-testid="text:notes:${task}"][contenteditable="${mayWrite}"]`).waitFor();
  return text(page, `notes:${task}`);
}

/** The words of a note that this device keeps for the server, as a page that comes after this one would find them. */
async function keptWords(page) {
  const updates = await page.evaluate(async () => {
    const done = (request) => new Promise((resolve, reject) => { request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error); });
    const database = await done(indexedDB.open('cyclesheet'));
    const records = await done(database.transaction('unsent').objectStore('unsent').getAll());
    database.close();
    return [...JSON.stringify(records).matchAll(/"update":"([^"]+)"/g)].map(([, update]) => update);
  });
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, Buffer.from(update, 'base64'));
  return doc.getXmlFragment('default').toString();
}

/** Waits until every page reads the same words, and returns them. */
async function agree(pages, doc, holds = () => true, ms = PATIENCE_MS) {
  const end = Date.now() + ms;
  let read;
  do {
    read = await Promise.all(pages.map((page) => words(page, doc)));
    if (read.every((one) => one === read[0]) && holds(read[0])) return read[0];
    await pages[0].waitForTimeout(50);
  } while (Date.now() < end);
  assert.fail(`they did not agree: ${JSON.stringify(read)}`);
}

const close = (...pages) => Promise.all(pages.map(async (page) => {
  assert.deepEqual(page.problems, []);
  await page.context().close();
}));

test('two people type in one paragraph, a third comes later, and all read the same', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const [hers, his] = [await openNote(aylin, 'g1-2'), await openNote(tomas, 'g1-2')];
  await his.click();
  await tomas.keyboard.type('The paragraph begins here.');
  await agree([tomas, aylin], 'notes:g1-2', (read) => read.includes('begins here.'));
  await hers.click();
  await aylin.keyboard.press(`${CHOSEN}+Home`);
  await Promise.all([
    tomas.keyboard.type(' Tomás goes on at its end, quickly.', { delay: 12 }),
    aylin.keyboard.type('Aylin writes at its start, slowly. ', { delay: 18 }),
  ]);
  const read = await agree([tomas, aylin], 'notes:g1-2', (now) => now.includes('quickly.') && now.includes('slowly. '));
  assert.equal(read, 'Aylin writes at its start, slowly. The paragraph begins here. Tomás goes on at its end, quickly.');
  const jana = await signIn(browser, stack.link('Jana'));
  await openNote(jana, 'g1-2');
  assert.equal(await agree([jana, tomas, aylin], 'notes:g1-2'), read);
  // The row shows that it has a note.
  await jana.locator('[data-testid="note-mark:g1-2"]').waitFor();
  await close(tomas, aylin, jana);
});

test('each sees the other’s caret, with the name and colour that the server gave', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const his = await openNote(tomas, 'g1-3');
  await openNote(aylin, 'g1-3');
  await his.click();
  await tomas.keyboard.type('Where is my caret?');
  const caret = text(aylin, 'notes:g1-3').locator('.note-caret');
  await caret.waitFor();
  assert.match(await caret.innerText(), /Tomás/);
  // It is drawn again with every frame of its user.
  const person = await caret.evaluate((drawn) => getComputedStyle(drawn).getPropertyValue('--person'));
  assert.match(person, /^#[0-9a-f]{6}$/i);
  assert.match(await aylin.locator('[data-testid="note-here"]').innerText(), /Tomás/);
  await tomas.keyboard.press('Escape');
  await caret.waitFor({ state: 'detached' });
  await close(tomas, aylin);
});

test('one writes offline and returns, another writes meanwhile, a third reads both', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const jana = await signIn(browser, stack.link('Jana'));
  const his = await openNote(tomas, 'g1-4');
  const hers = await openNote(aylin, 'g1-4');
  await openNote(jana, 'g1-4');
  await his.click();
  await tomas.keyboard.type('Agreed before.');
  await agree([tomas, aylin, jana], 'notes:g1-4', (read) => read === 'Agreed before.');
  await cutOff(tomas);
  await tomas.keyboard.type(' Written on a train.', { delay: 10 });
  await hers.click();
  await aylin.keyboard.press(`${CHOSEN}+Home`);
  await aylin.keyboard.type('Written meanwhile. ', { delay: 10 });
  await agree([aylin, jana], 'notes:g1-4', (read) => read.includes('meanwhile'));
  await tomas.context().setOffline(false);
  const read = await agree([tomas, aylin, jana], 'notes:g1-4', (now) => now.includes('train') && now.includes('meanwhile'));
  assert.equal(read, 'Written meanwhile. Agreed before. Written on a train.');
  await live(tomas);
  await close(tomas, aylin, jana);
});

test('what was written offline outlives the page it was written in', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  await openNote(aylin, 'g1-11');
  const his = await openNote(tomas, 'g1-11');
  await his.click();
  const context = tomas.context();
  await cutOff(tomas);
  await tomas.keyboard.type('Written in a tunnel.');
  await tomas.locator('[data-testid="connection"]:not([data-unsaved="0"])').waitFor();
  assert.equal(await words(tomas, 'notes:g1-11'), 'Written in a tunnel.');
  await eventually(async () => (await keptWords(tomas)).includes('Written in a tunnel.'));
  await tomas.close({ runBeforeUnload: false });
  await context.setOffline(false);
  const again = await newPage(context);
  await again.goto(stack.link('Tomás'));
  await live(again);
  await agree([aylin], 'notes:g1-11', (read) => read === 'Written in a tunnel.');
  await openNote(again, 'g1-11');
  await agree([again, aylin], 'notes:g1-11', (read) => read === 'Written in a tunnel.');
  await context.close();
  await close(aylin);
});

test('a reload keeps what was written, and undo takes back one’s own words only', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const his = await openNote(tomas, 'g1-5');
  const hers = await openNote(aylin, 'g1-5');
  await his.click();
  await tomas.keyboard.type('His words.');
  await agree([tomas, aylin], 'notes:g1-5', (read) => read === 'His words.');
  await hers.click();
  await aylin.keyboard.press(`${CHOSEN}+End`);
  await aylin.keyboard.type(' Her words.');
  await agree([tomas, aylin], 'notes:g1-5', (read) => read === 'His words. Her words.');
  await tomas.keyboard.press(`${CHOSEN}+z`);
  await agree([tomas, aylin], 'notes:g1-5', (read) => read.trim() === 'Her words.');
  await live(aylin);
  await aylin.reload();
  await live(aylin);
  await openNote(aylin, 'g1-5');
  await agree([tomas, aylin], 'notes:g1-5', (read) => read.trim() === 'Her words.');
  await close(tomas, aylin);
});

test('a viewer reads and cannot write', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const lena = await signIn(browser, stack.link('Lena'));
  const his = await openNote(tomas, 'g1-6');
  await his.click();
  await tomas.keyboard.type('For everybody to read.');
  const seen = await openNote(lena, 'g1-6', false);
  await agree([tomas, lena], 'notes:g1-6', (read) => read === 'For everybody to read.');
  assert.equal(await seen.getAttribute('contenteditable'), 'false');
  assert.equal(await lena.locator('.note-panel .note-tools').count(), 0);
  await seen.click();
  await lena.keyboard.type('Not mine to write');
  assert.equal(await words(lena, 'notes:g1-6'), 'For everybody to read.');
  await close(tomas, lena);
});

test('headings, lists, checkboxes, names and links arrive as they were made', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const his = await openNote(tomas, 'g1-7');
  await openNote(aylin, 'g1-7');
  await his.click();
  await tomas.keyboard.type('# Plan\n- first\nsecond\n\n[ ] ask\n\n1. one\n\n');
  await tomas.keyboard.type('With @Ay');
  await tomas.locator('[data-testid^="mention:aylin"]').waitFor();
  await tomas.keyboard.press('Enter');
  await tomas.keyboard.type('see https://example.org/run now');
  const hers = text(aylin, 'notes:g1-7');
  await hers.locator('a[href="https://example.org/run"]').waitFor();
  assert.equal(await hers.locator('a').getAttribute('rel'), 'noopener noreferrer nofollow');
  assert.equal(await hers.locator('h1').innerText(), 'Plan');
  assert.equal(await hers.locator('ul:not([data-type]) li').count(), 2);
  assert.equal(await hers.locator('ol li').count(), 1);
  assert.match(await hers.locator('[data-type="mention"]').innerText(), /^@Aylin/);
  await hers.locator('input[type="checkbox"]').check();
  await his.locator('li[data-checked="true"]').waitFor();
  await close(tomas, aylin);
});

test('HTML is text, pasted scripts and tricks are gone, and no link runs anything', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const his = await openNote(tomas, 'g1-8');
  await openNote(aylin, 'g1-8');
  await his.click();
  await tomas.keyboard.type('<img src=x onerror="window.ran=1"><b>not bold</b>');
  await agree([tomas, aylin], 'notes:g1-8', (read) => read.includes('<b>not bold</b>'));
  await his.evaluate((el) => {
    const data = new DataTransfer();
    data.setData('text/html', [
      '<p onclick="window.ran=1">from a document<script>window.ran=1</script></p>',
      '<p><a href="javascript:window.ran=1">a link</a> and <a href="https://example.org/">another</a></p>',
      '<iframe srcdoc="<script>parent.ran=1</script>"></iframe><img src="x" onerror="window.ran=1"><style>p{display:none}</style>',
      '<p>\u202Egnp.exe\u202C</p>',
    ].join(''));
    el.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  const hers = text(aylin, 'notes:g1-8');
  await hers.locator('a[href="https://example.org/"]').waitFor();
  const read = await agree([tomas, aylin], 'notes:g1-8', (now) => now.includes('another'));
  assert.ok(read.includes('from a document') && read.includes('a link'));
  assert.ok(!read.includes('\u202E') && !read.includes('display:none'));
  for (const page of [tomas, aylin]) {
    assert.equal(await text(page, 'notes:g1-8').locator('script, iframe, style, img:not(.ProseMirror-separator), [onclick], a[href^="javascript"]').count(), 0);
    assert.equal(await page.evaluate(() => window.ran), undefined);
  }
  await close(tomas, aylin);
});

test('a page of text goes in one paste, although no frame takes it', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const his = await openNote(tomas, 'g1-9');
  await openNote(aylin, 'g1-9');
  await his.click();
  await his.evaluate((el) => {
    const data = new DataTransfer();
    data.setData('text/plain', `begin ${'words and more words '.repeat(2_000)}end`);
    el.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  const read = await agree([tomas, aylin], 'notes:g1-9', (now) => now.endsWith('end'));
  assert.ok(read.length > 40_000);
  await live(tomas);
  await close(tomas, aylin);
});

test('a note of 200 kB opens, is written in at its end, and keeps answering while another page writes, too', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const his = await openNote(tomas, 'g1-12');
  await his.click();
  // In parts, as no update may be larger than 64 kB: a page of text at a time.
  for (let part = 0; part < 5; part += 1) {
    await his.evaluate((el, number) => {
      const data = new DataTransfer();
      data.setData('text/plain', Array.from({ length: 40 }, (_, line) => `Part ${number}, line ${line}: ${'a sentence about the week. '.repeat(37)}`).join('\n'));
      el.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }, part);
    await tomas.keyboard.press(`${CHOSEN}+End`);
    await live(tomas);
  }
  const aylin = await signIn(browser, stack.link('Aylin'));
  const hers = await openNote(aylin, 'g1-12');
  const before = await agree([tomas, aylin], 'notes:g1-12', (read) => read.includes('Part 4, line 39'));
  assert.ok(Buffer.byteLength(before) > 200_000, `${Buffer.byteLength(before)} bytes`);
  for (const page of [tomas, aylin]) {
    await page.evaluate(() => {
      window.long = [];
      new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.long.push(duration); }).observe({ type: 'longtask' });
    });
  }
  await hers.click();
  await aylin.keyboard.press(`${CHOSEN}+End`);
  await his.click();
  await tomas.keyboard.press(`${CHOSEN}+Home`);
  await Promise.all([aylin.keyboard.type(' Written at its end.', { delay: 30 }), tomas.keyboard.type('Written at its start. ', { delay: 30 })]);
  await agree([tomas, aylin], 'notes:g1-12', (read) => read.startsWith('Written at its start. ') && read.endsWith(' Written at its end.'));
  await Promise.all([live(tomas), live(aylin)]);
  // A page that draws all of it with every key takes many times as long.
  for (const page of [tomas, aylin]) {
    const longest = Math.max(0, ...await page.evaluate(() => window.long));
    assert.ok(longest < 1_500, `did not answer for ${Math.round(longest)} ms`);
  }
  await close(tomas, aylin);
});

test('who rests in a note is silent: that they are idle, once, and then nothing', async () => {
  const heard = new Map();
  const listen = (name) => (page) => page.on('websocket', (socket) => {
    const frames = [];
    heard.set(name, frames);
    socket.on('framesent', ({ payload }) => frames.push({ way: 'sent', ...JSON.parse(payload) }));
    socket.on('framereceived', ({ payload }) => frames.push({ way: 'received', ...JSON.parse(payload) }));
  });
  const names = ['Tomás', 'Aylin'];
  const pages = [];
  for (const name of names) pages.push(await signIn(browser, stack.link(name), { clock: true, prepare: listen(name) }));
  for (const page of pages) {
    await (await openNote(page, 'g1-14')).click();
    await page.keyboard.type('Both write here. ');
  }
  await agree(pages, 'notes:g1-14', (read) => read.length === 34);
  await Promise.all(pages.map(live));
  for (const frames of heard.values()) frames.length = 0;
  const isAnswered = (frames) => frames.filter(({ type }) => type === 'ping').length === frames.filter(({ type }) => type === 'pong').length;
  const pass = async (seconds) => {
    for (let second = 0; second < seconds; second += 1) {
      await Promise.all(pages.map((page) => page.clock.runFor(1_000)));
      await eventually(() => [...heard.values()].every(isAnswered));
    }
  };
  // The typing ends, and whether its last word was heard is asked.
  await pass(50);
  for (const frames of heard.values()) {
    assert.ok(frames.length <= 12, JSON.stringify(frames));
    frames.length = 0;
  }
  // A minute since it has passed.
  await pass(50);
  for (const name of names) {
    const told = heard.get(name).filter(({ type, way }) => type === 'presence' && way === 'sent').map(({ state }) => state.status);
    assert.deepEqual(told, ['idle'], name);
    assert.deepEqual(heard.get(name).map(({ type, way }) => `${way} ${type}`).sort(), ['received presence', 'sent presence']);
  }
  for (const frames of heard.values()) frames.length = 0;
  await pass(120);
  assert.deepEqual([...heard.values()], [[], []]);
  await close(...pages);
});

test('a comment on some words follows them, leads back to them, and outlives them', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const his = await openNote(tomas, 'g1-10');
  await openNote(aylin, 'g1-10');
  await his.click();
  await tomas.keyboard.type('alpha beta');
  await tomas.keyboard.press(`${CHOSEN}+Shift+ArrowLeft`);
  await tomas.waitForFunction(() => getSelection().toString() === 'beta');
  await tomas.keyboard.press(`${CHOSEN}+Alt+m`);
  await tomas.locator('[data-testid="comment-field"]').fill('Why beta?');
  await tomas.keyboard.press('Enter');
  const mark = text(aylin, 'notes:g1-10').locator('.note-comment');
  await mark.waitFor();
  assert.equal(await mark.innerText(), 'beta');
  await his.click();
  await tomas.keyboard.press(`${CHOSEN}+Home`);
  await tomas.keyboard.type('before it ');
  await agree([tomas, aylin], 'notes:g1-10', (now) => now.startsWith('before it'));
  assert.equal(await mark.innerText(), 'beta');
  await mark.click();
  const thread = aylin.locator('[data-testid^="thread:"]', { hasText: 'Why beta?' });
  await thread.waitFor();
  assert.match(await thread.innerText(), /beta/);
  await tomas.keyboard.press(`${CHOSEN}+a`);
  await tomas.keyboard.press('Delete');
  await mark.waitFor({ state: 'detached' });
  assert.equal(await thread.count(), 1);
  await close(tomas, aylin);
});

test('a key that comes before the browser has told of a selection acts on what the person sees selected', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const his = await openNote(tomas, 'g1-10');
  await his.click();
  await tomas.keyboard.type('gamma delta');
  await tomas.waitForFunction(() => document.activeElement.textContent.includes('gamma delta'));
  // In one task, as on a busy machine: the telling comes after it.
  const seen = await his.evaluate((text) => {
    getSelection().modify('extend', 'backward', 'word');
    const told = getSelection().toString();
    text.dispatchEvent(new KeyboardEvent('keydown', { key: 'm', code: 'KeyM', ctrlKey: true, altKey: true, bubbles: true, cancelable: true }));
    return told;
  });
  assert.equal(seen, 'delta');
  await tomas.locator('[data-testid="comment-field"]').fill('Which delta?');
  await tomas.keyboard.press('Enter');
  const mark = his.locator('.note-comment', { hasText: 'delta' });
  await mark.waitFor();
  assert.equal(await mark.innerText(), 'delta');
  await close(tomas);
});

test('who writes in a note is seen typing, by those in it and by those who are not, until they rest', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const jana = await signIn(browser, stack.link('Jana'));
  const his = await openNote(tomas, 'g1-4');
  await openNote(aylin, 'g1-4');
  const here = aylin.locator('[data-testid="note-here"]');
  await his.click();
  await here.filter({ hasText: 'is here too' }).waitFor();
  // He goes on until both have seen it, so that nobody looks too late.
  let isSeen = false;
  const writing = (async () => { while (!isSeen) await tomas.keyboard.type('on and ', { delay: 20 }); })();
  await Promise.all([here.filter({ hasText: 'is typing' }).waitFor(), jana.locator('.avatar[data-state="typing"]').waitFor()]).finally(() => { isSeen = true; });
  assert.equal(await jana.locator('.peer-typing').count(), 0, 'not in the cell that he came from');
  await writing;
  await here.filter({ hasText: 'is here too' }).waitFor();
  await jana.locator('.avatar[data-state="typing"]').waitFor({ state: 'detached' });
  await close(tomas, aylin, jana);
});

test('the summary is a document once somebody edits it, and an earlier version comes back as a change', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const written = (await aylin.locator('[data-testid="summary"] p').first().innerText()).trim();
  assert.ok(written.length > 20);
  await tomas.locator('[data-testid="summary-edit"]').click();
  const his = text(tomas, 'summary');
  await agree([tomas], 'summary', (now) => now.trim() === written);
  await his.and(tomas.locator('[contenteditable="true"]')).click();
  await tomas.keyboard.press(`${CHOSEN}+End`);
  await tomas.keyboard.type(' And what people add.');
  await text(aylin, 'summary').waitFor();
  await agree([tomas, aylin], 'summary', (now) => now.endsWith('And what people add.'));
  assert.equal(await aylin.locator('[data-testid="proposal"]').count(), 0);
  await live(tomas);
  await tomas.locator('[data-testid="note-tool:history"]').click();
  const moments = tomas.locator('[data-testid^="moment:"]');
  await moments.first().waitFor();
  await moments.last().click();
  await tomas.locator('[data-testid="note-diff"] ins', { hasText: 'And what people add' }).waitFor();
  await tomas.locator('[data-testid="note-restore"]').click();
  await agree([tomas, aylin], 'summary', (now) => now.trim() === written);
  await close(tomas, aylin);
});

test('a user named in a note is notified at once, or when they come back, and is led to the note', async () => {
  const tomas = await signIn(browser, stack.link('Tomás'));
  const aylin = await signIn(browser, stack.link('Aylin'));
  const his = await openNote(tomas, 'g1-3');
  await his.click();
  await tomas.keyboard.press(`${CHOSEN}+End`);
  await tomas.keyboard.type(' Please look, @Ay');
  await tomas.locator('[data-testid^="mention:aylin"]').waitFor();
  await tomas.keyboard.press('Enter');
  const bell = (page) => page.locator('[data-testid="mentions"]');
  await aylin.locator('[data-testid="mentions"][data-unread="1"]').waitFor();
  await bell(aylin).click();
  const told = aylin.locator('[data-testid="mentioned:doc:notes:g1-3"]');
  assert.match(await told.innerText(), /Tomás[^]*Please look, @Aylin/);
  await told.click();
  await aylin.locator('[data-testid="note:notes:g1-3"]').waitFor();
  await text(aylin, 'notes:g1-3').locator('[data-type="mention"]').waitFor();
  assert.equal(await bell(tomas).getAttribute('data-unread'), null, 'who writes is not told');
  // Away, and named in the summary of the week.
  await aylin.context().close();
  await tomas.locator('[data-testid="summary-edit"]').click();
  await text(tomas, 'summary').click();
  await tomas.keyboard.press(`${CHOSEN}+End`);
  await tomas.keyboard.type(' Done by @Ay');
  await tomas.locator('[data-testid^="mention:aylin"]').waitFor();
  await tomas.keyboard.press('Enter');
  await live(tomas);
  const back = await signIn(browser, stack.link('Aylin'));
  await back.locator('[data-testid="mentions"][data-unread="1"]').waitFor();
  await bell(back).click();
  await back.locator('[data-testid="mentioned:doc:summary"]').click();
  await text(back, 'summary').locator('[data-type="mention"]').waitFor();
  await close(tomas, back);
});

test('a note and its tools can be used and heard by everybody', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const tomas = await signIn(browser, stack.link('Tomás'), { colorScheme });
    const his = await openNote(tomas, 'g1-2');
    await his.click();
    await tomas.keyboard.press('Alt+F10');
    const at = () => tomas.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName);
    assert.equal(await at(), 'note-tool:h1');
    await tomas.keyboard.press('ArrowRight');
    assert.equal(await at(), 'note-tool:h2');
    await tomas.keyboard.press('Escape');
    assert.equal(await at(), 'text:notes:g1-2');
    await tomas.addScriptTag({ content: axe }).catch(() => tomas.evaluate(axe));
    const { violations } = await tomas.evaluate((options) => window.axe.run('.note-panel', options), AXE);
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(' | ')}`), []);
    await tomas.keyboard.press('Escape');
    // Back on the sheet, in the hidden field that takes the first key for the selected cell.
    assert.equal(await tomas.evaluate(() => document.activeElement?.className ?? ''), 'catcher');
    await close(tomas);
  }
});
