// What the page costs, measured in Chromium against a local stack: `make bench-web` (docs/performance.md). Prints a table.
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { live, signIn, startBrowser, startStack } from './stack.mjs';

const QUICK = process.argv.includes('--quick');
const SAMPLES = QUICK ? 10 : 60;
const CHANGES = QUICK ? 40 : 300;
const HISTORY = QUICK ? 500 : 5_000;
const ROWS = 500;
/** Remote edits a second while a person works. */
const BUSY = 50;
/**
 * Keys are pressed on so many rows, which need no scrolling: once the grid has scrolled, Chromium without a screen tells of an
 * open editor's frames only when it closes, while a recording of its screen has each letter within 45 ms.
 */
const ROWS_IN_SIGHT = 10;
/** Between the keys of a quick typist, milliseconds. */
const KEY_MS = 90;
/** People who edit beside that person, and the rows that each has to themselves; every second edit is of one on the screen. */
const WRITERS = 20;
const ROWS_EACH = 20;

const rows = [];
const row = (what, ...figures) => { rows.push(`| ${[what, ...figures].join(' | ')} |`); console.error(rows.at(-1)); };
const at = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
const ms = (number) => `${number < 10 ? number.toFixed(1) : Math.round(number)} ms`;

/** Somebody without a screen, who edits over HTTP: one change after the other, on rows of their own. */
class Writer {
  #seq = 0;
  #count = 0;
  #values = new Map();
  /** The last edit. */
  last = null;

  constructor(stack, cycle, number) {
    this.url = `${stack.address}/api/cycles/platform/${cycle}/changes`;
    this.headers = { authorization: `Bearer ${/token=([^&\s]+)/.exec(stack.link('Aylin'))[1]}` };
    this.name = `bench${number}-${Date.now().toString(36)}`;
    this.rows = Array.from({ length: ROWS_EACH }, (_, i) => `b-${number * ROWS_EACH + i}`);
  }

  async write(ops) {
    const body = JSON.stringify({ type: 'change', id: `${this.name}.${(this.#seq += 1)}`, base: 0, ops });
    const answer = await fetch(this.url, { method: 'POST', headers: this.headers, body });
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  }

  /** Writes the next of its rows. */
  edit() {
    const taskId = this.rows[this.#count % this.rows.length];
    const newValue = `change ${(this.#count += 1)}`;
    this.last = { op: 'CELL_MODIFY', taskId, column: 'blockers', oldValue: this.#values.get(taskId) ?? '', newValue };
    this.#values.set(taskId, newValue);
    return this.write([this.last]);
  }
}

async function weekOf(stack) {
  const token = /token=([^&\s]+)/.exec(stack.link('Jana'))[1];
  const answer = await fetch(`${stack.address}/api/cycles?team=platform`, { headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()).cycles[0].cycle;
}

/** From the key that ends an edit to the frame in which another page shows it: milliseconds, all pages together. */
async function keyToScreen(browser, stack, count) {
  const names = ['Tomás', 'Aylin', 'Jana', 'Lena', 'Tomás'];
  const pages = [];
  for (const name of names.slice(0, count)) pages.push(await signIn(browser, stack.link(name)));
  const [author, ...others] = pages;
  await author.evaluate(() => {
    window.addEventListener('keydown', (event) => { if (event.key === 'Enter') window.pressed = performance.timeOrigin + event.timeStamp; }, true);
  });
  const figures = [];
  for (let i = 0; i < SAMPLES; i += 1) {
    const text = `sample ${count} ${i}`;
    const seen = others.map((page) => page.evaluate((wanted) => new Promise((resolve) => {
      const look = () => {
        if (document.querySelector('[data-testid="cell:g1-3:title"]')?.dataset.value !== wanted) return requestAnimationFrame(look);
        // The frame that shows it begins after this callback.
        requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
      };
      look();
    }), text));
    await author.locator('[row-id="g1-3"] [col-id="title"]').click();
    await author.keyboard.insertText('');
    await author.keyboard.type(text);
    await author.keyboard.press('Enter');
    const pressed = await author.evaluate(() => window.pressed);
    for (const moment of await Promise.all(seen)) figures.push(moment - pressed);
  }
  await Promise.all(pages.map((page) => page.context().close()));
  row(`key press to other screen, ${count} pages`, `p50 ${ms(at(figures, 0.5))}`, `p95 ${ms(at(figures, 0.95))}`, `${figures.length} deliveries`);
}

async function fill(write) {
  for (let begin = 0; begin < ROWS - 30; begin += 100) {
    const ops = Array.from({ length: Math.min(100, ROWS - 30 - begin) }, (_, i) => ({
      op: 'ROW_INSERT',
      taskId: `b-${begin + i}`,
      after: null,
      cells: { title: `Row ${begin + i}`, description: 'A sentence about what is to be done.', status: 'In progress', assignee: 'Ana', progress: '40' },
    }));
    await write(ops);
  }
}

/** Script time and whole main-thread time that a change of somebody else costs a page with a full sheet. */
async function perRemoteChange(page, [writer]) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const measure = async () => Object.fromEntries((await session.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
  const before = await measure();
  for (let i = 0; i < CHANGES; i += 1) await writer.edit();
  await live(page);
  const after = await measure();
  const each = (name) => ((after[name] - before[name]) * 1000) / CHANGES;
  row(`a remote change, ${ROWS} rows: script`, ms(each('ScriptDuration')), `all of the main thread ${ms(each('TaskDuration'))}`, `${CHANGES} changes`);
}

/**
 * How long a key waits for its frame while others edit all the time: Chromium's own event timing, in steps of 8 ms. By a
 * quick typist, or with `pause` 0 as fast as the driver can press, which is faster than the page's frames come. Of keys
 * going down alone: one that comes up changes nothing, and its next paint is whenever the caret blinks.
 */
async function interaction(page, writers, remote, pause) {
  await page.evaluate(() => {
    window.waits = [];
    window.keys = 0;
    if (window.observer) return;
    window.addEventListener('keydown', () => { window.keys += 1; }, true);
    window.observer = new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (entry.name === 'keydown') window.waits.push(entry.duration); });
    window.observer.observe({ type: 'event', durationThreshold: 16, buffered: false });
  });
  let isOver = false;
  let sent = 0;
  const began = performance.now();
  const others = writers.map(async (writer, i) => {
    const every = (WRITERS * 1000) / remote;
    for (let n = 0; !isOver && remote > 0; n += 1) {
      const wait = began + (n + i / WRITERS) * every - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      await writer.edit();
      sent += 1;
    }
  });
  await page.locator('.ag-cell[col-id="title"]').first().click();
  for (let i = 0; i < SAMPLES; i += 1) {
    await page.keyboard.press(i % ROWS_IN_SIGHT === 0 ? 'Control+Home' : 'ArrowDown', { delay: pause / 2 });
    await page.waitForTimeout(pause / 2);
    await page.keyboard.type('words ', { delay: pause });
    await page.keyboard.press('Escape', { delay: pause / 2 });
    await page.waitForTimeout(pause / 2);
  }
  isOver = true;
  await Promise.all(others);
  const rate = (sent * 1000) / (performance.now() - began);
  const { waits, keys } = await page.evaluate(() => ({ waits: window.waits, keys: window.keys }));
  // What took less than 16 ms is not told; it counts as that.
  const all = [...waits, ...Array.from({ length: Math.max(0, keys - waits.length) }, () => 16)];
  const typist = pause > 0 ? `a key every ${pause} ms` : 'keys without a pause';
  row(`interaction to next paint, ${Math.round(rate)} remote edits/s, ${typist}`, `p50 ≤ ${ms(at(all, 0.5))}`, `p98 ${ms(at(all, 0.98))}`, `worst ${ms(Math.max(...all))} of ${keys} keys`);
}

/** A long history is opened: until it is read, and the longest time in which the page did not answer. */
async function history(page, writers) {
  const version = () => page.evaluate(() => Number(document.querySelector('.entry')?.dataset.testid.split(':')[1] ?? 0));
  await Promise.all(writers.map(async (writer) => { for (let i = 0; i < HISTORY / WRITERS; i += 1) await writer.edit(); }));
  await page.reload();
  await live(page);
  await page.evaluate(() => {
    window.long = [];
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.long.push(entry.duration); }).observe({ type: 'longtask', buffered: false });
  });
  const began = performance.now();
  await page.getByTestId('history-toggle').click();
  await page.getByTestId('history-more').waitFor();
  await page.waitForFunction((least) => document.querySelector('[data-testid="history-more"]') && !document.querySelector('.history-progress') && Number(document.querySelector('.entry')?.dataset.testid.split(':')[1]) >= least, HISTORY);
  const took = performance.now() - began;
  const long = await page.evaluate(() => window.long);
  row(`history of ${(await version()).toLocaleString('en-GB')} changes opened`, ms(took), `longest task ${long.length ? ms(Math.max(...long)) : 'below 50 ms'}`, `${long.length} tasks over 50 ms`);
}

