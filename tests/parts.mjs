// Runs parts of `make`, prints what each says and how long it took, and fails if one of them failed; a part that breaks hides no other.
//
//   node tests/parts.mjs PART …                    one after another
//   node tests/parts.mjs PART … / PART … = PART …  `/` begins a second lane beside the first, `=` waits for both
//
// Lanes exist for machines of few processors: while one lane links or waits for a browser, the other has something to do.
// What a lane prints is shown a part at a time, so that two lanes do not mix their lines.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Splits a list at each `mark`. */
const split = (list, mark) => list.reduce((groups, word) => (word === mark ? [...groups, []] : [...groups.slice(0, -1), [...groups.at(-1), word]]), [[]]);
const seconds = (since) => Math.round((Date.now() - since) / 1000);

const groups = split(process.argv.slice(2), '=').map((group) => split(group, '/'));
const began = Date.now();
const rows = [];

function run(part, alone) {
  return new Promise((resolve) => {
    const at = Date.now();
    const child = spawn('make', ['--no-print-directory', part], { cwd: root, stdio: alone ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
    const said = [];
    child.stdout?.on('data', (chunk) => said.push(chunk));
    child.stderr?.on('data', (chunk) => said.push(chunk));
    child.once('close', (code) => {
      if (!alone) process.stdout.write(Buffer.concat([Buffer.from(`\n== ${part}\n`), ...said]));
      rows.push([part, seconds(at), code !== 0]);
      resolve();
    });
  });
}

// A run that is stopped from outside still says what it knows.
const table = () => {
  const lines = [...rows, ['all', seconds(began), false]].map(([part, took, failed]) => `${part.padEnd(20)} ${String(took).padStart(7)}${failed ? '  FAILED' : ''}`);
  console.log(`\npart                 seconds\n----------------------------\n${lines.join('\n')}`);
};
process.once('SIGTERM', () => {
  table();
  process.exit(1);
});

for (const lanes of groups) {
  await Promise.all(
    lanes.map(async (lane) => {
      for (const part of lane) await run(part, lanes.length === 1);
    }),
  );
}
table();
process.exit(rows.some(([, , failed]) => failed) ? 1 : 0);
