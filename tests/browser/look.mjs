// Looking at a page: a picture for people, axe-core for what people should not have to find.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pictures = `${root}target/screenshots`;
const axe = readFileSync(`${root}web/node_modules/axe-core/axe.min.js`, 'utf8');

/** Keeps a picture of a state. */
export async function picture(page, name) {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name}.png`, animations: 'disabled' });
}

/** Fails with every violation of WCAG 2.2 A and AA that axe-core finds on the present page, or in a part of it. */
export async function accessible(page, part = 'html') {
  // What still fades in has colours that nobody is meant to read.
  await page.evaluate(async () => {
    const ends = (animation) => Number.isFinite(animation.effect.getComputedTiming().endTime);
    await Promise.allSettled(document.getAnimations().filter(ends).map(({ finished }) => finished));
  });
  // By the debugger, because the page's own policy lets no foreign script in.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate((within) =>
    window.axe.run(within, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }), part);
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.slice(0, 3).map((node) => `  ${node.html.slice(0, 200)} ${node.failureSummary.replace(/\n/g, ' ').slice(0, 300)}`).join('\n')}`);
  assert.equal(told.join('\n'), '');
}
