// Tries the README's five promises, one after another, and prints what was found. `make proof` builds what it needs first.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A promise, what tries it, and the figure that its output must hold: a run that tried nothing proves nothing. */
const PROMISES = [
  ['an acknowledged change is never lost', [['make', ['--no-print-directory', 'chaos', 'KILLS=3']]], /nothing acknowledged is missing/],
  ['every change once, in one order', [['make', ['--no-print-directory', 'simulate', 'SEEDS=5', 'STEPS=1000']]], /no violation in [1-9]\d* steps/],
  ['the log cannot be altered unseen', [['cargo', ['test', '-p', 'cyclesheet-sheet', '--lib', 'chain']]], /\b([1-9]\d*) passed/],
  [
    'two implementations agree',
    [
      ['cargo', ['test', '-p', 'cyclesheet-sheet', '--test', 'vectors']],
      ['npx', ['vitest', 'run', 'test/fold'], 'web/client'],
    ],
    /\b([1-9]\d*) passed/,
  ],
  ['what the model wrote is what the messages say', [['make', ['--no-print-directory', 'evaluate']]], /^all\s.*%/],
];

const rows = [];
for (const [promise, commands, figure] of PROMISES) {
  const began = Date.now();
  let holds = true;
  let found = '';
  for (const [program, args, folder = '.'] of commands) {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: root + folder, encoding: 'utf8', maxBuffer: 64 << 20 });
    const said = `${stdout}\n${stderr}`.replaceAll(/\u001b\[[\d;]*m/g, '');
    const line = said.split('\n').findLast((line) => figure.test(line))?.trim() ?? '';
    if (status !== 0 || !line) {
      holds = false;
      console.error(`${program} ${args.join(' ')} (${status}):\n${said.split('\n').slice(-40).join('\n')}`);
    }
    found = line || found;
  }
  rows.push([promise, holds ? 'holds' : 'BROKEN', `${Math.round((Date.now() - began) / 1000)} s`, found.slice(0, 90)]);
}
const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
console.log(`\n${rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')).join('\n')}`);
process.exit(rows.every(([, verdict]) => verdict === 'holds') ? 0 : 1);