function sizes() {
  const folder = fileURLToPath(new URL('../../web/app/dist/assets/', import.meta.url));
  let [bytes, packed] = [0, 0];
  for (const name of readdirSync(folder)) {
    const file = readFileSync(folder + name);
    const gzip = gzipSync(file, { level: 9 }).length;
    [bytes, packed] = [bytes + file.length, packed + gzip];
    row(`bundle: ${name.replace(/-[\w-]{8}\./, '.')}`, `${Math.round(file.length / 1000)} kB`, `${(gzip / 1000).toFixed(1)} kB gzip`, '');
  }
  row('bundle, together', `${Math.round(bytes / 1000)} kB`, `${(packed / 1000).toFixed(1)} kB gzip`, '');
}

const load = loadavg()[0].toFixed(1);
const browser = await startBrowser();
const stack = await startStack('--rate-per-10s', '1000000');
try {
  await keyToScreen(browser, stack, 2);
  await keyToScreen(browser, stack, 5);
  const cycle = await weekOf(stack);
  const writers = Array.from({ length: WRITERS }, (_, i) => new Writer(stack, cycle, i));
  const [writer] = writers;
  await fill((ops) => writer.write(ops));
  // High enough that every writer has a row on the screen: rows are two lines high.
  const page = await signIn(browser, stack.link('Tomás'), { viewport: { width: 1400, height: 1000 } });
  const drawn = await page.evaluate(() => [...document.querySelectorAll('.ag-row[row-id^="b-"]')].map((line) => line.getAttribute('row-id')));
  if (drawn.length < WRITERS) throw new Error(`only ${drawn.length} rows are drawn`);
  for (const [i, { rows: own }] of writers.entries()) {
    const hidden = own.filter((id) => !drawn.slice(0, WRITERS).includes(id));
    own.splice(0, own.length, ...hidden.flatMap((id) => [drawn[i], id]));
  }
  await perRemoteChange(page, [writer]);
  for (const pause of [KEY_MS, 0]) for (const remote of [0, BUSY]) await interaction(page, writers, remote, pause);
  await history(page, writers);
  await page.context().close();
  sizes();
} finally {
  await browser.close();
  await stack.kill();
}
console.log(`\n${availableParallelism()} processors, load ${load} at the start, ${loadavg()[0].toFixed(1)} at the end.\n\n| | | | |\n|---|---|---|---|\n${rows.join('\n')}`);
