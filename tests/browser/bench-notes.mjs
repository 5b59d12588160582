// What a note costs and how fast it is, on loopback: three people type in one note at once.
//
// `benchNotes({ browser, stack, keystrokes, idleMs })` gives rows `{ name, value, unit }`. Run by itself it prints them.
import { fileURLToPath } from 'node:url';
import { live, newPage, startBrowser, startStack } from './stack.mjs';

const DOC = 'notes:g1-2';
/** A quick typist: milliseconds between keys. */
const KEY_MS = 90;
/** After the last word, a client asks once whether it heard everything; then it is silent. */
const SETTLE_MS = 6_000;

/** The value below which this share of the sorted values lies. */
const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];

/** Signs in and opens the note; counts the frames of the page's sockets. */
async function sit(browser, url, task = 'g1-2') {
  const context = await browser.newContext({ viewport: { width: 1400, height: 850 } });
  const page = await newPage(context);
  const frames = { sent: [], received: 0 };
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => frames.sent.push(String(payload)));
    socket.on('framereceived', () => { frames.received += 1; });
  });
  await page.goto(url);
  await live(page);
  await page.locator(`[row-id="${task}"] [col-id="title"]`).click();
  await page.locator('[data-testid="note-toggle"]').click();
  await page.locator(`[data-testid="note:notes:${task}"][data-status="ready"]`).waitFor();
  const text = page.locator(`[data-testid="text:notes:${task}"][contenteditable="true"]`);
  await text.click();
  return { context, page, frames, text };
}

/** From here on the page notes when each of its own keys went down, and when it first showed each letter of others. */
function watch({ page }, own, others, name = DOC) {
  return page.evaluate(([doc, mine, theirs]) => {
    const text = document.querySelector(`[data-testid="text:${doc}"]`);
    const now = () => performance.timeOrigin + performance.now();
    window.typed = [];
    window.shown = Object.fromEntries(theirs.map((letter) => [letter, []]));
    text.addEventListener('keydown', ({ key }) => { if (key === mine) window.typed.push(now()); }, { capture: true });
    const look = () => {
      const at = now();
      for (const letter of theirs) {
        let count = 0;
        for (const block of text.querySelectorAll('p')) {
          for (const node of block.childNodes) if (node.nodeType === Node.TEXT_NODE) count += node.data.split(letter).length - 1;
        }
        while (window.shown[letter].length < count) window.shown[letter].push(at);
      }
    };
    new MutationObserver(look).observe(text, { childList: true, characterData: true, subtree: true });
  }, [name, own, others]);
}

/** Bytes of the note as the server hands it to a replica that has nothing, without deleted text. */
async function compacted({ address, link }) {
  const headers = { authorization: `Bearer ${/token=([^&\s]+)/.exec(link('Jana'))[1]}` };
  const get = async (path) => (await fetch(`${address}/api/cycles${path}`, { headers })).json();
  const [{ cycle }] = (await get('?team=platform')).cycles;
  const { update } = await get(`/platform/${cycle}/docs/${encodeURIComponent(DOC)}`);
  return Buffer.from(update, 'base64').length;
}

