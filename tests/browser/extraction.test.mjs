// The states of an extraction as people see them, with a model's service that this test answers for.
import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { accessible, picture } from './look.mjs';
import { cell, holds, signIn, startBrowser, startStack, type } from './stack.mjs';

const events = fileURLToPath(new URL('../../events/', import.meta.url));
let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser?.close());

/** A service that answers when it is told to. */
async function service() {
  const answer = await readFile(`${events}answers/sample-week.cohere.json`);
  const waiting = [];
  let arrived = () => {};
  const server = createServer((request, response) => {
    request.resume();
    waiting.push(response);
    arrived();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** A question that waits for its answer. */
    asked: () => waiting.length > 0 ? Promise.resolve() : new Promise((resolve) => { arrived = resolve; }),
    release() { for (const response of waiting.splice(0)) response.setHeader('content-type', 'application/json').end(answer); },
    close: () => { server.closeAllConnections(); server.close(); },
  };
}

test('while the model is asked, the page says so and for how long; people work meanwhile', async () => {
  const cohere = await service();
  const stack = await startStack('--cohere-api-key', 'test', '--cohere-base-url', cohere.url);
  try {
    await cohere.asked();
    const context = await browser.newContext({ viewport: { width: 1400, height: 850 } });
    const page = await context.newPage();
    await page.goto(stack.link('Tomás'));
    await page.getByTestId('notice:started').waitFor();
    await page.getByTestId('elapsed').filter({ hasText: /[1-9]\d* s/ }).waitFor();
    await page.getByTestId('insert-row').click();
    await page.keyboard.type('Written meanwhile');
    await page.keyboard.press('Enter');
    await picture(page, 'generation-running');
    cohere.release();
    await page.getByTestId('notice:model').waitFor();
    await cell(page, 'g1-1', 'title').waitFor();
    await page.locator('[data-value="Written meanwhile"]').waitFor();
    await picture(page, 'generation-done');
    await context.close();
  } finally {
    cohere.close();
    await stack.kill();
  }
});

test('without the model the sheet says so; an extraction that fails says why and touches nothing; the budget ends', async () => {
  const folder = await mkdtemp(`${tmpdir()}/cyclesheet-week-`);
  await cp(`${events}week`, folder, { recursive: true });
  const stack = await startStack('--no-model', '--week', folder);
  try {
    const page = await signIn(browser, stack.link('Tomás'));
    await page.getByTestId('notice:fallback').waitFor();
    await picture(page, 'generation-fallback');
    const [first] = await page.locator('[data-testid^="cell:"][data-testid$=":title"]').all();
    const task = (await first.getAttribute('data-testid')).split(':')[1];
    await type(page, task, 'title', 'A person’s words');
    await holds(page, task, 'title', 'A person’s words');

    await rm(folder, { recursive: true });
    await page.getByTestId('refresh').first().click();
    await page.getByTestId('notice:generationFailed').waitFor();
    assert.match(await page.getByTestId('notice:generationFailed').innerText(), /could not be read/);
    assert.equal(await cell(page, task, 'title').getAttribute('data-value'), 'A person’s words');
    await picture(page, 'generation-failed');

    // The third is the last that a week has.
    await page.getByTestId('refresh').first().click();
    await page.getByTestId('notice:budget').waitFor();
    assert.equal(await page.getByTestId('refresh').count(), 0, 'no button that can only be refused');
    await picture(page, 'generation-budget');
    await page.context().close();
  } finally {
    await stack.kill();
    await rm(folder, { recursive: true, force: true });
  }
});

test('urgent messages after the extraction are counted and shown; a refresh reads them, says so meanwhile, and the banner goes', async () => {
  const folder = await mkdtemp(`${tmpdir()}/cyclesheet-week-`);
  const week = `${folder}/week.jsonl`;
  let number = 0;
  const arrive = (...texts) => appendFile(week, texts.map((text) => {
    number += 1;
    return `${JSON.stringify({ id: `m${number}`, channel: 'platform', author: 'Ben', at: new Date().toISOString(), text })}\n`;
  }).join(''));
  await arrive('The restore drill is on Thursday.', 'Batch 3 is live.');
  const cohere = await service();
  const stack = await startStack('--cohere-api-key', 'test', '--cohere-base-url', cohere.url, '--week', week, '--sweep', '1');
  try {
    await cohere.asked();
    cohere.release();
    const page = await signIn(browser, stack.link('Tomás'));
    await page.getByTestId('notice:model').waitFor();
    await type(page, 'g1-1', 'title', 'A person’s words');
    await holds(page, 'g1-1', 'title', 'A person’s words');

    await arrive('Thanks!', 'URGENT: the certificate ends tonight', 'An outage of the API, all hands', 'The release is blocked');
    await page.getByTestId('notice:stale').getByText('3 new messages since the extraction').waitFor();
    await picture(page, 'stale');
    await accessible(page);

    await page.getByTestId('notice:stale').getByTestId('refresh').click();
    await cohere.asked();
    await page.getByTestId('notice:started').waitFor();
    await page.getByTestId('elapsed').filter({ hasText: /[1-9]\d* s/ }).waitFor();
    assert.equal(await page.getByTestId('notice:stale').count(), 0, 'what is being done is not asked for');
    await picture(page, 'stale-refreshing');
    cohere.release();
    await page.getByTestId('notice:model').waitFor();
    assert.equal(await page.getByTestId('notice:stale').count(), 0);
    assert.equal(await cell(page, 'g1-1', 'title').getAttribute('data-value'), 'A person’s words');
    await page.context().close();
  } finally {
    cohere.close();
    await stack.kill();
    await rm(folder, { recursive: true, force: true });
  }
});
