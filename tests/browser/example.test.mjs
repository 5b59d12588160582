// The example in the client's README, run unchanged against a real local stack, by Node alone.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startStack } from './stack.mjs';

const client = fileURLToPath(new URL('../../web/client/', import.meta.url));

test('the example of the client\'s README commits a row and a cell', async () => {
  const [, code] = /```js\n(.*?)```/s.exec(await readFile(`${client}README.md`, 'utf8'));
  const lines = code.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//'));
  assert.ok(lines.length <= 24, `an example of ${lines.length} lines is none`);
  // Inside the package, so that its own name leads to its build.
  const file = `${client}dist/example.mjs`;
  await writeFile(file, code);
  const stack = await startStack();
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env: { ...process.env, LINK: stack.link('Tomás') }, timeout: 60_000 });
    assert.match(stdout, /^committed as version \d+\n$/);
  } finally {
    await stack.kill();
    await rm(file);
  }
});