export async function benchNotes({ browser, stack, keystrokes = 1_000, idleMs = 60_000 }) {
  const people = [['Tomás', 'a'], ['Aylin', 'o'], ['Jana', 'u']];
  const desks = await Promise.all(people.map(([name]) => sit(browser, stack.link(name))));
  // Each in a paragraph of their own, as people write.
  for (const [index, desk] of desks.entries()) {
    await desk.page.keyboard.press('Control+End');
    if (index < desks.length - 1) await desk.page.keyboard.type('-\n');
    await live(desk.page);
  }
  const letters = people.map(([, letter]) => letter);
  await Promise.all(desks.map((desk, i) => watch(desk, letters[i], letters.filter((letter) => letter !== letters[i]))));
  for (const { frames } of desks) frames.sent.length = 0;

  const each = Math.ceil(keystrokes / desks.length);
  const began = Date.now();
  await Promise.all(desks.map(({ page }, i) => page.keyboard.type(letters[i].repeat(each), { delay: KEY_MS })));
  const seconds = (Date.now() - began) / 1_000;
  await Promise.all(desks.map(({ page }, i) => page.waitForFunction(
    ([others, count]) => others.every((letter) => window.shown[letter].length >= count),
    [letters.filter((letter) => letter !== letters[i]), each],
    { timeout: 60_000 },
  )));
  const seen = await Promise.all(desks.map(({ page }) => page.evaluate(() => ({ typed: window.typed, shown: window.shown }))));
  const waits = seen.flatMap(({ shown }) => Object.entries(shown).flatMap(([letter, times]) => {
    const { typed } = seen[letters.indexOf(letter)];
    return times.slice(0, typed.length).map((at, i) => at - typed[i]);
  })).sort((a, b) => a - b);

  await Promise.all(desks.map(({ page }) => live(page)));
  const sent = desks.flatMap(({ frames }) => frames.sent);
  const changes = sent.filter((frame) => frame.includes('"TEXT_UPDATE"'));
  const presence = sent.filter((frame) => frame.startsWith('{"type":"presence"'));
  const bytes = (frames) => frames.reduce((sum, frame) => sum + Buffer.byteLength(frame), 0);
  const per1000 = (count) => Math.round((count * 1_000) / (each * desks.length));

  const words = await desks[0].text.innerText();
  const state = await compacted(stack);
  await desks[0].page.waitForTimeout(SETTLE_MS);
  const minutes = [];
  for (let minute = 0; minute < 2; minute += 1) {
    const before = desks.map(({ frames }) => frames.sent.length + frames.received);
    await desks[0].page.waitForTimeout(idleMs);
    minutes.push(Math.max(...desks.map(({ frames }, i) => frames.sent.length + frames.received - before[i])));
  }
  await Promise.all(desks.map(({ context }) => context.close()));

  return [
    { name: 'typists in one note', value: desks.length, unit: '' },
    { name: 'keystrokes a second, together', value: Math.round((each * desks.length) / seconds), unit: '/s' },
    { name: 'a keystroke on another screen, p50', value: Math.round(percentile(waits, 0.5)), unit: 'ms' },
    { name: 'a keystroke on another screen, p95', value: Math.round(percentile(waits, 0.95)), unit: 'ms' },
    { name: 'changes per 1,000 keystrokes', value: per1000(changes.length), unit: '' },
    { name: 'bytes of changes sent per 1,000 keystrokes', value: per1000(bytes(changes)), unit: 'B' },
    { name: 'bytes of the text', value: Buffer.byteLength(words), unit: 'B' },
    { name: 'bytes of the note, compacted', value: state, unit: 'B' },
    { name: 'presence frames sent per 1,000 keystrokes', value: per1000(presence.length), unit: '' },
    { name: 'frames in the first idle minute, a page, both ways', value: minutes[0], unit: '' },
    { name: 'frames in the second', value: minutes[1], unit: '' },
  ];
}

/** What a key costs at the end of a note of 200 kB, and on another screen that shows it. */
export async function benchLarge({ browser, stack, keys = 100 }) {
  const doc = 'notes:g1-3';
  const desks = await Promise.all(['Tomás', 'Aylin'].map((name) => sit(browser, stack.link(name), 'g1-3')));
  const [writer, reader] = desks;
  for (let part = 0; part < 5; part += 1) {
    await writer.text.evaluate((el, number) => {
      const data = new DataTransfer();
      data.setData('text/plain', Array.from({ length: 40 }, (_, line) => `Part ${number}, line ${line}: ${'a sentence about the week. '.repeat(37)}`).join('\n'));
      el.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }, part);
    await writer.page.keyboard.press('Control+End');
    await live(writer.page);
  }
  await reader.text.filter({ hasText: 'Part 4, line 39' }).waitFor();
  const bytes = Buffer.byteLength(await writer.text.textContent());
  const began = performance.now();
  const late = await sit(browser, stack.link('Jana'), 'g1-3');
  await late.text.filter({ hasText: 'Part 4, line 39' }).waitFor();
  const opened = performance.now() - began;
  await watch(writer, 'q', [], doc);
  await watch(reader, '', ['q'], doc);
  await writer.page.evaluate(() => {
    window.waits = [];
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (entry.interactionId) window.waits.push(entry.duration); }).observe({ type: 'event', durationThreshold: 16 });
  });
  await writer.page.keyboard.type('q'.repeat(keys), { delay: KEY_MS });
  await reader.page.waitForFunction((count) => window.shown.q.length >= count, keys);
  const { typed, waits } = await writer.page.evaluate(() => ({ typed: window.typed, waits: window.waits }));
  const shown = await reader.page.evaluate(() => window.shown.q);
  const across = shown.slice(0, typed.length).map((at, i) => at - typed[i]).sort((a, b) => a - b);
  const own = [...Array(Math.max(0, keys - waits.length)).fill(16), ...waits].sort((a, b) => a - b);
  await Promise.all([...desks, late].map(({ context }) => context.close()));
  return [
    { name: 'bytes of a large note', value: bytes, unit: 'B' },
    { name: 'signing in and opening it', value: Math.round(opened), unit: 'ms' },
    { name: 'a key in it to its own frame, p50', value: percentile(own, 0.5), unit: 'ms' },
    { name: 'a key in it to its own frame, p98', value: percentile(own, 0.98), unit: 'ms' },
    { name: 'a key in it on another screen, p95', value: Math.round(percentile(across, 0.95)), unit: 'ms' },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [stack, browser] = await Promise.all([startStack('--memory'), startBrowser()]);
  try {
    for (const { name, value, unit } of [...await benchNotes({ browser, stack }), ...await benchLarge({ browser, stack })]) console.log(`${name.padEnd(52)} ${value} ${unit}`);
  } finally {
    await browser.close();
    await stack.kill();
  }
}
