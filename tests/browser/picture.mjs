// The README's picture: two people on the sample week. `node tests/browser/picture.mjs FILE`
import { cell, holds, signIn, startBrowser, startStack, type } from './stack.mjs';

const file = process.argv[2];
if (!file) throw new Error('name the file to write: node tests/browser/picture.mjs docs/sheet.png');
const [stack, browser] = await Promise.all([startStack(), startBrowser()]);
try {
  const size = { viewport: { width: 1280, height: 720 } };
  const tomas = await signIn(browser, stack.link('Tomás'), size);
  const aylin = await signIn(browser, stack.link('Aylin'), size);
  await type(aylin, 'g1-3', 'status', 'In progress');
  await aylin.locator('[row-id="g1-4"] [col-id="description"]').click();
  await type(tomas, 'g1-2', 'title', 'Billing migration, batch 4 on Monday');
  await holds(aylin, 'g1-2', 'title', 'Billing migration, batch 4 on Monday');
  await tomas.locator('[data-testid="cursor:aylin.demir"]').waitFor();
  await cell(tomas, 'g1-2', 'title').waitFor();
  await tomas.screenshot({ path: file });
} finally {
  await browser.close();
  await stack.kill();
}
