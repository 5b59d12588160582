// A real local stack and a real Chromium for browser tests. Each stack listens on a free port of 127.0.0.1 and ends with
// the test that started it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
// The browser driver is a dependency of the page; this folder has none of its own.
import { chromium } from '../../web/node_modules/playwright-core/index.mjs';

/** The day for which the stack dates its sample: the sample is then of the week that it was written for, 2026-W47. */
const TODAY = '2026-11-23';

const root = fileURLToPath(new URL('../../', import.meta.url));
const binary = process.env.CYCLESHEET ?? `${root}target/debug/cyclesheet`;
const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** How long anything may take on a busy machine, milliseconds: conditions end a wait, this only says that they never will. */
export const PATIENCE_MS = Number(process.env.PATIENCE ?? 90_000);

/** Starts `cyclesheet dev`, on a free port unless one is named; resolves once it has printed its sign-in links. */
export async function startStack(...args) {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run cargo build -p cyclesheet`);
  const port = args.includes('--port') ? [] : ['--port', '0'];
  // The page of this tree, wherever the binary was built; PAGE names another build of it.
  const child = spawn(binary, ['dev', '--page', process.env.PAGE ?? `${root}web/app/dist`, '--today', TODAY, ...port, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, COHERE_API_KEY: '' } });
  let printed = '';
  let complained = '';
  child.stderr.on('data', (chunk) => { complained += chunk; });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not ready in time: ${complained}`)), PATIENCE_MS);
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      if (printed.includes('Ctrl-C')) { clearTimeout(late); resolve(); }
    });
    ended.then(({ code }) => { clearTimeout(late); reject(new Error(`ended with ${code}: ${complained}`)); });
  });
  const links = [...printed.matchAll(/^\s+(.+?) \((admin|editor|viewer)\)\s+(http\S+)$/gm)].map(([, name, role, url]) => ({ name, role, url }));
  return {
    address: /ready (\S+)/.exec(printed)[1],
    links,
    link: (name) => links.find((link) => link.name.startsWith(name)).url,
    child,
    ended,
    /** Ctrl-C, as a person would; resolves with how it ended. */
    stop: () => { child.kill('SIGINT'); return ended; },
    kill: () => { child.kill('SIGKILL'); return ended; },
  };
}

/** A headless Chromium that asks nobody but the stack. */
export function startBrowser() {
  return chromium.launch({
    executablePath: browserPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A page that waits as long as a busy machine may need. */
export async function newPage(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

/** Opens a sign-in link in a context of its own, as another person's browser, and waits until it is live. */
export async function signIn(browser, url, { clock = false, prepare = () => {}, ...options } = {}) {
  // What a worker of the page fetches is hidden from a test that answers requests itself: offline.test.mjs allows it.
  const context = await browser.newContext({ viewport: { width: 1400, height: 850 }, serviceWorkers: 'block', ...options });
  const page = await newPage(context);
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(error.message));
  // CPU=6: everything as on a machine six times as slow, to find what only a busy one shows.
  if (process.env.CPU) await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: Number(process.env.CPU) });
  await prepare(page);
  // The welcome of a first visit is looked at by a test of its own.
  await context.addInitScript(() => { try { localStorage.setItem('cyclesheet.welcomed', '1'); } catch { /* A test blocks it. */ } });
  // With `clock` the page's time is the test's to move.
  if (clock) await page.clock.install();
  await page.goto(url);
  await live(page);
  await page.locator('[data-testid^="cell:"]').first().waitFor();
  // What comes after the sheet is there too.
  await page.locator('.page[data-loaded]').waitFor();
  return page;
}

/** Waits until the page is live with nothing unsaved. */
export const live = (page) => page.locator('[data-testid="connection"][data-status="live"][data-unsaved="0"]').waitFor();

/** Takes the network away, and waits until the page has noticed: before that it would go on sending. */
export async function cutOff(page) {
  await page.context().setOffline(true);
  await page.locator('[data-testid="connection"][data-status="offline"]').waitFor();
}

/** Waits until something outside a page holds. */
export async function eventually(holds) {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`never held: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A cell's stored text. */
export const cell = (page, task, column) => page.locator(`[data-testid="cell:${task}:${column}"]`);

/** Waits until a cell holds a text. */
export const holds = (page, task, column, text) =>
  // A selector's string has its own way to say a new line; an empty cell has nothing to be seen.
  page.locator(`[data-testid="cell:${task}:${column}"][data-value=${JSON.stringify(text).replaceAll('\\n', '\\a ')}]`).waitFor({ state: 'attached' });

/** Types over a cell, as a person does. */
export async function type(page, task, column, text) {
  await page.locator(`[row-id="${task}"] [col-id="${column}"]`).click();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** An element's box, once the element is in the page and stands still: the grid puts new elements in place of old ones while it renders. */
export async function placed(locator) {
  let box = null;
  await eventually(async () => {
    const before = JSON.stringify(box);
    box = await locator.boundingBox();
    return box !== null && JSON.stringify(box) === before;
  });
  return box;
}
