// The states of an extraction as people see them, with a model's service that this test answers for.
import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { accessible, picture } from './look.mjs';
import { cell, holds, live, newPage, signIn, startBrowser, startStack, type } from './stack.mjs';

const events = fileURLToPath(new URL('../../events/', import.meta.url));
let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser?.close());

/** A week of messages in a file, to which more may come. */
async function weekOfMessages() {
  const folder = await mkdtemp(`${tmpdir()}/cyclesheet-week-`);
  const file = `${folder}/week.jsonl`;
  let number = 0;
  return {
    file,
    arrive: (...texts) => appendFile(file, texts.map((text) => {
      number += 1;
      return `${JSON.stringify({ id: `m${number}`, channel: 'platform', author: 'Ben', at: new Date().toISOString(), text })}\n`;
    }).join('')),
    /** Somebody joins the channel: of a week with nothing else, the sheet is empty. */
    join: () => appendFile(file, `${JSON.stringify({ type: 'message', subtype: 'channel_join', user: 'U1', channel: 'platform', ts: `${Date.now() / 1_000}`, text: 'has joined' })}\n`),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
/** Enough of them that the sheet is called stale. */
const URGENT = ['URGENT: the certificate ends tonight', 'An outage of the API, all hands', 'The release is blocked'];

/** A service that answers when the test says so. */
async function service() {
  let answer = await readFile(`${events}answers/sample-week.cohere.json`, 'utf8');
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
    /** From now on the model sums the week up in these words; its rows stay what they are. */
    sumsUp(words) {
      const reply = JSON.parse(answer);
      const [part] = reply.message.content;
      part.text = part.text.replace(/^SUMMARY:.*/, `SUMMARY: ${words}`);
      answer = JSON.stringify(reply);
    },
    close: () => { server.closeAllConnections(); server.close(); },
  };
}

test('while the model is asked, the page says so and for how long; people work meanwhile', async () => {
  const cohere = await service();
  const stack = await startStack('--cohere-api-key', 'test', '--cohere-base-url', cohere.url);
  try {
    await cohere.asked();
    const context = await browser.newContext({ viewport: { width: 1400, height: 850 } });
    const page = await newPage(context);
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
  const week = await weekOfMessages();
  await week.arrive('The restore drill is on Thursday.', 'Batch 3 is live.');
  const cohere = await service();
  const stack = await startStack('--cohere-api-key', 'test', '--cohere-base-url', cohere.url, '--week', week.file, '--sweep', '1');
  try {
    await cohere.asked();
    cohere.release();
    const page = await signIn(browser, stack.link('Tomás'));
    await page.getByTestId('notice:model').waitFor();
    await type(page, 'g1-1', 'title', 'A person’s words');
    await holds(page, 'g1-1', 'title', 'A person’s words');

    await week.arrive('Thanks!', ...URGENT);
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
    await week.remove();
  }
});

test('what a refresh says of the week is proposed beside a summary that people wrote: each of them takes it or leaves it', async () => {
  const week = await weekOfMessages();
  await week.arrive('The restore drill is on Thursday.', 'Batch 3 is live.');
  const cohere = await service();
  const stack = await startStack('--cohere-api-key', 'test', '--cohere-base-url', cohere.url, '--week', week.file, '--sweep', '1');
  const summary = (page) => page.getByTestId('text:summary');
  const reads = (page, words) => summary(page).filter({ hasText: words }).waitFor();
  try {
    await cohere.asked();
    cohere.sumsUp('Two things are done.');
    cohere.release();
    const [tomas, aylin] = [await signIn(browser, stack.link('Tomás')), await signIn(browser, stack.link('Aylin'))];
    await tomas.getByTestId('summary').getByText('Two things are done.').waitFor();
    await tomas.getByTestId('summary-edit').click();
    await reads(tomas, 'Two things are done.');
    await tomas.getByTestId('text:summary').and(tomas.locator('[contenteditable="true"]')).click();
    await tomas.keyboard.press('End');
    await tomas.keyboard.type(' And people say so.');
    await reads(aylin, 'Two things are done. And people say so.');
    await tomas.getByTestId('summary-edit').click();
    assert.equal(await tomas.getByTestId('proposal').count(), 0, 'what the model wrote first is no proposal');

    cohere.sumsUp('Three urgent things came in.');
    const refresh = async () => {
      await week.arrive(...URGENT);
      await tomas.getByTestId('notice:stale').getByTestId('refresh').click();
      await cohere.asked();
      await tomas.getByTestId('notice:started').waitFor();
      cohere.release();
    };
    await refresh();
    for (const page of [tomas, aylin]) {
      await page.getByTestId('proposal').getByText('Three urgent things came in.').waitFor();
      await reads(page, 'Two things are done. And people say so.');
    }
    await picture(tomas, 'proposal');
    await accessible(tomas);
    // Leaving it is one's own affair, and holds over a reload.
    await aylin.getByTestId('proposal-dismiss').click();
    await aylin.getByTestId('proposal').waitFor({ state: 'detached' });
    await tomas.getByTestId('proposal').waitFor();
    // Taking it is a change that everybody sees; the earlier text is among the past versions.
    await tomas.getByTestId('proposal-use').click();
    await tomas.getByTestId('proposal').waitFor({ state: 'detached' });
    for (const page of [tomas, aylin]) await page.waitForFunction(() => document.querySelector('[data-testid="text:summary"]')?.textContent === 'Three urgent things came in.');
    await aylin.reload();
    await reads(aylin, 'Three urgent things came in.');
    assert.equal(await aylin.getByTestId('proposal').count(), 0);
    await tomas.getByTestId('summary-edit').click();
    await tomas.getByTestId('note-tool:history').click();
    await tomas.locator('[data-testid^="moment:"]').nth(1).click();
    await tomas.locator('[data-testid="note-diff"] del', { hasText: 'people say so' }).waitFor();
    assert.deepEqual([tomas.problems, aylin.problems], [[], []]);
    await Promise.all([tomas, aylin].map((page) => page.context().close()));
  } finally {
    cohere.close();
    await stack.kill();
    await week.remove();
  }
});

test('a refresh that finds nothing new says that the sheet stays as it is: nothing is used up and nothing went wrong', async () => {
  const week = await weekOfMessages();
  await week.join();
  const stack = await startStack('--no-model', '--week', week.file);
  try {
    const context = await browser.newContext({ viewport: { width: 1400, height: 850 } });
    const page = await newPage(context);
    await page.goto(stack.link('Tomás'));
    await live(page);
    await page.getByTestId('notice:empty').getByTestId('refresh').click();
    const told = page.getByTestId('notice').filter({ hasText: 'The sheet stays as it is. No message is new' });
    await told.waitFor();
    assert.equal(await page.locator('.toast').getAttribute('data-tone'), 'info');
    // A second refresh at once is answered with the time to come back.
    await page.getByTestId('notice:empty').getByTestId('refresh').click();
    await page.getByTestId('notice').filter({ hasText: 'ask again in a minute' }).waitFor();
    await page.getByTestId('notice:empty').waitFor();
    await context.close();
  } finally {
    await stack.kill();
    await week.remove();
  }
});
