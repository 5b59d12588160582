// The guide's pictures, taken from a running stack: `node tests/browser/guide.mjs FOLDER`
import { mkdirSync } from 'node:fs';
import { holds, live, signIn, startBrowser, startStack, type } from './stack.mjs';

const folder = process.argv[2];
if (!folder) throw new Error('name the folder to write to: node tests/browser/guide.mjs docs/guide');
mkdirSync(folder, { recursive: true });
const [stack, browser] = await Promise.all([startStack(), startBrowser()]);
async function picture(page, name) {
  // What was just said would cover the rows below it.
  await page.locator('.toast[data-gone]').waitFor({ state: 'attached' });
  await page.screenshot({ path: `${folder}/${name}.png`, animations: 'disabled' });
}
try {
  const size = { viewport: { width: 1280, height: 720 } };
  const tomas = await signIn(browser, stack.link('Tomás'), size);
  const aylin = await signIn(browser, stack.link('Aylin'), size);
  await type(aylin, 'g1-3', 'status', 'In progress');
  await type(aylin, 'g1-2', 'title', 'Billing migration, batch 4 on Monday');
  await aylin.locator('[row-id="g1-4"] [col-id="description"]').click();
  await holds(tomas, 'g1-2', 'title', 'Billing migration, batch 4 on Monday');
  await tomas.getByTestId('cursor:aylin.demir').waitFor();
  await picture(tomas, 'sheet');

  // What the team looks at together.
  await tomas.getByTestId('group').click();
  await tomas.getByTestId('quick:mine').click();
  await tomas.getByTestId('quick:mine').click();
  await tomas.getByTestId('views').click();
  await tomas.getByTestId('view-name').fill('By status');
  await tomas.getByTestId('view-save').click();
  await tomas.getByTestId('view:By status').waitFor();
  await live(tomas);
  await picture(tomas, 'views');
  await tomas.getByTestId('view:all').click();
  await tomas.getByTestId('board').click();
  await tomas.getByTestId('card:g1-3').click();
  await tomas.locator('[data-testid="text:notes:g1-3"][contenteditable="true"]').waitFor();
  await picture(tomas, 'board');
  await tomas.getByLabel('Close the row').click();
  await tomas.getByTestId('board').click();

  // A comment that names somebody, and their answer.
  await tomas.locator('[row-id="g1-3"] [col-id="deadline"]').click();
  await tomas.keyboard.press('Control+Alt+m');
  await tomas.keyboard.type('Does the certificate hold until then? @ayl');
  await tomas.getByTestId('mention:aylin.demir').waitFor();
  await tomas.keyboard.press('Enter');
  await tomas.keyboard.press('Enter');
  await aylin.getByTestId('mentions').click();
  await aylin.locator('[data-testid^="mentioned:"]').click();
  await aylin.getByTestId('reply').click();
  await aylin.keyboard.type('Until noon. I asked for one more week.');
  await aylin.keyboard.press('Enter');
  await tomas.getByText('Until noon.').waitFor();
  await tomas.locator('[row-id="g1-6"] [col-id="title"]').click({ button: 'right' });
  await tomas.getByTestId('menu:lock').click();
  await tomas.getByTestId('lock:g1-6').waitFor();
  await tomas.locator('[row-id="g1-3"] [col-id="deadline"]').click();
  await picture(tomas, 'comments');
  await tomas.locator('[row-id="g1-3"] [col-id="status"]').click();
  await tomas.keyboard.press('Alt+Enter');
  await tomas.getByTestId('sources').waitFor();
  await picture(tomas, 'source');

  await tomas.getByTestId('history-toggle').click();
  await tomas.getByTestId('entry:1').waitFor();
  await picture(tomas, 'history');
  await tomas.getByTestId('view:2').click();
  await tomas.getByTestId('then:g1-2:title').getByRole('button').click();
  await picture(tomas, 'version');
  await tomas.getByTestId('back-to-now').click();

  // Two people in one note.
  await tomas.getByLabel('Close history').click();
  for (const page of [tomas, aylin]) {
    await page.locator('[row-id="g1-3"] [col-id="title"]').click();
    await page.keyboard.press('Home');
    await page.getByTestId('note-toggle').click();
    await page.locator('[data-testid="text:notes:g1-3"][contenteditable="true"]').click();
  }
  await tomas.keyboard.type('# Until Friday\nThe token comes from the DNS team, not from us.\n[ ] Token in the vault\nRenewal on staging\n');
  await tomas.locator('[data-testid="text:notes:g1-3"] p', { hasText: 'Renewal on staging' }).waitFor();
  await live(tomas);
  await aylin.locator('[data-testid="text:notes:g1-3"] p', { hasText: 'Renewal on staging' }).waitFor();
  await aylin.keyboard.press('Control+End');
  await aylin.keyboard.type('Renewal in production, with Sasha');
  await tomas.locator('[data-testid="text:notes:g1-3"] p', { hasText: 'with Sasha' }).waitFor();
  await tomas.locator('.note-caret').waitFor();
  await live(aylin);
  await picture(tomas, 'note');
  await tomas.getByTestId('note-toggle').click();

  await tomas.addInitScript(() => {
    const Real = window.WebSocket;
    window.WebSocket = class extends Real { constructor() { super('ws://127.0.0.1:9/'); } };
  });
  await tomas.reload();
  await tomas.getByTestId('notice:offline').waitFor();
  await tomas.getByTestId('diagnose').click();
  await tomas.locator('[data-verdict="socketBlocked"]').waitFor();
  // The port changes with every stack; a picture must not.
  await tomas.evaluate(() => { const words = document.querySelector('.diagnosis-admin blockquote'); words.textContent = words.textContent.replace(/127\.0\.0\.1:\d+/, 'sheet.example.org'); });
  await picture(tomas, 'connection');

  const jana = await signIn(browser, stack.link('Jana'), size);
  await live(jana);
  await jana.getByTestId('menu').click();
  await jana.getByTestId('menu-members').click();
  await jana.getByTestId('member:tomas.ferreira').waitFor();
  await picture(jana, 'people');
} finally {
  await browser.close();
  await stack.kill();
}
